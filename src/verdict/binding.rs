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
    Beyond, ChecksDeadlines, ClassId, Criterion, Model, Overload, QueueBounds, QuotaId, Resource,
    SessionPlan, Site, StationId, Step,
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
    /// Of messages that are lost because they wait too long: what of the station they wait for.
    pub waits_for: Option<Cause>,
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
    /// Limits at its door hold messages back, or turn them away.
    Door,
    /// Messages are valid for less time than they wait for it.
    Validity,
    /// Callers' deadlines are over before it gets to what they ask.
    Deadline,
    /// It suspends us.
    Suspension,
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
        let behind =
            if loses || self.is_held_at_door(station) { station } else { self.behind(station) };
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
        let losing = self.blame.losses(Some(class));
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
            // A few losses are no cause of what is late for other reasons.
            (losing.filter(|_| !is_slow || lost > allowed), None)
        };
        first.into_iter().chain(second).collect()
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
        let saturation = self.saturation(station);
        let cause = if lost { self.cause_of_loss(station) } else { self.cause_of_waiting(station) };
        let waits_too_long = matches!(cause, Cause::Validity | Cause::Deadline);
        let waits_for =
            (waits_too_long && saturation.is_some()).then(|| self.cause_of_waiting(station));
        Binding {
            target,
            station: id,
            is_ours,
            cause,
            loses: lost,
            waits_for,
            utilization: self.utilization(station),
            saturation,
            worst_queue: self.worst_queue(station),
            shows_at: None,
            share,
        }
    }

    fn cause_of_loss(&self, station: usize) -> Cause {
        let figures = &self.stations[station];
        let service = self.model.services.get(station);
        if let Some(resource) = service.and_then(|service| service.out_of) {
            return match resource {
                Resource::Peers => Cause::Peers,
                Resource::Threads => Cause::Threads,
                Resource::Files => Cause::Files,
            };
        }
        let turned_away = figures.rejected + figures.expired;
        if figures.unconnected > turned_away {
            return Cause::Connections;
        }
        if let Some(cause) = self.of_sessions(station, true) {
            return cause;
        }
        if 2.0 * figures.out_of_files > turned_away {
            return Cause::Files;
        }
        if turned_away <= figures.dropped + figures.failed {
            return self.blocking(station).map_or(Cause::Loss, Cause::Limit);
        }
        if figures.expired > figures.rejected {
            self.cause_of_expiry(station)
        } else {
            self.cause_of_rejection(station)
        }
    }

    /// Why messages wait too long at a station: a bound of its queue, or one that they bring.
    fn cause_of_expiry(&self, station: usize) -> Cause {
        let checks = self.model.services.get(station).map(|service| service.checks_deadlines);
        match checks {
            _ if self.bounds(station).age_at_most.is_some() => Cause::QueueBounds,
            Some(ChecksDeadlines::AtStart | ChecksDeadlines::Always) => Cause::Deadline,
            Some(ChecksDeadlines::Never) | None if self.model.has_validity() => Cause::Validity,
            Some(ChecksDeadlines::Never) | None => Cause::QueueBounds,
        }
    }

    /// Why messages find no way in: a full queue, or a limit at the door. Nobody counts which, but
    /// a queue is not full where capacity is left all the time.
    fn cause_of_rejection(&self, station: usize) -> Cause {
        let has_door = self.model.services.get(station).is_some_and(|service| {
            !service.pool.limits.is_empty() || service.pool.admission.is_some()
        });
        let bounds = self.bounds(station);
        let is_bounded = bounds.length_at_most.is_some() || bounds.wait_at_most.is_some();
        let is_full = is_bounded && self.saturation(station).is_some();
        if has_door && !is_full { Cause::Door } else { Cause::QueueBounds }
    }

    fn bounds(&self, station: usize) -> QueueBounds {
        match station.checked_sub(self.model.services.len()) {
            None => self.model.services[station].pool.queue,
            Some(group) => self.model.groups[group].template.queue,
        }
    }

    /// The limit beyond whose daily cap most of the messages fail that fail at a carrier.
    fn blocking(&self, station: usize) -> Option<QuotaId> {
        let group = self.model.groups.get(station.checked_sub(self.model.services.len())?)?;
        let figures = &self.stations[station];
        let beyond = |id: &QuotaId| {
            let plan = &self.model.quotas[id.index()];
            let cap = plan.daily.filter(|cap| cap.beyond == Beyond::Fail)?;
            let a_day = cap.segments as f64 * f64::from(plan.count);
            let each = self.runs.iter().map(|run| {
                let windows = &run.quotas[id.index()].windows;
                let taken = windows.iter().map(|window| window.taken).sum::<u64>() as f64;
                let later = run.end.ns().saturating_sub(cap.first_reset.ns());
                let days = 1 + later.div_ceil(SimDuration::from_secs(86_400).ns());
                (taken - a_day * days as f64).max(0.0)
            });
            let beyond = each.sum::<f64>() / self.runs.len() as f64;
            (beyond > 0.0 && 2.0 * beyond >= figures.failed).then_some((*id, beyond))
        };
        let beyond = group.template.quotas.iter().filter_map(beyond);
        beyond.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| id)
    }

    /// Whether a leaky bucket holds messages back that the station itself had room for.
    fn is_held_at_door(&self, station: usize) -> bool {
        let service = self.model.services.get(station);
        service.is_some_and(|service| service.pool.limits.hold_back())
            && self.saturation(station).is_none()
    }

    fn cause_of_waiting(&self, station: usize) -> Cause {
        if let Some(cause) = self.of_sessions(station, false) {
            return cause;
        }
        let figures = &self.stations[station];
        let is_ours = self.model.is_ours(StationId::from_index(station));
        if self.is_network(station) {
            return Cause::Network;
        }
        if self.is_held_at_door(station) && known(&figures.mean_wait) > 0.0 {
            return Cause::Door;
        }
        let pool = self.model.services.get(station).map(|service| &service.pool);
        let has_idle_cores = pool.is_some_and(|pool| pool.cores > pool.workers);
        match (is_ours, known(&figures.workers) > known(&figures.cores)) {
            (true, true) if self.holds_workers(station) => Cause::Workers,
            (true, _) if self.chatters(station) => Cause::Chatter,
            (true, _) if has_idle_cores && !waits_for_cores(figures) => Cause::Workers,
            (true, _) => Cause::Cores,
            (false, _) if figures.throttled > 0.0 && self.utilization(station) < SATURATED => {
                if self.suspends(station) {
                    Cause::Suspension
                } else {
                    Cause::Pauses
                }
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

    /// Whether a carrier that refuses submissions does so because it suspends us: one that pauses
    /// for our rate as well is told by that.
    fn suspends(&self, station: usize) -> bool {
        let group = station.checked_sub(self.model.services.len()).map(|at| &self.model.groups[at]);
        group.is_some_and(|group| {
            group.template.overload == Overload::Paced
                && group.template.behaviours.iter().any(|of| of.name() == "suspension")
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
        let each = ids.map(|id| id.index()).map(|quota| {
            quotas::pressure(&self.model.quotas[quota], &run.quotas[quota].windows[window])
        });
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
        let is_network = self.is_network(station);
        let mean = |window: usize| {
            let most = self.runs.iter().map(|run| {
                let window = &run.stations[station].windows[window];
                let inside = if at_cores { window.ready.max } else { window.queue.max } as f64;
                // By Little's law, as nobody counts those in line for a link.
                let on_links = match window.busy.length.ns() {
                    length if is_network && length > 0 => {
                        window.link.wait_sum as f64 / length as f64
                    }
                    _ => 0.0,
                };
                inside.max(on_links)
            });
            most.sum::<f64>() / self.runs.len() as f64
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
