//! A task: one message's visit to one operation or carrier, in one cache line.

use crate::engine::{Linked, Links, Luck, SimDuration, SimTime, Ticket};

/// Position of a task's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TaskId(pub(super) u32);

impl TaskId {
    /// No task.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// No instance of a service.
pub(super) const NO_INSTANCE: u32 = u32::MAX;

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// A message that has been decided on, and whose time comes: thinking user, caused message.
    Scheduled,
    /// On its way over the network to the callee.
    Travelling,
    /// On its way from a service's door to one of its cells.
    Routing,
    /// At a service's door, until its limits let it in.
    AtDoor,
    /// On the link of the instance that it is to be served by, counted among those who wait.
    Entering,
    /// In a service's queue, for a worker.
    Queued,
    /// About to take its next step.
    Stepping,
    /// Has a worker, waits for a core.
    Ready,
    /// Computes.
    Computing,
    /// Its worker waits, without a core.
    Pausing,
    /// Its worker waits for answers.
    Calling,
    /// A call that has several copies out, each a task of its own.
    Hedging,
    /// A call that did not go out, and fails.
    Withheld,
    /// Out of a queue, past its deadline.
    Late,
    /// The call's answer is on its way back.
    Replying,
    /// The call's answer is on the link of its caller's instance.
    Returning,
    /// The caller pauses before the next attempt.
    BackingOff,
    /// In our queue for a carrier.
    AwaitingCarrier,
    /// Refused by the carrier, ahead in our queue for it.
    AwaitingAgain,
    /// Submitted; the carrier will acknowledge and deliver.
    Accepting,
    /// Submitted; the carrier will acknowledge and drop.
    Dropping,
    /// Submitted; the carrier will acknowledge and hold.
    Holding,
    /// Submitted; the carrier will refuse, and it is submitted again.
    Refusing,
    /// Submitted; the carrier will answer with an error, which is final.
    Erring,
    /// Pauses before it is submitted again.
    AwaitingResend,
    /// Has asked for a call to be set up, and heard nothing.
    Inviting,
    /// Held by the carrier.
    Held,
    /// On its way from the carrier to the recipient.
    Delivering,
    /// The message's own steps are over, branches of it are not.
    Joining,
    /// The message has ended; abandoned attempts of it have not.
    Settled,
}

impl State {
    /// Whether the task is at a carrier, or in our queue for one.
    pub(super) fn is_at_carrier(self) -> bool {
        matches!(
            self,
            Self::AwaitingCarrier
                | Self::AwaitingAgain
                | Self::AwaitingResend
                | Self::Inviting
                | Self::Accepting
                | Self::Dropping
                | Self::Holding
                | Self::Refusing
                | Self::Erring
                | Self::Held
                | Self::Delivering
        )
    }
}

/// How a message ended; of several parts, the last of these that one of them came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// It reached its end: a recipient, or the answer to its caller.
    Delivered,
    /// A full queue turned it away.
    Rejected,
    /// It waited in a queue longer than the queue allows, or than it was valid itself.
    Expired,
    /// A call that it depended on failed for good.
    Failed,
    /// A carrier accepted it and dropped it silently.
    Lost,
}

impl Outcome {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Delivered, Self::Rejected, Self::Expired, Self::Failed, Self::Lost];

    /// Its place in [`Outcome::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }

    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }
}

/// Facts about a task that are true or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// A call that it waits for failed, and so will it.
    pub(super) const FAILED: Self = Self(1);
    /// Somebody waits for its answer, or did until giving up.
    pub(super) const CALL: Self = Self(2);
    /// A call whose caller has given up.
    pub(super) const ABANDONED: Self = Self(4);
    /// Handed on; nobody waits for its answer.
    pub(super) const BRANCH: Self = Self(8);
    /// A branch made by an abandoned attempt.
    pub(super) const COPY: Self = Self(16);
    /// Of a message: such a branch reached the recipient, and with that the message has ended.
    pub(super) const COPY_DELIVERED: Self = Self(32);
    /// Of a message: it was handed on itself, in part or as a whole, and may be delivered so.
    pub(super) const HANDED_ON: Self = Self(64);

    /// A submission whose caller has cancelled it: if it comes back, it is not made again.
    pub(super) const WITHDRAWN: Self = Self(128);

    #[inline]
    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    #[inline]
    pub(super) fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }

    #[inline]
    pub(super) fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }
}

