//! Circuit breaker: after too many failures nothing goes out for a while, then a few probes.
//!
//! As in resilience4j (`CircuitBreakerConfig.java`, `CircuitBreakerStateMachine.java`):
//! - *closed*: everything goes out. Once `minimum` answers are in the window, the breaker opens
//!   at an answer that brings the share of failures to `failures`, or the share of calls slower
//!   than `slow-after` to `slow-calls`.
//! - *open*: nothing goes out for `open`.
//! - *half-open*: `probes` attempts go out. When they are all answered (or `minimum` of them, if
//!   that is fewer), the same shares decide whether it opens again or closes with nothing seen.
//!
//! The window is of calls (`window = 100`) or of time (`window = "10s"`). Defaults are
//! resilience4j's: 100 calls, at least 100 of them, 50 % failures, 100 % slower than 60 s, open
//! for 60 s, 10 probes. Hystrix: `{ window = "10s", minimum = 20, open = "5s", probes = 1 }`.
//!
//! Unlike resilience4j we leave out of account an answer to an attempt that went out before the
//! present state began: it says nothing of a callee that has had time to recover.

use super::sliding::Sliding;
use super::{Answer, Attempt};
use crate::engine::{SimDuration, SimTime};
use crate::language::{
    Fields, Node, Placed, PositiveDuration, Problems, Read, Share, Value, Whole,
};

/// Most calls that a window holds, most probes.
const MOST: u64 = 100_000;

/// Shares are in millionths, so that comparisons are exact.
const WHOLE: i64 = 1_000_000;

/// A breaker as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSpec {
    window: Window,
    minimum: u32,
    failures: i64,
    slow_after: SimDuration,
    slow_calls: i64,
    open: SimDuration,
    probes: u32,
}

/// What a closed breaker looks back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last so many answers.
    Calls(u32),
    /// The answers of the last so much time.
    Time(SimDuration),
}

/// A breaker and what it has seen.
#[derive(Clone, Debug)]
pub struct Breaker {
    spec: BreakerSpec,
    state: State,
    /// When this state began.
    since: SimTime,
    /// What a closed breaker sees.
    seen: Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open,
    HalfOpen { permits: u32, answers: Counts },
}

/// Answers: all, failed ones, slow ones.
type Counts = [i64; 3];

#[derive(Clone, Debug)]
enum Seen {
    /// The last answers, in a ring, and their sums.
    Calls {
        ring: Vec<[bool; 2]>,
        next: usize,
        sums: Counts,
    },
    Time(Sliding<3>),
}

impl Read for Window {
    const EXAMPLE: &'static str = "100";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Integer(_) | Value::Float(_) => {
                Whole::<1, MOST>::read(node, problems).map(|calls| Self::Calls(calls.0 as u32))
            }
            Value::String(_) => {
                PositiveDuration::read(node, problems).map(|length| Self::Time(length.0))
            }
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                problems.expected(node, "a number of calls, or a duration such as \"10s\"");
                None
            }
        }
    }
}

impl Read for BreakerSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let minute = PositiveDuration(SimDuration::from_secs(60));
        let window = fields.or("window", Window::Calls(100), problems);
        let minimum = fields.optional::<Placed<Whole<1, MOST>>>("minimum", problems);
        let failures = threshold(&mut fields, "failures", 0.5, problems);
        let slow_after = fields.or("slow-after", minute, problems);
        let slow_calls = threshold(&mut fields, "slow-calls", 1.0, problems);
        let open = fields.or("open", minute, problems);
        let probes = fields.or("probes", Whole::<1, MOST>(10), problems);
        fields.finish(problems);
        let (window, minimum) = (window?, minimum?);
        if let (Window::Calls(calls), Some(minimum)) = (window, &minimum)
            && minimum.value.0 > u64::from(calls)
        {
            problems.add_with_hint(
                minimum.place,
                format!("a window of {calls} calls never holds {}", minimum.value.0),
                "widen `window`, or lower `minimum`",
            );
            return None;
        }
        let most = match window {
            Window::Calls(calls) => calls.min(100),
            Window::Time(_) => 100,
        };
        Some(Self {
            window,
            minimum: minimum.map_or(most, |minimum| minimum.value.0 as u32),
            failures: failures?,
            slow_after: slow_after?.0,
            slow_calls: slow_calls?,
            open: open?.0,
            probes: probes?.0 as u32,
        })
    }
}

/// A share above 0, in millionths.
fn threshold(
    fields: &mut Fields<'_>,
    key: &'static str,
    default: f64,
    problems: &mut Problems,
) -> Option<i64> {
    let default = Placed { value: Share(default), place: fields.place() };
    let Placed { value: Share(share), place } = fields.or(key, default, problems)?;
    let millionths = (share * WHOLE as f64).round() as i64;
    if millionths == 0 {
        let hint = "at 0% it would open on the first answers, good or bad";
        problems.add_with_hint(place, "expected a share above 0%", hint);
        return None;
    }
    Some(millionths)
}

