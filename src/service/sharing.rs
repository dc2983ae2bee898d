//! Processor sharing: the cores of an instance serve all workers that compute, all equally fast.
//!
//! With `k` workers on `C` cores each gets on at min(1, C/k) of a core's speed (egalitarian
//! processor sharing, L. Kleinrock, Queueing Systems II, 1976, section 4.4): an operating system's
//! time slices in the limit of short ones, at no cost of switching.
//!
//! A *virtual clock* shows the work that one who was there all along has been given. It runs at
//! that common speed, so that a task is done when the clock shows what it showed at its start and
//! the task's work besides: a number that nothing changes later. A change costs O(log k).
//!
//! **Rounding.** The clock is kept in 2⁻⁴⁰ ns, and rounded down there at each change. A task that is
//! done within a nanosecond leaves at its end; what the clock shows too much by then is put right
//! at the speed that the others have without it, so that nothing adds up. Where `k` ≤ `C` the clock
//! is exact, and a task takes just its work.

use super::Pace;
use crate::engine::{SimDuration, SimTime};
use crate::language::{Choice, Node, Problems, Read};

/// How work is divided among the workers of an instance who want to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CoreScheduling {
    /// A core does one piece of work to its end; other workers wait for it in order.
    #[default]
    FirstComeFirstServed,
    /// All compute at once, each at its share of the cores.
    ProcessorSharing,
}

impl Read for CoreScheduling {
    const EXAMPLE: &'static str = "\"processor-sharing\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let names = ["first-come-first-served", "processor-sharing"];
        let choice = Choice::read(node, &names, problems)?;
        choice.without_settings(problems)?;
        Some(match choice.name {
            "processor-sharing" => Self::ProcessorSharing,
            _ => Self::FirstComeFirstServed,
        })
    }
}

/// Bits for fractions of a nanosecond.
const FRACTION: u32 = 40;

/// Cores that tasks share, and the tasks.
#[derive(Clone, Debug)]
pub struct SharedCores {
    cores: u32,
    /// What the virtual clock shows, in 2⁻⁴⁰ ns of work at full speed.
    shown: u128,
    /// Core time that one who was there all along has had, in 2⁻⁴⁰ ns: the same as `shown` where
    /// cores are never slow.
    given: u128,
    /// When that was so,
    at: SimTime,
    /// and what a core of its own would have done by then: see [`Pace::done_by`].
    paced: u128,
    /// When the first is done.
    ends: SimTime,
    /// What is left of a nanosecond when core time is told in whole ones, in 2⁻⁴⁰ ns.
    untold: u128,
    /// How many have started.
    started: u64,
    tasks: Heap,
}

/// A task that computes no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its number.
    pub task: u32,
    /// Core time that it had.
    pub core_time: SimDuration,
}

/// How fast the cores of one instance are.
#[derive(Clone, Copy, Debug)]
pub struct Speed<'a> {
    /// Of all instances.
    pub pace: &'a Pace,
    /// Which one it is.
    pub instance: u32,
}

impl SharedCores {
    /// Idle cores, at least 1.
    pub fn new(cores: u32) -> Self {
        Self {
            cores,
            shown: 0,
            given: 0,
            at: SimTime::ZERO,
            paced: 0,
            ends: SimTime::MAX,
            // To the nearest nanosecond.
            untold: 1 << (FRACTION - 1),
            started: 0,
            tasks: Heap::default(),
        }
    }

    /// How many compute.
    pub fn len(&self) -> u32 {
        self.tasks.order.len() as u32
    }

    /// Whether nobody computes.
    pub fn is_empty(&self) -> bool {
        self.tasks.order.is_empty()
    }

    /// When the next task is done, if none comes or goes before; [`SimTime::MAX`] where there is
    /// none.
    pub fn next_end(&self) -> SimTime {
        self.ends
    }

    /// A task begins to compute for `work`; its handle, until it is done or taken away.
    pub fn start(&mut self, task: u32, work: SimDuration, now: SimTime, speed: Speed<'_>) -> u32 {
        self.advance(now, speed);
        if self.is_empty() {
            (self.shown, self.given) = (0, 0);
        }
        let done = self.shown + (u128::from(work.ns()) << FRACTION);
        let handle = self.tasks.push(Entry { done, order: self.started, task, began: self.given });
        self.started += 1;
        self.foresee(speed);
        handle
    }

    /// Takes the next task that is done by `now`; of several, the first to be done, and of those
    /// that are done at once, the first to have started.
    pub fn take_done(&mut self, now: SimTime, speed: Speed<'_>) -> Option<Served> {
        if now < self.ends || self.is_empty() {
            return None;
        }
        self.advance(now, speed);
        let with = self.sharers();
        let first = self.tasks.remove(0);
        // The others had it to themselves as soon as it was done.
        let over = self.shown.saturating_sub(first.done);
        self.shown = first.done + over * with / self.sharers();
        let core_time = self.tell(first.began);
        self.foresee(speed);
        Some(Served { task: first.task, core_time })
    }

    /// Takes a task away before it is done; the core time that it had.
    pub fn take_away(&mut self, handle: u32, now: SimTime, speed: Speed<'_>) -> SimDuration {
        self.advance(now, speed);
        let entry = self.tasks.remove(self.tasks.places[handle as usize] as usize);
        self.foresee(speed);
        self.tell(entry.began)
    }

