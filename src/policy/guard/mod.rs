//! Family: may this attempt go out? What a caller remembers of its attempts, and spares the callee.
//!
//! To add a guard: one file here with its doc, its spec, its state and its verbs; one line in
//! each of [`GuardSpec`], [`Guard`], `GuardSpec::read_fields` and the matches below.

mod breaker;
mod budget;
mod bulkhead;
pub mod concurrency;
mod sliding;
mod throttle;
mod token_budget;

use super::Failure;
use crate::engine::{SimDuration, SimTime};
use crate::language::{Fields, Node, Problems, Read};

pub use breaker::{Breaker, BreakerSpec, Window};
pub use budget::{Budget, BudgetSpec};
pub use bulkhead::{Bulkhead, BulkheadSpec};
pub use concurrency::{Concurrency, ConcurrencySpec};
pub use sliding::Sliding;
pub use throttle::{Throttle, ThrottleSpec};
pub use token_budget::{TokenBudget, TokenBudgetSpec};

/// The question put to a guard: an attempt is about to go out.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// When.
    pub now: SimTime,
    /// How the attempt before failed, if this is a further one.
    pub after: Option<Failure>,
    /// Uniform over (0, 1); it matters where [`Guard::needs_draw`] says so.
    pub draw: f64,
}

/// What a guard is told of an attempt that it let out, once: when its answer arrives, or when its
/// caller gives up on it.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// When.
    pub now: SimTime,
    /// The time gone by since the attempt was let out.
    pub round_trip: SimDuration,
    /// How it failed, if it did.
    pub failure: Option<Failure>,
    /// How the attempt before it had failed, if this was a further one: as in its [`Attempt`].
    pub after: Option<Failure>,
}

/// A guard as written.
#[derive(Clone, Debug, PartialEq)]
pub enum GuardSpec {
    /// See [`Guard::Budget`].
    Budget(BudgetSpec),
    /// See [`Guard::TokenBudget`].
    TokenBudget(TokenBudgetSpec),
    /// See [`Guard::Breaker`].
    Breaker(BreakerSpec),
    /// See [`Guard::Throttle`].
    Throttle(ThrottleSpec),
    /// See [`Guard::Concurrency`].
    Concurrency(ConcurrencySpec),
    /// See [`Guard::Bulkhead`].
    Bulkhead(BulkheadSpec),
}

/// What a caller remembers of its attempts, to decide on the next.
#[derive(Clone, Debug)]
pub enum Guard {
    /// Retries are a share of first tries.
    Budget(Budget),
    /// Retries are paid from a bucket that successes refill.
    TokenBudget(TokenBudget),
    /// After too many failures nothing goes out for a while.
    Breaker(Breaker),
    /// The more is refused, the less goes out.
    Throttle(Throttle),
    /// So many in flight as the round trips allow.
    Concurrency(Concurrency),
    /// So many in flight.
    Bulkhead(Bulkhead),
}

impl GuardSpec {
    /// Reads the guards among the keys of a table that is about a call, in the order in which
    /// they are asked: retries are paid for first, and a place in flight is taken last.
    pub fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Vec<Self>> {
        let budget = fields.node("budget").map(|node| budget(node, problems));
        let breaker = fields.optional("breaker", problems);
        let throttle = fields.optional("throttle", problems);
        let concurrency = fields.optional("concurrency", problems);
        let bulkhead = fields.optional("bulkhead", problems);
        let budget = match budget {
            None => None,
            Some(budget) => Some(budget?),
        };
        let all = [
            budget,
            breaker?.map(Self::Breaker),
            throttle?.map(Self::Throttle),
            concurrency?.map(Self::Concurrency),
            bulkhead?.map(Self::Bulkhead),
        ];
        Some(all.into_iter().flatten().collect())
    }

    /// A guard that has seen nothing yet.
    pub fn start(&self) -> Guard {
        match self {
            Self::Budget(spec) => Guard::Budget(spec.start()),
            Self::TokenBudget(spec) => Guard::TokenBudget(spec.start()),
            Self::Breaker(spec) => Guard::Breaker(spec.start()),
            Self::Throttle(spec) => Guard::Throttle(spec.start()),
            Self::Concurrency(spec) => Guard::Concurrency(spec.start()),
            Self::Bulkhead(spec) => Guard::Bulkhead(spec.start()),
        }
    }
}

/// `{ tokens = 500, … }` is a bucket, `{ ratio = "20%", … }` a share of first tries.
fn budget(node: &Node, problems: &mut Problems) -> Option<GuardSpec> {
    match node.child("tokens") {
        Some(_) => TokenBudgetSpec::read(node, problems).map(GuardSpec::TokenBudget),
        None => BudgetSpec::read(node, problems).map(GuardSpec::Budget),
    }
}

impl Guard {
    /// Whether the attempt goes out. If so, the guard has counted it.
    #[inline]
    pub fn admit(&mut self, attempt: Attempt) -> bool {
        match self {
            Self::Budget(guard) => guard.admit(attempt),
            Self::TokenBudget(guard) => guard.admit(attempt),
            Self::Breaker(guard) => guard.admit(attempt),
            Self::Throttle(guard) => guard.admit(attempt),
            Self::Concurrency(guard) => guard.admit(),
            Self::Bulkhead(guard) => guard.admit(),
        }
    }

