//! What is asked of a carrier when a message is submitted to it, and what it may answer.

use crate::engine::{Draws, SimDuration, SimTime};

/// The question put to a carrier's behaviour: a message has been submitted.
#[derive(Clone, Debug)]
pub struct Submission {
    /// When.
    pub now: SimTime,
    /// Until when the behaviour is in force; the end of time where it always is.
    pub until: SimTime,
    /// How long ago the message was first submitted to this carrier; zero the first time.
    pub age: SimDuration,
    /// The message's own numbers, the same at every attempt,
    pub of_message: Draws,
    /// and those of this attempt.
    pub of_attempt: Draws,
}

/// What becomes of a submission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Accepted, to be delivered in the ordinary way; of one behaviour among several: it has
    /// nothing to say.
    Accept,
    /// Nothing but that the answer takes so many times as long.
    Slow {
        /// Above 0.
        times: f64,
    },
    /// Refused with a throttling error; we put the message back at the head of the queue and
    /// submit nothing for `pause`.
    Throttle {
        /// How long we keep quiet, from the moment the refusal reaches us.
        pause: SimDuration,
    },
    /// Refused; we put the message back at the head of the queue and submit nothing before `until`.
    Quiet {
        /// When we may again.
        until: SimTime,
    },
    /// Refused, and with it our rate is cut; we put the message back at the head of the queue.
    Penalty {
        /// Messages a second that it takes meanwhile.
        per_s: f64,
        /// For how long, from the moment the refusal reaches us.
        lasts: SimDuration,
    },
    /// Accepted, and never delivered; nobody is told.
    Drop,
    /// Accepted, and held back until `until`.
    Hold {
        /// When the carrier lets it go.
        until: SimTime,
    },
    /// Answered with an error that says what happened: nothing was taken.
    Refuse(Refusal),
    /// Answered with an error that does not: the outcome is unknown to us.
    Unclean {
        /// Whether the message is delivered all the same.
        delivered: bool,
    },
    /// Not answered at all, nor taken: we find out when we have waited long enough.
    Silence,
}

/// Errors that say what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would be refused again: an unknown subscriber, filtered content.
    Permanent,
    /// It may be accepted later: greylisted, out of order.
    Temporary,
    /// The carrier's own queue is full.
    QueueFull,
}

/// What an answer other than acceptance is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// See [`Refusal::Permanent`].
    Permanent,
    /// See [`Refusal::Temporary`].
    Temporary,
    /// See [`Refusal::QueueFull`].
    QueueFull,
    /// An error after which nobody knows whether the message was delivered.
    Unclean,
    /// No answer within the time that we wait for one.
    NoAnswer,
}

impl Verdict {
    /// Whether the carrier takes the message, or says so.
    pub fn accepts(self) -> bool {
        match self {
            Self::Accept | Self::Slow { .. } | Self::Drop | Self::Hold { .. } => true,
            Self::Throttle { .. }
            | Self::Quiet { .. }
            | Self::Penalty { .. }
            | Self::Refuse(_)
            | Self::Unclean { .. }
            | Self::Silence => false,
        }
    }

    /// The error that the answer is to us, if it is one that a rule for resending is asked about.
    pub fn error(self) -> Option<Error> {
        match self {
            Self::Accept | Self::Slow { .. } | Self::Drop | Self::Hold { .. } => None,
            // These have rules of their own.
            Self::Throttle { .. } | Self::Quiet { .. } | Self::Penalty { .. } => None,
            Self::Refuse(Refusal::Permanent) => Some(Error::Permanent),
            Self::Refuse(Refusal::Temporary) => Some(Error::Temporary),
            Self::Refuse(Refusal::QueueFull) => Some(Error::QueueFull),
            Self::Unclean { .. } => Some(Error::Unclean),
            Self::Silence => Some(Error::NoAnswer),
        }
    }
}

impl Error {
    /// Whether the outcome is unknown to us.
    pub fn is_unknown(self) -> bool {
        match self {
            Self::Unclean | Self::NoAnswer => true,
            Self::Permanent | Self::Temporary | Self::QueueFull => false,
        }
    }
}
