//! WHAT HAPPENS: one run of a model under one seed. No input or output, no clock, no error.
//!
//! The simulator acts, behaviours decide. An event wakes one task, or asks one source, queue or
//! carrier; what follows at the same instant is worked off from a list, in order, before the next
//! event is taken, so that no chain of instant steps can exhaust the stack.
//!
//! | file | what happens there |
//! |---|---|
//! | `arrivals` | a message comes |
//! | `services` | what a service is made of, as it is now |
//! | `stations` | it finds a worker, waits, is turned away, lets the worker go |
//! | `preemption` | it takes the worker of one less urgent |
//! | `steps` | it works, pauses, calls, is handed on |
//! | `sharing` | it computes on cores that others compute on too |
//! | `calls` | answers, timeouts, retries, cancelled work |
//! | `guards` | what callers remember, hedges and deadlines of calls |
//! | `links` | it goes over the network of an instance |
//! | `carriers` | what a carrier is, as we see it now |
//! | `submissions` | it waits for a carrier, is submitted, acknowledged, delivered |
//! | `routes` | it chooses among carriers, by what their answers tell |
//! | `quotas` | what carriers share, and who goes when it opens |
//! | `sessions` | it holds a channel, or a place in a room, for a length |
//! | `answers` | the carrier does not simply accept it: errors, resends, copies, ledgers |
//! | `visits` | what is remembered of it then |
//! | `validity` | it is not valid any more, and ends where it waits |
//! | `endings` | it ends, and what that causes |
//! | `books` | what is counted |
//! | `charges`, `accounts` | where the time of each message goes |
//!
//! **Ties.** Events at the same instant happen in the order in which they were scheduled; those
//! of the start are scheduled in name order. Of a departure and what it sets off: the leaving
//! task frees its worker, which takes the next waiting task and begins its work; then the leaving
//! task goes on.

mod accounts;
mod answers;
mod arrivals;
mod books;
mod calls;
mod carriers;
mod charges;
mod endings;
mod event;
mod guards;
mod links;
mod lives;
mod luck;
mod preemption;
mod quotas;
mod routes;
mod run;
mod services;
mod sessions;
mod sharing;
mod stations;
mod steps;
mod submissions;
mod task;
mod tasks;
mod trace;
mod validity;
mod visits;

use crate::measure::Measurements;
use crate::model::Model;

pub use task::Outcome;
pub use trace::{NoTrace, TextTrace, Trace};

/// Runs `model` once. The same model and replication give the same measurements, always.
pub fn run(model: &Model, replication: u32) -> Measurements {
    run::Run::new(model, replication, NoTrace).finish().0
}

/// Runs `model` once and writes down what happens.
pub fn run_traced<T: Trace>(model: &Model, replication: u32, trace: T) -> (Measurements, T) {
    run::Run::new(model, replication, trace).finish()
}
