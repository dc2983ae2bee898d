//! Those who wait in order of arrival, each with what its discipline remembers of it.

use std::collections::BTreeMap;

use crate::engine::{Id, Linked, Queue, Slab};

/// Who waits, and of each a `V`: for disciplines that serve in another order than that of arrival,
/// or need to know more than it.
#[derive(Debug)]
pub(super) struct Roll<T, V> {
    arrivals: Queue<T>,
    /// By the number of the id.
    known: BTreeMap<u32, V>,
}

impl<T: Linked, V: Copy> Roll<T, V> {
    pub(super) const fn new() -> Self {
        Self { arrivals: Queue::new(), known: BTreeMap::new() }
    }

    /// Somebody joins, of whom `value` is remembered.
    pub(super) fn join(&mut self, slab: &mut Slab<T>, id: Id<T>, value: V) {
        self.arrivals.push_back(slab, id);
        self.known.insert(id.number(), value);
    }

    /// Somebody of the roll leaves it: what was remembered.
    pub(super) fn leave(&mut self, slab: &mut Slab<T>, id: Id<T>) -> V {
        self.arrivals.remove(slab, id);
        self.known.remove(&id.number()).expect("only who waits here can leave")
    }

    /// Remembers `value` of somebody who waits, in place of what was remembered.
    pub(super) fn set(&mut self, id: Id<T>, value: V) {
        let replaced = self.known.insert(id.number(), value);
        debug_assert!(replaced.is_some(), "{id:?} does not wait here");
    }

    pub(super) fn len(&self) -> u32 {
        self.arrivals.len()
    }

    /// Who joined first.
    pub(super) fn oldest(&self) -> Option<Id<T>> {
        self.arrivals.front()
    }
}
