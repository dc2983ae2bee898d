//! A leaky bucket: messages leave it one by one at a rate, never faster; whoever comes in between
//! waits in it, and whoever finds it full is turned away.
//!
//! What waits is no load yet: it has not come in. A queue with room for n that is served at a fixed
//! rate takes exactly those that a token bucket of n + 1 takes, and lets them go later. Where the
//! room is given in time, whoever would be let go later than that is turned away.

use super::buckets::Buckets;
use super::{Per, rate};
use crate::engine::{Gcra, SimDuration};
use crate::language::{Choice, Fields, PositiveDuration, Problems, Whole};

/// Most messages that may wait in a bucket.
const MOST_QUEUE: u64 = 1_000_000_000;

/// The settings of a leaky bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyBucket {
    /// Messages that leave a second, above 0.
    pub rate: f64,
    /// Messages that may wait in it.
    pub queue: Option<u32>,
    /// How long a message may have to wait in it.
    pub wait_at_most: Option<SimDuration>,
    /// Who has a bucket.
    pub per: Per,
}

impl LeakyBucket {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(choice.settings(problems)?, problems)?;
        let rate = rate(&mut fields, problems);
        let queue = fields.optional::<Whole<0, MOST_QUEUE>>("queue", problems);
        let wait = fields.optional::<PositiveDuration>("wait-at-most", problems);
        let per = fields.or("per", Per::Service, problems);
        let place = fields.place();
        fields.finish(problems);
        let (queue, wait) = (queue?, wait?);
        if queue.is_none() && wait.is_none() {
            problems.add_with_hint(
                place,
                "nothing says how many may wait in the bucket, or how long",
                "add `queue = 500`, or `wait-at-most = \"10h\"`",
            );
            return None;
        }
        Some(Self {
            rate: rate?,
            queue: queue.map(|queue| queue.0 as u32),
            wait_at_most: wait.map(|wait| wait.0),
            per: per?,
        })
    }

    /// The longest that a message may have to wait in it.
    pub(super) fn longest_wait(&self) -> SimDuration {
        let of_room = self.queue.map(|queue| f64::from(queue) / self.rate * 1e9);
        let of_room = of_room.map(|ns| SimDuration::from_ns(ns as u64));
        of_room.into_iter().chain(self.wait_at_most).min().unwrap_or_default()
    }

    pub(super) fn buckets(&self) -> Buckets {
        let rated = Gcra::new(self.rate, self.queue.map_or(u32::MAX, |queue| queue + 1));
        let gcra = match self.wait_at_most {
            Some(wait) => rated.with_wait_at_most(wait),
            None => rated,
        };
        Buckets::shaping(gcra, self.per)
    }
}
