//! The records of all tasks, and the queues that they wait in.

use std::ops::{Index, IndexMut};

use super::event::MOST_INDEX;
use super::task::{Due, Task, TaskId};
use crate::engine::{Id, Queue, Slab, Ticket};

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

    /// The next to go on.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<TaskId> {
        match self.tasks.get(self.done) {
            Some(&id) => {
                self.done += 1;
                Some(id)
            }
            None => {
                self.tasks.clear();
                self.done = 0;
                None
            }
        }
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
    /// By record, as far as calls with a timeout reach: the event that is the timeout.
    timers: Vec<Ticket>,
}

impl Tasks {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { slab: Slab::new(MOST_INDEX), timers: Vec::new() }
    }

    /// Makes a record.
    #[inline]
    pub(super) fn insert(&mut self, task: Task) -> TaskId {
        self.insert_with(|_| task)
    }

    /// Makes a record that knows its own id.
    #[inline]
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
        self.stop_timer(id);
        self.slab.remove(Id::new(id.0));
    }

    /// Notes that `event` is the timeout of a call.
    pub(super) fn set_timer(&mut self, call: TaskId, event: Ticket) {
        let index = call.0 as usize;
        if self.timers.len() <= index {
            self.timers.resize(index + 1, Ticket::NONE);
        }
        self.timers[index] = event;
    }

    /// A call has no timeout any more.
    #[inline]
    pub(super) fn stop_timer(&mut self, call: TaskId) {
        if let Some(timer) = self.timers.get_mut(call.0 as usize) {
            *timer = Ticket::NONE;
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
