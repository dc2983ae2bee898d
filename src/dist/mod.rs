//! Family: draw a duration.
//!
//! A law is a file: what it is, its parameters, how a sample is drawn, its moments. [`Dist`] is
//! the closed set of them, with static dispatch. A scenario spells one as a bare duration
//! (`"3ms"`: always that long) or by name: `{ lognormal = { mean = "3ms", p99 = "12ms" } }`.
//!
//! Samples are inversions on `libm`, with a fixed number of draws, so that they have the same
//! bits on every machine and options that share their draws stay alike. Two exceptions: an
//! Erlang takes a draw per stage, and a gamma rejects now and then.

mod empirical;
mod erlang;
pub mod exponential;
pub mod files;
mod gamma;
mod hyperexponential;
mod lognormal;
pub mod normal;
mod pareto;
mod spec;
mod uniform;
mod weibull;

use rand::Rng;

use crate::engine::SimDuration;

pub use empirical::Empirical;
pub use erlang::Erlang;
pub use exponential::Exponential;
pub use files::Files;

pub use gamma::Gamma;
pub use hyperexponential::Hyperexponential;
pub use lognormal::Lognormal;
pub use pareto::Pareto;
pub use spec::DistSpec;
pub use uniform::Uniform;
pub use weibull::Weibull;

/// A law of non-negative numbers, in the unit of its parameters.
pub trait Law {
    /// A number drawn from `rng`.
    fn sample(&self, rng: &mut impl Rng) -> f64;
    /// A number drawn from each of `rngs`, the same as [`Law::sample`] gives one by one.
    #[inline]
    fn sample_each<R: Rng, const N: usize>(&self, rngs: [R; N]) -> [f64; N] {
        rngs.map(|mut rng| self.sample(&mut rng))
    }
    /// The expected number.
    fn mean(&self) -> f64;
    /// The squared coefficient of variation: variance over mean².
    fn cv2(&self) -> f64;
    /// The value not exceeded with probability `p` in 0..1, where that has a closed form.
    fn quantile(&self, p: f64) -> Option<f64>;
}

/// How long something takes: a law whose unit is the nanosecond.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(SimDuration),
    /// Memoryless.
    Exponential(Exponential),
    /// A sum of equal exponentials.
    Erlang(Erlang),
    /// Any coefficient of variation, light tail.
    Gamma(Gamma),
    /// Service and network times, longer tail.
    Lognormal(Lognormal),
    /// Times to failure.
    Weibull(Weibull),
    /// Heavy tail up to a bound.
    Pareto(Pareto),
    /// Mostly short, sometimes long.
    Hyperexponential(Hyperexponential),
    /// Measured values.
    Empirical(Empirical),
    /// Evenly between bounds.
    Uniform(Uniform),
}

/// Evaluates `$call` on the law inside `$dist`, and `$constant` for a constant.
macro_rules! each_law {
    ($dist:expr, $fixed:ident => $constant:expr, $law:ident => $call:expr) => {
        match $dist {
            Dist::Constant($fixed) => $constant,
            Dist::Exponential($law) => $call,
            Dist::Erlang($law) => $call,
            Dist::Gamma($law) => $call,
            Dist::Lognormal($law) => $call,
            Dist::Weibull($law) => $call,
            Dist::Pareto($law) => $call,
            Dist::Hyperexponential($law) => $call,
            Dist::Empirical($law) => $call,
            Dist::Uniform($law) => $call,
        }
    };
}

impl Dist {
    /// A duration drawn from `rng`, to the nearest nanosecond; at most [`SimDuration::MAX`].
    #[inline]
    pub fn sample(&self, rng: &mut impl Rng) -> SimDuration {
        each_law!(self, fixed => *fixed, law => duration_of_ns(law.sample(rng)))
    }

    /// A duration drawn from each of `rngs`, the same as [`Dist::sample`] gives one by one, but
    /// without one waiting for the other.
    pub fn sample_each<R: Rng, const N: usize>(&self, rngs: [R; N]) -> [SimDuration; N] {
        each_law!(self, fixed => [*fixed; N], law => law.sample_each(rngs).map(duration_of_ns))
    }

    /// The expected duration in seconds (before anything is cut at [`SimDuration::MAX`]).
    pub fn mean(&self) -> f64 {
        each_law!(self, fixed => fixed.as_secs_f64(), law => law.mean() * 1e-9)
    }

    /// The squared coefficient of variation: variance over mean².
    pub fn cv2(&self) -> f64 {
        each_law!(self, _fixed => 0.0, law => law.cv2())
    }

    /// Whether every sample is the same.
    pub fn is_constant(&self) -> bool {
        self.cv2() == 0.0
    }

    /// The duration not exceeded with probability `p` in 0..=1; `None` where that has no closed
    /// form (Erlang, gamma, hyperexponential).
    pub fn quantile(&self, p: f64) -> Option<SimDuration> {
        each_law!(self, fixed => Some(*fixed), law => law.quantile(p).map(duration_of_ns))
    }
}

#[inline]
fn duration_of_ns(ns: f64) -> SimDuration {
    // The cast rounds down and saturates; from_ns caps.
    SimDuration::from_ns((ns + 0.5) as u64)
}

#[cfg(test)]
mod tests;
