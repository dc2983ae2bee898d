//! Exponential: a wait that does not remember how long it has lasted. CV 1.

use rand::Rng;

use super::Law;
use crate::engine::random::uniform;
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Problems, Read};

/// An exponential number with mean 1, from one draw: −ln U.
#[inline]
pub fn unit(rng: &mut impl Rng) -> f64 {
    -libm::log(uniform(rng))
}

/// Exponential with this mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// Exponential with mean `mean`.
    pub fn new(mean: f64) -> Self {
        Self { mean }
    }
}

/// `{ mean = "3ms" }`
impl Read for Exponential {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.required::<PositiveDuration>("mean", problems);
        fields.finish(problems);
        Some(Self::new(mean?.0.ns() as f64))
    }
}

impl Law for Exponential {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.mean * unit(rng)
    }
    fn mean(&self) -> f64 {
        self.mean
    }
    fn cv2(&self) -> f64 {
        1.0
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(-self.mean * libm::log1p(-p))
    }
}
