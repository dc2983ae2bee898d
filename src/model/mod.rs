//! WHAT IS TRUE: a scenario validated and resolved. Ids instead of names; nothing left that can
//! fail; immutable while it runs, and shared by all replications.
//!
//! Everything that has a name stands in name order, so that the order of declarations in a file
//! changes nothing. Arrays (steps, spikes) keep their order, which means something.

mod ids;
mod operation;
mod target;

use crate::carrier::{Behaviour, During, GroupPlan, RegimePlan, RoutePlan, Shares};
use crate::chatter::ChatterPlan;
use crate::dist::Dist;
use crate::engine::{SimDuration, SimTime};
use crate::language::RunClock;
use crate::service::{LinkPlan, Pace, PoolPlan};
use crate::traffic::Traffic;

pub use crate::carrier::quota::{Beyond, QuotaId, QuotaPlan};
pub use crate::carrier::session::SessionPlan;
pub use crate::carrier::{Overload, RouteId};
pub use crate::policy::ChecksDeadlines;
pub use crate::service::QueueBounds;
pub use ids::{ClassId, GroupId, OperationId, ServiceId, SiteId, SourceId, StationId};
pub use operation::{Callee, OnFailure, Operation, Site, Step, Times};
pub use target::{Criterion, Target, Windowed};

/// A scenario that can run.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the scenario is called; empty if it does not say.
    pub title: String,
    /// How the run is set up.
    pub run: RunPlan,
    /// Kinds of traffic.
    pub classes: Vec<Class>,
    /// Where messages come from.
    pub sources: Vec<Source>,
    /// Our own services.
    pub services: Vec<Service>,
    /// What services do, all services together.
    pub operations: Vec<Operation>,
    /// The steps of all operations; each operation's end with [`Step::End`].
    pub steps: Vec<Step>,
    /// Whose worker each step is taken by; `None` for those of clients and carriers.
    pub step_services: Vec<Option<ServiceId>>,
    /// Stands for being at a carrier, where there are no steps.
    pub carrier_step: u16,
    /// Whether a timeout may cancel an operation that has calls out.
    pub cancels_callers: bool,
    /// The places that messages are called or handed to from.
    pub sites: Vec<Site>,
    /// Carriers, by group.
    pub groups: Vec<GroupPlan>,
    /// Several groups of carriers, of which each message goes to one, in name order.
    pub routes: Vec<RoutePlan>,
    /// What carriers go through together, in name order.
    pub regimes: Vec<RegimePlan>,
    /// What senders may send, whichever carrier takes it, in name order.
    pub quotas: Vec<QuotaPlan>,
    /// What has to hold.
    pub targets: Vec<Target>,
    /// The limits on latency that targets name, each once.
    pub limits: Vec<Limit>,
    /// Durations of constant length that events are often put off by: each gets a ring beside
    /// the calendar.
    pub constant_delays: Vec<SimDuration>,
}

/// How long, how often and under which luck a model runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// Whether the run has an end of its own, or stands for the long run.
    pub mode: Mode,
    /// Calendar time of the run's start.
    pub clock: RunClock,
    /// When it ends.
    pub horizon: SimTime,
    /// The length of a window of the time line; the last one may be shorter.
    pub window: SimDuration,
    /// How many windows the horizon has.
    pub windows: u32,
    /// Windows to a block: latencies are kept by block, so that a warm-up can be deleted later.
    pub windows_per_block: u32,
    /// The seed that, with a replication's number, decides all luck.
    pub seed: u64,
    /// How many replications are run.
    pub replications: Replications,
    /// Memory that messages in the system may take in one replication, in bytes; the run ends,
    /// and says so, when they would take more.
    pub memory_at_most: u64,
    /// Events that one replication may take; the run ends, and says so, when it reaches them.
    pub events_at_most: u64,
}

/// What the figures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A day, a campaign: everything counts, from the first message.
    Terminating,
    /// Long-run behaviour: the warm-up is deleted.
    Steady,
}

