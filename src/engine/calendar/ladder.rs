//! The radix ladder: a priority queue for events that are never scheduled in the past.
//!
//! The events up to a *reach* stand in the [`Bottom`], sorted. A later event goes into a bucket:
//! the highest digit in which it differs from the reach gives the level, the value of that digit
//! the place in it. So all events of a bucket come before those of the next, and of the next
//! level. When the bottom is empty, the lowest buckets are sorted into it while they hold few
//! events; one that holds many is spread over the lower levels, around a reach where they begin.
//! An event moves down at most once a level, in practice two or three times in all, and only ever
//! from the front of one chunk to the end of another: memory is read and written in order,
//! however many events are pending.
//!
//! The radix runs over time and sequence, so that a million events at one time are spread as well
//! as any others.
//!
//! The reach may go back (when the bottom overflows) only to the time that has been reached, and
//! only while that differs from the old reach in no higher level than the lowest bucket in use:
//! then no event changes its bucket. That is nearly always so, for events are spread only around
//! what is about to be popped; where it is not, the bottom grows until the next refill instead.

use super::bottom::Bottom;
use super::chunks::{Bucket, CHUNK, Chunks};
use super::event::Event;

/// Bits below the radix: the payload orders nothing.
const LOW_BITS: u32 = 32;
const DIGIT_BITS: u32 = 5;
const DIGITS: usize = 1 << DIGIT_BITS;
/// Levels within the low half of a key. Digits do not straddle the halves, so that a place is
/// found by arithmetic on one word.
const LOW_LEVELS: usize = (64 - LOW_BITS).div_ceil(DIGIT_BITS) as usize;
const LEVELS: usize = LOW_LEVELS + 64u32.div_ceil(DIGIT_BITS) as usize;

/// A refill stops with this many events in the bottom,
const WANTED: usize = 12;
/// and sorts no more than this many.
const SORTED_MAX: usize = 96;
/// Most events that are kept in the bottom alone, where inserting takes time that grows with them.
const ALONE_MAX: usize = 48;
/// Events that may be inserted into a bottom after a refill.
const ROOM: usize = 16;

/// Every pending event but those in lanes.
#[derive(Debug)]
pub(super) struct Ladder {
    bottom: Bottom,
    /// The length at which the bottom overflows.
    bottom_max: usize,
    /// What is not after this is in the bottom, what is after it in a bucket.
    reach: Event,
    /// The last event popped, here or from a lane.
    now: Event,
    /// Which levels have a bucket in use, one bit each,
    levels: u32,
    /// and which buckets of each level are.
    digits: [u32; LEVELS],
    buckets: Box<[Bucket; LEVELS * DIGITS]>,
    chunks: Chunks,
}

impl Ladder {
    pub(super) fn new() -> Self {
        Self {
            bottom: Bottom::new(),
            bottom_max: ALONE_MAX,
            reach: Event::LAST,
            now: Event(0),
            levels: 0,
            digits: [0; LEVELS],
            buckets: Box::new([Bucket::default(); LEVELS * DIGITS]),
            chunks: Chunks::new(),
        }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, event: Event) {
        if event > self.reach {
            self.put(event);
        } else {
            self.bottom.insert(event);
            if self.bottom.len() > self.bottom_max {
                self.overflow();
            }
        }
    }

    /// The first event, if it is not after `bound`.
    #[inline]
    pub(super) fn pop(&mut self, bound: Event) -> Option<Event> {
        if self.bottom.is_empty() {
            self.refill(bound);
        }
        let first = self.bottom.first().filter(|&first| first <= bound)?;
        self.bottom.pop();
        self.now = first;
        Some(first)
    }

    /// The last event popped.
    #[inline]
    pub(super) fn now(&self) -> Event {
        self.now
    }

