//! One verdict for each target.

use super::figures::{Exactness, Figure, LatencyPool, Unit, in_seconds, messages_of};
use super::period::{Period, Steadiness};
use super::quotas;
use super::stations::{Capacity, total};
use super::windows::WindowsRead;
use crate::engine::SimTime;
use crate::measure::{LimitRecord, Measurements};
use crate::model::{ClassId, Criterion, Limit as LatencyLimit, Model, StationId, Target};
use crate::sim::Outcome;
use crate::stats::{Confidence, Decision, Estimate, Limit, Ratio, Refusal, Zone, decide};

/// What is said of one target.
#[derive(Clone, Debug)]
pub struct TargetVerdict {
    /// What was measured; of a windowed target, the share of windows in which it held.
    pub measured: Figure,
    /// What it was held against.
    pub limit: Limit,
    /// How far it is on the right side of the limit, in the figure's unit.
    pub margin: Option<Estimate>,
    /// The answer.
    pub answer: Answer,
    /// What the answer has to be read with, or why there is none.
    pub reason: Option<Reason>,
    /// Of a windowed target: what its windows were.
    pub windows: Option<WindowsRead>,
}

/// Whether a target is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Its whole interval keeps the limit.
    Met,
    /// Its whole interval breaks it.
    NotMet,
    /// The limit lies inside the interval.
    Undecided,
}

/// Why an answer is what it is, where the figure alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// One replication has no interval.
    OneReplication,
    /// The figure is *at* the limit: nearer than makes a difference, more runs will not tell.
    Marginal,
    /// No message came that it could be told from.
    NoMessages,
    /// Too few observations beyond the quantile.
    FewTailObservations {
        /// How many there are.
        found: u64,
        /// How many there would have to be.
        needed: u64,
    },
    /// Most windows have too few messages to read a share of them.
    ThinWindows {
        /// How many messages a window would have to have.
        needed: u64,
    },
    /// A replication ended early, at a bound.
    StoppedEarly,
    /// The backlog grows without end, so that there is no long run.
    Unstable,
    /// The run had not come to rest.
    NotStationary,
}

pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<TargetVerdict> {
    let view = View { model, runs, period, exactness: Exactness::of(model) };
    model.targets.iter().map(|target| view.judge(target)).collect()
}

/// What a target is judged from.
pub(super) struct View<'a> {
    pub(super) model: &'a Model,
    pub(super) runs: &'a [Measurements],
    pub(super) period: &'a Period,
    exactness: Exactness,
}