/// How many replications are run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Replications {
    /// So many.
    Fixed(u32),
    /// In waves, until every target's figure is known to within `precision` (relative
    /// half-width), at most `at_most`.
    Until {
        /// Relative half-width, above 0.
        precision: f64,
        /// Replications, at least 2.
        at_most: u32,
    },
}

/// A kind of traffic with targets of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// As written.
    pub name: String,
    /// A message of this class delivered later than this is *late*: the tightest limit of the
    /// class's latency targets. `None`: never late.
    pub deadline: Option<SimDuration>,
}

/// A limit on the latency of a class, counted message by message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// Whose latency.
    pub class: ClassId,
    /// Within this of their arrival.
    pub within: SimDuration,
}

/// A stream of messages.
#[derive(Clone, Debug)]
pub struct Source {
    /// As written: `[traffic.NAME]`.
    pub name: String,
    /// The class of its messages.
    pub class: ClassId,
    /// When they come; `None` for messages that only others cause.
    pub traffic: Option<Traffic>,
    /// Where they go.
    pub entry: Entry,
    /// Who sends them: the kth of these is the kth sender of every other source that has so many.
    /// `None`: each message has a sender of its own.
    pub senders: Option<Shares>,
    /// Bytes of a message on its way in, where it goes straight to an operation.
    pub size: u64,
    /// How long after its arrival a message is of use: one that waits any longer has expired.
    pub valid_for: Option<SimDuration>,
    /// Segments of each message: what quotas and carriers' rates count.
    pub segments: Segments,
    /// What their delivery causes.
    pub causes: Vec<Cause>,
}

/// How many segments messages have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segments {
    /// All so many.
    Fixed(u32),
    /// So many on average: the whole number below or above, drawn.
    Mean(f64),
}

/// Where a source's messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Straight to an operation.
    Operation(OperationId),
    /// Straight to a carrier's queue.
    Group(GroupId),
    /// Straight to the queue of one of a route's carriers.
    Route(RouteId),
    /// To the steps of a client that calls with a policy: an operation of no service.
    Client(OperationId),
}

/// A message that a delivered message may cause.
#[derive(Clone, Debug)]
pub struct Cause {
    /// The source that the caused message counts as one of.
    pub source: SourceId,
    /// With what probability.
    pub share: f64,
    /// How long after the delivery.
    pub after: Dist,
}

/// Something that an instance has only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Room for its peers.
    Peers,
    /// Threads.
    Threads,
    /// File handles.
    Files,
}

/// A service of ours.
#[derive(Clone, Debug)]
pub struct Service {
    /// As written: `[service.NAME]`.
    pub name: String,
    /// Its instances.
    pub pool: PoolPlan,
    /// What each instance needs more of than it has, for itself and its peers: then none works.
    pub out_of: Option<Resource>,
    /// File handles that each instance has for messages.
    pub files: Option<u32>,
    /// The network of each instance, where it may be short.
    pub link: Option<LinkPlan>,
    /// What the instances of one of its cells cost one another.
    pub chatter: ChatterPlan,
    /// How long a message takes from its door to its cell, where that takes any time.
    pub router: Option<Dist>,
    /// How fast they compute.
    pub pace: Pace,
    /// When they look at the deadlines of what they are asked.
    pub checks_deadlines: ChecksDeadlines,
}

impl Model {
    /// Stations are services, then carrier groups: wherever a message may wait.
    pub fn stations(&self) -> usize {
        self.services.len() + self.groups.len()
    }

    /// Services that allow fewer connections than the instances of some caller need, in order.
    pub fn services_short_of_connections(&self) -> Vec<ServiceId> {
        let mut short: Vec<ServiceId> = Vec::new();
        for (step, caller) in self.steps.iter().zip(&self.step_services) {
            let (Step::Call { site, .. }, Some(caller)) = (step, caller) else { continue };
            let site = &self.sites[site.index()];
            let Callee::Operation(operation) = site.callee else { continue };
            let callee = self.operations[operation.index()].service;
            let instances = self.services[caller.index()].pool.instances;
            if let Some(callee) = callee.filter(|_| site.connected < instances) {
                short.push(callee);
            }
        }
        short.sort_unstable();
        short.dedup();
        short
    }

