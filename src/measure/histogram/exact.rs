//! What is known of the recorded values exactly, not by bucket.

/// Count, sum, sum of squares, smallest and largest of values in nanoseconds.
///
/// The sum cannot overflow: 2⁶⁴ values of 2⁶⁴ ns fit. The sum of squares is kept modulo 2¹²⁸, and
/// the variance given up where the count times the square of the largest value passes that: from
/// 4·10¹⁰ values if the largest is a day, from 9·10⁸ if it is a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    count: u64,
    sum: u128,
    squares: u128,
    min: u64,
    max: u64,
}

impl Default for Exact {
    /// Of no values.
    fn default() -> Self {
        Self { count: 0, sum: 0, squares: 0, min: u64::MAX, max: 0 }
    }
}

impl Exact {
    /// Takes in one value.
    #[inline]
    pub(super) fn record(&mut self, ns: u64) {
        self.count += 1;
        self.sum += u128::from(ns);
        self.squares = self.squares.wrapping_add(u128::from(ns) * u128::from(ns));
        self.min = self.min.min(ns);
        self.max = self.max.max(ns);
    }

    /// Takes in `count` zeros.
    pub(super) fn record_zeros(&mut self, count: u64) {
        self.count += count;
        if count > 0 {
            self.min = 0;
        }
    }

    /// Takes in all values of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.wrapping_add(other.squares);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many values.
    #[inline]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum, in nanoseconds.
    #[inline]
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The smallest, in nanoseconds; `None` of no values.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest, in nanoseconds; `None` of no values.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The mean, in nanoseconds; `None` of no values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The sample variance (divisor n − 1), in ns²; `None` of fewer than two values, or if the sum
    /// of squares may have overflowed.
    pub fn variance(&self) -> Option<f64> {
        let (count, max) = (u128::from(self.count), u128::from(self.max));
        if count < 2 || (max * max).checked_mul(count).is_none() {
            return None;
        }
        let (mean, rest) = (self.sum / count, self.sum % count);
        // Σ(x−m)² = Σx² − 2mΣx + nm² around the whole part m of the mean. The result is at most
        // Σx² and so fits, therefore arithmetic modulo 2¹²⁸ gives it without any rounding.
        let around = self
            .squares
            .wrapping_sub(mean.wrapping_mul(2).wrapping_mul(self.sum))
            .wrapping_add(count.wrapping_mul(mean).wrapping_mul(mean));
        // Around the mean itself it is less by n·((rest/n)²).
        let rest = rest as f64;
        Some((around as f64 - rest * rest / count as f64).max(0.0) / (self.count - 1) as f64)
    }

    /// `ns` moved to the range of the values, which a bucket's middle may lie outside of.
    pub(super) fn clamp(&self, ns: u64) -> u64 {
        ns.clamp(self.min.min(self.max), self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Exact {
        let mut exact = Exact::default();
        for &ns in values {
            exact.record(ns);
        }
        exact
    }

    #[test]
    fn nothing_has_no_mean_and_no_extremes() {
        let none = Exact::default();
        assert_eq!(
            (none.mean(), none.variance(), none.min(), none.max()),
            (None, None, None, None)
        );
    }

    #[test]
    fn the_variance_survives_a_mean_that_dwarfs_it() {
        // A day and 0, 1, 2 ns: squares near 7.5·10²⁷ differ by parts in 10²⁷.
        let day = 86_400_000_000_000;
        assert_eq!(of(&[day, day + 1, day + 2]).variance(), Some(1.0));
        assert_eq!(of(&[day, day + 1]).variance(), Some(0.5));
        assert_eq!(of(&[7, 7, 7]).variance(), Some(0.0));
    }

    #[test]
    fn squares_that_overflow_give_up_the_variance_only() {
        let exact = of(&[u64::MAX, u64::MAX, 0]);
        assert_eq!(exact.variance(), None);
        assert_eq!(exact.mean(), Some(2.0 * u64::MAX as f64 / 3.0));
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let mut left = of(&[5, 9]);
        left.merge(&Exact::default());
        left.merge(&of(&[2, 30]));
        assert_eq!(left, of(&[5, 9, 2, 30]));
    }
}
