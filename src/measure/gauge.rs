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
    /// Each change of the level × the time at which it was made, summed, modulo 2¹²⁸: what the
    /// final level × the final time is too much by. So a change needs no multiplication, nor the
    /// time of the change before.
    excess: u128,
    opened: SimTime,
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
        let excess = u128::from(level) * u128::from(now.ns());
        Self { level, max: level, excess, opened: now }
    }

    /// The level now.
    #[inline]
    pub fn level(&self) -> u64 {
        self.level
    }

    /// The level is one higher from `now` on.
    #[inline]
    pub fn rise(&mut self, now: SimTime) {
        self.level += 1;
        self.max = self.max.max(self.level);
        self.excess = self.excess.wrapping_add(u128::from(now.ns()));
    }

    /// The level is one lower from `now` on.
    ///
    /// # Panics
    /// If it is zero.
    #[inline]
    pub fn fall(&mut self, now: SimTime) {
        let level = self.level.checked_sub(1);
        self.level = level.expect("what is taken from a level was added to it before");
        self.excess = self.excess.wrapping_sub(u128::from(now.ns()));
    }

    /// Ends a window at `now` and starts the next, at the same level.
    pub fn close(&mut self, now: SimTime) -> Level {
        let rectangle = u128::from(self.level) * u128::from(now.ns());
        let window = Level {
            integral: rectangle.wrapping_sub(self.excess),
            max: self.max,
            length: now.since(self.opened),
        };
        *self = Self::new(now, self.level);
        window
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

    fn step(gauge: &mut Gauge, now: u64, up: bool) {
        if up { gauge.rise(at(now)) } else { gauge.fall(at(now)) }
    }

    #[test]
    fn a_level_that_lasts_no_time_counts_for_the_maximum_alone() {
        let mut gauge = Gauge::new(at(0), 0);
        for up in [true, true, true, false] {
            step(&mut gauge, 10, up);
        }
        let window = gauge.close(at(30));
        assert_eq!(window, Level { integral: 40, max: 3, length: SimDuration::from_ns(20 + 10) });
        assert_eq!(window.mean(), 40.0 / 30.0);
    }

    #[test]
    fn the_next_window_starts_at_the_level_of_the_last() {
        let mut gauge = Gauge::new(at(0), 9);
        gauge.fall(at(1));
        assert_eq!(gauge.close(at(2)).integral, 9 + 8);
        assert_eq!(
            gauge.close(at(4)),
            Level { integral: 16, max: 8, length: SimDuration::from_ns(2) }
        );
        assert_eq!(gauge.close(at(4)).mean(), 0.0);
    }

    #[test]
    #[should_panic(expected = "what is taken from a level")]
    fn a_level_below_zero_is_a_mistake() {
        Gauge::new(at(0), 0).fall(at(1));
    }

    proptest! {
        /// Against the definition: the level × how long it held, piece by piece.
        #[test]
        fn windows_join_to_the_whole(
            first in 40u64..100,
            steps in prop::collection::vec((0u64..1 << 50, any::<bool>(), any::<bool>()), 1..40),
        ) {
            let (mut now, mut level, mut integral, mut max) = (0, first, 0, first);
            let mut gauge = Gauge::new(at(0), first);
            let mut joined = Level::default();
            for &(held, up, is_cut) in &steps {
                now += held;
                integral += u128::from(level) * u128::from(held);
                if is_cut {
                    joined.extend(&gauge.close(at(now)));
                }
                level = if up { level + 1 } else { level - 1 };
                max = max.max(level);
                step(&mut gauge, now, up);
            }
            joined.extend(&gauge.close(at(now)));
            prop_assert_eq!(joined, Level { integral, max, length: SimDuration::from_ns(now) });
        }
    }
}
