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
/// The share of messages turned away from which on what gets through is another mix.
const DISTORTED: f64 = 0.01;
/// Loads that differ by less than this share are the same.
const SAME: f64 = 0.01;

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
            let Binds { load, is_own } = binds_at(result, station)?;
            let name = result.model.station_name(StationId::from_index(station));
            let load_text = format::number(load);
            let label = if is_own {
                format!("{name}: {load_text}/s")
            } else {
                format!("{name} binds at {load_text}/s")
            };
            (load <= FAR * peak).then_some(Level { label, value: load })
        })
        .collect();
    limits.sort_by(|a, b| a.value.total_cmp(&b.value));
    limits.truncate(LIMITS);
    limits
}

/// A load at which a station binds.
struct Binds {
    /// Messages of all classes a second.
    load: f64,
    /// Whether that is the station's own rate: every message comes there once.
    is_own: bool,
}

/// The load of all classes at which a station binds, at the mix of the run: for carriers from
/// their rate; for services, by the utilization law (capacity = throughput ÷ use), from what their
/// cores can. Workers that are held by calls have no capacity of their own, and what comes to a
/// station is no measure of the load where others turned much of it away.
fn binds_at(result: &PointResult, station: usize) -> Option<Binds> {
    let known = |figure: &Figure| figure.estimate.map(|estimate| estimate.value);
    let stations = &result.assessment.stations;
    let figures = &stations[station];
    let tasks_per_s = match Capacity::of(&result.model, station).rate {
        Some(rate) => rate,
        None if figures.is_ours => {
            let effort = figures.effort.as_ref()?;
            // At less load there are fewer retries: what this run's come to is no measure.
            if known(&effort.retries)? + known(&effort.abandoned)? > DISTORTED {
                return None;
            }
            // Cores beyond the workers have nobody to work for.
            let pool = &result.model.services[station].pool;
            let usable = f64::from(pool.cores.min(pool.workers)) / f64::from(pool.cores);
            known(&figures.served)? / known(&figures.cores)? * usable
        }
        None => return None,
    };
    let classes = &result.assessment.classes;
    let messages: f64 = classes.iter().filter_map(|class| known(&class.offered)).sum();
    let arrived: f64 = classes.iter().map(|class| class.arrived as f64).sum();
    let others = stations.iter().enumerate().filter(|(other, _)| *other != station);
    let turned_away: f64 = others.map(|(_, of)| of.rejected + of.expired).sum();
    if turned_away * result.assessment.replications as f64 > DISTORTED * arrived {
        return None;
    }
    let load = tasks_per_s * messages / known(&figures.offered)?;
    let is_own = (load - tasks_per_s).abs() <= SAME * tasks_per_s;
    load.is_finite().then_some(Binds { load, is_own })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{BLAST, run};

    fn labels(set: &[&str]) -> Vec<String> {
        let figure = figure(&run(BLAST, set), Heading::default());
        figure.total.limits.into_iter().map(|limit| limit.label).collect()
    }

    #[test]
    fn a_load_at_which_a_station_binds_is_not_taken_for_its_rate() {
        assert_eq!(labels(&[]), ["code: 10/s"]);
        // Passwords alone go there: it binds once 3.5 times as much comes in all.
        let apart = labels(&["traffic.promo.to=api.note", "service.api.operation.note.work=10ms"]);
        assert!(apart.len() == 1 && apart[0].starts_with("code binds at 3"), "{apart:?}");
    }

    #[test]
    fn what_got_through_is_no_measure_where_much_was_turned_away() {
        let bounded = "service.api.queue={ fifo = { length-at-most = 2 } }";
        let all_at_once = "traffic.promo.blast={ at = '10:00', audience = 3000 }";
        assert_eq!(labels(&[bounded, all_at_once]), Vec::<String>::new());
    }
}
