//! WHAT WE DO NOT OWN: carriers take messages at their own pace, and tell us what they like.
//!
//! A message waits in our queue for the carrier, is *submitted* when the window, our pacing and our
//! quotas allow, occupies the window for a round trip, and is *delivered* some time after it was
//! accepted. What else may happen to it are two families: [`behaviour`], how the carrier treats
//! messages whatever the load, and [`overload`], what it does with those above its rate. What holds capacity for the length of a call or of a
//! visit is a carrier too, by its [`session`].

pub mod behaviour;
mod during;
mod group;
mod health;
pub mod overload;
mod quiet;
pub mod quota;
pub mod regime;
mod resend;
mod route;
pub mod session;
mod shares;
mod verdict;

pub use crate::engine::Meter;
pub use behaviour::{Behaviour, BehaviourSpec, Surroundings};
pub use during::During;
pub use group::{CarrierPlan, Connections, GroupPlan};
pub use health::{Health, Turn};
pub use overload::Overload;
pub use quiet::{Quiet, QuietSpec};
pub use quota::QuotaPlan;
pub use regime::{RegimePlan, RegimeSpec, Regimes};
pub use resend::{Errors, Resend};
pub use route::{Back, Choosing, FailOver, Probe, RouteId, RoutePlan, RouteSpec};
pub use session::SessionPlan;
pub use shares::{Shares, SharesSpec};
pub use verdict::{Error, Refusal, Submission, Verdict};
