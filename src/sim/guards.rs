//! What callers remember of their calls, and what they make of it: attempts held back, copies
//! sent, deadlines that travel.

use super::event::Event;
use super::run::Run;
use super::task::{Flags, NO_INSTANCE, Outcome, State, TaskId};
use super::trace::Trace;
use crate::engine::random::uniform;
use crate::engine::{SimDuration, SimTime, Ticket};
use crate::model::{Callee, Model, Service, Site, Step};
use crate::policy::{Answer, Attempt, ChecksDeadlines, Ejection, Failure, Guards, Retry};
use crate::service::Discipline;

/// What the callers at one site remember.
#[derive(Debug)]
pub(super) struct GuardState {
    /// By instance of the caller; a traffic's client is one. Empty where there are none.
    callers: Vec<Guards>,
    /// Which instances of the callee all of them leave out.
    pub(super) ejection: Option<Ejection>,
}

impl GuardState {
    pub(super) fn all(model: &Model) -> Vec<Self> {
        let mut callers = vec![1; model.sites.len()];
        for (step, service) in model.steps.iter().zip(&model.step_services) {
            if let (Step::Call { site, .. }, Some(service)) = (step, service) {
                callers[site.index()] = model.services[service.index()].pool.instances as usize;
            }
        }
        let state = |(site, callers): (&Site, usize)| Self {
            callers: match site.guards.is_empty() {
                true => Vec::new(),
                false => vec![Guards::new(&site.guards); callers],
            },
            ejection: site.ejection.as_ref().and_then(|spec| {
                let instances = callee_of(model, site)?.pool.instances;
                Some(Ejection::new(spec, instances))
            }),
        };
        model.sites.iter().zip(callers).map(state).collect()
    }
}

/// The service that a site calls, if it is one.
fn callee_of<'m>(model: &'m Model, site: &Site) -> Option<&'m Service> {
    let Callee::Operation(operation) = site.callee else { return None };
    let service = model.operations[operation.index()].service?;
    Some(&model.services[service.index()])
}

/// Whether policies keep anything of a call beside its timeout.
pub(super) fn keeps_notes(model: &Model) -> bool {
    let of_site = |site: &Site| {
        let remembers = site.retry.as_ref().is_some_and(Retry::needs_last_pause);
        let waits = site.hedge.is_some() || site.deadline.is_some();
        let waits = waits || site.ejection.is_some();
        waits || !site.guards.is_empty() || site.connected < u32::MAX || remembers
    };
    let looks_at_deadlines = |service: &Service| {
        let orders_by_them = matches!(service.pool.discipline, Discipline::EarliestDeadline(_));
        orders_by_them || service.checks_deadlines != ChecksDeadlines::Never
    };
    model.sites.iter().any(of_site) || model.services.iter().any(looks_at_deadlines)
}

