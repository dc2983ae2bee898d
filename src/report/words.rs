//! Figures, targets and times in the words of all reports.

use super::clock::Clock;
use crate::engine::SimTime;
use crate::language::format;
use crate::measure::Doing;
use crate::model::{ClassId, Criterion, Model, Target, Windowed};
use crate::stats::{Estimate, Interval, Limit};
use crate::verdict::{Answer, Cause, Figure, Reason, TargetVerdict, Unit};

/// What stands where nothing is known.
pub(super) const NOTHING: &str = "–";
/// An interval narrower than this, relative to the figure, is that of sums in floating point.
const ROUNDING: f64 = 1e-9;

/// A value with its unit: "38.2 %", "2 h 31 min", "never".
pub(super) fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Seconds if value.is_infinite() => "never".to_owned(),
        Unit::Seconds => format::seconds(value),
        Unit::Share => format::share(value),
        Unit::PerSecond => format::rate(value),
        Unit::PerHour => format!("{}/h", format::number(value)),
        Unit::Messages => messages(value),
    }
}

/// What a message did for a part of its time.
pub(super) fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::Waiting => "waiting",
        Doing::WaitingForCore => "waiting for a core",
        Doing::Work => "work",
        Doing::Pause => "pause",
        Doing::RoundTrip => "round trip",
        Doing::Held => "held",
        Doing::Delivery => "delivery",
        Doing::GivenUp => "given up",
        Doing::Network => "network",
        Doing::BackOff => "back-off",
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

/// How busy something is: what is next to nothing has no digits worth a look.
pub(super) fn busy(share: f64) -> String {
    if share > 0.0 && share < 0.001 { "< 0.1 %".to_owned() } else { format::share(share) }
}

/// A figure without its interval.
pub(super) fn bare(figure: &Figure) -> String {
    figure.estimate.map_or_else(|| NOTHING.to_owned(), |known| value(figure.unit, known.value))
}

/// A figure with its interval: "38.2 % (38.1 – 38.3)", or "38.2 % (± 0.004)" where the ends show
/// the same digits. Where replications give no upper end, "11.5 s (11.4 s or more)". A figure that
/// is exact has no interval to show.
pub(super) fn with_interval(figure: &Figure) -> String {
    let Some(Estimate { value: center, interval, .. }) = figure.estimate else {
        return NOTHING.to_owned();
    };
    let shown = value(figure.unit, center);
    // A spread that is that of rounding says no more than none.
    let is_told =
        |of: &Interval| of.high - of.low > ROUNDING * center.abs() || center.is_infinite();
    let Some(Interval { low, high }) =
        interval.filter(|interval| interval.low != interval.high && is_told(interval))
    else {
        return shown;
    };
    if high == f64::INFINITY {
        return match value(figure.unit, low) {
            _ if low <= 0.0 => format!("{shown} (too few runs for an interval)"),
            low if low == shown => format!("{shown} or more"),
            low => format!("{shown} ({low} or more)"),
        };
    }
    let ends = [low, high].map(|end| value(figure.unit, end));
    if ends.iter().all(|end| *end == shown) {
        let half_width = value(figure.unit, (center - low).max(high - center));
        // Less than can be shown is not worth showing.
        let is_nothing = half_width.starts_with('<');
        return if is_nothing { shown } else { format!("{shown} (± {half_width})") };
    }
    let [low, high] = &ends;
    // The last unit stands before the ends; where all three are told in the same units, they do
    // without it.
    match units(&shown).last() {
        Some(unit) if units(low) == units(&shown) && units(high) == units(&shown) => {
            let bare = |text: &str| text[..text.len() - unit.len() - 1].to_owned();
            format!("{shown} ({} – {})", bare(low), bare(high))
        }
        Some(_) | None => format!("{shown} ({low} – {high})"),
    }
}

/// The words of a value that are not its digits: "h" and "min" of "2 h 31 min".
fn units(shown: &str) -> Vec<&str> {
    let is_unit = |word: &&str| !word.contains(|c: char| c.is_ascii_digit());
    shown.split(' ').filter(is_unit).collect()
}

/// What a target asks: "p99 of otp at most 10 s".
pub(super) fn wanted(model: &Model, target: &Target) -> String {
    let class = |id: ClassId| &model.classes[id.index()].name;
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
            let place = station.map_or_else(String::new, |station| {
                format!(" for {}", model.station_name(station))
            });
            format!("{left} left{place} {}", Clock::of(model).since(*by))
        }
        Criterion::Utilization { station, at_most, windowed } => {
            let share = format::share(*at_most);
            format!("{} at most {share} busy", model.station_name(*station)) + &per(*windowed)
        }
    }
}

