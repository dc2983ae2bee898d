//! Bounded Pareto: heavy tails that real limits cut off (sizes of files, bursts, audiences).

use rand::Rng;

use super::Law;
use super::spec::Shape;
use crate::engine::random::uniform;
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Placed, Problems, Read};

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

/// `{ minimum = "1ms", maximum = "10s", shape = 1.3 }`
impl Read for Pareto {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let minimum = fields.required::<PositiveDuration>("minimum", problems);
        let maximum = fields.required::<Placed<PositiveDuration>>("maximum", problems);
        let shape = fields.required::<Shape>("shape", problems);
        fields.finish(problems);
        let (minimum, maximum, shape) = (minimum?.0, maximum?, shape?.0);
        if maximum.value.0 <= minimum {
            problems.add(maximum.place, "expected a `maximum` above the `minimum`");
            return None;
        }
        Some(Self::new(minimum.ns() as f64, maximum.value.0.ns() as f64, shape))
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
