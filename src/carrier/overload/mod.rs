//! Family: what does a carrier do with a submission above its rate?
//!
//! To add a behaviour: one file here with its doc, its spec and its `on_excess`; one line in each
//! of [`Overload`], `OverloadSpec::NAMES` and the matches below.

mod drop;
mod hold;
mod penalty;
mod queue;
mod throttle;

use super::Verdict;
use crate::engine::SimTime;
use crate::language::{Choice, Node, Problems, Read, RunClock};

pub use drop::Drop;
pub use hold::{Hold, HoldSpec};
pub use penalty::Penalty;
pub use queue::BoundedQueue;
pub use throttle::Throttle;

/// The question put to the carrier: a submission has come that its rate does not allow.
#[derive(Clone, Copy, Debug)]
pub struct Excess {
    /// When it came.
    pub now: SimTime,
}

/// A submission as a carrier that minds its rate sees it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// When it came.
    pub now: SimTime,
    /// When its turn would be, if the carrier took messages one by one at its rate.
    pub turn: SimTime,
    /// Whether it is above the rate.
    pub is_over: bool,
}

/// What the carrier does above its rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Overload {
    /// It is not put to the test: we keep to its rate, and messages wait with us.
    Paced,
    /// It refuses, and wants a pause.
    Throttle(Throttle),
    /// It accepts and drops silently.
    Drop(Drop),
    /// It accepts, holds, and releases later.
    Hold(Hold),
    /// It refuses, and takes less for a while.
    Penalty(Penalty),
    /// It queues, and refuses what finds the queue full.
    Queue(BoundedQueue),
}

impl Overload {
    /// What becomes of a submission.
    #[inline]
    pub fn on_arrival(&self, arrival: Arrival) -> Verdict {
        let Arrival { now, turn, is_over } = arrival;
        match self {
            Self::Queue(behaviour) if !is_over => behaviour.on_room(now, turn),
            _ if !is_over => Verdict::Accept,
            Self::Paced => Verdict::Accept,
            Self::Throttle(behaviour) => behaviour.on_excess(Excess { now }),
            Self::Drop(behaviour) => behaviour.on_excess(Excess { now }),
            Self::Hold(behaviour) => behaviour.on_excess(Excess { now }),
            Self::Penalty(behaviour) => behaviour.on_excess(Excess { now }),
            Self::Queue(behaviour) => behaviour.on_excess(),
        }
    }
}

/// An [`Overload`] as written, before the run's clock is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OverloadSpec {
    /// See [`Overload::Throttle`].
    Throttle(Throttle),
    /// See [`Overload::Drop`].
    Drop(Drop),
    /// See [`Overload::Hold`].
    Hold(HoldSpec),
    /// See [`Overload::Penalty`].
    Penalty(Penalty),
    /// See [`Overload::Queue`].
    Queue(BoundedQueue),
}

impl OverloadSpec {
    const NAMES: [&'static str; 5] = ["throttle", "drop", "hold", "penalty", "queue"];

    /// The behaviour in a run with this clock.
    pub fn resolve(&self, clock: &RunClock) -> Overload {
        match self {
            Self::Throttle(behaviour) => Overload::Throttle(*behaviour),
            Self::Drop(behaviour) => Overload::Drop(*behaviour),
            Self::Hold(spec) => Overload::Hold(spec.resolve(clock)),
            Self::Penalty(behaviour) => Overload::Penalty(*behaviour),
            Self::Queue(behaviour) => Overload::Queue(*behaviour),
        }
    }
}

impl Read for OverloadSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        match choice.name {
            "throttle" => Throttle::read(&choice, problems).map(Self::Throttle),
            "drop" => Drop::read(&choice, problems).map(Self::Drop),
            "penalty" => Penalty::read(&choice, problems).map(Self::Penalty),
            "queue" => BoundedQueue::read(&choice, problems).map(Self::Queue),
            _ => HoldSpec::read(&choice, problems).map(Self::Hold),
        }
    }
}
