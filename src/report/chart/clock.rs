//! The time axis of a run: clock times with the date at day changes, or time since the start.

use jiff::civil::{Date, DateTime, Time};

use super::scale::{DAY, Scale, extent, step};
use super::words::Quantity;

/// What the start of a run is called on a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nothing: the axis tells the time since the start.
    Elapsed,
    /// A time of day, on no particular date: day changes are numbered.
    TimeOfDay(Time),
    /// A time of day on a date.
    Dated(DateTime),
}

/// When each value of a figure's series holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// What the start of the run is called.
    pub origin: Origin,
    /// Seconds from the start of the run to each value (the middle of its window), ascending.
    pub at_s: Vec<f64>,
}

/// A labelled time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClockTick {
    /// Seconds since the start of the run.
    pub(super) at_s: f64,
    /// The time of day, or the time since the start.
    pub(super) label: String,
    /// The date, where a day begins or the axis does.
    pub(super) date: Option<String>,
}

/// A scale of seconds since the start, with its ticks.
#[derive(Clone, Debug)]
pub(super) struct TimeAxis {
    /// Linear, in seconds since the start.
    pub(super) scale: Scale,
    /// Ascending.
    pub(super) ticks: Vec<ClockTick>,
    /// What the axis shows, unless its labels say so themselves.
    pub(super) title: Option<&'static str>,
}

impl Timeline {
    /// The axis over all times, with at most about `room` labels.
    pub(super) fn axis(&self, room: usize) -> TimeAxis {
        /// Longer than any run; keeps the arithmetic of days exact.
        const LONGEST: f64 = 1e12;
        let (low, high) = extent(&self.at_s).unwrap_or((0.0, 60.0));
        let (mut low, mut high) = (low.clamp(-LONGEST, LONGEST), high.clamp(-LONGEST, LONGEST));
        if high <= low {
            // Half a minute before and after a lone value, but not before the start.
            low = (low - 30.0).max(low.min(0.0));
            high += 30.0;
        }
        let step = step(Quantity::Duration, high - low, room.max(1));
        let scale = Scale::Linear { low, high };
        let on_clock = step >= 1.0;
        match self.origin {
            Origin::TimeOfDay(time) if on_clock => TimeAxis {
                scale,
                ticks: clock_ticks(low, high, step, time, None),
                title: Some("time of day"),
            },
            Origin::Dated(start) if on_clock => TimeAxis {
                scale,
                ticks: clock_ticks(low, high, step, start.time(), Some(start.date())),
                title: None,
            },
            Origin::Elapsed | Origin::TimeOfDay(_) | Origin::Dated(_) => TimeAxis {
                scale,
                ticks: scale
                    .ticks(Quantity::Duration, room)
                    .into_iter()
                    .map(|tick| ClockTick { at_s: tick.at, label: tick.label, date: None })
                    .collect(),
                title: Some("time since the start"),
            },
        }
    }
}

/// Ticks at whole multiples of `step` since midnight.
fn clock_ticks(low: f64, high: f64, step: f64, time: Time, date: Option<Date>) -> Vec<ClockTick> {
    let midnight = -(f64::from(time.hour()) * 3_600.0
        + f64::from(time.minute()) * 60.0
        + f64::from(time.second()));
    let first = ((low - midnight) / step - 1e-9).ceil() as i64;
    let last = ((high - midnight) / step + 1e-9).floor() as i64;
    let many_days = ((low - midnight) / DAY).floor() != ((high - midnight) / DAY).floor();
    let mut day_before = None;
    (first..=last.min(first.saturating_add(200)))
        .map(|k| {
            let since_midnight = k as f64 * step;
            let day = (since_midnight / DAY).floor();
            let new_day = day_before != Some(day);
            let named = (date.is_some() || many_days) && new_day;
            let name = day_name(date, day as i64, day_before.is_none());
            day_before = Some(day);
            let seconds = since_midnight - day * DAY;
            let (label, date) = if step >= DAY {
                (name, None)
            } else {
                (clock(seconds, step), named.then_some(name))
            };
            ClockTick { at_s: midnight + since_midnight, label, date }
        })
        .collect()
}

/// "09:50", or "09:50:30" where ticks are less than a minute apart.
fn clock(seconds: f64, step: f64) -> String {
    let seconds = seconds as u64;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if step < 60.0 {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{hour:02}:{minute:02}")
    }
}

/// "Fri 21 Oct", with the year if it is the `first` on the axis or a year begins;
/// "day 2" without a date.
fn day_name(date: Option<Date>, day: i64, first: bool) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let date = date.and_then(|date| {
        jiff::Span::new().try_days(day).ok().and_then(|days| date.checked_add(days).ok())
    });
    let Some(date) = date else {
        return format!("day {}", day.saturating_add(1));
    };
    let weekday = WEEKDAYS[date.weekday().to_monday_zero_offset() as usize % 7];
    let month = MONTHS[(date.month() as usize).saturating_sub(1) % 12];
    let new_year = date.month() == 1 && date.day() == 1;
    let year = if first || new_year { format!(" {}", date.year()) } else { String::new() };
    format!("{weekday} {} {month}{year}", date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn shown(origin: Origin, hours: f64, room: usize) -> Vec<String> {
        let axis = Timeline { origin, at_s: vec![0.0, hours * 3_600.0] }.axis(room);
        axis.ticks
            .into_iter()
            .map(|tick| match tick.date {
                Some(date) => format!("{} {date}", tick.label),
                None => tick.label,
            })
            .collect()
    }

    #[test]
    fn an_afternoon_has_round_hours() {
        let origin = Origin::TimeOfDay(time(9, 50, 0, 0));
        assert_eq!(shown(origin, 4.0, 5), ["10:00", "11:00", "12:00", "13:00"]);
    }

    #[test]
    fn a_night_names_both_days() {
        let origin = Origin::Dated(date(2022, 12, 31).at(20, 0, 0, 0));
        assert_eq!(
            shown(origin, 8.0, 4),
            ["20:00 Sat 31 Dec 2022", "22:00", "00:00 Sun 1 Jan 2023", "02:00", "04:00"]
        );
        let origin = Origin::TimeOfDay(time(20, 0, 0, 0));
        assert_eq!(shown(origin, 8.0, 3), ["21:00 day 1", "00:00 day 2", "03:00"]);
    }

    #[test]
    fn a_week_is_told_in_dates_and_a_minute_in_seconds() {
        let start = Origin::Dated(date(2022, 10, 21).at(9, 50, 0, 0));
        let week = shown(start, 7.0 * 24.0, 8);
        assert_eq!(week.len(), 7);
        assert_eq!(week[..2], ["Sat 22 Oct 2022", "Sun 23 Oct"]);
        let minute = shown(Origin::TimeOfDay(time(9, 50, 0, 0)), 1.0 / 60.0, 4);
        assert_eq!(minute, ["09:50:00", "09:50:15", "09:50:30", "09:50:45", "09:51:00"]);
    }

    #[test]
    fn without_a_clock_the_time_since_the_start_is_told() {
        assert_eq!(shown(Origin::Elapsed, 1.0, 4), ["0 s", "15 min", "30 min", "45 min", "1 h"]);
        let short = shown(Origin::TimeOfDay(time(9, 50, 0, 0)), 1.0 / 3_600.0, 5);
        assert_eq!(short, ["0 s", "200 ms", "400 ms", "600 ms", "800 ms", "1 s"]);
    }
}
