//! Gamma: any mean with any coefficient of variation, tail like an exponential's.
//!
//! Marsaglia & Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26(3).
//! The only law here that rejects: about 1.05 tries of two draws a sample. A message's numbers
//! are its own, so a rejection shifts nobody else's.

use rand::Rng;

use super::spec::{Cv, Shape};
use super::{Law, normal};
use crate::engine::random::uniform;
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Problems, Read};

/// Gamma, prepared for sampling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
    /// The method's d and c, for the shape raised above 1.
    d: f64,
    c: f64,
}

impl Gamma {
    /// Mean `mean` and coefficient of variation 1/√`shape`.
    pub fn new(shape: f64, mean: f64) -> Self {
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Self { shape, scale: mean / shape, d, c: 1.0 / (9.0 * d).sqrt() }
    }
}

/// `{ mean = "3ms", cv = 0.5 }` or `{ mean = "3ms", shape = 4 }`
impl Read for Gamma {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.required::<PositiveDuration>("mean", problems);
        let cv = fields.optional::<Cv>("cv", problems);
        let shape = fields.optional::<Shape>("shape", problems);
        let place = fields.place();
        fields.finish(problems);
        let shape = match (cv?, shape?) {
            (Some(Cv(cv)), None) => 1.0 / (cv * cv),
            (None, Some(Shape(shape))) => shape,
            (None, None) | (Some(_), Some(_)) => {
                let hint = "write, for example, `{ mean = \"3ms\", cv = 0.5 }`";
                problems.add_with_hint(place, "a gamma has either `cv` or `shape`", hint);
                return None;
            }
        };
        Some(Self::new(shape, mean?.0.ns() as f64))
    }
}

impl Law for Gamma {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        // A shape below 1 is a shape one higher times U^(1/shape) (section 6 of the paper).
        let boost = match self.shape < 1.0 {
            true => libm::exp(libm::log(uniform(rng)) / self.shape),
            false => 1.0,
        };
        loop {
            let x = normal::sample(rng);
            let u = uniform(rng);
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let x2 = x * x;
            if u < 1.0 - 0.0331 * x2 * x2
                || libm::log(u) < 0.5 * x2 + self.d * (1.0 - v + libm::log(v))
            {
                return self.scale * boost * self.d * v;
            }
        }
    }
    fn mean(&self) -> f64 {
        self.shape * self.scale
    }
    fn cv2(&self) -> f64 {
        1.0 / self.shape
    }
    fn quantile(&self, _: f64) -> Option<f64> {
        None
    }
}
