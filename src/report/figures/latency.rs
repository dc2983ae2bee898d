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
        target: wanted(result, at).map(|wanted| wanted.level()),
    };
    let classes = (0..result.model.classes.len()).map(class).collect();
    LatencyFigure { heading, time: timeline(result), classes }
}

/// The share of messages later than each latency.
pub(super) fn distribution(result: &PointResult, heading: Heading) -> DistributionFigure {
    let class = |at: usize| {
        let (latency_s, later): (Vec<f64>, Vec<f64>) =
            pool::distribution(result, at).into_iter().unzip();
        let target = wanted(result, at).map(|wanted| QuantileTarget {
            quantile: wanted.share,
            limit_s: wanted.limit.as_secs_f64(),
            measured_s: later
                .iter()
                .position(|&later| later <= 1.0 - wanted.share)
                .map_or(f64::INFINITY, |at| latency_s[at]),
        });
        let name = result.model.classes[at].name.clone();
        DistributionClass { name, latency_s, later, target }
    };
    DistributionFigure { heading, classes: (0..result.model.classes.len()).map(class).collect() }
}

/// What is wanted of a class's latency: so many of its messages within a limit.
struct Wanted {
    share: f64,
    limit: SimDuration,
    /// Whether it was asked as a share delivered, not as a quantile.
    is_share: bool,
}

/// The first target on the class's latency.
fn wanted(result: &PointResult, class: usize) -> Option<Wanted> {
    result.model.targets.iter().find_map(|target| match &target.criterion {
        Criterion::Latency { class: of, quantile, limit, .. } if of.index() == class => {
            Some(Wanted { share: *quantile, limit: *limit, is_share: false })
        }
        Criterion::Delivered { class: of, share, limit, .. } if of.index() == class => {
            Some(Wanted { share: *share, limit: *limit, is_share: true })
        }
        Criterion::Latency { .. }
        | Criterion::Delivered { .. }
        | Criterion::Loss { .. }
        | Criterion::Backlog { .. }
        | Criterion::Utilization { .. } => None,
    })
}

impl Wanted {
    fn level(&self) -> Level {
        let limit_s = self.limit.as_secs_f64();
        let label = if self.is_share {
            format!("{} within {}", format::share(self.share), format::duration(self.limit))
        } else {
            limit_label(self.share, limit_s)
        };
        Level { label, value: limit_s }
    }
}
