//! Figures with units and intervals, and those of each class.

use super::period::Period;
use crate::engine::SimDuration;
use crate::measure::{ClassRecord, Histogram, Measurements};
use crate::model::{ClassId, Mode, Model};
use crate::sim::Outcome;
use crate::stats::quantile::Pooled;
use crate::stats::{Confidence, Estimate, Observed, Ratio};

/// A figure and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The figure; `None` where there is nothing to tell it from.
    pub estimate: Option<Estimate>,
    /// What it is in.
    pub unit: Unit,
}

/// What a figure is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share, within 0 to 1.
    Share,
    /// Messages.
    Messages,
    /// Messages a second.
    PerSecond,
    /// So often an hour.
    PerHour,
}

impl Unit {
    /// As tables and documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Share => "share",
            Self::Messages => "messages",
            Self::PerSecond => "1/s",
            Self::PerHour => "1/h",
        }
    }
}

/// What became of a class.
#[derive(Clone, Debug)]
pub struct ClassFigures {
    /// Messages that came in the whole run, summed over replications.
    pub arrived: u64,
    /// Messages that came, a second.
    pub offered: Figure,
    /// Messages delivered, a second.
    pub carried: Figure,
    /// Messages delivered in time, a second.
    pub goodput: Figure,
    /// By outcome, in the order of [`Outcome::ALL`]: share of messages.
    pub outcomes: [Figure; Outcome::ALL.len()],
    /// Share delivered within the class's deadline.
    pub in_time: Figure,
    /// Share delivered later than that.
    pub late: Figure,
    /// Share still in flight at the end of the run.
    pub in_flight: Figure,
    /// Copies delivered beside the first, as a share of messages.
    pub duplicates: Figure,
    /// Mean latency of the delivered.
    pub mean_latency: Figure,
    /// Quantiles of latency: level and figure. In a terminating run the messages in flight at the
    /// end count by their age, and failures as never.
    pub latency: Vec<(f64, Figure)>,
}

/// The quantiles of latency that reports show.
const QUANTILES: [f64; 4] = [0.5, 0.95, 0.99, 0.999];

pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<ClassFigures> {
    (0..model.classes.len()).map(|class| class_figures(model, runs, period, class)).collect()
}

fn class_figures(
    model: &Model,
    runs: &[Measurements],
    period: &Period,
    class: usize,
) -> ClassFigures {
    let exactness = Exactness::of(model);
    let per_run = |count: &dyn Fn(&ClassRecord) -> u64, below: &dyn Fn(&Measurements) -> f64| {
        let parts: Vec<Ratio> = runs
            .iter()
            .map(|run| Ratio { top: count(&run.classes[class]) as f64, bottom: below(run) })
            .collect();
        parts
    };
    let from = period.first;
    let seconds = |run: &Measurements| run.end.since(period.from).as_secs_f64();
    let rate = |count: &dyn Fn(&ClassRecord) -> u64| Figure {
        estimate: exactness.of_ratio(&per_run(count, &seconds)),
        unit: Unit::PerSecond,
    };
    let messages = |run: &Measurements| messages_of(model, &run.classes[class], from) as f64;
    let share = |count: &dyn Fn(&ClassRecord) -> u64| Figure {
        estimate: exactness.of_share(&per_run(count, &messages)),
        unit: Unit::Share,
    };
    let delivered = Outcome::Delivered.index();
    let in_time = |record: &ClassRecord| -> u64 {
        record.windows[from..].iter().map(|window| window.in_time).sum()
    };
    let latency_sum: Vec<Ratio> = runs
        .iter()
        .map(|run| {
            let windows = &run.classes[class].windows[from..];
            let sum: u128 = windows.iter().map(|window| window.latency_sum).sum();
            let count = run.classes[class].ended(from, delivered);
            Ratio { top: sum as f64 * 1e-9, bottom: count as f64 }
        })
        .collect();
    let pool = LatencyPool::of(model, runs, period, ClassId::from_index(class));
    let pooled = pool.pooled();
    ClassFigures {
        arrived: runs.iter().map(|run| run.classes[class].arrived(0)).sum(),
        offered: rate(&|record| record.arrived(from)),
        carried: rate(&|record| record.ended(from, delivered)),
        goodput: rate(&in_time),
        outcomes: Outcome::ALL.map(|outcome| share(&|record| record.ended(from, outcome.index()))),
        in_time: share(&in_time),
        late: share(&|record| record.ended(from, delivered) - in_time(record)),
        in_flight: share(&|record| record.ages.exact().count()),
        duplicates: share(&|record| {
            record.windows[from..].iter().map(|window| window.duplicates).sum()
        }),
        mean_latency: Figure { estimate: exactness.of_ratio(&latency_sum), unit: Unit::Seconds },
        latency: QUANTILES
            .map(|level| {
                let figure = pooled.quantile(level, Confidence::P95).ok().map(in_seconds);
                (
                    level,
                    Figure {
                        estimate: figure.map(|estimate| exactness.exact_if_certain(estimate)),
                        unit: Unit::Seconds,
                    },
                )
            })
            .to_vec(),
    }
}

