//! Family: what does a carrier do with a submission above its rate?
//!
//! To add a behaviour: one file here with its doc, its spec and its `on_excess`; one line in each
//! of [`Overload`], `OverloadSpec::NAMES` and the matches below.

mod drop;
mod hold;
mod throttle;

use crate::engine::{SimDuration, SimTime};
use crate::language::{Choice, Node, Problems, Read, RunClock};

pub use drop::Drop;
pub use hold::{Hold, HoldSpec};
pub use throttle::Throttle;

/// The question put to the carrier: a submission has come that its rate does not allow.
#[derive(Clone, Copy, Debug)]
pub struct Excess {
    /// When it came.
    pub now: SimTime,
}

/// What becomes of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted, to be delivered in the ordinary way.
    Accept,
    /// Refused with a throttling error; we put the message back at the head of the queue and
    /// submit nothing for `pause`.
    Throttle {
        /// How long we keep quiet, from the moment the refusal reaches us.
        pause: SimDuration,
    },
    /// Accepted, and never delivered; nobody is told.
    Drop,
    /// Accepted, and held back until `until`.
    Hold {
        /// When the carrier lets it go.
        until: SimTime,
    },
}

/// What the carrier does above its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overload {
    /// It is not put to the test: we keep to its rate, and messages wait with us.
    Paced,
    /// It refuses, and wants a pause.
    Throttle(Throttle),
    /// It accepts and drops silently.
    Drop(Drop),
    /// It accepts, holds, and releases later.
    Hold(Hold),
}

impl Overload {
    /// What becomes of a submission above the carrier's rate.
    #[inline]
    pub fn on_excess(&self, excess: Excess) -> Verdict {
        match self {
            Self::Paced => Verdict::Accept,
            Self::Throttle(behaviour) => behaviour.on_excess(excess),
            Self::Drop(behaviour) => behaviour.on_excess(excess),
            Self::Hold(behaviour) => behaviour.on_excess(excess),
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
}

impl OverloadSpec {
    const NAMES: [&'static str; 3] = ["throttle", "drop", "hold"];

    /// The behaviour in a run with this clock.
    pub fn resolve(&self, clock: &RunClock) -> Overload {
        match self {
            Self::Throttle(behaviour) => Overload::Throttle(*behaviour),
            Self::Drop(behaviour) => Overload::Drop(*behaviour),
            Self::Hold(spec) => Overload::Hold(spec.resolve(clock)),
        }
    }
}

impl Read for OverloadSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        match choice.name {
            "throttle" => Throttle::read(&choice, problems).map(Self::Throttle),
            "drop" => Drop::read(&choice, problems).map(Self::Drop),
            _ => HoldSpec::read(&choice, problems).map(Self::Hold),
        }
    }
}
