//! What the way of each task has cost so far, by part of a message's time, beside its record.
//!
//! A task's account goes back to the arrival of its message: a call or a branch begins with its
//! maker's, and the caller takes over that of the answer which lets it go on. So an account is a
//! list of slips, newest first, whose older part several may hold; opening, forking and taking
//! over cost the same however long it is.
//!
//! Accounts cost more than all else that is measured. So they are kept of a class's first
//! [`KEPT_FIRST`] messages, and of one in 2^[`DRAWN_BITS`] of those that come later, drawn by luck,
//! which then counts for so many.

use super::task::TaskId;
use crate::engine::SimTime;

/// No slip.
const NONE: u32 = u32::MAX;
/// Slips added between two looks at the memory that all take.
const SLIPS_OF_A_LOOK: usize = 1 << 16;

/// Messages of a class that are all kept accounts of. Judgement: the slowest 1 % of them are 655,
/// enough to tell parts of a few per cent.
pub(super) const KEPT_FIRST: u32 = 1 << 16;
/// Of later ones, one in 2 to this power. Judgement: at 16 what accounts cost is lost beside an event.
pub(super) const DRAWN_BITS: u32 = 4;

/// A stretch of time.
#[derive(Clone, Copy, Debug)]
struct Slip {
    ns: u64,
    /// The part that it belongs to.
    part: u32,
    /// The slip before; of a free one, the next that is free.
    before: u32,
    /// Accounts and slips that go on from here.
    holders: u32,
    /// Slips from here back to the message's arrival.
    depth: u32,
}

/// What a task's way has cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    /// Until when it is known where the time went; [`SimTime::MAX`] where no account is kept.
    at: SimTime,
    /// The latest slip.
    last: u32,
    /// Of a call: the latest slip when this attempt was made.
    before_attempt: u32,
}

const EMPTY: Account = Account { at: SimTime::ZERO, last: NONE, before_attempt: NONE };

/// The accounts of all tasks.
#[derive(Debug)]
pub(super) struct Accounts {
    /// By record.
    accounts: Vec<Account>,
    slips: Vec<Slip>,
    /// The first free slip.
    free: u32,
    /// Slips from which on an account is summed up anew.
    depth_at_most: u32,
    /// By part, all zero between two uses.
    sums: Vec<u64>,
    has_grown: bool,
    /// By class: messages that came, up to [`KEPT_FIRST`], and when the last of these came.
    first: Vec<(u32, SimTime)>,
}

impl Accounts {
    /// No accounts yet, of messages of so many classes whose time has so many parts.
    pub(super) fn new(classes: usize, parts: usize) -> Self {
        Self {
            accounts: Vec::new(),
            slips: Vec::new(),
            free: NONE,
            depth_at_most: 32 + 2 * parts as u32,
            sums: vec![0; parts],
            has_grown: false,
            first: vec![(0, SimTime::MAX); classes],
        }
    }

    /// How many messages of `class` one that comes at `now` stands for: itself, or others too if
    /// it `is_drawn` of those that come late, or nobody.
    #[inline]
    fn stands_for(&self, class: usize, came: SimTime, is_drawn: impl FnOnce() -> bool) -> u64 {
        match came <= self.first[class].1 {
            true => 1,
            false => u64::from(is_drawn()) << DRAWN_BITS,
        }
    }

    /// The memory that slips take, in bytes, if that is much more than at the last look.
    #[inline]
    pub(super) fn grown_to(&mut self) -> Option<u64> {
        let has_grown = std::mem::take(&mut self.has_grown);
        has_grown.then(|| (self.slips.len() * size_of::<Slip>()) as u64)
    }

    /// A message of `class` arrives, one of the few that are kept of late ones if it `is_drawn`.
    #[inline(never)]
    pub(super) fn open(
        &mut self,
        id: TaskId,
        class: usize,
        now: SimTime,
        is_drawn: impl FnOnce() -> bool,
    ) {
        let (came, until) = &mut self.first[class];
        if *came < KEPT_FIRST {
            *came += 1;
            if *came == KEPT_FIRST {
                *until = now;
            }
        }
        let at = if self.stands_for(class, now, is_drawn) > 0 { now } else { SimTime::MAX };
        *self.account_mut(id) = Account { at, ..EMPTY };
    }

    /// Whether an account is kept of a task's message.
    #[inline]
    pub(super) fn is_kept(&self, id: TaskId) -> bool {
        self.accounts.get(id.0 as usize).is_some_and(|account| account.at != SimTime::MAX)
    }

