//! The ladder's bottom: the few events that come next, in order.

use super::event::Event;

/// Most events that are sorted by rank, which takes a number of steps that grows as their square.
const RANKED: usize = 1 << INDEX_BITS;
const INDEX_BITS: u32 = 7;
/// Bits of a key that, with the index, fit a positive `i32`.
const KEY_BITS: u32 = 31 - INDEX_BITS;
/// Keys that are compared at a time.
const LANES: usize = 8;

/// A short sorted run, last event first, so that the next one is taken from the end.
#[derive(Debug)]
pub(super) struct Bottom {
    events: Vec<Event>,
    unsorted: Vec<Event>,
    keys: [i32; RANKED],
}

impl Bottom {
    pub(super) fn new() -> Self {
        let empty = || Vec::with_capacity(RANKED);
        Self { events: empty(), unsorted: empty(), keys: [0; RANKED] }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    #[inline]
    pub(super) fn first(&self) -> Option<Event> {
        self.events.last().copied()
    }

    #[inline]
    pub(super) fn pop(&mut self) {
        self.events.pop();
    }

    /// Puts `event` in its place. A plain loop beats a binary search with `insert`, as the run is
    /// short and the processor cannot read back in one piece what was just written in several.
    #[inline(always)]
    pub(super) fn insert(&mut self, event: Event) {
        // Which of two is first is anybody's guess, so it is not left to the processor's.
        if let [only] = self.events[..] {
            self.events[0] = only.max(event);
            self.events.push(only.min(event));
            return;
        }
        let mut at = self.events.len();
        self.events.push(event);
        while at > 0 && self.events[at - 1] < event {
            self.events[at] = self.events[at - 1];
            at -= 1;
        }
        self.events[at] = event;
    }

    /// Takes all events out, the last one first.
    pub(super) fn drain(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Gives back the emptied run's memory.
    pub(super) fn recycle(&mut self, mut events: Vec<Event>) {
        if self.events.is_empty() {
            events.clear();
            self.events = events;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        (self.events.capacity() + self.unsorted.capacity()) * size_of::<Event>()
    }

    #[cfg(test)]
    pub(super) fn check(&self, reach: Event) {
        assert!(self.unsorted.is_empty() && self.events.is_sorted_by(|a, b| a >= b));
        assert!(self.events.first().is_none_or(|&last| last <= reach));
    }

    /// Where the next events are gathered, in any order, until [`Bottom::sort`] is called.
    pub(super) fn unsorted(&mut self) -> &mut Vec<Event> {
        &mut self.unsorted
    }

    /// Moves what was gathered into the run, which must be empty.
    ///
    /// Each event goes where the number of later ones says. Counting them needs no unpredictable
    /// branch and uses the processor's vector units: 3 ns an event, where sorting takes 8.
    pub(super) fn sort(&mut self) {
        debug_assert!(self.events.is_empty());
        let len = self.unsorted.len();
        if len > RANKED {
            std::mem::swap(&mut self.events, &mut self.unsorted);
            self.events.sort_unstable_by(|a, b| b.cmp(a));
            return;
        }
        self.fill_keys();
        let padded = len.next_multiple_of(LANES);
        self.events.resize(len, Event::LAST);
        for (&event, &key) in self.unsorted.iter().zip(&self.keys) {
            let rank = count_above(key, &self.keys[..padded]) - (padded - len);
            self.events[rank] = event;
        }
        self.unsorted.clear();
        self.mend();
    }

    /// What orders most of the gathered events: of the bits in which they differ the highest ones,
    /// with the index below them, so that no two are equal.
    fn fill_keys(&mut self) {
        let Some(&one) = self.unsorted.first() else { return };
        let differ = self.unsorted.iter().fold(0, |bits, event| bits | event.0 ^ one.0);
        let shift = (u128::BITS - differ.leading_zeros()).saturating_sub(KEY_BITS);
        for (index, (key, event)) in self.keys.iter_mut().zip(&self.unsorted).enumerate() {
            let high = (event.0 >> shift) as u32 & ((1 << KEY_BITS) - 1);
            *key = (high << INDEX_BITS) as i32 | index as i32;
        }
        let len = self.unsorted.len();
        self.keys[len..len.next_multiple_of(LANES)].fill(i32::MAX);
    }

    /// Puts in order what the keys could not tell apart.
    fn mend(&mut self) {
        for next in 1..self.events.len() {
            let mut at = next;
            while at > 0 && self.events[at - 1] < self.events[at] {
                self.events.swap(at - 1, at);
                at -= 1;
            }
        }
    }
}

#[inline]
fn count_above(key: i32, keys: &[i32]) -> usize {
    let mut counts = [0; LANES];
    for lanes in keys.chunks_exact(LANES) {
        for (count, &other) in counts.iter_mut().zip(lanes) {
            *count += i32::from(other > key);
        }
    }
    counts.iter().sum::<i32>() as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Keys that differ in few bits, high or low, and runs shorter and longer than are ranked.
        #[test]
        fn a_run_is_sorted_whatever_its_events_share(
            words in prop::collection::vec(any::<u128>(), 0..2 * RANKED),
            (keep, shift) in (0..128u32, 0..128u32),
        ) {
            let mut events: Vec<_> =
                words.iter().map(|word| Event((word >> keep).rotate_left(shift))).collect();
            let mut bottom = Bottom::new();
            bottom.unsorted().extend_from_slice(&events);
            bottom.sort();
            events.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(&bottom.events, &events);
            prop_assert!(bottom.unsorted.is_empty());
        }
    }

    #[test]
    fn full_keys_are_not_taken_for_padding() {
        for len in 1..=RANKED {
            let mut bottom = Bottom::new();
            bottom.unsorted().push(Event(0));
            bottom.unsorted().extend((1..len).map(|_| Event::LAST));
            bottom.sort();
            assert_eq!((bottom.len(), bottom.first()), (len, Some(Event(0))));
        }
    }
}
