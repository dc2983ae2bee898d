//! An instance drawn uniformly at random.

use super::Question;
use crate::engine::random::below;
use crate::language::{Choice, Problems};

/// Has no state: the message brings the draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Random {}

impl Random {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        choice.without_settings(problems).map(|()| Self {})
    }

    pub(super) fn pick(&mut self, mut question: Question<'_>) -> u32 {
        below(&mut question.draws, question.loads.len())
    }
}
