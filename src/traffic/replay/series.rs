//! From the rows of a file to a series in simulated time.

use std::collections::BTreeMap;
use std::fmt;

use csv::StringRecord;
use jiff::civil::DateTime;

use super::times::{self, Stamps};
use super::{Interval, ReplaySpec, Rows, Series};
use crate::dist::files::{self, Table};
use crate::engine::SimDuration;
use crate::language::units::RunClock;
use crate::language::{Problems, format};

/// What was found in a file, for the report: nothing is filled in or left out in silence.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesFacts {
    /// The file, as the scenario names it.
    pub file: String,
    /// The first time stamp, in the scenario's zone.
    pub first: DateTime,
    /// The last time stamp.
    pub last: DateTime,
    /// Rows with figures.
    pub rows: u64,
    /// Rows that repeat a time stamp; their counts are added to it.
    pub repeated: u64,
    /// What a row stands for: an interval of this length, or a message.
    pub every: Option<SimDuration>,
    /// Runs of intervals that the file lacks.
    pub gaps: u64,
    /// Intervals that the file lacks.
    pub missing: u64,
    /// Whether they were filled in; else they count as zero.
    pub interpolated: bool,
    /// Messages in the part that is replayed, before `scale`.
    pub messages: f64,
    pub(super) length: SimDuration,
}

/// Counts above this are no counts.
const COUNT_MAX: f64 = 1e12;
/// Intervals that may be filled in.
const FILLED_MAX: i128 = 10_000_000;
/// Headings that tell a column of counts from other numbers.
const COUNT_HEADINGS: [&str; 11] = [
    "count", "counts", "value", "values", "requests", "messages", "events", "hits", "calls",
    "total", "n",
];
/// Problems of single lines that are shown.
const LINES_SHOWN: usize = 3;

/// A row's time in nanoseconds since 1970, and its count.
type Point = (i128, f64);

pub(super) fn build(
    spec: &ReplaySpec,
    table: &Table,
    clock: &RunClock,
    problems: &mut Problems,
) -> Option<(Series, SeriesFacts)> {
    let columns = Columns::find(spec, table, problems)?;
    let (points, repeated) = columns.read(spec, table, clock, problems)?;
    let (first, last) = (points.first()?.0, points.last()?.0);
    let mut facts = SeriesFacts {
        file: spec.file.value.clone(),
        first: times::civil(first),
        last: times::civil(last),
        rows: points.len() as u64 + repeated,
        repeated,
        every: None,
        gaps: 0,
        missing: 0,
        interpolated: spec.interpolate,
        messages: 0.0,
        length: SimDuration::ZERO,
    };
    let start = start(spec, first, last, clock, problems)?;
    let series = match columns.count {
        Some(_) => {
            let every = match spec.every {
                Some(every) => i128::from(every.0.ns()),
                None => commonest_step(&points).or_else(|| {
                    let hint = "say how long its interval is with `every = \"1min\"`";
                    let label = "this file has a single interval";
                    problems.add_with_hint(spec.file.place, label, hint);
                    None
                })?,
            };
            facts.every = Some(duration(every, 1.0));
            let filled = fill(&points, every, spec, &mut facts, problems)?;
            Series::Counts(intervals(&filled, start, spec.stretch))
        }
        None => Series::Moments(
            points
                .iter()
                .filter(|(at, _)| *at >= start)
                .flat_map(|(at, count)| {
                    std::iter::repeat_n(duration(at - start, spec.stretch).ns(), *count as usize)
                })
                .collect(),
        ),
    };
    let (messages, length) = match &series {
        Series::Counts(counts) => (
            counts.iter().map(|interval| interval.count).sum(),
            counts.last().map_or(0, |interval| interval.end),
        ),
        Series::Moments(moments) => (moments.len() as f64, moments.last().copied().unwrap_or(0)),
    };
    (facts.messages, facts.length) = (messages, SimDuration::from_ns(length));
    Some((series, facts))
}

/// Which time of the series is the start of the run.
fn start(
    spec: &ReplaySpec,
    first: i128,
    last: i128,
    clock: &RunClock,
    problems: &mut Problems,
) -> Option<i128> {
    let Some(from) = &spec.from else { return Some(first) };
    let series_clock = RunClock { start: times::civil(first), zone: clock.zone };
    let offset = from.value.resolve(&series_clock).ok();
    let start = offset.map(|offset| first + i128::from(offset.ns())).filter(|at| *at <= last);
    if start.is_none() {
        let (first, last) = (show(times::civil(first)), show(times::civil(last)));
        problems.add(from.place, format!("the series runs from {first} to {last}"));
    }
    start
}

