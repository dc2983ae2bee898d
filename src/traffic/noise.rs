//! Noise: the rate itself wanders, so that counts vary more than a Poisson process's.
//!
//! A lognormal AR(1) process multiplies the rate and holds for `every`: ln of the factor is
//! σg − σ²/2 with g a stationary Gaussian AR(1), so the factor is positive and its mean is 1
//! exactly. `sd` and `correlation` are the factor's own standard deviation and its correlation
//! from one step to the next: σ² = ln(1 + sd²), and g's correlation is ln(1 + c·sd²)/σ².
//! Arrivals given the rate stay Poisson: a Cox process.
//!
//! Defaults: sd 7.7 %, correlation 0.67 per minute, measured about the 31-minute moving average
//! of the 1998 World Cup site's 1,352,804,107 requests (Arlitt & Jin 1999 published the trace).

use crate::dist::normal;
use crate::engine::{Key, SimDuration, Stream};
use crate::language::units::{PositiveDuration, Share};
use crate::language::{Choice, Fields, Node, Placed, Problems, Read};

use super::line::{Line, NEVER};

/// What a scenario says about noise.
#[derive(Clone, Debug)]
pub(super) struct NoiseSpec(Noise);

/// A wandering factor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Noise {
    sigma: f64,
    correlation: f64,
    every: u64,
}

const DEFAULT_SD: f64 = 0.077;
const DEFAULT_CORRELATION: f64 = 0.67;
const DEFAULT_EVERY: SimDuration = SimDuration::from_secs(60);
/// Steps shorter than this cost more than the arrivals do.
const SHORTEST: SimDuration = SimDuration::from_millis(1);

impl Read for NoiseSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        Choice::read(node, &["ar1"], problems)?.read_body::<Noise>(problems).map(Self)
    }
}

impl Read for Noise {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let sd = fields.or("sd", Share(DEFAULT_SD), problems);
        let correlation = fields.optional::<Placed<Share>>("correlation", problems);
        let every = fields.optional::<Placed<PositiveDuration>>("every", problems);
        fields.finish(problems);
        let (sd, correlation, every) = (sd?.0, correlation?, every?);
        if let Some(found) = correlation.as_ref().filter(|found| found.value.0 == 1.0) {
            let hint = "a rate that never changes is no noise: leave it out, or go below 1";
            problems.add_with_hint(found.place, "expected a correlation below 1", hint);
            return None;
        }
        if let Some(found) = every.as_ref().filter(|found| found.value.0 < SHORTEST) {
            problems.add(found.place, "expected a step of at least 1ms");
            return None;
        }
        let correlation = correlation.map_or(DEFAULT_CORRELATION, |found| found.value.0);
        Some(Self::new(sd, correlation, every.map_or(DEFAULT_EVERY, |found| found.value.0)))
    }
}

impl NoiseSpec {
    /// The noise, unless it is none.
    pub(super) fn resolve(&self) -> Option<Noise> {
        Some(self.0.clone()).filter(|noise| noise.sigma > 0.0)
    }
}

impl Noise {
    pub(super) fn new(sd: f64, correlation: f64, every: SimDuration) -> Self {
        let variance = libm::log1p(sd * sd);
        let correlation = match variance > 0.0 {
            true => libm::log1p(correlation * sd * sd) / variance,
            false => 0.0,
        };
        Self { sigma: variance.sqrt(), correlation, every: every.ns() }
    }

    /// How long the factor holds, in nanoseconds.
    pub(super) fn every(&self) -> u64 {
        self.every
    }
}

/// The factor in one replication.
#[derive(Clone, Debug)]
pub(super) struct NoiseWalk {
    noise: Noise,
    stream: Stream,
    step: u64,
    gaussian: f64,
    factor: f64,
}

impl NoiseWalk {
    pub(super) fn start(noise: &Noise, key: Key) -> Self {
        let mut stream = Stream::from(key);
        let gaussian = normal::sample(&mut stream);
        let mut walk = Self { noise: noise.clone(), stream, step: 0, gaussian, factor: 1.0 };
        walk.set_factor();
        walk
    }

    /// The factor from `at` on; `at` never before that of the call before.
    pub(super) fn line(&mut self, at: u64) -> Line {
        let step = at / self.noise.every;
        if step > self.step {
            let keep = self.noise.correlation;
            let fresh = (1.0 - keep * keep).sqrt();
            for _ in self.step..step {
                self.gaussian = keep * self.gaussian + fresh * normal::sample(&mut self.stream);
            }
            self.step = step;
            self.set_factor();
        }
        Line::flat(self.factor, ((step + 1) * self.noise.every).min(NEVER))
    }

    fn set_factor(&mut self) {
        let sigma = self.noise.sigma;
        self.factor = libm::exp(sigma * self.gaussian - 0.5 * sigma * sigma);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_spread_and_correlation_are_those_asked_for() {
        let (sd, correlation) = (0.3, 0.67);
        let noise = Noise::new(sd, correlation, SimDuration::from_secs(60));
        let mut walk = NoiseWalk::start(&noise, Key::new(3, 0, "noise"));
        let n = 400_000u64;
        let xs: Vec<f64> = (0..n).map(|i| walk.line(i * 60_000_000_000).from - 1.0).collect();
        let products: Vec<f64> = xs.windows(2).map(|pair| pair[0] * pair[1]).collect();
        let squares: Vec<f64> = xs.iter().map(|x| x * x).collect();
        for (name, found, wanted) in [
            ("mean", &xs, 0.0),
            ("variance", &squares, sd * sd),
            ("covariance", &products, correlation * sd * sd),
        ] {
            let (mean, error) = batch_means(found);
            assert!((mean - wanted).abs() < 5.0 * error, "{name}: {mean} ± {error}, not {wanted}");
        }
    }

    /// The mean and its standard error from 400 batches, each far longer than the correlation.
    fn batch_means(xs: &[f64]) -> (f64, f64) {
        let batches: Vec<f64> =
            xs.chunks(xs.len() / 400).map(|b| b.iter().sum::<f64>() / b.len() as f64).collect();
        let n = batches.len() as f64;
        let mean = batches.iter().sum::<f64>() / n;
        let variance = batches.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }

    #[test]
    fn the_factor_holds_for_a_step_and_skipping_ahead_changes_nothing() {
        let noise = Noise::new(0.077, 0.67, SimDuration::from_secs(60));
        let key = Key::new(3, 0, "noise");
        let (mut one, mut other) = (NoiseWalk::start(&noise, key), NoiseWalk::start(&noise, key));
        for step in 0..100 {
            one.line(step * 60_000_000_000);
        }
        let line = other.line(99 * 60_000_000_000 + 5);
        assert_eq!(line, Line::flat(one.factor, 100 * 60_000_000_000));
    }
}
