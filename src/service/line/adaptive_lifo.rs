//! Adaptive LIFO: first in first out while there is hardly a queue, last in first out while one
//! stands, so that under overload those are served whose callers still wait.
//!
//! Source: B. Maurer, Fail at Scale, ACM Queue 13 (8), 2015: the order turns "when a queue is
//! starting to form"; its controlled delay calls a queue standing that was not empty for 100 ms.
//! HHVM's job queue turns by length instead (`Server.ThreadJobLIFOSwitchThreshold`).

use crate::engine::{Id, Linked, Queue, SimDuration, SimTime, Slab};
use crate::language::{Fields, PositiveDuration, Problems, Whole};

/// Longest queue that may be the threshold.
const MOST_LENGTH: u64 = 1_000_000_000;

/// When the order turns to last in first out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdaptiveLifo {
    /// While somebody has been waiting at every moment for longer than this.
    Standing(SimDuration),
    /// While more than so many wait.
    Longer(u32),
}

impl Default for AdaptiveLifo {
    /// 100 ms: Maurer 2015.
    fn default() -> Self {
        Self::Standing(SimDuration::from_millis(100))
    }
}

impl AdaptiveLifo {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let standing = fields.optional::<PositiveDuration>("standing-for", problems);
        let place = fields.entry("longer-than").map(|entry| entry.key_place);
        let longer = fields.optional::<Whole<0, MOST_LENGTH>>("longer-than", problems);
        match (standing?, longer?) {
            (None, None) => Some(Self::default()),
            (Some(standing), None) => Some(Self::Standing(standing.0)),
            (None, Some(longer)) => Some(Self::Longer(longer.0 as u32)),
            (Some(_), Some(_)) => {
                problems.add_with_hint(
                    place.unwrap_or(fields.place()),
                    "`longer-than` cannot stand beside `standing-for`",
                    "the order turns by time, `standing-for = \"100ms\"`, or by length, \
                     `longer-than = 50`: keep one",
                );
                None
            }
        }
    }
}

/// A queue that is left at either end.
#[derive(Debug)]
pub(super) struct AdaptiveLifoLine<T> {
    queue: Queue<T>,
    settings: AdaptiveLifo,
    /// When the first of those came who have kept the queue from being empty ever since.
    standing_since: SimTime,
}

impl<T: Linked> AdaptiveLifoLine<T> {
    pub(super) const fn new(settings: AdaptiveLifo) -> Self {
        Self { queue: Queue::new(), settings, standing_since: SimTime::ZERO }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, now: SimTime) {
        if self.queue.is_empty() {
            self.standing_since = now;
        }
        self.queue.push_back(slab, id);
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>, now: SimTime) -> Option<Id<T>> {
        let turned = match self.settings {
            AdaptiveLifo::Standing(length) => now.since(self.standing_since) > length,
            AdaptiveLifo::Longer(length) => self.queue.len() > length,
        };
        if turned { self.queue.pop_back(slab) } else { self.queue.pop_front(slab) }
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.queue.remove(slab, id);
    }

    pub(super) fn len(&self) -> u32 {
        self.queue.len()
    }

    pub(super) fn oldest(&self) -> Option<Id<T>> {
        self.queue.front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::line::Discipline;
    use crate::service::line::tests::{Play, at_ms, ticket};

    fn play(settings: AdaptiveLifo) -> Play {
        Play::new(&Discipline::AdaptiveLifo(settings))
    }

    #[test]
    fn the_order_turns_once_a_queue_has_stood_and_back_once_it_was_empty() {
        let mut play = play(AdaptiveLifo::default());
        for ms in [0, 40, 80] {
            play.push(ticket(ms));
        }
        // 100 ms is not longer than 100 ms yet.
        assert_eq!(play.pop(at_ms(100)), Some(0));
        play.push(ticket(100));
        assert_eq!(play.pop(at_ms(101)), Some(3));
        assert_eq!(play.pop(at_ms(102)), Some(2));
        assert_eq!(play.pop(at_ms(103)), Some(1));
        assert_eq!(play.pop(at_ms(104)), None);
        // The queue was empty: a new one has to stand anew.
        play.push(ticket(150));
        play.push(ticket(151));
        assert_eq!(play.pop(at_ms(250)), Some(4));
        assert_eq!(play.oldest(), Some(5));
    }

    #[test]
    fn who_leaves_last_from_the_middle_empties_the_queue_too() {
        let mut play = play(AdaptiveLifo::default());
        play.push(ticket(0));
        play.remove(0);
        play.push(ticket(90));
        play.push(ticket(95));
        assert_eq!(play.pop(at_ms(150)), Some(1));
    }

    #[test]
    fn by_length_the_order_turns_back_at_the_threshold() {
        let mut play = play(AdaptiveLifo::Longer(2));
        (0..4).for_each(|_| play.push(ticket(0)));
        let served: Vec<_> = (0..4).map(|ms| play.pop(at_ms(ms)).unwrap()).collect();
        assert_eq!(served, [3, 2, 0, 1]);
    }
}
