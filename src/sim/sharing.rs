//! Tasks that compute on cores which they share: they start, are done, are taken away.
//!
//! The cores of each instance have one event to come at most: when the first of those who compute
//! is done, or before. Where one more makes that later, the event finds nobody done and is put off;
//! where it comes sooner, another event takes its place, and the first is stale.
//!
//! Of `k` who compute on `C` cores, `C` count as being on a core and `k` − `C` as waiting for one,
//! whichever: each has waited for as long as it has been there without getting on.

use super::event::Event;
use super::run::Run;
use super::steps::PlannedStep;
use super::task::{Due, State, TaskId};
use super::trace::Trace;
use crate::dist::Dist;
use crate::engine::{SimDuration, SimTime, Ticket};
use crate::model::Model;
use crate::service::sharing::{Served, Speed};
use crate::service::{PoolPlan, SharedCores};

/// The cores of one instance, and what is to come there.
#[derive(Debug)]
pub(super) struct SharedState {
    service: u16,
    instance: u32,
    cores: SharedCores,
    /// The event to come; any other is stale.
    event: Ticket,
    /// When it comes.
    at: SimTime,
}

/// Instances of a pool whose cores are shared.
pub(super) fn shared_instances(pool: &PoolPlan) -> u32 {
    if pool.shares_cores() { pool.instances } else { 0 }
}

impl SharedState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let services = (0..).zip(&model.services);
        let instances = services.flat_map(|(service, plan)| {
            (0..shared_instances(&plan.pool)).map(move |instance| Self {
                service,
                instance,
                cores: SharedCores::new(plan.pool.cores),
                event: Ticket::NONE,
                at: SimTime::MAX,
            })
        });
        instances.collect()
    }
}

impl<T: Trace> Run<'_, T> {
    /// The task computes from now on, beside the others of its instance.
    #[inline(never)]
    pub(super) fn share_cores(&mut self, id: TaskId, planned: PlannedStep<'_>, length: &Dist) {
        let service = planned.own_service();
        let state = &mut self.services[service];
        let task = &mut self.tasks[id];
        let drawn = || length.sample(&mut task.luck.draws(planned.purpose));
        let own = task.due.length().unwrap_or_else(drawn);
        let instance = task.instance;
        state.settle_chatter(instance, self.now, &self.model.services[service].pace);
        let work = state.core_work(instance, self.now, own, false);
        state.occupancy(instance).on_core += 1;
        let index = state.first_shared + instance as usize;
        let shared = &mut self.shared[index];
        if shared.cores.len() < self.model.services[service].pool.cores {
            state.gauges.on_core.rise(self.now);
        } else {
            state.gauges.ready.rise(self.now);
        }
        let speed = Speed { pace: &self.model.services[service].pace, instance };
        let handle = shared.cores.start(id.0, work, self.now, speed);
        (task.state, task.since, task.due) = (State::Computing, self.now, Due::shared(handle));
        self.await_shared(index);
    }

    /// Some of those who share the cores of an instance may be done: they go on.
    #[inline(never)]
    pub(super) fn on_shared(&mut self, index: u32, event: Ticket) {
        let index = index as usize;
        let shared = &mut self.shared[index];
        if shared.event != event {
            return;
        }
        (shared.event, shared.at) = (Ticket::NONE, SimTime::MAX);
        let (service, instance) = (usize::from(shared.service), shared.instance);
        let speed = Speed { pace: &self.model.services[service].pace, instance };
        while let Some(done) = self.shared[index].cores.take_done(self.now, speed) {
            self.books.events += 1;
            let Served { task, core_time } = done;
            let id = TaskId(task);
            self.stop_sharing(id, service, core_time);
            let task = &mut self.tasks[id];
            (task.state, task.due) = (State::Stepping, Due::OPEN);
            task.pc += 1;
            self.todo.push(id);
        }
        self.await_shared(index);
    }

    /// A task that computes is cancelled.
    pub(super) fn leave_shared_cores(&mut self, id: TaskId, service: usize) {
        let instance = self.tasks[id].instance;
        let index = self.services[service].first_shared + instance as usize;
        let speed = Speed { pace: &self.model.services[service].pace, instance };
        let handle = self.tasks[id].due.handle();
        let core_time = self.shared[index].cores.take_away(handle, self.now, speed);
        self.stop_sharing(id, service, core_time);
        self.await_shared(index);
    }

    /// A task shares cores no longer, of which it had `core_time`.
    fn stop_sharing(&mut self, id: TaskId, service: usize, core_time: SimDuration) {
        let instance = self.tasks[id].instance;
        let state = &mut self.services[service];
        state.settle_chatter(instance, self.now, &self.model.services[service].pace);
        state.occupancy(instance).on_core -= 1;
        let index = state.first_shared + instance as usize;
        if self.shared[index].cores.len() < self.model.services[service].pool.cores {
            state.gauges.on_core.fall(self.now);
        } else {
            state.gauges.ready.fall(self.now);
        }
        let wait = self.now.since(self.tasks[id].since) - core_time;
        self.charge_shared(id, service, core_time);
        let state = &mut self.services[service];
        state.gauges.window.core_wait_sum += u128::from(wait.ns());
        self.books.waited_for_core(self.tasks[id].source, service, wait);
        if self.services[service].accounts_work {
            self.book_work(id, service, core_time);
        }
    }

    /// Sees to it that something comes when the first of those who share these cores is done.
    fn await_shared(&mut self, index: usize) {
        let shared = &mut self.shared[index];
        let ends = shared.cores.next_end();
        if ends < shared.at {
            shared.at = ends;
            shared.event = self.calendar.schedule(ends, Event::Shared(index as u32).pack());
        }
    }

    /// Books what those who share cores at the end of the run have waited for them.
    pub(super) fn count_shared_cores(&mut self) {
        for (_, task) in self.tasks.iter() {
            if task.state != State::Computing {
                continue;
            }
            let service = self.steps[usize::from(task.pc)].own_service();
            let state = &self.services[service];
            if !state.shares_cores {
                continue;
            }
            let speed = Speed { pace: &self.model.services[service].pace, instance: task.instance };
            let shared = &mut self.shared[state.first_shared + task.instance as usize];
            let core_time = shared.cores.core_time(task.due.handle(), self.now, speed);
            let wait = self.now.since(task.since) - core_time;
            self.books.share(task.source, service).core_age_sum += u128::from(wait.ns());
        }
    }
}
