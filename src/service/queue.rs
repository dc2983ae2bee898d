//! A queue's bounds: how many messages may wait, and for how long.

use crate::engine::SimDuration;
use crate::language::{Choice, Fields, Node, PositiveDuration, Problems, Read, Whole};

/// Most messages that a bounded queue may be given room for.
const MOST_LENGTH: u64 = 1_000_000_000;

/// First in, first out, bounded in length and in age. Without bounds it grows until the run's
/// memory budget stops it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueBounds {
    /// Messages that may wait; one more is rejected at the door. 0 lets nobody wait: a loss
    /// system. Where each instance has a queue, this holds for each of them.
    pub length_at_most: Option<u32>,
    /// How long a message may wait before it leaves the queue as *expired*.
    pub age_at_most: Option<SimDuration>,
}

impl Read for QueueBounds {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["fifo"], problems)?;
        let Some(body) = choice.body else { return Some(Self::default()) };
        let mut fields = Fields::open(body, problems)?;
        let length = fields.optional::<Whole<0, MOST_LENGTH>>("length-at-most", problems);
        let age = fields.optional::<PositiveDuration>("age-at-most", problems);
        fields.finish(problems);
        Some(Self {
            length_at_most: length?.map(|whole| whole.0 as u32),
            age_at_most: age?.map(|age| age.0),
        })
    }
}
