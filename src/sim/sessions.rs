//! A message and what holds sessions: a call is set up and takes a channel, a join takes a place
//! on its room's node; each holds it for its length, and whoever finds none is lost.
//!
//! To the message, setting up is all there is: with that it is delivered, or turned away. The
//! session goes on for nobody, as an entry in a table and one event to come.

use std::collections::{BTreeMap, VecDeque};

use super::carriers::CarrierState;
use super::event::Event;
use super::run::Run;
use super::task::{Due, Flags, Outcome, State, TaskId};
use super::trace::Trace;
use super::visits::End;
use crate::carrier::session::{Refuses, SessionPlan, rooms, sip};
use crate::carrier::{GroupPlan, Meter};
use crate::engine::random::{below, uniform};
use crate::engine::{SimDuration, SimTime};
use crate::measure::Doing;

/// What one carrier that holds sessions remembers of them.
#[derive(Debug, Default)]
pub(super) struct SessionState {
    rooms: Option<rooms::Rooms>,
    /// There only if nobody is told that he waits.
    invites: Option<Invites>,
}

/// INVITEs that a silent trunk has yet to take up, and callers who have heard nothing.
#[derive(Debug)]
struct Invites {
    meter: Option<Meter>,
    line: VecDeque<Invite>,
    /// INVITEs that may stand in line,
    room: u32,
    /// and for how long.
    age: Option<SimDuration>,
    /// By task.
    callers: BTreeMap<u32, Caller>,
    /// Attempts so far. A task's number may be another's later on, an attempt's is not.
    attempts: u64,
}

/// An INVITE that waits to be taken up, whether or not its caller still does.
#[derive(Clone, Copy, Debug)]
struct Invite {
    caller: TaskId,
    attempt: u64,
    segments: u32,
    came: SimTime,
}

/// A caller who has heard nothing yet.
#[derive(Clone, Copy, Debug)]
struct Caller {
    attempt: u64,
    /// INVITEs so far.
    sent: u32,
    /// Whether the last that was taken up found no channel.
    is_blocked: bool,
}

impl SessionState {
    pub(super) fn of(plan: &GroupPlan) -> Option<Box<Self>> {
        let invites = || Invites {
            meter: plan.rates.first().map(|&rate| Meter::new(rate, plan.bursts[0])),
            line: VecDeque::new(),
            room: plan
                .template
                .queue
                .room_in_time(plan.rate_of(0))
                .unwrap_or(u32::MAX)
                .min(plan.template.queue.length_at_most.unwrap_or(u32::MAX)),
            age: plan.template.queue.age_at_most,
            callers: BTreeMap::new(),
            attempts: 0,
        };
        let state = match plan.template.sessions.as_ref()? {
            SessionPlan::Rooms(plan) => {
                Self { rooms: Some(rooms::Rooms::new(plan)), invites: None }
            }
            SessionPlan::Trunk(trunk) => match trunk.refuses {
                Refuses::With503 => Self::default(),
                Refuses::InSilence => Self { rooms: None, invites: Some(invites()) },
            },
        };
        Some(Box::new(state))
    }

    /// Whether nobody is told that he waits.
    pub(super) fn is_silent(&self) -> bool {
        self.invites.is_some()
    }

    /// Callers who wait and have heard nothing.
    pub(super) fn callers(&self) -> u64 {
        self.invites.as_ref().map_or(0, |invites| invites.callers.len() as u64)
    }
}

impl Invites {
    /// When the next INVITE may be taken up.
    fn opens_at(&self) -> SimTime {
        self.meter.map_or(SimTime::ZERO, |meter| meter.conforms_from())
    }

    fn take(&mut self, now: SimTime, segments: u32) {
        if let Some(meter) = &mut self.meter {
            meter.take_many(now, segments);
        }
    }

    /// Whether an INVITE that comes now is taken up at once; if not, it stands in line.
    fn offer(&mut self, invite: Invite) -> bool {
        let now = invite.came;
        self.drop_old(now);
        let is_next = self.line.is_empty() && self.opens_at() <= now;
        if is_next {
            self.take(now, invite.segments);
        } else if self.line.len() < self.room as usize {
            self.line.push_back(invite);
        }
        is_next
    }

