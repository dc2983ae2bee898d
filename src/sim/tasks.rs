//! The records of all tasks, and the queues that they wait in.

use std::ops::{Index, IndexMut};

use super::accounts::Accounts;
use super::event::MOST_INDEX;
use super::lives::Lives;
use super::task::{Due, Flags, Task, TaskId};
use crate::engine::{Id, Luck, Queue, SimDuration, SimTime, Slab, Ticket};
use crate::policy::Failure;
use crate::service::{Line, Taken, line};

/// Tasks that go on at this very instant, in order.
#[derive(Debug, Default)]
pub(super) struct Todo {
    tasks: Vec<TaskId>,
    /// How many of them have gone on.
    done: usize,
}

impl Todo {
    /// A task goes on, after those that were here before.
    #[inline]
    pub(super) fn push(&mut self, id: TaskId) {
        if self.tasks.len() == self.tasks.capacity() && self.done > self.tasks.len() / 2 {
            self.forget_done();
        }
        self.tasks.push(id);
    }

    /// Whether none does.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The next to go on.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<TaskId> {
        let &id = self.tasks.get(self.done)?;
        self.done += 1;
        if self.done == self.tasks.len() {
            self.tasks.clear();
            self.done = 0;
        }
        Some(id)
    }

    /// A task does not go on after all.
    pub(super) fn remove(&mut self, id: TaskId) {
        self.forget_done();
        self.tasks.retain(|&task| task != id);
    }

    /// Keeps a long instant from taking more than twice the memory of its longest list.
    #[cold]
    fn forget_done(&mut self) {
        self.tasks.drain(..self.done);
        self.done = 0;
    }
}

/// All tasks of a run.
#[derive(Debug)]
pub(super) struct Tasks {
    slab: Slab<Task>,
    /// Whether anything is kept beside the records.
    has_more: bool,
    /// By record, as far as calls with a timeout reach: the event that is the timeout.
    timers: Vec<Ticket>,
    /// By record, where the model asks: who sends the message.
    senders: Option<Vec<u32>>,
    /// By record, where the model asks: what policies keep of a call.
    notes: Option<Vec<Notes>>,
    /// By record, where messages are held back at doors: when it last joined a line.
    joined: Option<Vec<SimTime>>,
    /// Where messages have validity periods: until when each is valid.
    lives: Option<Lives>,
    /// By record, where messages do more than to wait and compute once: where their time went.
    pub(super) accounts: Option<Accounts>,
    /// By record, as far as calls reach that are made again and whose callee knows them by then.
    fates: Vec<Fate>,
}

/// What further attempts of a call have in common with the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// The luck of the first.
    pub(super) luck: Luck,
    /// When the first of them was submitted to a carrier; the end of time if none was yet.
    pub(super) submitted: SimTime,
}

/// What policies keep of a call; of other tasks, the deadline alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notes {
    /// When nobody wants the answer of this attempt any more, timeouts of all callers included:
    /// what services that look at deadlines look at.
    pub(super) deadline: SimTime,
    /// The deadline that callers have set, further attempts included, and all know that make calls
    /// for it.
    pub(super) until: SimTime,
    /// The pause before this attempt.
    pub(super) pause: SimDuration,
    /// The event that sends the next copy.
    pub(super) hedge: Ticket,
    /// Copies sent so far, beside the first.
    pub(super) copies: u8,
    /// How the attempt before failed, if this is a further one.
    pub(super) after: Option<Failure>,
    /// How this attempt fails, where it never goes out.
    pub(super) failure: Failure,
}

impl Notes {
    /// Of a task that nobody has said anything about.
    pub(super) const NONE: Self = Self {
        deadline: SimTime::MAX,
        until: SimTime::MAX,
        pause: SimDuration::ZERO,
        hedge: Ticket::NONE,
        copies: 0,
        after: None,
        failure: Failure::Refused,
    };
}

