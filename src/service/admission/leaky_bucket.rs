//! A leaky bucket: messages leave it one by one at a rate, never faster; whoever comes in between
//! waits in it, and whoever finds it full is turned away.
//!
//! What waits is no load yet: it has not come in. A queue with room for n that is served at a fixed
//! rate takes exactly those that a token bucket of n + 1 takes, and lets them go later.

use super::buckets::Buckets;
use super::{Per, rate};
use crate::engine::Gcra;
use crate::language::{Choice, Fields, Problems, Whole};

/// Most messages that may wait in a bucket.
const MOST_QUEUE: u64 = 1_000_000_000;

/// The settings of a leaky bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyBucket {
    /// Messages that leave a second, above 0.
    pub rate: f64,
    /// Messages that may wait in it.
    pub queue: u32,
    /// Who has a bucket.
    pub per: Per,
}

impl LeakyBucket {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(choice.settings(problems)?, problems)?;
        let rate = rate(&mut fields, problems);
        let queue = fields.required::<Whole<0, MOST_QUEUE>>("queue", problems);
        let per = fields.or("per", Per::Service, problems);
        fields.finish(problems);
        Some(Self { rate: rate?, queue: queue?.0 as u32, per: per? })
    }

    pub(super) fn buckets(&self) -> Buckets {
        Buckets::shaping(Gcra::new(self.rate, self.queue + 1), self.per)
    }
}
