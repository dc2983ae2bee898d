//! Each pause `factor` times the one before: base × factorⁿ, at most `cap`.

use super::CAP;
use crate::engine::SimDuration;
use crate::language::{Factor, Fields, PositiveDuration, Problems};

/// An exponential backoff without jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exponential {
    /// The pause after `n + 1` failures, to the attempt limit.
    pauses: Vec<SimDuration>,
}

impl Exponential {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let base = fields.required("base", problems);
        Self::read_from(base, fields, problems)
    }

    /// Reads the other keys, for a base that was read already.
    pub(super) fn read_from(
        base: Option<PositiveDuration>,
        fields: &mut Fields<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let factor = fields.or("factor", Factor(2.0), problems);
        let cap = fields.or("cap", CAP, problems);
        Some(Self::new(base?.0, factor?.0, cap?.0))
    }

    pub(super) fn new(base: SimDuration, factor: f64, cap: SimDuration) -> Self {
        let mut pause = base.as_secs_f64();
        let pauses = (0..super::MOST_ATTEMPTS)
            .map(|_| {
                let this = SimDuration::from_secs_f64(pause).min(cap);
                pause *= factor;
                this
            })
            .collect();
        Self { pauses }
    }

    #[inline]
    pub(super) fn pause(&self, failed: u8) -> SimDuration {
        self.pauses[usize::from(failed) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let ms = SimDuration::from_millis;
        let backoff = Exponential::new(ms(500), 2.0, ms(1800));
        let pauses: Vec<_> = (1..=4).map(|failed| backoff.pause(failed)).collect();
        assert_eq!(pauses, [ms(500), ms(1000), ms(1800), ms(1800)]);
    }
}