impl Tasks {
    /// None yet. Each knows whose message it is if `by_sender`, what policies keep if `by_policy`,
    /// when it joined a line, apart from when it came, if `are_held_back`, and until when its
    /// message is valid if they `expire`.
    pub(super) fn new(
        by_sender: bool,
        by_policy: bool,
        are_held_back: bool,
        expire: bool,
        accounts: Option<Accounts>,
    ) -> Self {
        Self {
            slab: Slab::new(MOST_INDEX),
            has_more: by_sender || by_policy || expire || accounts.is_some(),
            lives: expire.then(|| Lives::new(MOST_INDEX)),
            timers: Vec::new(),
            fates: Vec::new(),
            senders: by_sender.then(Vec::new),
            notes: by_policy.then(Vec::new),
            joined: are_held_back.then(Vec::new),
            accounts,
        }
    }

    /// Whether anything is kept beside the records.
    #[inline]
    pub(super) fn have_more(&self) -> bool {
        self.has_more
    }

    /// Notes that a task joins a line.
    #[inline]
    pub(super) fn join_line_at(&mut self, id: TaskId, now: SimTime) {
        let Some(joined) = &mut self.joined else { return };
        let index = id.0 as usize;
        if joined.len() <= index {
            joined.resize(index + 1, SimTime::ZERO);
        }
        joined[index] = now;
    }

    /// When a task joined the line that it is in.
    #[inline]
    pub(super) fn joined_line_at(&self, id: TaskId) -> SimTime {
        self.joined.as_ref().map_or(self[id].since, |joined| joined[id.0 as usize])
    }

    /// A message is valid until then; the name of its life, where messages have one.
    pub(super) fn begin_life(&mut self, message: TaskId, until: SimTime) -> Option<u32> {
        self.lives.as_mut().map(|lives| lives.begin(message, until))
    }

    /// Notes the event at the end of a life.
    pub(super) fn set_life_timer(&mut self, life: u32, timer: Ticket) {
        if let Some(lives) = &mut self.lives {
            lives.set_timer(life, timer);
        }
    }

    /// Whether `event` is the end of a life that is not over.
    #[inline(never)]
    pub(super) fn is_life_timed_by(&self, life: u32, event: Ticket) -> bool {
        self.lives.as_ref().is_some_and(|lives| lives.is_timed_by(life, event))
    }

    /// The parts of a message with that life.
    pub(super) fn parts_of(&self, life: u32) -> Vec<TaskId> {
        self.lives.as_ref().map_or(Vec::new(), |lives| lives.parts_of(life))
    }

    /// Whether a task is a part of the message with that life.
    pub(super) fn is_part_of(&self, id: TaskId, life: u32) -> bool {
        self.lives.as_ref().and_then(|lives| lives.life_of(id)) == Some(life)
    }

    /// Whether the message of a task is not valid any more.
    #[inline]
    pub(super) fn is_invalid(&self, id: TaskId, now: SimTime) -> bool {
        self.lives.as_ref().is_some_and(|lives| lives.is_over(id, now))
    }

    /// Notes that a task has expired for its message's validity.
    pub(super) fn note_life_end(&mut self, id: TaskId) {
        if let Some(lives) = &mut self.lives {
            lives.note_end(id);
        }
    }

    /// Whether a part of a task's message has expired for its validity.
    pub(super) fn has_ended_a_part(&self, id: TaskId) -> bool {
        self.lives.as_ref().is_some_and(|lives| lives.has_ended_a_part(id))
    }

    /// Whether policies keep anything.
    #[inline]
    pub(super) fn keep_notes(&self) -> bool {
        self.notes.is_some()
    }

    /// What policies keep of a task.
    #[inline]
    pub(super) fn notes(&self, id: TaskId) -> Notes {
        let notes = self.notes.as_ref().and_then(|notes| notes.get(id.0 as usize));
        notes.copied().unwrap_or(Notes::NONE)
    }

    /// What policies keep of a task, to change.
    ///
    /// # Panics
    /// If they keep nothing.
    pub(super) fn notes_mut(&mut self, id: TaskId) -> &mut Notes {
        let notes = self.notes.as_mut().expect("asked for only where policies keep something");
        let index = id.0 as usize;
        if notes.len() <= index {
            notes.resize(index + 1, Notes::NONE);
        }
        &mut notes[index]
    }