impl BreakerSpec {
    pub(super) fn start(&self) -> Breaker {
        let seen = match self.window {
            Window::Calls(calls) => {
                Seen::Calls { ring: Vec::with_capacity(calls as usize), next: 0, sums: [0; 3] }
            }
            Window::Time(length) => Seen::Time(Sliding::new(length)),
        };
        Breaker { spec: *self, state: State::Closed, since: SimTime::ZERO, seen }
    }

    /// Whether a share is reached in `answers`, of which there have to be `minimum`.
    fn is_tripped(&self, [all, failed, slow]: Counts, minimum: u32) -> Option<bool> {
        let reached =
            failed * WHOLE >= self.failures * all || slow * WHOLE >= self.slow_calls * all;
        (all >= i64::from(minimum)).then_some(reached)
    }
}

impl Breaker {
    pub(super) fn admit(&mut self, attempt: Attempt) -> bool {
        match &mut self.state {
            State::Closed => true,
            State::Open if attempt.now.since(self.since) < self.spec.open => false,
            State::Open => {
                let permits = self.spec.probes - 1;
                self.enter(State::HalfOpen { permits, answers: [0; 3] }, attempt.now);
                true
            }
            State::HalfOpen { permits: 0, .. } => false,
            State::HalfOpen { permits, .. } => {
                *permits -= 1;
                true
            }
        }
    }

    pub(super) fn withdraw(&mut self) {
        match &mut self.state {
            State::Closed => {}
            State::HalfOpen { permits, .. } => *permits += 1,
            State::Open => unreachable!("an open breaker lets nothing out"),
        }
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        if answer.now.since(self.since) < answer.round_trip {
            return;
        }
        let is_slow = answer.round_trip > self.spec.slow_after;
        let this = [answer.failure.is_some(), is_slow];
        match &mut self.state {
            State::Open => {}
            State::Closed => {
                let counts = self.seen.add(answer.now, this, self.spec.window);
                if self.spec.is_tripped(counts, self.spec.minimum) == Some(true) {
                    self.enter(State::Open, answer.now);
                }
            }
            State::HalfOpen { answers, .. } => {
                count(answers, this, 1);
                let minimum = self.spec.minimum.min(self.spec.probes);
                match self.spec.is_tripped(*answers, minimum) {
                    None => {}
                    Some(true) => self.enter(State::Open, answer.now),
                    Some(false) => {
                        self.seen = self.spec.start().seen;
                        self.enter(State::Closed, answer.now);
                    }
                }
            }
        }
    }

    fn enter(&mut self, state: State, now: SimTime) {
        self.state = state;
        self.since = now;
    }
}

impl Seen {
    /// Counts an answer (whether it failed, whether it was slow) and tells what is in the window.
    fn add(&mut self, now: SimTime, this: [bool; 2], window: Window) -> Counts {
        match (self, window) {
            (Self::Calls { ring, next, sums }, Window::Calls(calls)) => {
                if ring.len() < calls as usize {
                    ring.push(this);
                } else {
                    count(sums, ring[*next], -1);
                    ring[*next] = this;
                    *next = (*next + 1) % ring.len();
                }
                count(sums, this, 1);
                *sums
            }
            (Self::Time(sliding), _) => {
                let mut counts = [0; 3];
                count(&mut counts, this, 1);
                sliding.add(now, counts);
                sliding.sum(now)
            }
            (Self::Calls { .. }, Window::Time(_)) => unreachable!("made for the same window"),
        }
    }
}