    /// How many messages one of `class` that came at `born`, and has this account, stands for.
    pub(super) fn weight(&self, id: TaskId, class: usize, born: SimTime) -> u64 {
        if self.is_kept(id) { self.stands_for(class, born, || true) } else { 0 }
    }

    /// A new task begins with what `of` has cost.
    pub(super) fn fork(&mut self, id: TaskId, of: TaskId) {
        let Account { at, last, .. } = self.accounts[of.0 as usize];
        self.hold(last);
        *self.account_mut(id) = Account { at, last, before_attempt: NONE };
    }

    /// The time of a task that is not accounted for yet, until `until`, belongs to `part`.
    pub(super) fn charge(&mut self, id: TaskId, part: usize, until: SimTime) {
        let account = &mut self.accounts[id.0 as usize];
        if account.at >= until {
            return;
        }
        let ns = until.since(account.at).ns();
        account.at = until;
        let before = account.last;
        let last = self.add(part as u32, ns, before);
        self.accounts[id.0 as usize].last = last;
        if self.slips[last as usize].depth > self.depth_at_most {
            self.sum_up(id);
        }
    }

    /// A task's way so far is that of `from`, which ends: it waited for that.
    #[inline(never)]
    pub(super) fn take_over(&mut self, id: TaskId, from: TaskId) {
        let from = &mut self.accounts[from.0 as usize];
        let (at, last) = (from.at, std::mem::replace(&mut from.last, NONE));
        let account = &mut self.accounts[id.0 as usize];
        account.at = at;
        let left = std::mem::replace(&mut account.last, last);
        self.let_go(left);
    }

    /// An attempt of a call is made.
    #[inline(never)]
    pub(super) fn note_attempt(&mut self, call: TaskId) {
        let Account { last, before_attempt, .. } = self.accounts[call.0 as usize];
        self.hold(last);
        self.accounts[call.0 as usize].before_attempt = last;
        self.let_go(before_attempt);
    }

    /// The attempt that `of` made at `issued` is forgotten in the account of `id`.
    #[inline(never)]
    pub(super) fn forget_attempt(&mut self, id: TaskId, of: TaskId, issued: SimTime) {
        let Account { at, before_attempt: before, .. } = self.accounts[of.0 as usize];
        if at != SimTime::MAX {
            self.go_back_to(id, before, issued);
        }
    }

    /// A record is free: its account ends.
    pub(super) fn close(&mut self, id: TaskId) {
        let Some(account) = self.accounts.get_mut(id.0 as usize) else { return };
        let Account { last, before_attempt, .. } = std::mem::replace(account, EMPTY);
        self.let_go(last);
        self.let_go(before_attempt);
    }

    /// Enters a task's time, part by part; how long all took.
    pub(super) fn enter(&self, id: TaskId, mut add: impl FnMut(usize, u64)) -> u64 {
        let mut total = 0;
        let mut at = self.accounts[id.0 as usize].last;
        while at != NONE {
            let Slip { ns, part, before, .. } = self.slips[at as usize];
            add(part as usize, ns);
            total += ns;
            at = before;
        }
        total
    }

    fn account_mut(&mut self, id: TaskId) -> &mut Account {
        let index = id.0 as usize;
        if self.accounts.len() <= index {
            self.accounts.resize(index + 1, EMPTY);
        }
        &mut self.accounts[index]
    }

    /// An account goes on from `last`, where it was at `at`.
    fn go_back_to(&mut self, id: TaskId, last: u32, at: SimTime) {
        self.hold(last);
        let account = &mut self.accounts[id.0 as usize];
        account.at = at;
        let left = std::mem::replace(&mut account.last, last);
        self.let_go(left);
    }

    fn add(&mut self, part: u32, ns: u64, before: u32) -> u32 {
        let depth = 1 + self.slips.get(before as usize).map_or(0, |slip| slip.depth);
        let slip = Slip { ns, part, before, holders: 1, depth };
        if self.free == NONE {
            self.slips.push(slip);
            self.has_grown |= self.slips.len().is_multiple_of(SLIPS_OF_A_LOOK);
            return (self.slips.len() - 1) as u32;
        }
        let at = self.free;
        self.free = std::mem::replace(&mut self.slips[at as usize], slip).before;
        at
    }

    fn hold(&mut self, last: u32) {
        if let Some(slip) = self.slips.get_mut(last as usize) {
            slip.holders += 1;
        }
    }

    /// One holder fewer; what nobody holds is free.
    fn let_go(&mut self, last: u32) {
        let mut at = last;
        while at != NONE {
            let slip = &mut self.slips[at as usize];
            slip.holders -= 1;
            if slip.holders > 0 {
                return;
            }
            let before = std::mem::replace(&mut slip.before, self.free);
            self.free = at;
            at = before;
        }
    }

