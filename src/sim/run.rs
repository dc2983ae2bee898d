//! The state of a run, and the loop that takes one event after the other.

use super::books::Books;
use super::carriers::CarrierState;
use super::charges::{BYTES_OF_ACCOUNT, accounts_for, parts_of};
use super::event::Event;
use super::guards::{GuardState, keeps_notes};
use super::luck::Keys;
use super::quotas::QuotaState;
use super::routes::Routes;
use super::services::{ServiceState, queues_of};
use super::sessions::Sessions;
use super::sharing::SharedState;
use super::steps::PlannedStep;
use super::task::{Due, State, TaskId};
use super::tasks::{Tasks, Todo};
use super::trace::Trace;
use super::visits::{Visit, Visits};
use crate::carrier::Regimes;
use crate::dist::Dist;
use crate::engine::{Calendar, Key, LaneId, Occurrence, Purpose, SimDuration, SimTime, Ticket};
use crate::measure::{Bound, Measurements, Parts};
use crate::model::Model;

use super::arrivals::SourceState;

/// Memory that a message in the system takes beside its record, in bytes: its place in the
/// calendar, in a timer's ring, and the room that growing tables keep.
const BYTES_BESIDE_RECORD: u64 = 64;

/// Steps that may follow one another within one instant. Judgement: a fan-out of millions is far
/// below, and an endless loop is found within seconds.
const STEPS_OF_AN_INSTANT: u32 = 50_000_000;

/// One run in progress.
pub(super) struct Run<'m, T> {
    pub(super) model: &'m Model,
    pub(super) keys: Keys,
    /// The model's steps, each with all that is needed there.
    pub(super) steps: Vec<PlannedStep<'m>>,
    pub(super) now: SimTime,
    pub(super) calendar: Calendar,
    /// The ring of each constant delay.
    lanes: Vec<(SimDuration, LaneId)>,
    pub(super) tasks: Tasks,
    /// Tasks whose state ends at this very instant.
    pub(super) todo: Todo,
    pub(super) sources: Vec<SourceState>,
    pub(super) services: Vec<ServiceState>,
    pub(super) carriers: Vec<CarrierState>,
    /// Cores that workers share, instance by instance, of all services where they do.
    pub(super) shared: Vec<SharedState>,
    /// What is remembered of messages that carriers did not simply accept.
    pub(super) visits: Visits,
    /// Calls and visits under way.
    pub(super) sessions: Sessions,
    pub(super) regimes: Regimes,
    pub(super) routes: Routes,
    /// What carriers share.
    pub(super) quotas: Vec<QuotaState>,
    /// The place of the first carrier's queue among all queues.
    pub(super) first_carrier_queue: usize,
    /// By queue, services' first, then carriers': when its head is looked at for its age.
    pub(super) watched: Vec<SimTime>,
    /// By site: what its callers remember of their calls.
    pub(super) guards: Vec<GuardState>,
    /// Calls that a task has out, kept only where a timeout may cancel one that has.
    pub(super) offspring: Vec<super::calls::Offspring>,
    /// Whether the network of some service may be short.
    pub(super) has_links: bool,
    pub(super) books: Books,
    /// The parts of the time of messages.
    pub(super) parts: Parts,
    /// Memory that a task takes, in bytes, and tasks that there may be.
    bytes_of_task: u64,
    tasks_at_most: usize,
    pub(super) trace: T,
}

impl<'m, T: Trace> Run<'m, T> {
    /// A run at its start: every source has its first message scheduled, in name order.
    pub(super) fn new(model: &'m Model, replication: u32, trace: T) -> Self {
        let keys = Keys::new(model, replication);
        let mut calendar = Calendar::new();
        let lanes =
            model.constant_delays.iter().map(|&delay| (delay, calendar.add_lane())).collect();
        let notes = if keeps_notes(model) { size_of::<super::tasks::Notes>() as u64 } else { 0 };
        let is_plain = model.groups.iter().all(|group| group.template.is_plain());
        let visits = if is_plain { 0 } else { size_of::<Visit>() as u64 };
        let services = ServiceState::all(model);
        let accounts = accounts_for(model, &services);
        let account = if accounts.is_some() { BYTES_OF_ACCOUNT } else { 0 };
        let record = size_of::<super::task::Task>() as u64;
        let books = Books::new(model, accounts.is_some());
        let sources = SourceState::all(model, &keys);
        let mut run = Self {
            model,
            steps: PlannedStep::all(model, &keys),
            now: SimTime::ZERO,
            calendar,
            lanes,
            tasks: Tasks::new(
                model.services.iter().any(|service| service.pool.asks_for_senders())
                    || model.groups.iter().any(|group| group.template.asks_for_senders()),
                keeps_notes(model),
                model
                    .services
                    .iter()
                    .any(|service| !service.pool.limits.is_empty() || service.link.is_some()),
                model.has_validity(),
                accounts,
            ),
            guards: GuardState::all(model),
            todo: Todo::default(),
            sources,
            services,
            first_carrier_queue: queues_of(model) - model.carriers() as usize,
            carriers: CarrierState::all(model),
            shared: SharedState::all(model),
            visits: Visits::default(),
            routes: Routes::new(model),
            sessions: Sessions::default(),
            quotas: QuotaState::all(model),
            regimes: Regimes::new(&model.regimes, |name| {
                Key::new(model.run.seed, replication, name)
            }),
            watched: vec![SimTime::MAX; queues_of(model)],
            offspring: Vec::new(),
            has_links: model.has_links(),
            books,
            parts: parts_of(model),
            bytes_of_task: record + BYTES_BESIDE_RECORD + notes + visits + account,
            tasks_at_most: 0,
            trace,
            keys,
        };
        run.leave_memory_for(0);
        run.schedule_first_arrivals();
        run
    }

