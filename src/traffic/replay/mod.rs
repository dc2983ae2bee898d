//! Replay: traffic that was measured comes again.
//!
//! A CSV file gives counts per interval: a time stamp (when the interval begins) and a count per
//! row. Every interval brings exactly its count, spread at random within it (given its count, a
//! Poisson process is uniform) or evenly. Or the file lists single arrivals, a time stamp a row.
//!
//! The series starts with the run: its first time stamp, or `from`, is the run's start, whatever
//! its date. `scale` multiplies counts: what a product leaves over is carried into the next
//! interval, so totals stay exact and the same in each run. `stretch` multiplies time: 2 plays an
//! hour in two. Intervals that the file lacks count as zero, or are filled in with
//! `gaps = "interpolate"`; either way [`SeriesFacts`] says how many there were. After the last
//! interval nothing arrives.

mod series;
mod times;
mod walk;

use crate::dist::Files;
use crate::dist::files::Table;
use crate::engine::{SimDuration, SimTime};
use crate::language::units::{Factor, PositiveDuration, RunClock, When};
use crate::language::{Choice, Fields, Node, Placed, Problems, Read};

pub use series::SeriesFacts;
pub(super) use walk::{CountsWalk, MomentsWalk};

/// What a scenario says about a measured series.
#[derive(Clone, Debug)]
pub(super) struct ReplaySpec {
    file: Placed<String>,
    /// Headings of the columns; by default the first one and the one that holds numbers.
    time: Option<Placed<String>>,
    count: Option<Placed<String>>,
    rows: Option<Rows>,
    every: Option<PositiveDuration>,
    from: Option<Placed<When>>,
    interpolate: bool,
    evenly: bool,
    scale: f64,
    stretch: f64,
}

/// What a row of the file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// An interval and its count.
    Counts,
    /// One message.
    Arrivals,
}

/// A measured series in simulated time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Replay {
    pub(super) series: Series,
    pub(super) facts: SeriesFacts,
    pub(super) evenly: bool,
    pub(super) scale: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Series {
    /// Intervals in order of time, without overlap.
    Counts(Vec<Interval>),
    /// When each message came, in order of time.
    Moments(Vec<u64>),
}

/// How many messages came between `start` and `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) count: f64,
}

/// Beyond, intervals vanish or outlast any run.
const STRETCHES: std::ops::RangeInclusive<f64> = 0.001..=1000.0;

/// Messages of one interval: all of them are looked at before the first one comes.
const INTERVAL_MAX: f64 = 1e10;

impl Read for ReplaySpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let file = fields.required("file", problems);
        let time = fields.optional("time", problems);
        let count = fields.optional("count", problems);
        let rows = choice(&mut fields, "rows", &["counts", "arrivals"], problems);
        let every = fields.optional("every", problems);
        let from = fields.optional("from", problems);
        let gaps = choice(&mut fields, "gaps", &["zero", "interpolate"], problems);
        let spread = choice(&mut fields, "spread", &["random", "even"], problems);
        let scale = fields.or("scale", Factor(1.0), problems);
        let stretch = fields.optional::<Placed<Factor>>("stretch", problems);
        fields.finish(problems);
        let stretch = stretch?;
        if let Some(found) = stretch.as_ref().filter(|s| !STRETCHES.contains(&s.value.0)) {
            let label = "expected a stretch from 0.001 to 1000 times the time it took";
            problems.add(found.place, label);
            return None;
        }
        let rows = match rows? {
            Some("arrivals") => Some(Rows::Arrivals),
            Some(_) => Some(Rows::Counts),
            None => None,
        };
        Some(Self {
            file: file?,
            time: time?,
            count: count?,
            rows,
            every: every?,
            from: from?,
            interpolate: gaps? == Some("interpolate"),
            evenly: spread? == Some("even"),
            scale: scale?.0,
            stretch: stretch.map_or(1.0, |stretch| stretch.value.0),
        })
    }
}

fn choice(
    fields: &mut Fields<'_>,
    key: &'static str,
    allowed: &[&'static str],
    problems: &mut Problems,
) -> Option<Option<&'static str>> {
    match fields.node(key) {
        Some(node) => Choice::read(node, allowed, problems).map(|choice| Some(choice.name)),
        None => Some(None),
    }
}

impl ReplaySpec {
    pub(super) fn resolve(
        &self,
        clock: &RunClock,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<Replay> {
        let table = Table::load(&self.file, files, problems)?;
        let (series, facts) = series::build(self, &table, clock, problems)?;
        if let Series::Counts(intervals) = &series
            && intervals.iter().any(|interval| interval.count * self.scale > INTERVAL_MAX)
        {
            let label = "more than 10 billion messages in one interval of this file";
            problems.add_with_hint(self.file.place, label, "look at its counts, and at `scale`");
            return None;
        }
        Some(Replay { series, facts, evenly: self.evenly, scale: self.scale })
    }
}

impl Replay {
    /// The length of its longest interval of counts, in nanoseconds; 0 if there is none.
    pub(super) fn longest_interval(&self) -> u64 {
        match &self.series {
            Series::Counts(intervals) => {
                intervals.iter().map(|interval| interval.end - interval.start).max().unwrap_or(0)
            }
            Series::Moments(_) => 0,
        }
    }

    /// Whether two replications differ.
    pub(super) fn is_random(&self) -> bool {
        match self.series {
            Series::Counts(_) => !self.evenly,
            Series::Moments(_) => false,
        }
    }

    /// The messages that single arrivals bring from `from` until `to`, for a factor of one.
    pub(super) fn moments_between(&self, from: SimTime, to: SimTime) -> f64 {
        match &self.series {
            Series::Counts(_) => 0.0,
            Series::Moments(moments) => {
                let before = |end: SimTime| moments.partition_point(|at| *at < end.ns());
                self.scale * before(to).saturating_sub(before(from)) as f64
            }
        }
    }
}

impl SeriesFacts {
    /// How much of a run the series covers.
    pub fn length(&self) -> SimDuration {
        self.length
    }
}
