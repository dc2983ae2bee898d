//! What a service does for a message: a list of steps.

use super::{GroupId, OperationId, RouteId, ServiceId};
use crate::dist::Dist;
use crate::policy::{Deadline, EjectionSpec, GuardSpec, Hedge, Retry, Timeout};

/// One operation of a service.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `service.operation` as written; `traffic.NAME` for a source's client.
    pub name: String,
    /// Whose workers do it; `None` for a source's client, which has as many as it needs.
    pub service: Option<ServiceId>,
    /// Position of its first step among the model's steps.
    pub first_step: u16,
}

/// One step of an operation.
#[derive(Clone, Debug)]
pub enum Step {
    /// CPU work on a core of the instance.
    Work(Dist),
    /// The worker waits, without a core.
    Delay(Dist),
    /// Calls, whose answers the worker waits for.
    Call {
        /// Whom, and how.
        site: super::SiteId,
        /// How often.
        times: Times,
        /// All at once instead of one after the other.
        at_once: bool,
        /// Whether the task waits here for the answers; if not, the next step is a call too, made
        /// at the same instant, and the first that waits gathers the answers of all.
        waits: bool,
    },
    /// Hands the message on without waiting for an answer.
    HandTo {
        /// To whom.
        site: super::SiteId,
        /// How often.
        times: Times,
        /// Whether the message is done without it: it costs, but counts for no outcome.
        background: bool,
    },
    /// The operation is over.
    End,
}

/// What a call that failed for good means to the operation that made it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It fails too.
    #[default]
    Fail,
    /// It goes on.
    Ignore,
}

/// How often a call is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times {
    /// Always once.
    Once,
    /// Once with this probability, else not at all.
    Chance(f64),
    /// Always so often.
    Fixed(u16),
    /// So often on average: the whole number below or above, drawn to make the mean right.
    Mean(f64),
}

/// A place that messages are called or handed to from.
#[derive(Clone, Debug)]
pub struct Site {
    /// Names the place in random streams and traces: `service.operation/step`.
    pub name: String,
    /// Who is called.
    pub callee: Callee,
    /// One way over the network, on the way there and on the way back.
    pub latency: Option<Dist>,
    /// Bytes of what is sent,
    pub size: u64,
    /// and of a good answer.
    pub reply_size: u64,
    /// How long the caller waits.
    pub timeout: Option<Timeout>,
    /// Instances of the caller, by number from the first, that have connections to the callee;
    /// calls of the others fail at once.
    pub connected: u32,
    /// Whether work that the caller gives up on is stopped: its timeout cancels, or the callee
    /// looks at deadlines all the time.
    pub stops_late_work: bool,
    /// When it tries again.
    pub retry: Option<Retry>,
    /// What may keep an attempt from going out, in the order of asking.
    pub guards: Vec<GuardSpec>,
    /// When further copies of an attempt go out.
    pub hedge: Option<Hedge>,
    /// How long the call, and all that is called for it, is of use.
    pub deadline: Option<Deadline>,
    /// When instances of the callee are left out of the choice.
    pub ejection: Option<EjectionSpec>,
    /// What a call that failed for good means to the operation that made it.
    pub on_failure: OnFailure,
    /// Whether what is called here may hand the message on, so that an abandoned attempt may
    /// still deliver it.
    pub may_deliver: bool,
}

impl Site {
    /// Whether work that is done from here may be a further attempt's, or nobody's any more.
    pub fn may_be_in_vain(&self) -> bool {
        self.timeout.is_some() || self.retry.is_some() || self.deadline.is_some()
    }
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// An operation.
    Operation(OperationId),
    /// A carrier of a group.
    Group(GroupId),
    /// A carrier of one of the groups of a route.
    Route(RouteId),
}

impl Times {
    /// How often on average.
    pub fn mean(self) -> f64 {
        match self {
            Self::Once => 1.0,
            Self::Chance(share) => share,
            Self::Fixed(count) => f64::from(count),
            Self::Mean(mean) => mean,
        }
    }
}