    /// A new message: nothing is known of it.
    #[inline]
    pub(super) fn start_notes(&mut self, id: TaskId) {
        if self.keep_notes() {
            *self.notes_mut(id) = Notes::NONE;
        }
    }

    /// A new record goes on as what `of` was.
    pub(super) fn succeed(&mut self, id: TaskId, of: TaskId) {
        self.inherit(id, of);
        if self.keep_notes() {
            *self.notes_mut(id) = self.notes(of);
        }
        if let Some(&fate) = self.fates.get(of.0 as usize) {
            self.set_fate(id, fate);
        }
    }

    /// Keeps what all attempts of a call have in common.
    pub(super) fn set_fate(&mut self, call: TaskId, fate: Fate) {
        let index = call.0 as usize;
        if self.fates.len() <= index {
            self.fates.resize(index + 1, fate);
        }
        self.fates[index] = fate;
    }

    /// What all attempts of a call have in common; any other task has but one.
    pub(super) fn fate(&self, id: TaskId) -> Fate {
        let &Task { flags, attempt_or_orphans: made, luck, .. } = &self[id];
        match self.fates.get(id.0 as usize) {
            // What an earlier call has left here has another luck.
            Some(&fate) if flags.has(Flags::CALL) && (made > 0 || fate.luck == luck) => fate,
            Some(_) | None => Fate { luck, submitted: SimTime::MAX },
        }
    }

    /// The sender of the message that a task is for; 0 where nothing asks for it.
    #[inline]
    pub(super) fn sender(&self, id: TaskId) -> u32 {
        self.senders.as_ref().map_or(0, |senders| senders[id.0 as usize])
    }

    /// Whether each task knows whose message it is.
    #[inline]
    pub(super) fn know_senders(&self) -> bool {
        self.senders.is_some()
    }

    /// Notes the sender of the message that a new task is for.
    pub(super) fn set_sender(&mut self, id: TaskId, sender: u32) {
        let Some(senders) = &mut self.senders else { return };
        let index = id.0 as usize;
        if senders.len() <= index {
            senders.resize(index + 1, 0);
        }
        senders[index] = sender;
    }

    /// A new task is for the same message as `of`.
    #[inline]
    pub(super) fn inherit(&mut self, id: TaskId, of: TaskId) {
        if self.has_more {
            self.inherit_more(id, of);
        }
    }

    #[inline(never)]
    fn inherit_more(&mut self, id: TaskId, of: TaskId) {
        if let Some(accounts) = &mut self.accounts {
            accounts.fork(id, of);
        }
        if self.senders.is_some() {
            let sender = self.sender(of);
            self.set_sender(id, sender);
        }
        if self.keep_notes() {
            let Notes { deadline, until, .. } = self.notes(of);
            *self.notes_mut(id) = Notes { deadline, until, ..Notes::NONE };
        }
        if let Some(lives) = &mut self.lives {
            lives.join(id, of);
        }
    }

    /// Makes a record.
    #[inline]
    pub(super) fn insert(&mut self, task: Task) -> TaskId {
        self.insert_with(|_| task)
    }

    /// Makes a record that knows its own id.
    #[inline(always)]
    pub(super) fn insert_with(&mut self, make: impl FnOnce(TaskId) -> Task) -> TaskId {
        let id = self.slab.insert_with(|id| make(TaskId(id.number())));
        TaskId(id.expect("a run ends at its memory budget, before this").number())
    }

    /// Frees a record; events that name it are stale from now on.
    #[inline]
    pub(super) fn remove(&mut self, id: TaskId) {
        let task = &mut self[id];
        task.due = Due::OPEN;
        task.parent = TaskId::NONE;
        if self.has_more {
            self.forget_more(id);
        }
        self.slab.remove(Id::new(id.0));
    }

    /// Frees what is kept beside a record.
    #[inline(never)]
    fn forget_more(&mut self, id: TaskId) {
        self.stop_timer(id);
        if let Some(lives) = &mut self.lives {
            lives.leave(id);
        }
        if let Some(accounts) = &mut self.accounts {
            accounts.close(id);
        }
    }

