//! The figures of services and carrier groups.

use super::effort::Effort;
use super::figures::{Exactness, Figure, Unit};
use super::network::Network;
use super::period::Period;
use super::quotas::QuotaFigures;
use super::sessions::SessionFigures;
use crate::measure::{Histogram, Measurements, StationRecord, StationWindow};
use crate::model::{Model, StationId};
use crate::stats::{Estimate, Ratio};

/// What one station did.
#[derive(Clone, Debug)]
pub struct StationFigures {
    /// Whether it is a service of ours.
    pub is_ours: bool,
    /// Tasks that came, a second: first tries and retries.
    pub offered: Figure,
    /// Tasks that were served, a second.
    pub served: Figure,
    /// The busier of the two that follow; of carriers the busiest of rate, window and limits.
    pub utilization: Figure,
    /// Workers that held a message; of carriers, submissions within the window.
    pub workers: Figure,
    /// Cores that computed; of carriers, the use of their rate.
    pub cores: Figure,
    /// Mean wait of those that were served.
    pub mean_wait: Figure,
    /// Mean time that a task waited for a core while it held a worker; none of carriers.
    pub mean_core_wait: Figure,
    /// 99th percentile of waits of those served, pooled; no interval.
    pub p99_wait_s: Option<f64>,
    /// Share of those served that had to wait.
    pub waited: Figure,
    /// Mean number waiting.
    pub mean_queue: Figure,
    /// Mean number of workers that waited for a core.
    pub mean_ready: Figure,
    /// Most waiting at once, on average over replications.
    pub max_queue: Figure,
    /// Turned away, too old, cancelled: tasks a replication.
    pub rejected: f64,
    /// See `rejected`.
    pub expired: f64,
    /// See `rejected`.
    pub cancelled: f64,
    /// What its time went to; `None` for carriers.
    pub effort: Option<Effort>,
    /// What went over its links, where its network may be short.
    pub network: Option<Network>,
    /// What it held, of what holds sessions.
    pub sessions: Option<SessionFigures>,
    /// Of the rejected: those for whom their instance had no file handle left.
    pub out_of_files: f64,
    /// Calls to it that failed for want of a connection, a replication.
    pub unconnected: f64,
    /// Submissions refused by carriers, a replication.
    pub throttled: f64,
    /// Messages dropped silently by carriers, a replication.
    pub dropped: f64,
    /// Messages held back by carriers, a replication.
    pub held: f64,
    /// Submissions that carriers answered with an error or not at all, a replication.
    pub errors: f64,
    /// Messages whose last submission met with an error, a replication.
    pub failed: f64,
}

/// What a station can do at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// Workers; of carriers, the window of all members; of what holds sessions, as many of them.
    pub workers: Option<f64>,
    /// Cores.
    pub cores: Option<f64>,
    /// Of carriers: messages a second.
    pub rate: Option<f64>,
}

impl Capacity {
    /// The capacity of the station at position `station`.
    pub fn of(model: &Model, station: usize) -> Self {
        match station.checked_sub(model.services.len()) {
            None => {
                let pool = &model.services[station].pool;
                Self {
                    workers: Some(pool.all_workers() as f64),
                    cores: Some(pool.all_cores() as f64),
                    rate: None,
                }
            }
            Some(group) => {
                let group = &model.groups[group];
                let window = group.template.window;
                let window = window.map(|window| f64::from(window) * f64::from(group.count));
                let sessions = group.template.sessions.as_ref();
                Self {
                    workers: sessions.map(|of| of.capacity() as f64).or(window),
                    cores: None,
                    rate: group.total_rate(),
                }
            }
        }
    }

    /// The use of workers, and of cores or rate, in a window.
    pub fn used(&self, window: &StationWindow) -> (f64, f64) {
        let secs = window.busy.length.as_secs_f64();
        if secs == 0.0 {
            return (0.0, 0.0);
        }
        let workers = self.workers.map_or(0.0, |workers| window.busy.mean() / workers);
        let idle_chatter = window.chatter_off_core as f64 / window.busy.length.ns() as f64;
        let cores = self.cores.map_or(0.0, |cores| (window.on_core.mean() + idle_chatter) / cores);
        let rate = self.rate.map_or(0.0, |rate| window.segments as f64 / secs / rate);
        (workers, cores.max(rate))
    }
}

pub(super) fn of(
    model: &Model,
    runs: &[Measurements],
    period: &Period,
    quotas: &[QuotaFigures],
) -> Vec<StationFigures> {
    (0..model.stations()).map(|station| figures(model, runs, period, quotas, station)).collect()
}

/// The use of the busiest limit that a group of carriers is under.
fn quotas_used(model: &Model, quotas: &[QuotaFigures], station: usize) -> Figure {
    let none = Figure { estimate: None, unit: Unit::Share };
    let group = station.checked_sub(model.services.len()).map(|group| &model.groups[group]);
    let of = group.into_iter().flat_map(|group| &group.template.quotas);
    of.map(|id| quotas[id.index()].utilization).fold(none, busier)
}

