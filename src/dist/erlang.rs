//! Erlang: a job of several equal exponential stages, steadier than one. CV 1/√stages.

use rand::Rng;

use super::Law;
use crate::engine::random::uniform;
use crate::language::units::{PositiveDuration, Whole};
use crate::language::{Fields, Node, Problems, Read};

/// The sum of `stages` independent exponentials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erlang {
    stages: u32,
    stage_mean: f64,
}

/// Factors of at least 2⁻⁵⁴ whose product is surely a normal number: 16 × 54 < 1022.
const FACTORS_PER_LOGARITHM: u32 = 16;

impl Erlang {
    /// `stages` ≥ 1 stages that together have mean `mean`.
    pub fn new(stages: u32, mean: f64) -> Self {
        Self { stages, stage_mean: mean / f64::from(stages) }
    }
}

/// `{ stages = 3, mean = "3ms" }`; beyond 1000 stages it is all but constant.
impl Read for Erlang {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let stages = fields.required_like::<Whole<1, 1000>>("stages", "3", problems);
        let mean = fields.required::<PositiveDuration>("mean", problems);
        fields.finish(problems);
        Some(Self::new(u32::try_from(stages?.0).ok()?, mean?.0.ns() as f64))
    }
}

impl Law for Erlang {
    /// As many draws as stages, one logarithm for every 16 of them.
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        let mut sum = 0.0;
        let mut left = self.stages;
        while left > 0 {
            let now = left.min(FACTORS_PER_LOGARITHM);
            let product = (0..now).fold(1.0, |product, _| product * uniform(rng));
            sum -= libm::log(product);
            left -= now;
        }
        sum * self.stage_mean
    }
    fn mean(&self) -> f64 {
        self.stage_mean * f64::from(self.stages)
    }
    fn cv2(&self) -> f64 {
        1.0 / f64::from(self.stages)
    }
    fn quantile(&self, _: f64) -> Option<f64> {
        None
    }
}
