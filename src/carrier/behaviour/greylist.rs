//! Refuses a message from a sender that the recipient has not had mail from yet, until some time
//! after its first attempt: 300 s, of 1 to 20 minutes in use (titanhq, a1webhosts). Who came through
//! once is known for weeks, so `share` is that of messages between strangers.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Refusal, Submission, Verdict};
use crate::engine::SimDuration;
use crate::language::{Fields, PositiveDuration, Problems};

/// Greylisting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Greylist {
    share: f64,
    after: SimDuration,
}

impl Behaves for Greylist {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let share = share(fields, problems);
        let usual = PositiveDuration(SimDuration::from_secs(300));
        let after = fields.or("after", usual, problems);
        Some(Self { share: share?, after: after?.0 })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match of.age < self.after && is_hit(self.share, &of.of_message) {
            true => Verdict::Refuse(Refusal::Temporary),
            false => Verdict::Accept,
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
