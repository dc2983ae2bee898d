//! The histogram of a whole run, or of several runs together.

use super::bucket::{Bucket, PAGE, PAGES, Page, bucket_of_rank, index, rank, sum};
use super::{CoarseHistogram, Exact};

/// Counts of values in nanoseconds that merge exactly, in any order.
///
/// Takes 8 KiB for every octave in which there is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    pages: [Option<Box<[u64; PAGE]>>; PAGES],
    exact: Exact,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty histogram.
    pub fn new() -> Self {
        Self { pages: [const { None }; PAGES], exact: Exact::default() }
    }

    /// Counts a value of `ns` nanoseconds. In a loop, [`super::RecentHistogram`] is cheaper.
    pub fn record(&mut self, ns: u64) {
        self.exact.record(ns);
        self.add(index(ns), 1);
    }

    /// Counts `count` values of zero, as of those that did not wait.
    pub fn record_zeros(&mut self, count: u64) {
        if count > 0 {
            self.exact.record_zeros(count);
            self.add(index(0), count);
        }
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.exact.merge(&other.exact);
        for (page, counts) in other.pages.iter().enumerate() {
            if let Some(counts) = counts {
                self.add_page(page, counts.as_ref());
            }
        }
    }

    /// Count, sum and extremes.
    pub fn exact(&self) -> &Exact {
        &self.exact
    }

    /// How many values are at most `ns`, within the count of one bucket: the values of the bucket
    /// that holds `ns` are taken to lie evenly in it. Where the answer decides something, count
    /// it as the values come.
    pub fn count_at_or_below(&self, ns: u64) -> u64 {
        let last = index(ns);
        let (page, place) = (last / PAGE, last % PAGE);
        let whole: u64 = self.pages().take_while(|&(at, _)| at < page).map(|(_, c)| sum(c)).sum();
        let part = self.pages[page].as_ref().map_or(0, |counts| {
            sum(&counts[..place]) + Bucket::at(last).share_at_or_below(ns, counts[place])
        });
        whole + part
    }

    /// The `p` quantile in nanoseconds, within 5·10⁻⁴ of the value of rank ⌈p·count⌉; `None` if
    /// there is no value.
    ///
    /// # Panics
    /// If `p` is outside 0 to 1.
    pub fn quantile(&self, p: f64) -> Option<u64> {
        self.of_rank(rank(p, self.exact.count()))
    }

    /// The value of rank `rank` (from 1, the smallest) in nanoseconds, within 5·10⁻⁴; `None` if
    /// there are not so many values.
    pub fn of_rank(&self, rank: u64) -> Option<u64> {
        bucket_of_rank(self.pages(), rank).map(|bucket| self.exact.clamp(bucket.middle()))
    }

    /// The non-empty buckets and their counts, from the smallest values up.
    pub fn buckets(&self) -> impl Iterator<Item = (Bucket, u64)> {
        self.pages()
            .flat_map(|(page, counts)| (page * PAGE..).zip(counts.iter().copied()))
            .filter(|&(_, count)| count > 0)
            .map(|(index, count)| (Bucket::at(index), count))
    }

    /// A small copy.
    pub fn to_coarse(&self) -> CoarseHistogram {
        CoarseHistogram::collect(self.exact, self.pages())
    }

    /// The pages that there are, in order.
    fn pages(&self) -> impl Iterator<Item = Page<'_, u64>> {
        (0..).zip(&self.pages).filter_map(|(page, counts)| Some((page, counts.as_deref()?)))
    }

    /// Adds `count` values to the bucket at position `index`, but not to the exact figures.
    pub(super) fn add(&mut self, index: usize, count: u64) {
        self.page(index / PAGE)[index % PAGE] += count;
    }

    /// Adds a page of counts, but not to the exact figures.
    pub(super) fn add_page<C: Copy + Into<u64>>(&mut self, page: usize, counts: &[C; PAGE]) {
        for (sum, &count) in self.page(page).iter_mut().zip(counts) {
            *sum += count.into();
        }
    }

    /// Adds to the exact figures alone.
    pub(super) fn merge_exact(&mut self, exact: &Exact) {
        self.exact.merge(exact);
    }

    fn page(&mut self, page: usize) -> &mut [u64; PAGE] {
        self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))
    }
}

impl FromIterator<u64> for Histogram {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut histogram = Self::new();
        values.into_iter().for_each(|ns| histogram.record(ns));
        histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spread() -> impl Strategy<Value = Vec<u64>> {
        let value = (any::<u64>(), 0u32..64).prop_map(|(ns, shift)| ns >> shift);
        prop::collection::vec(value, 0..100)
    }

    #[test]
    fn counts_below_interpolate_inside_a_bucket() {
        // 2¹³ to 2¹³ + 7 share one bucket.
        let all: Histogram = [100, 8192, 8193, 8194, 8195].into_iter().collect();
        assert_eq!(all.count_at_or_below(99), 0);
        assert_eq!(all.count_at_or_below(100), 1);
        assert_eq!(all.count_at_or_below(8191), 1);
        assert_eq!(all.count_at_or_below(8195), 3);
        assert_eq!(all.count_at_or_below(8199), 5);
        assert_eq!(all.count_at_or_below(u64::MAX), 5);
    }

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(Histogram::new().quantile(0.5), None);
        assert_eq!(Histogram::new().count_at_or_below(u64::MAX), 0);
    }

    #[test]
    fn zeros_may_come_together() {
        let mut together: Histogram = [5, 7].into_iter().collect();
        together.record_zeros(0);
        assert_eq!(together.exact().min(), Some(5));
        together.record_zeros(3);
        assert_eq!(together, [0, 5, 0, 7, 0].into_iter().collect());
    }

    proptest! {
        #[test]
        fn merging_is_recording_both(a in spread(), b in spread()) {
            let whole: Histogram = a.iter().chain(&b).copied().collect();
            let (left, right): (Histogram, Histogram) =
                (a.into_iter().collect(), b.into_iter().collect());
            let mut one = left.clone();
            one.merge(&right);
            let mut other = right;
            other.merge(&left);
            prop_assert_eq!(&one, &whole);
            prop_assert_eq!(&other, &whole);
        }

        #[test]
        fn counts_add_up_and_quantiles_rise(values in spread(), p in 0.0..=1.0, q in 0.0..=1.0) {
            let all: Histogram = values.iter().copied().collect();
            prop_assert_eq!(all.buckets().map(|(_, n)| n).sum::<u64>(), values.len() as u64);
            prop_assert!(all.quantile(f64::min(p, q)) <= all.quantile(f64::max(p, q)));
            prop_assert_eq!(all.quantile(0.0).is_none(), values.is_empty());
        }
    }
}
