//! One queue for the whole pool: a message that finds a free worker starts at the idlest
//! instance, otherwise it waits, and the first worker to fall free takes it.

use super::Question;
use crate::language::{Choice, Problems};

/// Has no state: the queue is the pool's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SharedQueue {}

impl SharedQueue {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        choice.without_settings(problems).map(|()| Self {})
    }

    /// The idlest instance; of equals, the one that [`Loads`](crate::service::Loads) happens to
    /// keep first. Which one that is depends on all that came before, not on how long each has
    /// been idle; it is the same in every run of the same replication.
    #[inline]
    pub(super) fn pick(&mut self, question: Question<'_>) -> u32 {
        question.loads.least()[0]
    }
}