    /// The core time that a task has had by `now`, told once and for all.
    pub fn core_time(&mut self, handle: u32, now: SimTime, speed: Speed<'_>) -> SimDuration {
        self.advance(now, speed);
        let place = self.tasks.places[handle as usize] as usize;
        self.tell(self.tasks.entries[self.tasks.order[place] as usize].began)
    }

    /// Cores, or tasks where there are more: the virtual clock runs at cores over this.
    fn sharers(&self) -> u128 {
        u128::from(self.cores.max(self.len()))
    }

    /// Brings the clocks up to `now`.
    fn advance(&mut self, now: SimTime, speed: Speed<'_>) {
        if now == self.at {
            return;
        }
        let paced = speed.pace.done_by(speed.instance, now).max(self.paced);
        if !self.is_empty() {
            let (cores, sharers) = (u128::from(self.cores), self.sharers());
            let share = |length: u128, bits: u32| match sharers == cores {
                true => length << (FRACTION - bits),
                false => ((length * cores) << (FRACTION - bits)) / sharers,
            };
            self.shown += share(paced - self.paced, Pace::FRACTION);
            self.given += share(u128::from(now.since(self.at).ns()), 0);
        }
        (self.at, self.paced) = (now, paced);
    }

    /// Works out when the next is done: within the nanosecond before `ends`.
    fn foresee(&mut self, speed: Speed<'_>) {
        let Some(first) = self.tasks.first() else {
            self.ends = SimTime::MAX;
            return;
        };
        let left = first.done.saturating_sub(self.shown) * self.sharers();
        let work = left.div_ceil(u128::from(self.cores) << FRACTION);
        let work = SimDuration::from_ns(work.min(u128::from(u64::MAX)) as u64);
        self.ends = self.at + speed.pace.length(speed.instance, self.at, work);
    }

    /// The core time since `given` showed `began`, in whole nanoseconds; what is left of one goes
    /// to the next who asks, so that the sum of all is right.
    fn tell(&mut self, began: u128) -> SimDuration {
        let all = self.untold + (self.given - began);
        self.untold = all & ((1 << FRACTION) - 1);
        SimDuration::from_ns((all >> FRACTION) as u64)
    }
}

/// A task that computes.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// What the virtual clock shows when it is done.
    done: u128,
    /// How many started before it.
    order: u64,
    task: u32,
    /// What `given` was at its start.
    began: u128,
}

impl Entry {
    fn is_before(&self, other: &Self) -> bool {
        (self.done, self.order) < (other.done, other.order)
    }
}

/// Tasks, the first to be done on top: a binary heap whose members can be found.
#[derive(Clone, Debug, Default)]
struct Heap {
    /// By handle.
    entries: Vec<Entry>,
    /// By handle: where in `order` it stands.
    places: Vec<u32>,
    /// Handles that nobody has.
    free: Vec<u32>,
    /// Handles: each is before those at twice its place and one, and two, on.
    order: Vec<u32>,
}

impl Heap {
    fn first(&self) -> Option<&Entry> {
        self.order.first().map(|&handle| &self.entries[handle as usize])
    }

    fn push(&mut self, entry: Entry) -> u32 {
        let place = self.order.len();
        let handle = self.free.pop().unwrap_or(self.entries.len() as u32);
        if handle as usize == self.entries.len() {
            self.entries.push(entry);
            self.places.push(0);
        } else {
            self.entries[handle as usize] = entry;
        }
        self.order.push(handle);
        self.rise(place);
        handle
    }

    /// Takes out who stands at `place`.
    fn remove(&mut self, place: usize) -> Entry {
        let handle = self.order.swap_remove(place);
        self.free.push(handle);
        if place < self.order.len() {
            // The last has come here: it may belong above or below.
            let place = self.rise(place);
            self.sink(place);
        }
        self.entries[handle as usize]
    }

    fn is_before(&self, one: u32, other: u32) -> bool {
        self.entries[one as usize].is_before(&self.entries[other as usize])
    }

    fn put(&mut self, place: usize, handle: u32) {
        self.order[place] = handle;
        self.places[handle as usize] = place as u32;
    }

    /// Lets the one at `place` rise to where it belongs, and says where that is.
    fn rise(&mut self, mut place: usize) -> usize {
        let handle = self.order[place];
        while place > 0 {
            let above = (place - 1) / 2;
            if !self.is_before(handle, self.order[above]) {
                break;
            }
            self.put(place, self.order[above]);
            place = above;
        }
        self.put(place, handle);
        place
    }

    /// Lets the one at `place` sink to where it belongs.
    fn sink(&mut self, mut place: usize) {
        let handle = self.order[place];
        loop {
            let mut below = 2 * place + 1;
            if below >= self.order.len() {
                break;
            }
            if below + 1 < self.order.len()
                && self.is_before(self.order[below + 1], self.order[below])
            {
                below += 1;
            }
            if !self.is_before(self.order[below], handle) {
                break;
            }
            self.put(place, self.order[below]);
            place = below;
        }
        self.put(place, handle);
    }
}

#[cfg(test)]
mod tests;
