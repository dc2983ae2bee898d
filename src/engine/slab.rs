//! Records of one kind in one place, each named by a small number that is used again after it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// Most records that a slab can hold: an event's payload keeps 28 bits for the number of a record
/// beside 4 for the kind of event.
pub const SLOTS_MAX: u32 = 1 << 28;

/// The name of a record in a [`Slab<T>`], below [`SLOTS_MAX`].
///
/// It stays valid until the record is removed; then the next record to come may bear it.
pub struct Id<T> {
    number: u32,
    kind: PhantomData<fn() -> T>,
}

/// Records of type `T` with a bound on their number.
///
/// Inserting, removing and reading cost a few instructions and one access to the record; nothing
/// is allocated while fewer records are live than have been before. The slot that was freed last
/// is filled first, for it is the one still in the processor's cache. A record costs its own size,
/// a free slot 4 bytes more. Memory is kept at the peak.
#[derive(Clone, Debug)]
pub struct Slab<T> {
    records: Vec<T>,
    free: Vec<u32>,
    /// To catch mistakes: whether each slot's record is live.
    #[cfg(debug_assertions)]
    live: Vec<bool>,
    limit: u32,
}

impl<T> Slab<T> {
    /// Without records, for at most `limit` of them, and never more than [`SLOTS_MAX`].
    pub fn new(limit: u32) -> Self {
        let limit = limit.min(SLOTS_MAX);
        Self {
            records: Vec::new(),
            free: Vec::new(),
            #[cfg(debug_assertions)]
            live: Vec::new(),
            limit,
        }
    }

    /// Stores `record`, unless the slab is full.
    #[inline]
    pub fn insert(&mut self, record: T) -> Option<Id<T>> {
        self.insert_with(|_| record)
    }

    /// Stores the record that `make` makes of its own id, unless the slab is full. It is written
    /// straight to its slot: a processor that copied what it has just written would wait for it.
    #[inline(always)]
    pub fn insert_with(&mut self, make: impl FnOnce(Id<T>) -> T) -> Option<Id<T>> {
        let number = if let Some(number) = self.free.pop() {
            self.records[number as usize] = make(Id::new(number));
            number
        } else {
            let number = self.room_for_more()?;
            self.records.push(make(Id::new(number)));
            number
        };
        #[cfg(debug_assertions)]
        {
            self.live[number as usize] = true;
        }
        Some(Id::new(number))
    }

    /// Frees the record's slot. The record itself is dropped when its slot is used again.
    ///
    /// The record must be live.
    #[inline]
    pub fn remove(&mut self, id: Id<T>) {
        #[cfg(debug_assertions)]
        {
            assert!(self.live[id.number as usize], "{id:?} is removed twice");
            self.live[id.number as usize] = false;
        }
        self.free.push(id.number);
    }

    /// Live records.
    #[inline]
    pub fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }

    /// The most records that were ever live at once.
    #[inline]
    pub fn len_max(&self) -> usize {
        self.records.len()
    }

    /// Whether no record is live.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at `id`, or what it held when it was freed: for the question whether something
    /// that names it is out of date.
    ///
    /// # Panics
    /// If there never was a record at `id`.
    #[inline]
    pub fn even_freed(&self, id: Id<T>) -> &T {
        &self.records[id.number as usize]
    }

    /// Whether [`Slab::insert`] would refuse.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.len() == self.limit as usize
    }

    /// Memory held, in bytes, without what the records own elsewhere.
    pub fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<T>() + self.free.capacity() * size_of::<u32>()
    }

    /// The live records in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        let mut is_live = vec![true; self.records.len()];
        self.free.iter().for_each(|&number| is_live[number as usize] = false);
        let records = (0..).map(Id::new).zip(&self.records).zip(is_live);
        records.filter_map(|(record, is_live)| is_live.then_some(record))
    }

    /// The number of a new slot, for which there is room; `None` if the slab is full.
    #[cold]
    #[inline(never)]
    fn room_for_more(&mut self) -> Option<u32> {
        let number = self.records.len() as u32;
        if number == self.limit {
            return None;
        }
        #[cfg(debug_assertions)]
        self.live.push(false);
        self.records.reserve(1);
        Some(number)
    }
}

