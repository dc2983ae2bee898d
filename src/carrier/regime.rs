//! A regime: good, degraded, down. What carriers that share a cause (a region, an operator, a
//! cable) go through together.
//!
//! A semi-Markov process: it stays in a state for as long as a law says, then goes to another by
//! weights. It begins in the first. Its path depends on its name alone, never on who asks.

use crate::dist::{Dist, DistSpec, Files};
use crate::engine::random::uniform;
use crate::engine::{Key, SimDuration, SimTime, Stream};
use crate::language::units::NonNegative;
use crate::language::{Fields, Node, Placed, Problems, Read};

const STATES_MAX: usize = 32;
/// A stay is at least this, so that a path has an end.
const SHORTEST: SimDuration = SimDuration::from_millis(1);

/// A regime that can run.
#[derive(Clone, Debug)]
pub struct RegimePlan {
    /// As written: `[regime.NAME]`.
    pub name: String,
    states: Vec<State>,
}

#[derive(Clone, Debug)]
struct State {
    stay: Dist,
    /// Chances of the next state, added up.
    next: Vec<f64>,
}

/// A regime as written.
#[derive(Clone, Debug)]
pub struct RegimeSpec {
    states: Vec<StateSpec>,
}

#[derive(Clone, Debug)]
struct StateSpec {
    name: Placed<String>,
    stay: DistSpec,
    next: Option<Placed<Vec<NonNegative>>>,
}

/// All regimes of a run, as they are now.
#[derive(Debug, Default)]
pub struct Regimes {
    all: Vec<Path>,
}

#[derive(Debug)]
struct Path {
    states: Vec<State>,
    stream: Stream,
    state: usize,
    until: SimTime,
}

impl Regimes {
    /// At the start of a run; `key` makes a regime's key of its name.
    pub fn new(plans: &[RegimePlan], key: impl Fn(&str) -> Key) -> Self {
        let path = |plan: &RegimePlan| {
            let mut stream = Stream::from(key(&format!("regime/{}", plan.name)));
            let stay = plan.states[0].stay.sample(&mut stream).max(SHORTEST);
            Path { states: plan.states.clone(), stream, state: 0, until: SimTime::ZERO + stay }
        };
        Self { all: plans.iter().map(path).collect() }
    }

    /// The state of a regime at `now`, and when it ends. Time goes on: `now` is never before the
    /// `now` of an earlier question.
    pub fn at(&mut self, regime: usize, now: SimTime) -> (usize, SimTime) {
        let path = &mut self.all[regime];
        while path.until <= now {
            let u = uniform(&mut path.stream);
            let next = &path.states[path.state].next;
            // The sums end at 1 but for rounding; the last way that has a chance takes the rest.
            let last = next.partition_point(|sum| *sum < next[next.len() - 1]);
            path.state = next.partition_point(|sum| *sum <= u).min(last);
            let stay = path.states[path.state].stay.sample(&mut path.stream).max(SHORTEST);
            path.until += stay;
        }
        (path.state, path.until)
    }
}

impl RegimeSpec {
    /// The names of its states, in order.
    pub fn state_names(&self) -> Vec<&str> {
        self.states.iter().map(|state| state.name.value.as_str()).collect()
    }

    /// The regime of this name.
    pub fn resolve(
        &self,
        name: &str,
        files: &Files<'_>,
        problems: &mut Problems,
    ) -> Option<RegimePlan> {
        let count = self.states.len();
        let state = |(at, state): (usize, &StateSpec)| {
            let next = chances(at, count, state.next.as_ref(), problems);
            let stay = state.stay.resolve(files, problems);
            Some(State { stay: stay?, next: next? })
        };
        let states: Vec<_> = self.states.iter().enumerate().map(state).collect();
        let states = states.into_iter().collect::<Option<_>>()?;
        Some(RegimePlan { name: name.to_owned(), states })
    }
}

impl RegimePlan {
    /// Whether its path is drawn.
    pub fn is_random(&self) -> bool {
        self.states.len() > 2 || self.states.iter().any(|state| !state.stay.is_constant())
    }
}

