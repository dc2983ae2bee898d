//! The histogram that the simulator's loop fills: cheap to record into, cheap to empty.

use super::bucket::{PAGE, PAGES, Page, bucket_of_rank, index, rank};
use super::{CoarseHistogram, Exact, Histogram};

/// What was recorded since it was last emptied.
///
/// Recording takes about a nanosecond and no allocation once an octave has been seen; emptying
/// touches only the octaves (4 KiB each) that were recorded into.
#[derive(Clone, Debug)]
pub struct RecentHistogram {
    /// One page an octave, allocated when first recorded into and then kept.
    pages: [Option<Box<[u32; PAGE]>>; PAGES],
    /// The pages that are not all zero, one bit each.
    dirty: u64,
    /// Buckets that passed 2³² counts since the last emptying, once for every time.
    carries: Vec<u32>,
    exact: Exact,
}

impl Default for RecentHistogram {
    fn default() -> Self {
        Self::new()
    }
}

impl RecentHistogram {
    /// An empty histogram.
    pub fn new() -> Self {
        Self {
            pages: [const { None }; PAGES],
            dirty: 0,
            carries: Vec::new(),
            exact: Exact::default(),
        }
    }

    /// Counts a value of `ns` nanoseconds.
    #[inline(always)]
    pub fn record(&mut self, ns: u64) {
        let index = index(ns);
        self.dirty |= 1 << (index / PAGE);
        self.exact.record(ns);
        match &mut self.pages[index / PAGE] {
            Some(counts) => {
                let count = &mut counts[index % PAGE];
                *count = count.wrapping_add(1);
                if *count == 0 {
                    self.carry(index);
                }
            }
            None => self.open(index),
        }
    }

    /// Count, sum and extremes of the content.
    #[inline]
    pub fn exact(&self) -> &Exact {
        &self.exact
    }

    /// Adds the content to `total` and empties this histogram, keeping its memory.
    pub fn drain_into(&mut self, total: &mut Histogram) {
        total.merge_exact(&self.exact);
        for page in bits(self.dirty) {
            if let Some(counts) = &mut self.pages[page] {
                total.add_page(page, counts.as_ref());
                counts.fill(0);
            }
        }
        for &index in &self.carries {
            total.add(index as usize, 1 << 32);
        }
        self.carries.clear();
        self.dirty = 0;
        self.exact = Exact::default();
    }

    /// The `p` quantile of the content in nanoseconds, within 5·10⁻⁴; `None` if it is empty.
    ///
    /// # Panics
    /// If `p` is outside 0 to 1.
    pub fn quantile(&self, p: f64) -> Option<u64> {
        if let Some(total) = self.carried() {
            return total.quantile(p);
        }
        let bucket = bucket_of_rank(self.dirty_pages(), rank(p, self.exact.count()))?;
        Some(self.exact.clamp(bucket.middle()))
    }

    /// A small copy of the content, to keep.
    pub fn to_coarse(&self) -> CoarseHistogram {
        match self.carried() {
            Some(total) => total.to_coarse(),
            None => CoarseHistogram::collect(self.exact, self.dirty_pages()),
        }
    }

    /// The dirty pages, in order.
    fn dirty_pages(&self) -> impl Iterator<Item = Page<'_, u32>> {
        bits(self.dirty).filter_map(|page| Some((page, self.pages[page].as_deref()?)))
    }

    /// The content where some count has come round, which is slow, and happens once in 2³².
    fn carried(&self) -> Option<Histogram> {
        (!self.carries.is_empty()).then(|| {
            let mut total = Histogram::new();
            self.clone().drain_into(&mut total);
            total
        })
    }

    /// Counts into an octave not seen before.
    #[cold]
    #[inline(never)]
    fn open(&mut self, index: usize) {
        let mut counts = Box::new([0; PAGE]);
        counts[index % PAGE] = 1;
        self.pages[index / PAGE] = Some(counts);
    }

    /// Notes that a bucket's count has come round to zero.
    #[cold]
    #[inline(never)]
    fn carry(&mut self, index: usize) {
        self.carries.push(index as u32);
    }
}

/// The positions of the ones in `set`, from the lowest.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        lowest
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn draining_twice_adds_what_came_between() {
        let (mut recent, mut total) = (RecentHistogram::new(), Histogram::new());
        recent.record(7);
        recent.record(1 << 40);
        recent.drain_into(&mut total);
        assert_eq!(recent.exact().count(), 0);
        assert_eq!(recent.quantile(0.5), None);
        recent.record(7);
        recent.drain_into(&mut total);
        let counts: Vec<u64> = total.buckets().map(|(_, count)| count).collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(total.exact().sum(), 14 + (1 << 40));
    }

    #[test]
    fn a_count_that_comes_round_is_not_lost() {
        let (mut recent, mut total) = (RecentHistogram::new(), Histogram::new());
        recent.record(9);
        if let Some(counts) = &mut recent.pages[0] {
            counts[9] = u32::MAX;
        }
        recent.record(9);
        recent.record(20);
        assert_eq!(recent.to_coarse().buckets().map(|(_, n)| n).collect::<Vec<_>>(), [1 << 32, 1]);
        assert_eq!(recent.carried().unwrap().of_rank(1 << 32), Some(9));
        assert_eq!(recent.carried().unwrap().of_rank((1 << 32) + 1), Some(20));
        recent.drain_into(&mut total);
        recent.drain_into(&mut total);
        assert_eq!(total.buckets().map(|(_, n)| n).collect::<Vec<_>>(), [1 << 32, 1]);
    }

    proptest! {
        #[test]
        fn a_quantile_is_near_the_value_of_its_rank(
            values in prop::collection::vec((any::<u64>(), 0u32..64), 1..200),
            p in 0.0..=1.0,
        ) {
            let mut sorted: Vec<u64> = values.iter().map(|(ns, shift)| ns >> shift).collect();
            let mut recent = RecentHistogram::new();
            sorted.iter().for_each(|&ns| recent.record(ns));
            sorted.sort_unstable();
            let truth = sorted[rank(p, sorted.len() as u64) as usize - 1];
            let found = recent.quantile(p).unwrap();
            prop_assert!(found.abs_diff(truth) as f64 <= 5e-4 * truth as f64);
            prop_assert!(sorted[0] <= found && found <= sorted[sorted.len() - 1]);

            let mut total = Histogram::new();
            recent.drain_into(&mut total);
            prop_assert_eq!(total.quantile(p), Some(found));
        }
    }
}
