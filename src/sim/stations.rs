//! A task at a service: it finds a worker, waits, is turned away, lets the worker go.

use std::fmt;

use super::event::Event;
use super::luck::foresee;
use super::run::Run;
use super::task::{Due, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::{SimDuration, SimTime};
use crate::measure::StationGauges;
use crate::model::{Model, Service, ServiceId, Step};
use crate::service::pool::Admission;
use crate::service::{Pool, PoolPlan};

/// A service as it is now.
#[derive(Debug)]
pub(super) struct ServiceState {
    pub(super) pool: Pool<Task>,
    pub(super) gauges: StationGauges,
    /// Whether who holds a worker computes, all the time: then cores need no counting.
    pub(super) only_computes: bool,
    /// The place of its first queue among all queues.
    first_queue: usize,
}

impl ServiceState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let mut first_queue = 0;
        let state = |(id, service): (u16, &Service)| {
            let pool = Pool::new(&service.pool);
            let only_computes = !pool.cores_are_scarce() && only_computes(model, ServiceId(id));
            let state = Self { pool, gauges: StationGauges::new(), only_computes, first_queue };
            first_queue += queues(&service.pool);
            state
        };
        (0..).zip(&model.services).map(state).collect()
    }
}

/// Whether all that a service's workers ever do takes a core, or no time.
fn only_computes(model: &Model, service: ServiceId) -> bool {
    let own = model.operations.iter().filter(|operation| operation.service == Some(service));
    own.map(|operation| &model.steps[usize::from(operation.first_step)..]).all(|steps| {
        let steps = || steps.iter().take_while(|step| !matches!(step, Step::End));
        let needs_no_wait = |step: &Step| matches!(step, Step::Work(_) | Step::HandTo { .. });
        steps().any(|step| matches!(step, Step::Work(_))) && steps().all(needs_no_wait)
    })
}

/// Queues of a service.
fn queues(pool: &PoolPlan) -> usize {
    if pool.balancer.shares_a_queue() { 1 } else { pool.instances as usize }
}

/// Queues of all services and carriers, the services' first.
pub(super) fn queues_of(model: &Model) -> usize {
    let services: usize = model.services.iter().map(|service| queues(&service.pool)).sum();
    services + model.carriers() as usize
}

