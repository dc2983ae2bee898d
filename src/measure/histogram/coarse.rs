//! A histogram small enough to keep one for every window of time.

use super::Exact;
use super::bucket::{Bucket, PAGE, Page, rank, sum};

/// Neighbouring buckets of the full layout that make up one of this.
const JOINED: usize = 8;

/// Counts in 2⁷ buckets an octave: quantiles within 4·10⁻³ (and never more than 7 ns) of the
/// value of their rank, means and extremes exact. Takes 10 bytes for every non-empty bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoarseHistogram {
    /// Positions of the non-empty buckets, rising.
    positions: Vec<u16>,
    /// Their counts.
    counts: Vec<u64>,
    exact: Exact,
}

impl CoarseHistogram {
    /// From pages of the full layout, in order.
    pub(super) fn collect<'a, C: Copy + Into<u64> + 'a>(
        exact: Exact,
        pages: impl Iterator<Item = Page<'a, C>>,
    ) -> Self {
        let mut coarse = Self { exact, ..Self::default() };
        for (page, counts) in pages {
            let joined = counts.chunks_exact(JOINED).map(sum);
            for (position, count) in (page * (PAGE / JOINED)..).zip(joined) {
                if count > 0 {
                    coarse.push(position as u16, count);
                }
            }
        }
        coarse.positions.shrink_to_fit();
        coarse.counts.shrink_to_fit();
        coarse
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        *self = self.merged(other);
    }

    /// Count, sum and extremes.
    pub fn exact(&self) -> &Exact {
        &self.exact
    }

    /// The `p` quantile in nanoseconds; `None` if there is no value.
    ///
    /// # Panics
    /// If `p` is outside 0 to 1.
    pub fn quantile(&self, p: f64) -> Option<u64> {
        let mut left = rank(p, self.exact.count());
        for (bucket, count) in self.buckets() {
            if count >= left {
                return Some(self.exact.clamp(bucket.middle()));
            }
            left -= count;
        }
        None
    }

    /// The non-empty buckets and their counts, from the smallest values up.
    pub fn buckets(&self) -> impl Iterator<Item = (Bucket, u64)> {
        self.entries().map(|(position, count)| {
            let first = usize::from(position) * JOINED;
            let (lower, upper) = (Bucket::at(first).lower, Bucket::at(first + JOINED - 1).upper);
            (Bucket { lower, upper }, count)
        })
    }

    fn merged(&self, other: &Self) -> Self {
        let mut merged = Self { exact: self.exact, ..Self::default() };
        merged.exact.merge(&other.exact);
        let mut left = self.entries().peekable();
        let mut right = other.entries().peekable();
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) if l.0 <= r.0 => left.next(),
                (_, Some(_)) => right.next(),
                (_, None) => left.next(),
            };
            let Some((position, count)) = next else { return merged };
            merged.push(position, count);
        }
    }

    fn entries(&self) -> impl Iterator<Item = (u16, u64)> {
        self.positions.iter().copied().zip(self.counts.iter().copied())
    }

    /// Adds to the last bucket, or to a new one after it.
    fn push(&mut self, position: u16, count: u64) {
        match (self.positions.last(), self.counts.last_mut()) {
            (Some(&last), Some(sum)) if last == position => *sum += count,
            _ => {
                self.positions.push(position);
                self.counts.push(count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Histogram;
    use super::*;
    use proptest::prelude::*;

    fn spread() -> impl Strategy<Value = Vec<u64>> {
        let value = (any::<u64>(), 0u32..64).prop_map(|(ns, shift)| ns >> shift);
        prop::collection::vec(value, 1..100)
    }

    proptest! {
        #[test]
        fn a_quantile_is_near_the_value_of_its_rank(mut values in spread(), p in 0.0..=1.0) {
            let coarse = values.iter().copied().collect::<Histogram>().to_coarse();
            values.sort_unstable();
            let truth = values[rank(p, values.len() as u64) as usize - 1];
            let error = coarse.quantile(p).unwrap().abs_diff(truth);
            prop_assert!(error <= 7 || error as f64 <= 4e-3 * truth as f64, "{error} at {truth}");
        }

        #[test]
        fn merging_is_shrinking_the_merged(a in spread(), b in spread()) {
            let whole: Histogram = a.iter().chain(&b).copied().collect();
            let mut coarse = a.into_iter().collect::<Histogram>().to_coarse();
            coarse.merge(&b.into_iter().collect::<Histogram>().to_coarse());
            prop_assert_eq!(coarse, whole.to_coarse());
        }
    }
}
