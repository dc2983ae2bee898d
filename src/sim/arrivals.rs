//! A message comes: by its source's process, from a user who has thought, or caused by another.

use super::event::Event;
use super::luck::{FirstSteps, Keys};
use super::run::Run;
use super::task::{Due, Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use rand::Rng;

use crate::dist::Dist;
use crate::engine::{Key, Links, Luck};
use crate::model::{Entry, Model, SourceId};
use crate::traffic::{Arrivals, ClosedLoop, Source};

/// A source as it is now.
#[derive(Clone, Debug)]
pub(super) struct SourceState {
    process: Process,
    /// Messages so far.
    number: u64,
    key: Key,
    pub(super) class: usize,
    /// Where its messages begin.
    entry: Entry,
    /// The first of the steps that they begin with; 0 where they begin at a carrier.
    first_step: u16,
    /// Whether its messages cause others.
    pub(super) causes: bool,
    /// Where its messages begin with a step whose length is drawn.
    first_steps: Option<FirstSteps>,
}

/// When a source's messages come.
#[derive(Clone, Debug)]
enum Process {
    /// In their own time.
    Open(Arrivals),
    /// When their users have thought.
    Closed(ClosedLoop),
    /// When others cause them.
    Caused,
}

impl SourceState {
    pub(super) fn all(model: &Model, keys: &Keys) -> Vec<Self> {
        let state = |(source, &key): (&crate::model::Source, &Key)| Self {
            process: match source.traffic.as_ref().map(|traffic| traffic.start(key)) {
                None => Process::Caused,
                Some(Source::Open(arrivals)) => Process::Open(arrivals),
                Some(Source::Closed(users)) => Process::Closed(users),
            },
            number: 0,
            key,
            class: source.class.index(),
            entry: source.entry,
            first_step: match source.entry {
                Entry::Operation(operation) | Entry::Client(operation) => {
                    model.operations[operation.index()].first_step
                }
                Entry::Group(_) | Entry::Route(_) => 0,
            },
            causes: !source.causes.is_empty(),
            first_steps: match source.entry {
                Entry::Operation(operation) => {
                    FirstSteps::of(model, model.operations[operation.index()].first_step)
                }
                Entry::Group(_) | Entry::Route(_) | Entry::Client(_) => None,
            },
        };
        model.sources.iter().zip(&keys.sources).map(state).collect()
    }

    /// Whether the luck of a message is asked for once more when it has ended: for what it causes,
    /// or for its user's next.
    pub(super) fn outlives_its_messages(&self) -> bool {
        self.causes || self.is_closed()
    }

    /// Whether a message that ends sets its user thinking about the next.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.process, Process::Closed(_))
    }

    fn think(&self) -> Option<&Dist> {
        match &self.process {
            Process::Closed(users) => Some(&users.think),
            Process::Open(_) | Process::Caused => None,
        }
    }
}

