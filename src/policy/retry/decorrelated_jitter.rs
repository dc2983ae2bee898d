//! Decorrelated jitter: each pause is drawn between the base and three times the pause before,
//! min(cap, U(base, 3 × last)), where the base stands for the pause before the first.
//!
//! Formula: AWS Architecture Blog, "Exponential Backoff And Jitter"
//! (aws-samples/aws-arch-backoff-simulator).

use super::{BASE, CAP, Question, part};
use crate::engine::SimDuration;
use crate::language::{Fields, Problems};

/// A backoff whose pauses grow from one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecorrelatedJitter {
    base: SimDuration,
    cap: SimDuration,
}

impl DecorrelatedJitter {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let base = fields.or("base", BASE, problems);
        let cap = fields.or("cap", CAP, problems);
        Some(Self { base: base?.0, cap: cap?.0 })
    }

    #[inline]
    pub(super) fn pause(&self, question: Question) -> SimDuration {
        let last = question.last.max(self.base);
        let span = last + last + last - self.base;
        (self.base + part(span, question.draw)).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::ms;

    #[test]
    fn a_pause_lies_between_the_base_and_three_times_the_last() {
        let backoff = DecorrelatedJitter { base: ms(5), cap: ms(2000) };
        let pause = |last, draw| backoff.pause(Question { failed: 1, last: ms(last), draw });
        // First: U(5, 15) ms.
        assert_eq!(pause(0, 0.0), ms(5));
        assert_eq!(pause(0, 0.5), ms(10));
        // After 100 ms: U(5, 300) ms.
        assert_eq!(pause(100, 0.0), ms(5));
        assert_eq!(pause(100, 0.2), ms(64));
        assert_eq!(pause(1500, 0.9), ms(2000));
    }
}
