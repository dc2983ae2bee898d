//! Adaptive throttling: the more of its requests the callee refuses, the fewer go out.
//!
//! Google, "Site Reliability Engineering", chapter 21, equation 21-1: an attempt is refused with
//! probability max(0, (requests − K × accepts) / (requests + 1)), where `requests` are the
//! attempts of the last two minutes, those refused here included, and `accepts` those that the
//! callee took. With K = 2 about as many go out in vain as are taken. Work that the callee took
//! and failed at is taken; what timed out, was turned away or expired is not.

use super::sliding::Sliding;
use super::{Answer, Attempt};
use crate::engine::SimDuration;
use crate::language::{Factor, Fields, Node, Placed, PositiveDuration, Problems, Read};
use crate::policy::Failure;

/// An adaptive throttle as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThrottleSpec {
    /// K: how many requests there may be to an accept before any is refused, at least 1.
    k: f64,
    window: SimDuration,
}

/// An adaptive throttle and what it has seen.
#[derive(Clone, Debug)]
pub struct Throttle {
    k: f64,
    /// Requests and accepts.
    seen: Sliding<2>,
}

impl Read for ThrottleSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let default = Placed { value: Factor(2.0), place: fields.place() };
        let k = fields.or("k", default, problems);
        let two_minutes = PositiveDuration(SimDuration::from_secs(120));
        let window = fields.or("window", two_minutes, problems);
        fields.finish(problems);
        let Placed { value: Factor(k), place } = k?;
        if k < 1.0 {
            problems.add_with_hint(
                place,
                "expected a number of at least 1",
                "below 1 it would refuse though all is accepted; 2 is usual, 1.1 is strict",
            );
            return None;
        }
        Some(Self { k, window: window?.0 })
    }
}

impl ThrottleSpec {
    pub(super) fn start(&self) -> Throttle {
        Throttle { k: self.k, seen: Sliding::new(self.window) }
    }
}

impl Throttle {
    pub(super) fn admit(&mut self, attempt: Attempt) -> bool {
        let [requests, accepts] = self.seen.sum(attempt.now);
        self.seen.add(attempt.now, [1, 0]);
        let excess = requests as f64 - self.k * accepts as f64;
        attempt.draw * (requests as f64 + 1.0) >= excess
    }

    pub(super) fn withdraw(&mut self, attempt: Attempt) {
        self.seen.add(attempt.now, [-1, 0]);
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        if !answer.failure.is_some_and(Failure::is_overload) {
            self.seen.add(answer.now, [0, 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, ms, problem, read};

    fn admit(throttle: &mut Throttle, now: u64, draw: f64) -> bool {
        throttle.admit(Attempt { now: at(now), after: None, draw })
    }

    fn answered(throttle: &mut Throttle, now: u64, failure: Option<Failure>) {
        throttle.answered(Answer { now: at(now), round_trip: ms(1), failure, after: None });
    }

    #[test]
    fn refuses_with_the_probability_of_equation_21_1() {
        let mut throttle = read::<ThrottleSpec>("{}").start();
        // Ten requests, three of them taken, one of those answered badly.
        (0..10).for_each(|n| assert!(admit(&mut throttle, n, 0.999)));
        answered(&mut throttle, 20, None);
        answered(&mut throttle, 21, None);
        answered(&mut throttle, 22, Some(Failure::Failed));
        answered(&mut throttle, 23, Some(Failure::Timeout));
        answered(&mut throttle, 24, Some(Failure::Rejected));
        // (10 - 2 × 3) / 11 = 0.3636: refused below. It counts although refused.
        assert!(!admit(&mut throttle, 30, 0.3636));
        // (11 - 6) / 12 = 0.41667.
        assert!(admit(&mut throttle, 31, 0.41667));
        assert!(!admit(&mut throttle, 32, 0.4));
        // Two minutes later all is forgotten.
        assert!(admit(&mut throttle, 120_000, 0.001));
    }

    #[test]
    fn while_half_is_taken_all_goes_out() {
        let mut throttle = read::<ThrottleSpec>("{ window = \"10s\" }").start();
        for second in 0..100 {
            assert!(admit(&mut throttle, 1_000 * second, 1e-9));
            answered(&mut throttle, 1_000 * second + 10, None);
            assert!(admit(&mut throttle, 1_000 * second + 20, 1e-9));
        }
    }

    #[test]
    fn k_is_at_least_one() {
        assert_eq!(
            problem::<ThrottleSpec>("{ k = 0.5 }"),
            "0.5: expected a number of at least 1 | below 1 it would refuse though all is \
             accepted; 2 is usual, 1.1 is strict"
        );
    }
}
