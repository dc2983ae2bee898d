//! One pending event in 16 bytes: when, in which order, and what.

use crate::engine::time::{SimTime, TIME_BITS};

/// Bits of the insertion sequence: 5.5·10¹¹ events a run.
const SEQUENCE_BITS: u32 = 39;
const PAYLOAD_BITS: u32 = 32;
const TIME_SHIFT: u32 = SEQUENCE_BITS + PAYLOAD_BITS;
const _: () = assert!(TIME_BITS + TIME_SHIFT == u128::BITS);
const _: () = assert!(size_of::<Event>() == 16);

/// Time, insertion sequence and payload, from the highest bit down, so that the order of the
/// numbers is the order of the events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event(pub(super) u128);

impl Event {
    /// Not before any event.
    pub(super) const LAST: Self = Self(u128::MAX);

    /// The last event that could happen at `at`.
    #[inline]
    pub(super) fn end_of(at: SimTime) -> Self {
        Self(u128::from(at.ns()) << TIME_SHIFT | ((1 << TIME_SHIFT) - 1))
    }

    #[inline]
    pub(super) fn at(self) -> SimTime {
        SimTime::from_ns((self.0 >> TIME_SHIFT) as u64)
    }

    /// Its name among all events of the run.
    #[inline]
    pub(super) fn ticket(self) -> Ticket {
        Ticket((self.0 >> PAYLOAD_BITS) as u64 & (Sequence::NUMBERS - 1))
    }

    #[inline]
    pub(super) fn occurrence(self) -> Occurrence {
        Occurrence { at: self.at(), ticket: self.ticket(), payload: self.0 as u32 }
    }
}

/// The name of a scheduled event: no other of the same calendar bears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

impl Ticket {
    /// No event's.
    pub const NONE: Self = Self(u64::MAX);

    /// The event's place in the order of scheduling, below 2³⁹; more for [`Ticket::NONE`].
    #[inline]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// An event as it comes out of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it happens.
    pub at: SimTime,
    /// The name that it was given when it was scheduled.
    pub ticket: Ticket,
    /// What happens.
    pub payload: u32,
}

/// Numbers events in the order in which they are scheduled.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    stamped: u64,
}

impl Sequence {
    const NUMBERS: u64 = 1 << SEQUENCE_BITS;

    /// The next event in order. When the numbers are used up, all further events bear the last
    /// one, and those at one time come in the order of their payloads.
    #[inline]
    pub(super) fn stamp(&mut self, at: SimTime, payload: u32) -> Event {
        let number = self.stamped.min(Self::NUMBERS - 1);
        self.stamped += 1;
        Event(
            u128::from(at.ns()) << TIME_SHIFT
                | u128::from(number) << PAYLOAD_BITS
                | u128::from(payload),
        )
    }

    /// Events stamped so far.
    #[inline]
    pub(super) fn stamped(&self) -> u64 {
        self.stamped
    }

    /// Numbers not yet given out.
    #[inline]
    pub(super) fn left(&self) -> u64 {
        Self::NUMBERS.saturating_sub(self.stamped)
    }

    /// As if all but `left` numbers were given out.
    #[cfg(test)]
    pub(super) fn with_left(left: u64) -> Self {
        Self { stamped: Self::NUMBERS - left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_then_sequence_then_payload() {
        let mut sequence = Sequence::default();
        let late = sequence.stamp(SimTime::MAX, 7);
        let first = sequence.stamp(SimTime::from_ns(5), u32::MAX);
        let second = sequence.stamp(SimTime::from_ns(5), 0);
        assert!(first < second && second < late && late <= Event::end_of(SimTime::MAX));
        assert!(second <= Event::end_of(SimTime::from_ns(5)));
        assert!(Event::end_of(SimTime::from_ns(4)) < first);
        let parts = |event: Event| {
            let Occurrence { at, ticket, payload } = event.occurrence();
            (at, ticket.number(), payload)
        };
        assert_eq!(parts(first), (SimTime::from_ns(5), 1, u32::MAX));
        assert_eq!(parts(late), (SimTime::MAX, 0, 7));
    }

    #[test]
    fn a_spent_sequence_never_reaches_into_the_time() {
        let mut sequence = Sequence::with_left(1);
        assert_eq!(sequence.left(), 1);
        for payload in 0..3 {
            assert_eq!(sequence.stamp(SimTime::from_ns(9), payload).at().ns(), 9);
        }
        assert_eq!(sequence.left(), 0);
    }
}