/// The messages that shares are of: of a terminating run all that came; of a steady one those
/// that ended after the warm-up, so that what came before it counts for nothing.
pub(super) fn messages_of(model: &Model, record: &ClassRecord, from: usize) -> u64 {
    match model.run.mode {
        Mode::Terminating => record.arrived(from),
        Mode::Steady => Outcome::ALL.iter().map(|&o| record.ended(from, o.index())).sum(),
    }
}

/// A quantile in nanoseconds as one in seconds.
pub(super) fn in_seconds(mut estimate: Estimate) -> Estimate {
    estimate.value *= 1e-9;
    if let Some(interval) = &mut estimate.interval {
        interval.low *= 1e-9;
        interval.high *= 1e-9;
    }
    estimate
}

/// The latencies of a class by replication, ready to be pooled.
pub(super) struct LatencyPool {
    each: Vec<(Histogram, u64)>,
}

impl LatencyPool {
    pub(super) fn of(
        model: &Model,
        runs: &[Measurements],
        period: &Period,
        class: ClassId,
    ) -> Self {
        let one = |run: &Measurements| {
            let record = &run.classes[class.index()];
            let mut latencies = Histogram::new();
            for block in &record.latency[period.first_block..] {
                latencies.merge(block);
            }
            if model.run.mode == Mode::Terminating {
                latencies.merge(&record.ages);
            }
            let bad = Outcome::ALL.iter().filter(|&&outcome| outcome != Outcome::Delivered);
            let never = bad.map(|outcome| record.ended(period.first, outcome.index())).sum();
            (latencies, never)
        };
        Self { each: runs.iter().map(one).collect() }
    }

    /// The least time in nanoseconds, over all messages, that some would have to take less for
    /// `share` of them to be within `limit`. No failure can be made up for.
    pub(super) fn excess_ns(&self, limit: SimDuration, share: f64) -> f64 {
        let pooled = self.pooled();
        let in_time = pooled.finite().count_at_or_below(limit.ns());
        let mut missing = share * pooled.count() as f64 - in_time as f64;
        let mut excess = 0.0;
        for (bucket, count) in pooled.finite().buckets() {
            let late = bucket.middle() as f64 - limit.ns() as f64;
            if late > 0.0 && missing > 0.0 {
                let those = missing.min(count as f64);
                excess += those * late;
                missing -= those;
            }
        }
        excess
    }

    /// How many were not delivered within `limit`.
    pub(super) fn missing(&self, limit: SimDuration) -> f64 {
        let pooled = self.pooled();
        (pooled.count() - pooled.finite().count_at_or_below(limit.ns())) as f64
    }

    pub(super) fn pooled(&self) -> Pooled<'_> {
        Pooled::new(
            self.each
                .iter()
                .map(|(finite, infinite)| Observed { finite, infinite: *infinite })
                .collect(),
        )
    }
}

/// Whether figures are exact: nothing in the model is random, so that one run tells all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exactness {
    certain: bool,
}

impl Exactness {
    pub(super) fn of(model: &Model) -> Self {
        Self { certain: !model.is_random() }
    }

    pub(super) fn exact_if_certain(self, estimate: Estimate) -> Estimate {
        if self.certain { Estimate::exact(estimate.value, estimate.replications) } else { estimate }
    }

    /// A ratio of what is never below zero, so that its interval does not reach below either.
    pub(super) fn of_ratio(self, parts: &[Ratio]) -> Option<Estimate> {
        let estimate = not_below_zero(Estimate::ratio_of(parts, Confidence::P95)?);
        Some(self.exact_if_certain(estimate))
    }

    pub(super) fn of_share(self, parts: &[Ratio]) -> Option<Estimate> {
        Estimate::share_of(parts, Confidence::P95).map(|estimate| self.exact_if_certain(estimate))
    }

    /// The mean of what is never below zero, so that its interval does not reach below either.
    pub(super) fn of_mean(self, values: &[f64]) -> Option<Estimate> {
        let estimate = not_below_zero(Estimate::mean_of(values, Confidence::P95)?);
        Some(self.exact_if_certain(estimate))
    }
}

/// The estimate, its interval cut at zero.
fn not_below_zero(mut estimate: Estimate) -> Estimate {
    if let Some(interval) = &mut estimate.interval {
        interval.low = interval.low.max(0.0);
    }
    estimate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_latency_does_not_reach_below_zero() {
        let parts = [0.0, 0.0, 10.0].map(|top| Ratio { top, bottom: 1.0 });
        let estimate = Exactness { certain: false }.of_ratio(&parts).unwrap();
        assert_eq!(estimate.interval.unwrap().low, 0.0);
    }

    #[test]
    fn the_interval_of_a_level_does_not_reach_below_zero() {
        let estimate = Exactness { certain: false }.of_mean(&[0.0, 0.0, 10.0]).unwrap();
        let interval = estimate.interval.unwrap();
        assert_eq!(interval.low, 0.0);
        assert!(interval.high > 10.0, "{interval:?}");
    }
}
