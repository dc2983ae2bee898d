//! Hyperexponential: mostly short, sometimes long (cache hit or miss). CV above 1.

use rand::Rng;

use super::{Law, exponential};
use crate::engine::random::uniform;

/// One of two exponentials, two draws a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hyperexponential {
    first_share: f64,
    means: [f64; 2],
}

impl Hyperexponential {
    /// The first exponential with probability `first_share`, else the second.
    pub fn new(first_share: f64, means: [f64; 2]) -> Self {
        Self { first_share, means }
    }

    /// By mean and coefficient of variation, with *balanced means* (both branches bring the same
    /// share of the mean), the usual way to fix the third parameter (Morse 1958). `None` if `cv`
    /// is below 1.
    pub fn by_mean_and_cv(mean: f64, cv: f64) -> Option<Self> {
        let c2 = cv * cv;
        let share = 0.5 * (1.0 + ((c2 - 1.0) / (c2 + 1.0)).max(0.0).sqrt());
        (cv >= 1.0)
            .then(|| Self::new(share, [mean / (2.0 * share), mean / (2.0 * (1.0 - share))]))
    }
}

impl Law for Hyperexponential {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        let branch = usize::from(uniform(rng) >= self.first_share);
        self.means[branch] * exponential::unit(rng)
    }
    fn mean(&self) -> f64 {
        self.first_share * self.means[0] + (1.0 - self.first_share) * self.means[1]
    }
    fn cv2(&self) -> f64 {
        let [a, b] = self.means;
        let square = 2.0 * (self.first_share * a * a + (1.0 - self.first_share) * b * b);
        square / (self.mean() * self.mean()) - 1.0
    }
    fn quantile(&self, _: f64) -> Option<f64> {
        None
    }
}
