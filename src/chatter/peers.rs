//! Peers: an instance keeps something for each other one, and has room for so many.
//!
//! A thread, a socket or a buffer for each peer, `each` of it, beside `own` that it needs anyway:
//! where `own + each·(N − 1)` is more than `at-most`, no instance can work at all. Peers count as
//! configured, up or down, busy or idle. The Kinesis event of November 2020 was of this kind: a
//! small addition of capacity took every front-end server over the most threads that its operating
//! system allowed (AWS, Summary of the Amazon Kinesis Event in the Northern Virginia Region,
//! 25 November 2020).

use crate::language::{Fields, Node, Problems, Read, Whole};

/// Most of anything that an instance has.
const MOST: u64 = 1_000_000_000;

/// Something that an instance keeps for each peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peers {
    each: u64,
    own: u64,
    at_most: u64,
}

/// `{ at-most = 1500, own = 200 }`
impl Read for Peers {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let at_most = fields.required::<Whole<1, MOST>>("at-most", problems);
        let each = fields.or("each", Whole::<1, MOST>(1), problems);
        let own = fields.or("own", Whole::<0, MOST>(0), problems);
        fields.finish(problems);
        Some(Self { each: each?.0, own: own?.0, at_most: at_most?.0 })
    }
}

impl Peers {
    /// Most instances that can work side by side.
    pub fn instances_at_most(&self) -> u64 {
        self.at_most.checked_sub(self.own).map_or(0, |room| room / self.each + 1)
    }
}