/// The event that ends a task's state; or, where that is open, how long its next step will take,
/// if that is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due(u64);

impl Due {
    /// Nothing is known.
    pub(super) const OPEN: Self = Self(u64::MAX);
    /// Tells a length from an event.
    const LENGTH: u64 = 1 << 63;
    /// Tells the rest of a step from the whole of it.
    const REST: u64 = 1 << 62;

    /// The state ends with this event.
    #[inline]
    pub(super) fn with(event: Ticket) -> Self {
        Self(event.number())
    }

    /// The next step will take so long.
    #[inline]
    pub(super) fn after(length: SimDuration) -> Self {
        Self(Self::LENGTH | length.ns())
    }

    /// Whether the state ends with this event.
    #[inline]
    pub(super) fn is_with(self, event: Ticket) -> bool {
        self.0 == event.number()
    }

    /// The next step has begun before, and will take so long from then on.
    pub(super) fn rest(length: SimDuration) -> Self {
        Self(Self::LENGTH | Self::REST | length.ns())
    }

    /// The step ends with no event of its own: the task shares cores, under this handle.
    pub(super) fn shared(handle: u32) -> Self {
        Self(Self::LENGTH | u64::from(handle))
    }

    /// The handle of a task that shares cores.
    pub(super) fn handle(self) -> u32 {
        self.0 as u32
    }

    /// How long the next step will take.
    #[inline]
    pub(super) fn length(self) -> Option<SimDuration> {
        let is_length = self.0 & Self::LENGTH != 0 && self != Self::OPEN;
        is_length.then(|| SimDuration::from_ns(self.0 & !(Self::LENGTH | Self::REST)))
    }

    /// Whether the next step has begun before.
    #[inline]
    pub(super) fn is_rest(self) -> bool {
        self.0 & Self::REST != 0 && self.length().is_some()
    }
}

/// The record of a task. A message's first task stands for the message until it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// What it brings into every draw.
    pub(super) luck: Luck,
    /// A message's arrival; a call's issue.
    pub(super) born: SimTime,
    /// When its state began, where that is measured.
    pub(super) since: SimTime,
    /// What ends its state; any other event is stale.
    pub(super) due: Due,
    /// A call: the task that waits for its answer. A message's first task has none, and keeps a
    /// count here: see [`Task::open`].
    pub(super) parent: TaskId,
    /// The message's first task; `NONE` for background work.
    pub(super) root: TaskId,
    /// Its neighbours in the queue that it is in.
    pub(super) links: Links,
    /// Its instance within the service, or its carrier among all.
    /// [`NO_INSTANCE`] on the way to a service, until one is chosen.
    pub(super) instance: u32,
    /// Its current step among the model's steps; the site it was called from tells the rest.
    pub(super) pc: u16,
    /// The site that it was called or handed on from.
    pub(super) site: u16,
    /// The message's source.
    pub(super) source: u16,
    /// Answers that it waits for.
    pub(super) pending: u16,
    /// A call: attempts made before this one. A message's first task: abandoned attempts of it
    /// that may still deliver it.
    pub(super) attempt_or_orphans: u8,
    /// What it is doing.
    pub(super) state: State,
    /// Facts about it.
    pub(super) flags: Flags,
    /// The worst end that a part of this message came to so far.
    pub(super) outcome: Outcome,
}

impl Task {
    /// Whether it is a message's first task, not a call or a branch. (The message that a call of an
    /// abandoned attempt names may have ended, and its place have gone to that very call.)
    #[inline]
    pub(super) fn is_message(&self) -> bool {
        !self.flags.has(Flags::CALL) && !self.flags.has(Flags::BRANCH)
    }

    /// Of a message's first task: whether the message has no other part, and never had one that
    /// might still deliver it or already has.
    #[inline]
    pub(super) fn is_all_of_its_message(&mut self) -> bool {
        *self.open() == 0 && self.attempt_or_orphans == 0 && !self.flags.has(Flags::COPY_DELIVERED)
    }

    /// Of a message's first task: its branches that count and are not over.
    #[inline]
    pub(super) fn open(&mut self) -> &mut u32 {
        &mut self.parent.0
    }
}

// One cache line: a random access to a task costs one miss, and ten million messages in flight
// take 640 MB.
const _: () = assert!(size_of::<Task>() == 64);

impl Linked for Task {
    #[inline]
    fn links(&self) -> &Links {
        &self.links
    }

    #[inline]
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}
