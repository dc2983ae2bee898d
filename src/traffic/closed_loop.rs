//! Closed loop: a fixed number of users, each of whom thinks, asks, waits, and thinks again.
//!
//! A user's next request comes a think time after the last one completed, so the load adapts to
//! the system's speed: nothing queues beyond the number of users. (Open traffic does not wait;
//! see Schroeder, Wierman & Harchol-Balter 2006, "Open versus closed: a cautionary tale".) Every
//! user thinks before the first request, so that the run does not start with all of them at once.

use crate::dist::{Dist, DistSpec, Files};
use crate::language::units::Whole;
use crate::language::{Fields, Node, Problems, Read};

/// What a scenario says about users who wait for their answers.
#[derive(Clone, Debug)]
pub(super) struct ClosedLoopSpec {
    users: u32,
    think: DistSpec,
}

/// Users who wait for their answers.
#[derive(Clone, Debug)]
pub struct ClosedLoop {
    /// How many there are.
    pub users: u32,
    /// How long each thinks before a request.
    pub think: Dist,
}

const USERS_MAX: u64 = 100_000_000;

impl Read for ClosedLoopSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let users = fields.required_like::<Whole<1, USERS_MAX>>("users", "500", problems);
        let think = fields.required("think", problems);
        fields.finish(problems);
        Some(Self { users: u32::try_from(users?.0).ok()?, think: think? })
    }
}

impl ClosedLoopSpec {
    pub(super) fn resolve(
        &self,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<(u32, Dist)> {
        Some((self.users, self.think.resolve(files, problems)?))
    }
}

/// `users` times `factor`, at least one.
pub(super) fn users_times(users: u32, factor: f64) -> u32 {
    ((f64::from(users) * factor + 0.5) as u32).max(1)
}
