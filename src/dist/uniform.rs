//! Uniform: anything between two bounds, evenly.

use rand::Rng;

use super::Law;
use crate::engine::SimDuration;
use crate::engine::random::uniform;
use crate::language::{Fields, Node, Placed, Problems, Read};

/// Evenly between `minimum` and `maximum`, one draw a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    minimum: f64,
    width: f64,
}

impl Uniform {
    /// With `minimum` ≤ `maximum`.
    pub fn new(minimum: f64, maximum: f64) -> Self {
        Self { minimum, width: maximum - minimum }
    }
}

/// `{ minimum = "1ms", maximum = "5ms" }`
impl Read for Uniform {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let minimum = fields.required::<SimDuration>("minimum", problems);
        let maximum = fields.required::<Placed<SimDuration>>("maximum", problems);
        fields.finish(problems);
        let (minimum, maximum) = (minimum?, maximum?);
        if maximum.value <= minimum {
            problems.add(maximum.place, "expected a `maximum` above the `minimum`");
            return None;
        }
        Some(Self::new(minimum.ns() as f64, maximum.value.ns() as f64))
    }
}

impl Law for Uniform {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.minimum + self.width * uniform(rng)
    }
    fn mean(&self) -> f64 {
        self.minimum + 0.5 * self.width
    }
    fn cv2(&self) -> f64 {
        self.width * self.width / 12.0 / (self.mean() * self.mean())
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.minimum + self.width * p)
    }
}