/// Where the figures stand.
struct Columns {
    time: usize,
    /// `None` if each row is a message.
    count: Option<usize>,
    stamps: Stamps,
    /// The first row with figures: 1 below a heading.
    first_row: usize,
}

impl Columns {
    fn find(spec: &ReplaySpec, table: &Table, problems: &mut Problems) -> Option<Self> {
        let time = match &spec.time {
            Some(name) => table.column(name, problems)?,
            None => 0,
        };
        let first_row = usize::from(Stamps::of(&table.rows[0][time]).is_none());
        let Some(row) = table.rows.get(first_row) else {
            problems.add(spec.file.place, "this file has a heading and no rows");
            return None;
        };
        let Some(stamps) = Stamps::of(&row[time]) else {
            let (line, cell) = (files::line(row), files::shown(&row[time]));
            let label = format!("line {line} of this file: expected a time stamp, found {cell}");
            let hint = "time stamps are like 2014-04-10 00:04:00, or seconds; \
                        if they stand in another column, add `time = \"...\"`";
            problems.add_with_hint(spec.file.place, label, hint);
            return None;
        };
        let count = match (&spec.count, spec.rows) {
            (Some(name), Some(Rows::Counts) | None) => Some(table.column(name, problems)?),
            (Some(name), Some(Rows::Arrivals)) => {
                problems.add(name.place, "where each row is an arrival, there is no `count`");
                return None;
            }
            (None, Some(Rows::Arrivals)) => None,
            (None, Some(Rows::Counts) | None) => {
                let heading = (first_row == 1).then(|| &table.rows[0]);
                guess_count(spec, time, heading, row, problems)?
            }
        };
        Some(Self { time, count, stamps, first_row })
    }

    /// All rows in order of time, with those of one time stamp added up, and how many were.
    fn read(
        &self,
        spec: &ReplaySpec,
        table: &Table,
        clock: &RunClock,
        problems: &mut Problems,
    ) -> Option<(Vec<Point>, u64)> {
        let mut points: Vec<Point> = Vec::with_capacity(table.rows.len());
        let (mut repeated, mut bad) = (0, Vec::new());
        for row in &table.rows[self.first_row..] {
            let line = files::line(row);
            let time = self.stamps.ns(&row[self.time], clock.zone);
            let count = self.count.map_or(Some(1.0), |column| count(&row[column]));
            match (time, count, points.last_mut()) {
                (None, _, _) => {
                    let found = files::shown(&row[self.time]);
                    bad.push(format!("line {line}: expected a time stamp, found {found}"));
                }
                (Some(_), None, _) => {
                    let found = files::shown(self.count.map_or("", |column| &row[column]));
                    bad.push(format!("line {line}: expected a count, found {found}"));
                }
                (Some(time), Some(_), Some((before, _))) if time < *before => {
                    let found = files::shown(&row[self.time]);
                    bad.push(format!("line {line}: {found} is earlier than the line before"));
                }
                (Some(time), Some(count), Some((same, sum))) if time == *same => {
                    *sum += count;
                    // Two messages at one instant are nothing to report.
                    repeated += u64::from(self.count.is_some());
                }
                (Some(time), Some(count), _) => points.push((time, count)),
            }
        }
        if bad.is_empty() {
            return Some((points, repeated));
        }
        for fault in bad.iter().take(LINES_SHOWN) {
            problems.add(spec.file.place, format!("in this file, {fault}"));
        }
        if bad.len() > LINES_SHOWN {
            let label = format!("{} more lines like these", bad.len() - LINES_SHOWN);
            problems.add(spec.file.place, label);
        }
        None
    }
}

/// The column of counts: the one with a telling heading, or the only one that holds numbers.
/// `Some(None)` if the file has nothing but time stamps, so that each row is an arrival.
fn guess_count(
    spec: &ReplaySpec,
    time: usize,
    heading: Option<&StringRecord>,
    row: &StringRecord,
    problems: &mut Problems,
) -> Option<Option<usize>> {
    let others = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..row.len()).filter(|&i| i != time && wanted(i)).collect()
    };
    let telling = others(&|i| {
        heading.is_some_and(|h| COUNT_HEADINGS.contains(&h[i].to_lowercase().as_str()))
    });
    let numeric = others(&|i| row[i].parse::<f64>().is_ok());
    match (telling.as_slice(), numeric.as_slice()) {
        ([only], _) | (_, [only]) => return Some(Some(*only)),
        ([], []) if row.len() == 1 && spec.rows.is_none() => return Some(None),
        (_, _) => {}
    }
    let label = match numeric.len() {
        0 => "this file has no column of counts".to_owned(),
        several => format!("this file has {several} columns of numbers"),
    };
    let hint = "say which one counts with `count = \"...\"`, or `rows = \"arrivals\"` if each row \
                is a message";
    problems.add_with_hint(spec.file.place, label, hint);
    None
}

