//! A message and a carrier: it waits, is submitted, acknowledged, held, delivered.

use std::collections::BTreeMap;

use super::event::Event;
use super::run::Run;
use super::task::{Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::carrier::overload::Excess;
use crate::carrier::{Meter, Overload, Verdict};
use crate::engine::random::uniform;
use crate::engine::{Queue, SimDuration, SimTime};
use crate::measure::CarrierRecord;
use crate::model::{GroupId, Model};

/// A message that a carrier has refused.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    /// When the message came for the carrier.
    came: SimTime,
    /// How long it waited in our queue, before all submissions so far.
    waited: SimDuration,
    /// How often it was refused.
    times: u32,
}

/// A carrier as it is now, seen from our side.
#[derive(Debug)]
pub(super) struct CarrierState {
    pub(super) group: usize,
    /// Messages that wait with us.
    pub(super) queue: Queue<Task>,
    /// Messages that it refused; they go first.
    pub(super) refused: Queue<Task>,
    /// What it refused and has not taken since.
    refusals: BTreeMap<TaskId, Refusal>,
    /// Submissions without acknowledgement, and how many there may be.
    outstanding: u32,
    window: u32,
    /// What the carrier takes, where it is the carrier that minds.
    limit: Option<Meter>,
    /// What we submit at most, of our own accord.
    pace: Option<Meter>,
    /// Nothing is submitted before.
    paused_until: SimTime,
    /// When the next submission is to be tried; an event for another time is stale.
    try_at: SimTime,
    /// Messages that may wait with us.
    room: u32,
    pub(super) record: CarrierRecord,
}

impl CarrierState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let mut carriers = Vec::with_capacity(model.carriers() as usize);
        for (group, plan) in model.groups.iter().enumerate() {
            let template = &plan.template;
            for member in 0..plan.count as usize {
                let rate =
                    plan.rates.get(member).map(|&rate| Meter::new(rate, plan.bursts[member]));
                let own = template.pace.map(|pace| Meter::new(pace, 1));
                let (limit, pace) = match template.overload {
                    // We keep to its rate, so there is nothing left for it to mind.
                    Overload::Paced => (None, rate.or(own)),
                    Overload::Throttle(_) | Overload::Drop(_) | Overload::Hold(_) => (rate, own),
                };
                carriers.push(Self {
                    group,
                    queue: Queue::new(),
                    refused: Queue::new(),
                    refusals: BTreeMap::new(),
                    outstanding: 0,
                    window: template.window.unwrap_or(u32::MAX),
                    limit,
                    pace,
                    paused_until: SimTime::ZERO,
                    try_at: SimTime::MAX,
                    room: template.queue.room(plan.rate_of(member as u32)),
                    record: CarrierRecord::default(),
                });
            }
        }
        carriers
    }

    /// Messages that wait with us.
    pub(super) fn waiting(&self) -> u32 {
        self.queue.len() + self.refused.len()
    }

    /// From when on the next submission may go; never while its window is full.
    #[inline]
    fn opens_at(&self) -> SimTime {
        if self.outstanding >= self.window {
            return SimTime::MAX;
        }
        let paced = self.pace.map_or(SimTime::ZERO, |pace| pace.conforms_from());
        paced.max(self.paused_until)
    }

    /// Notes that one more may wait.
    fn note_length(&mut self) {
        self.record.queue_max = self.record.queue_max.max(u64::from(self.waiting()));
    }
}

