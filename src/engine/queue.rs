//! A queue threaded through the records that wait in it, so that one may leave from the middle.

use super::slab::{Id, Slab};

const NONE: u32 = u32::MAX;
/// Stands in `next` of a record that is in no queue.
const OUTSIDE: u32 = u32::MAX - 1;

/// A record's neighbours in the one queue that it is in, if it is in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    ahead: u32,
    behind: u32,
}

/// A record that can wait in a [`Queue`].
pub trait Linked {
    /// Its place in its queue.
    fn links(&self) -> &Links;
    /// Its place in its queue, for the queue alone to change.
    fn links_mut(&mut self) -> &mut Links;
}

/// Records of a [`Slab<T>`] in the order in which they came.
///
/// The queue takes 12 bytes and each record 8, wherever it waits; a record is in one queue at a
/// time. Joining and leaving, at either end or from the middle, touch the record and its
/// neighbours and allocate nothing. Every call must be given the slab that the ids came from.
#[derive(Debug)]
pub struct Queue<T> {
    front: u32,
    back: u32,
    len: u32,
    kind: std::marker::PhantomData<fn() -> T>,
}

impl Links {
    /// In no queue.
    pub const OUTSIDE: Self = Self { ahead: NONE, behind: OUTSIDE };

    /// Whether the record waits in a queue.
    #[inline]
    pub fn is_in_queue(&self) -> bool {
        self.behind != OUTSIDE
    }
}

impl<T: Linked> Queue<T> {
    /// With nobody in it.
    pub const fn new() -> Self {
        Self { front: NONE, back: NONE, len: 0, kind: std::marker::PhantomData }
    }

    /// Records waiting.
    #[inline]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether nobody waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Who came first.
    #[inline]
    pub fn front(&self) -> Option<Id<T>> {
        id(self.front)
    }

    /// Who came last.
    #[inline]
    pub fn back(&self) -> Option<Id<T>> {
        id(self.back)
    }

    /// Puts the record last. It must be in no queue.
    #[inline]
    pub fn push_back(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.join(slab, id, Links { ahead: self.back, behind: NONE });
    }

    /// Puts the record first, as what was taken out and could not go on. It must be in no queue.
    #[inline]
    pub fn push_front(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.join(slab, id, Links { ahead: NONE, behind: self.front });
    }

    /// Puts the record behind the last one for which `is_ahead` holds, looking from the end. It
    /// must be in no queue.
    pub fn insert(&mut self, slab: &mut Slab<T>, id: Id<T>, is_ahead: impl Fn(Id<T>) -> bool) {
        let mut ahead = self.back();
        let mut behind = NONE;
        while let Some(at) = ahead.filter(|&at| !is_ahead(at)) {
            behind = at.number();
            ahead = self::id(slab[at].links().ahead);
        }
        let ahead = ahead.map_or(NONE, Id::number);
        self.join(slab, id, Links { ahead, behind });
    }

    /// Takes out who came first.
    #[inline]
    pub fn pop_front(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        // As `remove`, but nobody stands ahead.
        let first = self.front()?;
        let links = std::mem::replace(slab[first].links_mut(), Links::OUTSIDE);
        self.front = links.behind;
        *self.ahead(slab, links.behind) = NONE;
        self.len -= 1;
        Some(first)
    }

    /// Takes out who came last.
    #[inline]
    pub fn pop_back(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        let last = self.back()?;
        self.remove(slab, last);
        Some(last)
    }

