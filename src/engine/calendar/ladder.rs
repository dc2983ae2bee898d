//! The radix ladder: a priority queue for events that are never scheduled in the past.

use super::chunks::{Bucket, CHUNK, Chunks};
use super::event::Event;

/// Bits below the radix: the payload decides nothing.
const LOW_BITS: u32 = 32;
const DIGIT_BITS: u32 = 6;
const DIGITS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = ((u128::BITS - LOW_BITS).div_ceil(DIGIT_BITS)) as usize;

const BOTTOM_WANTED: usize = 16;
const BUCKET_SORTED: usize = 64;
const BOTTOM_MAX: usize = 96;

#[derive(Debug)]
pub(super) struct Ladder {
    bottom: Vec<Event>,
    reach: Event,
    now: Event,
    levels: u32,
    digits: [u64; LEVELS],
    buckets: Box<[Bucket; LEVELS * DIGITS]>,
    in_buckets: usize,
    chunks: Chunks,
}

impl Ladder {
    pub(super) fn new() -> Self {
        Self {
            bottom: Vec::with_capacity(BOTTOM_MAX + 1),
            reach: Event::LAST,
            now: Event(0),
            levels: 0,
            digits: [0; LEVELS],
            buckets: Box::new([Bucket::default(); LEVELS * DIGITS]),
            in_buckets: 0,
            chunks: Chunks::new(),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, event: Event) {
        if event > self.reach {
            self.put(event);
        } else {
            self.insert(event);
        }
    }

    #[inline]
    pub(super) fn pop(&mut self, bound: Event) -> Option<Event> {
        if self.bottom.is_empty() && !self.refill(bound) {
            return None;
        }
        let first = *self.bottom.last()?;
        if first > bound {
            return None;
        }
        self.bottom.pop();
        self.now = first;
        Some(first)
    }

    #[inline]
    pub(super) fn advance(&mut self, event: Event) {
        self.now = event;
    }

    pub(super) fn now(&self) -> Event {
        self.now
    }

    pub(super) fn len(&self) -> usize {
        self.bottom.len() + self.in_buckets
    }

    pub(super) fn bytes(&self) -> usize {
        self.bottom.capacity() * size_of::<Event>()
            + size_of_val(&*self.buckets)
            + self.chunks.bytes()
    }

    /// What must hold between any two calls.
    #[cfg(test)]
    pub(super) fn check(&mut self) {
        assert!(
            self.bottom.is_sorted_by(|a, b| a >= b) && self.bottom.first() <= Some(&self.reach)
        );
        let mut held = 0;
        for (at, &bucket) in self.buckets.iter().enumerate() {
            let (level, digit) = (at / DIGITS, at % DIGITS);
            let mut events = Vec::new();
            self.chunks.clone().drain_into(&mut bucket.clone(), &mut events);
            assert_eq!(self.digits[level] >> digit & 1 == 1, !events.is_empty());
            assert!(events.iter().all(|&event| event > self.reach));
            assert!(events.iter().all(|&event| place(event, self.reach) == (level, digit)));
            held += events.len();
        }
        assert_eq!(held, self.in_buckets);
        for (level, digits) in self.digits.iter().enumerate() {
            assert_eq!(self.levels >> level & 1 == 1, *digits != 0);
        }
    }

    #[inline]
    fn insert(&mut self, event: Event) {
        let mut at = self.bottom.len();
        self.bottom.push(event);
        while at > 0 && self.bottom[at - 1] < event {
            self.bottom[at] = self.bottom[at - 1];
            at -= 1;
        }
        self.bottom[at] = event;
        if self.bottom.len() > BOTTOM_MAX {
            self.spill();
        }
    }

    #[inline]
    fn put(&mut self, event: Event) {
        let (level, digit) = place(event, self.reach);
        self.levels |= 1 << level;
        self.digits[level] |= 1 << digit;
        self.chunks.append(&mut self.buckets[level * DIGITS + digit], event);
        self.in_buckets += 1;
    }

    #[cold]
    #[inline(never)]
    fn spill(&mut self) {
        if self.now < self.reach && self.levels != 0 {
            let (level, _) = place(self.now, self.reach);
            if level as u32 > self.levels.trailing_zeros() {
                return;
            }
        }
        let far = std::mem::take(&mut self.bottom);
        self.reach = Event(self.now.0 | low_mask(0));
        for &event in &far {
            if event > self.reach {
                self.put(event);
            } else {
                self.bottom.push(event);
            }
        }
        if self.bottom.is_empty() {
            self.bottom = far;
            self.bottom.clear();
        }
    }

    #[inline(never)]
    fn refill(&mut self, bound: Event) -> bool {
        while self.levels != 0 {
            let level = self.levels.trailing_zeros() as usize;
            let digit = self.digits[level].trailing_zeros() as usize;
            let mask = low_mask(level);
            let shift = LOW_BITS + DIGIT_BITS * level as u32;
            let above = self.reach.0 & !(mask << DIGIT_BITS | mask);
            let start = above | (digit as u128) << shift;
            let at = level * DIGITS + digit;
            let len = self.buckets[at].len as usize;
            let few = self.bottom.len() + len <= BUCKET_SORTED;
            if !few && !self.bottom.is_empty() || start > bound.0 {
                break;
            }
            self.digits[level] &= self.digits[level] - 1;
            if self.digits[level] == 0 {
                self.levels &= !(1 << level);
            }
            let mut bucket = std::mem::take(&mut self.buckets[at]);
            self.in_buckets -= len;
            if few || level == 0 {
                self.chunks.drain_into(&mut bucket, &mut self.bottom);
                self.reach = Event(start | mask);
                if self.bottom.len() >= BOTTOM_WANTED {
                    break;
                }
            } else {
                self.reach = Event(start | low_mask(0));
                self.redistribute(bucket);
            }
        }
        if self.levels == 0 {
            self.reach = Event::LAST;
        }
        self.bottom.sort_unstable_by(|a, b| b.cmp(a));
        !self.bottom.is_empty()
    }

    fn redistribute(&mut self, mut bucket: Bucket) {
        let mut events = [Event::LAST; CHUNK];
        loop {
            let len = self.chunks.take_chunk(&mut bucket, &mut events);
            if len == 0 {
                break;
            }
            for &event in &events[..len] {
                if event > self.reach {
                    self.put(event);
                } else {
                    self.bottom.push(event);
                }
            }
        }
    }
}

#[inline]
fn low_mask(level: usize) -> u128 {
    (1 << (LOW_BITS + DIGIT_BITS * level as u32)) - 1
}

#[inline]
fn place(event: Event, reach: Event) -> (usize, usize) {
    let highest = u128::BITS - 1 - (event.0 ^ reach.0).leading_zeros();
    let level = (highest - LOW_BITS) / DIGIT_BITS;
    let digit = (event.0 >> (LOW_BITS + level * DIGIT_BITS)) as usize % DIGITS;
    (level as usize, digit)
}
