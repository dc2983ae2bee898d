//! What a run counts while it goes: histograms, levels over time, series of windows. Integers.

pub mod gauge;
pub mod histogram;
pub mod series;

pub use gauge::{Gauge, Level};
pub use histogram::{Bucket, CoarseHistogram, Exact, Histogram, RecentHistogram};
pub use series::{Series, Window, Windows};
