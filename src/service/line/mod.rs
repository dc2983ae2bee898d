//! Family: who is served next of those who wait for a worker?
//!
//! A [`Discipline`] says how; a [`Line`] is one queue under it. To add a discipline: one file here
//! with its doc, its settings and its line; one line in each of [`Discipline`], `DisciplineSpec`,
//! `Line` and the matches that the compiler then asks for.

mod adaptive_lifo;
mod codel;
mod earliest_deadline;
mod fair;
mod fifo;
mod lifo;
mod priority;
mod random_drop;
mod roll;
#[cfg(test)]
mod tests;

use crate::engine::{Id, Linked, SimTime, Slab};
use crate::language::{Fields, Problems};

use adaptive_lifo::AdaptiveLifoLine;
use codel::CodelLine;
use earliest_deadline::DeadlineLine;
use fair::FairLine;
use fifo::FifoLine;
use lifo::LifoLine;
use priority::PriorityLine;
use random_drop::RandomDropLine;

pub use adaptive_lifo::AdaptiveLifo;
pub use codel::{Codel, CodelLaw};
pub use earliest_deadline::EarliestDeadline;
pub use fair::Fair;
pub use priority::{Priority, PrioritySpec};

/// What a line is told of who joins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// When it joins.
    pub now: SimTime,
    /// How urgent it is, 0 the most: [`Discipline::level_of`] its class.
    pub level: u8,
    /// Who sent it.
    pub sender: u32,
    /// When it must be done; [`SimTime::MAX`] if it need not be.
    pub deadline: SimTime,
}

/// Who comes out of a line when a worker asks for the next.
#[derive(Debug)]
#[must_use = "who is shed has left the line, and is nobody's any more"]
pub enum Taken<T> {
    /// The worker serves it.
    Serve(Id<T>),
    /// The discipline gives it up; the worker asks again at once.
    Shed(Id<T>),
}

/// How those who wait are served.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Discipline {
    /// In the order in which they came.
    #[default]
    Fifo,
    /// Whoever came last goes first.
    Lifo,
    /// First in first out, but last in first out while a queue stands.
    AdaptiveLifo(AdaptiveLifo),
    /// The more urgent lane first.
    Priority(Priority),
    /// Senders take turns.
    Fair(Fair),
    /// The most pressing first.
    EarliestDeadline(EarliestDeadline),
    /// In order, but some are shed while a queue stands.
    Codel(Codel),
    /// In order; when the queue is full, one of those who wait gives way ([`Line::victim`]).
    RandomDrop,
}

impl Discipline {
    /// How urgent messages of the class numbered `class` are, 0 the most.
    #[inline]
    pub fn level_of(&self, class: usize) -> u8 {
        match self {
            Self::Priority(priority) => priority.lanes.level_of(class),
            Self::Fifo
            | Self::Lifo
            | Self::AdaptiveLifo(_)
            | Self::Fair(_)
            | Self::EarliestDeadline(_)
            | Self::Codel(_)
            | Self::RandomDrop => 0,
        }
    }

    /// Whether a newcomer takes the worker of somebody less urgent, who then goes back in line
    /// ([`Line::put_back`]) and later on from where it was.
    pub fn is_preemptive(&self) -> bool {
        match self {
            Self::Priority(priority) => priority.preemptive,
            Self::Fifo
            | Self::Lifo
            | Self::AdaptiveLifo(_)
            | Self::Fair(_)
            | Self::EarliestDeadline(_)
            | Self::Codel(_)
            | Self::RandomDrop => false,
        }
    }
}

/// A [`Discipline`] as written, before the classes are known.
#[derive(Clone, Debug, PartialEq)]
pub enum DisciplineSpec {
    /// Needs nothing more.
    Ready(Discipline),
    /// See [`Discipline::Priority`].
    Priority(PrioritySpec),
}

impl DisciplineSpec {
    /// Their names, as a scenario spells them.
    pub const NAMES: [&'static str; 8] = [
        "fifo",
        "lifo",
        "adaptive-lifo",
        "priority",
        "fair",
        "earliest-deadline",
        "codel",
        "random-drop",
    ];

    /// Whether a newcomer takes the worker of somebody less urgent.
    pub fn is_preemptive(&self) -> bool {
        match self {
            Self::Ready(discipline) => discipline.is_preemptive(),
            Self::Priority(priority) => priority.preemptive,
        }
    }

