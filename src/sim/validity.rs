//! A message that is not valid any more ends where it waits, or as soon as it would wait again.

use super::event::Event;
use super::run::Run;
use super::task::{Due, Flags, Outcome, State, TaskId};
use super::trace::Trace;
use crate::engine::Ticket;
use crate::model::Callee;

impl<T: Trace> Run<'_, T> {
    /// A message of `source` has come: from now on its validity runs, if it has one.
    #[inline(never)]
    pub(super) fn begin_life(&mut self, id: TaskId, source: usize) {
        let Some(valid_for) = self.model.sources[source].valid_for else { return };
        let Some(life) = self.tasks.begin_life(id, self.now + valid_for) else { return };
        let timer = self.schedule_after(valid_for, Event::Invalid(life));
        self.tasks.set_life_timer(life, timer);
    }

    /// The validity of a message is over: all parts of it that wait leave.
    #[inline(never)]
    pub(super) fn on_invalid(&mut self, life: u32, event: Ticket) {
        if !self.tasks.is_life_timed_by(life, event) {
            return;
        }
        self.books.events += 1;
        for id in self.tasks.parts_of(life) {
            // What one of them causes may have ended another.
            if self.tasks.is_part_of(id, life) {
                self.expire_if_waiting(id);
            }
        }
    }

    /// A part of a message that is not valid any more leaves, if it waits.
    pub(super) fn expire_if_waiting(&mut self, id: TaskId) {
        self.charge_state(id);
        let station = match self.tasks[id].state {
            State::Queued => self.dequeue(id),
            State::AtDoor => self.leave_gate(id),
            State::AwaitingCarrier | State::AwaitingAgain => {
                let station = self.expire_at_carrier(id);
                return self.end_invalid(id, station);
            }
            State::AwaitingResend => return self.expire_resend(id),
            State::Inviting => {
                let group = self.leave_unanswered(id);
                let station = self.count_as_expired(id, group);
                return self.end_invalid(id, station);
            }
            State::BackingOff => return self.expire_attempt(id),
            State::Scheduled
            | State::Travelling
            | State::Routing
            | State::Entering
            | State::Returning
            | State::Stepping
            | State::Ready
            | State::Computing
            | State::Pausing
            | State::Calling
            | State::Hedging
            | State::Withheld
            | State::Late
            | State::Replying
            | State::Accepting
            | State::Dropping
            | State::Holding
            | State::Refusing
            | State::Erring
            | State::Held
            | State::Delivering
            | State::Joining
            | State::Settled => return,
        };
        self.expire_at_service(id, station);
    }

    /// A task that stands at the door of a service, counted among those who wait if it
    /// `is_counted`, would have to wait on, and its message is not valid any more.
    #[inline(never)]
    pub(super) fn expire_at_door(&mut self, id: TaskId, service: usize, is_counted: bool) {
        if is_counted {
            self.leave_gate(id);
        }
        self.expire_at_service(id, service);
    }

    fn expire_at_service(&mut self, id: TaskId, service: usize) {
        self.services[service].gauges.window.expired += 1;
        self.end_invalid(id, service);
    }

    /// A call would be tried again, but its message is not valid any more. What it waited for is
    /// its callee.
    #[inline(never)]
    pub(super) fn expire_attempt(&mut self, call: TaskId) {
        let station = match self.model.sites[usize::from(self.tasks[call].site)].callee {
            Callee::Group(group) => self.model.services.len() + group.index(),
            // Any of them would do: it never came to one.
            Callee::Route(route) => {
                self.model.services.len() + self.model.routes[route.index()].providers[0]
            }
            Callee::Operation(operation) => {
                let service = self.model.operations[operation.index()].service;
                service.expect("only clients have none, and nobody calls those").index()
            }
        };
        self.note_invalid(call, station);
        self.answer(call, false);
    }

    /// A task has left `station` for its message's validity.
    pub(super) fn end_invalid(&mut self, id: TaskId, station: usize) {
        // It may be a message's first task, which waits for its branches from now on.
        self.tasks[id].due = Due::OPEN;
        self.note_invalid(id, station);
        self.turn_away(id, Outcome::Expired, station);
    }

    /// Notes that a part of a message has expired, and at which station it waited.
    fn note_invalid(&mut self, id: TaskId, station: usize) {
        let is_first = !self.tasks.has_ended_a_part(id);
        self.tasks.note_life_end(id);
        if T::ON {
            self.note_station(station, id, "is not valid any more");
        }
        // What is no call is blamed where it is turned away. A call tells its caller alone, whose
        // message fails once, however many of its calls expire.
        if is_first && self.tasks[id].flags.has(Flags::CALL) {
            let (flags, root) = self.lineage(id);
            if root != TaskId::NONE && !flags.has(Flags::COPY) {
                self.books.ended_at(self.tasks[id].source, station, Outcome::Expired);
            }
        }
    }

    /// What an operation that failed comes to: it has expired if that is why.
    #[inline(never)]
    pub(super) fn outcome_of_failed(&self, id: TaskId) -> Outcome {
        match self.tasks.has_ended_a_part(id) {
            true => Outcome::Expired,
            false => Outcome::Failed,
        }
    }
}
