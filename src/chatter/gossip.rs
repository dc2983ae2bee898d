//! Gossip: every instance tells a few others, at fixed intervals, however many there are.
//!
//! Each speaks to `fan-out` peers (to all where there are fewer) and is spoken to by as many on
//! average, so that an instance spends 2·fan-out·work in each interval: what it costs does not
//! grow with the number of instances, but news takes about log(N)/log(fan-out + 1) intervals to
//! reach all of them (Demers et al. 1987, Epidemic Algorithms for Replicated Database
//! Maintenance).

use crate::engine::SimDuration;
use crate::language::{Fields, Node, PositiveDuration, Problems, Read, Size, Whole};

/// Most peers that an instance speaks to at a time.
const MOST_FAN_OUT: u64 = 1_000;

/// Rumours with a fixed fan-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gossip {
    every: SimDuration,
    fan_out: u32,
    work: SimDuration,
    size: Size,
}

/// `{ every = "1s", fan-out = 3, work = "100us" }`
impl Read for Gossip {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let every = fields.required::<PositiveDuration>("every", problems);
        // Three: the default of HashiCorp memberlist (`GossipNodes`).
        let fan_out = fields.or("fan-out", Whole::<1, MOST_FAN_OUT>(3), problems);
        let work = fields.required::<PositiveDuration>("work", problems);
        let size = fields.or("size", Size(0), problems);
        fields.finish(problems);
        Some(Self { every: every?.0, fan_out: fan_out?.0 as u32, work: work?.0, size: size? })
    }
}

impl Gossip {
    /// Cores of an instance that this takes, where it has `peers`.
    pub(super) fn background(&self, peers: f64) -> f64 {
        let spoken_to = f64::from(self.fan_out).min(peers);
        2.0 * spoken_to * self.work.ns() as f64 / self.every.ns() as f64
    }

    /// Bytes a second that an instance with `peers` sends, and is sent on average.
    pub(super) fn bytes_per_s(&self, peers: f64) -> f64 {
        f64::from(self.fan_out).min(peers) * self.size.0 as f64 / self.every.as_secs_f64()
    }
}
