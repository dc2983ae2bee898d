//! A message and a carrier: it waits, is submitted, acknowledged, held, delivered.

use super::event::Event;
use super::run::Run;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use super::visits::End;
use crate::carrier::{Overload, Verdict};
use crate::engine::random::uniform;
use crate::engine::{Id, SimDuration, SimTime};
use crate::measure::Doing;
use crate::model::{GroupId, QuotaId};
use crate::service::Ticket;

impl<T: Trace> Run<'_, T> {
    /// A task comes for a carrier of `group`.
    pub(super) fn join_carrier(&mut self, id: TaskId, group: GroupId) {
        let plan = &self.model.groups[group.index()];
        let luck = self.tasks[id].luck;
        let member = plan.shares.pick(luck.draws(self.keys.groups[group.index()].member));
        let carrier = (plan.first + member) as usize;
        let station = self.station_of(group.index());
        self.books.ledger(self.tasks[id].source, group.index()).came += 1;
        let gauges = &mut self.books.groups[group.index()];
        gauges.window.arrived += 1;
        let state = &mut self.carriers[carrier];
        state.record.arrived += 1;
        let task = &mut self.tasks[id];
        task.pc = self.model.carrier_step;
        task.instance = carrier as u32;
        task.since = self.now;
        if state.waiting() == 0 && state.opens_at(self.now) <= self.now && self.may_go(carrier) {
            return self.submit(id, carrier);
        }
        if self.tasks.is_invalid(id, self.now) {
            self.count_as_expired(id, group.index());
            return self.end_invalid(id, station);
        }
        if !self.carriers[carrier].has_room(|| self.segments(id)) {
            self.carriers[carrier].record.refused += 1;
            self.books.groups[group.index()].window.rejected += 1;
            if T::ON {
                self.note_station(station, id, "is turned away: the queue is full");
            }
            self.end_visit(id, End::Rejected);
            return self.turn_away(id, Outcome::Rejected, station);
        }
        self.line_up_for(id, carrier);
        if let Some(age) = plan.template.queue.age_at_most {
            self.watch(self.first_carrier_queue + carrier, age);
        }
        if T::ON {
            self.note_station(station, id, "waits");
        }
        self.submit_what_may_go(carrier);
    }

    /// A task takes its place in our queue for a carrier.
    #[inline]
    pub(super) fn line_up_for(&mut self, id: TaskId, carrier: usize) {
        let state = &mut self.carriers[carrier];
        let discipline = &self.model.groups[state.group].template.discipline;
        let task = &mut self.tasks[id];
        task.state = State::AwaitingCarrier;
        let class = self.sources[usize::from(task.source)].class;
        let ticket = Ticket {
            now: self.now,
            level: discipline.level_of(class),
            sender: self.tasks.sender(id),
            deadline: SimTime::MAX,
        };
        self.tasks.line_up(&mut state.queue, id, ticket);
        self.note_joined(id, carrier);
    }

    /// Who is next in our queue for a carrier.
    #[inline]
    fn next_for(&mut self, carrier: usize) -> Option<TaskId> {
        let next = self.tasks.next_in_line(&mut self.carriers[carrier].queue, self.now);
        next.map(|(id, is_served)| {
            debug_assert!(is_served, "no discipline of a carrier sheds");
            id
        })
    }

    /// Counts a task that has joined the line for a carrier.
    pub(super) fn note_joined(&mut self, id: TaskId, carrier: usize) {
        let state = &mut self.carriers[carrier];
        state.note_length();
        self.books.groups[state.group].queue.rise(self.now);
        if state.counts_segments() {
            let segments = self.segments(id);
            self.carriers[carrier].segments_joined(segments);
        }
    }

    /// A task has left the line for a carrier: its segments leave too, where they are counted.
    #[inline]
    fn forget_segments(&mut self, id: TaskId, carrier: usize) {
        if self.carriers[carrier].counts_segments() {
            let segments = self.segments(id);
            self.carriers[carrier].segments_left(segments);
        }
    }

    /// The station of a group.
    #[inline]
    pub(super) fn station_of(&self, group: usize) -> usize {
        self.model.services.len() + group
    }

    /// A pause or a pace may be over.
    pub(super) fn on_pace(&mut self, carrier: u32) {
        let state = &mut self.carriers[carrier as usize];
        if state.try_at == self.now {
            state.try_at = SimTime::MAX;
            self.books.events += 1;
            match &state.sessions {
                None => self.submit_what_may_go(carrier as usize),
                Some(_) => self.take_up_invites(carrier as usize),
            }
        }
    }

    /// Whether all quotas of a carrier are open, if it has any.
    #[inline]
    pub(super) fn may_go(&mut self, carrier: usize) -> bool {
        let group = self.carriers[carrier].group;
        let is_free = self.model.groups[group].template.quotas.is_empty();
        is_free || self.quotas_are_open(carrier, None)
    }

    /// A carrier has its turn at a quota: one message goes, if all else lets it.
    pub(super) fn submit_in_turn(&mut self, carrier: usize, turn: QuotaId) {
        let state = &mut self.carriers[carrier];
        if state.waiting() > 0
            && state.opens_at(self.now) <= self.now
            && self.quotas_are_open(carrier, Some(turn))
        {
            self.submit_first(carrier);
        }
        self.submit_what_may_go(carrier);
    }

    /// Submits the message that is next, unless it has expired.
    fn submit_first(&mut self, carrier: usize) {
        let state = &mut self.carriers[carrier];
        let first = self.tasks.pop_front(&mut state.refused);
        if let Some(id) = first.or_else(|| self.next_for(carrier)) {
            let group = self.carriers[carrier].group;
            self.books.groups[group].queue.fall(self.now);
            self.forget_segments(id, carrier);
            self.tasks[id].due = Due::OPEN;
            if !self.is_too_old(id, carrier) {
                self.submit(id, carrier);
            }
        }
    }

    /// Submits from the head of the queue until window, pace, pause or a quota forbid.
    pub(super) fn submit_what_may_go(&mut self, carrier: usize) {
        loop {
            let state = &mut self.carriers[carrier];
            let from = state.opens_at(self.now);
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
            if !self.may_go(carrier) {
                return;
            }
            self.submit_first(carrier);
        }
    }

    /// Submits a message that is in no queue, or no longer.
    pub(super) fn submit(&mut self, id: TaskId, carrier: usize) {
        let segments = self.segments(id);
        let group = self.carriers[carrier].group;
        self.charge(id, self.station_of(group), Doing::Waiting);
        self.carriers[carrier].take_pace(self.now, segments);
        let template = &self.model.groups[group].template;
        if !template.is_plain() {
            return self.submit_and_see(id, carrier, segments);
        }
        let keys = self.keys.groups[group];
        let task = &mut self.tasks[id];
        let next = match is_lost(template.silent_loss, task, keys.loss) {
            true => State::Dropping,
            false => State::Accepting,
        };
        let wait = self.now.since(task.since);
        task.since = self.now;
        self.go_out(id, carrier, segments, Some(wait));
        self.stay_drawn(id, next, &template.round_trip, keys.round_trip);
    }

    /// A submission goes out; `wait` is how long the message has waited, if there will be no
    /// further one.
    pub(super) fn go_out(
        &mut self,
        id: TaskId,
        carrier: usize,
        segments: u32,
        wait: Option<SimDuration>,
    ) {
        let state = &mut self.carriers[carrier];
        let group = state.group;
        state.outstanding += 1;
        state.record.submitted += 1;
        self.books.groups[group].busy.rise(self.now);
        // Where we keep to its rate, whatever we submit uses it; else what it has taken does.
        let is_paced = self.model.groups[group].template.overload == Overload::Paced;
        if is_paced || wait.is_some() {
            self.books.groups[group].window.segments += u64::from(segments);
        }
        if let Some(wait) = wait {
            // However often it was submitted, its wait counts as one.
            state.record.wait_sum += u128::from(wait.ns());
            state.record.wait_max = state.record.wait_max.max(wait);
            self.books.groups[group].started(wait);
            let source = self.tasks[id].source;
            self.books.started(source, self.station_of(group), wait);
        }
        if T::ON {
            let name = self.carrier_name(carrier);
            self.note_task(id, format_args!("is submitted to `{name}`"));
        }
    }

    /// The carrier's answer to a submission reaches us.
    pub(super) fn on_acknowledged(&mut self, id: TaskId) {
        let &Task { instance, since, state: comes_to, .. } = &self.tasks[id];
        let carrier = instance as usize;
        let state = &mut self.carriers[carrier];
        let group = state.group;
        state.outstanding -= 1;
        state.record.outstanding += u128::from(self.now.since(since).ns());
        self.books.groups[group].busy.fall(self.now);
        if !self.routes.is_empty() {
            let is_refused = matches!(comes_to, State::Refusing | State::Erring);
            self.note_answer(id, group, is_refused);
        }
        match comes_to {
            State::Refusing => self.on_refused(id, carrier),
            State::Erring => self.on_error(id, carrier),
            _ => self.on_accepted(id, carrier),
        }
        self.submit_what_may_go(carrier);
    }

    /// The carrier has accepted a message, or says so.
    fn on_accepted(&mut self, id: TaskId, carrier: usize) {
        let &Task { source, flags, state: comes_to, .. } = &self.tasks[id];
        let state = &mut self.carriers[carrier];
        let group = state.group;
        state.record.accepted += 1;
        self.books.groups[group].window.served += 1;
        self.books.ledger(source, group).report.delivered += 1;
        // A caller has its answer now; what becomes of the message goes its own way.
        let part = if flags.has(Flags::CALL) { self.split(id) } else { id };
        match comes_to {
            State::Dropping => {
                self.carriers[carrier].record.dropped += 1;
                self.books.groups[group].window.dropped += 1;
                let station = self.station_of(group);
                self.end_visit(part, End::Lost);
                self.lose(part, station);
            }
            State::Holding => {
                self.carriers[carrier].record.held += 1;
                self.books.groups[group].window.held += 1;
                let Verdict::Hold { until } = self.visits.own_mut(part).answer else {
                    unreachable!("what is held has such an answer")
                };
                self.leave_off(part);
                self.stay(part, State::Held, until.since(self.now));
            }
            _ => {
                self.leave_off(part);
                self.deliver(part);
            }
        }
    }

    /// How long a message waited in our queue before the submissions so far.
    pub(super) fn waited_before(&self, id: TaskId) -> SimDuration {
        self.visits.own(id).map_or(SimDuration::ZERO, |visit| visit.waited)
    }

    /// Who has waited longest for a carrier, and since when.
    pub(super) fn oldest_at_carrier(&self, carrier: usize) -> Option<(TaskId, SimTime)> {
        let state = &self.carriers[carrier];
        let named = |id: Id<Task>| TaskId(id.number());
        let came = |id| self.visits.own(id).map_or(SimTime::ZERO, |visit| visit.came);
        let refused = state.refused.front().map(named).map(|id| (id, came(id)));
        let waiting = state.queue.oldest().map(named).map(|id| (id, self.tasks[id].since));
        refused.into_iter().chain(waiting).min_by_key(|(_, came)| *came)
    }

    /// Answers a call to a carrier; the message goes on as a branch of its own.
    pub(super) fn split(&mut self, id: TaskId) -> TaskId {
        let call = self.tasks[id];
        let (flags, root) = self.lineage(id);
        let branch = self.tasks.insert(Task { flags, root, parent: TaskId::NONE, ..call });
        self.tasks.inherit(branch, id);
        self.tasks.start_notes(branch);
        self.open_branch(branch);
        self.visits.pass_on(id, branch);
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
        self.end_visit(id, End::Delivered);
        self.end_part(id, Outcome::Delivered);
    }

    /// Takes a message that waited too long out of a carrier's queue; the station it waited at.
    pub(super) fn expire_at_carrier(&mut self, id: TaskId) -> usize {
        let group = self.leave_carrier_queue(id);
        self.count_as_expired(id, group)
    }

    /// A message that is in no queue any more has been waiting too long.
    pub(super) fn count_as_expired(&mut self, id: TaskId, group: usize) -> usize {
        self.carriers[self.tasks[id].instance as usize].record.refused += 1;
        self.books.groups[group].window.expired += 1;
        self.end_visit(id, End::Expired);
        self.station_of(group)
    }

    /// Takes a message whose caller has cancelled it out of a carrier's queue.
    pub(super) fn withdraw(&mut self, id: TaskId) {
        let group = self.leave_carrier_queue(id);
        self.count_as_withdrawn(id, group);
    }

    /// A message that is in no queue any more was cancelled by its caller.
    pub(super) fn count_as_withdrawn(&mut self, id: TaskId, group: usize) {
        let window = &mut self.books.groups[group].window;
        window.cancelled += 1;
        window.withdrawn += 1;
        self.end_visit(id, End::Cancelled);
    }

    fn leave_carrier_queue(&mut self, id: TaskId) -> usize {
        let carrier = self.tasks[id].instance as usize;
        let state = &mut self.carriers[carrier];
        let refused = self.tasks[id].state == State::AwaitingAgain;
        match refused {
            true => self.tasks.unlink(&mut state.refused, id),
            false => self.tasks.leave_line(&mut state.queue, id),
        }
        let group = state.group;
        self.tasks[id].due = Due::OPEN;
        self.forget_segments(id, carrier);
        let wait = self.waited_before(id) + self.now.since(self.tasks[id].since);
        self.books.groups[group].left_unserved(self.now, wait);
        group
    }

    pub(super) fn carrier_name(&self, carrier: usize) -> String {
        let group = &self.model.groups[self.carriers[carrier].group];
        group.member_name(carrier as u32 - group.first)
    }
}

/// Whether the carrier loses this message without a word.
#[inline]
pub(super) fn is_lost(share: f64, task: &Task, purpose: crate::engine::Purpose) -> bool {
    share > 0.0 && uniform(&mut task.luck.draws(purpose)) < share
}