    /// INVITEs that have stood in line too long are forgotten.
    fn drop_old(&mut self, now: SimTime) {
        let Some(age) = self.age else { return };
        while self.line.front().is_some_and(|first| first.came + age <= now) {
            self.line.pop_front();
        }
    }
}

/// A session under way.
#[derive(Clone, Copy, Debug)]
struct Session {
    carrier: u32,
    /// Of a video session.
    room: u32,
    /// Its start; never, of one that is over.
    since: SimTime,
}

/// Sessions under way, at all carriers.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: Vec<Session>,
    free: Vec<u32>,
}

impl Sessions {
    fn begin(&mut self, session: Session) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.all[place as usize] = session;
                place
            }
            None => {
                self.all.push(session);
                self.all.len() as u32 - 1
            }
        }
    }

    fn end(&mut self, place: u32) -> Session {
        self.free.push(place);
        let over = Session { carrier: 0, room: 0, since: SimTime::MAX };
        std::mem::replace(&mut self.all[place as usize], over)
    }
}

impl<T: Trace> Run<'_, T> {
    /// A call or a join may be set up, as far as the rate of setups goes.
    #[inline(never)]
    pub(super) fn set_up_session(&mut self, id: TaskId, carrier: usize, segments: u32) {
        if self.invites(carrier).is_some() {
            return self.invite(id, carrier, segments);
        }
        let wait = self.now.since(self.tasks[id].since);
        match self.seize(id, carrier) {
            Ok(room) => self.begin_session(id, carrier, room, wait, segments),
            Err(full) => {
                let group = self.carriers[carrier].group;
                let window = &mut self.books.groups[group].window;
                window.segments += u64::from(segments);
                window.blocked += 1;
                window.stranded += u64::from(full.elsewhere);
                window.rejected += 1;
                window.unserved_wait_sum += u128::from(wait.ns());
                self.carriers[carrier].record.refused += 1;
                let station = self.station_of(group);
                if T::ON {
                    self.note_station(station, id, "is blocked");
                }
                self.end_visit(id, End::Rejected);
                self.turn_away(id, Outcome::Rejected, station);
            }
        }
    }

    fn invites(&mut self, carrier: usize) -> Option<&mut Invites> {
        self.carriers[carrier].sessions.as_mut()?.invites.as_mut()
    }

    fn sessions_of(&self, carrier: usize) -> &SessionPlan {
        let plan = &self.model.groups[self.carriers[carrier].group].template;
        plan.sessions.as_ref().expect("only what holds sessions is asked")
    }

    /// Takes a channel, or a place on the node of the message's room: which room.
    fn seize(&mut self, id: TaskId, carrier: usize) -> Result<u32, rooms::Full> {
        let model = self.model;
        let CarrierState { group, outstanding, ref mut sessions, .. } = self.carriers[carrier];
        let keys = &self.keys.groups[group];
        let luck = self.tasks[id].luck;
        match &model.groups[group].template.sessions {
            Some(SessionPlan::Rooms(plan)) => {
                let room = plan.popularity.pick(luck.draws(keys.room));
                let rooms = sessions.as_mut().and_then(|state| state.rooms.as_mut());
                let rooms = rooms.expect("where there are rooms, somebody keeps them");
                let draw = |count| below(&mut luck.draws(keys.node), count);
                rooms.join(room, plan.placement, draw).map(|()| room)
            }
            Some(SessionPlan::Trunk(plan)) if outstanding < plan.channels => Ok(0),
            Some(SessionPlan::Trunk(_)) | None => Err(rooms::Full { elsewhere: false }),
        }
    }

    /// A message has its channel or place, after waiting for `wait`: that is all that it wanted.
    fn begin_session(
        &mut self,
        id: TaskId,
        carrier: usize,
        room: u32,
        wait: SimDuration,
        segments: u32,
    ) {
        let group = self.carriers[carrier].group;
        let (luck, keys) = (self.tasks[id].luck, &self.keys.groups[group]);
        let length = match self.sessions_of(carrier) {
            SessionPlan::Rooms(plan) => plan.holding.sample(&mut luck.draws(keys.holding)),
            SessionPlan::Trunk(plan) => plan.length(
                uniform(&mut luck.draws(keys.answer)),
                &mut luck.draws(keys.ring),
                &mut luck.draws(keys.holding),
            ),
        };
        self.go_out(id, carrier, segments, Some(wait));
        let session = Session { carrier: carrier as u32, room, since: self.now };
        let place = self.sessions.begin(session);
        if length == SimDuration::ZERO {
            self.end_session(place);
        } else {
            self.calendar.schedule(self.now + length, Event::HangUp(place).pack());
        }
        self.books.ledger(self.tasks[id].source, group).report.delivered += 1;
        // A timer of its SIP stack may be running.
        self.tasks[id].due = Due::OPEN;
        let part = if self.tasks[id].flags.has(Flags::CALL) { self.split(id) } else { id };
        self.deliver(part);
    }

    /// A call is over, or a participant leaves.
    pub(super) fn on_hang_up(&mut self, place: u32) {
        self.books.events += 1;
        self.end_session(place);
    }

    fn end_session(&mut self, place: u32) {
        let Session { carrier, room, since } = self.sessions.end(place);
        let state = &mut self.carriers[carrier as usize];
        state.outstanding -= 1;
        state.record.outstanding += u128::from(self.now.since(since).ns());
        state.record.accepted += 1;
        if let Some(rooms) = state.sessions.as_mut().and_then(|state| state.rooms.as_mut()) {
            rooms.leave(room);
        }
        let gauges = &mut self.books.groups[state.group];
        gauges.window.served += 1;
        gauges.busy.fall(self.now);
    }

    /// The first INVITE of a caller reaches a trunk that is silent.
    fn invite(&mut self, id: TaskId, carrier: usize, segments: u32) {
        let now = self.now;
        let Some(invites) = self.invites(carrier) else { return };
        invites.attempts += 1;
        let attempt = invites.attempts;
        let is_up = invites.offer(Invite { caller: id, attempt, segments, came: now });
        if is_up && let Ok(room) = self.seize(id, carrier) {
            return self.begin_session(id, carrier, room, SimDuration::ZERO, segments);
        }
        let group = self.carriers[carrier].group;
        self.books.groups[group].window.segments += if is_up { u64::from(segments) } else { 0 };
        if self.tasks.is_invalid(id, now) {
            let station = self.count_as_expired(id, group);
            return self.end_invalid(id, station);
        }
        self.books.groups[group].queue.rise(now);
        let Some(invites) = self.invites(carrier) else { return };
        invites.callers.insert(id.0, Caller { attempt, sent: 1, is_blocked: is_up });
        let record = &mut self.carriers[carrier].record;
        record.queue_max = record.queue_max.max(self.books.groups[group].queue.level());
        if T::ON {
            self.note_station(self.station_of(group), id, "hears nothing");
        }
        self.await_timer(id, 1);
        self.take_up_invites(carrier);
    }

    /// Until when a caller who hears nothing waits.
    fn await_timer(&mut self, id: TaskId, sent: u32) {
        let (sip::Timer::Again(pause) | sip::Timer::GiveUp(pause)) = sip::after(sent);
        self.stay_constant(id, State::Inviting, pause);
    }

    /// A timer of a caller's SIP stack fires: he sends the INVITE again, or gives up.
    #[inline(never)]
    pub(super) fn on_timer(&mut self, id: TaskId) {
        let (now, carrier) = (self.now, self.tasks[id].instance as usize);
        let segments = self.segments(id);
        let group = self.carriers[carrier].group;
        let Some(invites) = self.invites(carrier) else { return };
        let Some(caller) = invites.callers.get_mut(&id.0) else { return };
        let Caller { attempt, sent, is_blocked } = *caller;
        if matches!(sip::after(sent), sip::Timer::GiveUp(_)) {
            self.books.groups[group].window.blocked += u64::from(is_blocked);
            self.leave_unanswered(id);
            let station = self.count_as_expired(id, group);
            if T::ON {
                self.note_station(station, id, "gives up");
            }
            return self.turn_away(id, Outcome::Expired, station);
        }
        caller.sent += 1;
        let invite = Invite { caller: id, attempt, segments, came: now };
        let is_up = invites.offer(invite);
        self.books.groups[group].window.retransmitted += 1;
        self.await_timer(id, sent + 1);
        if is_up {
            self.take_up(invite, carrier);
        }
        self.take_up_invites(carrier);
    }

    /// Takes up INVITEs in line as far as the rate of setups allows.
    pub(super) fn take_up_invites(&mut self, carrier: usize) {
        let now = self.now;
        loop {
            let Some(invites) = self.invites(carrier) else {
                return self.submit_what_may_go(carrier);
            };
            invites.drop_old(now);
            let Some(&first) = invites.line.front() else { return };
            let from = invites.opens_at();
            if from > now {
                let state = &mut self.carriers[carrier];
                if state.try_at != from {
                    state.try_at = from;
                    self.calendar.schedule(from, Event::Pace(carrier as u32).pack());
                }
                return;
            }
            invites.line.pop_front();
            invites.take(now, first.segments);
            self.take_up(first, carrier);
        }
    }

    /// A silent trunk takes up an INVITE: its caller is set up if there is a channel, and if he is
    /// not already, or gone.
    fn take_up(&mut self, invite: Invite, carrier: usize) {
        let Invite { caller: id, attempt, segments, .. } = invite;
        let group = self.carriers[carrier].group;
        let callers = self.invites(carrier).map(|invites| &invites.callers);
        let waits = callers.and_then(|all| all.get(&id.0)).is_some_and(|of| of.attempt == attempt);
        if waits && let Ok(room) = self.seize(id, carrier) {
            let wait = self.now.since(self.tasks[id].since);
            self.forget_caller(id, carrier);
            self.charge(id, self.station_of(group), Doing::Waiting);
            self.books.groups[group].queue.fall(self.now);
            return self.begin_session(id, carrier, room, wait, segments);
        }
        let window = &mut self.books.groups[group].window;
        window.segments += u64::from(segments);
        window.in_vain += u64::from(!waits);
        let callers = self.invites(carrier).map(|invites| &mut invites.callers);
        if let Some(caller) = callers.and_then(|all| all.get_mut(&id.0)).filter(|_| waits) {
            caller.is_blocked = true;
        }
    }

    fn forget_caller(&mut self, id: TaskId, carrier: usize) {
        if let Some(invites) = self.invites(carrier) {
            invites.callers.remove(&id.0);
        }
    }

    /// A caller who has heard nothing hangs up, is taken back or is not valid any more: which
    /// group that concerns.
    pub(super) fn leave_unanswered(&mut self, id: TaskId) -> usize {
        let carrier = self.tasks[id].instance as usize;
        self.forget_caller(id, carrier);
        let wait = self.now.since(self.tasks[id].since);
        let group = self.carriers[carrier].group;
        self.books.groups[group].left_unserved(self.now, wait);
        self.tasks[id].due = Due::OPEN;
        group
    }

    /// Enters sessions that are still under way at the end, and the largest room there was.
    pub(super) fn count_open_sessions(&mut self) {
        for session in self.sessions.all.iter().filter(|session| session.since < SimTime::MAX) {
            let record = &mut self.carriers[session.carrier as usize].record;
            record.outstanding += u128::from(self.now.since(session.since).ns());
        }
        for carrier in &mut self.carriers {
            let rooms = carrier.sessions.as_ref().and_then(|state| state.rooms.as_ref());
            carrier.record.largest_room = rooms.map_or(0, |rooms| u64::from(rooms.largest()));
        }
    }
}
