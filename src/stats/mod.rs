//! From replications to figures with intervals, and the queueing formulas that check them.

pub mod decision;
pub mod estimate;
pub mod normal;
pub mod quantile;
pub mod queueing;
pub mod stopping;
pub mod student;
pub mod warmup;

pub use decision::{Decision, Limit, Zone, decide};
pub use estimate::{Estimate, Interval, Ratio};
pub use quantile::{Observed, Refusal};
pub use stopping::{Aim, Precision, Sequential, Step, Waves};
pub use student::Confidence;
pub use warmup::{Halves, Trend, WarmUp};
