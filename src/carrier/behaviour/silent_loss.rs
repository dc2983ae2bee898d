//! Accepts, acknowledges and never delivers: no error, no receipt. 1 to 5 % of messages in normal
//! operation (telesign.com, "trusting delivery reports").
//!
//! What the carrier's key `silent-loss` says of all messages all the time, this says of some of the
//! time.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Submission, Verdict};
use crate::language::{Fields, Problems};

/// Silent losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SilentLoss {
    share: f64,
}

impl Behaves for SilentLoss {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        Some(Self { share: share(fields, problems)? })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match is_hit(self.share, &of.of_attempt) {
            true => Verdict::Drop,
            false => Verdict::Accept,
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