fn count(cell: &str) -> Option<f64> {
    // Adding zero turns a negative zero into zero.
    cell.parse()
        .ok()
        .filter(|count| (0.0..=COUNT_MAX).contains(count))
        .map(|count: f64| count + 0.0)
}

/// The step between neighbours that is seen most often; of equally frequent ones the shortest.
fn commonest_step(points: &[Point]) -> Option<i128> {
    let mut seen: BTreeMap<i128, u64> = BTreeMap::new();
    for pair in points.windows(2) {
        *seen.entry(pair[1].0 - pair[0].0).or_default() += 1;
    }
    let most = seen.values().max()?;
    seen.iter().find(|(_, times)| *times == most).map(|(step, _)| *step)
}

/// Start, end and count of every interval, with those that the file lacks if they are wanted.
fn fill(
    points: &[Point],
    every: i128,
    spec: &ReplaySpec,
    facts: &mut SeriesFacts,
    problems: &mut Problems,
) -> Option<Vec<(i128, i128, f64)>> {
    let mut filled = Vec::with_capacity(points.len());
    for (index, &(at, count)) in points.iter().enumerate() {
        let next = points.get(index + 1);
        let end = next.map_or(at + every, |next| next.0.min(at + every));
        filled.push((at, end, count));
        let Some(&(later, later_count)) = next else { break };
        // A gap of less than half an interval is a late time stamp.
        let missing = (later - at + every / 2) / every - 1;
        if missing <= 0 {
            continue;
        }
        facts.gaps += 1;
        let missing_here = u64::try_from(missing).unwrap_or(u64::MAX);
        facts.missing = facts.missing.saturating_add(missing_here);
        if !spec.interpolate {
            continue;
        }
        if i128::from(facts.missing) > FILLED_MAX {
            let label = "more than 10 million intervals are missing from this file";
            let hint = "leave `gaps` at \"zero\", or give the right `every`";
            problems.add_with_hint(spec.file.place, label, hint);
            return None;
        }
        for k in 1..=missing {
            let share = k as f64 / (missing + 1) as f64;
            let start = at + k * every;
            let end = later.min(start + every);
            if start < end {
                filled.push((start, end, count + (later_count - count) * share));
            }
        }
    }
    Some(filled)
}

/// The intervals from `start` on, in simulated time; the one that `start` cuts keeps its share.
fn intervals(filled: &[(i128, i128, f64)], start: i128, stretch: f64) -> Vec<Interval> {
    let cut = |&(from, to, count): &(i128, i128, f64)| {
        let begin = from.max(start);
        let count = match begin > from {
            true => count * (to - begin) as f64 / (to - from) as f64,
            false => count,
        };
        let (start, end) = (duration(begin - start, stretch), duration(to - start, stretch));
        Interval { start: start.ns(), end: end.ns(), count }
    };
    filled
        .iter()
        .filter(|(_, to, _)| *to > start)
        .map(cut)
        .filter(|interval| interval.end > interval.start)
        .collect()
}

fn duration(ns: i128, stretch: f64) -> SimDuration {
    if stretch == 1.0 {
        return SimDuration::from_ns(u64::try_from(ns).unwrap_or(u64::MAX));
    }
    SimDuration::from_ns((ns as f64 * stretch + 0.5) as u64)
}

impl fmt::Display for SeriesFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.every {
            Some(every) => {
                let every = format::duration(every);
                write!(f, "{}, each for {every}", some(self.rows, "count", "counts"))?;
            }
            None => write!(f, "{}", some(self.rows, "arrival", "arrivals"))?,
        }
        write!(f, ", from {} to {}", show(self.first), show(self.last))?;
        if self.repeated > 0 {
            let rows = some(self.repeated, "row repeats", "rows repeat");
            write!(f, "; {rows} a time stamp, counts added up")?;
        }
        if self.missing > 0 {
            let missing = some(self.missing, "missing interval", "missing intervals");
            let gaps = some(self.gaps, "gap", "gaps");
            let fate = if self.interpolated { "interpolated" } else { "counted as zero" };
            write!(f, "; {missing} in {gaps} {fate}")?;
        }
        Ok(())
    }
}

fn some(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", format::count(number), if number == 1 { one } else { more })
}

/// A date and time with a space between them.
fn show(civil: DateTime) -> String {
    format!("{} {}", civil.date(), civil.time())
}
