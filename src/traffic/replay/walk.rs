//! The arrivals of a measured series in one replication.

use std::sync::Arc;

use super::{Interval, Replay, Series};
use crate::dist::exponential::Units;
use crate::engine::{Key, SimTime};
use crate::traffic::line::Line;
use crate::traffic::walk::ShapeWalk;

/// Counts per interval, each spread over its interval.
///
/// A shape multiplies the counts by its mean over the interval, and places them by its course.
#[derive(Clone, Debug)]
pub(in crate::traffic) struct CountsWalk {
    replay: Arc<Replay>,
    shape: ShapeWalk,
    units: Units,
    next_interval: usize,
    /// What rounding has left over so far, from −½ to ½ of a message.
    carry: f64,
    stretches: Vec<Stretch>,
    stretch: usize,
    mass: f64,
    count: u64,
    done: u64,
    /// The exponentials drawn in this interval so far, and what they come to at its end.
    drawn: f64,
    total: f64,
    last: u64,
    /// Intervals that begin then or later do not come.
    end: u64,
}

/// A part of an interval on which the shape is straight.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: u64,
    line: Line,
    mass_before: f64,
}

impl CountsWalk {
    /// The arrivals before `end`, and perhaps some after.
    pub(in crate::traffic) fn start(
        replay: &Arc<Replay>,
        shape: ShapeWalk,
        key: Key,
        end: u64,
    ) -> Self {
        Self {
            replay: Arc::clone(replay),
            shape,
            units: Units::from(key),
            next_interval: 0,
            carry: 0.0,
            stretches: Vec::new(),
            stretch: 0,
            mass: 0.0,
            count: 0,
            done: 0,
            drawn: 0.0,
            total: 0.0,
            last: 0,
            end,
        }
    }

    pub(in crate::traffic) fn next(&mut self) -> Option<u64> {
        while self.done == self.count {
            self.open_interval()?;
        }
        self.done += 1;
        let share = if self.replay.evenly {
            (self.done as f64 - 0.5) / self.count as f64
        } else {
            self.drawn += self.units.draw();
            self.drawn / self.total
        };
        self.last = self.last.max(self.position(share * self.mass));
        Some(self.last)
    }

    fn open_interval(&mut self) -> Option<()> {
        let Series::Counts(intervals) = &self.replay.series else { return None };
        let interval = *intervals.get(self.next_interval).filter(|i| i.start < self.end)?;
        self.next_interval += 1;
        self.stretches.clear();
        self.mass = stretches(&interval, &mut self.shape, &mut self.stretches);
        let length = (interval.end - interval.start) as f64;
        self.carry += interval.count * (self.mass / length);
        // Rounding, not flooring: a sum that misses a whole number by a bit still reaches it.
        self.count = (self.carry + 0.5) as u64;
        self.carry -= self.count as f64;
        (self.done, self.stretch) = (0, 0);
        if !self.replay.evenly {
            self.look_ahead();
        }
        Some(())
    }

    /// Adds up the exponentials of this interval, one more than its arrivals: n sums of
    /// exponentials, divided by the sum of n + 1, are n sorted uniform numbers (Devroye 1986,
    /// section V.2). The copy of the generator is thrown away; the arrivals draw the same again.
    fn look_ahead(&mut self) {
        (self.drawn, self.total) = (0.0, 0.0);
        if self.count > 0 {
            let mut ahead = self.units.clone();
            self.total = (0..self.count).fold(0.0, |sum, _| sum + ahead.draw()) + ahead.draw();
        }
    }

    /// Where the interval has `mass` behind it.
    fn position(&mut self, mass: f64) -> u64 {
        while self.stretches.get(self.stretch + 1).is_some_and(|next| next.mass_before <= mass) {
            self.stretch += 1;
        }
        let Stretch { start, line, mass_before } = self.stretches[self.stretch];
        let units = mass - mass_before;
        let length = if line.is_flat() {
            units / line.from
        } else {
            let slope = (line.to - line.from) / (line.end - start) as f64;
            let under = line.from * line.from + 2.0 * slope * units;
            2.0 * units / (line.from + under.max(0.0).sqrt())
        };
        // By way of i64: x86 has no instruction for u64.
        (start + length as i64 as u64).min(line.end - 1)
    }
}

/// Cuts `interval` into stretches and returns the integral of the shape over it.
fn stretches(interval: &Interval, shape: &mut ShapeWalk, out: &mut Vec<Stretch>) -> f64 {
    let (mut start, mut mass) = (interval.start, 0.0);
    while start < interval.end {
        let line = shape.times(Line::flat(1.0, interval.end), start);
        out.push(Stretch { start, line, mass_before: mass });
        mass += line.integral((line.end - start) as f64);
        start = line.end;
    }
    mass
}

impl Replay {
    /// The messages that counts bring from `from` until `to` under `shape`.
    pub(in crate::traffic) fn counts_between(
        &self,
        from: SimTime,
        to: SimTime,
        shape: &mut ShapeWalk,
    ) -> f64 {
        let Series::Counts(intervals) = &self.series else { return 0.0 };
        let (mut sum, mut scratch) = (0.0, Vec::new());
        let first = intervals.partition_point(|interval| interval.end <= from.ns());
        for interval in intervals[first..].iter().take_while(|i| i.start < to.ns()) {
            let (start, end) = (interval.start.max(from.ns()), interval.end.min(to.ns()));
            scratch.clear();
            let mass = stretches(&Interval { start, end, count: 0.0 }, shape, &mut scratch);
            sum += interval.count * (mass / (interval.end - interval.start) as f64);
        }
        sum
    }
}

/// Single arrivals at the times that a file lists.
#[derive(Clone, Debug)]
pub(in crate::traffic) struct MomentsWalk {
    replay: Arc<Replay>,
    factor: f64,
    next: usize,
    carry: f64,
    left: u64,
}

impl MomentsWalk {
    /// Each arrival `factor` times over.
    pub(in crate::traffic) fn start(replay: &Arc<Replay>, factor: f64) -> Self {
        Self { replay: Arc::clone(replay), factor, next: 0, carry: 0.0, left: 0 }
    }

    pub(in crate::traffic) fn next(&mut self) -> Option<u64> {
        let Series::Moments(moments) = &self.replay.series else { return None };
        while self.left == 0 {
            moments.get(self.next)?;
            self.next += 1;
            self.carry += self.factor;
            self.left = (self.carry + 0.5) as u64;
            self.carry -= self.left as f64;
        }
        self.left -= 1;
        moments.get(self.next - 1).copied()
    }
}
