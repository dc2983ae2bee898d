//! Retry budget: retries are at most a share of first tries, and a few more per second.
//!
//! As in Finagle (`RetryBudget.scala`): each first try deposits `ratio` of a retry, which lives
//! for `lifetime`; a retry takes out a whole one. Beside the deposits stand
//! `minimum` × `lifetime` retries in reserve for callers who have just begun or make few calls;
//! what is taken beyond the deposits is given back as it grows as old as a deposit lives.
//! Defaults: 20 %, 10/s, 10 s, which are Finagle's and Linkerd's.
//!
//! A budget bounds offered load at (1 + ratio) × first tries, so that a callee recovers from any
//! trigger only below 1 / (1 + ratio) of its capacity.

use super::Attempt;
use super::sliding::Sliding;
use crate::engine::SimDuration;
use crate::language::{Fields, Node, Placed, PositiveDuration, Problems, Rate, Read, Share, Value};

/// What a retry costs. Deposits are shares of it, in whole numbers.
const RETRY: f64 = 1e6;

/// A retry budget as written.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetSpec {
    /// What a first try deposits, in parts of a retry, over 0 and at most 1.
    ratio: f64,
    /// Retries per second that are there without deposits.
    minimum: f64,
    /// How long a deposit lives.
    lifetime: SimDuration,
}

/// A retry budget and what it holds.
#[derive(Clone, Debug)]
pub struct Budget {
    deposit: i64,
    reserve: i64,
    /// Deposits less what was taken out.
    balance: Sliding<1>,
}

/// A rate that may be nothing.
struct RateOrZero(f64);

impl Read for RateOrZero {
    const EXAMPLE: &'static str = Rate::EXAMPLE;

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let zero = match &node.value {
            Value::Integer(number) => *number == 0,
            Value::String(text) => text.trim() == "0/s",
            Value::Float(number) => *number == 0.0,
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => false,
        };
        if zero {
            return Some(Self(0.0));
        }
        Rate::read(node, problems).map(|rate| Self(rate.per_s))
    }
}

impl Read for BudgetSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let default = Placed { value: Share(0.2), place: fields.place() };
        let ratio = fields.or("ratio", default, problems);
        let minimum = fields.or("minimum", RateOrZero(10.0), problems);
        let ten = PositiveDuration(SimDuration::from_secs(10));
        let lifetime = fields.or("lifetime", ten, problems);
        fields.finish(problems);
        let Placed { value: Share(ratio), place } = ratio?;
        if ratio * RETRY < 1.0 {
            problems.add_with_hint(
                place,
                "expected a ratio of retries to first tries above 0%",
                "write, for example, \"20%\"; for no retries at all, leave `retry` out",
            );
            return None;
        }
        Some(Self { ratio, minimum: minimum?.0, lifetime: lifetime?.0 })
    }
}

impl BudgetSpec {
    pub(super) fn start(&self) -> Budget {
        let reserve = self.minimum * self.lifetime.as_secs_f64() * RETRY;
        Budget {
            deposit: (self.ratio * RETRY).round() as i64,
            reserve: reserve.round().min((i64::MAX / 4) as f64) as i64,
            balance: Sliding::new(self.lifetime),
        }
    }
}

impl Budget {
    pub(super) fn admit(&mut self, attempt: Attempt) -> bool {
        if attempt.after.is_none() {
            self.balance.add(attempt.now, [self.deposit]);
            return true;
        }
        let [balance] = self.balance.sum(attempt.now);
        let pays = balance + self.reserve >= RETRY as i64;
        if pays {
            self.balance.add(attempt.now, [-(RETRY as i64)]);
        }
        pays
    }

    pub(super) fn withdraw(&mut self, attempt: Attempt) {
        let back = if attempt.after.is_none() { -self.deposit } else { RETRY as i64 };
        self.balance.add(attempt.now, [back]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Failure;
    use crate::policy::testing::{at, problem, read};

    fn first(now: u64) -> Attempt {
        Attempt { now: at(now), after: None, draw: 0.5 }
    }

    fn retry(now: u64) -> Attempt {
        Attempt { after: Some(Failure::Rejected), ..first(now) }
    }

    fn retries(budget: &mut Budget, now: u64) -> usize {
        (0..1_000).take_while(|_| budget.admit(retry(now))).count()
    }

    #[test]
    fn five_first_tries_pay_for_a_retry_for_ten_seconds() {
        let mut budget = read::<BudgetSpec>("{ ratio = \"20%\", minimum = 0 }").start();
        assert_eq!(retries(&mut budget, 0), 0);
        (0..14).for_each(|n| assert!(budget.admit(first(100 * n))));
        // 10 in the slice of second 0, 4 in that of second 1: 2.8 retries.
        assert_eq!(retries(&mut budget, 1_400), 2);
        // At 10 s the first slice goes, with its deposits: 0.8 - 2 is left.
        assert!((0..4).all(|n| budget.admit(first(10_000 + n))));
        assert_eq!(retries(&mut budget, 10_010), 0);
        // At 11 s the second slice goes, with its deposits and the retries: 0.8 + 0.2.
        assert!(budget.admit(first(11_000)));
        assert_eq!(retries(&mut budget, 11_001), 1);
    }

    #[test]
    fn the_reserve_comes_back_as_its_use_grows_old() {
        let mut budget = read::<BudgetSpec>("{ minimum = \"0.3/s\" }").start();
        assert_eq!(retries(&mut budget, 500), 3);
        assert_eq!(retries(&mut budget, 9_999), 0);
        assert_eq!(retries(&mut budget, 10_000), 3);
        // The defaults: 10/s for 10 s.
        assert_eq!(retries(&mut read::<BudgetSpec>("{}").start(), 0), 100);
    }

    #[test]
    fn faults_come_with_their_cure() {
        assert_eq!(
            problem::<BudgetSpec>("{ ratio = \"120%\" }"),
            "\"120%\": expected a share from 0% to 100%, found \"120%\" | write, for example, \
             \"99.9%\" or 0.999"
        );
        assert_eq!(
            problem::<BudgetSpec>("{ ratio = 0 }"),
            "0: expected a ratio of retries to first tries above 0% | write, for example, \
             \"20%\"; for no retries at all, leave `retry` out"
        );
    }
}
