//! A token bucket: messages take a token each, tokens come at a rate, and whoever finds none is
//! turned away. The bucket starts full.
//!
//! Exact, as the generic cell rate algorithm: see [`Gcra`].

use super::buckets::Buckets;
use super::{Per, rate};
use crate::engine::Gcra;
use crate::language::{Choice, Fields, Problems, Whole};

/// Most tokens of a bucket.
const MOST_BURST: u64 = 1_000_000_000;

/// The settings of a token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenBucket {
    /// Tokens a second, above 0.
    pub rate: f64,
    /// Tokens that the bucket holds, at least 1.
    pub burst: u32,
    /// Who has a bucket.
    pub per: Per,
}

impl TokenBucket {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(choice.settings(problems)?, problems)?;
        let rate = rate(&mut fields, problems);
        let burst = fields.optional::<Whole<1, MOST_BURST>>("burst", problems);
        let per = fields.or("per", Per::Service, problems);
        fields.finish(problems);
        let rate = rate?;
        // Limits on requests count by the second, as carriers do.
        let usual = rate.clamp(1.0, MOST_BURST as f64) as u32;
        Some(Self { rate, burst: burst?.map_or(usual, |burst| burst.0 as u32), per: per? })
    }

    pub(super) fn buckets(&self) -> Buckets {
        Buckets::rejecting(Gcra::new(self.rate, self.burst), self.per)
    }
}
