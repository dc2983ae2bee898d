//! Bounded Pareto: heavy tails that real limits cut off (sizes of files, bursts, audiences).

use rand::Rng;

use super::Law;
use crate::engine::random::uniform;

/// Density ∝ x^(−shape−1) between `minimum` and `maximum`, one draw a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    minimum: f64,
    maximum: f64,
    shape: f64,
    /// The share of an unbounded Pareto that lies below `maximum`.
    covered: f64,
}

impl Pareto {
    /// With 0 < `minimum` < `maximum` and `shape` > 0.
    pub fn new(minimum: f64, maximum: f64, shape: f64) -> Self {
        let covered = -libm::expm1(-shape * libm::log(maximum / minimum));
        Self { minimum, maximum, shape, covered }
    }

    #[inline]
    fn at(&self, p: f64) -> f64 {
        let x = self.minimum * libm::exp(-libm::log1p(-p * self.covered) / self.shape);
        x.min(self.maximum)
    }

    /// The mean of the `power`th power: shape/covered · minᵏ · ∫ y^(k−shape−1) over 1..max/min.
    fn moment(&self, power: f64) -> f64 {
        let (d, log) = (power - self.shape, libm::log(self.maximum / self.minimum));
        let integral = if d.abs() < 1e-9 { log } else { libm::expm1(d * log) / d };
        self.shape / self.covered * libm::pow(self.minimum, power) * integral
    }
}

impl Law for Pareto {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.at(uniform(rng))
    }
    fn mean(&self) -> f64 {
        self.moment(1.0)
    }
    fn cv2(&self) -> f64 {
        let mean = self.moment(1.0);
        self.moment(2.0) / (mean * mean) - 1.0
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.at(p))
    }
}
