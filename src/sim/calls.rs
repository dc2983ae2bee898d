//! Calls between operations: issue, answer, timeout, further attempts, cancelled work.

use super::event::Event;
use super::run::Run;
use super::task::{Due, Flags, NO_INSTANCE, Outcome, State, Task, TaskId};
use super::tasks::Notes;
use super::trace::Trace;
use crate::engine::random::uniform;
use crate::engine::{Links, SimDuration, Ticket};
use crate::model::{Callee, GroupId, OnFailure, RouteId, Step};
use crate::policy::Failure;

/// The calls that a task has out, as a list through their records' neighbours here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offspring {
    first: TaskId,
    next: TaskId,
    prev: TaskId,
}

const CHILDLESS: Offspring =
    Offspring { first: TaskId::NONE, next: TaskId::NONE, prev: TaskId::NONE };

impl<T: Trace> Run<'_, T> {
    /// Makes the first attempt of a call.
    pub(super) fn issue_new(&mut self, caller: TaskId, site: u16, index: u64) {
        let call = self.new_task(caller, site, index, Flags::CALL);
        self.adopt(caller, call);
        self.note_deadline(call);
        self.issue(call);
    }

    /// Makes an attempt of a call, now.
    pub(super) fn issue(&mut self, call: TaskId) {
        let site = self.tasks[call].site;
        self.tasks[call].born = self.now;
        self.account_attempt(call);
        if self.tasks.keep_notes() {
            return self.issue_by_policy(call);
        }
        if let Some(timeout) = self.model.sites[usize::from(site)].timeout {
            let event = self.schedule_after(timeout.after, Event::Timeout(call));
            self.tasks.set_timer(call, event);
        }
        self.travel(call, site);
    }

    /// Sets a task on its way to the callee of `site`.
    pub(super) fn travel(&mut self, id: TaskId, site: u16) {
        let model = self.model;
        let sending = if self.has_links { self.send_out(id, site) } else { SimDuration::ZERO };
        let task = &mut self.tasks[id];
        task.site = site;
        match model.sites[usize::from(site)].callee {
            Callee::Operation(operation) => {
                task.pc = model.operations[operation.index()].first_step;
                task.instance = NO_INSTANCE;
            }
            // Carriers have no steps: the task keeps the group where others keep the instance.
            Callee::Group(group) => {
                task.pc = model.carrier_step;
                task.instance = u32::from(group.0);
            }
            // Routes count on from there.
            Callee::Route(route) => {
                task.pc = model.carrier_step;
                task.instance = model.groups.len() as u32 + u32::from(route.0);
            }
        }
        let latency = model.sites[usize::from(site)].latency.as_ref();
        if sending > SimDuration::ZERO {
            let there = self.keys.sites[usize::from(site)].there;
            return self.travel_after(id, State::Travelling, sending, latency, there);
        }
        match latency {
            None => {
                task.state = State::Travelling;
                self.todo.push(id);
            }
            Some(latency) => {
                let there = self.keys.sites[usize::from(site)].there;
                self.stay_drawn(id, State::Travelling, latency, there);
            }
        }
    }

    /// A task reaches its callee.
    #[inline]
    pub(super) fn arrive(&mut self, id: TaskId) {
        let task = &self.tasks[id];
        if task.pc == self.model.carrier_step {
            let at = task.instance as usize;
            match at.checked_sub(self.model.groups.len()) {
                None => {
                    self.routes.forget_way(id);
                    self.join_carrier(id, GroupId::from_index(at));
                }
                Some(route) => self.join_route(id, RouteId::from_index(route)),
            }
        } else {
            self.join_service(id);
        }
    }

    /// A call is answered: the answer goes back over the network.
    pub(super) fn reply(&mut self, id: TaskId, outcome: Outcome) {
        self.tasks[id].outcome = outcome;
        let site = usize::from(self.tasks[id].site);
        let sending = if self.has_links { self.send_back(id) } else { SimDuration::ZERO };
        if sending > SimDuration::ZERO {
            let latency = self.model.sites[site].latency.as_ref();
            let back = self.keys.sites[site].back;
            return self.travel_after(id, State::Replying, sending, latency, back);
        }
        match &self.model.sites[site].latency {
            None => self.on_reply(id),
            Some(latency) => {
                let back = self.keys.sites[site].back;
                self.stay_drawn(id, State::Replying, latency, back);
            }
        }
    }

    /// An answer reaches the network of the caller, or the place where the caller was.
    pub(super) fn on_reply(&mut self, id: TaskId) {
        if self.has_links && self.comes_back_over_link(id) {
            return;
        }
        self.on_answer(id);
    }

    /// An answer reaches the caller, or the place where the caller was.
    pub(super) fn on_answer(&mut self, id: TaskId) {
        let &Task { parent, outcome, .. } = &self.tasks[id];
        let failure = match outcome {
            Outcome::Delivered => None,
            Outcome::Rejected => Some(Failure::Rejected),
            Outcome::Expired => Some(Failure::Expired),
            Outcome::Failed | Outcome::Lost => Some(Failure::Failed),
        };
        if self.tasks.keep_notes() && parent != TaskId::NONE {
            if self.tasks[parent].state == State::Hedging {
                return self.on_copy_answered(id, failure);
            }
            self.note_instance(id, failure);
            self.tell_guards(id, failure);
        }
        self.conclude(id, failure);
    }

    /// An attempt is over, unless nobody waits for it.
    pub(super) fn conclude(&mut self, id: TaskId, failure: Option<Failure>) {
        if self.tasks[id].parent == TaskId::NONE {
            return self.end_orphan(id);
        }
        match failure {
            None => self.answer(id, true),
            Some(failure) => self.try_again(id, failure),
        }
    }

    /// An attempt failed: the next one follows, or the call has failed for good. The record is
    /// free for the next attempt.
    pub(super) fn try_again(&mut self, id: TaskId, failure: Failure) {
        self.tasks.stop_timer(id);
        let Some((pause, is_drawn)) = self.pause_before_next(id, failure) else {
            return self.answer(id, false);
        };
        if self.tasks.is_invalid(id, self.now) {
            return self.expire_attempt(id);
        }
        if self.is_known_to_callee(id) {
            self.tasks.set_fate(id, self.tasks.fate(id));
        }
        let task = &mut self.tasks[id];
        task.attempt_or_orphans += 1;
        task.luck = task.luck.child(self.keys.retry, 0);
        task.outcome = Outcome::Delivered;
        task.flags = Flags::CALL;
        task.pending = 0;
        task.due = Due::OPEN;
        if is_drawn {
            self.stay(id, State::BackingOff, pause);
        } else {
            self.stay_constant(id, State::BackingOff, pause);
        }
    }

    /// Whether the callee of a call may know it by its earlier attempts.
    fn is_known_to_callee(&self, call: TaskId) -> bool {
        let behaves = |group: usize| !self.model.groups[group].template.behaviours.is_empty();
        match self.model.sites[usize::from(self.tasks[call].site)].callee {
            Callee::Group(group) => behaves(group.index()),
            Callee::Route(route) => {
                let providers = &self.model.routes[route.index()].providers;
                providers.iter().any(|&group| behaves(group))
            }
            Callee::Operation(_) => false,
        }
    }

    /// The pause before the next attempt of a call, if there is one, and whether it was drawn.
    fn pause_before_next(&mut self, id: TaskId, failure: Failure) -> Option<(SimDuration, bool)> {
        let task = &self.tasks[id];
        let site = usize::from(task.site);
        let retry = self.model.sites[site].retry.as_ref()?;
        let made = u32::from(task.attempt_or_orphans) + 1;
        let keeps_notes = self.tasks.keep_notes();
        let last = if keeps_notes { self.tasks.notes(id) } else { Notes::NONE };
        let draw = match retry.needs_draw() {
            true => uniform(&mut task.luck.draws(self.keys.sites[site].pause)),
            false => 0.5,
        };
        let pause = retry.pause(made, last.pause, failure, draw)?;
        if self.now + pause >= last.until {
            return None;
        }
        if keeps_notes {
            let notes = self.tasks.notes_mut(id);
            (notes.pause, notes.after) = (pause, Some(failure));
        }
        Some((pause, retry.needs_draw()))
    }

    /// Tells the caller how its call went, for good.
    pub(super) fn answer(&mut self, id: TaskId, went_well: bool) {
        let &Task { parent: caller, site, .. } = &self.tasks[id];
        self.disown(id);
        if self.tasks[caller].state == State::Calling {
            self.take_over_account(caller, id);
        }
        self.tasks.remove(id);
        let fails = self.model.sites[usize::from(site)].on_failure == OnFailure::Fail;
        let waiting = &mut self.tasks[caller];
        waiting.pending -= 1;
        if !went_well && fails {
            waiting.flags.set(Flags::FAILED);
        }
        if waiting.state != State::Calling {
            return;
        }
        let Step::Call { site, at_once, .. } = self.model.steps[usize::from(waiting.pc)] else {
            unreachable!("a calling task is at a step that calls")
        };
        if !at_once && waiting.pending > 0 {
            if waiting.flags.has(Flags::FAILED) {
                // One after the other: those not yet made are not made.
                waiting.pending = 0;
            } else {
                let left = u64::from(waiting.pending);
                // Counted down from the top of the range, apart from the first call's zero.
                return self.issue_new(caller, site.0, u64::MAX - left);
            }
        }
        if waiting.pending == 0 {
            if let Some(service) = self.steps[usize::from(waiting.pc)].service {
                self.services[service.index()].gauges.calling.fall(self.now);
            }
            waiting.pc += 1;
            self.step(caller);
        }
    }

    /// The caller of a call has waited long enough.
    pub(super) fn on_timeout(&mut self, id: TaskId, event: Ticket) {
        if !self.tasks.is_timed_by(id, event) {
            return;
        }
        self.tasks.stop_timer(id);
        self.books.events += 1;
        let site = &self.model.sites[usize::from(self.tasks[id].site)];
        if T::ON {
            self.note_task(id, format_args!("of `{}` times out", site.name));
        }
        if self.tasks.keep_notes() {
            self.tell_guards(id, Some(Failure::Timeout));
            if self.tasks[id].state == State::Hedging {
                self.note_instances_of_copies(id);
                self.cancel_offspring(id);
                self.give_up_attempt(id, id);
                return self.try_again(id, Failure::Timeout);
            }
            self.note_instance(id, Some(Failure::Timeout));
        }
        if site.stops_late_work && self.cancel(id) {
            self.give_up_attempt(id, id);
            return self.try_again(id, Failure::Timeout);
        }
        // The work goes on without its caller, under its own record; the next attempt gets one.
        let next = self.tasks.insert(Task {
            state: State::BackingOff,
            pending: 0,
            links: Links::OUTSIDE,
            due: Due::OPEN,
            ..self.tasks[id]
        });
        self.tasks.succeed(next, id);
        self.give_up_attempt(next, id);
        self.replace_child(id, next);
        self.abandon(id);
        self.try_again(next, Failure::Timeout);
    }

    /// A call's caller is gone: its work goes on for nobody. It stays tied to its message only
    /// where it may still deliver it.
    fn abandon(&mut self, id: TaskId) {
        self.tasks.stop_timer(id);
        let (_, root) = self.lineage(id);
        let task = &mut self.tasks[id];
        task.parent = TaskId::NONE;
        task.flags.set(Flags::ABANDONED);
        task.root = TaskId::NONE;
        let may_deliver = self.model.sites[usize::from(task.site)].may_deliver;
        if root != TaskId::NONE && may_deliver && self.tasks[root].attempt_or_orphans < u8::MAX {
            self.tasks[root].attempt_or_orphans += 1;
            self.tasks[id].root = root;
        }
    }

    /// Stops a call wherever it is, and frees what it holds; whether its record is free now. A
    /// submission that a carrier has is out of our hands, and goes on.
    fn cancel(&mut self, id: TaskId) -> bool {
        match self.tasks[id].state {
            State::Queued => {
                let service = self.dequeue(id);
                let window = &mut self.services[service].gauges.window;
                window.cancelled += 1;
                window.withdrawn += 1;
            }
            State::AtDoor => {
                let service = self.leave_gate(id);
                let window = &mut self.services[service].gauges.window;
                window.cancelled += 1;
                window.withdrawn += 1;
            }
            State::Entering => {
                let service = self.leave_link(id);
                let window = &mut self.services[service].gauges.window;
                window.cancelled += 1;
                window.withdrawn += 1;
            }
            State::Ready => {
                let (service, instance) = (self.own_service(id), self.tasks[id].instance);
                self.tasks.unlink(&mut self.services[service].occupancy(instance).ready, id);
                self.note_core_wait(id, service);
                self.free_cancelled(service, instance);
            }
            State::Computing => {
                let (service, instance) = (self.own_service(id), self.tasks[id].instance);
                if self.services[service].shares_cores {
                    self.leave_shared_cores(id, service);
                } else {
                    self.forget_computing(id, service);
                    self.account_work(id, service);
                    self.let_core_go(service, instance);
                }
                self.free_cancelled(service, instance);
            }
            State::Stepping | State::Pausing => {
                let (service, instance) = (self.own_service(id), self.tasks[id].instance);
                self.free_cancelled(service, instance);
            }
            State::Calling => {
                self.cancel_offspring(id);
                let (service, instance) = (self.own_service(id), self.tasks[id].instance);
                self.services[service].gauges.calling.fall(self.now);
                self.free_cancelled(service, instance);
            }
            State::AwaitingCarrier | State::AwaitingAgain => self.withdraw(id),
            State::AwaitingResend => self.withdraw_resend(id),
            State::Inviting => {
                let group = self.leave_unanswered(id);
                self.count_as_withdrawn(id, group);
            }
            State::Hedging => self.cancel_offspring(id),
            State::Travelling
            | State::Routing
            | State::Replying
            | State::Returning
            | State::BackingOff
            | State::Withheld
            | State::Late => {}
            State::Refusing | State::Erring => {
                self.tasks[id].flags.set(Flags::WITHDRAWN);
                return false;
            }
            State::Accepting
            | State::Dropping
            | State::Holding
            | State::Held
            | State::Delivering => return false,
            State::Scheduled | State::Joining | State::Settled => {
                unreachable!("only messages are in these states, and nobody cancels those")
            }
        }
        self.tasks[id].due = Due::OPEN;
        self.todo.remove(id);
        true
    }

    fn free_cancelled(&mut self, service: usize, instance: u32) {
        self.services[service].gauges.window.cancelled += 1;
        self.let_worker_go(service, instance);
    }

    /// What a cancelled task had called is cancelled too where its site says so, else goes on.
    pub(super) fn cancel_offspring(&mut self, id: TaskId) {
        loop {
            let child = self.offspring[id.0 as usize].first;
            if child == TaskId::NONE {
                return;
            }
            if self.tasks.keep_notes() && self.tasks[id].state != State::Hedging {
                self.tell_guards(child, Some(Failure::Timeout));
            }
            self.disown(child);
            let stops = self.model.sites[usize::from(self.tasks[child].site)].stops_late_work;
            let is_out = !matches!(self.tasks[child].state, State::BackingOff | State::Withheld);
            if (stops || !is_out) && self.cancel(child) {
                self.tasks.remove(child);
            } else {
                self.abandon(child);
            }
        }
    }

    /// Callers learn that no instance answered a copy of a call in time.
    fn note_instances_of_copies(&mut self, call: TaskId) {
        let mut copy = self.offspring[call.0 as usize].first;
        while copy != TaskId::NONE {
            self.note_instance(copy, Some(Failure::Timeout));
            copy = self.offspring[copy.0 as usize].next;
        }
    }

    /// Ties a call to its caller.
    pub(super) fn adopt(&mut self, caller: TaskId, call: TaskId) {
        self.tasks[call].parent = caller;
        if !self.model.cancels_callers {
            return;
        }
        let most = caller.0.max(call.0) as usize;
        if self.offspring.len() <= most {
            self.offspring.resize(most + 1, CHILDLESS);
        }
        let first = self.offspring[caller.0 as usize].first;
        self.offspring[call.0 as usize] = Offspring { next: first, ..CHILDLESS };
        if first != TaskId::NONE {
            self.offspring[first.0 as usize].prev = call;
        }
        self.offspring[caller.0 as usize].first = call;
    }

    /// Unties a call from its caller.
    pub(super) fn disown(&mut self, call: TaskId) {
        if !self.model.cancels_callers {
            return;
        }
        let Offspring { next, prev, .. } = self.offspring[call.0 as usize];
        if prev == TaskId::NONE {
            self.offspring[self.tasks[call].parent.0 as usize].first = next;
        } else {
            self.offspring[prev.0 as usize].next = next;
        }
        if next != TaskId::NONE {
            self.offspring[next.0 as usize].prev = prev;
        }
    }

    /// Puts a further attempt in the place of an abandoned one.
    fn replace_child(&mut self, old: TaskId, new: TaskId) {
        let caller = self.tasks[old].parent;
        self.disown(old);
        self.adopt(caller, new);
    }
}
