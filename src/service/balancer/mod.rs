//! Family: which instance does the next message go to?
//!
//! To add a balancer: one file here with its doc, its state and its `pick`; one line in each of
//! [`Balancer`], `Balancer::NAMES` and the matches below.

mod least_loaded;
mod power_of_choices;
mod random;
mod round_robin;
mod shared_queue;

use crate::engine::Draws;
use crate::language::{Choice, Node, Problems, Read};
use crate::service::Loads;

pub use least_loaded::LeastLoaded;
pub use power_of_choices::PowerOfChoices;
pub use random::Random;
pub use round_robin::RoundRobin;
pub use shared_queue::SharedQueue;

/// The question put to a balancer: a message stands at the door.
pub struct Question<'a> {
    /// Messages waiting or in service at each instance.
    pub loads: &'a Loads,
    /// The message's own numbers for this choice.
    pub draws: Draws,
}

/// How messages find an instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Balancer {
    /// In turn.
    RoundRobin(RoundRobin),
    /// Uniformly at random.
    Random(Random),
    /// To the instance with the fewest messages.
    LeastLoaded(LeastLoaded),
    /// To the least loaded of a few drawn at random.
    PowerOfChoices(PowerOfChoices),
    /// None: messages wait in one queue, and a worker that falls free takes the next.
    SharedQueue(SharedQueue),
}

impl Balancer {
    const NAMES: [&'static str; 5] =
        ["round-robin", "random", "least-loaded", "power-of-choices", "shared-queue"];

    /// The instance that this message goes to.
    #[inline]
    pub fn pick(&mut self, question: Question<'_>) -> u32 {
        match self {
            Self::RoundRobin(balancer) => balancer.pick(question),
            Self::Random(balancer) => balancer.pick(question),
            Self::LeastLoaded(balancer) => balancer.pick(question),
            Self::PowerOfChoices(balancer) => balancer.pick(question),
            Self::SharedQueue(balancer) => balancer.pick(question),
        }
    }

    /// Whether messages wait in one queue of the whole pool.
    pub fn shares_a_queue(&self) -> bool {
        matches!(self, Self::SharedQueue(_))
    }
}

impl Default for Balancer {
    /// Power of two choices, as in Envoy's and Finagle's least-request balancers.
    fn default() -> Self {
        Self::PowerOfChoices(PowerOfChoices::default())
    }
}

impl Read for Balancer {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        match choice.name {
            "round-robin" => RoundRobin::read(&choice, problems).map(Self::RoundRobin),
            "random" => Random::read(&choice, problems).map(Self::Random),
            "least-loaded" => LeastLoaded::read(&choice, problems).map(Self::LeastLoaded),
            "power-of-choices" => PowerOfChoices::read(&choice, problems).map(Self::PowerOfChoices),
            _ => SharedQueue::read(&choice, problems).map(Self::SharedQueue),
        }
    }
}