impl<T: Trace> Run<'_, T> {
    /// A task comes for a carrier of `group`.
    pub(super) fn join_carrier(&mut self, id: TaskId, group: GroupId) {
        let plan = &self.model.groups[group.index()];
        let luck = self.tasks[id].luck;
        let member = plan.shares.pick(luck.draws(self.keys.groups[group.index()].member));
        let carrier = (plan.first + member) as usize;
        let station = self.station_of(group.index());
        let gauges = &mut self.books.groups[group.index()];
        gauges.window.arrived += 1;
        let state = &mut self.carriers[carrier];
        state.record.arrived += 1;
        let task = &mut self.tasks[id];
        task.pc = self.model.carrier_step;
        task.instance = carrier as u32;
        task.since = self.now;
        if state.waiting() == 0 && state.opens_at() <= self.now {
            return self.submit(id, carrier);
        }
        if self.tasks.is_invalid(id, self.now) {
            state.record.refused += 1;
            gauges.window.expired += 1;
            return self.end_invalid(id, station);
        }
        if state.waiting() >= state.room {
            state.record.refused += 1;
            gauges.window.rejected += 1;
            if T::ON {
                self.note_station(station, id, "is turned away: the queue is full");
            }
            return self.turn_away(id, Outcome::Rejected, station);
        }
        self.tasks[id].state = State::AwaitingCarrier;
        self.tasks.push_back(&mut state.queue, id);
        state.note_length();
        gauges.queue.rise(self.now);
        if let Some(age) = plan.template.queue.age_at_most {
            self.watch(self.first_carrier_queue + carrier, age);
        }
        if T::ON {
            self.note_station(station, id, "waits");
        }
        self.submit_what_may_go(carrier);
    }

    /// The station of a group.
    #[inline]
    fn station_of(&self, group: usize) -> usize {
        self.model.services.len() + group
    }

    /// A pause or a pace may be over.
    pub(super) fn on_pace(&mut self, carrier: u32) {
        let state = &mut self.carriers[carrier as usize];
        if state.try_at == self.now {
            state.try_at = SimTime::MAX;
            self.books.events += 1;
            self.submit_what_may_go(carrier as usize);
        }
    }

    /// Submits from the head of the queue until window, pace or pause forbid.
    fn submit_what_may_go(&mut self, carrier: usize) {
        loop {
            let state = &mut self.carriers[carrier];
            let from = state.opens_at();
            if state.waiting() == 0 || from == SimTime::MAX {
                return;
            }
            if from > self.now {
                if state.try_at != from {
                    state.try_at = from;
                    self.calendar.schedule(from, Event::Pace(carrier as u32).pack());
                }
                return;
            }
            let first = self.tasks.pop_front(&mut state.refused);
            if let Some(id) = first.or_else(|| self.tasks.pop_front(&mut state.queue)) {
                self.books.groups[state.group].queue.fall(self.now);
                self.submit(id, carrier);
            }
        }
    }

    /// Submits a message that is in no queue, or no longer.
    fn submit(&mut self, id: TaskId, carrier: usize) {
        let state = &mut self.carriers[carrier];
        if let Some(pace) = &mut state.pace {
            pace.take(self.now);
        }
        let group = state.group;
        let template = &self.model.groups[group].template;
        let task = &mut self.tasks[id];
        let refusal = state.refusals.get(&id).copied();
        let waited = refusal.map_or(SimDuration::ZERO, |refusal| refusal.waited);
        let wait = waited + self.now.since(task.since);
        let over = state.limit.as_mut().is_some_and(|limit| !limit.take(self.now));
        let verdict = if over {
            template.overload.on_excess(Excess { now: self.now })
        } else {
            Verdict::Accept
        };
        let keys = self.keys.groups[group];
        let next = match verdict {
            Verdict::Accept | Verdict::Hold { .. }
                if is_lost(template.silent_loss, task, keys.loss) =>
            {
                State::Dropping
            }
            Verdict::Accept => State::Accepting,
            Verdict::Throttle { .. } => State::Refusing,
            Verdict::Drop => State::Dropping,
            Verdict::Hold { .. } => State::Holding,
        };
        let times = refusal.map_or(0, |refusal| refusal.times);
        let came = refusal.map_or(task.since, |refusal| refusal.came);
        task.since = self.now;
        state.outstanding += 1;
        state.record.submitted += 1;
        let source = task.source;
        let luck = task.luck;
        self.books.groups[group].busy.rise(self.now);
        if next == State::Refusing {
            state.refusals.insert(id, Refusal { came, waited: wait, times: times + 1 });
        } else {
            // Its wait is over now, and counts as one, however often it was refused.
            state.refusals.remove(&id);
            state.record.wait_sum += u128::from(wait.ns());
            state.record.wait_max = state.record.wait_max.max(wait);
            self.books.groups[group].started(wait);
            self.books.started(source, self.station_of(group), wait);
        }
        if T::ON {
            let name = self.carrier_name(carrier);
            self.note_task(id, format_args!("is submitted to `{name}`"));
        }
        if times == 0 {
            return self.stay_drawn(id, next, &template.round_trip, keys.round_trip);
        }
        // Each submission has a round trip of its own.
        let luck = luck.child(self.keys.retry, u64::from(times));
        let length = template.round_trip.sample(&mut luck.draws(keys.round_trip));
        self.stay(id, next, length);
    }

    /// The carrier's answer to a submission reaches us.
    pub(super) fn on_acknowledged(&mut self, id: TaskId) {
        let task = self.tasks[id];
        let carrier = task.instance as usize;
        let group = self.carriers[carrier].group;
        let state = &mut self.carriers[carrier];
        state.outstanding -= 1;
        state.record.outstanding += u128::from(self.now.since(task.since).ns());
        let gauges = &mut self.books.groups[group];
        gauges.busy.fall(self.now);
        let overload = self.model.groups[group].template.overload;
        if task.state == State::Refusing {
            let Verdict::Throttle { pause } = overload.on_excess(Excess { now: task.since }) else {
                unreachable!("only a throttling carrier refuses")
            };
            if task.flags.has(Flags::WITHDRAWN) {
                self.note_refusal(carrier, pause);
                self.end_withdrawn(id, carrier);
            } else {
                self.put_back(id, carrier, pause);
            }
        } else {
            state.record.accepted += 1;
            gauges.window.served += 1;
            // A caller has its answer now; what becomes of the message goes its own way.
            let part = if task.flags.has(Flags::CALL) { self.split(id) } else { id };
            match task.state {
                State::Dropping => {
                    self.carriers[carrier].record.dropped += 1;
                    self.books.groups[group].window.dropped += 1;
                    let station = self.station_of(group);
                    self.lose(part, station);
                }
                State::Holding => {
                    let Verdict::Hold { until } = overload.on_excess(Excess { now: task.since })
                    else {
                        unreachable!("only a holding carrier holds")
                    };
                    self.carriers[carrier].record.held += 1;
                    self.books.groups[group].window.held += 1;
                    self.stay(part, State::Held, until.since(self.now));
                }
                _ => self.deliver(part),
            }
        }
        self.submit_what_may_go(carrier);
    }

    /// A refused message goes back ahead of those that have not been submitted yet, and nothing is
    /// submitted for `pause`. Its age counts from when it first came.
    fn put_back(&mut self, id: TaskId, carrier: usize, pause: SimDuration) {
        self.note_refusal(carrier, pause);
        let state = &mut self.carriers[carrier];
        self.books.groups[state.group].queue.rise(self.now);
        let task = &mut self.tasks[id];
        task.state = State::AwaitingAgain;
        task.since = self.now;
        // Answers may overtake one another: who came first is first again.
        let came = state.refusals[&id].came;
        let is_ahead = |other: TaskId| state.refusals[&other].came <= came;
        self.tasks.insert_in_order(&mut state.refused, id, is_ahead);
        state.note_length();
        let age = self.model.groups[state.group].template.queue.age_at_most;
        if let Some(age) = age {
            self.watch_from(self.first_carrier_queue + carrier, (came + age).max(self.now));
        }
        if self.tasks.is_invalid(id, self.now) {
            self.expire_if_waiting(id);
        }
    }

    /// A carrier has refused a submission: nothing is submitted for `pause`.
    fn note_refusal(&mut self, carrier: usize, pause: SimDuration) {
        let state = &mut self.carriers[carrier];
        state.record.throttled += 1;
        state.paused_until = state.paused_until.max(self.now + pause);
        self.books.groups[state.group].window.throttled += 1;
    }

    /// A submission that the carrier refused is not made again: its caller cancelled it meanwhile.
    fn end_withdrawn(&mut self, id: TaskId, carrier: usize) {
        let state = &mut self.carriers[carrier];
        let refusal = state.refusals.remove(&id).expect("noted when it was submitted");
        let window = &mut self.books.groups[state.group].window;
        window.cancelled += 1;
        window.withdrawn += 1;
        window.unserved_wait_sum += u128::from(refusal.waited.ns());
        self.end_orphan(id);
    }

    /// How long a message waited in our queue before submissions that its carrier refused.
    pub(super) fn waited_before_refusals(&self, id: TaskId) -> SimDuration {
        let state = &self.carriers[self.tasks[id].instance as usize];
        state.refusals.get(&id).map_or(SimDuration::ZERO, |refusal| refusal.waited)
    }

    /// Who has waited longest for a carrier, and since when.
    pub(super) fn oldest_at_carrier(&self, carrier: usize) -> Option<(TaskId, SimTime)> {
        let state = &self.carriers[carrier];
        let front = |queue: &Queue<Task>| queue.front().map(|id| TaskId(id.number()));
        let refused = front(&state.refused).map(|id| (id, state.refusals[&id].came));
        let waiting = front(&state.queue).map(|id| (id, self.tasks[id].since));
        refused.into_iter().chain(waiting).min_by_key(|(_, came)| *came)
    }

    /// Answers a call to a carrier; the message goes on as a branch of its own.
    fn split(&mut self, id: TaskId) -> TaskId {
        let call = self.tasks[id];
        let (flags, root) = self.lineage(id);
        let branch = self.tasks.insert(Task { flags, root, parent: TaskId::NONE, ..call });
        self.tasks.inherit(branch, id);
        self.tasks.start_notes(branch);
        self.open_branch(branch);
        self.reply(id, Outcome::Delivered);
        branch
    }

    /// The carrier sends the message on to its recipient.
    pub(super) fn deliver(&mut self, id: TaskId) {
        let task = &self.tasks[id];
        let group = self.carriers[task.instance as usize].group;
        let delivery = &self.model.groups[group].template.delivery;
        let purpose = self.keys.groups[group].delivery;
        self.stay_drawn(id, State::Delivering, delivery, purpose);
    }

    /// The message has reached its recipient.
    pub(super) fn on_delivered(&mut self, id: TaskId) {
        self.end_part(id, Outcome::Delivered);
    }

    /// Takes a message that waited too long out of a carrier's queue; the station it waited at.
    pub(super) fn expire_at_carrier(&mut self, id: TaskId) -> usize {
        let group = self.leave_carrier_queue(id);
        self.carriers[self.tasks[id].instance as usize].record.refused += 1;
        self.books.groups[group].window.expired += 1;
        self.station_of(group)
    }

    /// Takes a message whose caller has cancelled it out of a carrier's queue.
    pub(super) fn withdraw(&mut self, id: TaskId) {
        let group = self.leave_carrier_queue(id);
        let window = &mut self.books.groups[group].window;
        window.cancelled += 1;
        window.withdrawn += 1;
    }

    fn leave_carrier_queue(&mut self, id: TaskId) -> usize {
        let state = &mut self.carriers[self.tasks[id].instance as usize];
        let refused = self.tasks[id].state == State::AwaitingAgain;
        let queue = if refused { &mut state.refused } else { &mut state.queue };
        self.tasks.unlink(queue, id);
        let refusal = state.refusals.remove(&id);
        let waited = refusal.map_or(SimDuration::ZERO, |refusal| refusal.waited);
        let wait = waited + self.now.since(self.tasks[id].since);
        self.books.groups[state.group].left_unserved(self.now, wait);
        state.group
    }

    fn carrier_name(&self, carrier: usize) -> String {
        let group = &self.model.groups[self.carriers[carrier].group];
        group.member_name(carrier as u32 - group.first)
    }
}

/// Whether the carrier loses this message without a word.
#[inline]
fn is_lost(share: f64, task: &Task, purpose: crate::engine::Purpose) -> bool {
    share > 0.0 && uniform(&mut task.luck.draws(purpose)) < share
}
