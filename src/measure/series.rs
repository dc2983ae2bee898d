//! Values by window of time: where windows end, and one value for each.

use crate::engine::{SimDuration, SimTime};

/// A stretch of time, `start` included, `end` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its place among the windows, from 0.
    pub index: usize,
    /// Where it starts.
    pub start: SimTime,
    /// Where it ends.
    pub end: SimTime,
}

/// Walks the windows of one length from the start of a run; asking whether one is over costs a
/// comparison.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    current: Window,
    length: SimDuration,
}

/// One value for each window of the same length, from the start of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<T> {
    /// How long each window is; the last may have ended early.
    pub length: SimDuration,
    /// The values in order of time.
    pub values: Vec<T>,
}

impl Windows {
    /// Windows of `length` each.
    ///
    /// # Panics
    /// If `length` is zero.
    pub fn new(length: SimDuration) -> Self {
        assert!(length > SimDuration::ZERO, "a window has a length");
        let current = Window { index: 0, start: SimTime::ZERO, end: SimTime::ZERO + length };
        Self { current, length }
    }

    /// Whether `now` is past the current window, which is then to be closed with
    /// [`Windows::close`], and again while this holds.
    #[inline]
    pub fn is_over(&self, now: SimTime) -> bool {
        now >= self.current.end
    }

    /// Ends the current window in full and goes to the next.
    pub fn close(&mut self) -> Window {
        let closed = self.current;
        self.current =
            Window { index: closed.index + 1, start: closed.end, end: closed.end + self.length };
        closed
    }

    /// The current window as cut off by the `horizon`; `None` if nothing of it lies before.
    pub fn last(&self, horizon: SimTime) -> Option<Window> {
        let end = horizon.min(self.current.end);
        (self.current.start < end).then_some(Window { end, ..self.current })
    }
}

impl<T> Series<T> {
    /// No values yet, for windows of `length`.
    pub fn new(length: SimDuration) -> Self {
        Self { length, values: Vec::new() }
    }

    /// Each value with the start of its window.
    pub fn iter(&self) -> impl Iterator<Item = (SimTime, &T)> {
        let step = self.length.ns();
        let start = move |index: usize| SimTime::from_ns(step.saturating_mul(index as u64));
        self.values.iter().enumerate().map(move |(index, value)| (start(index), value))
    }

    /// Joins the values of `other` to those of the same windows, with `join`; windows that only
    /// `other` reached are taken over.
    ///
    /// # Panics
    /// If the windows are of different lengths.
    pub fn merge(&mut self, other: &Self, mut join: impl FnMut(&mut T, &T))
    where
        T: Clone,
    {
        assert_eq!(self.length, other.length, "series of the same windows");
        for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
            join(mine, theirs);
        }
        let more = other.values.get(self.values.len()..).unwrap_or_default();
        self.values.extend_from_slice(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    #[test]
    fn windows_meet_and_the_horizon_cuts_the_last() {
        let mut windows = Windows::new(SimDuration::from_ns(10));
        assert!(!windows.is_over(at(9)));
        assert!(windows.is_over(at(10)));
        assert_eq!(windows.close(), Window { index: 0, start: at(0), end: at(10) });
        assert_eq!(windows.last(at(10)), None);
        assert_eq!(windows.last(at(14)), Some(Window { index: 1, start: at(10), end: at(14) }));
        assert_eq!(windows.last(at(99)), Some(Window { index: 1, start: at(10), end: at(20) }));
    }

    #[test]
    fn merging_keeps_the_longer_tail() {
        let length = SimDuration::from_ns(10);
        let mut short = Series { length, values: vec![1, 2] };
        let long = Series { length, values: vec![10, 20, 30] };
        short.merge(&long, |sum, value| *sum += value);
        assert_eq!(short.values, [11, 22, 30]);
        short.merge(&Series::new(length), |sum, value| *sum += value);
        let times: Vec<u64> = short.iter().map(|(start, _)| start.ns()).collect();
        assert_eq!((times, short.values), (vec![0, 10, 20], vec![11, 22, 30]));
    }
}
