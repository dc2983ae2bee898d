//! Family: what do the instances of a service cost one another?
//!
//! | kind | what grows with N instances | the shape of capacity |
//! |---|---|---|
//! | `full-mesh` | heartbeats to every peer | a parabola |
//! | `broadcast` | each write is applied everywhere | a plateau |
//! | `contention` | each message holds the others up | a plateau |
//! | `all-pairs` | each message makes all pairs exchange | a peak, then retrograde |
//! | `peers` | room for each peer | a cliff |
//! | `gossip` | nothing | a straight line |
//!
//! N counts the configured instances of a *cell*: chatter stays inside its cell.
//!
//! Every kind is a load on the cores of those that speak and listen. It is carried in aggregate:
//! what an instance owes its peers is a number of nanoseconds that grows with time and with its
//! peers' messages ([`Owed`]), that idle cores work off, and that the next message to compute
//! works off before its own work where no core was idle. The load on each instance is exact; how
//! it falls into the gaps between messages is smoothed. Cores that are all idle, at full speed, work
//! off what has come by then as it came; where only some are idle, or they are slow, what came late
//! in an idle stretch is taken to have been there from its start.
//!
//! To add a kind: one file here with its doc, its spec and what it costs; one line in each of
//! [`Chatter`], `Chatter::NAMES` and the matches below.

mod all_pairs;
mod broadcast;
mod contention;
mod full_mesh;
mod gossip;
mod owed;
mod peers;

use crate::language::{Choice, Fields, Node, NonNegative, Placed, Problems, Read};

pub use all_pairs::AllPairs;
pub use broadcast::Broadcast;
pub use contention::Contention;
pub use full_mesh::FullMesh;
pub use gossip::Gossip;
pub use owed::{Moment, Owed};
pub use peers::Peers;

/// One kind of chatter of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chatter {
    /// Heartbeats between all pairs.
    FullMesh(FullMesh),
    /// Writes that every other instance applies.
    Broadcast(Broadcast),
    /// A share of each message's work that is done one at a time.
    Contention(Contention),
    /// Exchanges between all pairs, for each message.
    AllPairs(AllPairs),
    /// Room that each peer takes.
    Peers(Peers),
    /// Rumours with a fixed fan-out.
    Gossip(Gossip),
}

/// What all chatter of a service comes to in one of its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChatterPlan {
    /// Cores of each instance that are busy with it all the time.
    pub background: f64,
    /// What a message costs each other instance, in nanoseconds of a core,
    pub per_message: f64,
    /// and for each nanosecond of its own work.
    pub per_work: f64,
    /// What it costs every instance, its own included, for each nanosecond of its own work.
    pub per_work_of_all: f64,
    /// Bytes a second that an instance sends its peers all the time, and is sent by them.
    pub bytes_per_s: f64,
    /// Bytes that a message costs on the way from its instance to each other one.
    pub bytes_to_each: f64,
    /// Threads that an instance has for its peers,
    pub threads: u64,
    /// and file handles.
    pub files: u64,
    /// Whether there is room for all peers; if not, no instance can work.
    pub has_no_room: bool,
}

impl Chatter {
    const NAMES: [&'static str; 6] =
        ["full-mesh", "broadcast", "contention", "all-pairs", "peers", "gossip"];
}

impl ChatterPlan {
    /// Of `kinds` in a cell of `instances`.
    pub fn of(kinds: &[Chatter], instances: u32) -> Self {
        let peers = f64::from(instances) - 1.0;
        let mut plan = Self::default();
        for kind in kinds {
            match kind {
                Chatter::FullMesh(kind) => {
                    plan.background += kind.background(peers);
                    plan.bytes_per_s += kind.bytes_per_s(peers);
                }
                Chatter::Gossip(kind) => {
                    plan.background += kind.background(peers);
                    plan.bytes_per_s += kind.bytes_per_s(peers);
                }
                Chatter::Broadcast(kind) => {
                    plan.per_message += kind.per_message();
                    plan.bytes_to_each += kind.bytes_to_each();
                }
                Chatter::Contention(kind) => plan.per_work += kind.per_work(),
                Chatter::AllPairs(kind) => plan.per_work_of_all += kind.per_work(peers),
                Chatter::Peers(kind) => {
                    let peers = u64::from(instances) - 1;
                    plan.threads += kind.threads * peers;
                    plan.files += kind.files * peers;
                    plan.has_no_room |= u64::from(instances) > kind.instances_at_most();
                }
            }
        }
        plan
    }

    /// Whether any of it is of a size on the network.
    pub fn has_sizes(&self) -> bool {
        self.bytes_per_s > 0.0 || self.bytes_to_each > 0.0
    }

    /// Whether it costs any core time.
    pub fn takes_cores(&self) -> bool {
        let loads = [self.background, self.per_message, self.per_work, self.per_work_of_all];
        loads.iter().any(|&load| load > 0.0)
    }
}

impl Read for Chatter {
    const EXAMPLE: &'static str = "{ full-mesh = { every = \"100ms\", work = \"200us\" } }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        let body = choice.settings(problems)?;
        match choice.name {
            "full-mesh" => FullMesh::read(body, problems).map(Self::FullMesh),
            "broadcast" => Broadcast::read(body, problems).map(Self::Broadcast),
            "contention" => Contention::read(body, problems).map(Self::Contention),
            "all-pairs" => AllPairs::read(body, problems).map(Self::AllPairs),
            "peers" => Peers::read(body, problems).map(Self::Peers),
            _ => Gossip::read(body, problems).map(Self::Gossip),
        }
    }
}

/// A coefficient of the Universal Scalability Law: a share of the message's own work.
fn share_of_work(
    fields: &mut Fields<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<f64> {
    let share = fields.required::<Placed<NonNegative>>(key, problems)?;
    if share.value.0 > 1.0 {
        problems.add_with_hint(
            share.place,
            "expected a share of the message's own work, at most 1",
            "write, for example, 0.027",
        );
        return None;
    }
    Some(share.value.0)
}

#[cfg(test)]
mod tests;
