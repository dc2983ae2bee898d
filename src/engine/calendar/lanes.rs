//! Lanes: rings for events that are born in time order, beside the ladder.

use std::collections::VecDeque;

use super::event::Event;

/// A ring of at most this many events (64 KiB) keeps its memory when it empties.
const KEPT: usize = 4096;
/// A longer one that is filled less than one part in this many gives it back.
const SPARSE: usize = 8;

/// The name of a lane in the calendar that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneId(u32);

/// Rings, and the first of their heads.
#[derive(Debug)]
pub(super) struct Lanes {
    rings: Vec<VecDeque<Event>>,
    /// The head of each ring, side by side; `Event::LAST` for an empty one.
    heads: Vec<Event>,
    /// The first of the heads, `Event::LAST` if all rings are empty,
    first: Event,
    /// and its ring.
    first_at: usize,
    gone: u64,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self { rings: Vec::new(), heads: Vec::new(), first: Event::LAST, first_at: 0, gone: 0 }
    }

    pub(super) fn add(&mut self) -> LaneId {
        self.rings.push(VecDeque::new());
        self.heads.push(Event::LAST);
        LaneId((self.rings.len() - 1) as u32)
    }

    /// The first event of all lanes, or `Event::LAST`.
    #[inline]
    pub(super) fn first(&self) -> Event {
        self.first
    }

    #[inline]
    pub(super) fn push(&mut self, lane: LaneId, event: Event) {
        let at = lane.0 as usize;
        let ring = &mut self.rings[at];
        debug_assert!(ring.back().is_none_or(|last| last.at() <= event.at()), "out of order");
        if ring.is_empty() {
            self.heads[at] = event;
            if event < self.first {
                (self.first, self.first_at) = (event, at);
            }
        }
        ring.push_back(event);
    }

    /// Takes the first event of all lanes, if it is not after `bound`, and drops the stale ones
    /// right behind it: each would interrupt the ladder's events when its own time came.
    #[inline]
    pub(super) fn pop(
        &mut self,
        bound: Event,
        mut is_live: impl FnMut(Event) -> bool,
    ) -> Option<Event> {
        if self.first > bound {
            return None;
        }
        let ring = self.rings.get_mut(self.first_at)?;
        let event = ring.pop_front()?;
        self.gone += 1;
        let mut head = Event::LAST;
        while let Some(&next) = ring.front() {
            if is_live(next) {
                head = next;
                break;
            }
            ring.pop_front();
            self.gone += 1;
        }
        self.heads[self.first_at] = head;
        if ring.capacity() > KEPT && ring.len() * SPARSE < ring.capacity() {
            ring.shrink_to(2 * ring.len());
        }
        self.find_first();
        Some(event)
    }

    /// Events taken or dropped so far.
    #[inline]
    pub(super) fn gone(&self) -> u64 {
        self.gone
    }

    pub(super) fn bytes(&self) -> usize {
        let events: usize = self.rings.iter().map(VecDeque::capacity).sum();
        events * size_of::<Event>()
    }

    #[inline]
    fn find_first(&mut self) {
        self.first = Event::LAST;
        for (at, &head) in self.heads.iter().enumerate() {
            if head < self.first {
                (self.first, self.first_at) = (head, at);
            }
        }
    }
}
