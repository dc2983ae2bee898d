//! What a route makes of a carrier's answers: is it in use, left, or being tried again?
//!
//! Known from our own submissions alone, and so late: an answer that does not come is an error
//! only when we have stopped waiting for it. Where nothing goes to a carrier any more, nothing is
//! learnt of it: a rule that looks at the last half minute only finds, half a minute later,
//! nothing that speaks against it. So it goes back, and away again: it flaps.

use super::route::{FailOver, Probe};
use crate::engine::{SimDuration, SimTime};
use crate::policy::guard::Sliding;

/// A carrier as a route sees it.
#[derive(Clone, Debug)]
pub struct Health {
    rule: FailOver,
    /// Answers, how many of them are errors, and how long all took, in microseconds.
    answers: Sliding<3>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    InUse,
    Left { since: SimTime },
    Probing,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It was in use, and is left.
    Leave,
    /// It was left, and is in use again.
    Return,
}

impl Health {
    /// In use, and nothing known.
    pub fn new(rule: FailOver) -> Self {
        Self { rule, answers: Sliding::new(rule.window), state: State::InUse }
    }

    /// Whether messages go there in the ordinary way.
    #[inline]
    pub fn is_in_use(&self) -> bool {
        self.state == State::InUse
    }

    /// The share of messages that go there to find out whether it works, if that is the question.
    pub fn probe_share(&self) -> Option<f64> {
        match self.state {
            State::Probing => self.probe().map(|probe| probe.share),
            State::InUse | State::Left { .. } => None,
        }
    }

    /// An answer came, so long after its submission.
    pub fn note(&mut self, now: SimTime, is_error: bool, took: SimDuration) -> Option<Turn> {
        let took = i64::try_from(took.ns() / 1_000).unwrap_or(i64::MAX);
        self.answers.add(now, [1, i64::from(is_error), took]);
        match self.state {
            State::InUse => {
                if !self.is_bad(now) {
                    return None;
                }
                self.state = State::Left { since: now };
                Some(Turn::Leave)
            }
            State::Left { .. } => None,
            State::Probing => self.judge(now),
        }
    }

    /// Looks at the time: what was left may be tried again, or be in use again.
    #[inline]
    pub fn look(&mut self, now: SimTime) -> Option<Turn> {
        match self.state {
            State::InUse | State::Probing => None,
            State::Left { since } => self.look_again(now, since),
        }
    }

    fn look_again(&mut self, now: SimTime, since: SimTime) -> Option<Turn> {
        let Some(back) = self.rule.back else {
            if self.is_bad(now) {
                return None;
            }
            self.state = State::InUse;
            return Some(Turn::Return);
        };
        if now < since + back.after {
            return None;
        }
        // What was learnt before is about another time.
        self.answers = Sliding::new(self.rule.window);
        if back.probe.is_some() {
            self.state = State::Probing;
            return None;
        }
        self.state = State::InUse;
        Some(Turn::Return)
    }

    /// Whether enough probes were answered to say how it is, and how.
    fn judge(&mut self, now: SimTime) -> Option<Turn> {
        let probe = self.probe()?;
        let answers = self.answers.sum(now);
        if answers[0] < i64::from(probe.at_least) {
            return None;
        }
        self.answers = Sliding::new(self.rule.window);
        if is_above(answers, probe.error_share, probe.latency) {
            self.state = State::Left { since: now };
            return None;
        }
        self.state = State::InUse;
        Some(Turn::Return)
    }

    fn probe(&self) -> Option<Probe> {
        self.rule.back.and_then(|back| back.probe)
    }

    /// Whether the window speaks against it.
    fn is_bad(&mut self, now: SimTime) -> bool {
        let answers = self.answers.sum(now);
        let is_enough = answers[0] >= i64::from(self.rule.at_least);
        is_enough && is_above(answers, self.rule.error_share, self.rule.latency)
    }
}

/// Whether the share of errors, or the mean time of answers, is above its limit.
fn is_above(
    [answers, errors, took]: [i64; 3],
    error_share: Option<f64>,
    latency: Option<SimDuration>,
) -> bool {
    let all = answers as f64;
    error_share.is_some_and(|limit| errors as f64 > limit * all)
        || latency.is_some_and(|limit| took as f64 * 1_000.0 > limit.ns() as f64 * all)
}

#[cfg(test)]
mod tests {
    use super::super::route::Back;
    use super::*;

    fn at(secs: u64) -> SimTime {
        SimTime::from_ns(secs * 1_000_000_000)
    }

    const FAST: SimDuration = SimDuration::from_millis(100);

    fn rule(back: Option<Back>) -> FailOver {
        FailOver {
            error_share: Some(0.5),
            latency: Some(SimDuration::from_secs(2)),
            window: SimDuration::from_secs(10),
            at_least: 4,
            back,
        }
    }

    /// Three good answers and four bad ones, a second apart: left at the seventh, 4 of 7.
    fn left(back: Option<Back>) -> Health {
        let mut health = Health::new(rule(back));
        for second in 0..6 {
            assert_eq!(health.note(at(second), second >= 3, FAST), None, "{second}");
        }
        assert_eq!(health.note(at(6), true, FAST), Some(Turn::Leave));
        assert!(!health.is_in_use());
        health
    }

    #[test]
    fn without_a_rule_it_is_back_when_the_window_has_forgotten() {
        let mut health = left(None);
        // Errors of 3, 4, 5 and 6 s: at 12 s all four are in the last ten seconds, at 13 s three.
        assert_eq!(health.look(at(12)), None);
        assert_eq!(health.look(at(13)), Some(Turn::Return));
        assert!(health.is_in_use());
    }

    #[test]
    fn with_a_time_it_is_back_after_it_and_judged_anew() {
        let mut health = left(Some(Back { after: SimDuration::from_secs(60), probe: None }));
        assert_eq!((health.look(at(65)), health.probe_share()), (None, None));
        assert_eq!(health.look(at(66)), Some(Turn::Return));
        assert_eq!(health.note(at(66), true, FAST), None, "one answer is not enough");
    }

    #[test]
    fn probes_decide() {
        let probe = Probe { share: 0.01, at_least: 2, error_share: Some(0.0), latency: None };
        let back = Back { after: SimDuration::from_secs(60), probe: Some(probe) };
        let mut health = left(Some(back));
        assert_eq!((health.look(at(66)), health.probe_share()), (None, Some(0.01)));
        assert_eq!(health.note(at(67), false, FAST), None);
        assert_eq!(health.note(at(68), true, FAST), None);
        // One of two was an error: from then on it is left for another minute.
        assert_eq!((health.look(at(127)), health.probe_share()), (None, None));
        assert_eq!((health.look(at(128)), health.probe_share()), (None, Some(0.01)));
        assert_eq!(health.note(at(129), false, FAST), None);
        assert_eq!(health.note(at(130), false, FAST), Some(Turn::Return));
    }

    #[test]
    fn slow_answers_count_as_much_as_errors() {
        let mut health = Health::new(rule(None));
        let slow = SimDuration::from_millis(2_001);
        for second in 0..3 {
            assert_eq!(health.note(at(second), false, slow), None);
        }
        assert_eq!(health.note(at(3), false, slow), Some(Turn::Leave));
    }
}
