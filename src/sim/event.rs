//! What can happen: an event is a kind and the index of what it happens to, in 32 bits.

use super::task::TaskId;

const INDEX_BITS: u32 = 28;

/// Things of one kind that events can tell apart.
pub(super) const MOST_INDEX: u32 = (1 << INDEX_BITS) - 1;

/// Something that happens at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The next message of a source comes.
    Arrival(u32),
    /// A task's current state ends.
    Wake(TaskId),
    /// The caller of this call has waited long enough.
    Timeout(TaskId),
    /// The next copy of this call is to go out.
    Hedge(TaskId),
    /// The head of a queue may have waited too long.
    Expiry(u32),
    /// A carrier's pace or pause may allow the next submission.
    Pace(u32),
    /// A message with this life is not valid any more.
    Invalid(u32),
    /// The first of those who share the cores of an instance may be done.
    Shared(u32),
    /// A quota may be open.
    Quota(u32),
    /// A session is over.
    HangUp(u32),
}

impl Event {
    /// As the calendar carries it.
    #[inline]
    pub(super) fn pack(self) -> u32 {
        let (kind, index) = match self {
            Self::Arrival(source) => (0, source),
            Self::Wake(task) => (1, task.0),
            Self::Timeout(task) => (2, task.0),
            Self::Expiry(queue) => (3, queue),
            Self::Pace(carrier) => (4, carrier),
            Self::Hedge(task) => (5, task.0),
            Self::Invalid(life) => (6, life),
            Self::Shared(cores) => (7, cores),
            Self::Quota(quota) => (8, quota),
            Self::HangUp(session) => (9, session),
        };
        debug_assert!(index <= MOST_INDEX);
        kind << INDEX_BITS | index
    }

    /// What the calendar carried.
    #[inline]
    pub(super) fn unpack(payload: u32) -> Self {
        let index = payload & MOST_INDEX;
        match payload >> INDEX_BITS {
            0 => Self::Arrival(index),
            1 => Self::Wake(TaskId(index)),
            2 => Self::Timeout(TaskId(index)),
            3 => Self::Expiry(index),
            4 => Self::Pace(index),
            5 => Self::Hedge(TaskId(index)),
            6 => Self::Invalid(index),
            7 => Self::Shared(index),
            8 => Self::Quota(index),
            _ => Self::HangUp(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_out_as_it_went_in() {
        for index in [0, 1, MOST_INDEX] {
            for event in [
                Event::Arrival(index),
                Event::Wake(TaskId(index)),
                Event::Timeout(TaskId(index)),
                Event::Hedge(TaskId(index)),
                Event::Expiry(index),
                Event::Pace(index),
                Event::Invalid(index),
                Event::Shared(index),
                Event::Quota(index),
                Event::HangUp(index),
            ] {
                assert_eq!(Event::unpack(event.pack()), event);
            }
        }
    }
}
