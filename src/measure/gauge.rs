//! A level over time, such as a queue's length or the busy workers: its integral and its maximum.

use crate::engine::{SimDuration, SimTime};

/// A level that changes at points in time and holds in between.
///
/// A change takes about half a nanosecond. The integral cannot overflow: levels below 2⁶⁴ over
/// less than 2⁶⁴ ns fit in 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    level: u64,
    max: u64,
    /// Level × nanoseconds, from `opened` to `changed`.
    integral: u128,
    opened: SimTime,
    changed: SimTime,
}

/// What a level did in one window of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// The level × nanoseconds; over `length`, the mean level.
    pub integral: u128,
    /// The highest level that held in the window, for however short a time.
    pub max: u64,
    /// How long the window was.
    pub length: SimDuration,
}

impl Gauge {
    /// A level of `level` from `now` on.
    pub fn new(now: SimTime, level: u64) -> Self {
        Self { level, max: level, integral: 0, opened: now, changed: now }
    }

    /// The level now.
    #[inline]
    pub fn level(&self) -> u64 {
        self.level
    }

    /// Changes the level by `change` at `now`, which is not before the last change.
    ///
    /// # Panics
    /// If the level would fall below zero.
    #[inline]
    pub fn add(&mut self, now: SimTime, change: i64) {
        let level = self.level.checked_add_signed(change);
        self.set(now, level.expect("what is taken from a level was added to it before"));
    }

    /// Changes the level to `level` at `now`, which is not before the last change.
    #[inline]
    pub fn set(&mut self, now: SimTime, level: u64) {
        self.pass(now);
        self.level = level;
        self.max = self.max.max(level);
    }

    /// Ends a window at `now` and starts the next, at the same level.
    pub fn close(&mut self, now: SimTime) -> Level {
        self.pass(now);
        let window =
            Level { integral: self.integral, max: self.max, length: now.since(self.opened) };
        *self = Self::new(now, self.level);
        window
    }

    /// Counts the level in up to `now`.
    #[inline]
    fn pass(&mut self, now: SimTime) {
        debug_assert!(now >= self.changed, "time does not run backwards");
        let held = now.since(self.changed).ns();
        self.integral += u128::from(self.level) * u128::from(held);
        self.changed = now;
    }
}

impl Level {
    /// The mean level over the window; zero for a window of no length.
    pub fn mean(&self) -> f64 {
        let length = self.length.ns();
        if length == 0 { 0.0 } else { self.integral as f64 / length as f64 }
    }

    /// Joins the window that follows this one.
    pub fn extend(&mut self, next: &Self) {
        self.integral += next.integral;
        self.max = self.max.max(next.max);
        self.length = self.length + next.length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    #[test]
    fn a_level_that_lasts_no_time_counts_for_the_maximum_alone() {
        let mut gauge = Gauge::new(at(0), 0);
        gauge.add(at(10), 5);
        gauge.add(at(10), -4);
        let window = gauge.close(at(30));
        assert_eq!(window, Level { integral: 20, max: 5, length: SimDuration::from_ns(30) });
        assert_eq!(window.mean(), 20.0 / 30.0);
    }

    #[test]
    fn the_next_window_starts_at_the_level_of_the_last() {
        let mut gauge = Gauge::new(at(0), 9);
        gauge.set(at(1), 3);
        gauge.close(at(2));
        assert_eq!(gauge.close(at(4)).max, 3);
        assert_eq!(gauge.close(at(4)).mean(), 0.0);
    }

    #[test]
    #[should_panic(expected = "what is taken from a level")]
    fn a_level_below_zero_is_a_mistake() {
        Gauge::new(at(0), 1).add(at(1), -2);
    }

    proptest! {
        #[test]
        fn windows_join_to_the_whole(
            steps in prop::collection::vec((0u64..1000, 0u64..50), 1..40),
            cuts in prop::collection::vec(any::<bool>(), 40),
        ) {
            let (mut now, mut whole) = (0, Gauge::new(at(0), 2));
            let (mut cut, mut joined) = (whole, Level::default());
            for (&(held, level), &is_cut) in steps.iter().zip(&cuts) {
                now += held;
                if is_cut {
                    joined.extend(&cut.close(at(now)));
                }
                whole.set(at(now), level);
                cut.set(at(now), level);
            }
            joined.extend(&cut.close(at(now)));
            prop_assert_eq!(joined, whole.close(at(now)));
        }
    }
}
