//! Lanes: rings for events that are born in time order, beside the ladder.

use std::collections::VecDeque;

use super::event::Event;

/// One lane of one calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneId(u32);

#[derive(Debug)]
pub(super) struct Lanes {
    rings: Vec<VecDeque<Event>>,
    /// The head of each ring, side by side; `Event::LAST` for an empty ring.
    heads: Vec<Event>,
    first: Event,
    first_at: usize,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self { rings: Vec::new(), heads: Vec::new(), first: Event::LAST, first_at: 0 }
    }

    pub(super) fn add(&mut self) -> LaneId {
        self.rings.push(VecDeque::new());
        self.heads.push(Event::LAST);
        LaneId((self.rings.len() - 1) as u32)
    }

    #[inline]
    pub(super) fn first(&self) -> Event {
        self.first
    }

    #[inline]
    pub(super) fn push(&mut self, lane: LaneId, event: Event) {
        let lane = lane.0 as usize;
        let ring = &mut self.rings[lane];
        debug_assert!(ring.back().is_none_or(|last| last.at() <= event.at()));
        if ring.is_empty() {
            self.heads[lane] = event;
            if event < self.first {
                (self.first, self.first_at) = (event, lane);
            }
        }
        ring.push_back(event);
    }

    /// Takes the first event of all lanes, if it is not after `bound`.
    #[inline]
    pub(super) fn pop(&mut self, bound: Event) -> Option<Event> {
        let event = self.first;
        if event > bound {
            return None;
        }
        let ring = self.rings.get_mut(self.first_at)?;
        ring.pop_front()?;
        self.heads[self.first_at] = ring.front().copied().unwrap_or(Event::LAST);
        self.find_first();
        Some(event)
    }

    pub(super) fn len(&self) -> usize {
        self.rings.iter().map(VecDeque::len).sum()
    }

    pub(super) fn bytes(&self) -> usize {
        let ring = |ring: &VecDeque<Event>| ring.capacity() * size_of::<Event>();
        self.rings.iter().map(ring).sum()
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
