//! Every discipline against its slow, obvious version: a list that is searched from end to end.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::engine::{Links, SimDuration};
use crate::service::lanes::Lanes;

/// A record that can wait.
#[derive(Debug)]
pub(super) struct Waiting(Links);

impl Linked for Waiting {
    fn links(&self) -> &Links {
        &self.0
    }
    fn links_mut(&mut self) -> &mut Links {
        &mut self.0
    }
}

/// A line whose guests are numbered in the order in which they first came.
pub(super) struct Play {
    line: Line<Waiting>,
    slab: Slab<Waiting>,
    ids: Vec<Id<Waiting>>,
    /// The guest who has a record now.
    guests: BTreeMap<u32, usize>,
}

/// Who came out of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Out {
    Served(usize),
    Shed(usize),
}

pub(super) fn at_ms(ms: u64) -> SimTime {
    SimTime::ZERO + SimDuration::from_millis(ms)
}

/// Of somebody who joins at `ms` and has nothing special.
pub(super) fn ticket(ms: u64) -> Ticket {
    Ticket { now: at_ms(ms), level: 0, sender: 0, deadline: SimTime::MAX }
}

impl Play {
    pub(super) fn new(discipline: &Discipline) -> Self {
        let (line, slab) = (Line::new(discipline), Slab::new(u32::MAX));
        Self { line, slab, ids: Vec::new(), guests: BTreeMap::new() }
    }

    pub(super) fn push(&mut self, ticket: Ticket) {
        let id = self.slab.insert(Waiting(Links::OUTSIDE)).unwrap();
        self.guests.insert(id.number(), self.ids.len());
        self.ids.push(id);
        self.line.push(&mut self.slab, id, ticket);
    }

    /// A guest who was served comes back.
    pub(super) fn put_back(&mut self, guest: usize, ticket: Ticket) {
        let id = self.slab.insert(Waiting(Links::OUTSIDE)).unwrap();
        self.guests.insert(id.number(), guest);
        self.ids[guest] = id;
        self.line.put_back(&mut self.slab, id, ticket);
    }

    pub(super) fn take(&mut self, now: SimTime) -> Option<Out> {
        let (id, out): (_, fn(usize) -> Out) = match self.line.pop(&mut self.slab, now)? {
            Taken::Serve(id) => (id, Out::Served),
            Taken::Shed(id) => (id, Out::Shed),
        };
        Some(out(self.forget(id)))
    }

    /// As `take`, where nobody is shed.
    pub(super) fn pop(&mut self, now: SimTime) -> Option<usize> {
        match self.take(now)? {
            Out::Served(guest) => Some(guest),
            Out::Shed(guest) => panic!("{guest} is shed"),
        }
    }

    pub(super) fn remove(&mut self, guest: usize) {
        let id = self.ids[guest];
        self.line.remove(&mut self.slab, id);
        self.forget(id);
    }

    pub(super) fn oldest(&self) -> Option<usize> {
        self.line.oldest().map(|id| self.guests[&id.number()])
    }

    pub(super) fn victim(&self, draw: u64) -> Option<usize> {
        self.line.victim(draw).map(|id| self.guests[&id.number()])
    }

    fn forget(&mut self, id: Id<Waiting>) -> usize {
        assert!(!self.slab[id].0.is_in_queue());
        self.slab.remove(id);
        self.guests.remove(&id.number()).unwrap()
    }
}

/// The slow version of a discipline: who is next of all who wait, in order of arrival?
trait Slow {
    /// Where the next stands in the list, and whether it is shed.
    fn next(&mut self, waiting: &[(usize, Ticket)], now: SimTime) -> Option<(usize, bool)>;
    /// Somebody has come, left or been taken.
    fn changed(&mut self, _waiting: &[(usize, Ticket)], _now: SimTime) {}
}

/// A discipline without memory.
struct By<F>(F);

impl<F: Fn(&[(usize, Ticket)]) -> usize> Slow for By<F> {
    fn next(&mut self, waiting: &[(usize, Ticket)], _now: SimTime) -> Option<(usize, bool)> {
        (!waiting.is_empty()).then(|| (self.0(waiting), false))
    }
}

