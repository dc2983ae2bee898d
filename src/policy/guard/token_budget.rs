//! Retry quota of the AWS SDKs: retries are paid from a bucket that successes refill.
//!
//! As in botocore (`retries/quota.py`, `retries/standard.py`, version 2.0 of the standard mode):
//! the bucket holds 500 tokens; a retry costs 5, after a timeout 10, and does not go out where
//! fewer are left. A retry that succeeds gives back what it cost; a first try that succeeds adds
//! one token. First tries are never asked.

use super::{Answer, Attempt};
use crate::language::{Fields, Node, Problems, Read, Whole};
use crate::policy::Failure;

/// Most tokens of a bucket.
const MOST: u64 = 1_000_000_000;

/// A retry quota as written, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBudgetSpec {
    /// What the bucket holds at most, and at the start.
    tokens: u64,
    /// What a retry costs.
    cost: u64,
    /// What a retry after a timeout costs.
    timeout_cost: u64,
    /// What a first try that succeeds adds.
    increment: u64,
}

/// A retry quota and what is left of it.
#[derive(Clone, Debug)]
pub struct TokenBudget {
    spec: TokenBudgetSpec,
    left: u64,
}

impl Read for TokenBudgetSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let tokens = fields.or("tokens", Whole::<1, MOST>(500), problems);
        let cost = fields.or("cost", Whole::<1, MOST>(5), problems);
        let timeout_cost = fields.or("timeout-cost", Whole::<1, MOST>(10), problems);
        let increment = fields.or("increment", Whole::<0, MOST>(1), problems);
        fields.finish(problems);
        Some(Self {
            tokens: tokens?.0,
            cost: cost?.0,
            timeout_cost: timeout_cost?.0,
            increment: increment?.0,
        })
    }
}

impl TokenBudgetSpec {
    pub(super) fn start(&self) -> TokenBudget {
        TokenBudget { spec: *self, left: self.tokens }
    }

    fn cost(&self, after: Failure) -> u64 {
        match after {
            Failure::Timeout => self.timeout_cost,
            Failure::Rejected | Failure::Expired | Failure::Failed | Failure::Refused => self.cost,
        }
    }
}

impl TokenBudget {
    pub(super) fn admit(&mut self, attempt: Attempt) -> bool {
        let cost = attempt.after.map_or(0, |after| self.spec.cost(after));
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    pub(super) fn withdraw(&mut self, attempt: Attempt) {
        self.left += attempt.after.map_or(0, |after| self.spec.cost(after));
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        if answer.failure.is_none() {
            let back = answer.after.map_or(self.spec.increment, |after| self.spec.cost(after));
            self.left = (self.left + back).min(self.spec.tokens);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, ms, read};

    fn attempt(after: Option<Failure>) -> Attempt {
        Attempt { now: at(0), after, draw: 0.5 }
    }

    fn answer(after: Option<Failure>, failure: Option<Failure>) -> Answer {
        Answer { now: at(1), round_trip: ms(1), failure, after }
    }

    #[test]
    fn retries_cost_and_successes_refund() {
        let mut quota = read::<TokenBudgetSpec>("{ tokens = 21 }").start();
        let (timeout, rejected) = (Some(Failure::Timeout), Some(Failure::Rejected));
        assert!(quota.admit(attempt(None)));
        assert_eq!(quota.left, 21);
        assert!(quota.admit(attempt(timeout)));
        assert!(quota.admit(attempt(rejected)));
        assert_eq!(quota.left, 6);
        assert!(!quota.admit(attempt(timeout)), "6 are fewer than 10");
        assert_eq!(quota.left, 6);
        quota.answered(answer(rejected, timeout));
        assert_eq!(quota.left, 6, "a failure gives nothing back");
        quota.answered(answer(timeout, None));
        assert_eq!(quota.left, 16);
        quota.answered(answer(None, None));
        assert_eq!(quota.left, 17);
        quota.answered(answer(rejected, None));
        assert_eq!(quota.left, 21, "full");
    }

    #[test]
    fn the_default_is_a_hundred_retries_in_a_row() {
        let mut quota = read::<TokenBudgetSpec>("{}").start();
        let rejected = attempt(Some(Failure::Rejected));
        assert_eq!((0..1_000).take_while(|_| quota.admit(rejected)).count(), 100);
    }
}