    /// Replaces an account of many slips by one of as many as it has parts, so that a message that
    /// goes round and round takes no more memory.
    #[cold]
    #[inline(never)]
    fn sum_up(&mut self, id: TaskId) {
        let mut sums = std::mem::take(&mut self.sums);
        let last = self.accounts[id.0 as usize].last;
        let mut at = last;
        while at != NONE {
            let Slip { ns, part, before, .. } = self.slips[at as usize];
            sums[part as usize] += ns;
            at = before;
        }
        self.let_go(last);
        let mut new = NONE;
        for (part, sum) in sums.iter_mut().enumerate().filter(|(_, sum)| **sum > 0) {
            new = self.add(part as u32, std::mem::take(sum), new);
        }
        self.accounts[id.0 as usize].last = new;
        self.sums = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: usize = 3;

    fn sums(all: &Accounts, id: TaskId) -> [u64; PARTS] {
        let mut sums = [0; PARTS];
        let total = all.enter(id, |part, ns| sums[part] += ns);
        assert_eq!(total, sums.iter().sum::<u64>());
        sums
    }

    fn in_use(all: &Accounts) -> usize {
        let (mut free, mut at) = (0, all.free);
        while at != NONE {
            (free, at) = (free + 1, all.slips[at as usize].before);
        }
        all.slips.len() - free
    }

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    #[test]
    fn a_call_goes_on_from_its_caller_and_the_caller_from_the_answer() {
        let (mut all, caller, call, next) =
            (Accounts::new(1, PARTS), TaskId(0), TaskId(1), TaskId(2));
        all.open(caller, 0, at(10), || false);
        all.charge(caller, 0, at(15));
        all.fork(call, caller);
        all.note_attempt(call);
        all.charge(call, 1, at(18));
        // Given up at 20: the next attempt knows nothing of what the first has met with.
        all.fork(next, call);
        all.forget_attempt(next, call, at(15));
        all.charge(next, 2, at(20));
        all.note_attempt(next);
        all.charge(next, 1, at(21));
        all.charge(call, 0, at(30));
        all.take_over(caller, next);
        all.close(next);
        assert_eq!(sums(&all, caller), [5, 1, 5]);
        assert_eq!(sums(&all, call), [17, 3, 0]);
        all.close(call);
        all.close(caller);
        assert_eq!(in_use(&all), 0);
    }

    #[test]
    fn of_later_messages_those_drawn_stand_for_the_others() {
        let mut all = Accounts::new(2, PARTS);
        for nth in 0..u64::from(KEPT_FIRST) {
            all.open(TaskId(0), 1, at(nth), || false);
            assert_eq!(all.weight(TaskId(0), 1, at(nth)), 1);
        }
        let last = u64::from(KEPT_FIRST) - 1;
        // At the same instant as the last of the first it is still one of them.
        for (came, is_drawn, weight) in
            [(last, false, 1), (last + 1, false, 0), (last + 1, true, 1 << DRAWN_BITS)]
        {
            all.open(TaskId(1), 1, at(came), || is_drawn);
            assert_eq!(all.weight(TaskId(1), 1, at(came)), weight);
            all.fork(TaskId(2), TaskId(1));
            all.note_attempt(TaskId(2));
            all.charge(TaskId(2), 1, at(came + 7));
            all.forget_attempt(TaskId(2), TaskId(2), at(came));
            all.charge(TaskId(2), 2, at(came + 9));
            all.take_over(TaskId(1), TaskId(2));
            let kept = u64::from(weight > 0);
            assert_eq!(sums(&all, TaskId(1)), [0, 0, 9 * kept]);
            all.close(TaskId(2));
            all.close(TaskId(1));
        }
        assert_eq!(in_use(&all), 0);
        // Every class has its own.
        all.open(TaskId(0), 0, at(last + 5), || false);
        assert_eq!(all.weight(TaskId(0), 0, at(last + 5)), 1);
    }

    #[test]
    fn going_round_and_round_takes_no_more_memory() {
        let (mut all, id, held) = (Accounts::new(1, PARTS), TaskId(4), TaskId(5));
        all.open(id, 0, at(0), || false);
        for ns in 1..=10_000 {
            all.charge(id, ns as usize % 2, at(ns));
            if ns == 7_001 {
                all.fork(held, id);
            }
        }
        assert_eq!(sums(&all, id), [5000, 5000, 0]);
        assert_eq!(sums(&all, held), [3500, 3501, 0]);
        assert!(in_use(&all) < 200, "{}", in_use(&all));
        all.close(id);
        all.close(held);
        assert_eq!(in_use(&all), 0);
    }
}
