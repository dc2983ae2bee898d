//! A SIP trunk: so many channels, each held for the length of a call, and so many calls set up a
//! second.

use crate::dist::Dist;
use crate::engine::{Draws, SimDuration};

/// What a trunk is like.
#[derive(Clone, Debug)]
pub struct TrunkPlan {
    /// Calls that it carries at once.
    pub channels: u32,
    /// The share of attempts that are answered.
    pub answer_ratio: f64,
    /// How long a phone rings, answered or not: the channel is held.
    pub ring: Dist,
    /// How long an answered call lasts from then on.
    pub holding: Dist,
    /// What it answers to a setup that it cannot take.
    pub refuses: Refuses,
}

/// How a trunk says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuses {
    /// With a 503, at once: the attempt is over. Who waits to be set up is told so too (100
    /// Trying), and waits.
    With503,
    /// Not at all, and it says nothing to those who wait either: callers send their INVITE again.
    InSilence,
}

impl TrunkPlan {
    /// How long a call holds its channel; `answered` is uniform on [0, 1).
    pub fn length(&self, answered: f64, ring: &mut Draws, holding: &mut Draws) -> SimDuration {
        let ring = self.ring.sample(ring);
        match answered < self.answer_ratio {
            true => ring + self.holding.sample(holding),
            false => ring,
        }
    }
}
