//! Calendars that a loop written by hand may choose from.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use surgeplan::engine::{Calendar, LaneId, Occurrence, SimTime};

/// Events in the order of time, then of scheduling.
pub(crate) trait Pending {
    /// With a ring for each of `lanes` constant delays.
    fn with_lanes(lanes: usize) -> Self;
    fn push(&mut self, at: u64, payload: u32);
    fn push_in_lane(&mut self, lane: usize, at: u64, payload: u32);
    /// The first event up to `end`; stale ones in rings are passed over.
    fn pop(&mut self, end: u64, is_live: impl FnMut(u64, u32) -> bool) -> Option<(u64, u32)>;
}

/// The library's radix ladder.
pub(crate) struct Ladder {
    calendar: Calendar,
    lanes: Vec<LaneId>,
}

impl Pending for Ladder {
    fn with_lanes(lanes: usize) -> Self {
        let mut calendar = Calendar::new();
        let lanes = (0..lanes).map(|_| calendar.add_lane()).collect();
        Self { calendar, lanes }
    }

    #[inline]
    fn push(&mut self, at: u64, payload: u32) {
        self.calendar.schedule(SimTime::from_ns(at), payload);
    }

    #[inline]
    fn push_in_lane(&mut self, lane: usize, at: u64, payload: u32) {
        self.calendar.schedule_in_lane(self.lanes[lane], SimTime::from_ns(at), payload);
    }

    #[inline]
    fn pop(&mut self, end: u64, mut is_live: impl FnMut(u64, u32) -> bool) -> Option<(u64, u32)> {
        let end = SimTime::from_ns(end);
        let is_live = |event: Occurrence| is_live(event.at.ns(), event.payload);
        self.calendar.pop(end, is_live).map(|event| (event.at.ns(), event.payload))
    }
}

/// An event in 16 bytes: time, then sequence and payload.
type Entry = (u64, u64);

/// The standard library's heap, and rings for what comes in order.
pub(crate) struct Heap {
    heap: BinaryHeap<Reverse<Entry>>,
    rings: Vec<VecDeque<Entry>>,
    scheduled: u64,
}

impl Heap {
    #[inline]
    fn entry(&mut self, at: u64, payload: u32) -> Entry {
        self.scheduled += 1;
        (at, self.scheduled << 32 | u64::from(payload))
    }
}

impl Pending for Heap {
    fn with_lanes(lanes: usize) -> Self {
        Self { heap: BinaryHeap::new(), rings: vec![VecDeque::new(); lanes], scheduled: 0 }
    }

    #[inline]
    fn push(&mut self, at: u64, payload: u32) {
        let entry = self.entry(at, payload);
        self.heap.push(Reverse(entry));
    }

    #[inline]
    fn push_in_lane(&mut self, lane: usize, at: u64, payload: u32) {
        let entry = self.entry(at, payload);
        self.rings[lane].push_back(entry);
    }

    #[inline]
    fn pop(&mut self, end: u64, mut is_live: impl FnMut(u64, u32) -> bool) -> Option<(u64, u32)> {
        loop {
            let ring = self.rings.iter_mut().min_by_key(|ring| first_of(ring));
            let heap = self.heap.peek().map_or((u64::MAX, u64::MAX), |first| first.0);
            match ring {
                Some(ring) if first_of(ring) < heap => {
                    let (at, rest) = first_of(ring);
                    if at > end {
                        return None;
                    }
                    ring.pop_front();
                    if is_live(at, rest as u32) {
                        return Some((at, rest as u32));
                    }
                }
                Some(_) | None => {
                    if heap.0 > end {
                        return None;
                    }
                    self.heap.pop();
                    return Some((heap.0, heap.1 as u32));
                }
            }
        }
    }
}

#[inline]
fn first_of(ring: &VecDeque<Entry>) -> Entry {
    ring.front().copied().unwrap_or((u64::MAX, u64::MAX))
}