impl<T: Trace> Run<'_, T> {
    /// The service of a task that has one.
    #[inline]
    pub(super) fn own_service(&self, id: TaskId) -> usize {
        self.step_of(id).own_service()
    }

    /// A task stands at the door of the service of its step.
    #[inline(always)]
    pub(super) fn join_service(&mut self, id: TaskId) {
        let service = self.own_service(id);
        let luck = self.tasks[id].luck;
        let purpose = self.keys.services[service];
        let state = &mut self.services[service];
        state.gauges.window.arrived += 1;
        match state.pool.admit(|| luck.draws(purpose)) {
            Admission::Start(instance) => {
                state.pool.joined(instance);
                state.pool.instances[instance as usize].busy += 1;
                state.gauges.busy.rise(self.now);
                self.tasks[id].instance = instance;
                self.take(id, service, SimDuration::ZERO);
            }
            Admission::Wait(instance) => self.enqueue(id, service, instance),
            Admission::Reject => {
                state.gauges.window.rejected += 1;
                if T::ON {
                    self.note_station(service, id, "is turned away: the queue is full");
                }
                self.turn_away(id, Outcome::Rejected, service);
            }
        }
    }

    fn enqueue(&mut self, id: TaskId, service: usize, instance: u32) {
        let state = &mut self.services[service];
        let task = &mut self.tasks[id];
        task.instance = instance;
        task.since = self.now;
        task.state = State::Queued;
        if !state.pool.shares_a_queue() {
            state.pool.joined(instance);
        }
        self.tasks.push_back(state.pool.queue_of(instance), id);
        state.gauges.queue.rise(self.now);
        if let Some(age) = self.model.services[service].pool.queue.age_at_most {
            let shared = state.pool.shares_a_queue();
            let queue = state.first_queue + if shared { 0 } else { instance as usize };
            self.watch(queue, age);
        }
        if T::ON {
            self.note_station(service, id, "waits");
        }
    }

    /// A worker takes the task, which has waited for `wait`.
    #[inline(always)]
    fn take(&mut self, id: TaskId, service: usize, wait: SimDuration) {
        if self.tasks[id].due == Due::OPEN {
            // A draw takes its time: begun now, it is over when the task computes.
            self.tasks[id].due = foresee(self.step_of(id), self.tasks[id].luck);
        }
        self.services[service].gauges.started(wait);
        self.books.started(self.tasks[id].source, service, wait);
        if T::ON {
            self.note_station(service, id, "is taken by a worker");
        }
        self.tasks[id].state = State::Stepping;
        self.todo.push(id);
    }

    /// A task's worker falls free, and takes the next that waits.
    #[inline]
    pub(super) fn let_worker_go(&mut self, service: usize, instance: u32) {
        let state = &mut self.services[service];
        let shared = state.pool.shares_a_queue();
        let next = self.tasks.pop_front(state.pool.queue_of(instance));
        let Some(next) = next else {
            state.pool.instances[instance as usize].busy -= 1;
            state.gauges.busy.fall(self.now);
            state.pool.left(instance);
            return;
        };
        state.gauges.queue.fall(self.now);
        // In a shared queue the next was nobody's load: it takes the place of the one that left.
        if !shared {
            state.pool.left(instance);
        }
        let task = &mut self.tasks[next];
        task.instance = instance;
        let wait = self.now.since(task.since);
        self.take(next, service, wait);
    }

    /// Takes a waiting task out of its queue.
    pub(super) fn dequeue(&mut self, id: TaskId) -> usize {
        let service = self.own_service(id);
        let instance = self.tasks[id].instance;
        let wait = self.now.since(self.tasks[id].since);
        let state = &mut self.services[service];
        self.tasks.unlink(state.pool.queue_of(instance), id);
        state.gauges.left_unserved(self.now, wait);
        if !state.pool.shares_a_queue() {
            state.pool.left(instance);
        }
        service
    }

    /// Watches the head of a queue whose messages may wait for `age` from now on: the head is the
    /// oldest, so one timer a queue is enough.
    pub(super) fn watch(&mut self, queue: usize, age: SimDuration) {
        if self.watched[queue] == SimTime::MAX {
            self.watched[queue] = self.now + age;
            self.schedule_after(age, Event::Expiry(queue as u32));
        }
    }

    /// Watches the head of a queue at `due`, or before.
    pub(super) fn watch_from(&mut self, queue: usize, due: SimTime) {
        if due < self.watched[queue] {
            self.watched[queue] = due;
            self.calendar.schedule(due, Event::Expiry(queue as u32).pack());
        }
    }

    /// The head of a queue may have waited too long: those that have leave, the next is watched.
    pub(super) fn on_expiry(&mut self, queue: u32) {
        if self.watched[queue as usize] != self.now {
            return;
        }
        let owner = self.owner_of_queue(queue as usize);
        let oldest = |run: &mut Self| match owner {
            QueueOwner::Service { service, instance } => {
                let front = run.services[service].pool.queue_of(instance).front();
                front.map(|id| TaskId(id.number())).map(|id| (id, run.tasks[id].since))
            }
            QueueOwner::Carrier(carrier) => run.oldest_at_carrier(carrier),
        };
        let age = match owner {
            QueueOwner::Service { service, .. } => {
                self.model.services[service].pool.queue.age_at_most
            }
            QueueOwner::Carrier(carrier) => {
                self.model.groups[self.carriers[carrier].group].template.queue.age_at_most
            }
        };
        let age = age.expect("only queues with a bound on age are watched");
        self.watched[queue as usize] = SimTime::MAX;
        while let Some((first, since)) = oldest(self) {
            if since + age > self.now {
                return self.watch_from(queue as usize, since + age);
            }
            self.books.events += 1;
            self.expire(first, owner);
        }
    }

    fn expire(&mut self, id: TaskId, owner: QueueOwner) {
        let station = match owner {
            QueueOwner::Service { .. } => {
                let service = self.dequeue(id);
                self.services[service].gauges.window.expired += 1;
                service
            }
            QueueOwner::Carrier(_) => self.expire_at_carrier(id),
        };
        if T::ON {
            self.note_station(station, id, "has waited too long");
        }
        self.turn_away(id, Outcome::Expired, station);
    }

    fn owner_of_queue(&self, queue: usize) -> QueueOwner {
        let services = self.services.partition_point(|service| service.first_queue <= queue);
        if let Some(service) = services.checked_sub(1) {
            let instance = queue - self.services[service].first_queue;
            if instance < queues(&self.model.services[service].pool) {
                return QueueOwner::Service { service, instance: instance as u32 };
            }
        }
        QueueOwner::Carrier(queue - self.first_carrier_queue)
    }

    /// Notes what a task does at a station.
    pub(super) fn note_station(&mut self, station: usize, id: TaskId, what: &str) {
        let station = crate::model::StationId::from_index(station);
        let name = self.model.station_name(station);
        self.note_task(id, format_args!("{what} at `{name}`"));
    }

    /// Notes what a task does, and for which message.
    pub(super) fn note_task(&mut self, id: TaskId, what: fmt::Arguments<'_>) {
        let task = id.0;
        match self.lineage(id) {
            (_, TaskId::NONE) => {
                self.trace.note(self.now, format_args!("for nobody: task {task} {what}"));
            }
            (_, TaskId(root)) => {
                self.trace.note(self.now, format_args!("message {root}: task {task} {what}"));
            }
        }
    }
}

/// Whose queue it is.
#[derive(Clone, Copy, Debug)]
enum QueueOwner {
    Service { service: usize, instance: u32 },
    Carrier(usize),
}