    /// Reads the settings of the discipline `name`, one of [`DisciplineSpec::NAMES`]; other keys
    /// of the table are left to the caller.
    pub(super) fn read(
        name: &str,
        fields: &mut Fields<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let ready = match name {
            "fifo" => Some(Discipline::Fifo),
            "lifo" => Some(Discipline::Lifo),
            "adaptive-lifo" => AdaptiveLifo::read(fields, problems).map(Discipline::AdaptiveLifo),
            "priority" => return PrioritySpec::read(fields, problems).map(Self::Priority),
            "fair" => Fair::read(fields, problems).map(Discipline::Fair),
            "earliest-deadline" => {
                EarliestDeadline::read(fields, problems).map(Discipline::EarliestDeadline)
            }
            "codel" => Codel::read(fields, problems).map(Discipline::Codel),
            _ => Some(Discipline::RandomDrop),
        };
        ready.map(Self::Ready)
    }

    /// The discipline where the classes are `classes`, in the order of their numbers; `None` after
    /// recording why it is none.
    pub fn resolve(&self, classes: &[String], problems: &mut Problems) -> Option<Discipline> {
        match self {
            Self::Ready(discipline) => Some(discipline.clone()),
            Self::Priority(spec) => spec.resolve(classes, problems).map(Discipline::Priority),
        }
    }
}

/// Records of a [`Slab<T>`] that wait, in 16 bytes and what the discipline keeps of them.
///
/// Every call must be given the slab that the ids came from. First and last in first out cost a
/// branch more than a [`crate::engine::Queue`] and keep nothing of anybody; nor does adaptive LIFO.
/// The others find what they keep of who leaves by a search tree: O(log n) to join and to leave,
/// some 30 to 80 bytes each.
#[derive(Debug)]
pub struct Line<T> {
    kind: Kind<T>,
}

/// Those that are rarely used are kept elsewhere: a pool may have a million lines.
#[derive(Debug)]
enum Kind<T> {
    Fifo(FifoLine<T>),
    Lifo(LifoLine<T>),
    AdaptiveLifo(Box<AdaptiveLifoLine<T>>),
    Priority(Box<PriorityLine<T>>),
    Fair(Box<FairLine<T>>),
    EarliestDeadline(Box<DeadlineLine<T>>),
    Codel(Box<CodelLine<T>>),
    RandomDrop(Box<RandomDropLine<T>>),
}

impl<T: Linked> Line<T> {
    /// With nobody in it.
    pub fn new(discipline: &Discipline) -> Self {
        let kind = match discipline {
            Discipline::Fifo => Kind::Fifo(FifoLine::new()),
            Discipline::Lifo => Kind::Lifo(LifoLine::new()),
            Discipline::AdaptiveLifo(settings) => {
                Kind::AdaptiveLifo(Box::new(AdaptiveLifoLine::new(*settings)))
            }
            Discipline::Priority(priority) => {
                Kind::Priority(Box::new(PriorityLine::new(priority.lanes.count())))
            }
            Discipline::Fair(settings) => Kind::Fair(Box::new(FairLine::new(*settings))),
            Discipline::EarliestDeadline(settings) => {
                Kind::EarliestDeadline(Box::new(DeadlineLine::new(*settings)))
            }
            Discipline::Codel(settings) => Kind::Codel(Box::new(CodelLine::new(*settings))),
            Discipline::RandomDrop => Kind::RandomDrop(Box::new(RandomDropLine::new())),
        };
        Self { kind }
    }

    /// Somebody joins, who waits nowhere else.
    #[inline(always)]
    pub fn push(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        // The usual line is as cheap as a queue alone.
        if let Kind::Fifo(line) = &mut self.kind {
            return line.push(slab, id);
        }
        self.push_in_order(slab, id, ticket);
    }

    #[inline(never)]
    fn push_in_order(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        match &mut self.kind {
            Kind::Fifo(line) => line.push(slab, id),
            Kind::Lifo(line) => line.push(slab, id),
            Kind::AdaptiveLifo(line) => line.push(slab, id, ticket.now),
            Kind::Priority(line) => line.push(slab, id, ticket),
            Kind::Fair(line) => line.push(slab, id, ticket),
            Kind::EarliestDeadline(line) => line.push(slab, id, ticket),
            Kind::Codel(line) => line.push(slab, id, ticket.now),
            Kind::RandomDrop(line) => line.push(slab, id),
        }
    }

