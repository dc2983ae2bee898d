//! `[trunk.NAME]` and `[rooms.NAME]`: what holds calls and visits for their length.

use crate::carrier::SharesSpec;
use crate::carrier::session::{Placement, Refuses};
use crate::dist::DistSpec;
use crate::language::{Choice, Fields, Node, Placed, Problems, Rate, Read, Share, Value, Whole};
use crate::service::{CarrierQueueSpec, Discipline, DisciplineSpec, QueueBounds};

/// Most sessions that one trunk or one node may have room for.
const MOST_SESSIONS: u64 = 10_000_000;
/// Most nodes.
const MOST_NODES: u64 = 100_000;
/// Most rooms.
const MOST_ROOMS: u64 = 10_000_000;
/// Most setups at once.
const MOST_BURST: u64 = 1_000_000;

/// A trunk as written.
#[derive(Debug)]
pub(in crate::scenario) struct TrunkSchema {
    pub(in crate::scenario) channels: u32,
    pub(in crate::scenario) setup_rate: Option<Placed<f64>>,
    pub(in crate::scenario) setup_burst: Option<u32>,
    pub(in crate::scenario) setup_queue: Option<QueueBounds>,
    pub(in crate::scenario) answer_ratio: f64,
    pub(in crate::scenario) ring: Option<DistSpec>,
    pub(in crate::scenario) holding: DistSpec,
    pub(in crate::scenario) refuses: Refuses,
}

impl Read for TrunkSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let channels = fields.required_like::<Whole<1, MOST_SESSIONS>>("channels", "117", problems);
        let setup_rate = fields.optional::<Placed<Rate>>("setup-rate", problems);
        let burst = fields.optional::<Whole<1, MOST_BURST>>("setup-burst", problems);
        let queue = fields.optional::<Placed<CarrierQueueSpec>>("setup-queue", problems);
        let answers = fields.or("answer-ratio", Share(1.0), problems);
        let ring = fields.optional("ring", problems);
        let holding =
            fields.required_like("holding", "{ exponential = { mean = \"180s\" } }", problems);
        let refuses = fields.or("when-full", Refuses::With503, problems);
        fields.finish(problems);
        check(node, problems);
        Some(Self {
            channels: channels?.0 as u32,
            setup_rate: setup_rate?
                .map(|rate| Placed { value: rate.value.per_s, place: rate.place }),
            setup_burst: burst?.map(|burst| burst.0 as u32),
            setup_queue: match queue? {
                None => None,
                Some(queue) => Some(in_order(queue, problems)?),
            },
            answer_ratio: answers?.0,
            ring: ring?,
            holding: holding?,
            refuses: refuses?,
        })
    }
}

/// The bounds of a queue for setups, who are served in order.
fn in_order(queue: Placed<CarrierQueueSpec>, problems: &mut Problems) -> Option<QueueBounds> {
    if queue.value.discipline == DisciplineSpec::Ready(Discipline::Fifo) {
        return Some(queue.value.bounds);
    }
    problems.add_with_hint(
        queue.place,
        "setups wait in order",
        "write `setup-queue = { fifo = { length-at-most = 100 } }`",
    );
    None
}

/// What can only be said of all keys together.
fn check(node: &Node, problems: &mut Problems) {
    let at = |key: &str| node.child(key).map(|child| child.place);
    for key in ["setup-burst", "setup-queue"] {
        if let (Some(place), None) = (at(key), at("setup-rate")) {
            problems.add_with_hint(
                place,
                "without a rate of setups nobody waits for one",
                "add, for example, `setup-rate = \"1/s\"`",
            );
        }
    }
    if let (Some(place), None) = (at("answer-ratio"), at("ring")) {
        problems.add_with_hint(
            place,
            "nothing says how long those that nobody answers hold a channel",
            "add, for example, `ring = \"20s\"`",
        );
    }
    let full = node.child("when-full").map(|full| &full.value);
    let is_silent = matches!(full, Some(Value::String(name)) if name == "silent");
    let queue = node.child("setup-queue");
    let bounds = queue.and_then(|queue| queue.child("fifo"));
    let is_bounded = bounds.is_some_and(|bounds| {
        ["length-at-most", "age-at-most", "wait-at-most"]
            .iter()
            .any(|key| bounds.child(key).is_some())
    });
    if let Some(queue) = queue.filter(|_| is_silent && !is_bounded) {
        problems.add_with_hint(
            queue.place,
            "callers who hear nothing send their INVITE again, so that this queue may grow \
             without end",
            "add a bound, for example `{ fifo = { length-at-most = 100 } }`",
        );
    }
}

impl Read for Refuses {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["503", "silent"], problems)?;
        choice.without_settings(problems)?;
        Some(if choice.name == "silent" { Self::InSilence } else { Self::With503 })
    }
}

/// Rooms as written.
#[derive(Debug)]
pub(in crate::scenario) struct RoomsSchema {
    pub(in crate::scenario) nodes: u32,
    pub(in crate::scenario) capacity: u32,
    pub(in crate::scenario) count: u32,
    pub(in crate::scenario) shares: SharesSpec,
    pub(in crate::scenario) placement: Placement,
    pub(in crate::scenario) holding: DistSpec,
}

impl Read for RoomsSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let nodes = fields.required_like::<Whole<1, MOST_NODES>>("nodes", "8", problems);
        let capacity = fields.required_like::<Whole<1, MOST_SESSIONS>>("capacity", "250", problems);
        let count = fields.required_like::<Whole<1, MOST_ROOMS>>("rooms", "500", problems);
        let place = fields.place();
        let equal = Placed { value: SharesSpec::Equal, place };
        let shares = fields.or("shares", equal, problems);
        let placement = fields.or("placement", Placement::LeastLoaded, problems);
        let holding =
            fields.required_like("holding", "{ exponential = { mean = \"40min\" } }", problems);
        fields.finish(problems);
        let (count, shares) = (count?.0 as u32, shares?);
        if let SharesSpec::Weights(weights) = &shares.value
            && weights.len() != count as usize
        {
            let label = format!("expected {count} weights, one a room, found {}", weights.len());
            problems.add(shares.place, label);
            return None;
        }
        Some(Self {
            nodes: nodes?.0 as u32,
            capacity: capacity?.0 as u32,
            count,
            shares: shares.value,
            placement: placement?,
            holding: holding?,
        })
    }
}

impl Read for Placement {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["least-loaded", "first-fit", "random"], problems)?;
        choice.without_settings(problems)?;
        Some(match choice.name {
            "first-fit" => Self::FirstFit,
            "random" => Self::Random,
            _ => Self::LeastLoaded,
        })
    }
}
