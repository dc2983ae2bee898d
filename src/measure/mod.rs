//! What a run counts while it goes: histograms, levels over time, series of windows. Integers.

pub mod gauge;
pub mod histogram;
pub mod records;
pub mod series;

pub use gauge::{Gauge, Level};
pub use histogram::{Bucket, CoarseHistogram, Exact, Histogram, RecentHistogram};
pub use records::{
    Bound, CarrierRecord, ClassRecord, ClassWindow, LimitRecord, Measurements, OUTCOMES, Share,
    StationGauges, StationRecord, StationWindow,
};
pub use series::{Series, Window, Windows};
