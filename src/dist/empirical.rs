//! Empirical: durations that were measured, drawn again with equal chances.

use std::sync::Arc;

use rand::Rng;

use super::Law;
use crate::engine::random::uniform;

/// Measured values in rising order; one draw a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    values: Arc<[f64]>,
}

impl Empirical {
    /// From at least one value, none negative.
    ///
    /// # Panics
    /// On an empty list.
    pub fn new(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "a sample of nothing has no quantile");
        values.sort_unstable_by(f64::total_cmp);
        Self { values: values.into() }
    }

    #[inline]
    fn at(&self, p: f64) -> f64 {
        let count = self.values.len();
        self.values[((p * count as f64) as usize).min(count - 1)]
    }
}

impl Law for Empirical {
    /// By inversion, so that a larger draw never gives a smaller value: two options that share
    /// their draws stay alike.
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.at(uniform(rng))
    }
    fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }
    fn cv2(&self) -> f64 {
        let mean = self.mean();
        if mean == 0.0 {
            return 0.0;
        }
        let squares: f64 = self.values.iter().map(|x| (x - mean) * (x - mean)).sum();
        squares / self.values.len() as f64 / (mean * mean)
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.at(p))
    }
}
