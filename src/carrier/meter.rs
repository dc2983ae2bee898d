//! A rate limit that refills continuously: the generic cell rate algorithm, which is a token
//! bucket that starts full (ITU-T I.371; the two are equal, see Turner 1986).

use crate::engine::SimTime;
use crate::engine::time::TIME_BITS;

/// Fractions of a nanosecond: rates such as 115,000/s have no whole interval.
const FRACTION_BITS: u32 = 40;
/// An interval beyond the end of time; sums of many of them fit.
const NEVER: u128 = 1 << (TIME_BITS + FRACTION_BITS + 1);

/// One limit of `rate` with room for a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// 1 ÷ rate, in 2⁻⁴⁰ ns.
    interval: u128,
    /// (burst − 1) ÷ rate.
    tolerance: u128,
    /// The theoretical arrival time of the next one.
    due: u128,
}

impl Meter {
    /// At most `per_s` (positive) in the long run, and `burst` (at least 1) at once.
    pub fn new(per_s: f64, burst: u32) -> Self {
        let unit = (1u128 << FRACTION_BITS) as f64;
        let interval = ((1e9 / per_s * unit) as u128).min(NEVER);
        Self { interval, tolerance: interval.saturating_mul(u128::from(burst.max(1) - 1)), due: 0 }
    }

    /// When the next one conforms, if none is taken before.
    #[inline]
    pub fn conforms_from(&self) -> SimTime {
        let from = self.due.saturating_sub(self.tolerance);
        // Up to the next whole nanosecond: never a moment too early.
        let ns = from.div_ceil(1 << FRACTION_BITS);
        SimTime::from_ns(u64::try_from(ns).unwrap_or(u64::MAX))
    }

    /// Takes one at `now`, if it conforms.
    #[inline]
    pub fn take(&mut self, now: SimTime) -> bool {
        if self.conforms_from() > now {
            return false;
        }
        // Whoever comes as early as a whole nanosecond allows pays from when it was due, so that
        // rounding up loses no rate.
        let now = u128::from(now.ns()) << FRACTION_BITS;
        let idle_from = now.saturating_sub((1 << FRACTION_BITS) - 1);
        let start = if self.due >= idle_from { self.due } else { now };
        self.due = start.saturating_add(self.interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SimDuration;
    use proptest::prelude::*;

    #[test]
    fn a_backlog_leaves_at_exactly_the_rate() {
        let mut meter = Meter::new(115_000.0, 1);
        let mut now = SimTime::ZERO;
        for _ in 0..1_150_000 {
            now = now.max(meter.conforms_from());
            assert!(meter.take(now));
        }
        // The last of 10 s × 115,000 leaves one interval (8,696 ns) before 10 s.
        assert!(now.ns().abs_diff(10_000_000_000 - 8_696) <= 1, "{now:?}");
    }

    #[test]
    fn a_full_bucket_lets_the_burst_through_and_no_more() {
        let mut meter = Meter::new(10.0, 5);
        let now = SimTime::from_ns(1_000);
        assert_eq!((0..9).filter(|_| meter.take(now)).count(), 5);
        assert!(meter.take(now + SimDuration::from_millis(100)));
    }

    #[test]
    fn the_slowest_rates_let_one_burst_through_and_nothing_ever_after() {
        for per_s in [1e-24, 1e-300, f64::MIN_POSITIVE] {
            let mut meter = Meter::new(per_s, 2);
            let taken = (0..5).filter(|&ns| meter.take(SimTime::from_ns(ns))).count();
            assert_eq!(taken, 2, "{per_s}");
            assert_eq!(meter.conforms_from(), SimTime::MAX);
        }
    }

    proptest! {
        /// A token bucket with exact fractions, for a rate whose interval is a whole number.
        #[test]
        fn agrees_with_a_token_bucket(
            burst in 1u32..6,
            gaps in prop::collection::vec(0u64..40, 1..200),
        ) {
            let mut meter = Meter::new(1e8, burst); // every 10 ns
            let (mut tokens, mut now) = (u64::from(burst) * 10, 0);
            for gap in gaps {
                now += gap;
                tokens = (tokens + gap).min(u64::from(burst) * 10);
                let conforms = tokens >= 10;
                if conforms { tokens -= 10; }
                prop_assert_eq!(meter.take(SimTime::from_ns(now)), conforms);
            }
        }
    }
}
