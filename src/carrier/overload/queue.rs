//! Queues what is above its rate, up to a length, and works it off at the rate; refuses the rest
//! with an error that says so (SMPP ESME_RMSGQFUL, 0x14).

use crate::carrier::{Refusal, Verdict};
use crate::engine::SimTime;
use crate::language::{Choice, Fields, Problems, Whole};

/// Most messages that a carrier's queue may have room for.
const MOST_LENGTH: u64 = 1_000_000_000;

/// A queue of the carrier's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundedQueue {
    /// Messages that may wait in it.
    pub length: u32,
}

impl BoundedQueue {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let body = choice.settings(problems)?;
        let mut fields = Fields::open(body, problems)?;
        let length =
            fields.required_like::<Whole<1, MOST_LENGTH>>("length-at-most", "10_000", problems);
        fields.finish(problems);
        Some(Self { length: length?.0 as u32 })
    }

    /// There is room, and the message's turn comes at `turn`.
    pub(super) fn on_room(&self, now: SimTime, turn: SimTime) -> Verdict {
        if turn > now { Verdict::Hold { until: turn } } else { Verdict::Accept }
    }

    pub(super) fn on_excess(&self) -> Verdict {
        Verdict::Refuse(Refusal::QueueFull)
    }
}
