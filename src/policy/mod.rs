//! HOW A CALL IS MADE: what the caller does when an answer is late or bad.

mod failure;
pub mod guard;
pub mod retry;
#[cfg(test)]
mod testing;
mod timeout;

pub use failure::{Failure, Failures};
pub use guard::{Answer, Attempt, Guard, GuardSpec, Guards};
pub use retry::Retry;
pub use timeout::{OnTimeout, Timeout};
