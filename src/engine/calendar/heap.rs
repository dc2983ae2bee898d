//! The obvious calendar, a binary heap: the ladder's oracle in tests and benches.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::event::{Event, Occurrence, Sequence};
use crate::engine::time::SimTime;

/// [`Calendar`](super::Calendar) again, as two binary heaps.
#[derive(Debug, Default)]
pub struct HeapCalendar {
    sequence: Sequence,
    events: BinaryHeap<Reverse<Event>>,
    in_lanes: BinaryHeap<Reverse<Event>>,
}

impl HeapCalendar {
    /// Without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Calendar::schedule`](super::Calendar::schedule).
    #[inline]
    pub fn schedule(&mut self, at: SimTime, payload: u32) {
        self.events.push(Reverse(self.sequence.stamp(at, payload)));
    }

    /// As [`Calendar::schedule_in_lane`](super::Calendar::schedule_in_lane); all lanes are one.
    #[inline]
    pub fn schedule_in_lane(&mut self, at: SimTime, payload: u32) {
        self.in_lanes.push(Reverse(self.sequence.stamp(at, payload)));
    }

    /// As [`Calendar::pop`](super::Calendar::pop).
    #[inline]
    pub fn pop(
        &mut self,
        horizon: SimTime,
        mut is_live: impl FnMut(Occurrence) -> bool,
    ) -> Option<Occurrence> {
        loop {
            let event = self.events.peek().map_or(Event::LAST, |event| event.0);
            let timer = self.in_lanes.peek().map_or(Event::LAST, |event| event.0);
            if event.min(timer) > Event::end_of(horizon) {
                return None;
            }
            if event < timer {
                return self.events.pop().map(|event| event.0.occurrence());
            }
            let timer = self.in_lanes.pop()?.0.occurrence();
            if is_live(timer) {
                return Some(timer);
            }
        }
    }

    /// Events pending, stale ones among them.
    pub fn len(&self) -> usize {
        self.events.len() + self.in_lanes.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