    /// Somebody comes back whose worker was taken away: ahead of the others of its level. By age
    /// it counts as the newest: what it waited before is over.
    ///
    /// # Panics
    /// Under a discipline that knows no levels, and so takes no workers away.
    pub fn put_back(&mut self, slab: &mut Slab<T>, id: Id<T>, ticket: Ticket) {
        match &mut self.kind {
            Kind::Priority(line) => line.put_back(slab, id, ticket),
            Kind::Fifo(_)
            | Kind::Lifo(_)
            | Kind::AdaptiveLifo(_)
            | Kind::Fair(_)
            | Kind::EarliestDeadline(_)
            | Kind::Codel(_)
            | Kind::RandomDrop(_) => {
                unreachable!("only a line by priority takes a worker away")
            }
        }
    }

    /// A worker asks for the next at `now`. On [`Taken::Shed`] it asks again at once; `None` tells
    /// the discipline that a worker idles, so that whoever comes next will not wait.
    #[inline(always)]
    pub fn pop(&mut self, slab: &mut Slab<T>, now: SimTime) -> Option<Taken<T>> {
        if let Kind::Fifo(line) = &mut self.kind {
            return line.pop(slab).map(Taken::Serve);
        }
        self.pop_by_order(slab, now)
    }

    #[inline(never)]
    fn pop_by_order(&mut self, slab: &mut Slab<T>, now: SimTime) -> Option<Taken<T>> {
        match &mut self.kind {
            Kind::Fifo(line) => line.pop(slab).map(Taken::Serve),
            Kind::Lifo(line) => line.pop(slab).map(Taken::Serve),
            Kind::AdaptiveLifo(line) => line.pop(slab, now).map(Taken::Serve),
            Kind::Priority(line) => line.pop(slab).map(Taken::Serve),
            Kind::Fair(line) => line.pop(slab).map(Taken::Serve),
            Kind::EarliestDeadline(line) => line.pop(slab, now),
            Kind::Codel(line) => line.pop(slab, now),
            Kind::RandomDrop(line) => line.pop(slab).map(Taken::Serve),
        }
    }

    /// Takes somebody out from wherever it stands. It must be in this line.
    #[inline]
    pub fn remove(&mut self, slab: &mut Slab<T>, id: Id<T>) {
        match &mut self.kind {
            Kind::Fifo(line) => line.remove(slab, id),
            Kind::Lifo(line) => line.remove(slab, id),
            Kind::AdaptiveLifo(line) => line.remove(slab, id),
            Kind::Priority(line) => line.remove(slab, id),
            Kind::Fair(line) => line.remove(slab, id),
            Kind::EarliestDeadline(line) => line.remove(slab, id),
            Kind::Codel(line) => line.remove(slab, id),
            Kind::RandomDrop(line) => line.remove(slab, id),
        }
    }

    /// Who gives way where no more may wait, by `draw`, uniform over all numbers: the caller removes
    /// it and pushes the newcomer. `None`: nobody does, and the newcomer is turned away.
    pub fn victim(&self, draw: u64) -> Option<Id<T>> {
        match &self.kind {
            Kind::RandomDrop(line) => line.victim(draw),
            Kind::Fifo(_)
            | Kind::Lifo(_)
            | Kind::AdaptiveLifo(_)
            | Kind::Priority(_)
            | Kind::Fair(_)
            | Kind::EarliestDeadline(_)
            | Kind::Codel(_) => None,
        }
    }

    /// How many wait.
    #[inline]
    pub fn len(&self) -> u32 {
        match &self.kind {
            Kind::Fifo(line) => line.len(),
            Kind::Lifo(line) => line.len(),
            Kind::AdaptiveLifo(line) => line.len(),
            Kind::Priority(line) => line.len(),
            Kind::Fair(line) => line.len(),
            Kind::EarliestDeadline(line) => line.len(),
            Kind::Codel(line) => line.len(),
            Kind::RandomDrop(line) => line.len(),
        }
    }

    /// Whether nobody waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Who joined first of those who wait, whenever it is served: the next to be too old.
    #[inline]
    pub fn oldest(&self) -> Option<Id<T>> {
        match &self.kind {
            Kind::Fifo(line) => line.oldest(),
            Kind::Lifo(line) => line.oldest(),
            Kind::AdaptiveLifo(line) => line.oldest(),
            Kind::Priority(line) => line.oldest(),
            Kind::Fair(line) => line.oldest(),
            Kind::EarliestDeadline(line) => line.oldest(),
            Kind::Codel(line) => line.oldest(),
            Kind::RandomDrop(line) => line.oldest(),
        }
    }
}

const _: () = assert!(size_of::<Kind<()>>() == 16 && size_of::<Option<Taken<()>>>() == 8);
