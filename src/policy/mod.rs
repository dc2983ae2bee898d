//! HOW A CALL IS MADE: what the caller does when an answer is late or bad.

pub mod retry;
mod timeout;

pub use retry::Retry;
pub use timeout::{OnTimeout, Timeout};
