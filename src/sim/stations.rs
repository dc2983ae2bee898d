//! A task at a service: it finds a worker, waits, is turned away, lets the worker go.

use std::fmt;

use rand::Rng;

use super::event::Event;
use super::luck::foresee;
use super::run::Run;
use super::services::queues;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::random::below;
use crate::engine::{Luck, SimDuration, SimTime};
use crate::measure::Doing;
use crate::model::{Resource, Step};
use crate::service::admission::Question;
use crate::service::pool::Admission;
use crate::service::{Door, line};

/// What a line that is first in, first out need not know.
const PLAIN_TICKET: line::Ticket =
    line::Ticket { now: SimTime::ZERO, level: 0, sender: 0, deadline: SimTime::MAX };

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
        let state = &mut self.services[service];
        if !state.is_simple {
            return self.join_by_rules(id, service);
        }
        state.gauges.window.arrived += 1;
        let pool = &mut state.cells[0].pool;
        let draws = || self.tasks[id].luck.draws(self.keys.services[service]);
        match pool.admit(draws, |_| false) {
            Admission::Start(place) => {
                pool.joined(place);
                pool.instances[place as usize].busy += 1;
                state.gauges.busy.rise(self.now);
                self.tasks[id].instance = place;
                self.take(id, service, SimDuration::ZERO);
            }
            Admission::Wait(place) => {
                if !pool.shares_a_queue() {
                    pool.joined(place);
                }
                state.gauges.queue.rise(self.now);
                let task = &mut self.tasks[id];
                (task.instance, task.since, task.state) = (place, self.now, State::Queued);
                self.tasks.line_up(pool.queue_of(place), id, PLAIN_TICKET);
                if T::ON {
                    self.note_station(service, id, "waits");
                }
            }
            Admission::Reject(_) => self.refuse(id, service, "is turned away: the queue is full"),
        }
    }

    /// A task comes to a service that asks more of it than room, or has a router.
    #[inline(never)]
    fn join_by_rules(&mut self, id: TaskId, service: usize) {
        match &self.model.services[service].router {
            Some(router) => {
                // What was foreseen of its first step is forgotten, and drawn again as it was.
                self.stay_drawn(id, State::Routing, router, self.keys.routers[service]);
            }
            None => self.pass_door(id, service),
        }
    }

    /// A task comes out of the router of its service.
    pub(super) fn leave_router(&mut self, id: TaskId) {
        let service = self.own_service(id);
        self.pass_door(id, service);
    }

    /// A task stands at the door of a service: it has to pass the limits there.
    fn pass_door(&mut self, id: TaskId, service: usize) {
        self.services[service].gauges.window.arrived += 1;
        if self.is_late(id, service) {
            return self.drop_late(id, service);
        }
        if let Some(resource) = self.model.services[service].out_of {
            let why = match resource {
                Resource::Peers => "is turned away: no instance has room for its peers",
                Resource::Threads => "is turned away: no instance has threads enough",
                Resource::Files => "is turned away: no instance has file handles enough",
            };
            if resource == Resource::Files {
                self.services[service].gauges.window.out_of_files += 1;
            }
            return self.refuse(id, service, why);
        }
        if let Some(gate) = &mut self.services[service].gate {
            let class = self.sources[usize::from(self.tasks[id].source)].class as u32;
            let sender = self.tasks.sender(id);
            match gate.admit(self.now, Question { sender, class }) {
                Door::Open => {}
                Door::Shut => return self.refuse(id, service, "is turned away: over its limit"),
                Door::Later(_) if self.tasks.is_invalid(id, self.now) => {
                    return self.expire_at_door(id, service, false);
                }
                Door::Later(at) => {
                    self.tasks[id].since = self.now;
                    self.services[service].gauges.queue.rise(self.now);
                    return self.stay(id, State::AtDoor, at.since(self.now));
                }
            }
        }
        self.admit(id, service, false);
    }

    /// A task has passed the limits at the door of its service, where it waited if it `is_counted`
    /// among those who wait.
    fn admit(&mut self, id: TaskId, service: usize, is_counted: bool) {
        let luck = self.tasks[id].luck;
        let purpose = self.keys.services[service];
        let index = self.cell_for(id, service);
        let state = &mut self.services[service];
        let (cell, first) = (&mut state.cells[index as usize], index * state.cell_size);
        let ejection = match self.tasks[id].flags.has(Flags::CALL) {
            true => self.guards[usize::from(self.tasks[id].site)].ejection.as_ref(),
            false => None,
        };
        let now = self.now;
        let is_out = |place| ejection.is_some_and(|out| out.is_ejected(now, first + place));
        let admission = cell.pool.admit(|| luck.draws(purpose), is_out);
        let (Admission::Start(place) | Admission::Wait(place) | Admission::Reject(place)) =
            admission;
        self.tasks[id].instance = first + place;
        if cell.links.is_some() && self.comes_in_over_link(id, service, is_counted) {
            return;
        }
        self.settle_in(id, service, admission, is_counted);
    }

    /// A task has come to the instance that was chosen for it.
    #[inline]
    fn settle_in(&mut self, id: TaskId, service: usize, admission: Admission, is_counted: bool) {
        let now = self.now;
        let instance = self.tasks[id].instance;
        let state = &mut self.services[service];
        if let Some(files) = state.files {
            let (pool, place) = state.pool_of(instance);
            let has = pool.instances[place as usize].busy + pool.queue_of(place).len();
            if has >= files {
                state.gauges.window.out_of_files += 1;
                let why = "is turned away: its instance is out of file handles";
                return self.leave_door(id, service, is_counted, why);
            }
        }
        if let Some(gate) = state.dagor.get_mut(instance as usize) {
            let (class, user) =
                (self.sources[usize::from(self.tasks[id].source)].class, self.tasks.sender(id));
            let plan = self.model.services[service].pool.admission.as_ref();
            let level = plan.map_or(0, |plan| plan.lanes.level_of(class));
            if !gate.admit(now, level, user) {
                let why = "is turned away: others are more urgent";
                return self.leave_door(id, service, is_counted, why);
            }
        }
        match admission {
            Admission::Start(place) => {
                let (cell, _) = state.cell_of(instance);
                cell.held += 1;
                cell.pool.joined(place);
                cell.pool.instances[place as usize].busy += 1;
                state.gauges.busy.rise(now);
                let wait = match is_counted {
                    true => {
                        state.gauges.queue.fall(now);
                        now.since(self.tasks[id].since)
                    }
                    false => SimDuration::ZERO,
                };
                self.take(id, service, wait);
            }
            // Who loses a worker goes back in line, whatever bound its length has.
            Admission::Wait(_) | Admission::Reject(_) if self.preempt(id, service, is_counted) => {}
            Admission::Wait(_) | Admission::Reject(_) if self.tasks.is_invalid(id, now) => {
                self.expire_at_door(id, service, is_counted);
            }
            Admission::Wait(_) => self.enqueue(id, service, is_counted),
            Admission::Reject(_) => self.give_way(id, service, is_counted),
        }
    }

    /// A task has come in over the link of its instance.
    pub(super) fn on_entered(&mut self, id: TaskId) {
        let service = self.own_service(id);
        if self.is_late(id, service) {
            self.leave_link(id);
            return self.drop_late(id, service);
        }
        let instance = self.tasks[id].instance;
        let (cell, place) = self.services[service].cell_of(instance);
        // From here on it counts as whatever it becomes there.
        cell.held -= 1;
        cell.pool.left(place);
        let admission = cell.pool.admit_at(place);
        self.settle_in(id, service, admission, true);
    }

    /// The cell that a task goes to.
    fn cell_for(&self, id: TaskId, service: usize) -> u32 {
        let cells = &self.services[service].cells;
        let count = cells.len() as u32;
        if count == 1 {
            return 0;
        }
        // What a sender draws is the same for all of its messages.
        let sender = Luck::of_message(self.keys.cells[service], self.tasks.sender(id).into());
        let mut sender = sender.draws(self.keys.services[service]);
        match &self.model.services[service].pool.shuffle_sharding {
            None => below(&mut sender, count),
            Some(sharding) => {
                let message = self.tasks[id].luck.draws(self.keys.hands[service]);
                sharding.cell(count, sender, message, |cell| cells[cell as usize].held)
            }
        }
    }

    /// There is no room to wait: somebody else may give way.
    #[inline(never)]
    fn give_way(&mut self, id: TaskId, service: usize, is_counted: bool) {
        let instance = self.tasks[id].instance;
        let (pool, place) = self.services[service].pool_of(instance);
        let draw = self.tasks[id].luck.draws(self.keys.victims[service]).next_u64();
        let victim = pool.queue_of(place).victim(draw).map(|victim| TaskId(victim.number()));
        let Some(victim) = victim else {
            return self.leave_door(id, service, is_counted, "is turned away: the queue is full");
        };
        self.dequeue(victim);
        self.enqueue(id, service, is_counted);
        self.refuse(victim, service, "is turned away: it gives way to another");
    }

    /// A task that may have waited at the door is turned away.
    #[inline(never)]
    fn leave_door(&mut self, id: TaskId, service: usize, is_counted: bool, why: &str) {
        if is_counted {
            let wait = self.now.since(self.tasks[id].since);
            self.services[service].gauges.left_unserved(self.now, wait);
        }
        self.refuse(id, service, why);
    }

    /// A task may not even wait.
    #[inline(never)]
    fn refuse(&mut self, id: TaskId, service: usize, why: &str) {
        self.services[service].gauges.window.rejected += 1;
        if T::ON {
            self.note_station(service, id, why);
        }
        self.turn_away(id, Outcome::Rejected, service);
    }

    fn enqueue(&mut self, id: TaskId, service: usize, is_counted: bool) {
        let ticket = self.ticket(id, service);
        let state = &mut self.services[service];
        let task = &mut self.tasks[id];
        let instance = task.instance;
        task.state = State::Queued;
        if !is_counted {
            task.since = self.now;
            state.gauges.queue.rise(self.now);
        }
        let (cell, place) = state.cell_of(instance);
        cell.held += 1;
        let pool = &mut cell.pool;
        if !pool.shares_a_queue() {
            pool.joined(place);
        }
        self.tasks.line_up(pool.queue_of(place), id, ticket);
        self.watch_age(id, service);
        if T::ON {
            self.note_station(service, id, "waits");
        }
    }

    /// A task that has joined a line may stand there only for so long.
    #[inline]
    pub(super) fn watch_age(&mut self, id: TaskId, service: usize) {
        if let Some(age) = self.model.services[service].pool.queue.age_at_most {
            self.tasks.join_line_at(id, self.now);
            let queue = self.services[service].queue_at(self.tasks[id].instance);
            self.watch(queue, age);
        }
    }

    /// What decides where a task stands in line.
    #[inline(never)]
    pub(super) fn ticket(&self, id: TaskId, service: usize) -> line::Ticket {
        let discipline = &self.model.services[service].pool.discipline;
        let class = self.sources[usize::from(self.tasks[id].source)].class;
        let deadline = match (self.tasks.notes(id).deadline, self.model.classes[class].deadline) {
            // Nobody set one: what its class's targets want, if it is a message's any more.
            (SimTime::MAX, Some(within)) => match self.lineage(id) {
                (_, TaskId::NONE) => SimTime::MAX,
                (_, root) => self.tasks[root].born + within,
            },
            (deadline, _) => deadline,
        };
        let (level, sender) = (discipline.level_of(class), self.tasks.sender(id));
        line::Ticket { now: self.now, level, sender, deadline }
    }

    /// The limits at the door let a task in at last.
    pub(super) fn let_in(&mut self, id: TaskId) {
        let service = self.own_service(id);
        if self.is_late(id, service) {
            let wait = self.now.since(self.tasks[id].since);
            self.services[service].gauges.left_unserved(self.now, wait);
            return self.drop_late(id, service);
        }
        self.admit(id, service, true);
    }

    /// A task leaves the door, where it waited, as its caller has cancelled it.
    pub(super) fn leave_gate(&mut self, id: TaskId) -> usize {
        let service = self.own_service(id);
        let wait = self.now.since(self.tasks[id].since);
        self.services[service].gauges.left_unserved(self.now, wait);
        service
    }

    /// A worker takes the task, which has waited for `wait`.
    #[inline(always)]
    pub(super) fn take(&mut self, id: TaskId, service: usize, wait: SimDuration) {
        let state = &mut self.services[service];
        let begins_at_once = state.begins_at_once;
        if !state.is_simple {
            let &Task { instance, due, .. } = &self.tasks[id];
            state.note_taken(instance, self.now, wait, due.is_rest());
        }
        state.gauges.started(wait);
        self.books.started(self.tasks[id].source, service, wait);
        if T::ON {
            self.note_station(service, id, "is taken by a worker");
        }
        if wait > SimDuration::ZERO {
            self.charge(id, service, Doing::Waiting);
        }
        self.tasks[id].since = self.now;
        let planned = self.step_of(id);
        if begins_at_once && let Step::Work(length) = planned.step {
            return self.stay_for_step(id, State::Computing, length, planned.purpose);
        }
        let task = &mut self.tasks[id];
        if task.due == Due::OPEN {
            // A draw takes its time: begun now, it is over when the task computes.
            task.due = foresee(planned, task.luck);
        }
        task.state = State::Stepping;
        self.todo.push(id);
    }

    /// A task's worker falls free, and takes the next that waits.
    #[inline]
    pub(super) fn let_worker_go(&mut self, service: usize, instance: u32) {
        if !self.services[service].is_simple {
            return self.let_worker_go_by_rules(service, instance);
        }
        let state = &mut self.services[service];
        let pool = &mut state.cells[0].pool;
        let Some((next, _)) = self.tasks.next_in_line(pool.queue_of(instance), self.now) else {
            pool.instances[instance as usize].busy -= 1;
            pool.left(instance);
            state.gauges.busy.fall(self.now);
            return;
        };
        if !pool.shares_a_queue() {
            pool.left(instance);
        }
        state.gauges.queue.fall(self.now);
        let task = &mut self.tasks[next];
        task.instance = instance;
        let wait = self.now.since(task.since);
        self.take(next, service, wait);
    }

    /// A worker falls free at a service that may give up some of those who wait.
    #[inline(never)]
    fn let_worker_go_by_rules(&mut self, service: usize, instance: u32) {
        loop {
            let state = &mut self.services[service];
            let (cell, place) = state.cell_of(instance);
            cell.held -= 1;
            let pool = &mut cell.pool;
            let next = self.tasks.next_in_line(pool.queue_of(place), self.now);
            let Some((next, is_served)) = next else {
                pool.instances[place as usize].busy -= 1;
                pool.left(place);
                state.gauges.busy.fall(self.now);
                return;
            };
            // In a shared queue the next was nobody's load: it takes the place of the one that left.
            if !pool.shares_a_queue() {
                pool.left(place);
            }
            state.gauges.queue.fall(self.now);
            let task = &mut self.tasks[next];
            task.instance = instance;
            let wait = self.now.since(task.since);
            if is_served && !self.is_late(next, service) {
                return self.take(next, service, wait);
            }
            let window = &mut self.services[service].gauges.window;
            window.unserved_wait_sum += u128::from(wait.ns());
            self.drop_late(next, service);
        }
    }

    /// Takes a waiting task out of its queue.
    pub(super) fn dequeue(&mut self, id: TaskId) -> usize {
        let service = self.own_service(id);
        let instance = self.tasks[id].instance;
        let wait = self.now.since(self.tasks[id].since);
        let state = &mut self.services[service];
        let is_simple = state.is_simple;
        let (cell, place) = state.cell_of(instance);
        cell.held -= u32::from(!is_simple);
        let pool = &mut cell.pool;
        self.tasks.leave_line(pool.queue_of(place), id);
        if !pool.shares_a_queue() {
            pool.left(place);
        }
        state.gauges.left_unserved(self.now, wait);
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
                let (pool, place) = run.services[service].pool_of(instance);
                let front = pool.queue_of(place).oldest();
                front.map(|id| TaskId(id.number())).map(|id| (id, run.tasks.joined_line_at(id)))
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
            let state = &self.services[service];
            let queue = queue - state.first_queue;
            if queue < queues(&self.model.services[service].pool) {
                // The first instance of the cell stands for those that share its queue.
                let instances = if state.shares_a_queue() { state.cell_size } else { 1 };
                return QueueOwner::Service { service, instance: queue as u32 * instances };
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
