//! Sessions: calls and joins hold capacity for their length, and whoever finds none is lost. A
//! loss system, not a queue (A. K. Erlang, 1917).
//!
//! | kind | what is held | whom it may fail |
//! |---|---|---|
//! | [`trunk`] | a channel of a SIP trunk, for the length of a call | who finds all channels taken, or comes faster than calls may be set up |
//! | [`rooms`] | a place on the one node that a video room is on | who comes to a room whose node is full, whatever room others have |
//!
//! [`sip`] says when a caller who hears nothing asks again.

pub mod rooms;
pub mod sip;
pub mod trunk;

pub use rooms::{Placement, RoomsPlan};
pub use trunk::{Refuses, TrunkPlan};

/// What holds sessions.
#[derive(Clone, Debug)]
pub enum SessionPlan {
    /// Voice.
    Trunk(TrunkPlan),
    /// Video.
    Rooms(RoomsPlan),
}

impl SessionPlan {
    /// Sessions that it can hold at once.
    pub fn capacity(&self) -> u64 {
        match self {
            Self::Trunk(trunk) => u64::from(trunk.channels),
            Self::Rooms(rooms) => u64::from(rooms.nodes) * u64::from(rooms.capacity),
        }
    }

    /// Whether replications can differ by it.
    pub fn is_random(&self) -> bool {
        match self {
            Self::Trunk(trunk) => {
                !trunk.holding.is_constant()
                    || !trunk.ring.is_constant()
                    || trunk.answer_ratio > 0.0 && trunk.answer_ratio < 1.0
            }
            Self::Rooms(rooms) => {
                !rooms.holding.is_constant()
                    || rooms.count > 1
                    || rooms.nodes > 1 && rooms.placement == Placement::Random
            }
        }
    }
}
