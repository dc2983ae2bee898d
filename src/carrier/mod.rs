//! WHAT WE DO NOT OWN: carriers take messages at their own pace, and tell us what they like.
//!
//! A message waits in our queue for the carrier, is *submitted* when the window and our pacing
//! allow, occupies the window for a round trip, and is *delivered* some time after it was
//! accepted. What the carrier does with submissions above its rate is a behaviour of the family
//! [`overload`].

mod group;
pub mod overload;
mod shares;

pub use crate::engine::Meter;
pub use group::{CarrierPlan, GroupPlan};
pub use overload::{Overload, Verdict};
pub use shares::{Shares, SharesSpec};
