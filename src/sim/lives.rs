//! Until when messages are valid, and which tasks are parts of each.
//!
//! A message whose stream has a validity period has a *life*: its end, the timer that tells it, and
//! the message's parts in the order in which they came to be. That is its first task, and every
//! call, branch and copy that is made for it, however far down, as long as each has a record.

use super::task::TaskId;
use crate::engine::{Id, SimTime, Slab, Ticket};

/// Of a task that is no part of a message with a validity period.
const NO_LIFE: u32 = u32::MAX;

/// The lives of all messages that have one.
#[derive(Debug)]
pub(super) struct Lives {
    lives: Slab<Life>,
    /// By record, as far as parts reach.
    parts: Vec<Part>,
}

/// The validity of a message.
#[derive(Clone, Copy, Debug)]
struct Life {
    until: SimTime,
    /// The event at its end.
    timer: Ticket,
    /// Whether a part of the message has expired for it.
    has_ended_a_part: bool,
    first: TaskId,
    last: TaskId,
}

/// A part of a message, and its neighbours among the parts.
#[derive(Clone, Copy, Debug)]
struct Part {
    life: u32,
    next: TaskId,
    prev: TaskId,
}

const NO_PART: Part = Part { life: NO_LIFE, next: TaskId::NONE, prev: TaskId::NONE };

impl Lives {
    /// None yet, and never more than `limit` at once.
    pub(super) fn new(limit: u32) -> Self {
        Self { lives: Slab::new(limit), parts: Vec::new() }
    }

    /// A message is valid until then; the name of its life.
    pub(super) fn begin(&mut self, message: TaskId, until: SimTime) -> u32 {
        let life = Life {
            until,
            timer: Ticket::NONE,
            has_ended_a_part: false,
            first: TaskId::NONE,
            last: TaskId::NONE,
        };
        let life = self.lives.insert(life);
        let life = life.expect("each has a part of its own, and a run ends at its memory budget");
        self.add(life.number(), message);
        life.number()
    }

    /// Notes the event at the end of a life.
    pub(super) fn set_timer(&mut self, life: u32, timer: Ticket) {
        self.lives[Id::new(life)].timer = timer;
    }

    /// Whether `event` is the end of a life that is not over.
    pub(super) fn is_timed_by(&self, life: u32, event: Ticket) -> bool {
        self.lives.even_freed(Id::new(life)).timer == event
    }

    /// A new task is a part of the message that `of` is one of.
    pub(super) fn join(&mut self, id: TaskId, of: TaskId) {
        if let Some(life) = self.life_of(of) {
            self.add(life, id);
        }
    }

    fn add(&mut self, life: u32, id: TaskId) {
        let index = id.0 as usize;
        if self.parts.len() <= index {
            self.parts.resize(index + 1, NO_PART);
        }
        let own = &mut self.lives[Id::new(life)];
        let last = std::mem::replace(&mut own.last, id);
        match last {
            TaskId::NONE => own.first = id,
            last => self.parts[last.0 as usize].next = id,
        }
        self.parts[index] = Part { life, next: TaskId::NONE, prev: last };
    }

    /// A task is over; a message all of whose parts are is forgotten.
    pub(super) fn leave(&mut self, id: TaskId) {
        let Some(part) = self.parts.get_mut(id.0 as usize) else { return };
        let Part { life, next, prev } = std::mem::replace(part, NO_PART);
        if life == NO_LIFE {
            return;
        }
        let own = &mut self.lives[Id::new(life)];
        match prev {
            TaskId::NONE => own.first = next,
            prev => self.parts[prev.0 as usize].next = next,
        }
        match next {
            TaskId::NONE => own.last = prev,
            next => self.parts[next.0 as usize].prev = prev,
        }
        if own.first == TaskId::NONE {
            own.timer = Ticket::NONE;
            self.lives.remove(Id::new(life));
        }
    }

    /// The life of the message that a task is a part of, if it has one.
    pub(super) fn life_of(&self, id: TaskId) -> Option<u32> {
        let life = self.parts.get(id.0 as usize)?.life;
        (life != NO_LIFE).then_some(life)
    }

    /// Whether the message that a task is a part of is not valid any more at `now`.
    pub(super) fn is_over(&self, id: TaskId, now: SimTime) -> bool {
        self.life_of(id).is_some_and(|life| self.lives[Id::new(life)].until <= now)
    }

    /// A task has expired for its message's life.
    pub(super) fn note_end(&mut self, id: TaskId) {
        if let Some(life) = self.life_of(id) {
            self.lives[Id::new(life)].has_ended_a_part = true;
        }
    }

    /// Whether a part of the message that a task is a part of has expired for its life.
    pub(super) fn has_ended_a_part(&self, id: TaskId) -> bool {
        self.life_of(id).is_some_and(|life| self.lives[Id::new(life)].has_ended_a_part)
    }

    /// The parts of a message, in the order in which they came to be.
    pub(super) fn parts_of(&self, life: u32) -> Vec<TaskId> {
        let first = self.lives[Id::new(life)].first;
        let next =
            |id: &TaskId| Some(self.parts[id.0 as usize].next).filter(|&n| n != TaskId::NONE);
        std::iter::successors(Some(first), next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    #[test]
    fn parts_join_and_leave_in_any_order() {
        let mut lives = Lives::new(9);
        let life = lives.begin(TaskId(4), at(10));
        lives.join(TaskId(1), TaskId(4));
        lives.join(TaskId(7), TaskId(1));
        lives.join(TaskId(0), TaskId(9));
        assert_eq!(lives.parts_of(life), [TaskId(4), TaskId(1), TaskId(7)]);
        assert_eq!(lives.life_of(TaskId(0)), None);
        lives.leave(TaskId(1));
        lives.leave(TaskId(4));
        assert_eq!(lives.parts_of(life), [TaskId(7)]);
        assert!(lives.is_over(TaskId(7), at(10)) && !lives.is_over(TaskId(7), at(9)));
        assert!(!lives.is_over(TaskId(4), at(10)), "it is a part no longer");
        lives.note_end(TaskId(7));
        assert!(lives.has_ended_a_part(TaskId(7)));
        lives.leave(TaskId(7));
        lives.leave(TaskId(7));
        assert!(!lives.has_ended_a_part(TaskId(7)));
    }
}
