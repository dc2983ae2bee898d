//! What trunks and rooms held, and whom they had no room for.

use super::figures::{Exactness, Figure, Unit};
use crate::measure::{Measurements, StationWindow};
use crate::model::{Model, SessionPlan};

/// What holds sessions.
#[derive(Clone, Debug)]
pub struct SessionFigures {
    /// Sessions that it has room for.
    pub capacity: u64,
    /// Sessions held, on average over time.
    pub in_use: Figure,
    /// Most held at once, on average over replications.
    pub most: Figure,
    /// Attempts that came for a channel or a place and found none: attempts a replication, as all
    /// that follow.
    pub blocked: f64,
    /// Of those, for whom another node had one.
    pub stranded: f64,
    /// INVITEs sent again,
    pub retransmitted: f64,
    /// and those that were taken up for nobody.
    pub in_vain: f64,
    /// Of rooms: the most that one had at once, over the whole run.
    pub largest_room: Option<f64>,
}

impl SessionFigures {
    /// Of the station at position `station`, if it holds sessions, from what it did in each
    /// replication.
    pub(super) fn of(
        model: &Model,
        station: usize,
        runs: &[Measurements],
        exactness: Exactness,
        totals: &[StationWindow],
    ) -> Option<Self> {
        let group = model.groups.get(station.checked_sub(model.services.len())?)?;
        let plan = group.template.sessions.as_ref()?;
        let mean = |of: fn(&StationWindow) -> f64| Figure {
            estimate: exactness.of_mean(&totals.iter().map(of).collect::<Vec<_>>()),
            unit: Unit::Messages,
        };
        let count = |of: fn(&StationWindow) -> u64| {
            totals.iter().map(of).sum::<u64>() as f64 / totals.len() as f64
        };
        let largest = || {
            let each = runs.iter().map(|run| run.carriers[group.first as usize].largest_room);
            each.sum::<u64>() as f64 / runs.len() as f64
        };
        Some(Self {
            capacity: plan.capacity(),
            in_use: mean(|total| total.busy.mean()),
            most: mean(|total| total.busy.max as f64),
            blocked: count(|total| total.blocked),
            stranded: count(|total| total.stranded),
            retransmitted: count(|total| total.retransmitted),
            in_vain: count(|total| total.in_vain),
            largest_room: match plan {
                SessionPlan::Trunk(_) => None,
                SessionPlan::Rooms(_) => Some(largest()),
            },
        })
    }
}
