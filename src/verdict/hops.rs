//! Where the time of delivered messages went, hop by hop: of all, and of the slowest.

use super::period::Period;
use crate::measure::{Doing, Measurements, Parts, PooledSpent};
use crate::model::{Model, StationId};

/// One in so many messages, at least, is among the slowest.
const SLOWEST_ONE_IN: u64 = 100;

/// Where the time of a class's delivered messages went, all replications together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeByHop {
    /// Messages delivered.
    pub messages: u64,
    /// The slowest of them: 1 % or as few more as took about as long as the fastest of these.
    pub slowest: u64,
    /// All of the slowest took at least this, in nanoseconds.
    pub slowest_from_ns: u64,
    /// Parts of their time; together they are all of it. Stations in the model's order, then what
    /// happens at none.
    pub hops: Vec<Hop>,
}

/// A part of the time of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The service, or group of carriers; `None` for what happens at none.
    pub station: Option<StationId>,
    /// What was done there.
    pub doing: Doing,
    /// Nanoseconds of all messages together.
    pub all_ns: u128,
    /// Nanoseconds of the slowest.
    pub slowest_ns: u128,
}

impl TimeByHop {
    /// The time of all messages together, in nanoseconds.
    pub fn all_ns(&self) -> u128 {
        self.hops.iter().map(|hop| hop.all_ns).sum()
    }

    /// The time of the slowest together, in nanoseconds.
    pub fn slowest_ns(&self) -> u128 {
        self.hops.iter().map(|hop| hop.slowest_ns).sum()
    }

    /// The slowest as a share of all messages.
    pub fn slowest_share(&self) -> f64 {
        self.slowest as f64 / self.messages.max(1) as f64
    }
}

/// By class of the model.
pub(super) fn of(model: &Model, runs: &[Measurements], period: &Period) -> Vec<TimeByHop> {
    let parts = Parts { services: model.services.len(), stations: model.stations() };
    let of_class = |class: usize| {
        let mut spent = PooledSpent::default();
        for run in runs {
            let blocks = run.spent[class].iter().skip(period.first_block);
            blocks.for_each(|block| spent.merge(block));
        }
        let all = spent.all();
        let slowest = spent.slowest(all.messages.div_ceil(SLOWEST_ONE_IN));
        let hops = all.parts.iter().map(|(&place, &all_ns)| {
            let (station, doing) = parts.part(place as usize);
            let slowest_ns = slowest.parts.get(&place).copied().unwrap_or(0);
            Hop { station: station.map(StationId::from_index), doing, all_ns, slowest_ns }
        });
        TimeByHop {
            messages: all.messages,
            slowest: slowest.messages,
            slowest_from_ns: slowest.at_least,
            hops: hops.collect(),
        }
    };
    (0..model.classes.len()).map(of_class).collect()
}
