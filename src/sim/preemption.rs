//! Preemptive priority: a task takes the worker of one that is less urgent.

use super::run::Run;
use super::services::Computing;
use super::task::{Due, State, TaskId};
use super::trace::Trace;
use crate::engine::SimDuration;
use crate::measure::Doing;

impl<T: Trace> Run<'_, T> {
    /// Whether a task takes the worker of one that is less urgent, who goes back in line.
    #[inline(never)]
    pub(super) fn preempt(&mut self, id: TaskId, service: usize, is_counted: bool) -> bool {
        let discipline = &self.model.services[service].pool.discipline;
        if !discipline.is_preemptive() {
            return false;
        }
        let level_of = |run: &Self, id: TaskId| {
            discipline.level_of(run.sources[usize::from(run.tasks[id].source)].class)
        };
        let level = level_of(self, id);
        let state = &self.services[service];
        let shares = state.shares_a_queue();
        let (instance, cell_size) = (self.tasks[id].instance, state.cell_size);
        let near = match shares {
            true => {
                let first = instance / cell_size * cell_size;
                first as usize..(first + cell_size) as usize
            }
            false => instance as usize..instance as usize + 1,
        };
        // The least urgent, and of those the one that began last. Whoever is done now has no
        // use for its worker any more.
        let computing = state.computing[near].iter().flatten().copied();
        let worst = computing
            .filter(|other| other.ends > self.now)
            .map(|other| (level_of(self, other.task), other))
            .max_by_key(|(level, other)| (*level, other.began));
        let Some((_, Computing { task: victim, began, work, .. })) =
            worst.filter(|(other, _)| *other > level)
        else {
            return false;
        };
        let now = self.now;
        let instance = self.tasks[victim].instance;
        let done = self.model.services[service].pace.work_done(instance, began, now);
        let left = SimDuration::from_ns(work.ns().saturating_sub(done.ns()));
        self.let_core_go(service, instance);
        let ticket = self.ticket(victim, service);
        self.charge(victim, service, Doing::Work);
        let state = &mut self.services[service];
        state.computing[instance as usize].retain(|other| other.task != victim);
        state.gauges.window.preempted += 1;
        state.gauges.queue.rise(now);
        let task = &mut self.tasks[victim];
        (task.state, task.since, task.due) = (State::Queued, now, Due::rest(left));
        let (pool, place) = state.pool_of(instance);
        if !pool.shares_a_queue() {
            // Both are at the instance now, one of them waiting.
            pool.joined(place);
        }
        self.tasks.put_back(pool.queue_of(place), victim, ticket);
        self.watch_age(victim, service);
        if T::ON {
            self.note_station(service, victim, "loses its worker");
        }
        self.tasks[id].instance = instance;
        self.services[service].cell_of(instance).0.held += 1;
        let mut wait = SimDuration::ZERO;
        if is_counted {
            self.services[service].gauges.queue.fall(now);
            wait = now.since(self.tasks[id].since);
        }
        self.take(id, service, wait);
        if self.tasks.is_invalid(victim, now) {
            self.expire_if_waiting(victim);
        }
        true
    }
}
