//! First in, first out: in the order in which they came.

use crate::engine::{Id, Linked, Queue, Slab};

/// Nothing but a queue.
#[derive(Debug)]
pub(super) struct FifoLine<T>(Queue<T>);

impl<T: Linked> FifoLine<T> {
    pub(super) const fn new() -> Self {
        Self(Queue::new())
    }

    #[inline]
    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.0.push_back(slab, id);
    }

    #[inline]
    pub(super) fn pop(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        self.0.pop_front(slab)
    }

    #[inline]
    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.0.remove(slab, id);
    }

    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.0.len()
    }

    #[inline]
    pub(super) fn oldest(&self) -> Option<Id<T>> {
        self.0.front()
    }
}
