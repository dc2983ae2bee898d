//! Refuses us by name for a while: what is submitted comes back, and we submit nothing more until
//! the suspension is over (Yahoo's TSS04 suspends a sending address for two hours; a block list).

use super::{Behaves, Surroundings};
use crate::carrier::verdict::{Submission, Verdict};
use crate::language::{Fields, Problems};

/// A suspension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suspension {}

impl Behaves for Suspension {
    type Written = Self;
    const HAS_AN_END: bool = true;

    fn read(_: &mut Fields<'_>, _: &mut Problems) -> Option<Self> {
        Some(Self {})
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        Verdict::Quiet { until: of.until }
    }

    fn is_random(&self) -> bool {
        false
    }
}