    /// Tells that `event`, which came before all of these, was popped from elsewhere.
    #[inline]
    pub(super) fn advance(&mut self, event: Event) {
        self.now = event;
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.buckets) + self.bottom.bytes() + self.chunks.bytes()
    }

    #[inline]
    fn put(&mut self, event: Event) {
        let (level, digit) = place(event, self.reach);
        let bucket = &mut self.buckets[level * DIGITS + digit];
        if bucket.is_at_brim() {
            self.levels |= 1 << level;
            self.digits[level] |= 1 << digit;
            self.chunks.lengthen(bucket);
        }
        self.chunks.append(bucket, event);
    }

    /// Moves events from the bottom to the buckets.
    #[cold]
    #[inline(never)]
    fn overflow(&mut self) {
        let reach = Event(self.now.0 | mask_below(0));
        if reach >= self.reach || self.changes_buckets(reach) {
            self.bottom_max = 2 * self.bottom.len();
            return;
        }
        self.reach = reach;
        self.bottom_max = ALONE_MAX;
        let events = self.bottom.drain();
        events.iter().for_each(|&event| self.push(event));
        self.bottom.recycle(events);
    }

    /// Whether an event would belong in another bucket if the reach went back to `reach`.
    fn changes_buckets(&self, reach: Event) -> bool {
        let (level, _) = place(reach, self.reach);
        self.levels & ((1 << level) - 1) != 0
    }

    /// Fills the empty bottom from the lowest buckets, unless they begin after `bound`.
    #[inline(never)]
    fn refill(&mut self, bound: Event) {
        while self.levels != 0 {
            let level = self.levels.trailing_zeros() as usize;
            let digit = self.digits[level].trailing_zeros() as usize;
            let above = self.reach.0 & !mask_below(level + 1);
            let start = above | (digit as u128) << first_bit(level);
            let gathered = self.bottom.unsorted().len();
            let len = self.buckets[level * DIGITS + digit].len();
            let few = gathered + len <= SORTED_MAX;
            if start > bound.0 || !few && gathered > 0 {
                break;
            }
            let mut bucket = self.take(level, digit);
            if few || level == 0 {
                self.reach = Event(start | mask_below(level));
                self.chunks.drain_into(&mut bucket, self.bottom.unsorted());
                if gathered + len >= WANTED {
                    break;
                }
            } else {
                let from = self.start_of(&bucket, level).min(bound.0);
                self.reach = Event(from | mask_below(0));
                self.spread(bucket);
            }
        }
        self.bottom.sort();
        self.bottom_max = self.bottom.len().max(ALONE_MAX - ROOM) + ROOM;
        if self.levels == 0 {
            self.reach = Event::LAST;
            self.bottom_max = ALONE_MAX;
        }
        if self.chunks.is_sparse() {
            self.chunks.rebuild(&mut *self.buckets);
        }
    }

    #[inline]
    fn take(&mut self, level: usize, digit: usize) -> Bucket {
        self.digits[level] &= !(1 << digit);
        if self.digits[level] == 0 {
            self.levels &= !(1 << level);
        }
        std::mem::take(&mut self.buckets[level * DIGITS + digit])
    }

    /// The highest digits that all events of `bucket`, at `level`, share. More than what they share
    /// by being in one bucket, if they are at one time or nearly so: that saves moving them down
    /// level by level.
    fn start_of(&self, bucket: &Bucket, level: usize) -> u128 {
        let (first, differ) = self.chunks.compare(bucket, mask_below(level - 1));
        first.0 & !(u128::MAX >> (differ | mask_below(0)).leading_zeros())
    }

    /// Moves the events of `bucket` to lower levels, around the reach.
    fn spread(&mut self, mut bucket: Bucket) {
        let mut events = [Event::LAST; CHUNK];
        loop {
            let len = self.chunks.take(&mut bucket, &mut events);
            if len == 0 {
                return;
            }
            for &event in &events[..len] {
                if event > self.reach {
                    self.put(event);
                } else {
                    self.bottom.unsorted().push(event);
                }
            }
        }
    }

    /// What must hold between any two calls.
    #[cfg(test)]
    pub(super) fn check(&self) {
        self.bottom.check(self.reach);
        for (at, &bucket) in self.buckets.iter().enumerate() {
            let (level, digit) = (at / DIGITS, at % DIGITS);
            let mut events = Vec::new();
            self.chunks.clone().drain_into(&mut bucket.clone(), &mut events);
            assert_eq!(self.digits[level] >> digit & 1 == 1, !events.is_empty());
            assert!(events.iter().all(|&event| event > self.reach));
            assert!(events.iter().all(|&event| place(event, self.reach) == (level, digit)));
        }
        for (level, digits) in self.digits.iter().enumerate() {
            assert_eq!(self.levels >> level & 1 == 1, *digits != 0);
        }
    }
}

/// The level and digit of `event`, which must differ from `reach` in more than the payload.
#[inline]
fn place(event: Event, reach: Event) -> (usize, usize) {
    let high = (event.0 >> 64) as u64;
    let differ = high ^ (reach.0 >> 64) as u64;
    if differ == 0 {
        return place_low(event, reach);
    }
    let level = differ.ilog2() / DIGIT_BITS;
    let digit = (high >> (level * DIGIT_BITS)) as usize % DIGITS;
    (LOW_LEVELS + level as usize, digit)
}

/// The same for events at one time, or nearly so, that were scheduled close upon one another.
#[inline(never)]
fn place_low(event: Event, reach: Event) -> (usize, usize) {
    let low = (event.0 >> LOW_BITS) as u32;
    let differ = low ^ (reach.0 >> LOW_BITS) as u32;
    let level = differ.ilog2() / DIGIT_BITS;
    let digit = (low >> (level * DIGIT_BITS)) as usize % DIGITS;
    (level as usize, digit)
}

/// The lowest bit of a digit at `level`.
#[inline]
fn first_bit(level: usize) -> u32 {
    if level < LOW_LEVELS {
        LOW_BITS + level as u32 * DIGIT_BITS
    } else {
        u128::BITS.min(64 + (level - LOW_LEVELS) as u32 * DIGIT_BITS)
    }
}

/// All bits below the digit at `level`.
#[inline]
fn mask_below(level: usize) -> u128 {
    u128::MAX >> (u128::BITS - first_bit(level))
}
