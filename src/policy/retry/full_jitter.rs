//! Full jitter: uniform between nothing and the exponential pause, U(0, min(cap, base × factorⁿ)).
//!
//! The mean is half the bound. Formula: AWS Architecture Blog, "Exponential Backoff And Jitter"
//! (aws-samples/aws-arch-backoff-simulator); it is what the AWS SDKs do.

use super::{BASE, Exponential, Question, part};
use crate::engine::SimDuration;
use crate::language::{Fields, Problems};

/// An exponential backoff with full jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullJitter {
    bounds: Exponential,
}

impl FullJitter {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let base = fields.or("base", BASE, problems);
        Some(Self { bounds: Exponential::read_from(base, fields, problems)? })
    }

    #[inline]
    pub(super) fn pause(&self, question: Question) -> SimDuration {
        part(self.bounds.pause(question.failed), question.draw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::uniform;
    use crate::engine::{Key, Luck, Purpose};
    use crate::policy::testing::ms;

    #[test]
    fn the_mean_is_half_the_bound() {
        let backoff = FullJitter { bounds: Exponential::new(ms(100), 2.0, ms(1000)) };
        let purpose = Purpose::from(Key::new(1, 0, "pause"));
        let count = 20_000;
        let sum: f64 = (0..count)
            .map(|number| Luck::of_message(Key::new(1, 0, "m"), number).draws(purpose))
            .map(|mut draws| uniform(&mut draws))
            .map(|draw| backoff.pause(Question { failed: 2, last: ms(100), draw }).as_secs_f64())
            .sum();
        // Uniform over 0..200 ms: five standard errors of the mean of 20,000.
        let tolerance = 5.0 * 0.2 / (12.0 * count as f64).sqrt();
        assert!((sum / count as f64 - 0.1).abs() < tolerance, "{}", sum / count as f64);
    }
}
