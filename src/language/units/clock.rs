//! The wall clock of a run: which date and time of day a simulated time is.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};
use toml::value::{Datetime, Offset};

use super::offset::UtcOffset;
use super::{Fault, settle};
use crate::engine::{SimDuration, SimTime};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// Ties simulated time to the calendar of one zone with a fixed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunClock {
    /// The date and time of day at which the run starts, in the zone.
    pub start: DateTime,
    /// The zone of the scenario.
    pub zone: UtcOffset,
}

/// When a run starts, as written: `"09:50"`, `"2022-11-25 09:50"`, or a TOML date-time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    moment: Moment,
}

/// A point in civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A time of day on whichever day it comes next.
    TimeOfDay(Time),
    /// A time on a given day, in the offset given or else in the scenario's zone.
    Dated(DateTime, Option<UtcOffset>),
}

/// The day of runs whose start has no date: a Monday, the first day of a leap year, so that hours
/// of the run and of the week agree. Judgement.
const UNDATED: Date = jiff::civil::date(2024, 1, 1);

const YEARS: std::ops::RangeInclusive<u16> = 1970..=2999;

impl RunClock {
    /// Whether the scenario says on which date the run starts. (The one date that runs without a
    /// date begin on, 2024-01-01, counts as none.)
    pub fn is_dated(&self) -> bool {
        self.start.date() != UNDATED
    }

    /// The date and time of day at `at`.
    pub fn civil(&self, at: SimTime) -> DateTime {
        self.start.saturating_add(signed(at.since(SimTime::ZERO)))
    }

    /// The day of the week at `at`.
    pub fn weekday(&self, at: SimTime) -> Weekday {
        self.civil(at).weekday()
    }

    /// The hour of the week at `at`, from 0 (Monday, 00:00 to 01:00) to 167.
    pub fn hour_of_week(&self, at: SimTime) -> u8 {
        let civil = self.civil(at);
        // Both are below 24 and 7, and never negative.
        let day = civil.weekday().to_monday_zero_offset().unsigned_abs();
        day * 24 + civil.hour().unsigned_abs()
    }

    /// The time since midnight at `at`.
    pub fn into_day(&self, at: SimTime) -> SimDuration {
        let since = Time::midnight().duration_until(self.civil(at).time());
        SimDuration::from_ns(u64::try_from(since.as_nanos()).unwrap_or(0))
    }

    /// The time since Monday, 00:00, at `at`.
    pub fn into_week(&self, at: SimTime) -> SimDuration {
        let days = self.weekday(at).to_monday_zero_offset().unsigned_abs();
        SimDuration::from_secs(u64::from(days) * 86_400) + self.into_day(at)
    }

    /// When the clock first shows `time` at or after the start of the run.
    pub fn first(&self, time: Time) -> SimTime {
        let mut wait = self.start.time().duration_until(time);
        if wait.is_negative() {
            wait += SignedDuration::from_hours(24);
        }
        SimTime::from_ns(u64::try_from(wait.as_nanos()).unwrap_or(0))
    }

    /// When it is `civil` in the zone at `offset`, by default the run's own.
    ///
    /// # Errors
    /// A moment before the start of the run, or later than any run can last.
    pub fn at(&self, civil: DateTime, offset: Option<UtcOffset>) -> Result<SimTime, String> {
        let civil = in_zone(civil, offset.unwrap_or(self.zone), self.zone);
        let since = self.start.duration_until(civil).as_nanos();
        if since < 0 {
            let (civil, start) = (show(civil), show(self.start));
            return Err(format!("{civil} is before the run starts, at {start}"));
        }
        match u64::try_from(since) {
            Ok(ns) if ns < SimTime::MAX.ns() => Ok(SimTime::from_ns(ns)),
            Ok(_) | Err(_) => {
                Err(format!("{} is more than 1,667 days after the run starts", show(civil)))
            }
        }
    }
}

impl Start {
    /// Midnight of the day of runs without a date, where a scenario does not say when it starts.
    pub fn midnight() -> Self {
        Self { moment: Moment::TimeOfDay(Time::midnight()) }
    }

