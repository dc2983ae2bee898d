//! Latency of each class: over time, and its distribution.

use super::{curve, limit_label, timeline};
use crate::engine::SimDuration;
use crate::language::format;
use crate::model::Criterion;
use crate::report::chart::{
    DistributionClass, DistributionFigure, Heading, LatencyClass, LatencyFigure, Level,
    QuantileCurve, QuantileTarget,
};
use crate::report::pool;
use crate::sweep::PointResult;

/// The quantiles that runs keep for each window.
const KEPT: [f64; 3] = [0.5, 0.95, 0.99];

/// Quantiles of those delivered in each window.
pub(super) fn over_time(result: &PointResult, heading: Heading) -> LatencyFigure {
    let class = |at: usize| LatencyClass {
        name: result.model.classes[at].name.clone(),
        quantiles: KEPT
            .iter()
            .enumerate()
            .map(|(which, &quantile)| QuantileCurve {
                quantile,
                latency_s: curve(result, |run, window, _| {
                    let known = run.classes[at].windows[window].latency_quantiles?;
                    Some(known[which] as f64 / 1e9)
                }),
            })
            .collect(),
        targets: all_wanted(result, at).map(|wanted| wanted.level()).collect(),
    };
    let classes = (0..result.model.classes.len()).map(class).collect();
    LatencyFigure { heading, time: timeline(result), classes }
}

/// The share of messages later than each latency.
pub(super) fn distribution(result: &PointResult, heading: Heading) -> DistributionFigure {
    let class = |at: usize| {
        let (latency_s, later): (Vec<f64>, Vec<f64>) =
            pool::distribution(result, at).into_iter().unzip();
        let target = all_wanted(result, at).next().map(|wanted| QuantileTarget {
            quantile: wanted.share,
            limit_s: wanted.limit.as_secs_f64(),
            measured_s: reported(result, at, wanted.share).unwrap_or_else(|| {
                let position = later.iter().position(|&later| later <= 1.0 - wanted.share);
                position.map_or(f64::INFINITY, |at| latency_s[at])
            }),
        });
        let name = result.model.classes[at].name.clone();
        DistributionClass { name, latency_s, later, target }
    };
    DistributionFigure { heading, classes: (0..result.model.classes.len()).map(class).collect() }
}

/// A quantile of a class as the report has it, where it has it: it is not to say 5 min 44 s where
/// the picture says 5 min 45 s.
fn reported(result: &PointResult, class: usize, level: f64) -> Option<f64> {
    let told = &result.assessment.classes[class].latency;
    let (_, figure) = told.iter().find(|(known, _)| *known == level)?;
    Some(figure.estimate?.value)
}

/// What is wanted of a class's latency: so many of its messages within a limit.
struct Wanted {
    share: f64,
    limit: SimDuration,
    /// Whether it was asked as a share delivered, not as a quantile.
    is_share: bool,
    /// The windows of which it was asked by itself.
    per: Option<SimDuration>,
}

/// The targets on the class's latency: of the whole run first, then of windows.
fn all_wanted(result: &PointResult, class: usize) -> impl Iterator<Item = Wanted> {
    let targets = &result.model.targets;
    let of_class = move |is_windowed: bool| {
        let wanted = targets.iter().filter_map(move |target| wanted(&target.criterion, class));
        wanted.filter(move |wanted| wanted.per.is_some() == is_windowed)
    };
    of_class(false).chain(of_class(true))
}

fn wanted(criterion: &Criterion, class: usize) -> Option<Wanted> {
    match criterion {
        Criterion::Latency { class: of, quantile, limit, windowed } if of.index() == class => {
            let per = windowed.map(|windowed| windowed.per);
            Some(Wanted { share: *quantile, limit: *limit, is_share: false, per })
        }
        Criterion::Delivered { class: of, share, limit, windowed } if of.index() == class => {
            let per = windowed.map(|windowed| windowed.per);
            Some(Wanted { share: *share, limit: *limit, is_share: true, per })
        }
        Criterion::Latency { .. }
        | Criterion::Delivered { .. }
        | Criterion::Loss { .. }
        | Criterion::Backlog { .. }
        | Criterion::Utilization { .. } => None,
    }
}

impl Wanted {
    fn level(&self) -> Level {
        let limit_s = self.limit.as_secs_f64();
        let label = if self.is_share {
            format!("{} within {}", format::share(self.share), format::duration(self.limit))
        } else {
            limit_label(self.share, limit_s)
        };
        let per =
            self.per.map_or_else(String::new, |per| format!(" per {}", format::duration(per)));
        Level { label: label + &per, value: limit_s }
    }
}
