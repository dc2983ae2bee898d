//! Figures, targets and times in the words of all reports.

use crate::engine::SimTime;
use crate::language::format;
use crate::model::{Criterion, Mode, Model, Target, Windowed};
use crate::stats::{Estimate, Interval, Limit};
use crate::verdict::{Answer, Figure, Reason, TargetVerdict, Unit};

/// What stands where nothing is known.
pub(super) const NOTHING: &str = "–";

/// A value with its unit: "38.2 %", "2 h 31 min", "never".
pub(super) fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds if value.is_infinite() => "never".to_owned(),
        Unit::Seconds => format::seconds(value),
        Unit::Share => format::share(value),
        Unit::PerSecond => format::rate(value),
        Unit::Messages => messages(value),
    }
}

/// A number of messages, or of anything else that is counted: in full from a hundred up.
pub(super) fn messages(count: f64) -> String {
    if count >= 99.95 && count.is_finite() {
        // Counts stay far below 2⁶⁴.
        format::count(count.round() as u64)
    } else {
        format::number(count)
    }
}

/// "1 message", "1,003,000 messages".
pub(super) fn counted(count: f64, one: &str) -> String {
    let shown = messages(count);
    if shown == "1" { format!("1 {one}") } else { format!("{shown} {one}s") }
}

/// A figure without its interval.
pub(super) fn bare(figure: &Figure) -> String {
    figure.estimate.map_or_else(|| NOTHING.to_owned(), |known| value(figure.unit, known.value))
}

/// A figure with its interval: "38.2 % (38.1 – 38.3)". A figure that is exact has none to show.
pub(super) fn with_interval(figure: &Figure) -> String {
    let Some(Estimate { value: center, interval, .. }) = figure.estimate else {
        return NOTHING.to_owned();
    };
    let shown = value(figure.unit, center);
    match interval {
        Some(Interval { low, high }) if low != high => {
            format!("{shown} ({})", range(figure.unit, low, high))
        }
        Some(_) | None => shown,
    }
}

/// "38.1 – 38.3": the unit is left out where both ends have the same as one another; it stands
/// before them.
fn range(unit: Unit, low: f64, high: f64) -> String {
    let (low, high) = (value(unit, low), value(unit, high));
    let last = |text: &str| text.rsplit_once(' ').map(|(_, unit)| unit.to_owned());
    match (last(&low), last(&high)) {
        (Some(a), Some(b)) if a == b => {
            let bare = |text: &str| text.rsplit_once(' ').map_or(text, |(bare, _)| bare).to_owned();
            format!("{} – {}", bare(&low), bare(&high))
        }
        _ => format!("{low} – {high}"),
    }
}

/// What a target asks: "p99 of otp at most 10 s".
pub(super) fn wanted(model: &Model, target: &Target) -> String {
    let class = |id: crate::model::ClassId| &model.classes[id.index()].name;
    match &target.criterion {
        Criterion::Latency { class: id, quantile, limit, windowed } => {
            let limit = format::duration(*limit);
            let what = format!("{} of {} at most {limit}", quantile_name(*quantile), class(*id));
            what + &per(*windowed)
        }
        Criterion::Delivered { class: id, limit, share, windowed } => {
            let (share, limit) = (format::share(*share), format::duration(*limit));
            format!("{share} of {} within {limit}", class(*id)) + &per(*windowed)
        }
        Criterion::Loss { class: None, share } => {
            format!("at most {} lost", format::share(*share))
        }
        Criterion::Loss { class: Some(id), share } => {
            format!("at most {} of {} lost", format::share(*share), class(*id))
        }
        Criterion::Backlog { station, by, at_most } => {
            let left = match at_most {
                0 => "none".to_owned(),
                _ => format!("at most {}", format::count(*at_most)),
            };
            let place = station.map_or("left", |_| "waiting");
            let of = station.map_or_else(String::new, |station| {
                format!(" for {}", model.station_name(station))
            });
            format!("{left} {place}{of} from {}", Clock::of(model).at(*by))
        }
        Criterion::Utilization { station, at_most, windowed } => {
            let share = format::share(*at_most);
            format!("{} at most {share} busy", model.station_name(*station)) + &per(*windowed)
        }
    }
}

