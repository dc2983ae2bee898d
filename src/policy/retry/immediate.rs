//! No pause: the next attempt goes out at once.

use crate::engine::SimDuration;

/// No backoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Immediate {}

impl Immediate {
    pub(super) fn pause(self) -> SimDuration {
        SimDuration::ZERO
    }
}
