//! Points in a run: `"10:00"`, `"2022-11-25 10:00"`, `"90min"`.

use jiff::civil::{DateTime, Time};
use toml::value::Datetime;

use super::clock::{Moment, RunClock, moment};
use super::offset::UtcOffset;
use super::{Fault, duration, settle};
use crate::engine::{SimDuration, SimTime};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// When something happens, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The first time that the clock shows this, at or after the start of the run.
    TimeOfDay(Time),
    /// A time on a given day, in the offset given or else in the scenario's zone.
    Dated(DateTime, Option<UtcOffset>),
    /// So long after the start of the run.
    Elapsed(SimDuration),
}

impl When {
    /// The simulated time that this is in a run.
    ///
    /// # Errors
    /// A moment before the start of the run, or later than any run can last.
    pub fn resolve(&self, clock: &RunClock) -> Result<SimTime, String> {
        match *self {
            Self::TimeOfDay(time) => Ok(clock.first(time)),
            Self::Dated(civil, offset) => clock.at(civil, offset),
            Self::Elapsed(length) => Ok(SimTime::ZERO + length),
        }
    }
}

impl Read for When {
    const EXAMPLE: &'static str = "\"10:00\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let when = match &node.value {
            Value::Datetime(when) => civil(*when),
            Value::String(text) => parse(text.trim()),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Array(_)
            | Value::Table(_) => Err(neither()),
        };
        settle(when, node, problems)
    }
}

fn parse(text: &str) -> Result<When, Fault> {
    if let Ok(when) = text.parse::<Datetime>() {
        return civil(when);
    }
    // What has a colon or looks like a date was not meant as a length.
    let length = !text.contains(':') && text.matches('-').count() < 2;
    match duration::parse(text) {
        Ok(length) => Ok(When::Elapsed(length)),
        Err(fault) if length && text.starts_with(|c: char| c.is_ascii_digit()) => Err(Fault {
            expected: "a time of day, a date and time, or a duration since the start".to_owned(),
            hint: fault.hint,
        }),
        Err(_) => Err(neither()),
    }
}

fn civil(when: Datetime) -> Result<When, Fault> {
    match moment(when) {
        Ok(Moment::TimeOfDay(time)) => Ok(When::TimeOfDay(time)),
        Ok(Moment::Dated(civil, offset)) => Ok(When::Dated(civil, offset)),
        Err(fault) => Err(fault.unwrap_or_else(neither)),
    }
}

fn neither() -> Fault {
    Fault::new("a time of day, a date and time, or a duration since the start")
        .hint("write, for example, \"10:00\", \"2022-11-25 10:00\" or \"90min\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    use crate::language::units::read_text;

    fn resolve(toml: &str) -> Result<u64, String> {
        let start = date(2022, 11, 25).at(9, 50, 0, 0);
        let zone = UtcOffset::from_minutes(60).unwrap();
        let clock = RunClock { start, zone };
        let when = read_text::<When>(toml)?;
        when.resolve(&clock).map(|at| at.ns() / 1_000_000_000)
    }

    #[test]
    fn points_in_a_run_have_three_spellings() {
        assert_eq!(resolve("\"10:00\""), Ok(600));
        assert_eq!(resolve("10:00"), Ok(600));
        assert_eq!(resolve("\"09:49:30\""), Ok(86_400 - 30));
        assert_eq!(resolve("\"09:50\""), Ok(0));
        assert_eq!(resolve("\"2022-11-25 10:00\""), Ok(600));
        assert_eq!(resolve("2022-11-25T09:00:00Z"), Ok(600));
        assert_eq!(resolve("2022-11-26"), Ok(14 * 3600 + 600));
        assert_eq!(resolve("\"90min\""), Ok(5400));
        assert_eq!(resolve("\"1h30min\""), Ok(5400));
    }

    #[test]
    fn faults_come_with_their_cure() {
        let start = "expected a time of day, a date and time, or a duration since the start, found";
        let examples = "write, for example, \"10:00\", \"2022-11-25 10:00\" or \"90min\"";
        for text in ["\"noon\"", "\"24:00\"", "\"10:60\"", "\"2022-13-01\"", "\"\"", "\"-5s\""] {
            assert_eq!(resolve(text), Err(format!("{start} {text} | {examples}")));
        }
        assert_eq!(resolve("600"), Err(format!("{start} 600 | {examples}")));
        assert_eq!(resolve("\"5m\""), Err(format!("{start} \"5m\" | write \"5min\"")));
        assert!(resolve("\"2022-11-25 09:00\"").unwrap_err().contains("before the run starts"));
    }
}