impl<T: Trace> Run<'_, T> {
    /// Schedules the first message of every source, and every user of closed loops.
    pub(super) fn schedule_first_arrivals(&mut self) {
        for source in 0..self.sources.len() {
            self.schedule_arrival(source as u32);
            let state = &self.sources[source];
            if let Process::Closed(ClosedLoop { users, .. }) = state.process {
                let key = state.key;
                for user in 0..users {
                    if self.is_too_full() {
                        return;
                    }
                    let luck = Luck::of_message(key, u64::from(user));
                    self.let_user_think(SourceId(source as u16), luck);
                }
            }
        }
    }

    #[inline(always)]
    fn schedule_arrival(&mut self, source: u32) {
        if let Process::Open(arrivals) = &mut self.sources[source as usize].process
            && let Some(at) = arrivals.next()
        {
            self.calendar.schedule(at, Event::Arrival(source).pack());
        }
    }

    /// The next message of a source comes.
    #[inline(always)]
    pub(super) fn on_arrival(&mut self, source: u32) {
        self.books.events += 1;
        self.schedule_arrival(source);
        let state = &mut self.sources[source as usize];
        let (key, number) = (state.key, state.number);
        state.number += 1;
        let due = match &mut state.first_steps {
            Some(first) => first.due(&self.steps, key, number),
            None => Due::OPEN,
        };
        let luck = Luck::of_message(key, number);
        let id = self.new_message(SourceId(source as u16), luck, due);
        self.enter(id, source as usize);
    }

    /// A user begins to think; the request with this luck comes when that is over.
    pub(super) fn let_user_think(&mut self, source: SourceId, luck: Luck) {
        let purpose = self.keys.thinks[source.index()];
        let Some(think) = self.sources[source.index()].think() else { return };
        let length = think.sample(&mut luck.draws(purpose));
        let id = self.new_message(source, luck, Due::OPEN);
        self.stay(id, State::Scheduled, length);
    }

    /// The time of a scheduled message has come.
    pub(super) fn on_scheduled(&mut self, id: TaskId) {
        let task = &mut self.tasks[id];
        task.born = self.now;
        let source = usize::from(task.source);
        self.enter(id, source);
    }

    /// The record of a message that is to come, now or later.
    #[inline(always)]
    pub(super) fn new_message(&mut self, source: SourceId, luck: Luck, due: Due) -> TaskId {
        let now = self.now;
        let pc = self.sources[source.index()].first_step;
        let id = self.tasks.insert_with(|id| Task {
            luck,
            born: now,
            since: now,
            due,
            // No branches are open.
            parent: TaskId(0),
            root: id,
            links: Links::OUTSIDE,
            instance: 0,
            pc,
            site: 0,
            source: source.0,
            pending: 0,
            attempt_or_orphans: 0,
            state: State::Scheduled,
            flags: Flags::default(),
            outcome: Outcome::Delivered,
        });
        if self.tasks.have_more() {
            self.note_message(id, source, luck);
        }
        id
    }

    /// Notes what is kept of a new message beside its record.
    #[inline(never)]
    fn note_message(&mut self, id: TaskId, source: SourceId, luck: Luck) {
        self.tasks.start_notes(id);
        if self.tasks.know_senders() {
            let sender = self.draw_sender(source, luck);
            self.tasks.set_sender(id, sender);
        }
    }

    /// Who sends the message with this luck.
    fn draw_sender(&self, source: SourceId, luck: Luck) -> u32 {
        let mut draws = luck.draws(self.keys.senders[source.index()]);
        match &self.model.sources[source.index()].senders {
            Some(senders) => senders.pick(draws),
            None => draws.next_u32(),
        }
    }

    /// A message of `source` arrives: it counts from here on.
    #[inline(always)]
    fn enter(&mut self, id: TaskId, source: usize) {
        self.books.arrived(self.sources[source].class, self.now);
        if self.tasks.have_more() {
            self.open_account(id);
            self.begin_life(id, source);
        }
        if T::ON {
            let name = &self.model.sources[source].name;
            self.trace.note(self.now, format_args!("message {} of `{name}` arrives", id.0));
        }
        match self.sources[source].entry {
            Entry::Operation(_) => self.join_service(id),
            Entry::Group(group) => {
                self.routes.forget_way(id);
                self.join_carrier(id, group);
            }
            Entry::Route(route) => self.join_route(id, route),
            Entry::Client(_) => self.step(id),
        }
    }

    /// A call or a branch: a new task of the same message, not yet on its way.
    #[inline]
    pub(super) fn new_task(
        &mut self,
        maker: TaskId,
        site: u16,
        index: u64,
        flags: Flags,
    ) -> TaskId {
        let &Task { luck, root, source, instance, pc, .. } = &self.tasks[maker];
        let luck = luck.child(self.keys.sites[usize::from(site)].child, index);
        let now = self.now;
        let id = self.tasks.insert_with(|_| Task {
            luck,
            born: now,
            since: now,
            due: Due::OPEN,
            parent: TaskId::NONE,
            root,
            links: Links::OUTSIDE,
            // Where it is sent from.
            instance,
            pc,
            site,
            source,
            pending: 0,
            attempt_or_orphans: 0,
            state: State::Travelling,
            flags,
            outcome: Outcome::Delivered,
        });
        self.tasks.inherit(id, maker);
        id
    }
}
