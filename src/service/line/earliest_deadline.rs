//! Earliest deadline first; of equals, the one who came first. What has no deadline goes last.
//!
//! On one worker it meets every deadline that any order can meet (Liu & Layland 1973; Dertouzos
//! 1974). Overloaded, it works for those who are late anyway and makes the next late too, unless
//! the late are shed.

use std::collections::BTreeMap;

use super::roll::Roll;
use super::{Taken, Ticket};
use crate::engine::{Id, Linked, SimTime, Slab};
use crate::language::{Fields, Problems};

/// What becomes of the late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarliestDeadline {
    /// Whether a worker that comes upon somebody past its deadline sheds it.
    pub shed_late: bool,
}

impl EarliestDeadline {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let shed_late = fields.or("shed-late", false, problems);
        Some(Self { shed_late: shed_late? })
    }
}

/// A deadline, and a running number of who joined with it.
type Rank = (SimTime, u64);

/// A search tree by deadline.
#[derive(Debug)]
pub(super) struct DeadlineLine<T> {
    roll: Roll<T, Rank>,
    ranked: BTreeMap<Rank, Id<T>>,
    joined: u64,
    settings: EarliestDeadline,
}

impl<T: Linked> DeadlineLine<T> {
    pub(super) const fn new(settings: EarliestDeadline) -> Self {
        Self { roll: Roll::new(), ranked: BTreeMap::new(), joined: 0, settings }
    }

    pub(super) fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        let rank = (ticket.deadline, self.joined);
        self.joined += 1;
        self.ranked.insert(rank, id);
        self.roll.join(slab, id, rank);
    }

    pub(super) fn pop(&mut self, slab: &mut Slab<T>, now: SimTime) -> Option<Taken<T>> {
        let ((deadline, _), next) = self.ranked.pop_first()?;
        self.roll.leave(slab, next);
        let is_shed = self.settings.shed_late && deadline < now;
        Some(if is_shed { Taken::Shed(next) } else { Taken::Serve(next) })
    }

    pub(super) fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        let rank = self.roll.leave(slab, id);
        self.ranked.remove(&rank);
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
    use crate::service::line::tests::{Out, Play, at_ms, ticket};

    fn play(shed_late: bool) -> Play {
        let discipline = Discipline::EarliestDeadline(EarliestDeadline { shed_late });
        let mut play = Play::new(&discipline);
        for deadline in [at_ms(30), SimTime::MAX, at_ms(10), at_ms(30), at_ms(20)] {
            play.push(Ticket { deadline, ..ticket(0) });
        }
        play
    }

    #[test]
    fn the_most_pressing_first_late_or_not() {
        let mut play = play(false);
        let served: Vec<_> = (0..5).map(|_| play.pop(at_ms(25)).unwrap()).collect();
        assert_eq!(served, [2, 4, 0, 3, 1]);
    }

    #[test]
    fn the_late_are_shed_one_by_one_and_not_a_moment_early() {
        let mut play = play(true);
        let taken: Vec<_> = (0..3).map(|_| play.take(at_ms(20)).unwrap()).collect();
        assert_eq!(taken, [Out::Shed(2), Out::Served(4), Out::Served(0)]);
        assert_eq!(play.take(at_ms(31)), Some(Out::Shed(3)));
        assert_eq!(play.take(at_ms(1_000_000)), Some(Out::Served(1)));
        assert_eq!(play.take(at_ms(1_000_000)), None);
    }
}
