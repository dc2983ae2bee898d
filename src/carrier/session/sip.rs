//! When a caller's SIP stack sends an INVITE again that nobody has answered, over UDP.
//!
//! Timer A fires T1 after the first INVITE, and doubles each time; Timer B ends the attempt 64 × T1
//! after the first (RFC 3261, 17.1.1.2). T1 is 500 ms, its default: INVITEs go out at 0, 0.5, 1.5,
//! 3.5, 7.5, 15.5 and 31.5 s, and at 32 s the caller gives up. Any answer ends this, a 503 too.

use crate::engine::SimDuration;

/// The estimate of a round trip that all timers are made from.
const T1: SimDuration = SimDuration::from_millis(500);
/// INVITEs of one attempt, the first included.
const MOST_INVITES: u32 = 7;

/// What a caller does who has heard nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Sends the INVITE again after this.
    Again(SimDuration),
    /// Gives up after this.
    GiveUp(SimDuration),
}

/// What follows the INVITE number `sent`, counted from 1.
pub fn after(sent: u32) -> Timer {
    if sent < MOST_INVITES {
        Timer::Again(SimDuration::from_ns(T1.ns() << (sent - 1)))
    } else {
        // 2⁷ − 1 = 63 T1 would be over with the next, and Timer B ends it 1 T1 after the last.
        Timer::GiveUp(T1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_of_the_rfc() {
        let (mut at, mut sent, mut invites) = (0, 1, vec![0]);
        let end = loop {
            match after(sent) {
                Timer::Again(pause) => at += pause.ns() / 1_000_000,
                Timer::GiveUp(pause) => break at + pause.ns() / 1_000_000,
            }
            sent += 1;
            invites.push(at);
        };
        assert_eq!(invites, [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
        assert_eq!(end, 64 * 500);
    }
}