/// All windows of a station that count, joined.
pub(super) fn total(record: &StationRecord, from: usize) -> StationWindow {
    let mut total = StationWindow::default();
    for window in &record.windows[from..] {
        total.extend(window);
    }
    total
}

fn figures(
    model: &Model,
    runs: &[Measurements],
    period: &Period,
    quotas: &[QuotaFigures],
    station: usize,
) -> StationFigures {
    let exactness = Exactness::of(model);
    let capacity = Capacity::of(model, station);
    let totals: Vec<StationWindow> =
        runs.iter().map(|run| total(&run.stations[station], period.first)).collect();
    let secs = |total: &StationWindow| total.busy.length.as_secs_f64();
    let ratio = |top: &dyn Fn(&StationWindow) -> f64, bottom: &dyn Fn(&StationWindow) -> f64| {
        let parts: Vec<Ratio> =
            totals.iter().map(|t| Ratio { top: top(t), bottom: bottom(t) }).collect();
        parts
    };
    let started = |total: &StationWindow| total.started as f64;
    let mean = |values: &dyn Fn(&StationWindow) -> f64, unit| Figure {
        estimate: exactness.of_mean(&totals.iter().map(values).collect::<Vec<_>>()),
        unit,
    };
    let per_s = |count: &dyn Fn(&StationWindow) -> f64| Figure {
        estimate: exactness.of_ratio(&ratio(count, &secs)),
        unit: Unit::PerSecond,
    };
    let average = |count: &dyn Fn(&StationWindow) -> u64| {
        totals.iter().map(count).sum::<u64>() as f64 / totals.len() as f64
    };
    let messages: Vec<u64> = runs
        .iter()
        .map(|run| run.classes.iter().map(|class| class.arrived(period.first)).sum())
        .collect();
    let wait = ratio(&|total| total.wait_sum as f64 * 1e-9, &started);
    let core_wait = ratio(&|total| total.core_wait_sum as f64 * 1e-9, &started);
    let is_ours = model.is_ours(StationId::from_index(station));
    StationFigures {
        is_ours,
        offered: per_s(&|total| total.arrived as f64),
        served: per_s(&|total| total.served as f64),
        utilization: busier(
            busier(
                mean(&|total| capacity.used(total).0, Unit::Share),
                mean(&|total| capacity.used(total).1, Unit::Share),
            ),
            quotas_used(model, quotas, station),
        ),
        workers: mean(&|total| capacity.used(total).0, Unit::Share),
        cores: mean(&|total| capacity.used(total).1, Unit::Share),
        mean_wait: Figure { estimate: exactness.of_ratio(&wait), unit: Unit::Seconds },
        mean_core_wait: Figure {
            estimate: if is_ours { exactness.of_ratio(&core_wait) } else { None },
            unit: Unit::Seconds,
        },
        p99_wait_s: p99_wait(runs, period, station),
        waited: Figure {
            estimate: exactness.of_share(&ratio(&|total| total.waited as f64, &started)),
            unit: Unit::Share,
        },
        mean_ready: mean(&|total| total.ready.mean(), Unit::Messages),
        mean_queue: mean(&|total| total.queue.mean(), Unit::Messages),
        max_queue: mean(&|total| total.queue.max as f64, Unit::Messages),
        rejected: average(&|total| total.rejected),
        expired: average(&|total| total.expired),
        cancelled: average(&|total| total.cancelled),
        effort: is_ours.then(|| Effort::of(exactness, &totals, &messages)),
        network: model
            .services
            .get(station)
            .and_then(|service| Network::of(service, exactness, &totals)),
        sessions: SessionFigures::of(model, station, runs, exactness, &totals),
        out_of_files: average(&|total| total.out_of_files),
        unconnected: average(&|total| total.unconnected),
        throttled: average(&|total| total.throttled),
        dropped: average(&|total| total.dropped),
        held: average(&|total| total.held),
        errors: average(&|total| total.errors),
        failed: average(&|total| total.failed),
    }
}

fn busier(a: Figure, b: Figure) -> Figure {
    let value = |figure: &Figure| figure.estimate.map_or(0.0, |Estimate { value, .. }| value);
    if b.estimate.is_none() || (a.estimate.is_some() && value(&a) >= value(&b)) { a } else { b }
}

fn p99_wait(runs: &[Measurements], period: &Period, station: usize) -> Option<f64> {
    let mut waits = Histogram::new();
    for block in runs.iter().flat_map(|run| &run.stations[station].waits[period.first_block..]) {
        waits.merge(block);
    }
    waits.quantile(0.99).map(|ns| ns as f64 * 1e-9)
}
