//! MMPP: a Markov-modulated Poisson process, whose rate jumps between states.
//!
//! Each state has a rate and an exponential stay with a mean; from it the process moves to any
//! other state with equal chances, or by the weights of `next`. It starts in its stationary
//! state, so its mean rate holds from the beginning. (Fischer & Meier-Hellstern 1993, "The MMPP
//! cookbook".)

use crate::dist::exponential;
use crate::engine::random::uniform;
use crate::engine::{Key, SimDuration, Stream};
use crate::language::units::{NonNegative, PositiveDuration, Rate};
use crate::language::{Fields, Node, Placed, Problems, Read};

use super::line::{Line, NEVER};

/// What a scenario says about a process with states.
#[derive(Clone, Debug)]
pub(super) struct MmppSpec(Mmpp);

/// A process with states.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mmpp {
    states: Vec<State>,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    rate: f64,
    stay_ns: f64,
    /// Chances of the next state, added up.
    next: Vec<f64>,
    /// The share of time spent here.
    share: f64,
}

/// One state, as written.
struct StateSpec {
    rate: f64,
    stay_ns: f64,
    next: Option<Placed<Vec<NonNegative>>>,
}

const STATES_MAX: usize = 32;
/// Stays shorter than this cost more than the arrivals do.
const SHORTEST: SimDuration = SimDuration::from_millis(1);

impl Read for MmppSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let states = fields.required::<Placed<Vec<StateSpec>>>("states", problems);
        fields.finish(problems);
        let states = states?;
        let count = states.value.len();
        if !(2..=STATES_MAX).contains(&count) {
            let label = format!("expected 2 to {STATES_MAX} states, found {count}");
            problems.add(states.place, label);
            return None;
        }
        if states.value.iter().all(|state| state.rate == 0.0) {
            problems.add(states.place, "in these states nothing ever arrives");
            return None;
        }
        let before = problems.len();
        let chances: Vec<Vec<f64>> = (0..count)
            .map(|state| chances(state, count, states.value[state].next.as_ref(), problems))
            .collect();
        if problems.len() > before {
            return None;
        }
        let stays: Vec<f64> = states.value.iter().map(|state| state.stay_ns).collect();
        let Some(shares) = stationary(&chances, &stays) else {
            let hint = "give each state a way to every other, directly or through others";
            problems.add_with_hint(states.place, "some states are never returned to", hint);
            return None;
        };
        let state = |((spec, chances), share): ((&StateSpec, &Vec<f64>), f64)| State {
            rate: spec.rate,
            stay_ns: spec.stay_ns,
            next: sums(chances),
            share,
        };
        let states = states.value.iter().zip(&chances).zip(shares).map(state).collect();
        Some(Self(Mmpp { states }))
    }
}

impl Read for StateSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let rate = fields.optional::<Rate>("rate", problems);
        let stay = fields.required::<Placed<PositiveDuration>>("stay", problems);
        let next = fields.optional("next", problems);
        fields.finish(problems);
        let stay = stay?;
        if stay.value.0 < SHORTEST {
            let hint = "a rate that changes faster is hardly told apart from `poisson` at its mean";
            problems.add_with_hint(stay.place, "expected a stay of at least 1ms", hint);
            return None;
        }
        // A state without a rate is silent.
        let rate = rate?.map_or(0.0, |rate| rate.per_s);
        Some(Self { rate, stay_ns: stay.value.0.ns() as f64, next: next? })
    }
}

/// The chances of each next state; problems at weights that make none.
fn chances(
    state: usize,
    count: usize,
    weights: Option<&Placed<Vec<NonNegative>>>,
    problems: &mut Problems,
) -> Vec<f64> {
    let Some(weights) = weights else {
        let other = 1.0 / (count - 1) as f64;
        return (0..count).map(|next| if next == state { 0.0 } else { other }).collect();
    };
    let values: Vec<f64> = weights.value.iter().map(|weight| weight.0).collect();
    let sum: f64 = values.iter().sum();
    if values.len() != count {
        let label = format!("expected {count} weights, one a state, found {}", values.len());
        problems.add(weights.place, label);
    } else if values[state] > 0.0 {
        let hint = "how long it stays is what `stay` says; write 0 for the state itself";
        problems.add_with_hint(weights.place, "a state does not move to itself", hint);
    } else if sum <= 0.0 {
        problems.add(weights.place, "expected a weight above zero");
    } else if !sum.is_finite() {
        problems.add(weights.place, "expected weights with a sum that is finite");
    }
    values.iter().map(|value| value / sum).collect()
}

