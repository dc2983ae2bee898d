//! Counts over the last so much time, in slices that begin at multiples of their length.

use crate::engine::{SimDuration, SimTime};

/// Fewest slices of a window: as Finagle's and Hystrix's windows of 10 s have.
const FEWEST: u64 = 10;
/// Most slices of a window, so that it takes little memory.
const MOST: u64 = 120;

const SECOND: u64 = 1_000_000_000;

/// `N` counts that things fall out of as they grow old. The current slice is not yet full, so
/// that between all and all but one slice of the window is seen.
///
/// Slices are a second long where the window has 10 to 120 of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sliding<const N: usize> {
    slice: u64,
    /// The number of the current slice, from the start of time.
    current: u64,
    slices: Vec<[i64; N]>,
    sum: [i64; N],
}

impl<const N: usize> Sliding<N> {
    /// Nothing counted yet.
    pub fn new(window: SimDuration) -> Self {
        let count = (window.ns() / SECOND).clamp(FEWEST, MOST);
        let slice = window.ns().div_ceil(count).max(1);
        Self { slice, current: 0, slices: vec![[0; N]; count as usize], sum: [0; N] }
    }

    /// Counts `what` at `now`.
    pub fn add(&mut self, now: SimTime, what: [i64; N]) {
        self.forget(now);
        let place = self.place(self.current);
        for (kind, count) in what.into_iter().enumerate() {
            self.slices[place][kind] += count;
            self.sum[kind] += count;
        }
    }

    /// What was counted in the window that ends at `now`.
    pub fn sum(&mut self, now: SimTime) -> [i64; N] {
        self.forget(now);
        self.sum
    }

    fn place(&self, slice: u64) -> usize {
        (slice % self.slices.len() as u64) as usize
    }

    /// Empties the slices that have become too old, to be filled anew.
    fn forget(&mut self, now: SimTime) {
        let slice = now.ns() / self.slice;
        let gone = slice.saturating_sub(self.current).min(self.slices.len() as u64);
        for nth in 1..=gone {
            let place = self.place(self.current + nth);
            for (sum, count) in self.sum.iter_mut().zip(self.slices[place]) {
                *sum -= count;
            }
            self.slices[place] = [0; N];
        }
        self.current = self.current.max(slice);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::testing::{at, ms};

    #[test]
    fn slices_are_a_second_where_there_are_enough() {
        let slice = |window| Sliding::<1>::new(window).slice;
        assert_eq!(slice(ms(10_000)), SECOND);
        assert_eq!(slice(ms(120_000)), SECOND);
        assert_eq!(slice(ms(1_000)), SECOND / 10);
        assert_eq!(slice(ms(3_600_000)), 30 * SECOND);
    }

    proptest! {
        #[test]
        fn agrees_with_a_list_of_all(
            window in 1_u64..30_000,
            steps in prop::collection::vec((0_u64..4_000, -3_i64..10), 1..200),
        ) {
            let mut sliding = Sliding::<1>::new(ms(window));
            let (slice, len) = (sliding.slice, sliding.slices.len() as u64);
            let mut all = Vec::new();
            let mut now = 0;
            for (gap, count) in steps {
                now += gap;
                sliding.add(at(now), [count]);
                let this = at(now).ns() / slice;
                all.push((this, count));
                let recent = all.iter().filter(|(then, _)| then + len > this);
                let expected: i64 = recent.map(|(_, count)| count).sum();
                prop_assert_eq!(sliding.sum(at(now)), [expected]);
            }
        }
    }
}
