//! What binds: the station where the messages of an unmet target lose their time, or get lost.
//!
//! A service whose workers are all held while its cores are idle is only where the waiting
//! shows; the cause is then sought among what it calls.

use super::blame::{Blame, Place};
use super::figures::{Figure, LatencyPool};
use super::network;
use super::period::Period;
use super::quotas::{self, QuotaFigures};
use super::stations::{Capacity, StationFigures};
use super::targets::{Answer, TargetVerdict};
use crate::engine::{SimDuration, SimTime};
use crate::measure::Measurements;
use crate::model::{
    ClassId, Criterion, Model, QuotaId, Resource, ServiceId, SessionPlan, Site, StationId, Step,
};

/// A station in a window counts as saturated from this use of its capacity on. Judgement: at 95 %
/// a queue of any length is a matter of time.
const SATURATED: f64 = 0.95;

/// What stands in the way of a target, and how that shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Position of the target; `None` where all are met, and this is what is nearest to binding.
    pub target: Option<usize>,
    /// The station.
    pub station: StationId,
    /// Whether it is ours to scale.
    pub is_ours: bool,
    /// What of it is short.
    pub cause: Cause,
    /// Whether messages get lost there, rather than wait.
    pub loses: bool,
    /// The station's use of capacity over the time that counts.
    pub utilization: f64,
    /// When it was saturated; `None` if it never was.
    pub saturation: Option<Saturation>,
    /// Most messages that waited for it, in its queue or for a core, on average over replications,
    /// and when.
    pub worst_queue: (f64, SimTime),
    /// The station where the waiting shows, if that is another one: its workers are held by calls
    /// to this one.
    pub shows_at: Option<StationId>,
    /// The share of the class's waiting that shows, or of its losses.
    pub share: f64,
}

/// What of a station is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its cores compute all the time.
    Cores,
    /// Its workers are held, by pauses and calls.
    Workers,
    /// The rate at which it takes messages.
    Rate,
    /// A limit of ours as a sender, whoever takes the message.
    Limit(QuotaId),
    /// Its window of unacknowledged submissions.
    Window,
    /// Its pauses: it refused submissions, and wanted quiet after each.
    Pauses,
    /// It loses messages.
    Loss,
    /// Its queue's bounds turn messages away.
    QueueBounds,
    /// Its cores compute all the time, much of it for what instances cost one another.
    Chatter,
    /// Its instances have no room for all of their peers, so that none works.
    Peers,
    /// The links of its instances, to which messages or answers, or chatter, are too much.
    Network,
    /// Its instances need more threads than each may have, so that none works.
    Threads,
    /// Its instances run out of file handles.
    Files,
    /// It allows fewer connections than its callers' instances need, and some have none.
    Connections,
    /// Its channels, each held for the length of a call.
    Channels,
    /// The rate at which it sets calls up.
    SetupRate,
    /// Its nodes, which have no room for more participants.
    Nodes,
    /// One node, which a room has to fit: others have room that does not help.
    Node,
}

/// From when to when a station was saturated, at least in part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saturation {
    /// The start of the first such window.
    pub from: SimTime,
    /// The end of the last.
    pub until: SimTime,
    /// The share of windows between them in which it was.
    pub share: f64,
}

/// What binds, and the targets that no capacity could mend.
pub(super) fn of(
    model: &Model,
    runs: &[Measurements],
    period: &Period,
    targets: &[TargetVerdict],
    (stations, quotas): (&[StationFigures], &[QuotaFigures]),
) -> (Vec<Binding>, Vec<usize>) {
    let blame = Blame::of(model, runs, period);
    let view = View { model, runs, period, stations, quotas, blame };
    let unmet = targets.iter().enumerate().filter(|(_, verdict)| verdict.answer != Answer::Met);
    let mut bindings: Vec<Binding> = unmet.flat_map(|(index, _)| view.of_target(index)).collect();
    if bindings.is_empty() {
        bindings.extend(view.nearest());
    }
    let unmet = targets.iter().enumerate().filter(|(_, verdict)| verdict.answer == Answer::NotMet);
    let is_unbound = |at: &usize| {
        bindings.iter().all(|binding| binding.target != Some(*at)) && view.is_slow_by_itself(*at)
    };
    let unbound = unmet.map(|(at, _)| at).filter(is_unbound).collect();
    (bindings, unbound)
}

struct View<'a> {
    model: &'a Model,
    runs: &'a [Measurements],
    period: &'a Period,
    stations: &'a [StationFigures],
    quotas: &'a [QuotaFigures],
    blame: Blame<'a>,
}