    /// Tasks may take what is left of the memory when accounts take so much.
    pub(super) fn leave_memory_for(&mut self, accounts: u64) {
        let left = self.model.run.memory_at_most.saturating_sub(accounts);
        // One instant step makes at most a few times 2¹⁶ tasks before the budget is looked at.
        let room = u64::from(super::event::MOST_INDEX) - (1 << 24);
        self.tasks_at_most = (left / self.bytes_of_task).min(room) as usize;
    }

    /// Runs to the horizon, or until a bound is reached, and closes the books.
    pub(super) fn finish(mut self) -> (Measurements, T) {
        let stopped = self.take_events();
        if stopped.is_none() {
            self.now = self.model.run.horizon;
        }
        self.close_books(stopped)
    }

    /// Takes events until the horizon, or until a bound is reached: which one.
    ///
    /// What every message passes through is inlined here: some twenty functions, where saving
    /// registers would cost as much as what they do.
    fn take_events(&mut self) -> Option<Bound> {
        // What would happen at the horizon itself happens after the run.
        let horizon = SimTime::from_ns(self.model.run.horizon.ns() - 1);
        let mut left = self.model.run.events_at_most.min(self.calendar.sequence_left() / 4);
        // Users who do not think ask at the very start.
        let stopped = self.work_off(None);
        if stopped.is_some() {
            return stopped;
        }
        while let Some(Occurrence { at, ticket, payload }) = self.next_event(horizon) {
            self.end_windows(at);
            self.now = at;
            let mut first = None;
            match Event::unpack(payload) {
                Event::Arrival(source) => self.on_arrival(source),
                Event::Wake(task) => first = self.on_wake(task, ticket),
                Event::Timeout(call) => self.on_timeout(call, ticket),
                Event::Hedge(call) => self.on_hedge(call, ticket),
                Event::Expiry(queue) => self.on_expiry(queue),
                Event::Pace(carrier) => self.on_pace(carrier),
                Event::Invalid(life) => self.on_invalid(life, ticket),
                Event::Shared(cores) => self.on_shared(cores, ticket),
                Event::Quota(quota) => self.on_quota(quota),
                Event::HangUp(session) => self.on_hang_up(session),
            }
            if first.is_some() || !self.todo.is_empty() || self.is_too_full() {
                let stopped = self.work_off(first);
                if stopped.is_some() {
                    return stopped;
                }
            }
            left -= 1;
            if left == 0 {
                return Some(Bound::Events);
            }
        }
        self.end_windows(horizon);
        None
    }

    /// Works off what follows at the same instant, in order: `first` goes on, then the others.
    #[inline]
    fn work_off(&mut self, first: Option<TaskId>) -> Option<Bound> {
        let mut left = STEPS_OF_AN_INSTANT;
        let mut next = first.or_else(|| self.todo.pop());
        while let Some(task) = next {
            self.go_on(task);
            left -= 1;
            if left == 0 {
                return Some(Bound::Instant);
            }
            if self.is_too_full() {
                break;
            }
            next = self.todo.pop();
        }
        self.is_too_full().then_some(Bound::Memory)
    }

    /// Whether there are more tasks than the memory budget allows.
    #[inline]
    pub(super) fn is_too_full(&self) -> bool {
        self.tasks.are_more_than(self.tasks_at_most)
    }

    /// The next event at or before the horizon; stale timers in rings are passed over.
    #[inline]
    fn next_event(&mut self, horizon: SimTime) -> Option<Occurrence> {
        let tasks = &self.tasks;
        self.calendar.pop(horizon, |event| match Event::unpack(event.payload) {
            Event::Wake(task) => tasks.even_freed(task).due.is_with(event.ticket),
            Event::Timeout(call) => tasks.is_timed_by(call, event.ticket),
            Event::Hedge(call) => tasks.notes(call).hedge == event.ticket,
            Event::Invalid(life) => tasks.is_life_timed_by(life, event.ticket),
            Event::Arrival(_)
            | Event::Expiry(_)
            | Event::Pace(_)
            | Event::Shared(_)
            | Event::Quota(_)
            | Event::HangUp(_) => true,
        })
    }

