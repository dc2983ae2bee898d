//! Which values share a bucket, and how a quantile is read from bucket counts.

/// Sub-buckets of an octave, as a power of two.
const SUB_BITS: u32 = 10;
/// Buckets of one page: one octave, save that page 0 holds every value below 2¹⁰.
pub(super) const PAGE: usize = 1 << SUB_BITS;
/// Buckets that share a broad one, as a power of two.
const BROAD_BITS: u32 = 4;
/// Pages that all of `u64` needs.
pub(super) const PAGES: usize = 64 - SUB_BITS as usize + 1;

// A set of pages is one word.
const _: () = assert!(PAGES <= u64::BITS as usize);

/// The values that one count stands for: `lower` to `upper` ns, both included.
///
/// Values below 2¹¹ ns have a bucket of their own. Above, an octave has 2¹⁰ buckets of equal
/// width, so that no bucket is wider than 2⁻¹⁰ of its lower end and its middle lies within
/// 2⁻¹¹ < 4.9·10⁻⁴ of every value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The smallest value, in nanoseconds.
    pub lower: u64,
    /// The largest value, in nanoseconds.
    pub upper: u64,
}

impl Bucket {
    /// The bucket that holds `ns`.
    pub fn of(ns: u64) -> Self {
        Self::at(index(ns))
    }

    /// Broad buckets: as many of the layout's share one as make it 2⁻⁶ of its lower end wide.
    pub(crate) const BROAD: usize = (PAGES * PAGE) >> BROAD_BITS;

    /// The place of the broad bucket that holds `ns`.
    #[inline]
    pub(crate) fn broad_index(ns: u64) -> usize {
        index(ns) >> BROAD_BITS
    }

    /// The broad bucket at a place.
    pub(crate) fn broad(place: usize) -> Self {
        let first = place << BROAD_BITS;
        let last = first + (1 << BROAD_BITS) - 1;
        Self { lower: Self::at(first).lower, upper: Self::at(last).upper }
    }

    /// The value that stands for all of the bucket, in nanoseconds.
    pub fn middle(self) -> u64 {
        self.lower + (self.upper - self.lower) / 2
    }

    /// The bucket at position `index` of the layout.
    pub(super) fn at(index: usize) -> Self {
        let shift = (index / PAGE).saturating_sub(1);
        let lower = ((index - shift * PAGE) as u64) << shift;
        Self { lower, upper: lower + ((1 << shift) - 1) }
    }

    /// How many of `count` values spread evenly over the bucket are at most `ns`.
    pub(super) fn share_at_or_below(self, ns: u64, count: u64) -> u64 {
        if ns < self.lower {
            return 0;
        }
        if ns >= self.upper {
            return count;
        }
        let width = u128::from(self.upper - self.lower) + 1;
        let below = u128::from(ns - self.lower) + 1;
        (u128::from(count) * below / width) as u64
    }
}

/// The position of the bucket that holds `ns`.
#[inline]
pub(super) fn index(ns: u64) -> usize {
    // Values below one page get the exponent of the first, so that their shift is zero as well.
    let shift = (u64::BITS - 1 - SUB_BITS) - (ns | PAGE as u64).leading_zeros();
    // From page 1 on, the value's leading one adds 1 to the page number.
    ((shift as usize) << SUB_BITS) + (ns >> shift) as usize
}

/// The rank (from 1) of the `p` quantile among `count` values: the smallest whole number that is
/// at least `p·count`.
///
/// # Panics
/// If `p` is outside 0 to 1.
pub fn rank(p: f64, count: u64) -> u64 {
    assert!((0.0..=1.0).contains(&p), "a quantile's probability lies in 0 to 1, not {p}");
    // A product that is whole but for its rounding must not be rounded up: 0.07 × 100 is 7.
    let wanted = p * count as f64 * (1.0 - 2.0 * f64::EPSILON);
    (wanted.ceil() as u64).clamp(1, count.max(1))
}

/// A page's place and its counts.
pub(super) type Page<'a, C> = (usize, &'a [C; PAGE]);

/// The bucket that holds the value of rank `rank` (from 1), by pages in order; `None` if there
/// are not so many values.
pub(super) fn bucket_of_rank<'a, C: Copy + Into<u64> + 'a>(
    pages: impl Iterator<Item = Page<'a, C>>,
    rank: u64,
) -> Option<Bucket> {
    let mut left = rank;
    for (page, counts) in pages {
        // The sum of a page takes a tenth of the time of looking for the rank in it.
        let all = sum(counts);
        if all < left {
            left -= all;
            continue;
        }
        for (index, &count) in (page * PAGE..).zip(counts) {
            match left.checked_sub(count.into()) {
                None | Some(0) => return Some(Bucket::at(index)),
                Some(rest) => left = rest,
            }
        }
    }
    None
}

/// The sum of counts.
pub(super) fn sum<C: Copy + Into<u64>>(counts: &[C]) -> u64 {
    counts.iter().map(|&count| count.into()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_follow_one_another_without_gap_up_to_the_largest_value() {
        let mut next = 0;
        for index in 0..PAGES * PAGE {
            let bucket = Bucket::at(index);
            assert_eq!(bucket.lower, next, "bucket {index}");
            next = bucket.upper.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last bucket ends at u64::MAX");
    }

    #[test]
    fn small_values_are_exact() {
        for ns in 0..1 << 11 {
            assert_eq!(Bucket::of(ns), Bucket { lower: ns, upper: ns });
        }
        assert_eq!(Bucket::of(1 << 11), Bucket { lower: 1 << 11, upper: (1 << 11) + 1 });
    }

    #[test]
    fn whole_ranks_are_not_rounded_up() {
        assert_eq!(rank(0.07, 100), 7);
        assert_eq!(rank(0.99, 100), 99);
        assert_eq!(rank(0.99, 101), 100);
        assert_eq!(rank(0.0, 5), 1);
        assert_eq!(rank(1.0, 5), 5);
    }

    proptest! {
        #[test]
        fn a_value_lies_in_its_bucket_near_the_middle(ns: u64, shift in 0u32..64) {
            let ns = ns >> shift;
            let bucket = Bucket::of(ns);
            prop_assert!(bucket.lower <= ns && ns <= bucket.upper);
            let error = bucket.middle().abs_diff(ns) as f64;
            prop_assert!(error <= ns as f64 / 2048.0, "{error} at {ns}");
        }

        #[test]
        fn shares_grow_from_nothing_to_all(ns in 2048u64..u64::MAX / 2, count: u64) {
            let bucket = Bucket::of(ns);
            prop_assert_eq!(bucket.share_at_or_below(bucket.lower - 1, count), 0);
            prop_assert_eq!(bucket.share_at_or_below(bucket.upper, count), count);
            let here = bucket.share_at_or_below(ns, count);
            prop_assert!(here <= bucket.share_at_or_below(ns + 1, count));
        }
    }
}
