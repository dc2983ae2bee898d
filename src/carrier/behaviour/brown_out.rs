//! Answers more slowly: its round trips take so many times as long. Where that is longer than our
//! `answer-timeout`, messages that it takes look to us as if they had got no answer.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Submission, Verdict};
use crate::language::units::Factor;
use crate::language::{Fields, Placed, Problems};

/// A brown-out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BrownOut {
    share: f64,
    times: f64,
}

impl Behaves for BrownOut {
    type Written = Self;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let share = share(fields, problems);
        let times = fields.required_like::<Placed<Factor>>("times", "10", problems)?;
        if !(1e-3..=1e6).contains(&times.value.0) {
            problems.add(times.place, "expected a number from 0.001 to 1,000,000");
            return None;
        }
        Some(Self { share: share?, times: times.value.0 })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match is_hit(self.share, &of.of_attempt) {
            true => Verdict::Slow { times: self.times },
            false => Verdict::Accept,
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }
}
