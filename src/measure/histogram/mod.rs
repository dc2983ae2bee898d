//! Counts of latencies in buckets of fixed relative width, that add up exactly when merged.
//!
//! Three kinds share one layout (see [`Bucket`]): [`RecentHistogram`] is filled by the simulator's
//! loop and emptied at the end of every window; [`Histogram`] holds a whole run, or several;
//! [`CoarseHistogram`] is a small copy to keep for every window. Count, sum, sum of squares,
//! smallest and largest are kept exactly beside the buckets, so that means and variances never
//! come from buckets.
//!
//! A quantile is the middle of the bucket that holds the value of its rank, so it lies within
//! 5·10⁻⁴ of that value (4·10⁻³ in the coarse form).

mod bucket;
mod coarse;
mod exact;
mod recent;
mod total;

pub use bucket::{Bucket, rank};
pub use coarse::CoarseHistogram;
pub use exact::Exact;
pub use recent::RecentHistogram;
pub use total::Histogram;
