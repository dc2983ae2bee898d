//! What each instance of a cell still owes its peers, in core time.

use super::ChatterPlan;
use crate::engine::{SimDuration, SimTime};

/// Fractions of a nanosecond are kept in so many bits, so that nothing is lost to rounding.
const FRACTION: u32 = 32;

/// Bits for fractions of a nanosecond in [`Moment::done`].
const DONE_FRACTION: u32 = 16;

/// A point in time at an instance.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When it is.
    pub now: SimTime,
    /// What a core of the instance has done since the start of the run, in 2⁻¹⁶ ns of work at full
    /// speed: less than the time gone by where it stalls, is slow or warms up.
    pub done: u128,
}

/// The chatter of one cell as it stands. It takes constant time a message, whatever the number of
/// instances: what all owe alike is counted once.
#[derive(Clone, Debug)]
pub struct Owed {
    cores: u128,
    /// In 2⁻³² cores.
    background: u128,
    /// In 2⁻³² ns.
    per_message: u128,
    /// In 2⁻³².
    per_work: u128,
    /// In 2⁻³².
    per_work_of_all: u128,
    /// What messages have put on every member so far, in 2⁻³² ns.
    charged: u128,
    /// What a member whose cores have always been idle would have yet to do.
    idle: Idle,
    members: Vec<Member>,
}

/// A member that takes no messages, at full speed: what it has to do is the same for all like it.
#[derive(Clone, Copy, Debug, Default)]
struct Idle {
    /// What it has yet to do, in 2⁻³² ns,
    backlog: u128,
    /// at this time,
    at: SimTime,
    /// and when it last had nothing to do.
    empty: SimTime,
}

#[derive(Clone, Copy, Debug, Default)]
struct Member {
    /// How much of what was charged it has taken over, or was spared.
    taken: u128,
    /// How much of what was charged since it was settled its own messages charged to others.
    spared: u128,
    /// What it has yet to do, in 2⁻³² ns.
    backlog: u128,
    /// Up to when that is so,
    settled: SimTime,
    /// and what a core had done by then, in 2⁻¹⁶ ns.
    done: u128,
    /// What idle cores have worked off so far, in 2⁻³² ns,
    worked: u128,
    /// and how much of the core time that it took has been told, in ns.
    told: u128,
    /// Core time that a nanosecond of work takes, in 2⁻¹⁶ ns.
    slowness: u128,
}

impl Member {
    /// What idle cores have worked off and nobody was told of yet.
    fn tell(&mut self, worked: u128) -> SimDuration {
        let new = self.time_of(worked) - self.told;
        self.told += new;
        SimDuration::from_ns(new as u64)
    }

    /// The core time, in ns, that work takes, given in 2⁻³² ns.
    fn time_of(&self, work: u128) -> u128 {
        (work * self.slowness) >> (FRACTION + DONE_FRACTION)
    }
}

impl Owed {
    /// A cell with `cores` in each instance, all at rest at the start of the run. Of each instance:
    /// how long a core takes for a nanosecond of work.
    pub fn new(plan: &ChatterPlan, cores: u32, slowness: impl IntoIterator<Item = f64>) -> Self {
        let fixed = |value: f64| (value * (1u64 << FRACTION) as f64) as u128;
        let member = |slowness: f64| Member {
            slowness: (slowness * f64::from(1 << DONE_FRACTION) + 0.5) as u128,
            ..Member::default()
        };
        Self {
            cores: u128::from(cores),
            background: fixed(plan.background),
            per_message: fixed(plan.per_message),
            per_work: fixed(plan.per_work),
            per_work_of_all: fixed(plan.per_work_of_all),
            charged: 0,
            idle: Idle::default(),
            members: slowness.into_iter().map(member).collect(),
        }
    }

    /// A message is taken at `instance`.
    #[inline]
    pub fn charge_message(&mut self, instance: u32, now: SimTime) {
        self.charge(self.per_message, now);
        self.spare(instance, self.per_message);
    }

