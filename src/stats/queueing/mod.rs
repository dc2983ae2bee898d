//! Queueing formulas: what simulations are held against, and where searches begin.
//!
//! Rates and times are in one unit of the caller's choice, say per second and seconds. A model
//! with parameters under which it has no equilibrium cannot be made: constructors return `None`.

pub mod abandonment;
pub mod erlang;
pub mod finite;
mod numeric;
pub mod single;
pub mod staffing;

pub use abandonment::ErlangA;
pub use erlang::{MMc, erlang_b, erlang_c};
pub use finite::{MMcK, MachineRepair};
pub use single::{MD1, MG1};
pub use staffing::{allen_cunneen, halfin_whitt, servers_for_wait, square_root_staffing};

/// The longest chain of states that a formula sums over: 8 MB.
const STATES_AT_MOST: u32 = 1_000_000;

/// The long-run means of a station, tied together by Little's law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// Mean time in the queue, Wq.
    pub wait: f64,
    /// Mean time in queue and service, W.
    pub sojourn: f64,
    /// Mean number in the queue, Lq.
    pub waiting: f64,
    /// Mean number in queue and service, L.
    pub in_system: f64,
    /// Busy servers over all servers.
    pub utilization: f64,
}

impl Means {
    /// From the mean numbers waiting and being served, for messages that enter at `rate`.
    fn by_little(rate: f64, waiting: f64, busy: f64, servers: u32) -> Self {
        let in_system = waiting + busy;
        Self {
            wait: waiting / rate,
            sojourn: in_system / rate,
            waiting,
            in_system,
            utilization: busy / f64::from(servers),
        }
    }
}

/// Whether all of `values` are positive and finite.
fn all_positive(values: &[f64]) -> bool {
    values.iter().all(|value| *value > 0.0 && value.is_finite())
}

#[cfg(test)]
fn assert_near(found: f64, truth: f64, what: &str) {
    // The published figures were themselves computed in double precision.
    assert!((found - truth).abs() <= 1e-10 * truth.abs(), "{what}: {found} is not {truth}");
}