/// The chances of each next state, added up.
fn chances(
    state: usize,
    count: usize,
    weights: Option<&Placed<Vec<NonNegative>>>,
    problems: &mut Problems,
) -> Option<Vec<f64>> {
    let weights: Vec<f64> = match weights {
        None => (0..count).map(|next| if next == state { 0.0 } else { 1.0 }).collect(),
        Some(weights) => {
            let values: Vec<f64> = weights.value.iter().map(|weight| weight.0).collect();
            let sum: f64 = values.iter().sum();
            let label = if values.len() != count {
                format!("expected {count} weights, one a state, found {}", values.len())
            } else if values[state] > 0.0 {
                "a state does not move to itself: write 0 there".to_owned()
            } else if sum <= 0.0 || !sum.is_finite() {
                "expected a weight above zero, and a sum that is finite".to_owned()
            } else {
                String::new()
            };
            if !label.is_empty() {
                problems.add(weights.place, label);
                return None;
            }
            values
        }
    };
    let all: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let add = |weight: f64| {
        sum += weight / all;
        sum
    };
    Some(weights.into_iter().map(add).collect())
}

impl Read for RegimeSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let states = fields.required_like::<Placed<Vec<StateSpec>>>(
            "states",
            "[{ name = \"good\", stay = \"30d\" }, { name = \"down\", stay = \"2h\" }]",
            problems,
        );
        fields.finish(problems);
        let states = states?;
        let count = states.value.len();
        if !(2..=STATES_MAX).contains(&count) {
            let label = format!("expected 2 to {STATES_MAX} states, found {count}");
            problems.add(states.place, label);
            return None;
        }
        for (at, state) in states.value.iter().enumerate() {
            if states.value[..at].iter().any(|other| other.name.value == state.name.value) {
                problems.add(state.name.place, "another state has this name");
                return None;
            }
        }
        Some(Self { states: states.value })
    }
}

impl Read for StateSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let name = fields.required_like("name", "\"down\"", problems);
        let stay = fields.required_like("stay", "\"2h\"", problems);
        let next = fields.optional("next", problems);
        fields.finish(problems);
        Some(Self { name: name?, stay: stay?, next: next? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(states: Vec<State>) -> RegimePlan {
        RegimePlan { name: "east".to_owned(), states }
    }

    fn at(secs: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(secs)
    }

    #[test]
    fn it_goes_round_by_its_stays() {
        let stay = |secs, next: [f64; 2]| State {
            stay: Dist::Constant(SimDuration::from_secs(secs)),
            next: next.to_vec(),
        };
        let plan = plan(vec![stay(10, [0.0, 1.0]), stay(3, [1.0, 1.0])]);
        let mut regimes = Regimes::new(&[plan], |name| Key::new(1, 0, name));
        for (now, state, until) in
            [(0, 0, 10), (9, 0, 10), (10, 1, 13), (12, 1, 13), (13, 0, 23), (40, 0, 49)]
        {
            assert_eq!(regimes.at(0, at(now)), (state, at(until)), "at {now} s");
        }
    }

    #[test]
    fn its_path_does_not_depend_on_who_asks() {
        let stay = |secs| Dist::Exponential(crate::dist::Exponential::new(secs * 1e9));
        let states = || {
            vec![
                State { stay: stay(9.0), next: vec![0.0, 0.8, 1.0] },
                State { stay: stay(2.0), next: vec![0.5, 0.5, 1.0] },
                State { stay: stay(1.0), next: vec![1.0, 1.0, 1.0] },
            ]
        };
        let new = || Regimes::new(&[plan(states())], |name| Key::new(1, 0, name));
        let (mut often, mut seldom) = (new(), new());
        let mut time = [0u64; 3];
        for tenth in 0..2_000_000u64 {
            let now = SimTime::from_ns(tenth * 100_000_000);
            let state = often.at(0, now);
            time[state.0] += 1;
            if tenth % 977 == 0 {
                assert_eq!(seldom.at(0, now), state);
            }
        }
        // Visits in proportion to 1 : 0.8 : 0.2 + 0.8 / 2 = 0.6, so time to 9 : 1.6 : 0.6. A cycle
        // is 11.2 s: of 17,857 of them, with a sd of about 9.3 s, five standard errors of the
        // share in the first state are below 0.7 %.
        let share = time[0] as f64 / 2e6;
        assert!((share - 9.0 / 11.2).abs() < 0.007, "{share}");
    }
}
