//! Adaptive concurrency: at most so many calls in flight, a number that follows the answers.
//!
//! The limits of Netflix's concurrency-limits, by default with its numbers. What timed out, was
//! turned away or expired is a *drop*; work that the callee took and failed at says nothing of
//! its load, and is left out of account. Unlike the library we compare the limit with the calls
//! in flight when an answer comes, itself included, rather than when its call went out: that
//! needs no memory of each call.
//!
//! To add a limit: one file here with its doc, its spec, its state and its `update`; one line in
//! each of [`ConcurrencySpec`], `Limit`, `ConcurrencySpec::READERS` and the matches below.

mod aimd;
mod gradient2;

use super::Answer;
use super::bulkhead::MOST;
use crate::engine::SimDuration;
use crate::language::{Fields, Node, Placed, Problems, Read, Reader, Whole, choose};
use crate::policy::Failure;

pub use aimd::{Aimd, AimdSpec};
pub use gradient2::{Gradient2, Gradient2Spec};

/// An adaptive limit as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConcurrencySpec {
    /// Up by one, down by a share.
    Aimd(AimdSpec),
    /// By how round trips have changed.
    Gradient2(Gradient2Spec),
}

/// What every adaptive limit has: where it starts, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    start: u32,
    minimum: u32,
    maximum: u32,
}

/// An adaptive limit and what is in flight.
#[derive(Clone, Debug)]
pub struct Concurrency {
    limit: Limit,
    in_flight: u32,
}

#[derive(Clone, Debug)]
enum Limit {
    Aimd(Aimd),
    Gradient2(Gradient2),
}

/// What a limit learns from.
#[derive(Clone, Copy, Debug)]
struct Sample {
    round_trip: SimDuration,
    /// Calls in flight, this one included.
    in_flight: u32,
    is_drop: bool,
}

impl ConcurrencySpec {
    const READERS: [Reader<Self>; 2] = [
        ("aimd", |choice, problems| choice.read_body(problems).map(Self::Aimd)),
        ("gradient2", |choice, problems| choice.read_body(problems).map(Self::Gradient2)),
    ];

    pub(super) fn start(&self) -> Concurrency {
        let limit = match self {
            Self::Aimd(spec) => Limit::Aimd(spec.start()),
            Self::Gradient2(spec) => Limit::Gradient2(spec.start()),
        };
        Concurrency { limit, in_flight: 0 }
    }
}

impl Read for ConcurrencySpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        choose(node, &Self::READERS, problems)
    }
}

impl Range {
    /// Reads `start`, `minimum` and `maximum`.
    fn read(fields: &mut Fields<'_>, default: Self, problems: &mut Problems) -> Option<Self> {
        let start = fields.optional::<Placed<Whole<1, MOST>>>("start", problems);
        let minimum = fields.optional::<Whole<1, MOST>>("minimum", problems);
        let maximum = fields.optional::<Placed<Whole<1, MOST>>>("maximum", problems);
        let (start, minimum, maximum) = (start?, minimum?, maximum?);
        // A bound that is written moves the defaults that it would exclude.
        let least = minimum.map_or(default.minimum, |minimum| minimum.0 as u32);
        let least = match (&maximum, minimum) {
            (Some(maximum), None) => least.min(maximum.value.0 as u32),
            (Some(_) | None, _) => least,
        };
        let most = maximum.as_ref().map_or(default.maximum.max(least), |m| m.value.0 as u32);
        if let Some(maximum) = maximum.filter(|maximum| maximum.value.0 < u64::from(least)) {
            let label = format!("expected at least the minimum, which is {least}");
            problems.add(maximum.place, label);
            return None;
        }
        let default = default.start.clamp(least, most);
        let first = start.as_ref().map_or(default, |start| start.value.0 as u32);
        if let Some(start) = start.filter(|_| !(least..=most).contains(&first)) {
            let label = format!("expected a number from {least} to {most}, found {first}");
            let hint = "`start` lies between `minimum` and `maximum`";
            problems.add_with_hint(start.place, label, hint);
            return None;
        }
        Some(Self { start: first, minimum: least, maximum: most })
    }
}

impl Limit {
    fn now(&self) -> u32 {
        match self {
            Self::Aimd(limit) => limit.now(),
            Self::Gradient2(limit) => limit.now(),
        }
    }

    fn update(&mut self, sample: Sample) {
        match self {
            Self::Aimd(limit) => limit.update(sample),
            Self::Gradient2(limit) => limit.update(sample),
        }
    }
}

impl Concurrency {
    pub(super) fn admit(&mut self) -> bool {
        let has_room = self.in_flight < self.limit.now();
        self.in_flight += u32::from(has_room);
        has_room
    }

    pub(super) fn withdraw(&mut self) {
        self.in_flight -= 1;
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        let is_drop = answer.failure.is_some_and(Failure::is_overload);
        if answer.failure.is_none() || is_drop {
            let (round_trip, in_flight) = (answer.round_trip, self.in_flight);
            self.limit.update(Sample { round_trip, in_flight, is_drop });
        }
        self.in_flight -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, ms, problem, read};

    fn answered(guard: &mut Concurrency, failure: Option<Failure>) {
        guard.answered(Answer { now: at(1), round_trip: ms(1), failure, after: None });
    }

    fn room(guard: &mut Concurrency) -> usize {
        (0..1_000).take_while(|_| guard.admit()).count()
    }

    #[test]
    fn lets_out_as_many_as_the_limit_says() {
        let mut guard = read::<ConcurrencySpec>("{ aimd = { start = 3 } }").start();
        assert_eq!(room(&mut guard), 3);
        answered(&mut guard, None);
        // The limit is 4, of which two are in flight.
        assert_eq!(room(&mut guard), 2);
        answered(&mut guard, Some(Failure::Failed));
        assert_eq!(room(&mut guard), 1, "what says nothing of the load moves no limit");
        answered(&mut guard, Some(Failure::Rejected));
        // The limit is 3, and three are in flight.
        assert_eq!(room(&mut guard), 0);
        guard.withdraw();
        assert_eq!(room(&mut guard), 1);
    }

    #[test]
    fn bounds_hold_together() {
        let range = |toml: &str| match read::<ConcurrencySpec>(toml).start().limit {
            Limit::Aimd(limit) => limit.now(),
            Limit::Gradient2(limit) => limit.now(),
        };
        assert_eq!(range("\"aimd\""), 10);
        assert_eq!(range("\"gradient2\""), 20);
        assert_eq!(range("{ gradient2 = { maximum = 5 } }"), 5);
        assert_eq!(range("{ aimd = { minimum = 500 } }"), 500);
        assert_eq!(
            problem::<ConcurrencySpec>("{ aimd = { start = 300, minimum = 2 } }"),
            "300: expected a number from 2 to 200, found 300 | `start` lies between `minimum` \
             and `maximum`"
        );
        assert_eq!(
            problem::<ConcurrencySpec>("{ gradient2 = { minimum = 9, maximum = 5 } }"),
            "5: expected at least the minimum, which is 9 | -"
        );
    }
}
