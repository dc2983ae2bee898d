//! Will this plan carry the load? A deterministic discrete-event capacity-planning simulator.
//!
//! The map of the house, from the ground up; imports point down only, and a test holds the table.
//!
//! | module | what it is |
//! |---|---|
//! | [`engine`] | THE MACHINE: time, calendar, slabs, random streams. Knows no domain |
//! | [`language`] | THE TEXT: TOML with places, problems with carets, units. Knows no domain |
//! | [`dist`] | family: draw a duration |
//! | [`traffic`] | family: when does the next message come? |
//! | [`service`] | our own capacity: instances, workers, cores, queues, balancers |
//! | [`chatter`] | family: what do instances cost one another? |
//! | [`carrier`] | what we do not own: what carriers take, and how they err |
//! | [`policy`] | how a call is made: timeout, retry |
//! | [`model`] | WHAT IS TRUE: a scenario validated and resolved, immutable |
//! | [`scenario`] | WHAT THE USER WROTE: schema, and lowering to a model |
//! | [`measure`] | what a run counts: histograms, levels, records. Integers |
//! | [`sim`] | WHAT HAPPENS: the loop, and what follows each event |
//! | [`stats`] | replications to intervals; queueing formulas |
//! | [`verdict`] | targets × measurements to met, not met, undecided, and why |
//! | [`sweep`] | points × replications: rayon inside, order outside |
//! | [`report`] | text, CSV, JSON, charts, as bytes |
//! | [`commands`] | one file a subcommand: the only place with files, output, clocks |
//!
//! # Invariants
//! - `engine` knows no domain. `sim` does no input or output, reads no clock, returns no error.
//! - A [`model::Model`] cannot fail to run: reaching a bound is an outcome that reports name.
//! - Only `commands` prints or touches files; exporters return bytes. Only `sweep` knows threads.
//! - No order of hashes anywhere. Floats never order events: times are whole nanoseconds.
//! - The same scenario, seed and build give the same bytes at any thread count.

pub mod carrier;
pub mod chatter;
pub mod cli;
pub mod commands;
pub mod dist;
pub mod engine;
pub mod language;
pub mod measure;
pub mod model;
pub mod policy;
pub mod report;
pub mod scenario;
pub mod service;
pub mod sim;
pub mod stats;
pub mod sweep;
pub mod traffic;
pub mod verdict;
