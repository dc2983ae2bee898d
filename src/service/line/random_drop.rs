//! First in, first out, and when the queue is full, one of those who wait, drawn at random, gives
//! way to the newcomer: who sends most loses most, and a full queue is no wall for those who come
//! in bursts (random drop: Mankin & Ramakrishnan, RFC 1254).

use super::roll::Roll;
use crate::engine::{Id, Linked, Slab};

/// An array to draw from beside the order of arrival.
#[derive(Debug)]
pub(super) struct RandomDropLine<T> {
    /// Of each, its place in the array.
    roll: Roll<T, u32>,
    members: Vec<Id<T>>,
}

impl<T: Linked> RandomDropLine<T> {
    pub(super) const fn new() -> Self {
        Self { roll: Roll::new(), members: Vec::new() }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        self.roll.join(slab, id, self.members.len() as u32);
        self.members.push(id);
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        let first = self.roll.oldest()?;
        self.remove(slab, first);
        Some(first)
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        let place = self.roll.leave(slab, id);
        self.members.swap_remove(place as usize);
        if let Some(&moved) = self.members.get(place as usize) {
            self.roll.set(moved, place);
        }
    }

    /// Who gives way, by a draw from all numbers.
    pub(super) fn victim(&self, draw: u64) -> Option<Id<T>> {
        let place = (u128::from(draw) * self.members.len() as u128) >> 64;
        self.members.get(place as usize).copied()
    }

    pub(super) fn len(&self) -> u32 {
        self.roll.len()
    }

    pub(super) fn oldest(&self) -> Option<Id<T>> {
        self.roll.oldest()
    }
}

#[cfg(test)]
mod tests {
    use crate::service::line::Discipline;
    use crate::service::line::tests::{Play, at_ms, ticket};

    const EIGHTH: u64 = 1 << 61;

    #[test]
    fn everybody_may_be_drawn_and_nobody_else() {
        let mut play = Play::new(&Discipline::RandomDrop);
        assert_eq!(play.victim(0), None);
        (0..4).for_each(|_| play.push(ticket(0)));
        let drawn: Vec<_> = (0..8).map(|eighth| play.victim(eighth * EIGHTH)).collect();
        assert_eq!(drawn, [0, 0, 1, 1, 2, 2, 3, 3].map(Some));
        assert_eq!(play.victim(u64::MAX), Some(3));
        // The last takes the place of who leaves; the order of service stays.
        play.remove(1);
        assert_eq!(play.victim(u64::MAX / 2), Some(3));
        let served: Vec<_> = (0..3).map(|_| play.pop(at_ms(0)).unwrap()).collect();
        assert_eq!(served, [0, 2, 3]);
    }
}