/// What is measured for a target: "p99 of otp", "share of otp within 10 s".
pub(super) fn measure(model: &Model, target: &Target) -> String {
    let class = |id: ClassId| &model.classes[id.index()].name;
    let windowed = |windowed: &Option<Windowed>| {
        windowed.map(|of| format!("share of {} windows", format::duration(of.per)))
    };
    match &target.criterion {
        Criterion::Latency { class: id, quantile, windowed: per, .. } => windowed(per)
            .unwrap_or_else(|| format!("{} of {}", quantile_name(*quantile), class(*id))),
        Criterion::Delivered { class: id, limit, windowed: per, .. } => windowed(per)
            .unwrap_or_else(|| {
                format!("share of {} within {}", class(*id), format::duration(*limit))
            }),
        Criterion::Loss { class: None, .. } => "share lost".to_owned(),
        Criterion::Loss { class: Some(id), .. } => format!("share of {} lost", class(*id)),
        Criterion::Backlog { station: None, .. } => "messages left".to_owned(),
        Criterion::Backlog { station: Some(station), .. } => {
            format!("messages left for {}", model.station_name(*station))
        }
        Criterion::Utilization { station, windowed: per, .. } => windowed(per)
            .unwrap_or_else(|| format!("utilization of {}", model.station_name(*station))),
    }
}

/// What a scenario is called: its title, or else its file.
pub(super) fn title<'a>(model: &'a Model, scenario: &'a str) -> &'a str {
    if model.title.is_empty() { scenario } else { &model.title }
}

/// "10 runs of 4 h".
pub(super) fn length(model: &Model, runs: usize) -> String {
    let runs = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    format!("{runs} of {}", format::duration(model.run.horizon.since(SimTime::ZERO)))
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
    if level == 0.5 { "median".to_owned() } else { format::quantile(level) }
}

/// "met", "NOT MET, 906 times over", "undecided: a single run".
pub(super) fn verdict(verdict: &TargetVerdict) -> String {
    match verdict.answer {
        Answer::Met => "met".to_owned(),
        Answer::NotMet if grows(verdict) => "NOT MET".to_owned(),
        Answer::NotMet => match miss(verdict) {
            Some(miss) => format!("NOT MET, {miss}"),
            None => "NOT MET".to_owned(),
        },
        Answer::Undecided => match verdict.reason {
            Some(reason) => format!("undecided{}", doubt(reason)),
            None => "undecided: too few runs".to_owned(),
        },
    }
}

/// Whether what is measured grows for as long as one looks, so that no figure means anything.
pub(super) fn grows(verdict: &TargetVerdict) -> bool {
    let unit = verdict.measured.unit;
    verdict.reason == Some(Reason::Unstable) && matches!(unit, Unit::Seconds | Unit::Messages)
}

/// What was measured of a target, with its interval.
pub(super) fn measured(target: &Target, verdict: &TargetVerdict) -> String {
    let windowed = target.windowed().is_some();
    if grows(verdict) {
        "grows without end".to_owned()
    } else if windowed && verdict.measured.estimate.is_some() {
        format!("{} of windows", with_interval(&verdict.measured))
    } else {
        with_interval(&verdict.measured)
    }
}

/// An answer as tables and documents name it.
pub(super) fn answer_code(answer: Answer) -> &'static str {
    match answer {
        Answer::Met => "met",
        Answer::NotMet => "not-met",
        Answer::Undecided => "undecided",
    }
}

/// A reason as tables and documents name it.
pub(super) fn reason_code(reason: Reason) -> &'static str {
    match reason {
        Reason::OneReplication => "one-replication",
        Reason::Marginal => "marginal",
        Reason::NoMessages => "no-messages",
        Reason::FewTailObservations { .. } => "few-tail-observations",
        Reason::ThinWindows { .. } => "thin-windows",
        Reason::StoppedEarly => "stopped-early",
        Reason::Unstable => "unstable",
        Reason::NotStationary => "not-stationary",
    }
}

/// A cause as documents name it.
pub(super) fn cause_code(cause: Cause) -> &'static str {
    match cause {
        Cause::Cores => "cores",
        Cause::Workers => "workers",
        Cause::Rate => "rate",
        Cause::Limit(_) => "limit",
        Cause::Window => "window",
        Cause::Pauses => "pauses",
        Cause::Loss => "loss",
        Cause::QueueBounds => "queue-bounds",
        Cause::Door => "door",
        Cause::Validity => "validity",
        Cause::Deadline => "deadline",
        Cause::Suspension => "suspension",
        Cause::Chatter => "chatter",
        Cause::Peers => "peers",
        Cause::Network => "network",
        Cause::Threads => "threads",
        Cause::Files => "files",
        Cause::Connections => "connections",
        Cause::Channels => "channels",
        Cause::SetupRate => "setup-rate",
        Cause::Nodes => "nodes",
        Cause::Node => "node",
    }
}

/// Whose a station is, as tables and documents name it.
pub(super) fn owner(is_ours: bool) -> &'static str {
    if is_ours { "ours" } else { "carrier" }
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
        return None;
    }
    if is_over && limit > 0.0 && measured >= 2.0 * limit {
        return Some(format!("{} times over", format::number(measured / limit)));
    }
    Some(match unit {
        Unit::Share => format!("{} {side}", plural_points(gap)),
        Unit::Messages => format!("{} {side}", messages(gap)),
        Unit::Seconds | Unit::PerSecond | Unit::PerHour if limit > 0.0 => {
            format!("{} {side}", format::share(gap / limit))
        }
        Unit::Seconds | Unit::PerSecond | Unit::PerHour => format!("{} {side}", value(unit, gap)),
    })
}