/// One thing that happens, and how many ms after what happened before.
#[derive(Clone, Debug)]
enum Step {
    Push { level: u8, sender: u32, patience: u64 },
    Take,
    Remove(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let push = (0..3u8, 0..4u32, 0..60u64).prop_map(|(level, sender, patience)| Step::Push {
        level,
        sender,
        patience,
    });
    let step = prop_oneof![
        5 => push,
        4 => Just(Step::Take),
        1 => any::<prop::sample::Index>().prop_map(Step::Remove),
    ];
    prop::collection::vec((prop_oneof![Just(0), 0..4u64, 0..40u64], step), 0..300)
}

/// Plays the same on the line and on the list.
fn check(discipline: &Discipline, steps: &[(u64, Step)], mut slow: impl Slow) {
    let mut play = Play::new(discipline);
    let mut list: Vec<(usize, Ticket)> = Vec::new();
    let mut ms = 0;
    for (gap, step) in steps {
        ms += gap;
        let now = at_ms(ms);
        match step {
            Step::Push { level, sender, patience } => {
                let deadline = at_ms(ms + patience);
                let ticket = Ticket { now, level: *level, sender: *sender, deadline };
                list.push((play.ids.len(), ticket));
                play.push(ticket);
            }
            Step::Take => {
                let expected = slow.next(&list, now).map(|(at, shed)| {
                    let (guest, _) = list.remove(at);
                    if shed { Out::Shed(guest) } else { Out::Served(guest) }
                });
                assert_eq!(play.take(now), expected);
            }
            Step::Remove(_) if list.is_empty() => {}
            Step::Remove(index) => play.remove(list.remove(index.index(list.len())).0),
        }
        slow.changed(&list, now);
        assert_eq!(play.line.len() as usize, list.len());
        assert_eq!(play.line.is_empty(), list.is_empty());
        assert_eq!(play.oldest(), list.first().map(|(guest, _)| *guest));
    }
}

/// Turns once a queue has stood for longer than 20 ms.
struct SlowAdaptive {
    /// How many waited, and when, after each change so far.
    history: Vec<(usize, SimTime)>,
}

impl Slow for SlowAdaptive {
    fn next(&mut self, waiting: &[(usize, Ticket)], now: SimTime) -> Option<(usize, bool)> {
        // Until somebody came to an empty queue, it was empty.
        let pairs = self.history.windows(2).filter(|pair| pair[0].0 == 0);
        let empty_at = pairs.map(|pair| pair[1].1).next_back().unwrap_or(SimTime::ZERO);
        let last = waiting.len().checked_sub(1)?;
        let stands = now.since(empty_at) > SimDuration::from_millis(20);
        Some((if stands { last } else { 0 }, false))
    }
    fn changed(&mut self, waiting: &[(usize, Ticket)], now: SimTime) {
        self.history.push((waiting.len(), now));
    }
}

/// Turns of two messages.
#[derive(Default)]
struct SlowFair {
    /// Senders in turn, and what is left of their turns.
    turns: Vec<(u32, u32)>,
}

impl Slow for SlowFair {
    fn next(&mut self, waiting: &[(usize, Ticket)], _now: SimTime) -> Option<(usize, bool)> {
        let (sender, left) = self.turns.first_mut()?;
        let at = waiting.iter().position(|(_, ticket)| ticket.sender == *sender);
        *left -= 1;
        if *left == 0 {
            *left = 2;
            self.turns.rotate_left(1);
        }
        Some((at.unwrap(), false))
    }
    fn changed(&mut self, waiting: &[(usize, Ticket)], _now: SimTime) {
        let waits = |sender: u32| waiting.iter().any(|(_, ticket)| ticket.sender == sender);
        self.turns.retain(|(sender, _)| waits(*sender));
        for (_, ticket) in waiting {
            if self.turns.iter().all(|(sender, _)| *sender != ticket.sender) {
                self.turns.push((ticket.sender, 2));
            }
        }
    }
}

struct SlowDeadline {
    shed_late: bool,
}

impl Slow for SlowDeadline {
    fn next(&mut self, waiting: &[(usize, Ticket)], now: SimTime) -> Option<(usize, bool)> {
        let at = (0..waiting.len()).min_by_key(|&at| waiting[at].1.deadline)?;
        Some((at, self.shed_late && waiting[at].1.deadline < now))
    }
}

/// Folly's CoDel with every wait of every interval written down; 5 ms and 20 ms.
struct SlowCodel {
    /// When each interval ends, and its waits.
    intervals: Vec<(SimTime, Vec<SimDuration>)>,
}

impl Slow for SlowCodel {
    fn next(&mut self, waiting: &[(usize, Ticket)], now: SimTime) -> Option<(usize, bool)> {
        let first = waiting.first();
        let wait = first.map_or(SimDuration::ZERO, |(_, ticket)| now.since(ticket.now));
        let (end, waits) = self.intervals.last().unwrap();
        if now > *end && !waits.is_empty() {
            self.intervals.push((now + SimDuration::from_millis(20), Vec::new()));
        }
        let before = self.intervals.len().checked_sub(2).map(|last| &self.intervals[last].1);
        let bad = |waits: &Vec<SimDuration>| waits.iter().all(|wait| wait.ns() > 5_000_000);
        let overloaded = before.is_some_and(bad);
        let waits = &mut self.intervals.last_mut().unwrap().1;
        let is_shed = overloaded && !waits.is_empty() && wait.ns() > 10_000_000;
        waits.push(wait);
        first.map(|_| (0, is_shed))
    }
}

proptest! {
    #[test]
    fn fifo_takes_the_first(steps in steps()) {
        check(&Discipline::Fifo, &steps, By(|_: &[_]| 0));
    }

    #[test]
    fn lifo_takes_the_last(steps in steps()) {
        check(&Discipline::Lifo, &steps, By(|list: &[_]| list.len() - 1));
    }

    #[test]
    fn adaptive_lifo_turns(steps in steps()) {
        let standing = AdaptiveLifo::Standing(SimDuration::from_millis(20));
        let slow = SlowAdaptive { history: vec![(0, SimTime::ZERO)] };
        check(&Discipline::AdaptiveLifo(standing), &steps, slow);
        let longer = AdaptiveLifo::Longer(3);
        let slow = By(|list: &[_]| if list.len() > 3 { list.len() - 1 } else { 0 });
        check(&Discipline::AdaptiveLifo(longer), &steps, slow);
    }

    #[test]
    fn priority_takes_the_first_of_the_most_urgent(steps in steps()) {
        let lanes = Lanes::of_levels(vec![0, 1, 2]);
        let priority = Priority { lanes, preemptive: false };
        let first = |list: &[(usize, Ticket)]| {
            (0..list.len()).min_by_key(|&at| list[at].1.level).unwrap()
        };
        check(&Discipline::Priority(priority), &steps, By(first));
    }

    #[test]
    fn fair_takes_turns(steps in steps()) {
        check(&Discipline::Fair(Fair { quantum: 2 }), &steps, SlowFair::default());
    }

    #[test]
    fn the_earliest_deadline_goes_first(steps in steps(), shed_late: bool) {
        let discipline = Discipline::EarliestDeadline(EarliestDeadline { shed_late });
        check(&discipline, &steps, SlowDeadline { shed_late });
    }

    #[test]
    fn codel_sheds_after_a_bad_interval(steps in steps()) {
        let interval = SimDuration::from_millis(20);
        let slow = SlowCodel { intervals: vec![(SimTime::ZERO, vec![SimDuration::ZERO])] };
        check(&Discipline::Codel(Codel { interval, ..Codel::default() }), &steps, slow);
    }

    #[test]
    fn random_drop_serves_in_order_and_draws_from_those_who_wait(
        steps in steps(), draws in prop::collection::vec(any::<u64>(), 20)
    ) {
        check(&Discipline::RandomDrop, &steps, By(|_: &[_]| 0));
        let mut play = Play::new(&Discipline::RandomDrop);
        let mut waiting: Vec<usize> = (0..draws.len()).collect();
        waiting.iter().for_each(|_| play.push(ticket(0)));
        for draw in draws {
            let victim = play.victim(draw).unwrap();
            let at = waiting.iter().position(|&guest| guest == victim).unwrap();
            waiting.remove(at);
            play.remove(victim);
        }
        prop_assert_eq!(play.victim(0), None);
    }
}
