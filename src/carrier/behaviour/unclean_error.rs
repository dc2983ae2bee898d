//! Answers with an error after which nobody knows: of the messages that it hits, some are delivered
//! all the same, so that whoever submits them again delivers them twice (Twilio 30008; an
//! acknowledgement that gets lost on its way).
//!
//! 30 % delivered is judgement; nobody publishes it.

use rand::Rng;

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Submission, Verdict};
use crate::engine::random::uniform;
use crate::language::{Fields, Problems, Share};

/// Errors of unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct UncleanError {
    share: f64,
    delivered: f64,
}

impl Behaves for UncleanError {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let share = share(fields, problems);
        let delivered = fields.or("delivered", Share(0.3), problems);
        Some(Self { share: share?, delivered: delivered?.0 })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        if !is_hit(self.share, &of.of_attempt) {
            return Verdict::Accept;
        }
        // The first number has decided whether it is hit.
        let mut draws = of.of_attempt.clone();
        draws.next_u64();
        Verdict::Unclean { delivered: uniform(&mut draws) < self.delivered }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share) || (self.share > 0.0 && is_chance(self.delivered))
    }
}
