//! Refuses for now, with an error that says so: a 4xx reply to a mail, an unreachable handset. Each
//! attempt has a chance of its own.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Refusal, Submission, Verdict};
use crate::language::{Fields, Problems};

/// Errors that may pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TemporaryError {
    share: f64,
}

impl Behaves for TemporaryError {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        Some(Self { share: share(fields, problems)? })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match is_hit(self.share, &of.of_attempt) {
            true => Verdict::Refuse(Refusal::Temporary),
            false => Verdict::Accept,
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
