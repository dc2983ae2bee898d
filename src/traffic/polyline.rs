//! A rate or factor that is known in advance: straight stretches, one after the other.

use super::line::{Line, NEVER};

/// A straight stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// Stretches in order of time, without overlap, each longer than nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Polyline(pub(super) Vec<Segment>);

impl Polyline {
    /// The line from `at` on; outside all stretches it is `outside`, after the last one for ever.
    pub(super) fn line(&self, at: u64, outside: f64) -> Line {
        let next = self.0.partition_point(|segment| segment.end <= at);
        match self.0.get(next) {
            Some(s) if s.start <= at => {
                Line { end: s.end, from: s.from, to: s.to }.beyond(s.start, at)
            }
            Some(later) => Line::flat(outside, later.start),
            None => Line::flat(outside, NEVER),
        }
    }

    /// The end of the last stretch.
    pub(super) fn end(&self) -> u64 {
        self.0.last().map_or(0, |segment| segment.end)
    }

    /// The sum of `parts`, each a list of stretches in order of time that is zero elsewhere.
    pub(super) fn sum_of(parts: &[Polyline]) -> Self {
        let segments = || parts.iter().flat_map(|part| &part.0);
        let mut ends: Vec<u64> = segments().flat_map(|s| [s.start, s.end]).collect();
        ends.sort_unstable();
        ends.dedup();
        let stretch = |pair: &[u64]| {
            let (start, end) = (pair[0], pair[1]);
            let (mut from, mut to) = (0.0, 0.0);
            for part in parts {
                let line = part.line(start, 0.0).until(start, end);
                (from, to) = (from + line.from, to + line.to);
            }
            Segment { start, end, from, to }
        };
        Self(ends.windows(2).map(stretch).collect())
    }
}
