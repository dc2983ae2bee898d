//! A rate limit that refills continuously: the generic cell rate algorithm, which is a token
//! bucket that starts full (ITU-T I.371; the two are equal, see Turner 1986).

use super::time::{SimDuration, SimTime, TIME_BITS};

/// Fractions of a nanosecond: rates such as 115,000/s have no whole interval.
const FRACTION_BITS: u32 = 40;
/// An interval beyond the end of time; sums of many of them fit.
const NEVER: u128 = 1 << (TIME_BITS + FRACTION_BITS + 1);

/// The algorithm for one rate and burst, for the many who are each held to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gcra {
    /// 1 ÷ rate, in 2⁻⁴⁰ ns.
    interval: u128,
    /// (burst − 1) ÷ rate.
    tolerance: u128,
}

/// All that has to be remembered of each: the theoretical arrival time of its next one, in 2⁻⁴⁰ ns.
/// The default is that of somebody who has not taken anything yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due(u128);

impl Gcra {
    /// At most `per_s` (positive) in the long run, and `burst` (at least 1) at once.
    pub fn new(per_s: f64, burst: u32) -> Self {
        let unit = (1u128 << FRACTION_BITS) as f64;
        let interval = ((1e9 / per_s * unit) as u128).min(NEVER);
        Self { interval, tolerance: interval.saturating_mul(u128::from(burst.max(1) - 1)) }
    }

    /// With a burst that, as room to wait, makes nobody wait longer than `wait`; it is no larger
    /// than it was.
    pub fn with_wait_at_most(self, wait: SimDuration) -> Self {
        let tolerance = self.tolerance.min(u128::from(wait.ns()) << FRACTION_BITS);
        Self { tolerance, ..self }
    }

    /// When the next one conforms, if none is taken before.
    #[inline]
    pub fn conforms_from(&self, due: Due) -> SimTime {
        whole_ns(due.0.saturating_sub(self.tolerance))
    }

    /// Takes one at `now`, if it conforms.
    #[inline]
    pub fn take(&self, due: &mut Due, now: SimTime) -> bool {
        self.take_many(due, now, 1)
    }

    /// Takes `count` together at `now`, if one conforms: what goes beyond that has to be made up
    /// for before the next one does.
    #[inline]
    pub fn take_many(&self, due: &mut Due, now: SimTime, count: u32) -> bool {
        if self.conforms_from(*due) > now {
            return false;
        }
        // Whoever comes as early as a whole nanosecond allows pays from when it was due, so that
        // rounding up loses no rate.
        self.take_ahead(due, now, count);
        true
    }

    /// Takes `count` together at `now`, whether or not they conform: what is taken ahead has to be
    /// made up for before the next one conforms.
    pub fn take_ahead(&self, due: &mut Due, now: SimTime, count: u32) {
        let from = if self.is_rested(*due, now) { fine(now) } else { due.0 };
        due.0 = from.saturating_add(self.interval.saturating_mul(u128::from(count)));
    }

    /// When the next one would leave if they left at the rate, one by one, the burst being room to
    /// wait: `now`, or later.
    #[inline]
    pub fn leaves(&self, due: Due, now: SimTime) -> SimTime {
        whole_ns(due.0).max(now)
    }

    /// Whether nothing that was taken matters any more: from `now` on, `due` is as good as
    /// [`Due::default`].
    #[inline]
    pub fn is_rested(&self, due: Due, now: SimTime) -> bool {
        due.0 < fine(now).saturating_sub((1 << FRACTION_BITS) - 1)
    }
}

/// Up to the next whole nanosecond: never a moment too early.
#[inline]
fn whole_ns(fine: u128) -> SimTime {
    SimTime::from_ns(u64::try_from(fine.div_ceil(1 << FRACTION_BITS)).unwrap_or(u64::MAX))
}

#[inline]
fn fine(time: SimTime) -> u128 {
    u128::from(time.ns()) << FRACTION_BITS
}

/// One limit of `rate` with room for a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    gcra: Gcra,
    due: Due,
}

impl Meter {
    /// At most `per_s` (positive) in the long run, and `burst` (at least 1) at once.
    pub fn new(per_s: f64, burst: u32) -> Self {
        Self { gcra: Gcra::new(per_s, burst), due: Due::default() }
    }

    /// When the next one conforms, if none is taken before.
    #[inline]
    pub fn conforms_from(&self) -> SimTime {
        self.gcra.conforms_from(self.due)
    }

    /// Takes one at `now`, if it conforms.
    #[inline]
    pub fn take(&mut self, now: SimTime) -> bool {
        self.gcra.take(&mut self.due, now)
    }

    /// See [`Gcra::take_many`].
    #[inline]
    pub fn take_many(&mut self, now: SimTime, count: u32) -> bool {
        self.gcra.take_many(&mut self.due, now, count)
    }

    /// See [`Gcra::leaves`].
    #[inline]
    pub fn leaves(&self, now: SimTime) -> SimTime {
        self.gcra.leaves(self.due, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
