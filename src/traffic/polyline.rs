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

    /// The start of the first stretch.
    fn start(&self) -> u64 {
        self.0.first().map_or(0, |segment| segment.start)
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
        let mut to_come: Vec<usize> = (0..parts.len()).collect();
        to_come.sort_by_key(|&part| std::cmp::Reverse(parts[part].start()));
        // Only those that are not over, so that spikes of a year cost no more than those of a day
        // each; in their order, so that sums round alike.
        let mut current: Vec<usize> = Vec::new();
        let stretch = |pair: &[u64]| {
            let (start, end) = (pair[0], pair[1]);
            current.retain(|&part| parts[part].end() > start);
            while let Some(part) = to_come.pop_if(|&mut part| parts[part].start() <= start) {
                current.insert(current.partition_point(|&before| before < part), part);
            }
            let (mut from, mut to) = (0.0, 0.0);
            for &part in &current {
                let line = parts[part].line(start, 0.0).until(start, end);
                (from, to) = (from + line.from, to + line.to);
            }
            Segment { start, end, from, to }
        };
        Self(ends.windows(2).map(stretch).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// At each end of a stretch, the sum is that of all parts, to the bit.
        #[test]
        fn a_sum_agrees_with_asking_every_part(
            spans in prop::collection::vec((0u64..200, 1u64..60, -3.0..9.0), 0..30),
        ) {
            let parts: Vec<Polyline> = spans
                .iter()
                .map(|&(start, length, peak)| {
                    let (middle, end) = (start + length, start + 2 * length);
                    Polyline(vec![
                        Segment { start, end: middle, from: 0.0, to: peak },
                        Segment { start: middle, end, from: peak, to: 0.0 },
                    ])
                })
                .collect();
            let sum = Polyline::sum_of(&parts);
            for segment in &sum.0 {
                let lines = parts.iter().map(|part| part.line(segment.start, 0.0));
                let cut = lines.map(|line| line.until(segment.start, segment.end));
                let (from, to) = cut.fold((0.0, 0.0), |(f, t), l| (f + l.from, t + l.to));
                prop_assert_eq!((segment.from, segment.to), (from, to));
            }
            let last = parts.iter().map(Polyline::end).max().unwrap_or(0);
            prop_assert_eq!(sum.end(), last);
        }
    }
}