impl View<'_> {
    fn judge(&self, target: &Target) -> TargetVerdict {
        let Measured { measured, unit, limit, windows } = self.measure(target);
        let zone = zone(unit, limit, target.indifference);
        let estimate = measured.ok();
        let (answer, reason) = match measured {
            Err(reason) => (Answer::Undecided, Some(reason)),
            Ok(estimate) => match decide(&estimate, limit, zone) {
                Decision::Met => (Answer::Met, None),
                Decision::NotMet => (Answer::NotMet, None),
                Decision::Marginal => (Answer::Undecided, Some(Reason::Marginal)),
                Decision::Undecided if estimate.interval.is_none() => {
                    (Answer::Undecided, Some(Reason::OneReplication))
                }
                Decision::Undecided => (Answer::Undecided, None),
            },
        };
        let (answer, reason) = self.temper(answer, reason);
        TargetVerdict {
            measured: Figure { estimate, unit },
            limit,
            margin: estimate.map(|estimate| limit.margin(&estimate)),
            answer,
            reason,
            windows,
        }
    }

    /// A run that ended early, or never came to rest, cannot show that a target is met.
    fn temper(&self, answer: Answer, reason: Option<Reason>) -> (Answer, Option<Reason>) {
        let doubt = match (self.period.stopped, self.period.steadiness) {
            (Some(_), _) => Reason::StoppedEarly,
            (None, Steadiness::Unstable) => Reason::Unstable,
            (None, Steadiness::WantsMore | Steadiness::NotStationary) => Reason::NotStationary,
            (None, Steadiness::NotAsked | Steadiness::Steady | Steadiness::Unknown) => {
                return (answer, reason);
            }
        };
        match answer {
            Answer::NotMet => (Answer::NotMet, Some(doubt)),
            Answer::Met | Answer::Undecided => (Answer::Undecided, Some(doubt)),
        }
    }

    fn measure(&self, target: &Target) -> Measured {
        let whole = |measured, unit, limit| Measured { measured, unit, limit, windows: None };
        match &target.criterion {
            Criterion::Latency { class, quantile, limit, windowed: None } => whole(
                self.latency(*class, *quantile),
                Unit::Seconds,
                Limit::AtMost(limit.as_secs_f64()),
            ),
            Criterion::Latency { class, quantile, limit, windowed: Some(windowed) } => {
                let limit = LatencyLimit { class: *class, within: *limit };
                self.delivered_in_windows(*windowed, limit, *quantile)
            }
            Criterion::Delivered { class, limit, share, windowed: None } => {
                let limit = LatencyLimit { class: *class, within: *limit };
                let wanted = Limit::AtLeast(*share);
                whole(self.share_delivered(limit, wanted), Unit::Share, wanted)
            }
            Criterion::Delivered { class, limit, share, windowed: Some(windowed) } => {
                let limit = LatencyLimit { class: *class, within: *limit };
                self.delivered_in_windows(*windowed, limit, *share)
            }
            Criterion::Loss { class, share } => {
                let wanted = Limit::AtMost(*share);
                whole(self.loss(*class, wanted), Unit::Share, wanted)
            }
            Criterion::Backlog { station, by, at_most } => {
                whole(self.backlog(*station, *by), Unit::Messages, Limit::AtMost(*at_most as f64))
            }
            Criterion::Utilization { station, at_most, windowed: None } => {
                whole(self.utilization(*station), Unit::Share, Limit::AtMost(*at_most))
            }
            Criterion::Utilization { station, at_most, windowed: Some(windowed) } => {
                self.busy_in_windows(*windowed, *station, *at_most)
            }
        }
    }

    fn latency(&self, class: ClassId, quantile: f64) -> Result<Estimate, Reason> {
        let pool = LatencyPool::of(self.model, self.runs, self.period, class);
        let pooled = pool.pooled();
        if pooled.count() == 0 {
            return Err(Reason::NoMessages);
        }
        match pooled.quantile(quantile, Confidence::P95) {
            Ok(estimate) => Ok(self.exactness.exact_if_certain(in_seconds(estimate))),
            Err(Refusal::FewTailObservations { found, needed }) => {
                Err(Reason::FewTailObservations { found, needed })
            }
            Err(Refusal::Infinite) => Err(Reason::NoMessages),
        }
    }

    fn limit_record<'r>(&self, run: &'r Measurements, limit: LatencyLimit) -> &'r LimitRecord {
        let position = self.model.limits.binary_search(&limit);
        &run.limits[position.expect("every target's limit is among the model's")]
    }

    /// The messages that came in these windows: delivered within the limit, over all that can be
    /// judged.
    pub(super) fn delivered_parts(
        &self,
        run: &Measurements,
        limit: LatencyLimit,
        windows: std::ops::Range<usize>,
    ) -> Ratio {
        let record = self.limit_record(run, limit);
        let arrived: u64 = run.classes[limit.class.index()].windows[windows.clone()]
            .iter()
            .map(|window| window.arrived)
            .sum();
        let within: u64 = record.within[windows.clone()].iter().sum();
        let open: u64 = record.open[windows].iter().sum();
        Ratio { top: within as f64, bottom: (arrived - open) as f64 }
    }

    fn share_delivered(&self, limit: LatencyLimit, wanted: Limit) -> Result<Estimate, Reason> {
        let parts: Vec<Ratio> = self
            .runs
            .iter()
            .map(|run| {
                let windows = self.period.first..run.classes[limit.class.index()].windows.len();
                self.delivered_parts(run, limit, windows)
            })
            .collect();
        self.share(&parts, 1.0, wanted)
    }

    /// A share that is held against `limit`, and at its best at `best`: all, or none.
    ///
    /// Where it is that, and as many trials could hardly have shown it if the truth broke the
    /// limit, it is shown as it was seen. So it is where the limit is itself all or none, which no
    /// number of replications could ever show beyond doubt.
    pub(super) fn share(
        &self,
        parts: &[Ratio],
        best: f64,
        limit: Limit,
    ) -> Result<Estimate, Reason> {
        let estimate = self.exactness.of_share(parts).ok_or(Reason::NoMessages)?;
        let flawless = estimate.value == best && self.runs.len() > 1;
        let is_told = || {
            let zone = Zone { relative: 0.0, floor: 0.0 };
            limit.value() == best || decide(&estimate, limit, zone) == Decision::Met
        };
        let is_shown = flawless && is_told();
        Ok(if is_shown { Estimate::exact(best, self.runs.len()) } else { estimate })
    }

    fn loss(&self, class: Option<ClassId>, wanted: Limit) -> Result<Estimate, Reason> {
        let classes = match class {
            Some(class) => class.index()..class.index() + 1,
            None => 0..self.model.classes.len(),
        };
        let from = self.period.first;
        let parts: Vec<Ratio> = self
            .runs
            .iter()
            .map(|run| {
                let mut part = Ratio { top: 0.0, bottom: 0.0 };
                for record in &run.classes[classes.clone()] {
                    let bad = Outcome::ALL.iter().filter(|&&o| o != Outcome::Delivered);
                    let lost: u64 = bad.map(|outcome| record.ended(from, outcome.index())).sum();
                    part.top += lost as f64;
                    part.bottom += messages_of(self.model, record, from) as f64;
                }
                part
            })
            .collect();
        self.share(&parts, 0.0, wanted)
    }

    fn backlog(&self, station: Option<StationId>, by: SimTime) -> Result<Estimate, Reason> {
        // The window that the time falls into counts from its end: its highest level may have
        // been before.
        let first = by.ns().div_ceil(self.model.run.window.ns()) as usize;
        let most: Option<Vec<f64>> = self
            .runs
            .iter()
            .map(|run| {
                let levels: Vec<u64> = match station {
                    None => run.in_system.iter().skip(first).map(|level| level.max).collect(),
                    Some(station) => {
                        let windows = run.stations[station.index()].windows.iter();
                        windows.skip(first).map(|window| window.queue.max).collect()
                    }
                };
                levels.into_iter().max().map(|most| most as f64)
            })
            .collect();
        self.exactness.of_mean(&most.ok_or(Reason::NoMessages)?).ok_or(Reason::NoMessages)
    }

    /// The limits of senders that a station is under, if it is a group of carriers.
    pub(super) fn limits_of(&self, station: StationId) -> impl Iterator<Item = usize> {
        let group = station.index().checked_sub(self.model.services.len());
        let ids = group.into_iter().flat_map(|group| &self.model.groups[group].template.quotas);
        ids.map(|id| id.index())
    }

    fn utilization(&self, station: StationId) -> Result<Estimate, Reason> {
        let capacity = Capacity::of(self.model, station.index());
        let values: Vec<f64> = self
            .runs
            .iter()
            .map(|run| {
                let (workers, cores) =
                    capacity.used(&total(&run.stations[station.index()], self.period.first));
                let limits = self
                    .limits_of(station)
                    .map(|quota| quotas::used(&self.model.quotas[quota], run, quota, self.period));
                limits.fold(workers.max(cores), f64::max)
            })
            .collect();
        self.exactness.of_mean(&values).ok_or(Reason::NoMessages)
    }
}

/// How near its limit a figure is at it. Of shares the smaller side counts: 99 % delivered is the
/// same as 1 % lost, and 2 % of 99 % would be twice all that may be lost.
fn zone(unit: Unit, limit: Limit, indifference: f64) -> Zone {
    match unit {
        Unit::Share => {
            let smaller = limit.value().min(1.0 - limit.value());
            Zone { relative: 0.0, floor: indifference * smaller }
        }
        Unit::Seconds | Unit::Messages | Unit::PerSecond | Unit::PerHour => {
            Zone { relative: indifference, floor: 0.0 }
        }
    }
}

/// What a target was measured as, and what it is held against.
pub(super) struct Measured {
    pub(super) measured: Result<Estimate, Reason>,
    pub(super) unit: Unit,
    pub(super) limit: Limit,
    pub(super) windows: Option<WindowsRead>,
}
