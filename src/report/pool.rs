//! Replications put together: means over windows, and the distribution of latencies.

use crate::measure::{Histogram, Measurements};
use crate::model::Mode;
use crate::sim::Outcome;
use crate::sweep::PointResult;

/// How many windows any replication reached.
pub(super) fn windows(result: &PointResult) -> usize {
    result.runs.iter().map(|run| run.in_system.len()).max().unwrap_or(0)
}

/// The window `index` of every replication that reached it.
pub(super) fn of_window<'a, W: 'a>(
    result: &'a PointResult,
    index: usize,
    windows: impl Fn(&'a Measurements) -> &'a Vec<W>,
) -> impl Iterator<Item = &'a W> {
    result.runs.iter().filter_map(move |run| windows(run).get(index))
}

/// The mean; `None` of no values.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// For latencies in seconds, ascending, the share of the class's messages that took longer, or
/// never arrived: over all replications, the messages that latency targets are judged by.
pub(super) fn distribution(result: &PointResult, class: usize) -> Vec<(f64, f64)> {
    let period = &result.assessment.period;
    let mut ended = Histogram::new();
    let mut never = 0;
    for run in &result.runs {
        let record = &run.classes[class];
        for block in &record.latency[period.first_block..] {
            ended.merge(block);
        }
        if result.model.run.mode == Mode::Terminating {
            ended.merge(&record.ages);
        }
        let bad = Outcome::ALL.iter().filter(|&&outcome| outcome != Outcome::Delivered);
        never += bad.map(|outcome| record.ended(period.first, outcome.index())).sum::<u64>();
    }
    let all = ended.exact().count() + never;
    let mut later = all;
    let coarse = ended.to_coarse();
    coarse
        .buckets()
        .map(|(bucket, count)| {
            later -= count;
            (bucket.middle() as f64 / 1e9, later as f64 / all as f64)
        })
        .collect()
}