    /// Takes the record out from wherever it stands. It must be in this queue.
    #[inline]
    pub fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        let links = std::mem::replace(slab[id].links_mut(), Links::OUTSIDE);
        debug_assert!(links.is_in_queue(), "{id:?} is in no queue");
        *self.behind(slab, links.ahead) = links.behind;
        *self.ahead(slab, links.behind) = links.ahead;
        self.len -= 1;
    }

    /// The records from first to last.
    pub fn iter<'a>(&self, slab: &'a Slab<T>) -> impl Iterator<Item = Id<T>> + use<'a, T> {
        std::iter::successors(self.front(), move |&at| id(slab[at].links().behind))
    }

    #[inline]
    fn join(&mut self, slab: &mut Slab<T>, id: Id<T>, links: Links) {
        debug_assert!(!slab[id].links().is_in_queue(), "{id:?} is in a queue already");
        *slab[id].links_mut() = links;
        *self.behind(slab, links.ahead) = id.number();
        *self.ahead(slab, links.behind) = id.number();
        self.len += 1;
    }

    /// What says who stands behind `number`, or first in the queue.
    #[inline]
    fn behind<'a>(&'a mut self, slab: &'a mut Slab<T>, number: u32) -> &'a mut u32 {
        match id(number) {
            Some(id) => &mut slab[id].links_mut().behind,
            None => &mut self.front,
        }
    }

    /// What says who stands ahead of `number`, or last in the queue.
    #[inline]
    fn ahead<'a>(&'a mut self, slab: &'a mut Slab<T>, number: u32) -> &'a mut u32 {
        match id(number) {
            Some(id) => &mut slab[id].links_mut().ahead,
            None => &mut self.back,
        }
    }
}

impl<T: Linked> Default for Queue<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[inline]
fn id<T>(number: u32) -> Option<Id<T>> {
    (number != NONE).then(|| Id::new(number))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    const _: () = assert!(size_of::<Queue<Waiting>>() == 12 && size_of::<Links>() == 8);

    #[derive(Debug)]
    struct Waiting(Links);

    impl Linked for Waiting {
        fn links(&self) -> &Links {
            &self.0
        }
        fn links_mut(&mut self) -> &mut Links {
            &mut self.0
        }
    }

    proptest! {
        /// Two queues over one slab against two deques; records move between all ends.
        #[test]
        fn a_queue_is_a_deque_that_can_be_left(
            steps in prop::collection::vec((0..6u8, 0..2usize, any::<u8>()), 0..300)
        ) {
            let mut slab = Slab::new(1000);
            let mut queues: [Queue<Waiting>; 2] = [Queue::new(), Queue::new()];
            let mut deques = [VecDeque::new(), VecDeque::new()];
            for (verb, which, at) in steps {
                let (queue, deque) = (&mut queues[which], &mut deques[which]);
                let left = match verb {
                    0 | 1 => {
                        let id = slab.insert(Waiting(Links::OUTSIDE)).unwrap();
                        queue.push_back(&mut slab, id);
                        deque.push_back(id);
                        None
                    }
                    2 => {
                        let id = slab.insert(Waiting(Links::OUTSIDE)).unwrap();
                        queue.push_front(&mut slab, id);
                        deque.push_front(id);
                        None
                    }
                    3 => {
                        let left = queue.pop_front(&mut slab);
                        prop_assert_eq!(left, deque.pop_front());
                        left
                    }
                    4 => {
                        let left = queue.pop_back(&mut slab);
                        prop_assert_eq!(left, deque.pop_back());
                        left
                    }
                    _ => {
                        let left = deque.remove(usize::from(at));
                        left.inspect(|&id| queue.remove(&mut slab, id))
                    }
                };
                if let Some(id) = left {
                    prop_assert!(!slab[id].0.is_in_queue());
                    slab.remove(id);
                }
                prop_assert_eq!(queue.len() as usize, deque.len());
                prop_assert_eq!(queue.is_empty(), deque.is_empty());
                prop_assert_eq!(queue.front(), deque.front().copied());
                prop_assert_eq!(queue.back(), deque.back().copied());
                prop_assert!(queue.iter(&slab).eq(deque.iter().copied()));
                prop_assert!(deque.iter().all(|&id| slab[id].0.is_in_queue()));
            }
        }
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "#0 is in a queue already")]
    fn waiting_twice_is_caught_in_debug_builds() {
        let mut slab = Slab::new(1);
        let id = slab.insert(Waiting(Links::OUTSIDE)).unwrap();
        let mut queue = Queue::new();
        queue.push_back(&mut slab, id);
        queue.push_back(&mut slab, id);
    }
}
