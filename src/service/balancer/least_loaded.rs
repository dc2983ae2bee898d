//! The instance with the fewest messages, ties at random: join the shortest queue.

use super::Question;
use crate::engine::random::below;
use crate::language::{Choice, Problems};

/// Has no state: it sees every instance as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeastLoaded {}

impl LeastLoaded {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        choice.without_settings(problems).map(|()| Self {})
    }

    pub(super) fn pick(&mut self, mut question: Question<'_>) -> u32 {
        let least = question.loads.least();
        least[below(&mut question.draws, least.len() as u32) as usize]
    }
}