    /// A task's state ends now, unless the event is about an earlier task or state.
    #[inline(always)]
    fn on_wake(&mut self, id: TaskId, event: Ticket) -> Option<TaskId> {
        self.tasks.even_freed(id).due.is_with(event).then(|| {
            self.tasks[id].due = Due::OPEN;
            self.books.events += 1;
            self.charge_state(id);
            id
        })
    }

    /// What follows the end of a task's state.
    #[inline(always)]
    fn go_on(&mut self, id: TaskId) {
        match self.tasks[id].state {
            State::Stepping => {}
            State::Pausing => self.tasks[id].pc += 1,
            State::Computing => self.on_computed(id),
            State::Travelling => return self.arrive(id),
            State::Replying => return self.on_reply(id),
            State::BackingOff => return self.issue(id),
            State::Routing => return self.leave_router(id),
            State::AtDoor => return self.let_in(id),
            State::Entering => return self.on_entered(id),
            State::Returning => return self.on_answer(id),
            State::Withheld => return self.fail_unsent(id),
            State::Late => return self.shed(id),
            State::Scheduled => return self.on_scheduled(id),
            State::Accepting
            | State::Dropping
            | State::Holding
            | State::Refusing
            | State::Erring => return self.on_acknowledged(id),
            State::AwaitingResend => return self.on_resend(id),
            State::AwaitingCarrier => return self.expire_resent(id),
            State::Inviting => return self.on_timer(id),
            State::Held => return self.deliver(id),
            State::Delivering => return self.on_delivered(id),
            State::Queued
            | State::Ready
            | State::Calling
            | State::Hedging
            | State::AwaitingAgain
            | State::Joining
            | State::Settled => {
                unreachable!("these states end by another's doing, not by their own time")
            }
        }
        self.take_steps(id);
    }

    /// Puts a task into `state` for `length`; at its end the task goes on.
    #[inline(always)]
    pub(super) fn stay(&mut self, id: TaskId, state: State, length: SimDuration) {
        let task = &mut self.tasks[id];
        task.state = state;
        if length == SimDuration::ZERO {
            task.due = Due::OPEN;
            self.todo.push(id);
        } else {
            let event = self.calendar.schedule(self.now + length, Event::Wake(id).pack());
            task.due = Due::with(event);
        }
    }

    /// As [`Run::stay`], for a length that is the same each time: such events come in order.
    pub(super) fn stay_constant(&mut self, id: TaskId, state: State, length: SimDuration) {
        match self.lane_of(length) {
            Some(lane) if length > SimDuration::ZERO => {
                let wake = Event::Wake(id).pack();
                let event = self.calendar.schedule_in_lane(lane, self.now + length, wake);
                let task = &mut self.tasks[id];
                task.state = state;
                task.due = Due::with(event);
            }
            Some(_) | None => self.stay(id, state, length),
        }
    }

    /// Puts a task into `state` for a length drawn from `dist` by its own luck.
    #[inline(always)]
    pub(super) fn stay_drawn(&mut self, id: TaskId, state: State, dist: &Dist, purpose: Purpose) {
        match dist {
            Dist::Constant(length) => self.stay_constant(id, state, *length),
            _ => {
                let length = dist.sample(&mut self.tasks[id].luck.draws(purpose));
                self.stay(id, state, length);
            }
        }
    }

    /// Puts a task into `state` for the length of its step, which may be known already.
    #[inline(always)]
    pub(super) fn stay_for_step(
        &mut self,
        id: TaskId,
        state: State,
        dist: &Dist,
        purpose: Purpose,
    ) {
        match self.tasks[id].due.length() {
            Some(length) => self.stay(id, state, length),
            None => self.stay_drawn(id, state, dist, purpose),
        }
    }

    /// Puts an event off by a length that is the same each time.
    #[inline]
    pub(super) fn schedule_after(&mut self, length: SimDuration, event: Event) -> Ticket {
        let at = self.now + length;
        match self.lane_of(length) {
            Some(lane) => self.calendar.schedule_in_lane(lane, at, event.pack()),
            None => self.calendar.schedule(at, event.pack()),
        }
    }

    /// The ring for a constant delay. A model has few of them, so a scan beats a search.
    #[inline]
    fn lane_of(&self, length: SimDuration) -> Option<LaneId> {
        self.lanes.iter().find(|(delay, _)| *delay == length).map(|(_, lane)| *lane)
    }
}
