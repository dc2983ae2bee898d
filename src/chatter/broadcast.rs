//! Broadcast: what one instance is told, all others have to apply.
//!
//! A share `w` of the messages are writes, each of which takes `work` of a core at every other
//! instance. However many instances there are, together they take at most C/(w·work) messages a
//! second: a plateau.

use crate::engine::SimDuration;
use crate::language::{Fields, Node, PositiveDuration, Problems, Read, Share, Size};

/// Writes that every other instance applies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broadcast {
    share: f64,
    work: SimDuration,
    size: Size,
}

/// `{ work = "50us", share = "10%" }`
impl Read for Broadcast {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let work = fields.required::<PositiveDuration>("work", problems);
        let share = fields.or("share", Share(1.0), problems);
        let size = fields.or("size", Size(0), problems);
        fields.finish(problems);
        Some(Self { share: share?.0, work: work?.0, size: size? })
    }
}

impl Broadcast {
    /// What a message costs each other instance, in nanoseconds of a core.
    pub(super) fn per_message(&self) -> f64 {
        self.share * self.work.ns() as f64
    }

    /// Bytes that a message costs on the way to each other instance.
    pub(super) fn bytes_to_each(&self) -> f64 {
        self.share * self.size.0 as f64
    }
}
