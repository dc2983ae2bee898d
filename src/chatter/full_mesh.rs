//! Full mesh: every instance tells every other one that it is there, at fixed intervals.
//!
//! A heartbeat costs `work` on a core of the one that speaks and again on one of each that
//! listens. With `N` instances an instance spends 2·(N − 1)·work in each interval, and the
//! instances together N·(C − 2·(N − 1)·work/every) of their cores for messages: a parabola in N
//! with its peak near N = C/(4·work/every).

use crate::engine::SimDuration;
use crate::language::{Fields, Node, PositiveDuration, Problems, Read, Size};

/// Heartbeats between all pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullMesh {
    every: SimDuration,
    work: SimDuration,
    size: Size,
}

/// `{ every = "100ms", work = "200us" }`
impl Read for FullMesh {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let every = fields.required::<PositiveDuration>("every", problems);
        let work = fields.required::<PositiveDuration>("work", problems);
        let size = fields.or("size", Size(0), problems);
        fields.finish(problems);
        Some(Self { every: every?.0, work: work?.0, size: size? })
    }
}

impl FullMesh {
    /// Cores of an instance that this takes, where it has `peers`.
    pub(super) fn background(&self, peers: f64) -> f64 {
        2.0 * peers * self.work.ns() as f64 / self.every.ns() as f64
    }

    /// Bytes a second that an instance with `peers` sends, and as many that it is sent.
    pub(super) fn bytes_per_s(&self, peers: f64) -> f64 {
        peers * self.size.0 as f64 / self.every.as_secs_f64()
    }
}
