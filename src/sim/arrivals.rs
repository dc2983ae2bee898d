//! A message comes: by its source's process, from a user who has thought, or caused by another.

use super::event::Event;
use super::luck::Keys;
use super::run::Run;
use super::task::{Flags, Outcome, State, Task, TaskId};
use super::trace::Trace;
use crate::engine::{Key, Links, Luck, SimTime};
use crate::model::{Entry, Model, SourceId};
use crate::traffic::{Arrivals, Traffic};

/// A source as it is now.
#[derive(Clone, Debug)]
pub(super) struct SourceState {
    /// When its next messages come; `None` for closed loops and caused messages.
    arrivals: Option<Arrivals>,
    /// Messages so far.
    number: u64,
    key: Key,
    pub(super) class: usize,
    /// Whether a message that ends sets its user thinking about the next.
    pub(super) is_closed: bool,
}

impl SourceState {
    pub(super) fn all(model: &Model, keys: &Keys) -> Vec<Self> {
        let state = |(source, &key): (&crate::model::Source, &Key)| Self {
            arrivals: source.traffic.as_ref().and_then(|traffic| traffic.start(key)),
            number: 0,
            key,
            class: source.class.index(),
            is_closed: matches!(source.traffic, Some(Traffic::Closed(_))),
        };
        model.sources.iter().zip(&keys.sources).map(state).collect()
    }
}

impl<T: Trace> Run<'_, T> {
    /// Schedules the first message of every source, and every user of closed loops.
    pub(super) fn schedule_first_arrivals(&mut self) {
        for source in 0..self.sources.len() as u32 {
            self.schedule_arrival(source);
            if let Some(Traffic::Closed(users)) = &self.model.sources[source as usize].traffic {
                for _ in 0..users.users {
                    self.let_user_think(SourceId(source as u16));
                }
            }
        }
    }

    #[inline]
    fn schedule_arrival(&mut self, source: u32) {
        let arrivals = self.sources[source as usize].arrivals.as_mut();
        if let Some(at) = arrivals.and_then(Arrivals::next) {
            self.calendar.schedule(at.max(self.now), Event::Arrival(source).pack());
        }
    }

    /// The next message of a source comes.
    #[inline]
    pub(super) fn on_arrival(&mut self, source: u32) {
        self.books.events += 1;
        self.schedule_arrival(source);
        let state = &mut self.sources[source as usize];
        let luck = Luck::of_message(state.key, state.number);
        state.number += 1;
        let id = self.new_message(SourceId(source as u16), luck);
        self.enter(id);
    }

    /// A user begins to think; the next request comes when that is over.
    pub(super) fn let_user_think(&mut self, source: SourceId) {
        let Some(Traffic::Closed(users)) = &self.model.sources[source.index()].traffic else {
            return;
        };
        let state = &mut self.sources[source.index()];
        let luck = Luck::of_message(state.key, state.number);
        state.number += 1;
        let id = self.new_message(source, luck);
        let think = users.think.sample(&mut luck.draws(self.keys.thinks[source.index()]));
        self.stay(id, State::Scheduled, think);
    }

    /// The time of a scheduled message has come.
    pub(super) fn on_scheduled(&mut self, id: TaskId) {
        self.tasks[id].born = self.now;
        self.enter(id);
    }

    /// The record of a message that is to come, now or later.
    pub(super) fn new_message(&mut self, source: SourceId, luck: Luck) -> TaskId {
        let id = self.tasks.insert(Task {
            luck,
            born: self.now,
            since: self.now,
            wake: SimTime::MAX,
            parent: TaskId::NONE,
            root: TaskId::NONE,
            links: Links::OUTSIDE,
            instance: 0,
            pc: 0,
            site_or_open: 0,
            source: source.0,
            pending: 0,
            attempt_or_orphans: 0,
            state: State::Scheduled,
            flags: Flags::default(),
            outcome: Outcome::Delivered,
        });
        self.tasks[id].root = id;
        id
    }

    /// A message arrives: it counts from here on.
    #[inline]
    fn enter(&mut self, id: TaskId) {
        let source = usize::from(self.tasks[id].source);
        self.books.arrived(self.sources[source].class, self.now);
        if T::ON {
            let name = &self.model.sources[source].name;
            self.trace.note(self.now, format_args!("message {} of `{name}` arrives", id.0));
        }
        match self.model.sources[source].entry {
            Entry::Operation(operation) => {
                self.tasks[id].pc = self.model.operations[operation.index()].first_step;
                self.join_service(id);
            }
            Entry::Group(group) => self.join_carrier(id, group),
            Entry::Client(operation) => {
                self.tasks[id].pc = self.model.operations[operation.index()].first_step;
                self.step(id);
            }
        }
    }

    /// A call or a branch: a new task of the same message, not yet on its way.
    #[inline]
    pub(super) fn new_task(&mut self, maker: TaskId, site: u16, index: u64, flags: Flags) -> TaskId {
        let maker = self.tasks[maker];
        let child = self.keys.sites[usize::from(site)].child;
        self.tasks.insert(Task {
            luck: maker.luck.child(child, index),
            born: self.now,
            since: self.now,
            wake: SimTime::MAX,
            parent: TaskId::NONE,
            root: maker.root,
            links: Links::OUTSIDE,
            instance: 0,
            pc: 0,
            site_or_open: site,
            source: maker.source,
            pending: 0,
            attempt_or_orphans: 0,
            state: State::Travelling,
            flags,
            outcome: Outcome::Delivered,
        })
    }
}
