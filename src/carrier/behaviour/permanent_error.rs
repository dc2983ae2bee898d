//! Refuses for good, with an error that says so: an unknown handset, a land line, filtered content
//! (Twilio 30004 to 30007). It is not submitted again.
//!
//! The fate is the message's own: whoever submits it to this carrier once more hears the same.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Refusal, Submission, Verdict};
use crate::language::{Fields, Problems};

/// Permanent errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PermanentError {
    share: f64,
}

impl Behaves for PermanentError {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        Some(Self { share: share(fields, problems)? })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match is_hit(self.share, &of.of_message) {
            true => Verdict::Refuse(Refusal::Permanent),
            false => Verdict::Accept,
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
