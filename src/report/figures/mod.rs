//! From results to figures, a file each; `chart` draws them.

mod hops;
mod latency;
mod load;
mod outcomes;
mod resources;
mod sweep;

use super::chart::{Curve, Heading, Timeline};
use super::{About, clock, pool, words};
use crate::engine::SimTime;
use crate::language::format;
use crate::measure::Measurements;
use crate::stats::{Confidence, Estimate};
use crate::sweep::{PointResult, in_parallel};

/// Pictures by file name.
type Pictures = Vec<(&'static str, Vec<u8>)>;
/// Draws one picture.
type Drawing<'a> = Box<dyn Fn() -> Vec<u8> + Send + Sync + 'a>;

/// The pictures of a run.
pub(super) fn of_run(result: &PointResult, about: &About) -> Pictures {
    let over_time = |title: &str| heading(title, result, about, ", mean and 95 % interval");
    let means = |title: &str| heading(title, result, about, ", mean");
    let pooled = |title: &str| heading(title, result, about, ", all messages together");
    let drawings: Vec<(&'static str, Drawing<'_>)> = vec![
        ("load.png", Box::new(|| load::figure(result, over_time("Load and goodput")).png())),
        (
            "latency.png",
            Box::new(|| latency::over_time(result, over_time("Latency over time")).png()),
        ),
        (
            "latency_distribution.png",
            Box::new(|| latency::distribution(result, pooled("Distribution of latency")).png()),
        ),
        (
            "resources.png",
            Box::new(|| resources::figure(result, means("Services and carriers")).png()),
        ),
        (
            "outcomes.png",
            Box::new(|| outcomes::figure(result, means("Where messages ended")).png()),
        ),
        ("time_by_hop.png", Box::new(|| hops::figure(result, pooled("Where the time goes")).png())),
    ];
    in_parallel(&drawings, |(name, draw)| (*name, draw()))
}

/// The picture of a sweep; none where there is no target to show.
pub(super) fn of_sweep(key: &str, points: &[(String, PointResult)], about: &About) -> Pictures {
    let Some((_, first)) = points.first() else { return Vec::new() };
    if first.model.targets.is_empty() {
        return Vec::new();
    }
    let heading = Heading {
        title: format!("Targets against {key}"),
        subtitle: format!("{}; 95 % intervals", words::title(&first.model, &about.scenario)),
    };
    vec![("sweep.png", sweep::figure(key, points, heading).png())]
}

/// A title, the scenario, and how its replications are shown where there are several.
fn heading(title: &str, result: &PointResult, about: &About, several: &str) -> Heading {
    let name = words::title(&result.model, &about.scenario);
    let runs = result.assessment.replications;
    let shown = if runs > 1 { several } else { "" };
    Heading {
        title: title.to_owned(),
        subtitle: format!("{name}; {}{shown}", words::length(&result.model, runs)),
    }
}

/// When the windows are: the middle of each.
fn timeline(result: &PointResult) -> Timeline {
    let run = &result.model.run;
    let middle = |window: usize| {
        let start = SimTime::from_ns(run.window.ns() * window as u64);
        let end = run.window_end(window as u32);
        0.5 * (start.as_secs_f64() + end.as_secs_f64())
    };
    let at_s = (0..pool::windows(result)).map(middle).collect();
    Timeline { origin: clock::origin(run), at_s }
}

/// A value for each window, with its interval: the mean over the replications that have one. The
/// value is of a replication, a window and its length in seconds.
fn curve(result: &PointResult, value: impl Fn(&Measurements, usize, f64) -> Option<f64>) -> Curve {
    let (mut values, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for window in 0..pool::windows(result) {
        let secs = window_s(result, window);
        let reached = result.runs.iter().filter(|run| window < run.in_system.len());
        let known: Vec<f64> = reached.filter_map(|run| value(run, window, secs)).collect();
        let estimate = Estimate::mean_of(&known, Confidence::P95);
        let interval = estimate.and_then(|estimate| estimate.interval);
        values.push(estimate.map_or(f64::NAN, |estimate| estimate.value));
        // All of these are of something that cannot be negative.
        low.push(interval.map_or(f64::NAN, |interval| interval.low.max(0.0)));
        high.push(interval.map_or(f64::NAN, |interval| interval.high));
    }
    let has_interval = low.iter().any(|low| !low.is_nan());
    Curve { values, interval: has_interval.then_some((low, high)) }
}

/// The length of a window in seconds; the last may be shorter.
fn window_s(result: &PointResult, window: usize) -> f64 {
    let run = &result.model.run;
    let start = SimTime::from_ns(run.window.ns() * window as u64);
    run.window_end(window as u32).since(start).as_secs_f64()
}

/// "p99 at most 10 s".
fn limit_label(level: f64, limit_s: f64) -> String {
    format!("{} at most {}", words::quantile_name(level), format::seconds(limit_s))
}
