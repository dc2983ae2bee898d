//! Peers: an instance keeps something for each other one, and has room for so many.
//!
//! A thread, a socket or a buffer for each peer, `each` of it, beside `own` that it needs anyway:
//! where `own + each·(N − 1)` is more than `at-most`, no instance can work at all. Peers count as
//! configured, up or down, busy or idle. The Kinesis event of November 2020 was of this kind: a
//! small addition of capacity took every front-end server over the most threads that its operating
//! system allowed (AWS, Summary of the Amazon Kinesis Event in the Northern Virginia Region,
//! 25 November 2020).
//!
//! Where what a peer takes are threads or file handles, `threads` and `files` say how many of each,
//! and the service how many an instance may have of them all together.

use crate::language::{Fields, Node, Problems, Read, Whole};

/// Most of anything that an instance has.
const MOST: u64 = 1_000_000_000;

/// Something that an instance keeps for each peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peers {
    each: u64,
    own: u64,
    at_most: Option<u64>,
    /// Threads that each peer takes.
    pub threads: u64,
    /// File handles that each peer takes.
    pub files: u64,
}

/// `{ at-most = 1500, own = 200 }`
impl Read for Peers {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let threads = fields.or("threads", Whole::<0, MOST>(0), problems);
        let files = fields.or("files", Whole::<0, MOST>(0), problems);
        let is_told = |key| node.child(key).is_some();
        let at_most = match is_told("threads") || is_told("files") {
            true => fields.optional::<Whole<1, MOST>>("at-most", problems),
            false => fields.required::<Whole<1, MOST>>("at-most", problems).map(Some),
        };
        let each = fields.or("each", Whole::<1, MOST>(1), problems);
        let own = fields.or("own", Whole::<0, MOST>(0), problems);
        let without = fields.entry("each").or(fields.entry("own")).map(|entry| entry.key_place);
        fields.finish(problems);
        let at_most = at_most?;
        if let (None, Some(place)) = (at_most, without) {
            problems.add_with_hint(
                place,
                "`own` and `each` are of what `at-most` bounds, and there is none",
                "add `at-most`, or leave this out: `threads` and `files` are bounded by the \
                 service's `threads-at-most` and `files-at-most`",
            );
            return None;
        }
        let at_most = at_most.map(|most| most.0);
        let (threads, files) = (threads?.0, files?.0);
        Some(Self { each: each?.0, own: own?.0, at_most, threads, files })
    }
}

impl Peers {
    /// Most instances that can work side by side.
    pub fn instances_at_most(&self) -> u64 {
        let Some(at_most) = self.at_most else { return u64::MAX };
        at_most.checked_sub(self.own).map_or(0, |room| room / self.each + 1)
    }
}
