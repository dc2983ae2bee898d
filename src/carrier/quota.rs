//! What a sender may send, whoever takes it: so many segments a second for each number, campaign,
//! brand or account, so many a day. Declared once, `[limit.NAME]`, and shared by the carriers that
//! name it.
//!
//! A quota may be held by several equal things, numbers or addresses, each with a rate and a daily
//! cap of its own: `count` of them together. Each message goes by whichever of them is free first,
//! so that more of them carry more.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::{Due, Gcra, SimDuration, SimTime};
use crate::language::{Choice, Node, Problems, Read};

const DAY: SimDuration = SimDuration::from_secs(86_400);

/// A quota's place among the model's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuotaId(pub u16);

impl QuotaId {
    /// The id of the quota at `index`.
    ///
    /// # Panics
    /// If there are more than ids reach, which lowering a scenario rules out.
    pub fn from_index(index: usize) -> Self {
        Self(u16::try_from(index).expect("quotas are bounded when a scenario is read"))
    }

    /// Its position.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A quota that can run.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaPlan {
    /// As written: `[limit.NAME]`.
    pub name: String,
    /// How many numbers, addresses, codes hold it, at least 1.
    pub count: u32,
    /// Segments a second that each may send; `None` is no limit.
    pub per_s: Option<f64>,
    /// Segments that each may send at once, at least 1.
    pub burst: u32,
    /// Segments that each may send in a day, and when the first day ends.
    pub daily: Option<DailyCap>,
    /// How long it takes to get more.
    pub lead_time: Option<SimDuration>,
}

/// Segments a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyCap {
    /// Of each number or address.
    pub segments: u64,
    /// The first midnight after the start of the run, in the zone of the cap.
    pub first_reset: SimTime,
    /// What becomes of what is beyond.
    pub beyond: Beyond,
}

/// What becomes of messages beyond a daily cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// They wait with us for the next day.
    Wait,
    /// They are submitted, and blocked for good: what T-Mobile does (docs.bird.com).
    Fail,
}

impl QuotaPlan {
    /// Segments a second that all of them may send; what a daily cap comes to, where nothing else
    /// is said; `None` where nothing is limited.
    pub fn total_rate(&self) -> Option<f64> {
        let by_day = |cap: DailyCap| cap.segments as f64 / DAY.as_secs_f64();
        let each = self.per_s.or_else(|| self.daily.map(by_day))?;
        Some(each * f64::from(self.count))
    }
}

impl DailyCap {
    /// The days, by its own midnights, that the time after `from` and before `to` touches.
    pub fn days(&self, from: SimTime, to: SimTime) -> u64 {
        let midnights_before = |at: SimTime| match at > self.first_reset {
            true => at.since(self.first_reset).ns().div_ceil(DAY.ns()),
            false => 0,
        };
        // A midnight at `from` is the beginning of the first day.
        let over = midnights_before(SimTime::from_ns(from.ns().saturating_add(1)));
        1 + midnights_before(to).saturating_sub(over)
    }
}

impl Read for Beyond {
    const EXAMPLE: &'static str = "\"fail\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["wait", "fail"], problems)?;
        choice.without_settings(problems)?;
        Some(if choice.name == "wait" { Self::Wait } else { Self::Fail })
    }
}

/// A quota as it is now.
#[derive(Debug)]
pub struct Quota {
    gcra: Option<Gcra>,
    /// Those that have been used, the one that is free first on top.
    used: BinaryHeap<Reverse<Due>>,
    /// How many have not.
    fresh: u32,
    /// Segments a day of all together, those of today, and when tomorrow begins.
    cap: u64,
    beyond: Beyond,
    today: u64,
    resets_at: SimTime,
}

impl Quota {
    /// At the start of a run.
    pub fn new(plan: &QuotaPlan) -> Self {
        Self {
            gcra: plan.per_s.map(|per_s| Gcra::new(per_s, plan.burst)),
            used: BinaryHeap::new(),
            fresh: plan.count,
            cap: plan
                .daily
                .map_or(u64::MAX, |cap| cap.segments.saturating_mul(u64::from(plan.count))),
            beyond: plan.daily.map_or(Beyond::Wait, |cap| cap.beyond),
            today: 0,
            resets_at: plan.daily.map_or(SimTime::MAX, |cap| cap.first_reset),
        }
    }

    /// Whether nothing more goes today, and waits for tomorrow.
    pub fn is_used_up(&mut self, now: SimTime) -> bool {
        self.begin_day(now);
        self.today >= self.cap && self.beyond == Beyond::Wait
    }

