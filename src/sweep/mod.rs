//! Points × replications: every point of a sweep, every replication of a point, in parallel on
//! common random numbers. Threads work here and nowhere else; results are collected by index and
//! folded in order, so their number and their timing change nothing.

mod point;
mod vary;

use rayon::prelude::*;

pub use point::{PointResult, Precision, Progress, run_point, run_points};
pub use vary::{Vary, VaryError};

/// Runs `work` on `threads` threads; `None` for one a core.
///
/// # Errors
/// If the system grants no threads.
pub fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|error| error.to_string())?;
    Ok(pool.install(work))
}

/// The results of `work` on each item, in the order of the items, computed in parallel.
pub fn in_parallel<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Send + Sync) -> Vec<T> {
    items.par_iter().with_max_len(1).map(work).collect()
}
