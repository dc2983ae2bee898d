//! Messages that come, that are delivered, and that are delivered in time, against what the
//! system can carry.

use super::{curve, timeline};
use crate::language::format;
use crate::measure::ClassWindow;
use crate::model::StationId;
use crate::report::chart::{Flow, Heading, Level, LoadFigure};
use crate::sim::Outcome;
use crate::sweep::PointResult;
use crate::verdict::{Capacity, Figure};

/// Capacities that are shown.
const LIMITS: usize = 3;
/// Capacities that are more than so many times the highest load say nothing.
const FAR: f64 = 2.5;

pub(super) fn figure(result: &PointResult, heading: Heading) -> LoadFigure {
    let all = 0..result.model.classes.len();
    let name = match result.model.classes.as_slice() {
        [only] => &only.name,
        _ => "all classes",
    };
    let total = flow(result, name, all.clone());
    let peak = total.offered.values.iter().copied().fold(0.0, f64::max);
    LoadFigure {
        heading,
        time: timeline(result),
        total: Flow { limits: limits(result, peak), ..total },
        classes: all
            .map(|class| flow(result, &result.model.classes[class].name, class..class + 1))
            .collect(),
    }
}

/// Some classes together.
fn flow(result: &PointResult, name: &str, classes: std::ops::Range<usize>) -> Flow {
    let rate = |count: fn(&ClassWindow) -> u64| {
        curve(result, |run, window, secs| {
            let all = run.classes[classes.clone()].iter();
            let sum: u64 = all.map(|class| count(&class.windows[window])).sum();
            (secs > 0.0).then(|| sum as f64 / secs)
        })
    };
    Flow {
        name: name.to_owned(),
        offered: rate(|window| window.arrived),
        carried: rate(|window| window.ended[Outcome::Delivered.index()]),
        goodput: rate(|window| window.in_time),
        limits: Vec::new(),
        target: None,
    }
}

/// The lowest capacities, in messages of all classes a second, as far as the load comes near.
fn limits(result: &PointResult, peak: f64) -> Vec<Level> {
    let mut limits: Vec<Level> = (0..result.model.stations())
        .filter_map(|station| {
            let capacity = capacity(result, station)?;
            let name = result.model.station_name(StationId::from_index(station));
            let label = format!("{name}: {}/s", format::number(capacity));
            (capacity <= FAR * peak).then_some(Level { label, value: capacity })
        })
        .collect();
    limits.sort_by(|a, b| a.value.total_cmp(&b.value));
    limits.truncate(LIMITS);
    limits
}

/// What a station can carry at most, in messages of all classes a second, at the mix of the run:
/// of carriers their rate; of services, by the utilization law (capacity = throughput ÷ use), what
/// their cores can. Workers that are held by calls have no capacity of their own.
fn capacity(result: &PointResult, station: usize) -> Option<f64> {
    let known = |figure: &Figure| figure.estimate.map(|estimate| estimate.value);
    let figures = &result.assessment.stations[station];
    let tasks_per_s = match Capacity::of(&result.model, station).rate {
        Some(rate) => rate,
        None if figures.is_ours => known(&figures.served)? / known(&figures.cores)?,
        None => return None,
    };
    let messages: f64 =
        result.assessment.classes.iter().filter_map(|class| known(&class.offered)).sum();
    let capacity = tasks_per_s * messages / known(&figures.offered)?;
    capacity.is_finite().then_some(capacity)
}
