//! What is known of the recorded values exactly, not by bucket.

/// Count, sum, smallest and largest of values in nanoseconds.
///
/// The sum cannot overflow: 2⁶⁴ values of 2⁶⁴ ns fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Default for Exact {
    /// Of no values.
    fn default() -> Self {
        Self { count: 0, sum: 0, min: u64::MAX, max: 0 }
    }
}

impl Exact {
    /// Takes in one value.
    #[inline]
    pub(super) fn record(&mut self, ns: u64) {
        self.count += 1;
        self.sum += u128::from(ns);
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
        assert_eq!((none.mean(), none.min(), none.max()), (None, None, None));
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let mut left = of(&[5, 9]);
        left.merge(&Exact::default());
        left.merge(&of(&[2, 30]));
        assert_eq!(left, of(&[5, 9, 2, 30]));
    }
}
