//! Carriers and carrier groups, in name order.

use super::{quotas, sessions};
use crate::carrier::{
    Behaviour, CarrierPlan, Connections, GroupPlan, Overload, RegimePlan, SessionPlan, Shares,
    Surroundings,
};
use crate::dist::{Dist, DistSpec, Files};
use crate::engine::SimDuration;
use crate::language::{Place, Placed, Problems, RunClock, format};
use crate::model::QuotaId;
use crate::scenario::schema::{
    CarrierSchema, ConnectionsSchema, RateSchema, RoomsSchema, Scenario, TrunkSchema,
};

/// Most carriers of all groups together.
const MOST_CARRIERS: u32 = 1_000_000;
/// Most sessions at once, of all that holds them: events have to tell them apart.
const MOST_SESSIONS: u64 = 100_000_000;
/// Most connections to one carrier.
const MOST_CONNECTIONS: u32 = 1_000_000_000;
/// The slowest rate of a carrier: slower, it would take nothing in most runs.
pub(super) const LEAST_PER_S: f64 = 1e-6;

pub(super) fn lower(
    scenario: &Scenario,
    clock: Option<&RunClock>,
    files: &Files<'_>,
    classes: &[String],
    problems: &mut Problems,
) -> Option<Vec<GroupPlan>> {
    let mut all = written(scenario);
    all.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
    let found = Found { clock, files, scenario, classes };
    let (mut first, mut held) = (0, 0);
    let mut groups = Vec::new();
    let mut complete = true;
    for (name, carrier) in all {
        let group = carrier.and_then(|carrier| match carrier {
            Written::Carrier(carrier) => group(&name.value, first, carrier, &found, problems),
            Written::Trunk(trunk) => sessions::trunk(&name.value, first, trunk, files, problems),
            Written::Rooms(rooms) => sessions::rooms(&name.value, first, rooms, files, problems),
        });
        let Some(group) = group else {
            complete = false;
            continue;
        };
        first += group.count;
        held += group.template.sessions.as_ref().map_or(0, SessionPlan::capacity);
        groups.push(group);
        if held > MOST_SESSIONS {
            let most = format::count(MOST_SESSIONS);
            problems.add(name.place, format!("more than {most} sessions at once in all"));
            return None;
        }
        if first > MOST_CARRIERS {
            problems.add(
                name.place,
                format!("more than {} carriers in all", format::count(u64::from(MOST_CARRIERS))),
            );
            return None;
        }
    }
    complete.then_some(groups)
}

/// What stands behind a name.
#[derive(Clone, Copy)]
enum Written<'a> {
    Carrier(&'a CarrierSchema),
    Trunk(&'a TrunkSchema),
    Rooms(&'a RoomsSchema),
}

/// All that was written of carriers and what holds sessions; nothing where it could not be read.
fn written(scenario: &Scenario) -> Vec<(&Placed<String>, Option<Written<'_>>)> {
    let carriers = scenario.carriers.items.iter().chain(&scenario.groups.items);
    let carriers = carriers.map(|(name, one)| (name, one.as_ref().map(Written::Carrier)));
    let trunks = scenario.trunks.items.iter();
    let trunks = trunks.map(|(name, one)| (name, one.as_ref().map(Written::Trunk)));
    let rooms = scenario.rooms.items.iter();
    let rooms = rooms.map(|(name, one)| (name, one.as_ref().map(Written::Rooms)));
    carriers.chain(trunks).chain(rooms).collect()
}

/// The regimes of a scenario, in name order.
pub(super) fn regimes(
    scenario: &Scenario,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Option<Vec<RegimePlan>> {
    let each = scenario.regimes.items.iter().map(|(name, regime)| {
        regime.as_ref().and_then(|regime| regime.resolve(&name.value, files, problems))
    });
    let regimes: Vec<_> = each.collect();
    regimes.into_iter().collect()
}

/// What a group is lowered by, beside what is written of it.
struct Found<'a> {
    clock: Option<&'a RunClock>,
    files: &'a Files<'a>,
    scenario: &'a Scenario,
    classes: &'a [String],
}

impl Found<'_> {
    /// How a carrier behaves.
    fn behaviours(
        &self,
        carrier: &CarrierSchema,
        problems: &mut Problems,
    ) -> Option<Vec<Behaviour>> {
        if carrier.behaviours.is_empty() {
            return Some(Vec::new());
        }
        let with = Surroundings {
            clock: self.clock?,
            files: self.files,
            regimes: &self.scenario.regimes.items,
        };
        let each = carrier.behaviours.iter().map(|spec| {
            let behaviour = spec.resolve(&with, problems)?;
            if behaviour.may_be_silent() && carrier.answer_timeout.is_none() {
                problems.add_with_hint(
                    spec.place,
                    "for want of an answer its submissions would wait for ever",
                    "say how long we wait: `answer-timeout = \"60s\"` of the carrier",
                );
                return None;
            }
            Some(behaviour)
        });
        let behaviours: Vec<_> = each.collect();
        behaviours.into_iter().collect()
    }
}

impl Found<'_> {
    /// The quotas that a carrier is under.
    fn quotas(&self, carrier: &CarrierSchema, problems: &mut Problems) -> Option<Vec<QuotaId>> {
        let mut ids: Vec<QuotaId> = Vec::new();
        for name in &carrier.limits {
            let id = quotas::find(name, self.scenario, problems)?;
            if ids.contains(&id) {
                problems.add(name.place, format!("`{}` is named twice", name.value));
                return None;
            }
            ids.push(id);
        }
        // In name order, so that the order in which they are named changes nothing.
        ids.sort_unstable();
        Some(ids)
    }

    /// The window that connections are, and what they are.
    fn connections(
        &self,
        of: &ConnectionsSchema,
        problems: &mut Problems,
    ) -> Option<(u32, Connections)> {
        let set_up = match &of.set_up {
            None => None,
            Some(spec) => Some(spec.resolve(self.files, problems)?),
        };
        let id = quotas::find(&of.of, self.scenario, problems)?;
        let count = self.scenario.limits.items[id.index()].1.as_ref()?.count;
        let window = u64::from(count) * u64::from(of.each);
        let Some(window) = u32::try_from(window).ok().filter(|&all| all < MOST_CONNECTIONS) else {
            let most = format::count(u64::from(MOST_CONNECTIONS));
            problems.add(of.of.place, format!("connections come to more than {most}"));
            return None;
        };
        let connections = Connections { of: id, each: of.each, messages: of.messages, set_up };
        Some((window, connections))
    }
}

