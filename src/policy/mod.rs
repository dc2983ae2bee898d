//! HOW A CALL IS MADE: what the caller does when an answer is late or bad.

mod deadline;
mod ejection;
mod failure;
pub mod guard;
mod hedge;
pub mod retry;
#[cfg(test)]
mod testing;
mod timeout;

pub use deadline::{ChecksDeadlines, Deadline};
pub use ejection::{Ejection, EjectionSpec};
pub use failure::{Failure, Failures};
pub use guard::{Answer, Attempt, Guard, GuardSpec, Guards};
pub use hedge::Hedge;
pub use retry::Retry;
pub use timeout::{OnTimeout, Timeout};
