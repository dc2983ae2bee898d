//! By priority: the first of the most urgent lane that is not empty. Within a lane, in the order in
//! which they came.
//!
//! A more urgent newcomer either waits for a worker to fall free (*head of the line*; mean waits:
//! Cobham 1954), or takes one from somebody less urgent at once (*preemptive resume*).

use super::Ticket;
use super::roll::Roll;
use crate::engine::{Id, Linked, Links, Queue, Slab};
use crate::language::{Fields, Problems};
use crate::service::lanes::{Lanes, LanesSpec};

/// Priority among known classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Priority {
    /// How urgent each class is.
    pub lanes: Lanes,
    /// Whether a newcomer takes the worker of somebody less urgent.
    pub preemptive: bool,
}

/// Priority as written.
#[derive(Clone, Debug, PartialEq)]
pub struct PrioritySpec {
    lanes: LanesSpec,
    pub(super) preemptive: bool,
}

impl PrioritySpec {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let lanes = fields.required("lanes", problems);
        let preemptive = fields.or("preemptive", false, problems);
        Some(Self { lanes: lanes?, preemptive: preemptive? })
    }

    pub(super) fn resolve(&self, classes: &[String], problems: &mut Problems) -> Option<Priority> {
        let lanes = self.lanes.resolve(classes, problems)?;
        Some(Priority { lanes, preemptive: self.preemptive })
    }
}

/// A queue for each level.
#[derive(Debug)]
pub(super) struct PriorityLine<T> {
    roll: Roll<T, Id<Place<T>>>,
    places: Slab<Place<T>>,
    levels: Vec<Queue<Place<T>>>,
}

/// A place in the queue of a level. The record's own links keep the order of arrival.
#[derive(Debug)]
struct Place<T> {
    links: Links,
    who: Id<T>,
    level: u8,
}

impl<T> Linked for Place<T> {
    fn links(&self) -> &Links {
        &self.links
    }
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}

impl<T: Linked> PriorityLine<T> {
    /// With `levels` levels, at least 1.
    pub(super) fn new(levels: u32) -> Self {
        Self {
            roll: Roll::new(),
            places: Slab::new(u32::MAX),
            levels: (0..levels).map(|_| Queue::new()).collect(),
        }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        let place = self.join(slab, id, ticket);
        self.levels[usize::from(ticket.level)].push_back(&mut self.places, place);
    }

    pub(super) fn put_back(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        let place = self.join(slab, id, ticket);
        self.levels[usize::from(ticket.level)].push_front(&mut self.places, place);
    }

    fn join(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) -> Id<Place<T>> {
        let place = Place { links: Links::OUTSIDE, who: id, level: ticket.level };
        let place = self.places.insert(place).expect("no more wait than there are records");
        self.roll.join(slab, id, place);
        place
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        let first = self.levels.iter().find_map(Queue::front)?;
        let next = self.places[first].who;
        self.remove(slab, next);
        Some(next)
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        let place = self.roll.leave(slab, id);
        let level = usize::from(self.places[place].level);
        self.levels[level].remove(&mut self.places, place);
        self.places.remove(place);
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
    use super::*;
    use crate::service::line::Discipline;
    use crate::service::line::tests::{Play, at_ms, ticket};

    fn play() -> Play {
        let lanes = Lanes::of_levels(vec![0, 1, 2]);
        Play::new(&Discipline::Priority(Priority { lanes, preemptive: true }))
    }

    fn of(level: u8) -> Ticket {
        Ticket { level, ..ticket(0) }
    }

    #[test]
    fn the_more_urgent_first_and_equals_in_order() {
        let mut play = play();
        for level in [2, 1, 0, 1, 0] {
            play.push(of(level));
        }
        assert_eq!(play.oldest(), Some(0));
        let served: Vec<_> = (0..5).map(|_| play.pop(at_ms(9)).unwrap()).collect();
        assert_eq!(served, [2, 4, 1, 3, 0]);
    }

    #[test]
    fn who_lost_its_worker_goes_on_before_its_equals_but_is_the_newest() {
        let mut play = play();
        play.push(of(1));
        assert_eq!(play.pop(at_ms(0)), Some(0));
        play.push(of(1));
        play.put_back(0, of(1));
        play.push(of(0));
        assert_eq!(play.oldest(), Some(1));
        let served: Vec<_> = (0..3).map(|_| play.pop(at_ms(9)).unwrap()).collect();
        assert_eq!(served, [2, 0, 1]);
    }
}