fn group(
    name: &str,
    first: u32,
    carrier: &CarrierSchema,
    found: &Found<'_>,
    problems: &mut Problems,
) -> Option<GroupPlan> {
    let Found { clock, files, .. } = *found;
    let mut dist = |spec: &Option<DistSpec>| match spec {
        None => Some(Dist::Constant(SimDuration::ZERO)),
        Some(spec) => spec.resolve(files, problems),
    };
    let (round_trip, delivery) = (dist(&carrier.round_trip), dist(&carrier.delivery));
    let pace = match &carrier.pace {
        None => Some(None),
        Some(pace) => at_least(pace.value, pace.place, "", problems).map(|()| Some(pace.value)),
    };
    let shares = carrier.shares.as_ref().zip(carrier.count);
    let shares = shares.map(|(written, count)| Shares::new(&written.value, count));
    let rates = rates(carrier, shares.as_ref(), problems);
    let (shares, count, rates) = (shares?, carrier.count?, rates?);
    let behaviours = found.behaviours(carrier, problems);
    let quotas = found.quotas(carrier, problems);
    let discipline = carrier.queue.discipline.resolve(found.classes, problems);
    let connections = match &carrier.connections {
        None => Some(None),
        Some(connections) => found.connections(connections, problems).map(Some),
    };
    let overload = match carrier.overload {
        None => Overload::Paced,
        Some(spec) => spec.resolve(clock?),
    };
    let quiet = match &carrier.quiet {
        None => None,
        Some(quiet) => Some(quiet.resolve(clock?)),
    };
    let bursts = rates.iter().map(|&rate| carrier.burst.unwrap_or(burst_of(rate, overload)));
    let (window, connections) = match connections? {
        None => (carrier.window, None),
        Some((window, connections)) => (Some(window), Some(connections)),
    };
    Some(GroupPlan {
        name: name.to_owned(),
        first,
        count,
        shares,
        bursts: bursts.collect(),
        rates,
        template: CarrierPlan {
            window,
            connections,
            round_trip: round_trip?,
            delivery: delivery?,
            overload,
            behaviours: behaviours?,
            quotas: quotas?,
            resend: carrier.resend.clone(),
            answer_timeout: carrier.answer_timeout,
            pace: pace?,
            silent_loss: carrier.silent_loss,
            quiet,
            discipline: discipline?,
            queue: carrier.queue.bounds,
            sessions: None,
        },
    })
}

/// The rate of each member, if there are any; `None` after recording one that is too slow.
fn rates(
    carrier: &CarrierSchema,
    shares: Option<&Shares>,
    problems: &mut Problems,
) -> Option<Vec<f64>> {
    match carrier.rate {
        None => Some(Vec::new()),
        Some(Placed { value: RateSchema::Each(rate), place }) => {
            at_least(rate, place, "", problems)?;
            Some(vec![rate; carrier.count? as usize])
        }
        Some(Placed { value: RateSchema::Total(rate), place }) => {
            let shares = shares?;
            let rates: Vec<f64> =
                (0..carrier.count?).map(|member| rate * shares.of(member)).collect();
            let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
            at_least(least, place, "divided by the shares, a carrier's part of ", problems)?;
            Some(rates)
        }
    }
}

/// Records a rate that is too slow: `part_of` it, if not the whole.
pub(super) fn at_least(
    rate: f64,
    place: Place,
    part_of: &str,
    problems: &mut Problems,
) -> Option<()> {
    if rate >= LEAST_PER_S {
        return Some(());
    }
    problems.add(place, format!("{part_of}this is less than one message in eleven days"));
    None
}

/// Where we keep to a rate, messages are spaced evenly. A carrier that minds its rate itself counts
/// by the second (Twilio error 30001, SMPP throttling), so it takes a second's worth at once.
fn burst_of(rate: f64, overload: Overload) -> u32 {
    match overload {
        Overload::Paced => 1,
        Overload::Throttle(_) | Overload::Drop(_) | Overload::Hold(_) | Overload::Penalty(_) => {
            usual_burst(rate)
        }
        // Whoever is served, and those who wait.
        Overload::Queue(queue) => queue.length + 1,
    }
}

/// A second's worth, and at least one.
pub(super) fn usual_burst(rate: f64) -> u32 {
    rate.clamp(1.0, f64::from(u32::MAX)) as u32
}