    /// The clock of a run that starts so. Without a zone, the offset of the start is the zone, or
    /// else universal time; a start without a date is on a Monday, 2024-01-01.
    pub fn clock(&self, zone: Option<UtcOffset>) -> RunClock {
        match self.moment {
            Moment::TimeOfDay(time) => {
                RunClock { start: UNDATED.to_datetime(time), zone: zone.unwrap_or(UtcOffset::UTC) }
            }
            Moment::Dated(civil, offset) => {
                let zone = zone.or(offset).unwrap_or(UtcOffset::UTC);
                RunClock { start: in_zone(civil, offset.unwrap_or(zone), zone), zone }
            }
        }
    }
}

impl Read for Start {
    const EXAMPLE: &'static str = "\"09:50\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let moment = match &node.value {
            Value::Datetime(when) => moment(*when),
            Value::String(text) => match text.trim().parse::<Datetime>() {
                Ok(when) => moment(when),
                Err(_) => Err(None),
            },
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Array(_)
            | Value::Table(_) => Err(None),
        };
        let start = moment.map(|moment| Self { moment }).map_err(|fault| {
            fault.unwrap_or_else(|| {
                Fault::new("a time of day or a date and time")
                    .hint("write, for example, \"09:50\" or \"2022-11-25 09:50\"")
            })
        });
        settle(start, node, problems)
    }
}

/// A TOML date-time as a moment; a date alone is its midnight. An error without a fault leaves the
/// wording to the caller.
pub(super) fn moment(when: Datetime) -> Result<Moment, Option<Fault>> {
    let small = |number: u8| i8::try_from(number).unwrap_or(i8::MAX);
    let time = match when.time {
        None => Time::midnight(),
        Some(time) => {
            let ns = i32::try_from(time.nanosecond.unwrap_or(0)).unwrap_or(i32::MAX);
            let second = small(time.second.unwrap_or(0));
            Time::new(small(time.hour), small(time.minute), second, ns)
                .map_err(|_| Some(Fault::new("a time of day from 00:00 to 23:59:59")))?
        }
    };
    let Some(date) = when.date else { return Ok(Moment::TimeOfDay(time)) };
    if !YEARS.contains(&date.year) {
        return Err(Some(Fault::new("a year from 1970 to 2999")));
    }
    let year = i16::try_from(date.year).unwrap_or(i16::MAX);
    let day = Date::new(year, small(date.month), small(date.day))
        .map_err(|_| Some(Fault::new("a day that the calendar has")))?;
    let offset = match when.offset {
        None => None,
        Some(Offset::Z) => Some(UtcOffset::UTC),
        Some(Offset::Custom { minutes }) => {
            let fault = || Some(Fault::new("an offset of at most 18 hours"));
            Some(UtcOffset::from_minutes(minutes).ok_or_else(fault)?)
        }
    };
    Ok(Moment::Dated(day.to_datetime(time), offset))
}

/// `civil`, told in the zone `from`, as clocks in the zone `to` show it.
fn in_zone(civil: DateTime, from: UtcOffset, to: UtcOffset) -> DateTime {
    let minutes = i64::from(to.minutes()) - i64::from(from.minutes());
    civil.saturating_add(SignedDuration::from_mins(minutes))
}

fn signed(length: SimDuration) -> SignedDuration {
    SignedDuration::from_nanos_i128(i128::from(length.ns()))
}

