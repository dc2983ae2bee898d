//! Tables as CSV (RFC 4180, but lines end in LF): tidy, one header row with units in the names.
//!
//! Figures have no thousands separators and six significant digits; whole numbers, limits and times
//! have all of theirs. A cell
//! is empty where nothing is known; what is infinite (a latency that never ends) is `inf`. Counts
//! are of one replication, on average, and so may have a fraction. Columns `low` and `high` are
//! the ends of 95 % intervals.

mod classes;
mod hops;
mod routes;
mod stations;
mod summary;
mod sweep;
mod table;
mod timeline;

use crate::sweep::PointResult;

/// Tables by file name, in the order in which their digest is taken.
pub(super) type Tables = Vec<(&'static str, Vec<u8>)>;

/// The tables of a run.
pub(super) fn of_run(result: &PointResult) -> Tables {
    vec![
        ("summary.csv", summary::table(result)),
        ("classes.csv", classes::figures(result)),
        ("outcomes.csv", classes::outcomes(result)),
        ("latency.csv", classes::latencies(result)),
        ("time_by_hop.csv", hops::table(result)),
        ("services.csv", stations::services(result)),
        ("carrier_groups.csv", stations::groups(result)),
        ("carriers.csv", stations::carriers(result)),
        ("routes.csv", routes::routes(result)),
        ("sessions.csv", stations::sessions(result)),
        ("limits.csv", stations::limits(result)),
        ("ledgers.csv", classes::ledgers(result)),
        ("timeline.csv", timeline::classes(result)),
        ("stations_timeline.csv", timeline::stations(result)),
    ]
}

/// The tables of a sweep.
pub(super) fn of_sweep(key: &str, points: &[(String, PointResult)]) -> Tables {
    vec![
        ("sweep.csv", sweep::targets(key, points)),
        ("sweep_classes.csv", sweep::classes(key, points)),
        ("sweep_stations.csv", sweep::stations(key, points)),
    ]
}
