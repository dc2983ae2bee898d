//! What a carrier answers where it does not simply accept, and what follows: a message goes back
//! in line, pauses and is submitted again, fails, is delivered though nobody knows. And the
//! ledgers, which say what became of each.

use super::event::Event;
use super::run::Run;
use super::submissions::is_lost;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::tasks::Fate;
use super::trace::Trace;
use super::visits::{End, Role, Visit};
use crate::carrier::{Error, Refusal, Submission, Verdict};
use crate::engine::random::uniform;
use crate::engine::{Links, Luck, SimDuration, SimTime};
use crate::measure::Ledger;
use crate::model::GroupId;

/// What a submission comes to.
#[derive(Clone, Copy, Debug)]
struct Answer {
    verdict: Verdict,
    /// How long until we have it; `None` is a round trip like any other.
    length: Option<SimDuration>,
    /// How much later the carrier is done with it, where we give up waiting before.
    late: SimDuration,
}

impl<T: Trace> Run<'_, T> {
    /// Submits a message to a carrier that has more to say than yes.
    #[inline(never)]
    pub(super) fn submit_and_see(&mut self, id: TaskId, carrier: usize, segments: u32) {
        let group = self.carriers[carrier].group;
        let template = &self.model.groups[group].template;
        if template.sessions.is_some() {
            return self.set_up_session(id, carrier, segments);
        }
        let is_within = self.take_quotas(carrier, segments);
        let keys = self.keys.groups[group];
        let visit = self.visits.own(id).copied();
        let task = self.tasks[id];
        let waited = visit.map_or(SimDuration::ZERO, |visit| visit.waited);
        let wait = waited + self.now.since(task.since);
        let verdict = self.verdict(id, carrier, visit.as_ref(), segments, is_within);
        let Answer { verdict, length, late } =
            self.answer_to(&task, group, visit.as_ref(), verdict);
        let tries = visit.map_or(0, |visit| visit.tries) + 1;
        let last = visit.map_or(SimDuration::ZERO, |visit| visit.pause);
        let again = self.pause_before_resend(&task, group, verdict.error(), tries, last);
        let next = match verdict {
            Verdict::Accept | Verdict::Slow { .. } => State::Accepting,
            Verdict::Drop => State::Dropping,
            Verdict::Hold { .. } => State::Holding,
            Verdict::Throttle { .. } | Verdict::Quiet { .. } | Verdict::Penalty { .. } => {
                State::Refusing
            }
            Verdict::Refuse(_) | Verdict::Unclean { .. } | Verdict::Silence => match again {
                Some(_) => State::Refusing,
                None => State::Erring,
            },
        };
        if visit.is_some() || !matches!(next, State::Accepting | State::Dropping) {
            let new = Visit {
                came: task.since,
                first: self.now,
                waited: SimDuration::ZERO,
                pause: SimDuration::ZERO,
                answer: verdict,
                again,
                late,
                tries: 0,
                copies: 0,
                is_delivered: false,
                end: None,
                ledger: self.books.ledger_of(task.source, group),
            };
            let visit = self.visits.enter(id, new);
            (visit.answer, visit.again, visit.tries, visit.waited) = (verdict, again, tries, wait);
            visit.late = late;
        }
        self.tasks[id].since = self.now;
        self.go_out(id, carrier, segments, (next != State::Refusing).then_some(wait));
        match length {
            None => self.stay_drawn(id, next, &template.round_trip, keys.round_trip),
            Some(length) if Some(length) == template.answer_timeout => {
                self.stay_constant(id, next, length);
            }
            Some(length) => self.stay(id, next, length),
        }
    }

    /// The luck of a submission: each has one of its own, the first that of its task.
    fn luck_of_try(&self, task: &Task, visit: Option<&Visit>) -> Luck {
        match visit.map_or(0, |visit| visit.tries) {
            0 => task.luck,
            tries => task.luck.child(self.keys.retry, u64::from(tries)),
        }
    }

    /// What a carrier makes of a submission, and how many times as long as usual it takes to say
    /// so. It `is_within` the caps that are strict, or blocked.
    fn verdict(
        &mut self,
        id: TaskId,
        carrier: usize,
        visit: Option<&Visit>,
        segments: u32,
        is_within: bool,
    ) -> (Verdict, f64) {
        let task = self.tasks[id];
        let group = self.carriers[carrier].group;
        let template = &self.model.groups[group].template;
        let luck = self.luck_of_try(&task, visit);
        let now = self.now;
        let Fate { luck: fate, submitted } = match template.behaviours.is_empty() {
            true => Fate { luck: task.luck, submitted: now },
            false => self.fate(id),
        };
        let age = now.since(visit.map_or(now, |visit| visit.first).min(submitted));
        let (mut verdict, mut times) = (Verdict::Accept, 1.0);
        for (behaviour, purpose) in template.behaviours.iter().zip(&self.keys.behaviours[group]) {
            let Some(until) = behaviour.during.until(now, &mut self.regimes) else { continue };
            let (of_message, of_attempt) = (fate.draws(*purpose), luck.draws(*purpose));
            match behaviour.on_submission(&Submission { now, until, age, of_message, of_attempt }) {
                Verdict::Accept => {}
                Verdict::Slow { times: more } => times *= more,
                other => {
                    verdict = other;
                    break;
                }
            }
        }
        if verdict.accepts() {
            match self.carriers[carrier].by_its_rate(&template.overload, now, segments) {
                Verdict::Accept => {}
                other => verdict = other,
            }
        }
        let verdict = match verdict {
            verdict if !is_within && verdict.accepts() => Verdict::Refuse(Refusal::Permanent),
            Verdict::Unclean { .. } if !is_within => Verdict::Unclean { delivered: false },
            Verdict::Accept | Verdict::Hold { .. }
                if is_lost(template.silent_loss, &task, self.keys.groups[group].loss) =>
            {
                Verdict::Drop
            }
            verdict => verdict,
        };
        (verdict, times)
    }

    /// What the answer to a submission is to us, and how long it takes: of one that comes too late,
    /// nobody learns what it was.
    fn answer_to(
        &self,
        task: &Task,
        group: usize,
        visit: Option<&Visit>,
        (verdict, times): (Verdict, f64),
    ) -> Answer {
        let template = &self.model.groups[group].template;
        let luck = self.luck_of_try(task, visit);
        let set_up = self.set_up(luck, group);
        if visit.is_none_or(|visit| visit.tries == 0)
            && times == 1.0
            && set_up == SimDuration::ZERO
            && template.answer_timeout.is_none()
        {
            return Answer { verdict, length: None, late: SimDuration::ZERO };
        }
        let round_trip = &template.round_trip;
        let usual = round_trip.sample(&mut luck.draws(self.keys.groups[group].round_trip));
        let usual = usual + set_up;
        let length = SimDuration::from_ns((usual.ns() as f64 * times + 0.5) as u64);
        let length = if times == 1.0 { usual } else { length };
        match template.answer_timeout {
            Some(timeout) if verdict == Verdict::Silence || length > timeout => {
                let delivered = match verdict {
                    Verdict::Accept | Verdict::Slow { .. } | Verdict::Hold { .. } => true,
                    Verdict::Unclean { delivered } => delivered,
                    Verdict::Drop
                    | Verdict::Throttle { .. }
                    | Verdict::Quiet { .. }
                    | Verdict::Penalty { .. }
                    | Verdict::Refuse(_)
                    | Verdict::Silence => false,
                };
                // However impatient we are, the carrier takes its time, and holds what it holds.
                let accepted = match verdict {
                    Verdict::Hold { until } => length.max(until.since(self.now)),
                    _ => length,
                };
                let late = if delivered { accepted - timeout } else { SimDuration::ZERO };
                let verdict =
                    if delivered { Verdict::Unclean { delivered } } else { Verdict::Silence };
                Answer { verdict, length: Some(timeout), late }
            }
            Some(_) | None => Answer { verdict, length: Some(length), late: SimDuration::ZERO },
        }
    }

    /// What a message brings into draws that decide on it for good, and since when the carrier knows
    /// it, however often the call that submits it is made.
    fn fate(&mut self, id: TaskId) -> Fate {
        let mut call = id;
        // Copies of one call share its fate.
        while let Task { flags, parent, .. } = self.tasks[call]
            && flags.has(Flags::CALL)
            && parent != TaskId::NONE
            && self.tasks[parent].state == State::Hedging
        {
            call = parent;
        }
        let fate = self.tasks.fate(call);
        let Task { flags, site, .. } = self.tasks[call];
        let is_retried = || self.model.sites[usize::from(site)].retry.is_some();
        if fate.submitted < SimTime::MAX || !flags.has(Flags::CALL) || !is_retried() {
            return fate;
        }
        let fate = Fate { submitted: self.now, ..fate };
        self.tasks.set_fate(call, fate);
        fate
    }

    /// How long it takes to make the connection for a submission, where one is made.
    fn set_up(&self, luck: Luck, group: usize) -> SimDuration {
        let connections = self.model.groups[group].template.connections.as_ref();
        let Some((length, messages)) =
            connections.and_then(|of| Some((of.set_up.as_ref()?, of.messages)))
        else {
            return SimDuration::ZERO;
        };
        let keys = &self.keys.groups[group];
        // Which message of its connection it is, is drawn: connections are out of step.
        match uniform(&mut luck.draws(keys.connects)) * f64::from(messages) < 1.0 {
            true => length.sample(&mut luck.draws(keys.set_up)),
            false => SimDuration::ZERO,
        }
    }

    /// How long a message pauses after an error before it is submitted again, if it is.
    fn pause_before_resend(
        &self,
        task: &Task,
        group: usize,
        error: Option<Error>,
        tries: u32,
        last: SimDuration,
    ) -> Option<SimDuration> {
        let resend = self.model.groups[group].template.resend.as_ref()?;
        let luck = task.luck.child(self.keys.retry, u64::from(tries));
        let draw = match resend.backoff.is_drawn() {
            true => uniform(&mut luck.draws(self.keys.groups[group].resend)),
            false => 0.5,
        };
        resend.pause(tries, last, error?, draw)
    }

    /// A submission comes back, and will be made again.
    pub(super) fn on_refused(&mut self, id: TaskId, carrier: usize) {
        let Visit { answer, again, .. } = *self.visits.own_mut(id);
        let quiet_until = match answer {
            Verdict::Throttle { pause } => Some(self.now + pause),
            Verdict::Quiet { until } => Some(until),
            Verdict::Penalty { per_s, lasts } => {
                self.carriers[carrier].punish(per_s, self.now, self.now + lasts);
                Some(self.now)
            }
            Verdict::Accept
            | Verdict::Slow { .. }
            | Verdict::Drop
            | Verdict::Hold { .. }
            | Verdict::Refuse(_)
            | Verdict::Unclean { .. }
            | Verdict::Silence => None,
        };
        let state = &mut self.carriers[carrier];
        let group = state.group;
        match quiet_until {
            Some(until) => {
                state.record.throttled += 1;
                state.paused_until = state.paused_until.max(until);
                self.books.groups[group].window.throttled += 1;
            }
            None => self.note_error(id, carrier, answer),
        }
        if self.tasks[id].flags.has(Flags::WITHDRAWN) {
            // Its caller cancelled it meanwhile.
            let waited = self.waited_before(id);
            self.books.groups[group].window.unserved_wait_sum += u128::from(waited.ns());
            self.count_as_withdrawn(id, group);
            return self.end_orphan(id);
        }
        match again {
            None => self.put_back(id, carrier),
            Some(_) if self.tasks.is_invalid(id, self.now) => self.expire_resend(id),
            Some(pause) => {
                self.visits.own_mut(id).pause = pause;
                let resend = self.model.groups[group].template.resend.as_ref();
                match resend.is_some_and(|resend| resend.backoff.is_drawn()) {
                    true => self.stay(id, State::AwaitingResend, pause),
                    false => self.stay_constant(id, State::AwaitingResend, pause),
                }
            }
        }
    }

    /// A refused message goes back ahead of those that have not been submitted yet. Its age counts
    /// from when it first came.
    fn put_back(&mut self, id: TaskId, carrier: usize) {
        let state = &mut self.carriers[carrier];
        let task = &mut self.tasks[id];
        task.state = State::AwaitingAgain;
        task.since = self.now;
        // Answers may overtake one another: who came first is first again.
        let visits = &self.visits;
        let came_of = |task: TaskId| visits.own(task).map_or(SimTime::ZERO, |visit| visit.came);
        let came = came_of(id);
        self.tasks.insert_in_order(&mut state.refused, id, |other| came_of(other) <= came);
        let age = self.model.groups[state.group].template.queue.age_at_most;
        self.note_joined(id, carrier);
        if let Some(age) = age {
            self.watch_from(self.first_carrier_queue + carrier, (came + age).max(self.now));
        }
        if self.tasks.is_invalid(id, self.now) {
            self.expire_if_waiting(id);
        }
    }

    /// A message has paused, and is to be submitted again: it joins the end of the line.
    pub(super) fn on_resend(&mut self, id: TaskId) {
        let carrier = self.tasks[id].instance as usize;
        self.tasks[id].since = self.now;
        if self.is_too_old(id, carrier) {
            return;
        }
        let state = &mut self.carriers[carrier];
        let group = state.group;
        if state.waiting() == 0 && state.opens_at(self.now) <= self.now && self.may_go(carrier) {
            return self.submit(id, carrier);
        }
        if self.tasks.is_invalid(id, self.now) {
            return self.expire_resend(id);
        }
        self.line_up_for(id, carrier);
        if let Some(age) = self.model.groups[group].template.queue.age_at_most {
            // It may be older than those before it: a timer of its own tells.
            let came = self.visits.own(id).map_or(self.now, |visit| visit.came);
            let event = self.calendar.schedule(came + age, Event::Wake(id).pack());
            self.tasks[id].due = Due::with(event);
        }
        self.submit_what_may_go(carrier);
    }

    /// A message that has joined the line once more has become too old there.
    pub(super) fn expire_resent(&mut self, id: TaskId) {
        let station = self.expire_at_carrier(id);
        if T::ON {
            self.note_station(station, id, "has waited too long");
        }
        self.turn_away(id, Outcome::Expired, station);
    }

    /// Whether a message that is in no queue came too long ago to be submitted again: then it
    /// expires.
    #[inline]
    pub(super) fn is_too_old(&mut self, id: TaskId, carrier: usize) -> bool {
        let group = self.carriers[carrier].group;
        let Some(age) = self.model.groups[group].template.queue.age_at_most else { return false };
        let Some(visit) = self.visits.own(id) else { return false };
        if visit.came + age > self.now {
            return false;
        }
        let waited = visit.waited + self.now.since(self.tasks[id].since);
        self.books.groups[group].window.unserved_wait_sum += u128::from(waited.ns());
        let station = self.count_as_expired(id, group);
        self.turn_away(id, Outcome::Expired, station);
        true
    }

    /// Takes a message that pauses away from a carrier, as its caller has cancelled it.
    pub(super) fn withdraw_resend(&mut self, id: TaskId) {
        let group = self.carriers[self.tasks[id].instance as usize].group;
        let waited = self.waited_before(id);
        self.books.groups[group].window.unserved_wait_sum += u128::from(waited.ns());
        self.count_as_withdrawn(id, group);
    }

    /// A message that would be submitted again, and is in no queue, is not valid any more.
    pub(super) fn expire_resend(&mut self, id: TaskId) {
        let group = self.carriers[self.tasks[id].instance as usize].group;
        let waited = self.waited_before(id);
        self.books.groups[group].window.unserved_wait_sum += u128::from(waited.ns());
        let station = self.count_as_expired(id, group);
        self.end_invalid(id, station);
    }

    /// The last submission of a message has met with an error.
    pub(super) fn on_error(&mut self, id: TaskId, carrier: usize) {
        let group = self.carriers[carrier].group;
        let answer = self.visits.own_mut(id).answer;
        self.note_error(id, carrier, answer);
        self.carriers[carrier].record.failed += 1;
        self.books.groups[group].window.failed += 1;
        let report = &mut self.books.ledger(self.tasks[id].source, group).report;
        match answer.error().is_some_and(Error::is_unknown) {
            true => report.unknown += 1,
            false => report.failed += 1,
        }
        self.end_visit(id, End::Failed);
        if !self.routes.is_empty() && self.pass_on(id, answer.error()) {
            return;
        }
        let station = self.station_of(group);
        self.turn_away(id, Outcome::Failed, station);
    }

    /// Counts an error, and sets a message on its way that is delivered all the same.
    fn note_error(&mut self, id: TaskId, carrier: usize, answer: Verdict) {
        let state = &mut self.carriers[carrier];
        let window = &mut self.books.groups[state.group].window;
        let unknown = answer.error().is_some_and(Error::is_unknown);
        state.record.errors += 1;
        state.record.unclean += u64::from(unknown);
        window.errors += 1;
        window.unclean += u64::from(unknown);
        if T::ON {
            self.note_task(id, format_args!("meets with an error"));
        }
        if answer == (Verdict::Unclean { delivered: true }) {
            self.send_copy_of_visit(id);
        }
    }

    /// A message goes on to its recipient though the carrier said otherwise: as a copy, which
    /// counts where nothing else of the message is delivered.
    fn send_copy_of_visit(&mut self, id: TaskId) {
        let task = self.tasks[id];
        let (_, root) = self.lineage(id);
        let (tries, late) =
            self.visits.own(id).map_or((0, SimDuration::ZERO), |visit| (visit.tries, visit.late));
        let group = self.carriers[task.instance as usize].group;
        let copy = self.tasks.insert(Task {
            luck: task.luck.child(self.keys.groups[group].copy, u64::from(tries)),
            flags: Flags::BRANCH.with(Flags::COPY),
            root,
            parent: TaskId::NONE,
            links: Links::OUTSIDE,
            due: Due::OPEN,
            pending: 0,
            attempt_or_orphans: 0,
            outcome: Outcome::Delivered,
            ..task
        });
        self.tasks.inherit(copy, id);
        self.tasks.start_notes(copy);
        self.open_branch(copy);
        if root != TaskId::NONE {
            // Whatever else of it is delivered is the second.
            self.tasks[root].flags.set(Flags::HANDED_ON);
        }
        self.visits.add_copy(id, copy);
        match late {
            SimDuration::ZERO => self.deliver(copy),
            late => self.stay(copy, State::Held, late),
        }
    }

    /// A message that a carrier has accepted: nothing has to be remembered of it, unless copies
    /// are, or have been, on their way.
    pub(super) fn leave_off(&mut self, id: TaskId) {
        if let Some(Role::Own(place)) = self.visits.role(id) {
            let visit = self.visits.at(place);
            if visit.copies == 0 && !visit.is_delivered {
                self.visits.leave(id);
                self.visits.forget(place);
            }
        }
    }

    /// A message's own stay at a carrier is over, or a copy is delivered: the ledger's truth, and
    /// of ends of our own making what we believe.
    pub(super) fn end_visit(&mut self, id: TaskId, end: End) {
        let &Task { source, instance, .. } = &self.tasks[id];
        let group = self.carriers[instance as usize].group;
        let ledger = self.books.ledger_of(source, group);
        let role = self.visits.role(id);
        if let Some(Role::Copy(place)) = role {
            self.visits.leave(id);
            return self.on_copy_arrived(place);
        }
        let books = self.books.ledger_at(ledger);
        match end {
            End::Rejected => books.report.rejected += 1,
            End::Expired => books.report.expired += 1,
            End::Cancelled => books.report.cancelled += 1,
            // The answer was entered when it came.
            End::Failed | End::Lost | End::Delivered => {}
        }
        let Some(Role::Own(place)) = role else { return count(books, end) };
        self.visits.leave(id);
        let visit = self.visits.at(place);
        visit.end = Some(end);
        let copies = visit.copies;
        match (visit.is_delivered, end) {
            (true, End::Delivered) => books.truth.duplicates += 1,
            (true, _) => {}
            (false, End::Delivered) => {
                visit.is_delivered = true;
                count(books, end);
            }
            (false, _) if copies == 0 => count(books, end),
            (false, _) => {}
        }
        if copies == 0 {
            self.visits.forget(place);
        }
    }

    /// A copy of a message has reached the recipient.
    fn on_copy_arrived(&mut self, place: usize) {
        let visit = self.visits.at(place);
        visit.copies -= 1;
        let is_over = visit.copies == 0 && visit.end.is_some();
        let is_second = std::mem::replace(&mut visit.is_delivered, true);
        let truth = &mut self.books.ledger_at(visit.ledger).truth;
        match is_second {
            true => truth.duplicates += 1,
            false => truth.delivered += 1,
        }
        if is_over {
            self.visits.forget(place);
        }
    }

    /// Enters what is still at a carrier at the end.
    pub(super) fn close_ledger_of(&mut self, id: TaskId) {
        let &Task { state, source, instance, .. } = &self.tasks[id];
        let (is_queued, is_answered) = match state {
            State::AwaitingCarrier | State::AwaitingAgain | State::Inviting => (true, false),
            State::AwaitingResend
            | State::Accepting
            | State::Dropping
            | State::Holding
            | State::Refusing
            | State::Erring => (false, false),
            State::Held | State::Delivering => (false, true),
            _ => return,
        };
        let is_delivered = match self.visits.role(id) {
            Some(Role::Copy(_)) => return,
            Some(Role::Own(place)) => self.visits.at(place).is_delivered,
            None => false,
        };
        let group = self.carriers[instance as usize].group;
        let ledger = self.books.ledger(source, group);
        ledger.report.pending += u64::from(!is_answered);
        ledger.truth.queued += u64::from(is_queued && !is_delivered);
        ledger.truth.in_flight += u64::from(!is_queued && !is_delivered);
        if state == State::AwaitingResend {
            let station = self.model.group_station(GroupId::from_index(group));
            self.books.note_pausing(station.index());
        }
    }

    /// Enters messages of which only copies are left at the end.
    pub(super) fn close_ledgers_of_copies(&mut self) {
        for visit in self.visits.with_copies_only() {
            self.books.ledger_at(visit.ledger).truth.in_flight += 1;
        }
    }
}

/// Enters an end in the truth of a ledger.
fn count(ledger: &mut Ledger, end: End) {
    let truth = &mut ledger.truth;
    let field = match end {
        End::Rejected => &mut truth.rejected,
        End::Expired => &mut truth.expired,
        End::Cancelled => &mut truth.cancelled,
        End::Failed => &mut truth.failed,
        End::Lost => &mut truth.lost,
        End::Delivered => &mut truth.delivered,
    };
    *field += 1;
}