    /// Takes back an admission of this instant: the attempt did not go out after all.
    pub fn withdraw(&mut self, attempt: Attempt) {
        match self {
            Self::Budget(guard) => guard.withdraw(attempt),
            Self::TokenBudget(guard) => guard.withdraw(attempt),
            Self::Breaker(guard) => guard.withdraw(),
            Self::Throttle(guard) => guard.withdraw(attempt),
            Self::Concurrency(guard) => guard.withdraw(),
            Self::Bulkhead(guard) => guard.withdraw(),
        }
    }

    /// Learns how an attempt that it let out went.
    #[inline]
    pub fn answered(&mut self, answer: Answer) {
        match self {
            Self::Budget(_) => {}
            Self::TokenBudget(guard) => guard.answered(answer),
            Self::Breaker(guard) => guard.answered(answer),
            Self::Throttle(guard) => guard.answered(answer),
            Self::Concurrency(guard) => guard.answered(answer),
            Self::Bulkhead(guard) => guard.answered(),
        }
    }

    /// Whether the decision depends on the draw.
    pub fn needs_draw(&self) -> bool {
        match self {
            Self::Throttle(_) => true,
            Self::Budget(_)
            | Self::TokenBudget(_)
            | Self::Breaker(_)
            | Self::Concurrency(_)
            | Self::Bulkhead(_) => false,
        }
    }
}

/// The guards of one place that calls are made from, asked in turn.
#[derive(Clone, Debug)]
pub struct Guards(Vec<Guard>);

impl Guards {
    /// Guards that have seen nothing yet.
    pub fn new(specs: &[GuardSpec]) -> Self {
        Self(specs.iter().map(GuardSpec::start).collect())
    }

    /// Whether the attempt goes out: every guard lets it. Those that had, before one did not,
    /// forget it.
    #[inline]
    pub fn admit(&mut self, attempt: Attempt) -> bool {
        let refuses = self.0.iter_mut().position(|guard| !guard.admit(attempt));
        let Some(refuses) = refuses else { return true };
        self.0[..refuses].iter_mut().for_each(|guard| guard.withdraw(attempt));
        false
    }

    /// Learns how an attempt that went out went.
    #[inline]
    pub fn answered(&mut self, answer: Answer) {
        self.0.iter_mut().for_each(|guard| guard.answered(answer));
    }

    /// Whether a decision depends on the draw.
    pub fn needs_draw(&self) -> bool {
        self.0.iter().any(Guard::needs_draw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, ms, problem, read};

    struct Table(Vec<GuardSpec>);

    impl Read for Table {
        fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
            let mut fields = Fields::open(node, problems)?;
            let guards = GuardSpec::read_fields(&mut fields, problems);
            fields.finish(problems);
            Some(Self(guards?))
        }
    }

    fn guards(toml: &str) -> Guards {
        Guards::new(&read::<Table>(toml).0)
    }

    fn first(now: u64) -> Attempt {
        Attempt { now: at(now), after: None, draw: 0.5 }
    }

    fn retry(now: u64) -> Attempt {
        Attempt { after: Some(Failure::Timeout), ..first(now) }
    }

    #[test]
    fn what_a_later_guard_refuses_costs_nothing() {
        // One retry in ten seconds, and one call in flight.
        let mut guards =
            guards("{ bulkhead = 1, budget = { ratio = \"1%\", minimum = \"0.1/s\" } }");
        assert!(guards.admit(first(0)));
        assert!(!guards.admit(retry(1)), "the bulkhead is full");
        guards.answered(Answer { now: at(2), round_trip: ms(2), failure: None, after: None });
        assert!(guards.admit(retry(3)), "the budget was given back");
        guards.answered(Answer { now: at(4), round_trip: ms(1), failure: None, after: None });
        assert!(!guards.admit(retry(5)), "now it is spent");
        assert!(guards.admit(first(6)), "and that took no place in flight");
    }

    #[test]
    fn guards_are_read_in_the_order_of_asking() {
        let all = "{ bulkhead = 25, concurrency = \"gradient2\", throttle = {}, breaker = {}, \
                   budget = { tokens = 500 } }";
        let all = read::<Table>(all).0;
        assert!(matches!(
            all[..],
            [
                GuardSpec::TokenBudget(_),
                GuardSpec::Breaker(_),
                GuardSpec::Throttle(_),
                GuardSpec::Concurrency(_),
                GuardSpec::Bulkhead(_)
            ]
        ));
        assert!(Guards::new(&all).needs_draw());
        assert!(!guards("{ bulkhead = 25 }").needs_draw());
    }

    #[test]
    fn every_guard_that_is_wrong_is_told() {
        assert_eq!(
            problem::<Table>("{ bulkhead = 0 }"),
            "0: expected a whole number from 1 to 1,000,000, found 0 | -"
        );
        assert_eq!(
            problem::<Table>("{ budget = { tokens = 500, ratio = \"20%\" } }"),
            "ratio: unknown key `ratio` | the keys known here are `tokens`, `cost`, \
             `timeout-cost` and `increment`"
        );
    }
}
