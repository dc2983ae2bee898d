//! Routes: which carrier a message goes to, and what its answers tell of it.

use super::run::Run;
use super::task::{Flags, TaskId};
use super::trace::Trace;
use crate::carrier::{Choosing, Error, Health, Turn, Verdict};
use crate::engine::random::uniform;
use crate::engine::{Luck, SimTime};
use crate::measure::{Gauge, RouteRecord, RouteWindow};
use crate::model::{GroupId, Model, RouteId};

/// All routes of a run.
#[derive(Debug)]
pub(super) struct Routes {
    all: Vec<RouteState>,
    /// By group: the routes that lead there, and as the how manyeth.
    watchers: Vec<Vec<(usize, usize)>>,
    /// By record of a task, as far as they reach: the route that it came by, and at which of its
    /// carriers it has been, as bits; nothing where no route passes on.
    ways: Vec<Option<Way>>,
}

/// How a message came to its carrier.
#[derive(Clone, Copy, Debug)]
struct Way {
    route: RouteId,
    been: u16,
}

#[derive(Debug)]
struct RouteState {
    providers: Vec<Provider>,
}

/// One carrier, or group of them, as a route sees it.
#[derive(Debug)]
struct Provider {
    group: usize,
    /// `None` where it is never left.
    health: Option<Health>,
    /// 1 while it is left.
    out: Gauge,
    window: RouteWindow,
    record: Vec<RouteWindow>,
}

impl Provider {
    fn is_in_use(&self) -> bool {
        self.health.as_ref().is_none_or(Health::is_in_use)
    }

    fn turn(&mut self, turn: Option<Turn>, now: SimTime) {
        match turn {
            None => return,
            Some(Turn::Leave) => self.out.rise(now),
            Some(Turn::Return) => self.out.fall(now),
        }
        self.window.switches += 1;
    }
}

impl Routes {
    pub(super) fn new(model: &Model) -> Self {
        let mut watchers = vec![Vec::new(); model.groups.len()];
        for (route, plan) in model.routes.iter().enumerate() {
            for (nth, &group) in plan.providers.iter().enumerate() {
                watchers[group].push((route, nth));
            }
        }
        let provider = |health: Option<Health>| {
            move |&group: &usize| Provider {
                group,
                health: health.clone(),
                out: Gauge::new(SimTime::ZERO, 0),
                window: RouteWindow::default(),
                record: Vec::new(),
            }
        };
        let state = |plan: &crate::carrier::RoutePlan| RouteState {
            providers: plan
                .providers
                .iter()
                .map(provider(plan.fail_over.map(Health::new)))
                .collect(),
        };
        Self { all: model.routes.iter().map(state).collect(), watchers, ways: Vec::new() }
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Ends the window at `now`.
    pub(super) fn close_window(&mut self, now: SimTime) {
        for provider in self.all.iter_mut().flat_map(|route| &mut route.providers) {
            let mut window = std::mem::take(&mut provider.window);
            window.out = provider.out.close(now);
            provider.record.push(window);
        }
    }

    /// What was seen of all of them.
    pub(super) fn into_records(self) -> Vec<RouteRecord> {
        let record = |route: RouteState| RouteRecord {
            providers: route.providers.into_iter().map(|provider| provider.record).collect(),
        };
        self.all.into_iter().map(record).collect()
    }

    /// A task comes for a carrier by no route that passes on.
    #[inline]
    pub(super) fn forget_way(&mut self, id: TaskId) {
        if let Some(way) = self.ways.get_mut(id.0 as usize) {
            *way = None;
        }
    }

    fn note_way(&mut self, id: TaskId, way: Way) {
        let index = id.0 as usize;
        if self.ways.len() <= index {
            self.ways.resize(index + 1, None);
        }
        self.ways[index] = Some(way);
    }
}

impl<T: Trace> Run<'_, T> {
    /// A task comes for one of a route's carriers.
    #[inline(never)]
    pub(super) fn join_route(&mut self, id: TaskId, route: RouteId) {
        let luck = self.tasks[id].luck;
        let nth = self.choose(route, luck, 0).expect("a route has carriers");
        self.go_by_route(id, route, nth, 0);
    }

