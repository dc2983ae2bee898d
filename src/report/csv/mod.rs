//! Tables as CSV (RFC 4180, lines ended by LF): tidy, one header row with units in the names.
//!
//! Figures have no thousands separators and as many digits as read back to the same value. A cell
//! is empty where nothing is known; what is infinite (a latency that never ends) is `inf`.

mod summary;
mod table;

use crate::sweep::PointResult;

/// The tables of a run, by file name, in the order in which their digest is taken.
pub(super) fn of_run(result: &PointResult) -> Vec<(&'static str, Vec<u8>)> {
    vec![("summary.csv", summary::table(result))]
}