impl View<'_> {
    /// What binds a target: the worst first. Where messages are late, and so many are lost that
    /// this alone misses the target, that is two.
    fn of_target(&self, target: usize) -> Vec<Binding> {
        let places = match &self.model.targets[target].criterion {
            Criterion::Latency { class, quantile: share, limit, .. }
            | Criterion::Delivered { class, limit, share, .. } => {
                self.of_messages(target, *class, *limit, *share)
            }
            Criterion::Loss { class, .. } => {
                let place = self.blame.losses(*class).or_else(|| self.blame.waiting(*class));
                place.into_iter().collect()
            }
            Criterion::Backlog { station: None, .. } => {
                self.blame.waiting(None).into_iter().collect()
            }
            Criterion::Backlog { station: Some(station), .. }
            | Criterion::Utilization { station, .. } => {
                vec![Place { station: station.index(), share: 1.0, loses: false }]
            }
        };
        places.into_iter().map(|place| self.at(target, place)).collect()
    }

    fn at(&self, target: usize, place: Place) -> Binding {
        let Place { station, share, loses } = place;
        let behind = if loses { station } else { self.behind(station) };
        let shows_at = (behind != station).then(|| StationId::from_index(station));
        Binding { shows_at, ..self.describe(Some(target), behind, share, loses) }
    }

    /// Where the messages that miss a target on latency wait, or get lost.
    fn of_messages(
        &self,
        target: usize,
        class: ClassId,
        limit: SimDuration,
        share: f64,
    ) -> Vec<Place> {
        let losing =
            self.blame.losses(Some(class)).or_else(|| self.unconnected(self.blame.failed(class)));
        let lost = self.blame.lost(class);
        let pool = LatencyPool::of(self.model, self.runs, self.period, class);
        let late = pool.missing(limit) - lost;
        let allowed = (1.0 - share) * pool.pooled().count() as f64;
        let is_slow = self.is_slow_by_itself(target);
        let waiting = if is_slow { None } else { self.blame.waiting(Some(class)) };
        // What alone would miss the target is named beside what is worse.
        let (first, second) = if lost > late {
            (losing, waiting.filter(|_| late > allowed))
        } else if waiting.is_some() {
            (waiting, losing.filter(|_| lost > allowed))
        } else {
            (losing, None)
        };
        first.into_iter().chain(second).collect()
    }

    /// The service that has no connections left for some of its callers, where messages fail.
    fn unconnected(&self, failed: f64) -> Option<Place> {
        if self.model.sites.iter().any(Site::may_be_in_vain) {
            // Calls may have failed for other reasons, and nobody counts which.
            return None;
        }
        let short = self.model.services_short_of_connections().into_iter().next()?;
        let station = self.model.service_station(short).index();
        (failed > 0.0).then_some(Place { station, share: 1.0, loses: true })
    }

    /// Whether a target on latency is missed by more than all waiting of its class together: it
    /// would be missed even if nobody waited. Where callers give up, time is lost that is not in
    /// the queues, so that this cannot be told.
    fn is_slow_by_itself(&self, target: usize) -> bool {
        let (class, limit, share) = match &self.model.targets[target].criterion {
            Criterion::Latency { class, quantile, limit, .. } => (*class, *limit, *quantile),
            Criterion::Delivered { class, limit, share, .. } => (*class, *limit, *share),
            Criterion::Loss { .. } | Criterion::Backlog { .. } | Criterion::Utilization { .. } => {
                return false;
            }
        };
        let pool = LatencyPool::of(self.model, self.runs, self.period, class);
        !self.model.sites.iter().any(Site::may_be_in_vain)
            && self.blame.waited_ns(class) < pool.excess_ns(limit, share)
    }

    /// The busiest station, where nothing is unmet.
    fn nearest(&self) -> Option<Binding> {
        let use_of = |station: usize| self.utilization(station);
        let busiest = (0..self.stations.len()).max_by(|&a, &b| use_of(a).total_cmp(&use_of(b)))?;
        (use_of(busiest) > 0.0).then(|| self.describe(None, busiest, 0.0, false))
    }

    fn utilization(&self, station: usize) -> f64 {
        known(&self.stations[station].utilization).max(self.network_use(station))
    }

    /// The use of a service's links, the busier way; nothing where it has none.
    fn network_use(&self, station: usize) -> f64 {
        let network = self.stations[station].network.as_ref();
        network.map_or(0.0, |of| known(&of.out_used).max(known(&of.in_used)))
    }

    /// Whether more of the waiting at a service is for its links than for workers and cores, or
    /// links are what is busiest.
    fn is_network(&self, station: usize) -> bool {
        let of = &self.stations[station];
        let Some(network) = &of.network else { return false };
        let offered = known(&of.offered);
        let on_links = known(&network.mean_wait) * offered;
        let inside = (known(&of.mean_wait) + known(&of.mean_core_wait)) * known(&of.served);
        let busiest = known(&of.workers).max(known(&of.cores));
        if on_links == 0.0 {
            return self.network_use(station) > busiest;
        }
        // What waits for the way in waits at the station meanwhile, and counts there too. Workers
        // who wait for answers that do not come through a full link are held by that link.
        let is_full = self.network_use(station) >= SATURATED;
        2.0 * on_links >= inside || is_full && self.holds_workers(station)
    }

    /// Where the workers of a service are held rather than its cores busy, the busiest saturated
    /// station that it calls stands behind it.
    fn behind(&self, station: usize) -> usize {
        let mut at = station;
        for _ in 0..self.stations.len() {
            let is_ours = at < self.model.services.len();
            if !is_ours || self.is_network(at) || !self.holds_workers(at) {
                return at;
            }
            let called = self.called_by(at);
            let saturated = |&station: &usize| self.saturation(station).is_some();
            let next = called
                .into_iter()
                .filter(saturated)
                .max_by(|&a, &b| self.utilization(a).total_cmp(&self.utilization(b)));
            match next {
                Some(next) if next != at => at = next,
                Some(_) | None => return at,
            }
        }
        at
    }

    /// Whether a service's workers are held rather than its cores busy.
    fn holds_workers(&self, service: usize) -> bool {
        let of = &self.stations[service];
        !waits_for_cores(of) && known(&of.cores) < SATURATED * known(&of.workers)
    }

    fn called_by(&self, service: usize) -> Vec<usize> {
        let own = |(at, step): (usize, &Step)| match step {
            Step::Call { site, .. }
                if self.model.step_services[at].is_some_and(|s| s.index() == service) =>
            {
                self.model.stations_of(self.model.sites[site.index()].callee)
            }
            Step::Call { .. }
            | Step::Work(_)
            | Step::Delay(_)
            | Step::HandTo { .. }
            | Step::End => Vec::new(),
        };
        let stations = self.model.steps.iter().enumerate().flat_map(own);
        stations.map(|station| station.index()).collect()
    }

    fn describe(&self, target: Option<usize>, station: usize, share: f64, lost: bool) -> Binding {
        let id = StationId::from_index(station);
        let is_ours = self.model.is_ours(id);
        Binding {
            target,
            station: id,
            is_ours,
            cause: self.cause(station, is_ours, lost),
            loses: lost,
            utilization: self.utilization(station),
            saturation: self.saturation(station),
            worst_queue: self.worst_queue(station),
            shows_at: None,
            share,
        }
    }

    fn cause(&self, station: usize, is_ours: bool, lost: bool) -> Cause {
        let figures = &self.stations[station];
        let service = self.model.services.get(station);
        if let Some(resource) = service.and_then(|service| service.out_of).filter(|_| lost) {
            return match resource {
                Resource::Peers => Cause::Peers,
                Resource::Threads => Cause::Threads,
                Resource::Files => Cause::Files,
            };
        }
        if lost && 2.0 * figures.out_of_files > figures.rejected + figures.expired {
            return Cause::Files;
        }
        let is_short = |id: &ServiceId| self.model.service_station(*id).index() == station;
        if lost && self.model.services_short_of_connections().iter().any(is_short) {
            return Cause::Connections;
        }
        if let Some(cause) = self.of_sessions(station, lost) {
            return cause;
        }
        if lost {
            let turned_away = figures.rejected + figures.expired > figures.dropped + figures.failed;
            return if turned_away { Cause::QueueBounds } else { Cause::Loss };
        }
        if self.is_network(station) {
            return Cause::Network;
        }
        match (is_ours, known(&figures.workers) > known(&figures.cores)) {
            (true, true) if self.holds_workers(station) => Cause::Workers,
            (true, _) if self.chatters(station) => Cause::Chatter,
            (true, _) => Cause::Cores,
            (false, _) if figures.throttled > 0.0 && self.utilization(station) < SATURATED => {
                Cause::Pauses
            }
            (false, _) if self.pressing(station).is_some() => {
                self.pressing(station).map_or(Cause::Rate, Cause::Limit)
            }
            (false, true) => Cause::Window,
            (false, false) => Cause::Rate,
        }
    }

    /// What is short of what holds sessions.
    fn of_sessions(&self, station: usize, lost: bool) -> Option<Cause> {
        let group = self.model.groups.get(station.checked_sub(self.model.services.len())?)?;
        let (plan, of) = (group.template.sessions.as_ref()?, &self.stations[station]);
        let held = of.sessions.as_ref()?;
        Some(match plan {
            SessionPlan::Rooms(_) if 2.0 * held.stranded > held.blocked => Cause::Node,
            SessionPlan::Rooms(_) => Cause::Nodes,
            SessionPlan::Trunk(_) if lost => {
                let by_channels = 2.0 * held.blocked >= of.rejected + of.expired;
                if by_channels { Cause::Channels } else { Cause::SetupRate }
            }
            // Only setups wait.
            SessionPlan::Trunk(_) if known(&of.mean_queue) > 0.0 => Cause::SetupRate,
            SessionPlan::Trunk(_) if known(&of.workers) < known(&of.cores) => Cause::SetupRate,
            SessionPlan::Trunk(_) => Cause::Channels,
        })
    }

    /// The limit that presses a carrier harder than its own rate and window do, if one does.
    fn pressing(&self, station: usize) -> Option<QuotaId> {
        let group = self.model.groups.get(station.checked_sub(self.model.services.len())?)?;
        let figures = &self.stations[station];
        let own = known(&figures.workers).max(known(&figures.cores));
        let closed = |id: &QuotaId| {
            let windows = self.runs.iter().flat_map(|run| &run.quotas[id.index()].windows);
            windows.map(|window| window.closed.integral as f64).sum::<f64>()
        };
        let worst = group.template.quotas.iter().max_by(|a, b| closed(a).total_cmp(&closed(b)))?;
        let length: u64 = self.runs.iter().map(|run| run.end.ns()).sum();
        let share = closed(worst) / length as f64;
        if share > 0.0 && share >= own * SATURATED {
            return Some(*worst);
        }
        // Nobody waited for one, but it is what was used most.
        let used = |id: &QuotaId| known(&self.quotas[id.index()].utilization);
        let most = group.template.quotas.iter().max_by(|a, b| used(a).total_cmp(&used(b)))?;
        (used(most) > own).then_some(*most)
    }

    /// How much the limits of a carrier stood in the way in a window.
    fn pressure(&self, run: &Measurements, station: usize, window: usize) -> f64 {
        let group = station.checked_sub(self.model.services.len());
        let ids = group.into_iter().flat_map(|group| &self.model.groups[group].template.quotas);
        let each = ids
            .map(|&id| quotas::pressure(self.model, id, &run.quotas[id.index()].windows[window]));
        each.fold(0.0, f64::max)
    }

    /// Whether a good part of a service's core time goes to what its instances cost one another.
    fn chatters(&self, service: usize) -> bool {
        // Judgement: below a tenth, more instances still help about as much as they should.
        const MUCH: f64 = 0.1;
        let effort = self.stations[service].effort.as_ref();
        effort.is_some_and(|effort| known(&effort.chatter) >= MUCH)
    }

    /// The mean use over replications of each window that counts.
    fn saturation(&self, station: usize) -> Option<Saturation> {
        let capacity = Capacity::of(self.model, station);
        let windows = self.runs.iter().map(|run| run.in_system.len()).min()?;
        let saturated: Vec<usize> = (self.period.first..windows)
            .filter(|&window| {
                let used = self.runs.iter().map(|run| {
                    let window_of = &run.stations[station].windows[window];
                    let (workers, cores) = capacity.used(window_of);
                    let service = self.model.services.get(station);
                    let (out, inward) =
                        service.map_or((0.0, 0.0), |service| network::use_of(service, window_of));
                    let own = workers.max(cores).max(out).max(inward);
                    own.max(self.pressure(run, station, window))
                });
                used.sum::<f64>() >= SATURATED * self.runs.len() as f64
            })
            .collect();
        let (&first, &last) = (saturated.first()?, saturated.last()?);
        Some(Saturation {
            from: SimTime::from_ns(self.model.run.window.ns() * first as u64),
            until: self.model.run.window_end(last as u32),
            share: saturated.len() as f64 / (last - first + 1) as f64,
        })
    }

    fn worst_queue(&self, station: usize) -> (f64, SimTime) {
        let windows = self.runs.iter().map(|run| run.in_system.len()).min().unwrap_or(0);
        let at_cores = waits_for_cores(&self.stations[station]);
        let mean = |window: usize| {
            let most = self.runs.iter().map(|run| {
                let window = &run.stations[station].windows[window];
                if at_cores { window.ready.max } else { window.queue.max }
            });
            most.sum::<u64>() as f64 / self.runs.len() as f64
        };
        let mut worst = (0.0, 0);
        for window in self.period.first..windows {
            if mean(window) > worst.0 {
                worst = (mean(window), window);
            }
        }
        (worst.0, SimTime::from_ns(self.model.run.window.ns() * worst.1 as u64))
    }
}

/// Whether more time goes in waiting for its cores than in its queue.
fn waits_for_cores(of: &StationFigures) -> bool {
    known(&of.mean_core_wait) > known(&of.mean_wait)
}

fn known(figure: &Figure) -> f64 {
    figure.estimate.map_or(0.0, |estimate| estimate.value)
}
