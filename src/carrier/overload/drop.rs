//! Accepts the message, acknowledges it, and drops it: no error, no receipt.

use super::Excess;
use crate::carrier::Verdict;
use crate::language::{Choice, Problems};

/// Silent dropping of everything above the rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drop {}

impl Drop {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        choice.without_settings(problems).map(|()| Self {})
    }

    pub(super) fn on_excess(&self, _excess: Excess) -> Verdict {
        Verdict::Drop
    }
}
