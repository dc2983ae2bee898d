//! Weibull: times to failure, ageing (shape above 1) or infant mortality (shape below 1).

use rand::Rng;

use super::spec::Shape;
use super::{Law, exponential};
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Problems, Read};

/// `scale` × E^(1/`shape`) with E exponential of mean 1, one draw a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    inverse_shape: f64,
    scale: f64,
}

impl Weibull {
    /// By shape and scale (the 63.2 % point).
    pub fn new(shape: f64, scale: f64) -> Self {
        Self { inverse_shape: 1.0 / shape, scale }
    }

    /// By shape and mean: mean = scale Γ(1 + 1/shape).
    pub fn by_mean(shape: f64, mean: f64) -> Self {
        Self::new(shape, mean / libm::tgamma(1.0 + 1.0 / shape))
    }

    #[inline]
    fn at(&self, unit_exponential: f64) -> f64 {
        self.scale * libm::exp(libm::log(unit_exponential) * self.inverse_shape)
    }
}

/// `{ shape = 1.5, mean = "180d" }` or `{ shape = 1.5, scale = "200d" }`
impl Read for Weibull {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let shape = fields.required::<Shape>("shape", problems);
        let scale = fields.optional::<PositiveDuration>("scale", problems);
        let mean = fields.optional::<PositiveDuration>("mean", problems);
        let place = fields.place();
        fields.finish(problems);
        match (scale?, mean?) {
            (Some(scale), None) => Some(Self::new(shape?.0, scale.0.ns() as f64)),
            (None, Some(mean)) => Some(Self::by_mean(shape?.0, mean.0.ns() as f64)),
            (None, None) | (Some(_), Some(_)) => {
                let hint = "write, for example, `{ shape = 1.5, mean = \"3ms\" }`";
                problems.add_with_hint(place, "a weibull has either `mean` or `scale`", hint);
                None
            }
        }
    }
}

impl Law for Weibull {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.at(exponential::unit(rng))
    }
    fn mean(&self) -> f64 {
        self.scale * libm::tgamma(1.0 + self.inverse_shape)
    }
    fn cv2(&self) -> f64 {
        let first = libm::tgamma(1.0 + self.inverse_shape);
        libm::tgamma(1.0 + 2.0 * self.inverse_shape) / (first * first) - 1.0
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.at(-libm::log1p(-p)))
    }
}
