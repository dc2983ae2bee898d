//! The calendar: the set of pending events, popped in order of time, then of scheduling.

mod chunks;
mod event;
mod heap;
mod ladder;
mod lanes;
#[cfg(test)]
mod tests;

pub use heap::HeapCalendar;
pub use lanes::LaneId;

use super::time::SimTime;
use event::{Event, Sequence};
use ladder::Ladder;
use lanes::Lanes;

/// The set of pending events.
#[derive(Debug)]
pub struct Calendar {
    sequence: Sequence,
    ladder: Ladder,
    lanes: Lanes,
}

impl Calendar {
    /// Without events or lanes, at time zero.
    pub fn new() -> Self {
        Self { sequence: Sequence::default(), ladder: Ladder::new(), lanes: Lanes::new() }
    }

    #[inline]
    pub fn schedule(&mut self, at: SimTime, payload: u32) {
        debug_assert!(at >= self.ladder.now().at(), "scheduled in the past");
        self.ladder.push(self.sequence.stamp(at, payload));
    }

    pub fn add_lane(&mut self) -> LaneId {
        self.lanes.add()
    }

    #[inline]
    pub fn schedule_in_lane(&mut self, lane: LaneId, at: SimTime, payload: u32) {
        self.lanes.push(lane, self.sequence.stamp(at, payload));
    }

    #[inline]
    pub fn pop(
        &mut self,
        horizon: SimTime,
        mut is_live: impl FnMut(SimTime, u32) -> bool,
    ) -> Option<(SimTime, u32)> {
        let end = Event::end_of(horizon);
        loop {
            if let Some(event) = self.ladder.pop(end.min(self.lanes.first())) {
                return Some(event.parts());
            }
            let event = self.lanes.pop(end)?;
            let (at, payload) = event.parts();
            if is_live(at, payload) {
                self.ladder.advance(event);
                return Some((at, payload));
            }
        }
    }

    pub fn len(&self) -> usize {
        self.ladder.len() + self.lanes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn bytes(&self) -> usize {
        self.ladder.bytes() + self.lanes.bytes()
    }

    #[cfg(test)]
    fn check(&mut self) {
        self.ladder.check();
    }

    pub fn sequence_left(&self) -> u64 {
        self.sequence.left()
    }
}

impl Default for Calendar {
    fn default() -> Self {
        Self::new()
    }
}
