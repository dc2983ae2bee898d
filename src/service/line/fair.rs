//! Fair by sender: senders take turns, each with so many messages a turn, so that a flood from one
//! delays the others by a turn and not by the flood. Within a sender, in order of arrival.
//!
//! Deficit round robin (Shreedhar & Varghese, SIGCOMM 1995) where every message counts as one: a
//! sender who joins, or comes back after a time with nobody waiting, takes the last turn.

use std::collections::BTreeMap;

use super::Ticket;
use super::roll::Roll;
use crate::engine::{Id, Linked, Links, Queue, Slab};
use crate::language::{Fields, Problems, Whole};

/// Most messages a turn.
const MOST_QUANTUM: u64 = 1_000_000;

/// How long a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fair {
    /// Messages of one sender that are served before it is the next one's turn, at least 1.
    pub quantum: u32,
}

impl Fair {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let quantum = fields.or("quantum", Whole::<1, MOST_QUANTUM>(1), problems);
        Some(Self { quantum: quantum?.0 as u32 })
    }
}

/// The senders who have somebody waiting, in a ring.
#[derive(Debug)]
pub(super) struct FairLine<T> {
    roll: Roll<T, Id<Place<T>>>,
    places: Slab<Place<T>>,
    senders: Slab<Sender<T>>,
    known: BTreeMap<u32, Id<Sender<T>>>,
    /// Whose turn it is stands first.
    ring: Queue<Sender<T>>,
    quantum: u32,
}

/// A place in a sender's queue. The record's own links keep the order of arrival.
#[derive(Debug)]
struct Place<T> {
    links: Links,
    who: Id<T>,
    sender: Id<Sender<T>>,
}

/// A sender with somebody waiting.
#[derive(Debug)]
struct Sender<T> {
    links: Links,
    name: u32,
    waiting: Queue<Place<T>>,
    /// Messages left of its turn.
    left: u32,
}

impl<T> Linked for Place<T> {
    fn links(&self) -> &Links {
        &self.links
    }
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}

impl<T> Linked for Sender<T> {
    fn links(&self) -> &Links {
        &self.links
    }
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}

impl<T: Linked> FairLine<T> {
    pub(super) fn new(settings: Fair) -> Self {
        Self {
            roll: Roll::new(),
            places: Slab::new(u32::MAX),
            senders: Slab::new(u32::MAX),
            known: BTreeMap::new(),
            ring: Queue::new(),
            quantum: settings.quantum,
        }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        let sender = match self.known.get(&ticket.sender) {
            Some(&sender) => sender,
            None => self.join_ring(ticket.sender),
        };
        let place = Place { links: Links::OUTSIDE, who: id, sender };
        let place = self.places.insert(place).expect("no more wait than there are records");
        self.senders[sender].waiting.push_back(&mut self.places, place);
        self.roll.join(slab, id, place);
    }

    fn join_ring(&mut self, name: u32) -> Id<Sender<T>> {
        let (links, waiting) = (Links::OUTSIDE, Queue::new());
        let sender = Sender { links, name, waiting, left: self.quantum };
        let sender = self.senders.insert(sender).expect("no more senders wait than messages");
        self.ring.push_back(&mut self.senders, sender);
        self.known.insert(name, sender);
        sender
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>) -> Option<Id<T>> {
        let turn = self.ring.front()?;
        let first = self.senders[turn].waiting.front().expect("only who waits is in the ring");
        let next = self.places[first].who;
        let sender = &mut self.senders[turn];
        sender.left -= 1;
        if sender.left == 0 {
            sender.left = self.quantum;
            self.ring.remove(&mut self.senders, turn);
            self.ring.push_back(&mut self.senders, turn);
        }
        self.remove(slab, next);
        Some(next)
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        let place = self.roll.leave(slab, id);
        let from = self.places[place].sender;
        let sender = &mut self.senders[from];
        sender.waiting.remove(&mut self.places, place);
        self.places.remove(place);
        if sender.waiting.is_empty() {
            self.known.remove(&sender.name);
            self.ring.remove(&mut self.senders, from);
            self.senders.remove(from);
        }
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

    /// Who is served of messages from these senders.
    fn served(quantum: u32, senders: &[u32]) -> Vec<usize> {
        let mut play = Play::new(&Discipline::Fair(Fair { quantum }));
        senders.iter().for_each(|&sender| play.push(Ticket { sender, ..ticket(0) }));
        senders.iter().map(|_| play.pop(at_ms(1)).unwrap()).collect()
    }

    #[test]
    fn a_flood_delays_the_others_by_one_message_a_turn() {
        assert_eq!(served(1, &[7, 7, 7, 7, 3, 3, 5]), [0, 4, 6, 1, 5, 2, 3]);
    }

    #[test]
    fn a_turn_is_as_long_as_its_quantum() {
        assert_eq!(served(2, &[7, 7, 7, 7, 3, 3, 3]), [0, 1, 4, 5, 2, 3, 6]);
    }

    #[test]
    fn who_comes_back_waits_for_a_turn() {
        let mut play = Play::new(&Discipline::Fair(Fair { quantum: 1 }));
        for sender in [1, 2, 2] {
            play.push(Ticket { sender, ..ticket(0) });
        }
        assert_eq!(play.pop(at_ms(0)), Some(0));
        play.push(Ticket { sender: 1, ..ticket(0) });
        assert_eq!(play.pop(at_ms(0)), Some(1));
        assert_eq!(play.pop(at_ms(0)), Some(3));
        assert_eq!(play.pop(at_ms(0)), Some(2));
    }
}