fn plural_points(share: f64) -> String {
    let points = format::number(share * 100.0);
    if points == "1" { "1 point".to_owned() } else { format!("{points} points") }
}

/// Why there is no answer.
fn doubt(reason: Reason) -> String {
    match reason {
        Reason::OneReplication => ": a single run".to_owned(),
        Reason::Marginal => ", marginal".to_owned(),
        Reason::NoMessages => ": no messages".to_owned(),
        Reason::FewTailObservations { found, needed } => {
            format!(": {found} of {needed} in the tail")
        }
        Reason::ThinWindows { .. } => ": too few messages in a window".to_owned(),
        Reason::StoppedEarly => ": stopped early".to_owned(),
        Reason::Unstable => ": grows without end".to_owned(),
        Reason::NotStationary => ": has not come to rest".to_owned(),
    }
}

/// "a", "a and b", "a, b and c".
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(unit: Unit, value: f64, low: f64, high: f64) -> Figure {
        let estimate = Estimate { value, interval: Some(Interval { low, high }), replications: 10 };
        Figure { estimate: Some(estimate), unit }
    }

    #[test]
    fn intervals_share_a_unit_where_they_can() {
        let check = |unit, (value, low, high), said: &str| {
            assert_eq!(with_interval(&figure(unit, value, low, high)), said);
        };
        check(Unit::Share, (0.382, 0.381, 0.383), "38.2 % (38.1 – 38.3)");
        check(Unit::Share, (0.382, 0.381_96, 0.382_04), "38.2 % (± 0.004 %)");
        check(Unit::Share, (0.0, 0.0, 0.0), "0 %");
        check(Unit::Seconds, (0.06, 0.06 - 1.4e-17, 0.06 + 1.4e-17), "60 ms");
        check(Unit::Seconds, (9_060.0, 8_820.0, 9_360.0), "2 h 31 min (2 h 27 – 2 h 36)");
        check(Unit::Seconds, (60.0, 47.0, 93.0), "1 min (47 s – 1 min 33 s)");
        check(Unit::Seconds, (1.02, 0.98, 1.06), "1.02 s (980 ms – 1.06 s)");
        check(Unit::Seconds, (11.5, 11.4, f64::INFINITY), "11.5 s (11.4 s or more)");
        check(Unit::Seconds, (11.5, 11.499, f64::INFINITY), "11.5 s or more");
        check(Unit::Seconds, (f64::INFINITY, 11.4, f64::INFINITY), "never (11.4 s or more)");
        check(Unit::Seconds, (11.5, 0.0, f64::INFINITY), "11.5 s (too few runs for an interval)");
        check(Unit::Messages, (44_011.0, 43_835.3, 44_186.7), "44,011 (43,835 – 44,187)");
        check(Unit::PerSecond, (40.0, 39.0, 41.0), "40/s (39/s – 41/s)");
        let unknown = Figure { estimate: None, unit: Unit::Share };
        assert_eq!((with_interval(&unknown), bare(&unknown)), ("–".to_owned(), "–".to_owned()));
    }

    #[test]
    fn a_miss_is_told_in_the_words_that_fit_its_size() {
        let check = |unit, measured: f64, limit, said: &str| {
            let measured = figure(unit, measured, measured, measured);
            let (answer, reason) = (Answer::NotMet, None);
            let target =
                TargetVerdict { measured, limit, margin: None, answer, reason, windows: None };
            assert_eq!(verdict(&target), format!("NOT MET{said}"));
        };
        check(Unit::Seconds, 9_060.0, Limit::AtMost(10.0), ", 906 times over");
        check(Unit::Seconds, 11.2, Limit::AtMost(10.0), ", 12 % over");
        check(Unit::Seconds, f64::INFINITY, Limit::AtMost(10.0), "");
        check(Unit::Share, 0.382, Limit::AtLeast(0.95), ", 56.8 points short");
        check(Unit::Share, 0.81, Limit::AtMost(0.8), ", 1 point over");
        check(Unit::Share, 0.5, Limit::AtMost(0.1), ", 5 times over");
        check(Unit::Share, 0.5, Limit::AtMost(0.0), ", 50 points over");
        check(Unit::Messages, 20.0, Limit::AtMost(0.0), ", 20 over");
        check(Unit::Messages, 1_500.0, Limit::AtMost(1_000.0), ", 500 over");
    }

    #[test]
    fn names_are_listed_and_counts_have_their_number() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(counted(1.0, "message"), "1 message");
        assert_eq!(counted(0.0, "message"), "0 messages");
        assert_eq!(counted(1_003_000.4, "message"), "1,003,000 messages");
        assert_eq!(
            (busy(0.000_5), busy(0.0), busy(0.64)),
            ("< 0.1 %".into(), "0 %".into(), "64 %".into())
        );
    }
}
