//! What is remembered of a message at a carrier where it did not simply go through: its
//! submissions so far, the answer that is on its way, copies that may reach the recipient.
//!
//! A visit begins with the first submission that is not simply accepted, and ends when nothing more
//! can become of the message there. So messages that wait, and those that are accepted, take
//! nothing here.

use super::task::TaskId;
use crate::carrier::Verdict;
use crate::engine::{SimDuration, SimTime};

/// How a message's own stay at a carrier ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Rejected,
    Expired,
    Cancelled,
    Failed,
    Lost,
    Delivered,
}

/// What is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// When the message came for the carrier.
    pub(super) came: SimTime,
    /// When it was first submitted.
    pub(super) first: SimTime,
    /// How long it waited in our queue, before all submissions so far.
    pub(super) waited: SimDuration,
    /// The pause before its last submission.
    pub(super) pause: SimDuration,
    /// What the submission that is out comes to, or the last one came to.
    pub(super) answer: Verdict,
    /// How long after that answer it is submitted again, where a rule of ours says so.
    pub(super) again: Option<SimDuration>,
    /// How much later than that answer the carrier is done with the submission.
    pub(super) late: SimDuration,
    /// Submissions so far.
    pub(super) tries: u32,
    /// Copies that are on their way to the recipient, though we believe otherwise.
    pub(super) copies: u32,
    /// Whether one has reached the recipient.
    pub(super) is_delivered: bool,
    /// How its own stay ended, if it has.
    pub(super) end: Option<End>,
    /// Its place in the ledgers.
    pub(super) ledger: usize,
}

/// Whose record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The message's own at the carrier.
    Own(usize),
    /// That of a copy.
    Copy(usize),
}

/// All visits of a run.
#[derive(Debug, Default)]
pub(super) struct Visits {
    all: Vec<Visit>,
    free: Vec<usize>,
    /// By record of a task, as far as they reach: 0, or twice the visit's place and 2, and 1 more
    /// for a copy.
    of: Vec<u32>,
}

impl Visits {
    /// Whose record a task's is, if anything is remembered.
    #[inline]
    pub(super) fn role(&self, task: TaskId) -> Option<Role> {
        let code = *self.of.get(task.0 as usize)?;
        let visit = (code / 2).checked_sub(1)? as usize;
        Some(if code % 2 == 1 { Role::Copy(visit) } else { Role::Own(visit) })
    }

    /// The visit of a message whose own record this is.
    #[inline]
    pub(super) fn own(&self, task: TaskId) -> Option<&Visit> {
        match self.role(task) {
            Some(Role::Own(visit)) => Some(&self.all[visit]),
            Some(Role::Copy(_)) | None => None,
        }
    }

    /// The visit of a message that has one.
    ///
    /// # Panics
    /// If it has none.
    pub(super) fn own_mut(&mut self, task: TaskId) -> &mut Visit {
        match self.role(task) {
            Some(Role::Own(visit)) => &mut self.all[visit],
            Some(Role::Copy(_)) | None => unreachable!("only messages with a visit are asked"),
        }
    }

    /// The visit at a place.
    pub(super) fn at(&mut self, visit: usize) -> &mut Visit {
        &mut self.all[visit]
    }

    /// Begins a visit, or goes on with it.
    pub(super) fn enter(&mut self, task: TaskId, new: Visit) -> &mut Visit {
        let place = match self.role(task) {
            Some(Role::Own(visit)) => visit,
            Some(Role::Copy(_)) | None => {
                let visit = self.free.pop().unwrap_or(self.all.len());
                if visit == self.all.len() {
                    self.all.push(new);
                } else {
                    self.all[visit] = new;
                }
                self.set(task, Some(Role::Own(visit)));
                visit
            }
        };
        &mut self.all[place]
    }

    /// A copy of the message with a visit goes its own way.
    pub(super) fn add_copy(&mut self, task: TaskId, copy: TaskId) {
        if let Some(Role::Own(visit)) = self.role(task) {
            self.all[visit].copies += 1;
            self.set(copy, Some(Role::Copy(visit)));
        }
    }

    /// A message's own record is another from now on.
    pub(super) fn pass_on(&mut self, from: TaskId, to: TaskId) {
        let role = self.role(from);
        if role.is_some() {
            self.set(from, None);
            self.set(to, role);
        }
    }

    /// A task has nothing to do with its visit any more.
    pub(super) fn leave(&mut self, task: TaskId) {
        self.set(task, None);
    }

    /// Forgets a visit that nobody has anything to do with any more.
    pub(super) fn forget(&mut self, visit: usize) {
        self.free.push(visit);
    }

    /// Visits that are not over though the message's own stay is.
    pub(super) fn with_copies_only(&self) -> impl Iterator<Item = &Visit> {
        let copies = |visit: &&Visit| visit.copies > 0;
        self.all.iter().filter(copies).filter(|visit| visit.end.is_some() && !visit.is_delivered)
    }

    fn set(&mut self, task: TaskId, role: Option<Role>) {
        let index = task.0 as usize;
        if self.of.len() <= index {
            self.of.resize(index + 1, 0);
        }
        // Records are at most 2²⁸, and no more visits than records and their copies.
        self.of[index] = match role {
            None => 0,
            Some(Role::Own(visit)) => 2 * (visit as u32 + 1),
            Some(Role::Copy(visit)) => 2 * (visit as u32 + 1) + 1,
        };
    }
}