    /// Notes that `event` is the timeout of a call.
    pub(super) fn set_timer(&mut self, call: TaskId, event: Ticket) {
        self.has_more = true;
        let index = call.0 as usize;
        if self.timers.len() <= index {
            self.timers.resize(index + 1, Ticket::NONE);
        }
        self.timers[index] = event;
    }

    /// A call has no timeout any more, and sends no further copies.
    #[inline]
    pub(super) fn stop_timer(&mut self, call: TaskId) {
        if let Some(timer) = self.timers.get_mut(call.0 as usize) {
            *timer = Ticket::NONE;
        }
        if self.keep_notes() {
            self.notes_mut(call).hedge = Ticket::NONE;
        }
    }

    /// Whether `event` is the timeout of the call that has this record now.
    #[inline]
    pub(super) fn is_timed_by(&self, call: TaskId, event: Ticket) -> bool {
        self.timers.get(call.0 as usize) == Some(&event)
    }

    /// Whether more than `most` records are in use.
    #[inline]
    pub(super) fn are_more_than(&self, most: usize) -> bool {
        // Most of the time there never were so many.
        self.slab.len_max() > most && self.slab.len() > most
    }

    /// Records in use, in order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.slab.iter().map(|(id, task)| (TaskId(id.number()), task))
    }

    /// The record at `id`, in use or freed, for the question whether an event is stale.
    #[inline]
    pub(super) fn even_freed(&self, id: TaskId) -> &Task {
        self.slab.even_freed(Id::new(id.0))
    }

    /// Puts a task at the end of a queue.
    #[inline]
    pub(super) fn push_back(&mut self, queue: &mut Queue<Task>, id: TaskId) {
        queue.push_back(&mut self.slab, Id::new(id.0));
    }

    /// Puts a task behind the last one in a queue for which `is_ahead` holds.
    pub(super) fn insert_in_order(
        &mut self,
        queue: &mut Queue<Task>,
        id: TaskId,
        is_ahead: impl Fn(TaskId) -> bool,
    ) {
        let is_ahead = |other: Id<Task>| is_ahead(TaskId(other.number()));
        queue.insert(&mut self.slab, Id::new(id.0), is_ahead);
    }

    /// Takes the task at the head of a queue.
    #[inline]
    pub(super) fn pop_front(&mut self, queue: &mut Queue<Task>) -> Option<TaskId> {
        queue.pop_front(&mut self.slab).map(|id| TaskId(id.number()))
    }

    /// Puts a task in a line.
    #[inline(always)]
    pub(super) fn line_up(&mut self, line: &mut Line<Task>, id: TaskId, ticket: line::Ticket) {
        line.push(&mut self.slab, Id::new(id.0), ticket);
    }

    /// Puts a task back in the line that it had left, at the head of its level.
    pub(super) fn put_back(&mut self, line: &mut Line<Task>, id: TaskId, ticket: line::Ticket) {
        line.put_back(&mut self.slab, Id::new(id.0), ticket);
    }

    /// Takes the next out of a line at `now`, and whether it is to be served.
    #[inline(always)]
    pub(super) fn next_in_line(
        &mut self,
        line: &mut Line<Task>,
        now: SimTime,
    ) -> Option<(TaskId, bool)> {
        let (id, is_served) = match line.pop(&mut self.slab, now)? {
            Taken::Serve(id) => (id, true),
            Taken::Shed(id) => (id, false),
        };
        Some((TaskId(id.number()), is_served))
    }

    /// Takes a task out of the line that it is in.
    pub(super) fn leave_line(&mut self, line: &mut Line<Task>, id: TaskId) {
        line.remove(&mut self.slab, Id::new(id.0));
    }

    /// Takes a task out of the queue that it is in.
    pub(super) fn unlink(&mut self, queue: &mut Queue<Task>, id: TaskId) {
        queue.remove(&mut self.slab, Id::new(id.0));
    }
}

impl Index<TaskId> for Tasks {
    type Output = Task;
    #[inline]
    fn index(&self, id: TaskId) -> &Task {
        &self.slab[Id::new(id.0)]
    }
}

impl IndexMut<TaskId> for Tasks {
    #[inline]
    fn index_mut(&mut self, id: TaskId) -> &mut Task {
        &mut self.slab[Id::new(id.0)]
    }
}
