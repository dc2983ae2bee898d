//! The records of all tasks, and the lists that they wait in.

use std::ops::{Index, IndexMut};

use super::task::{Task, TaskId};
use crate::engine::{List, Slab};

/// All tasks of a run.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    slab: Slab<Task>,
}

impl Tasks {
    pub(super) fn insert(&mut self, task: Task) -> TaskId {
        TaskId(self.slab.insert(task))
    }

    pub(super) fn remove(&mut self, id: TaskId) {
        self.slab[id.0].wake = crate::engine::SimTime::MAX;
        self.slab.remove(id.0);
    }

    pub(super) fn len(&self) -> usize {
        self.slab.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.slab.iter().map(|(id, task)| (TaskId(id), task))
    }
}