impl<T> Index<Id<T>> for Slab<T> {
    type Output = T;
    #[inline]
    fn index(&self, id: Id<T>) -> &T {
        #[cfg(debug_assertions)]
        assert!(self.live[id.number as usize], "{id:?} is not live");
        &self.records[id.number as usize]
    }
}

impl<T> IndexMut<Id<T>> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        #[cfg(debug_assertions)]
        assert!(self.live[id.number as usize], "{id:?} is not live");
        &mut self.records[id.number as usize]
    }
}

impl<T> Id<T> {
    /// The record that `number` came from, as [`Id::number`] gave it.
    #[inline]
    pub const fn new(number: u32) -> Self {
        Self { number, kind: PhantomData }
    }

    /// The number, for an event's payload.
    #[inline]
    pub const fn number(self) -> u32 {
        self.number
    }
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<T> Eq for Id<T> {}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_slot_freed_last_is_filled_first() {
        let mut slab = Slab::new(SLOTS_MAX);
        let ids: Vec<_> = (0..4).map(|i| slab.insert(i).unwrap()).collect();
        slab.remove(ids[1]);
        slab.remove(ids[3]);
        assert_eq!(slab.insert(7), Some(ids[3]));
        assert_eq!(slab.insert(8), Some(ids[1]));
        assert_eq!(slab.insert(9).unwrap().number(), 4);
        let live: Vec<_> = slab.iter().map(|(id, &record)| (id.number(), record)).collect();
        assert_eq!(live, [(0, 0), (1, 8), (2, 2), (3, 7), (4, 9)]);
    }

    #[test]
    fn a_full_slab_refuses_until_a_record_goes() {
        let mut slab = Slab::new(2);
        let first = slab.insert('a').unwrap();
        assert!(!slab.is_full());
        slab.insert('b').unwrap();
        assert!(slab.is_full());
        assert_eq!(slab.insert('c'), None);
        slab.remove(first);
        assert_eq!(slab.insert('c'), Some(first));
        assert_eq!(slab[first], 'c');
    }

    #[test]
    fn memory_follows_the_peak_of_live_records_not_their_number() {
        let mut slab = Slab::new(SLOTS_MAX);
        for i in 0..100_000u64 {
            let id = slab.insert(i).unwrap();
            slab.remove(id);
        }
        assert!(slab.is_empty() && slab.bytes() < 1000, "{} bytes", slab.bytes());
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "#0 is removed twice")]
    fn removing_twice_is_caught_in_debug_builds() {
        let mut slab = Slab::new(1);
        let id = slab.insert(()).unwrap();
        slab.remove(id);
        slab.remove(id);
    }

    proptest! {
        #[test]
        fn a_slab_is_a_map_from_ids(steps in prop::collection::vec(any::<Option<u8>>(), 0..400)) {
            let (mut slab, mut map) = (Slab::new(150), BTreeMap::new());
            for (value, step) in steps.into_iter().enumerate() {
                if let Some(at) = step {
                    if let Some(number) = map.keys().nth(usize::from(at)).copied() {
                        slab.remove(Id::new(number));
                        map.remove(&number);
                    }
                } else if let Some(id) = slab.insert(value) {
                    prop_assert_eq!(map.insert(id.number(), value), None);
                } else {
                    prop_assert_eq!(map.len(), 150);
                }
                prop_assert_eq!((slab.len(), slab.is_full()), (map.len(), map.len() == 150));
            }
            let live: Vec<_> = slab.iter().map(|(id, &value)| (id.number(), value)).collect();
            prop_assert_eq!(live, map.into_iter().collect::<Vec<_>>());
        }
    }
}
