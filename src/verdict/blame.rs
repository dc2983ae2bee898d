//! Where the messages of a class lose their time, and where they get lost.

use super::period::Period;
use crate::measure::{Measurements, Share, StationWindow};
use crate::model::{ClassId, Model};
use crate::sim::Outcome;

/// A station, and what part of the waiting or of the losses is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) station: usize,
    /// Of all waiting, or of all losses, of the class.
    pub(super) share: f64,
    /// Whether messages get lost there, rather than wait.
    pub(super) loses: bool,
}

/// What the replications say together.
pub(super) struct Blame<'a> {
    model: &'a Model,
    runs: &'a [Measurements],
    period: &'a Period,
    /// By station: calls that were turned away, or expired, for every message that failed; none
    /// where fewer were than messages failed, since callers then gave up waiting.
    calls_per_failure: Vec<f64>,
}

impl<'a> Blame<'a> {
    pub(super) fn of(model: &'a Model, runs: &'a [Measurements], period: &'a Period) -> Self {
        let mut blame = Self { model, runs, period, calls_per_failure: Vec::new() };
        let turned_away = |station: usize| {
            let windows = runs.iter().flat_map(|run| &run.stations[station].windows);
            let count = |window: &StationWindow| {
                window.rejected + window.expired + window.failed + window.unconnected
            };
            windows.map(count).sum::<u64>() as f64
        };
        let ended = blame.sums(None, |share| turned_away_of(share) as f64);
        // A message that was handed on ends where it is turned away; a call that is turned away
        // comes back to its caller.
        let calls: Vec<f64> = ended
            .iter()
            .enumerate()
            .map(|(station, ended)| (turned_away(station) - ended).max(0.0))
            .collect();
        let classes = (0..model.classes.len()).map(ClassId::from_index);
        let failed: f64 = classes.map(|class| blame.failed_calls(class)).sum();
        let explains = failed > 0.0 && calls.iter().sum::<f64>() >= failed;
        blame.calls_per_failure =
            calls.iter().map(|calls| if explains { calls / failed } else { 0.0 }).collect();
        blame
    }

    /// Where messages of the class, or of all, wait most, for a worker or for a core.
    pub(super) fn waiting(&self, class: Option<ClassId>) -> Option<Place> {
        let waits = self.sums(class, |share| waited_ns(share) as f64);
        largest(&waits).map(|(station, share)| Place { station, share, loses: false })
    }

    /// All waiting of the class, in nanoseconds.
    pub(super) fn waited_ns(&self, class: ClassId) -> f64 {
        self.sums(Some(class), |share| waited_ns(share) as f64).iter().sum()
    }

    /// Where messages of the class, or of all, get lost most.
    pub(super) fn losses(&self, class: Option<ClassId>) -> Option<Place> {
        let mut lost =
            self.sums(class, |share| share.ended.iter().map(|&ended| ended as f64).sum());
        let failed: f64 = match class {
            Some(class) => self.failed_calls(class),
            None => {
                let classes = (0..self.model.classes.len()).map(ClassId::from_index);
                classes.map(|class| self.failed_calls(class)).sum()
            }
        };
        for (lost, calls) in lost.iter_mut().zip(&self.calls_per_failure) {
            *lost += failed * calls;
        }
        largest(&lost).map(|(station, share)| Place { station, share, loses: true })
    }

    /// How many messages of the class were turned away, expired or lost; and failed, where that is
    /// because their calls were turned away or met with errors.
    pub(super) fn lost(&self, class: ClassId) -> f64 {
        let outright = [Outcome::Rejected, Outcome::Expired, Outcome::Lost];
        let lost: f64 = outright.into_iter().map(|outcome| self.ended(class, outcome)).sum();
        let calls_fail = self.calls_per_failure.iter().any(|&calls| calls > 0.0);
        let calls = if calls_fail { self.failed_calls(class) } else { 0.0 };
        lost + calls + self.failed_at_carriers(class)
    }

    /// How many messages of the class failed at a carrier that they had been handed on to.
    fn failed_at_carriers(&self, class: ClassId) -> f64 {
        let failed = |share: &Share| share.ended[Outcome::Failed.index()] as f64;
        self.sums(Some(class), failed).iter().sum()
    }

    /// How many failed because calls did.
    fn failed_calls(&self, class: ClassId) -> f64 {
        (self.failed(class) - self.failed_at_carriers(class)).max(0.0)
    }

    /// How many messages of the class failed, for whatever reason.
    fn failed(&self, class: ClassId) -> f64 {
        self.ended(class, Outcome::Failed)
    }

    fn ended(&self, class: ClassId, outcome: Outcome) -> f64 {
        let of = |run: &Measurements| {
            run.classes[class.index()].ended(self.period.first, outcome.index())
        };
        self.runs.iter().map(of).sum::<u64>() as f64
    }

    /// Sums over replications and classes, by station.
    fn sums(&self, class: Option<ClassId>, of: impl Fn(&Share) -> f64) -> Vec<f64> {
        let stations = self.model.stations();
        let mut sums = vec![0.0; stations];
        for run in self.runs {
            for (at, share) in run.shares.iter().enumerate() {
                if class.is_none_or(|class| class.index() == at / stations) {
                    sums[at % stations] += of(share);
                }
            }
        }
        sums
    }
}

fn waited_ns(share: &Share) -> u128 {
    share.wait_sum + share.age_sum + share.core_wait_sum + share.core_age_sum + share.link_wait_sum
}

fn turned_away_of(share: &Share) -> u64 {
    let outcomes = [Outcome::Rejected, Outcome::Expired, Outcome::Failed];
    outcomes.iter().map(|outcome| share.ended[outcome.index()]).sum()
}

/// The position of the largest, and its share of the sum; `None` if all are zero.
fn largest(values: &[f64]) -> Option<(usize, f64)> {
    let total: f64 = values.iter().sum();
    let (at, most) = values.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (total > 0.0).then(|| (at, most / total))
}
