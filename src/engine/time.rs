//! Simulated time: whole nanoseconds since the start of a run, and the lengths between them.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Bits that a point in time may take, so that a calendar key fits 16 bytes beside a sequence
/// number and a payload.
pub const TIME_BITS: u32 = 57;

const NS_PER_S: f64 = 1e9;

/// A point in simulated time, in nanoseconds since the start of the run.
///
/// Points reach to 2⁵⁷ − 1 ns, about 4.5 years. Sums that would pass it stay at [`SimTime::MAX`],
/// which every run's horizon lies before, so that it means "never".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

/// A length of simulated time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(u64);

impl SimTime {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const MAX: Self = Self((1 << TIME_BITS) - 1);

    /// A point `ns` nanoseconds after the start, at most [`SimTime::MAX`].
    pub const fn from_ns(ns: u64) -> Self {
        if ns < Self::MAX.0 { Self(ns) } else { Self::MAX }
    }

    /// Nanoseconds since the start.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Seconds since the start, for reports.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NS_PER_S
    }

    /// The time gone by since `earlier`; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    pub const MAX: Self = Self(SimTime::MAX.0);

    /// A length of `ns` nanoseconds, at most [`SimDuration::MAX`].
    pub const fn from_ns(ns: u64) -> Self {
        if ns < Self::MAX.0 { Self(ns) } else { Self::MAX }
    }

    /// A length of `secs` seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self::from_ns(secs.saturating_mul(1_000_000_000))
    }

    /// A length of `ms` milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Self::from_ns(ms.saturating_mul(1_000_000))
    }

    /// The nearest whole nanosecond to `secs` seconds; zero for a negative or undefined figure,
    /// [`SimDuration::MAX`] for one too long.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self::from_ns((secs * NS_PER_S + 0.5) as u64)
    }

    /// Nanoseconds.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Seconds, for reports.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NS_PER_S
    }
}

impl Add<SimDuration> for SimTime {
    type Output = Self;
    fn add(self, length: SimDuration) -> Self {
        // Both stay below 2⁵⁷, so the sum cannot wrap.
        Self::from_ns(self.0 + length.0)
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, length: SimDuration) {
        *self = *self + length;
    }
}

impl Add for SimDuration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_ns(self.0 + other.0)
    }
}

impl Sub for SimDuration {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stop_at_the_end_of_time() {
        assert_eq!(SimTime::MAX + SimDuration::MAX, SimTime::MAX);
        assert_eq!(SimDuration::from_secs(u64::MAX), SimDuration::MAX);
    }

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(SimDuration::from_secs_f64(1.5e-9).ns(), 2);
        assert_eq!(SimDuration::from_secs_f64(0.25).ns(), 250_000_000);
        assert_eq!(SimDuration::from_secs_f64(-1.0), SimDuration::ZERO);
        assert_eq!(SimDuration::from_secs_f64(f64::NAN), SimDuration::ZERO);
        assert_eq!(SimDuration::from_secs_f64(f64::INFINITY), SimDuration::MAX);
    }

    #[test]
    fn a_time_in_the_future_is_no_time_ago() {
        let (a, b) = (SimTime::from_ns(3), SimTime::from_ns(10));
        assert_eq!(b.since(a).ns(), 7);
        assert_eq!(a.since(b), SimDuration::ZERO);
    }
}