    /// A message at `instance` is about to compute for `work`.
    #[inline]
    pub fn charge_work(&mut self, instance: u32, work: SimDuration, now: SimTime) {
        let of_others = u128::from(work.ns()) * self.per_work;
        self.charge(of_others + u128::from(work.ns()) * self.per_work_of_all, now);
        self.spare(instance, of_others);
    }

    /// Every member owes so much more.
    fn charge(&mut self, work: u128, now: SimTime) {
        if work == 0 {
            return;
        }
        let left = self.left_when_idle(now);
        if left == 0 {
            self.idle.empty = now;
        }
        self.idle = Idle { backlog: left + work, at: now, ..self.idle };
        self.charged += work;
    }

    /// One does not owe what all were charged last.
    fn spare(&mut self, instance: u32, work: u128) {
        let member = &mut self.members[instance as usize];
        member.taken += work;
        member.spared += work;
    }

    /// What a member that has always been idle would have yet to do at `now`.
    fn left_when_idle(&self, now: SimTime) -> u128 {
        let gone = u128::from(now.since(self.idle.at).ns());
        let backlog = self.idle.backlog + self.background * gone;
        backlog.saturating_sub((self.cores * gone) << FRACTION)
    }

    /// Brings `instance`, on which `computing` cores have been busy with messages since it was
    /// last settled, up to `now`; the core time that idle cores spent on chatter meanwhile.
    #[inline]
    pub fn settle(&mut self, instance: u32, at: Moment, computing: u32) -> SimDuration {
        let after = self.settled(instance, at, computing);
        let member = &mut self.members[instance as usize];
        *member = after;
        member.tell(after.worked)
    }

    /// The core time that [`Owed::settle`] would tell of, without settling: to look changes
    /// nothing but what is told the next time.
    pub fn look(&mut self, instance: u32, at: Moment, computing: u32) -> SimDuration {
        let after = self.settled(instance, at, computing);
        self.members[instance as usize].tell(after.worked)
    }

    /// `instance` brought up to a moment.
    #[inline]
    fn settled(&self, instance: u32, at: Moment, computing: u32) -> Member {
        let member = &self.members[instance as usize];
        let gone = u128::from(at.now.since(member.settled).ns());
        let done = at.done.saturating_sub(member.done);
        let new = self.background * gone + (self.charged - member.taken);
        let idle = self.cores.saturating_sub(u128::from(computing));
        let backlog = member.backlog + new;
        let mut left = backlog.saturating_sub((idle * done) << (FRACTION - DONE_FRACTION));
        if computing == 0 && done == gone << DONE_FRACTION {
            left = left.max(self.came_late(member, at.now).min(backlog));
        }
        let worked = backlog - left;
        Member {
            taken: self.charged,
            spared: 0,
            backlog: left,
            settled: at.now,
            done: member.done + done,
            worked: member.worked + worked,
            told: member.told,
            slowness: member.slowness,
        }
    }

    /// What `member`, idle since it was settled, has yet to do at least, however little it had to do
    /// then: what came while there was time left may have come too late for it.
    ///
    /// A backlog that is worked off as it comes is the larger of what is left of all work if it is
    /// never empty, and of what one has that was empty at first (Lindley's recursion). From the time
    /// at which all that are idle were empty the latter is the same for all.
    fn came_late(&self, member: &Member, now: SimTime) -> u128 {
        match self.idle.empty >= member.settled {
            true => self.left_when_idle(now).saturating_sub(member.spared),
            false => 0,
        }
    }

    /// A core of `instance`, settled now, works off all that there is, before a message's work: how
    /// much that is, and the core time that it takes.
    #[inline]
    pub fn take(&mut self, instance: u32) -> (SimDuration, SimDuration) {
        let member = &mut self.members[instance as usize];
        let whole = (member.backlog >> FRACTION).min(u128::from(u64::MAX)) as u64;
        member.backlog -= u128::from(whole) << FRACTION;
        let time = member.time_of(u128::from(whole) << FRACTION).min(u128::from(u64::MAX)) as u64;
        (SimDuration::from_ns(whole), SimDuration::from_ns(time))
    }
}
