//! Does it get there? Targets × measurements to met, not met or undecided, with the margin, and
//! what binds.

mod binding;
mod blame;
mod effort;
mod figures;
mod hops;
mod ledgers;
mod metastable;
mod network;
mod period;
mod quotas;
mod routes;
mod sessions;
mod stations;
mod targets;
mod windows;

use crate::measure::Measurements;
use crate::model::Model;

pub use binding::{Binding, Cause, Saturation};
pub use effort::Effort;
pub use figures::{ClassFigures, Figure, Unit};
pub use hops::{Hop, TimeByHop};
pub use ledgers::LedgerFigures;
pub use metastable::Metastable;
pub use network::Network;
pub use period::{Period, Steadiness};
pub use quotas::QuotaFigures;
pub use routes::{ProviderFigures, RouteFigures};
pub use sessions::SessionFigures;
pub use stations::{Capacity, StationFigures};
pub use targets::{Answer, Reason, TargetVerdict};
pub use windows::{WindowsRead, WorstWindow};

/// What the replications of one model say.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Replications.
    pub replications: usize,
    /// The part of each run that counts.
    pub period: Period,
    /// By target of the model.
    pub targets: Vec<TargetVerdict>,
    /// By class of the model.
    pub classes: Vec<ClassFigures>,
    /// By class of the model: where the time of the delivered went.
    pub time_by_hop: Vec<TimeByHop>,
    /// By station of the model: services, then carrier groups.
    pub stations: Vec<StationFigures>,
    /// By limit of senders, in name order.
    pub quotas: Vec<QuotaFigures>,
    /// By route of the model.
    pub routes: Vec<RouteFigures>,
    /// What became of messages at carriers, in truth and in report: by class and group, and by
    /// class.
    pub ledgers: Vec<LedgerFigures>,
    /// What binds the targets that are not met; where all are, what is nearest to binding.
    pub bindings: Vec<Binding>,
    /// Targets that are not met and that no capacity could mend: what their messages take without
    /// any waiting is too long already.
    pub slow_by_themselves: Vec<usize>,
    /// Goodput that did not come back after a trigger.
    pub metastable: Option<Metastable>,
}

impl Assessment {
    /// Assesses the replications of `model`, in order.
    ///
    /// # Panics
    /// If there are none.
    pub fn of(model: &Model, runs: &[Measurements]) -> Self {
        assert!(!runs.is_empty(), "replications to assess");
        let period = Period::of(model, runs);
        let quotas = quotas::of(model, runs, &period);
        let stations = stations::of(model, runs, &period, &quotas);
        let targets = targets::of(model, runs, &period);
        let figures = (stations.as_slice(), quotas.as_slice());
        let (bindings, slow_by_themselves) = binding::of(model, runs, &period, &targets, figures);
        Self {
            replications: runs.len(),
            classes: figures::of(model, runs, &period),
            time_by_hop: hops::of(model, runs, &period),
            stations,
            quotas,
            routes: routes::of(model, runs, &period),
            ledgers: ledgers::of(model, runs),
            targets,
            bindings,
            slow_by_themselves,
            metastable: metastable::of(model, runs),
            period,
        }
    }

    /// Whether every target is met; true where there is none.
    pub fn all_met(&self) -> bool {
        self.targets.iter().all(|target| target.answer == Answer::Met)
    }
}