/// A date and time as people write them: no seconds where there are none.
fn show(civil: DateTime) -> String {
    let (date, time) = (civil.date(), civil.time());
    let minutes = format!("{date} {:02}:{:02}", time.hour(), time.minute());
    if time.second() == 0 { minutes } else { format!("{minutes}:{:02}", time.second()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use crate::language::units::read_text;

    fn clock(start: &str, zone: Option<i16>) -> RunClock {
        let zone = zone.and_then(UtcOffset::from_minutes);
        read_text::<Start>(start).unwrap().clock(zone)
    }

    fn hours(count: u64) -> SimTime {
        SimTime::from_ns(count * 3_600_000_000_000)
    }

    #[test]
    fn a_start_without_a_date_is_a_monday() {
        let clock = clock("\"09:50\"", None);
        assert_eq!(clock.civil(SimTime::ZERO), date(2024, 1, 1).at(9, 50, 0, 0));
        assert_eq!(clock.weekday(SimTime::ZERO), Weekday::Monday);
        assert_eq!(clock.hour_of_week(SimTime::ZERO), 9);
        assert_eq!(clock.hour_of_week(hours(15)), 24);
    }

    #[test]
    fn a_start_may_be_text_or_a_toml_date_in_any_offset() {
        let told = clock("\"2022-11-25 09:50\"", Some(-480));
        assert_eq!(told, clock("2022-11-25T09:50:00", Some(-480)));
        assert_eq!(told, clock("2022-11-25T17:50:00Z", Some(-480)));
        assert_eq!(told, clock("2022-11-25T09:50:00-08:00", None));
        assert_eq!(told.start, date(2022, 11, 25).at(9, 50, 0, 0));
        assert_eq!(clock("2022-11-25", None).start, date(2022, 11, 25).at(0, 0, 0, 0));
    }

    #[test]
    fn weeks_and_days_go_round() {
        let clock = clock("\"2022-11-26 23:00\"", None);
        assert_eq!(clock.hour_of_week(SimTime::ZERO), 5 * 24 + 23);
        assert_eq!(clock.into_week(SimTime::ZERO), SimDuration::from_secs(143 * 3600));
        assert_eq!(clock.into_week(hours(25)), SimDuration::ZERO);
        assert_eq!(clock.into_day(hours(2)), SimDuration::from_secs(3600));
    }

    #[test]
    fn moments_outside_a_run_are_refused() {
        let clock = clock("\"2022-11-25 09:50\"", None);
        assert_eq!(clock.at(date(2022, 11, 25).at(9, 50, 0, 0), None), Ok(SimTime::ZERO));
        assert_eq!(clock.at(date(2022, 11, 25).at(10, 50, 0, 0), None), Ok(hours(1)));
        assert_eq!(
            clock.at(date(2022, 11, 25).at(9, 49, 59, 0), None).unwrap_err(),
            "2022-11-25 09:49:59 is before the run starts, at 2022-11-25 09:50"
        );
        assert_eq!(
            clock.at(date(2032, 1, 1).at(0, 0, 0, 0), None).unwrap_err(),
            "2032-01-01 00:00 is more than 1,667 days after the run starts"
        );
    }

    #[test]
    fn what_the_calendar_lacks_is_told() {
        let error = |toml: &str| read_text::<Start>(toml).unwrap_err();
        assert!(error("\"25:00\"").contains("write, for example, \"09:50\""));
        assert!(error("9").starts_with("expected a time of day or a date and time, found 9"));
        assert!(error("\"1900-01-01\"").starts_with("expected a year from 1970 to 2999"));
        assert!(error("\"2023-02-29 10:00\"").contains("expected a"));
        assert!(error("\"2023-02-20 10:00:60\"").contains("expected a"));
    }

    proptest! {
        #[test]
        fn the_first_time_of_day_is_within_a_day(
            start in 0_i8..24,
            at in 0_i8..24,
            minute in 0_i8..60,
        ) {
            let start = date(2022, 12, 31).at(start, 30, 0, 0);
            let clock = RunClock { start, zone: UtcOffset::UTC };
            let told = time(at, minute, 0, 0);
            let first = clock.first(told);
            prop_assert!(first < hours(24));
            prop_assert_eq!(clock.civil(first).time(), told);
        }

        #[test]
        fn any_clock_tells_any_time(year in -9999_i16..=9999, at in any::<u64>()) {
            let start = DateTime::new(year, 12, 31, 23, 59, 59, 0).unwrap();
            let clock = RunClock { start, zone: UtcOffset::UTC };
            let at = SimTime::from_ns(at);
            prop_assert!(clock.hour_of_week(at) < 168);
            prop_assert!(clock.into_week(at) < SimDuration::from_secs(7 * 86_400));
        }
    }
}