impl<T: Trace> Run<'_, T> {
    /// A call is made: until when its answer is wanted.
    #[inline]
    pub(super) fn note_deadline(&mut self, call: TaskId) {
        if self.tasks.keep_notes() {
            let site = &self.model.sites[usize::from(self.tasks[call].site)];
            let now = self.now;
            let notes = self.tasks.notes_mut(call);
            if let Some(deadline) = site.deadline {
                notes.until = deadline.at(now, notes.until);
            }
        }
    }

    /// Makes an attempt of a call now, if its deadline and its guards allow.
    pub(super) fn issue_by_policy(&mut self, call: TaskId) {
        let index = self.tasks[call].site;
        let site = &self.model.sites[usize::from(index)];
        let notes = self.tasks.notes(call);
        if notes.until <= self.now {
            return self.withhold(call, Failure::Timeout);
        }
        let caller = self.tasks[call].parent;
        if self.tasks[caller].instance >= site.connected {
            self.count_unconnected(site);
            return self.withhold(call, Failure::Rejected);
        }
        if !self.guards_admit(call) {
            return self.withhold(call, Failure::Refused);
        }
        let in_time = site.timeout.map_or(SimTime::MAX, |timeout| self.now + timeout.after);
        let deadline = in_time.min(notes.until).min(self.tasks.notes(caller).deadline);
        self.tasks.notes_mut(call).deadline = deadline;
        // The caller knows its own timeout, and a deadline that travels; of the timeouts of its own
        // callers it learns from a callee that looks all the time.
        let callee_looks = callee_of(self.model, site)
            .is_some_and(|service| service.checks_deadlines == ChecksDeadlines::Always);
        let until = if callee_looks { deadline.max(self.now) } else { notes.until };
        let event = match site.timeout {
            Some(timeout) if in_time <= until => {
                Some(self.schedule_after(timeout.after, Event::Timeout(call)))
            }
            Some(_) | None if until < SimTime::MAX => {
                Some(self.calendar.schedule(until, Event::Timeout(call).pack()))
            }
            Some(_) | None => None,
        };
        if let Some(event) = event {
            self.tasks.set_timer(call, event);
        }
        match site.hedge {
            None => self.travel(call, index),
            Some(hedge) => {
                self.tasks[call].state = State::Hedging;
                self.tasks[call].pending = 0;
                self.tasks.notes_mut(call).copies = 0;
                self.await_copy(call, hedge.after);
                self.send_copy(call);
            }
        }
    }

    /// An attempt does not go out, and fails as if it had.
    fn withhold(&mut self, call: TaskId, failure: Failure) {
        self.tasks.notes_mut(call).failure = failure;
        self.tasks[call].state = State::Withheld;
        self.todo.push(call);
        if T::ON {
            self.note_task(call, format_args!("is held back by its caller"));
        }
    }

    /// A call has no connection to go over.
    #[inline(never)]
    fn count_unconnected(&mut self, site: &Site) {
        if let Callee::Operation(operation) = site.callee
            && let Some(service) = self.model.operations[operation.index()].service
        {
            self.services[service.index()].gauges.window.unconnected += 1;
        }
    }

    /// A call that did not go out has failed.
    pub(super) fn fail_unsent(&mut self, call: TaskId) {
        let failure = self.tasks.notes(call).failure;
        if self.tasks[call].parent == TaskId::NONE {
            return self.end_orphan(call);
        }
        self.try_again(call, failure);
    }

    /// The caller's guards at the site of a call, if there are any.
    fn guards_of(&mut self, call: TaskId) -> Option<&mut Guards> {
        let task = &self.tasks[call];
        let state = &mut self.guards[usize::from(task.site)];
        if state.callers.len() < 2 {
            return state.callers.first_mut();
        }
        state.callers.get_mut(self.tasks[task.parent].instance as usize)
    }

    fn guards_admit(&mut self, call: TaskId) -> bool {
        let task = &self.tasks[call];
        let purpose = self.keys.sites[usize::from(task.site)].guard;
        let luck = task.luck;
        let (now, after) = (self.now, self.tasks.notes(call).after);
        let Some(guards) = self.guards_of(call) else { return true };
        let draw = if guards.needs_draw() { uniform(&mut luck.draws(purpose)) } else { 0.5 };
        guards.admit(Attempt { now, after, draw })
    }

    /// An attempt that went out is over for its caller.
    #[inline]
    pub(super) fn tell_guards(&mut self, call: TaskId, failure: Option<Failure>) {
        let task = &self.tasks[call];
        if self.guards[usize::from(task.site)].callers.is_empty() {
            return;
        }
        if matches!(task.state, State::BackingOff | State::Withheld) {
            return;
        }
        let (now, round_trip) = (self.now, self.now.since(task.born));
        let after = self.tasks.notes(call).after;
        if let Some(guards) = self.guards_of(call) {
            guards.answered(Answer { now, round_trip, failure, after });
        }
    }

    /// Callers learn how an instance of their callee did.
    #[inline]
    pub(super) fn note_instance(&mut self, call: TaskId, failure: Option<Failure>) {
        let &super::task::Task { site, instance, pc, parent, .. } = &self.tasks[call];
        if let Some(ejection) = &mut self.guards[usize::from(site)].ejection
            && pc != self.model.carrier_step
            && instance != NO_INSTANCE
            && parent != TaskId::NONE
        {
            ejection.answered(self.now, instance, failure.is_none());
        }
    }

    /// Sets the time at which the next copy of a call goes out.
    fn await_copy(&mut self, call: TaskId, after: SimDuration) {
        let event = self.schedule_after(after, Event::Hedge(call));
        self.tasks.notes_mut(call).hedge = event;
    }

    /// Sends a copy of a call, which stays behind to gather the answers.
    fn send_copy(&mut self, call: TaskId) {
        let site = self.tasks[call].site;
        let copies = self.tasks.notes(call).copies;
        let copy = self.new_task(call, site, u64::from(copies), Flags::CALL);
        if copies > 0 {
            let key = self.keys.sites[usize::from(site)].copy;
            self.tasks[copy].luck = self.tasks[call].luck.child(key, u64::from(copies));
            self.charge_in_vain(copy, copy);
        } else {
            // The first is the call itself, hedged or not.
            self.tasks[copy].luck = self.tasks[call].luck;
        }
        self.tasks[call].pending += 1;
        self.adopt(call, copy);
        self.travel(copy, site);
    }

    /// A call has been without an answer for a while: one more copy goes out.
    pub(super) fn on_hedge(&mut self, call: TaskId, event: Ticket) {
        if self.tasks.notes(call).hedge != event {
            return;
        }
        self.books.events += 1;
        let site = &self.model.sites[usize::from(self.tasks[call].site)];
        let hedge = site.hedge.expect("only hedged calls have such a timer");
        let notes = self.tasks.notes_mut(call);
        notes.hedge = Ticket::NONE;
        notes.copies += 1;
        if notes.copies < hedge.at_most {
            self.await_copy(call, hedge.after);
        }
        if T::ON {
            self.note_task(call, format_args!("of `{}` is sent once more", site.name));
        }
        self.send_copy(call);
    }

    /// A copy of a call is answered: the first good answer is the call's, or the last bad one.
    pub(super) fn on_copy_answered(&mut self, copy: TaskId, failure: Option<Failure>) {
        self.note_instance(copy, failure);
        let call = self.tasks[copy].parent;
        self.disown(copy);
        if failure.is_none() || self.tasks[call].pending == 1 {
            self.take_over_account(call, copy);
        }
        self.tasks.remove(copy);
        self.tasks[call].pending -= 1;
        if failure.is_none() {
            self.cancel_offspring(call);
        } else if self.tasks[call].pending > 0 {
            return;
        }
        self.tasks.stop_timer(call);
        if self.tasks[call].parent != TaskId::NONE {
            self.tell_guards(call, failure);
        }
        self.conclude(call, failure);
    }

    /// Whether nobody wants the answer of a task any more, and its service looks.
    #[inline]
    pub(super) fn is_late(&self, id: TaskId, service: usize) -> bool {
        self.model.services[service].checks_deadlines != ChecksDeadlines::Never
            && self.tasks.notes(id).deadline <= self.now
    }

    /// A task that is late leaves the service unserved.
    pub(super) fn drop_late(&mut self, id: TaskId, service: usize) {
        self.services[service].gauges.window.expired += 1;
        self.tasks[id].state = State::Late;
        self.todo.push(id);
    }

    /// What follows for a task that a service has dropped for its deadline.
    pub(super) fn shed(&mut self, id: TaskId) {
        let service = self.own_service(id);
        if T::ON {
            self.note_station(service, id, "is late, and dropped");
        }
        self.turn_away(id, Outcome::Expired, service);
    }
}
