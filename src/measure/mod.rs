//! What a run counts while it goes: histograms, levels over time, records by window, where time
//! went. Integers.

pub mod gauge;
pub mod histogram;
mod ledger;
pub mod parts;
pub mod records;
pub mod spent;

pub use gauge::{Gauge, Level};
pub use histogram::{Bucket, CoarseHistogram, Exact, Histogram, RecentHistogram};
pub use ledger::{Ledger, Report, Truth};
pub use parts::{Doing, Parts};
pub use records::{
    Bound, CarrierRecord, ClassRecord, ClassWindow, LimitRecord, LinkWindow, Measurements,
    OUTCOMES, QuotaRecord, QuotaWindow, RouteRecord, RouteWindow, Share, StationGauges,
    StationRecord, StationWindow,
};
pub use spent::{PooledSpent, RecentSpent, RecentVisits, Spent, SpentSum};
