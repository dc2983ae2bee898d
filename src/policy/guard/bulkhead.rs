//! Bulkhead: at most so many calls in flight; one more is refused at once.
//!
//! As resilience4j's bulkhead with no time to wait: a callee that is slow takes so many of the
//! caller's workers, and no more.

use crate::language::{Node, Problems, Read, Whole};

/// Most calls in flight that can be asked for.
pub(super) const MOST: u64 = 1_000_000;

/// A bulkhead as written: a number of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkheadSpec {
    calls: u32,
}

/// A bulkhead and what is in flight.
#[derive(Clone, Debug)]
pub struct Bulkhead {
    calls: u32,
    in_flight: u32,
}

impl Read for BulkheadSpec {
    const EXAMPLE: &'static str = "25";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let calls = Whole::<1, MOST>::read(node, problems)?;
        Some(Self { calls: calls.0 as u32 })
    }
}

impl BulkheadSpec {
    pub(super) fn start(self) -> Bulkhead {
        Bulkhead { calls: self.calls, in_flight: 0 }
    }
}

impl Bulkhead {
    pub(super) fn admit(&mut self) -> bool {
        let has_room = self.in_flight < self.calls;
        self.in_flight += u32::from(has_room);
        has_room
    }

    pub(super) fn withdraw(&mut self) {
        self.in_flight -= 1;
    }

    pub(super) fn answered(&mut self) {
        self.in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::read;

    #[test]
    fn one_answer_makes_room_for_one_call() {
        let mut bulkhead = read::<BulkheadSpec>("2").start();
        assert_eq!([(); 3].map(|()| bulkhead.admit()), [true, true, false]);
        bulkhead.answered();
        assert_eq!([(); 2].map(|()| bulkhead.admit()), [true, false]);
    }
}