    /// From when on the next message may go: `now`, or later.
    pub fn opens_at(&mut self, now: SimTime) -> SimTime {
        if self.is_used_up(now) {
            return self.resets_at;
        }
        match (&self.gcra, self.used.peek()) {
            (Some(gcra), Some(Reverse(due))) if self.fresh == 0 => {
                gcra.conforms_from(*due).max(now)
            }
            _ => now,
        }
    }

    /// Counts a message of so many segments that goes at `now`, when it may, or ahead of its time;
    /// whether it is within the cap.
    pub fn take(&mut self, now: SimTime, segments: u32) -> bool {
        self.begin_day(now);
        let is_within = self.today < self.cap;
        self.today = self.today.saturating_add(u64::from(segments));
        let Some(gcra) = &self.gcra else { return is_within };
        let is_free = |due: &Reverse<Due>| gcra.conforms_from(due.0) <= now;
        let mut due = match self.fresh == 0 || self.used.peek().is_some_and(is_free) {
            true => self.used.pop().map(|due| due.0).unwrap_or_default(),
            false => {
                self.fresh -= 1;
                Due::default()
            }
        };
        gcra.take_ahead(&mut due, now, segments);
        self.used.push(Reverse(due));
        is_within
    }

    /// Segments of the day that `now` is in, so far.
    pub fn today(&mut self, now: SimTime) -> u64 {
        self.begin_day(now);
        self.today
    }

    /// Forgets the days that are over at `now`.
    fn begin_day(&mut self, now: SimTime) {
        while now >= self.resets_at && self.resets_at < SimTime::MAX {
            self.today = 0;
            self.resets_at += DAY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_millis(ms)
    }

    fn plan() -> QuotaPlan {
        QuotaPlan {
            name: "numbers".to_owned(),
            count: 3,
            per_s: Some(1.0),
            burst: 1,
            daily: None,
            lead_time: None,
        }
    }

    /// When each of `messages` goes, taken as early as may be.
    fn times(plan: &QuotaPlan, messages: &[u32]) -> Vec<u64> {
        let mut quota = Quota::new(plan);
        let mut now = SimTime::ZERO;
        let take = |&segments: &u32| {
            now = quota.opens_at(now);
            quota.take(now, segments);
            now.ns() / 1_000_000
        };
        messages.iter().map(take).collect()
    }

    #[test]
    fn each_number_has_a_rate_of_its_own() {
        assert_eq!(times(&plan(), &[1; 7]), [0, 0, 0, 1000, 1000, 1000, 2000]);
        // Two segments keep a number for two seconds.
        assert_eq!(times(&plan(), &[2, 1, 1, 1, 1, 1]), [0, 0, 0, 1000, 1000, 2000]);
    }

    #[test]
    fn days_are_counted_by_their_midnights() {
        let cap = DailyCap { segments: 2, first_reset: at(5000), beyond: Beyond::Wait };
        let midnight = |days: u64| at(5000) + SimDuration::from_secs(86_400 * days);
        assert_eq!(cap.days(at(0), at(4000)), 1);
        assert_eq!(cap.days(at(0), midnight(0)), 1);
        assert_eq!(cap.days(at(0), at(5001)), 2);
        assert_eq!(cap.days(at(0), midnight(1)), 2);
        assert_eq!(cap.days(midnight(0), midnight(1)), 1);
        assert_eq!(cap.days(at(5001), midnight(2)), 2);
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let cap = DailyCap { segments: 2, first_reset: at(5000), beyond: Beyond::Wait };
        let plan = QuotaPlan { count: 1, per_s: None, daily: Some(cap), ..plan() };
        let day = 86_400_000;
        assert_eq!(times(&plan, &[1; 5]), [0, 0, 5000, 5000, 5000 + day]);
        let mut quota = Quota::new(&plan);
        quota.take(at(0), 2);
        assert_eq!(quota.opens_at(at(0)), at(5000));
        let strict = DailyCap { beyond: Beyond::Fail, ..cap };
        let mut strict = Quota::new(&QuotaPlan { daily: Some(strict), ..plan.clone() });
        let within =
            [0, 0, 0, 5000].map(|ms| strict.opens_at(at(ms)) == at(ms) && strict.take(at(ms), 1));
        assert_eq!(within, [true, true, false, true]);
        // Days in which nothing is sent are over too.
        assert_eq!(quota.opens_at(at(5000 + 3 * day)), at(5000 + 3 * day));
        quota.take(at(5000 + 3 * day), 2);
        assert_eq!(quota.opens_at(at(5000 + 3 * day)), at(5000 + 4 * day));
    }
}
