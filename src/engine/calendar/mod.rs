//! The calendar: the set of pending events, popped in order of time, then of scheduling.

mod bottom;
mod chunks;
mod event;
mod heap;
mod ladder;
mod lanes;
#[cfg(test)]
mod tests;

pub use event::{Occurrence, Ticket};
pub use heap::HeapCalendar;
pub use lanes::LaneId;

use super::time::SimTime;
use event::{Event, Sequence};
use ladder::Ladder;
use lanes::Lanes;

/// The set of pending events. Each has a time and a payload of 32 bits that says what happens.
///
/// Events come out in the order of their times; events at one time in the order in which they
/// were scheduled, in lanes or not. That order is exact, and the same on every machine.
///
/// What it costs, scheduling and popping together: 5 to 20 ns for up to 30 pending events, then
/// 20 to 25 ns up to 10⁵ and under twice that up to 10⁷ (`cargo bench --bench event_set`). A
/// pending event takes 16 bytes, in memory that grows by doubling; nothing is allocated while no
/// more events are pending than have been before, and most of it is given back after a peak.
///
/// Events that are born in time order, such as timeouts of one constant length, belong in a
/// *lane*: a ring whose head alone competes with all other events, so that a timer costs a few
/// nanoseconds however many are pending. It need not be cancelled; when its time comes, it is
/// dropped if it is stale.
#[derive(Debug)]
pub struct Calendar {
    sequence: Sequence,
    ladder: Ladder,
    lanes: Lanes,
    /// Events popped so far that were in no lane.
    popped: u64,
}

impl Calendar {
    /// Without events or lanes, at time zero.
    #[expect(clippy::new_without_default, reason = "a run begins with a calendar on purpose")]
    pub fn new() -> Self {
        Self {
            sequence: Sequence::default(),
            ladder: Ladder::new(),
            lanes: Lanes::new(),
            popped: 0,
        }
    }

    /// Adds an event at `at`, which may be the time of the last event popped, but not before it.
    /// (Should it be, in a release build, the event comes next.)
    #[inline(always)]
    pub fn schedule(&mut self, at: SimTime, payload: u32) -> Ticket {
        debug_assert!(at >= self.ladder.now().at(), "scheduled in the past");
        let event = self.sequence.stamp(at, payload);
        self.ladder.push(event);
        event.ticket()
    }

    /// Adds a lane. Each event popped from any lane looks at the heads of all of them: 0.5 ns
    /// a lane, so that more than about 16 lanes are better merged or left out.
    pub fn add_lane(&mut self) -> LaneId {
        self.lanes.add()
    }

    /// Adds an event in `lane` of this calendar at `at`, neither before the last event popped nor
    /// before the last one of its lane.
    #[inline]
    pub fn schedule_in_lane(&mut self, lane: LaneId, at: SimTime, payload: u32) -> Ticket {
        debug_assert!(at >= self.ladder.now().at(), "scheduled in the past");
        let event = self.sequence.stamp(at, payload);
        self.lanes.push(lane, event);
        event.ticket()
    }

    /// Takes out the first event, if it is not after `horizon`.
    ///
    /// `is_live` is asked about events in lanes, some time before they are due and once more then,
    /// whether they still mean anything; those that do not are dropped. What is stale must stay
    /// so. Other events are always returned.
    #[inline]
    pub fn pop(
        &mut self,
        horizon: SimTime,
        mut is_live: impl FnMut(Occurrence) -> bool,
    ) -> Option<Occurrence> {
        let end = Event::end_of(horizon);
        let mut is_live = |event: Event| is_live(event.occurrence());
        loop {
            if let Some(event) = self.ladder.pop(end.min(self.lanes.first())) {
                self.popped += 1;
                return Some(event.occurrence());
            }
            let event = self.lanes.pop(end, &mut is_live)?;
            if is_live(event) {
                self.ladder.advance(event);
                return Some(event.occurrence());
            }
        }
    }

    /// Events pending, stale ones in lanes among them.
    #[inline]
    pub fn len(&self) -> usize {
        (self.sequence.stamped() - self.popped - self.lanes.gone()) as usize
    }

    /// Whether nothing is pending.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.ladder.bytes() + self.lanes.bytes()
    }

    /// Events that may yet be scheduled until order is no longer certain: at first 2³⁹, which is
    /// 5.5·10¹¹. A run must stop before it is 0; beyond that, events at one time come in the
    /// order of their payloads.
    #[inline]
    pub fn sequence_left(&self) -> u64 {
        self.sequence.left()
    }
}
