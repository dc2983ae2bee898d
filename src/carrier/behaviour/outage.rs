//! Takes nothing: says nothing at all, so that each submission is given up after the carrier's
//! `answer-timeout`, or answers with a temporary error.

use super::{Behaves, Surroundings, is_chance, is_hit, share};
use crate::carrier::verdict::{Refusal, Submission, Verdict};
use crate::language::{Choice, Fields, Node, Problems, Read};

/// An outage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outage {
    share: f64,
    answer: Answer,
}

/// What it says meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    None,
    Error,
}

impl Read for Answer {
    const EXAMPLE: &'static str = "\"none\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["none", "error"], problems)?;
        choice.without_settings(problems)?;
        Some(if choice.name == "none" { Self::None } else { Self::Error })
    }
}

impl Behaves for Outage {
    type Written = Self;
    const HAS_AN_END: bool = true;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let share = share(fields, problems);
        let answer = fields.required::<Answer>("answer", problems);
        Some(Self { share: share?, answer: answer? })
    }

    fn resolve(written: &Self, _: &Surroundings<'_>, _: &mut Problems) -> Option<Self> {
        Some(*written)
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        match (is_hit(self.share, &of.of_attempt), self.answer) {
            (false, _) => Verdict::Accept,
            (true, Answer::None) => Verdict::Silence,
            (true, Answer::Error) => Verdict::Refuse(Refusal::Temporary),
        }
    }

    fn is_random(&self) -> bool {
        is_chance(self.share)
    }

    fn may_be_silent(&self) -> bool {
        self.answer == Answer::None && self.share > 0.0
    }
}
