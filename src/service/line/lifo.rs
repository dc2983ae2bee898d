//! Last in, first out: under overload some are served while their callers still wait, and the rest
//! not at all, where first in first out would serve all of them too late.
//!
//! The mean wait is that of first in first out, but waits differ more: for M/G/1, E(W²) is greater
//! by the factor 1/(1 − ρ) (Kingman 1962).

use crate::engine::{Id, Linked, Queue, Slab};

/// A queue that is left at the end at which it is joined.
#[derive(Debug)]
pub(super) struct LifoLine<T>(Queue<T>);

impl<T: Linked> LifoLine<T> {
    pub(super) const fn new() -> Self {
        Self(Queue::new())
    }

    #[inline]
    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.0.push_back(slab, id);
    }

    #[inline]
    pub(super) fn pop(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        self.0.pop_back(slab)
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
