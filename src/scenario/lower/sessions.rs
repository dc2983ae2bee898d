//! Trunks and rooms, as carriers that hold sessions.

use super::groups::{at_least, usual_burst};
use crate::carrier::session::{RoomsPlan, SessionPlan, TrunkPlan};
use crate::carrier::{CarrierPlan, GroupPlan, Overload, Shares, SharesSpec};
use crate::dist::{Dist, Files};
use crate::engine::SimDuration;
use crate::language::Problems;
use crate::scenario::schema::{RoomsSchema, TrunkSchema};
use crate::service::{Discipline, QueueBounds};

/// A trunk without a queue for setups lets nobody wait.
const NO_QUEUE: QueueBounds =
    QueueBounds { length_at_most: Some(0), age_at_most: None, wait_at_most: None };

pub(super) fn trunk(
    name: &str,
    first: u32,
    trunk: &TrunkSchema,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<GroupPlan> {
    let ring = match &trunk.ring {
        None => Some(Dist::Constant(SimDuration::ZERO)),
        Some(ring) => ring.resolve(files, problems),
    };
    let holding = trunk.holding.resolve(files, problems);
    let rate = match &trunk.setup_rate {
        None => None,
        Some(rate) => {
            at_least(rate.value, rate.place, "", problems)?;
            Some(rate.value)
        }
    };
    let burst = |rate: f64| match (trunk.setup_burst, trunk.setup_queue) {
        (Some(burst), _) => burst,
        (None, Some(_)) => 1,
        (None, None) => usual_burst(rate),
    };
    let plan = TrunkPlan {
        channels: trunk.channels,
        answer_ratio: trunk.answer_ratio,
        ring: ring?,
        holding: holding?,
        refuses: trunk.refuses,
    };
    let bursts = rate.map(burst).into_iter().collect();
    let queue = trunk.setup_queue.unwrap_or(NO_QUEUE);
    Some(GroupPlan {
        rates: rate.into_iter().collect(),
        bursts,
        ..one(name, first, SessionPlan::Trunk(plan), queue)
    })
}

pub(super) fn rooms(
    name: &str,
    first: u32,
    rooms: &RoomsSchema,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<GroupPlan> {
    let plan = RoomsPlan {
        nodes: rooms.nodes,
        capacity: rooms.capacity,
        count: rooms.count,
        popularity: Shares::new(&rooms.shares, rooms.count),
        placement: rooms.placement,
        holding: rooms.holding.resolve(files, problems)?,
    };
    Some(one(name, first, SessionPlan::Rooms(plan), QueueBounds::default()))
}

/// A carrier that does nothing but hold sessions.
fn one(name: &str, first: u32, sessions: SessionPlan, queue: QueueBounds) -> GroupPlan {
    GroupPlan {
        name: name.to_owned(),
        first,
        count: 1,
        shares: Shares::new(&SharesSpec::Equal, 1),
        rates: Vec::new(),
        bursts: Vec::new(),
        template: CarrierPlan {
            window: None,
            round_trip: Dist::Constant(SimDuration::ZERO),
            delivery: Dist::Constant(SimDuration::ZERO),
            overload: Overload::Paced,
            behaviours: Vec::new(),
            resend: None,
            answer_timeout: None,
            quotas: Vec::new(),
            connections: None,
            pace: None,
            silent_loss: 0.0,
            quiet: None,
            discipline: Discipline::Fifo,
            queue,
            sessions: Some(sessions),
        },
    }
}
