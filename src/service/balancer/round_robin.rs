//! Each instance in turn, whatever it holds.

use super::Question;
use crate::language::{Choice, Problems};

/// Remembers whose turn it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundRobin {
    next: u32,
}

impl RoundRobin {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        choice.without_settings(problems).map(|()| Self::default())
    }

    pub(super) fn pick(&mut self, question: Question<'_>) -> u32 {
        let turn = self.next;
        self.next = if turn + 1 < question.loads.len() { turn + 1 } else { 0 };
        turn
    }
}