/// Adds or takes away an answer.
fn count(counts: &mut Counts, [failed, slow]: [bool; 2], sign: i64) {
    counts[0] += sign;
    counts[1] += sign * i64::from(failed);
    counts[2] += sign * i64::from(slow);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Failure;
    use crate::policy::testing::{at, ms, problem, read};

    fn admit(breaker: &mut Breaker, now: u64) -> bool {
        breaker.admit(Attempt { now: at(now), after: None, draw: 0.5 })
    }

    /// An answer after 1 ms.
    fn answer(breaker: &mut Breaker, now: u64, went_well: bool) {
        answer_after(breaker, now, 1, went_well);
    }

    fn answer_after(breaker: &mut Breaker, now: u64, round_trip: u64, went_well: bool) {
        let failure = (!went_well).then_some(Failure::Timeout);
        breaker.answered(Answer { now: at(now), round_trip: ms(round_trip), failure, after: None });
    }

    #[test]
    fn opens_probes_and_closes() {
        let spec = "{ window = 4, failures = \"50%\", open = \"1s\", probes = 2 }";
        let mut breaker = read::<BreakerSpec>(spec).start();
        for (now, went_well) in [(10, false), (20, true), (30, false)] {
            assert!(admit(&mut breaker, now));
            answer(&mut breaker, now + 1, went_well);
        }
        assert!(admit(&mut breaker, 40), "three answers are fewer than the minimum of four");
        answer(&mut breaker, 100, true);
        assert!(!admit(&mut breaker, 101), "two of four failed");
        assert!(!admit(&mut breaker, 1_099));
        // Half-open: two probes, and no third.
        assert!(admit(&mut breaker, 1_100));
        assert!(admit(&mut breaker, 1_101));
        assert!(!admit(&mut breaker, 1_102));
        answer(&mut breaker, 1_110, true);
        assert!(!admit(&mut breaker, 1_111), "one answer does not decide");
        answer(&mut breaker, 1_120, false);
        // One of two: open again for a second.
        assert!(!admit(&mut breaker, 2_119));
        assert!(admit(&mut breaker, 2_120));
        assert!(admit(&mut breaker, 2_121));
        answer(&mut breaker, 2_130, true);
        answer(&mut breaker, 2_131, true);
        // Closed, with an empty window.
        for now in [2_140, 2_150, 2_160] {
            assert!(admit(&mut breaker, now));
            answer(&mut breaker, now + 1, false);
        }
        assert!(admit(&mut breaker, 2_170));
        answer(&mut breaker, 2_171, true);
        assert!(!admit(&mut breaker, 2_172), "three of four");
    }

    #[test]
    fn a_window_of_calls_forgets_the_oldest() {
        let mut breaker = read::<BreakerSpec>("{ window = 3, failures = \"60%\" }").start();
        let answers = [false, true, true, false, true, true, false, false];
        let open: Vec<bool> = (1..)
            .zip(answers)
            .map(|(now, went_well)| {
                answer(&mut breaker, 10 * now, went_well);
                !admit(&mut breaker, 10 * now + 1)
            })
            .collect();
        // Failures among the last three: -, -, 1, 1, 1, 1, 1, 2.
        assert_eq!(open, [false, false, false, false, false, false, false, true]);
    }

    #[test]
    fn a_window_of_time_forgets_what_is_old() {
        let spec = "{ window = \"10s\", minimum = 3, failures = \"100%\" }";
        let mut breaker = read::<BreakerSpec>(spec).start();
        answer(&mut breaker, 500, false);
        answer(&mut breaker, 1_500, false);
        // Second 0 has left the window in second 10: two answers.
        answer(&mut breaker, 10_500, false);
        assert!(admit(&mut breaker, 10_501));
        answer(&mut breaker, 10_600, false);
        assert!(!admit(&mut breaker, 10_601));
    }

    #[test]
    fn slow_answers_trip_it_too() {
        let spec = "{ window = 4, slow-after = \"100ms\", slow-calls = \"75%\" }";
        let mut breaker = read::<BreakerSpec>(spec).start();
        for (now, round_trip) in [(1_000, 101), (2_000, 100), (3_000, 150)] {
            answer_after(&mut breaker, now, round_trip, true);
        }
        answer_after(&mut breaker, 4_000, 99, true);
        assert!(admit(&mut breaker, 4_001), "two of four are slow");
        // The window is now of 2..5.
        answer_after(&mut breaker, 5_000, 500, true);
        answer_after(&mut breaker, 6_000, 500, true);
        assert!(!admit(&mut breaker, 6_001), "three of the last four");
    }

    #[test]
    fn late_answers_to_what_went_out_before_do_not_count() {
        let spec = "{ window = 1, failures = \"100%\", open = \"1s\", probes = 1 }";
        let mut breaker = read::<BreakerSpec>(spec).start();
        answer(&mut breaker, 100, false);
        assert!(admit(&mut breaker, 1_100));
        answer_after(&mut breaker, 1_200, 1_150, false);
        answer_after(&mut breaker, 1_250, 151, true);
        assert!(!admit(&mut breaker, 1_260), "the probe is still out");
        answer_after(&mut breaker, 1_300, 200, true);
        assert!(admit(&mut breaker, 1_301));
    }

    #[test]
    fn a_probe_that_stayed_here_is_given_back() {
        let spec = "{ window = 1, open = \"1s\", probes = 1 }";
        let mut breaker = read::<BreakerSpec>(spec).start();
        answer(&mut breaker, 100, false);
        assert!(admit(&mut breaker, 1_100));
        breaker.withdraw();
        assert!(admit(&mut breaker, 1_101));
        assert!(!admit(&mut breaker, 1_102));
    }

    #[test]
    fn faults_come_with_their_cure() {
        assert_eq!(
            problem::<BreakerSpec>("{ window = 50, minimum = 100 }"),
            "100: a window of 50 calls never holds 100 | widen `window`, or lower `minimum`"
        );
        assert_eq!(
            problem::<BreakerSpec>("{ failures = \"0%\" }"),
            "\"0%\": expected a share above 0% | at 0% it would open on the first answers, good \
             or bad"
        );
        assert_eq!(
            problem::<BreakerSpec>("{ window = true }"),
            "true: expected a number of calls, or a duration such as \"10s\", found true | -"
        );
    }
}