/// " in 99 % of 5 min windows".
fn per(windowed: Option<Windowed>) -> String {
    match windowed {
        None => String::new(),
        Some(Windowed { per, share }) if share >= 1.0 => {
            format!(" in each {}", format::duration(per))
        }
        Some(Windowed { per, share }) => {
            format!(" in {} of {} windows", format::share(share), format::duration(per))
        }
    }
}

/// "p99", "p99.9", "median".
pub(super) fn quantile_name(level: f64) -> String {
    if level == 0.5 {
        "median".to_owned()
    } else {
        format!("p{}", format::number_to(level * 100.0, 6))
    }
}

/// "met", "NOT MET, 906 times over", "undecided: one replication has no interval".
pub(super) fn verdict(verdict: &TargetVerdict) -> String {
    match verdict.answer {
        Answer::Met => "met".to_owned(),
        Answer::NotMet if verdict.reason == Some(Reason::Unstable) => {
            "NOT MET, grows without end".to_owned()
        }
        Answer::NotMet => match miss(verdict) {
            Some(miss) => format!("NOT MET, {miss}"),
            None => "NOT MET".to_owned(),
        },
        Answer::Undecided => match verdict.reason {
            Some(reason) => format!("undecided{}", doubt(reason)),
            None => "undecided: too few replications".to_owned(),
        },
    }
}

/// By how much a target is missed.
fn miss(verdict: &TargetVerdict) -> Option<String> {
    let measured = verdict.measured.estimate?.value;
    let limit = verdict.limit.value();
    let unit = verdict.measured.unit;
    let is_over = matches!(verdict.limit, Limit::AtMost(_));
    let side = if is_over { "over" } else { "short" };
    let gap = (measured - limit).abs();
    if !measured.is_finite() {
        return Some("never".to_owned());
    }
    if is_over && limit > 0.0 && measured >= 2.0 * limit {
        return Some(format!("{} times over", format::number(measured / limit)));
    }
    Some(match unit {
        Unit::Share => format!("{} {side}", plural_points(gap)),
        Unit::Messages => format!("{} {side}", messages(gap)),
        Unit::Seconds | Unit::PerSecond if limit > 0.0 => {
            format!("{} {side}", format::share(gap / limit))
        }
        Unit::Seconds | Unit::PerSecond => format!("{} {side}", value(unit, gap)),
    })
}

fn plural_points(share: f64) -> String {
    let points = format::number(share * 100.0);
    if points == "1" { "1 point".to_owned() } else { format!("{points} points") }
}

/// Why there is no answer.
fn doubt(reason: Reason) -> String {
    match reason {
        Reason::OneReplication => ": one replication has no interval".to_owned(),
        Reason::Marginal => ", marginal: it is at the limit".to_owned(),
        Reason::NoMessages => ": no message to tell it from".to_owned(),
        Reason::FewTailObservations { found, needed } => {
            format!(": {found} of {needed} messages in the tail")
        }
        Reason::StoppedEarly => ": stopped early".to_owned(),
        Reason::Unstable => ": grows without end".to_owned(),
        Reason::NotStationary => ": has not come to rest".to_owned(),
    }
}

/// Tells when something was: by the clock, or since the start where the clock means nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'a> {
    model: &'a Model,
}

impl<'a> Clock<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        Self { model }
    }

    /// "10:02", "day 2, 10:02", "2 h 31 min in".
    pub(super) fn at(self, time: SimTime) -> String {
        if self.model.run.mode == Mode::Steady {
            return format!("{} in", format::duration(time.since(SimTime::ZERO)));
        }
        let civil = self.model.run.clock.civil(time);
        format!("{:02}:{:02}", civil.hour(), civil.minute())
    }
}