fn sums(chances: &[f64]) -> Vec<f64> {
    let add = |sum: &mut f64, chance: &f64| {
        *sum += chance;
        Some(*sum)
    };
    chances.iter().scan(0.0, add).collect()
}

/// The shares of time, by the state reduction of Grassmann, Taksar & Heyman (1985), which never
/// subtracts; `None` if not every state can be reached from every other.
fn stationary(chances: &[Vec<f64>], stays: &[f64]) -> Option<Vec<f64>> {
    let count = stays.len();
    let mut rates: Vec<Vec<f64>> = chances
        .iter()
        .zip(stays)
        .map(|(row, stay)| row.iter().map(|chance| chance / stay).collect())
        .collect();
    for last in (1..count).rev() {
        let out: f64 = rates[last][..last].iter().sum();
        if out <= 0.0 {
            return None;
        }
        for from in 0..last {
            rates[from][last] /= out;
            for to in 0..last {
                if to != from {
                    rates[from][to] += rates[from][last] * rates[last][to];
                }
            }
        }
    }
    let mut shares = vec![1.0];
    while shares.len() < count {
        let into = |(share, row): (&f64, &Vec<f64>)| share * row[shares.len()];
        shares.push(shares.iter().zip(&rates).map(into).sum());
    }
    let sum: f64 = shares.iter().sum();
    shares.iter().all(|share| *share > 0.0).then(|| shares.iter().map(|s| s / sum).collect())
}

impl MmppSpec {
    pub(super) fn resolve(&self) -> Mmpp {
        self.0.clone()
    }
}

impl Mmpp {
    /// The mean rate per second.
    pub(super) fn mean_rate(&self) -> f64 {
        self.states.iter().map(|state| state.share * state.rate).sum()
    }
}

/// The states of one replication.
#[derive(Clone, Debug)]
pub(super) struct MmppWalk {
    mmpp: Mmpp,
    stream: Stream,
    state: usize,
    until: u64,
}

impl MmppWalk {
    pub(super) fn start(mmpp: &Mmpp, key: Key) -> Self {
        let mut stream = Stream::from(key);
        let shares: Vec<f64> = mmpp.states.iter().map(|state| state.share).collect();
        let state = pick(&sums(&shares), &mut stream);
        let mut walk = Self { mmpp: mmpp.clone(), stream, state, until: 0 };
        walk.stay();
        walk
    }

    /// The rate per second from `at` on; `at` never before that of the call before.
    pub(super) fn line(&mut self, at: u64) -> Line {
        while self.until <= at {
            self.state = pick(&self.mmpp.states[self.state].next, &mut self.stream);
            self.stay();
        }
        Line::flat(self.mmpp.states[self.state].rate, self.until)
    }

    fn stay(&mut self) {
        let stay = self.mmpp.states[self.state].stay_ns * exponential::unit(&mut self.stream);
        // At least a nanosecond, so that a run gets on.
        self.until = self.until.saturating_add((stay as u64).max(1)).min(NEVER);
    }
}

/// One of several outcomes whose chances add up to `sums`.
fn pick(sums: &[f64], stream: &mut Stream) -> usize {
    let u = uniform(stream);
    // The last sum may miss 1 by a rounding: then it is the last outcome that has a chance.
    let last = sums.partition_point(|sum| *sum < sums[sums.len() - 1]);
    sums.partition_point(|sum| *sum <= u).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_balance_the_flows_between_states() {
        let chances = vec![vec![0.0, 0.7, 0.3], vec![0.5, 0.0, 0.5], vec![1.0, 0.0, 0.0]];
        let stays = [3.0, 1.0, 20.0];
        let shares = stationary(&chances, &stays).unwrap();
        for state in 0..3 {
            let out = shares[state] / stays[state];
            let into: f64 =
                (0..3).map(|from| shares[from] / stays[from] * chances[from][state]).sum();
            assert!((out - into).abs() < 1e-15, "{state}: {out} out, {into} in");
        }
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_state_without_a_way_back_is_found_out() {
        let trap = vec![vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0], vec![0.0, 1.0, 0.0]];
        assert_eq!(stationary(&trap, &[1.0; 3]), None);
        let unreached = vec![vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0], vec![1.0, 0.0, 0.0]];
        assert_eq!(stationary(&unreached, &[1.0; 3]), None);
    }
}