    fn go_by_route(&mut self, id: TaskId, route: RouteId, nth: usize, been: u16) {
        let at = route.index();
        if self.model.routes[at].pass_on.is_some() {
            self.routes.note_way(id, Way { route, been: been | 1 << nth });
        } else {
            self.routes.forget_way(id);
        }
        let provider = &mut self.routes.all[at].providers[nth];
        provider.window.sent += 1;
        provider.window.passed_on += u64::from(been != 0);
        let group = GroupId::from_index(provider.group);
        self.join_carrier(id, group);
    }

    /// A message has failed for good at a carrier that it came to by a route: it goes to another
    /// where that is the rule, and there is one at which it has not been.
    #[inline(never)]
    pub(super) fn pass_on(&mut self, id: TaskId, error: Option<Error>) -> bool {
        let Some(Way { route, been }) = self.routes.ways.get(id.0 as usize).copied().flatten()
        else {
            return false;
        };
        // Nobody wants it any more where its caller has cancelled it.
        let is_withdrawn = self.tasks[id].flags.has(Flags::WITHDRAWN);
        let on = self.model.routes[route.index()].pass_on;
        if is_withdrawn || !error.zip(on).is_some_and(|(error, on)| on.contains(error)) {
            return false;
        }
        // A draw of its own for each carrier.
        let luck = self.tasks[id].luck.child(self.keys.retry, u64::from(been.count_ones()));
        let Some(nth) = self.choose(route, luck, been) else { return false };
        self.go_by_route(id, route, nth, been);
        true
    }

    /// Which of a route's carriers a message goes to, of those at which it has not `been`.
    fn choose(&mut self, route: RouteId, luck: Luck, been: u16) -> Option<usize> {
        let model = self.model;
        let plan = &model.routes[route.index()];
        let providers = &mut self.routes.all[route.index()].providers;
        let may_go = |nth: usize| been & 1 << nth == 0;
        if plan.fail_over.is_some() {
            let mut probed = 0.0;
            let mut draw = None;
            for (nth, provider) in providers.iter_mut().enumerate() {
                let turn = provider.health.as_mut().and_then(|health| health.look(self.now));
                provider.turn(turn, self.now);
                let share = provider.health.as_ref().and_then(Health::probe_share);
                if let Some(share) = share.filter(|_| may_go(nth)) {
                    probed += share;
                    let purpose = self.keys.routes[route.index()].probe;
                    let draw = *draw.get_or_insert_with(|| uniform(&mut luck.draws(purpose)));
                    if draw < probed {
                        return Some(nth);
                    }
                }
            }
        }
        let providers = &self.routes.all[route.index()].providers;
        let in_use = |nth: &usize| may_go(*nth) && providers[*nth].is_in_use();
        let mut open: Vec<usize> = (0..providers.len()).filter(in_use).collect();
        if open.is_empty() {
            // Where all are left, as if none were.
            open = (0..providers.len()).filter(|&nth| may_go(nth)).collect();
        }
        match &plan.choice {
            Choosing::Primary => open.first().copied(),
            Choosing::LeastLoaded => open.into_iter().min_by_key(|&nth| {
                let gauges = &self.books.groups[providers[nth].group];
                gauges.queue.level() + gauges.busy.level()
            }),
            Choosing::Weighted(weights) => {
                let purpose = self.keys.routes[route.index()].choice;
                let all: f64 = open.iter().map(|&nth| weights[nth]).sum();
                let mut left = uniform(&mut luck.draws(purpose)) * all;
                let last = open.last().copied();
                let picked = open.into_iter().find(|&nth| {
                    left -= weights[nth];
                    left < 0.0
                });
                picked.or(last)
            }
        }
    }

    /// A carrier's answer to a submission is told to the routes that lead there.
    #[inline(never)]
    pub(super) fn note_answer(&mut self, id: TaskId, group: usize, is_refused: bool) {
        let took = self.now.since(self.tasks[id].since);
        // A permanent error is the message's own.
        let permanent = |answer: Verdict| answer.error() == Some(Error::Permanent);
        let is_error =
            is_refused && !self.visits.own(id).is_some_and(|visit| permanent(visit.answer));
        for &(route, nth) in &self.routes.watchers[group] {
            let provider = &mut self.routes.all[route].providers[nth];
            let turn =
                provider.health.as_mut().and_then(|health| health.note(self.now, is_error, took));
            provider.turn(turn, self.now);
        }
    }
}