    /// The station of a service.
    pub fn service_station(&self, service: ServiceId) -> StationId {
        StationId::from_index(service.index())
    }

    /// The station of a carrier group.
    pub fn group_station(&self, group: GroupId) -> StationId {
        StationId::from_index(self.services.len() + group.index())
    }

    /// A station's name as written.
    pub fn station_name(&self, station: StationId) -> &str {
        match station.index().checked_sub(self.services.len()) {
            None => &self.services[station.index()].name,
            Some(group) => &self.groups[group].name,
        }
    }

    /// Whether a station is ours to scale: a service, not a carrier.
    pub fn is_ours(&self, station: StationId) -> bool {
        station.index() < self.services.len()
    }

    /// Whether replications can differ at all.
    pub fn is_random(&self) -> bool {
        let by_chance = |times: &Times| match times {
            Times::Once | Times::Fixed(_) => false,
            Times::Chance(share) => *share > 0.0 && *share < 1.0,
            Times::Mean(mean) => mean.fract() != 0.0,
        };
        let varies = |dist: &Dist| !dist.is_constant();
        let steps = self.steps.iter().any(|step| match step {
            Step::Work(dist) | Step::Delay(dist) => varies(dist),
            Step::Call { times, .. } | Step::HandTo { times, .. } => by_chance(times),
            Step::End => false,
        });
        let sources = self.sources.iter().any(|source| {
            matches!(source.segments, Segments::Mean(_))
                || source.traffic.as_ref().is_some_and(Traffic::is_random)
                || source
                    .causes
                    .iter()
                    .any(|cause| varies(&cause.after) || (cause.share > 0.0 && cause.share < 1.0))
        });
        let pools = self.services.iter().any(|service| service.pool.chooses_at_random());
        let groups = self.groups.iter().any(|group| {
            let template = &group.template;
            let by_regime = |behaviour: &Behaviour| match behaviour.during {
                During::Regime { regime, .. } => self.regimes[regime].is_random(),
                During::Always | During::Windows(_) => false,
            };
            group.count > 1
                || template.silent_loss > 0.0
                || template.sets_up_connections()
                || template.behaviours.iter().any(|of| of.is_random() || by_regime(of))
                || template.resend.as_ref().is_some_and(|resend| resend.backoff.is_drawn())
                || template.sessions.as_ref().is_some_and(SessionPlan::is_random)
                || varies(&template.round_trip)
                || varies(&template.delivery)
        });
        let hops = self.sites.iter().any(|site| site.latency.as_ref().is_some_and(varies));
        let routers =
            self.services.iter().any(|service| service.router.as_ref().is_some_and(varies));
        let routes = self.routes.iter().any(RoutePlan::is_drawn);
        routes || routers || steps || sources || pools || groups || hops
    }

    /// The stations that messages may come to from a callee.
    pub fn stations_of(&self, callee: Callee) -> Vec<StationId> {
        match callee {
            Callee::Operation(operation) => {
                let service = self.operations[operation.index()].service;
                service.map(|service| self.service_station(service)).into_iter().collect()
            }
            Callee::Group(group) => vec![self.group_station(group)],
            Callee::Route(route) => {
                let providers = self.routes[route.index()].providers.iter();
                providers.map(|&group| self.group_station(GroupId::from_index(group))).collect()
            }
        }
    }

    /// Whether the network of some service may be short.
    pub fn has_links(&self) -> bool {
        self.services.iter().any(|service| service.link.is_some())
    }

    /// Whether messages of some stream are not valid for ever.
    pub fn has_validity(&self) -> bool {
        self.sources.iter().any(|source| source.valid_for.is_some())
    }

    /// How many carriers there are in all groups.
    pub fn carriers(&self) -> u32 {
        self.groups.last().map_or(0, |group| group.first + group.count)
    }
}

impl RunPlan {
    /// When window `index` ends.
    pub fn window_end(&self, index: u32) -> SimTime {
        let end = SimTime::from_ns(self.window.ns().saturating_mul(u64::from(index) + 1));
        end.min(self.horizon)
    }
}
