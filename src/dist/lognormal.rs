//! Lognormal: the usual shape of service and network times, with a tail that outlasts its mean.

use rand::Rng;

use super::spec::Cv;
use super::{Law, normal};
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Placed, Problems, Read};

/// The 99 % point of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

/// exp(μ + σ Z) with Z standard normal, one draw a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    median: f64,
    sigma: f64,
}

impl Lognormal {
    /// With this median, and this standard deviation of the logarithm.
    pub fn new(median: f64, sigma: f64) -> Self {
        Self { median, sigma }
    }

    /// By its mean and its 99 % point.
    ///
    /// ln(p99/mean) = zσ − σ²/2 has two roots; the smaller one is taken, the larger would have
    /// nearly all samples far below the mean. `None` unless 1 < p99/mean ≤
    /// [`Lognormal::LARGEST_P99_OVER_MEAN`]: no lognormal has such a pair.
    pub fn by_mean_and_p99(mean: f64, p99: f64) -> Option<Self> {
        let under_root = Z99 * Z99 - 2.0 * libm::log(p99 / mean);
        let possible = p99 > mean && under_root >= 0.0;
        possible.then(|| {
            let sigma = Z99 - under_root.sqrt();
            Self { median: mean * libm::exp(-0.5 * sigma * sigma), sigma }
        })
    }

    /// By its mean and its coefficient of variation: σ² = ln(1 + cv²).
    pub fn by_mean_and_cv(mean: f64, cv: f64) -> Self {
        let sigma2 = libm::log1p(cv * cv);
        Self { median: mean * libm::exp(-0.5 * sigma2), sigma: sigma2.sqrt() }
    }

    /// By its median and its 99 % point; `None` if the point lies below the median.
    pub fn by_median_and_p99(median: f64, p99: f64) -> Option<Self> {
        (p99 >= median).then(|| Self { median, sigma: libm::log(p99 / median) / Z99 })
    }

    /// The most that a lognormal's 99 % point can exceed its mean by: e^(z²/2), reached at σ = z.
    pub const LARGEST_P99_OVER_MEAN: f64 = 14.968;
}

/// `{ mean = "3ms", p99 = "12ms" }`, `{ mean = "3ms", cv = 1.5 }` or
/// `{ median = "2ms", p99 = "12ms" }`
impl Read for Lognormal {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.optional::<PositiveDuration>("mean", problems);
        let median = fields.optional::<PositiveDuration>("median", problems);
        let p99 = fields.optional::<Placed<PositiveDuration>>("p99", problems);
        let cv = fields.optional::<Cv>("cv", problems);
        let place = fields.place();
        fields.finish(problems);
        let ns = |length: PositiveDuration| length.0.ns() as f64;
        match (mean?, median?, p99?, cv?) {
            (Some(mean), None, Some(p99), None) => {
                let law = Self::by_mean_and_p99(ns(mean), ns(p99.value));
                if law.is_none() {
                    explain_p99(mean, &p99, problems);
                }
                law
            }
            (None, Some(median), Some(p99), None) => {
                let law = Self::by_median_and_p99(ns(median), ns(p99.value));
                if law.is_none() {
                    problems.add(p99.place, "expected a `p99` of at least the `median`");
                }
                law
            }
            (Some(mean), None, None, Some(Cv(cv))) => Some(Self::by_mean_and_cv(ns(mean), cv)),
            (_, _, _, _) => {
                let hint = "give `mean` and `p99`, `mean` and `cv`, or `median` and `p99`";
                problems.add_with_hint(place, "expected two figures that fix a lognormal", hint);
                None
            }
        }
    }
}

/// Says why no lognormal has this mean and 99 % point.
fn explain_p99(mean: PositiveDuration, p99: &Placed<PositiveDuration>, problems: &mut Problems) {
    if p99.value.0 <= mean.0 {
        problems.add_with_hint(
            p99.place,
            "expected a `p99` above the `mean`",
            "for a duration that never varies, write it alone: \"3ms\"",
        );
        return;
    }
    let times = p99.value.0.as_secs_f64() / mean.0.as_secs_f64();
    let most = Lognormal::LARGEST_P99_OVER_MEAN;
    problems.add_with_hint(
        p99.place,
        format!("no lognormal has a `p99` of {times:.1} times its `mean`: at most {most:.2} times"),
        "lower `p99`, raise `mean`, or give `median` instead of `mean`",
    );
}

impl Law for Lognormal {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.median * libm::exp(self.sigma * normal::sample(rng))
    }
    fn mean(&self) -> f64 {
        self.median * libm::exp(0.5 * self.sigma * self.sigma)
    }
    fn cv2(&self) -> f64 {
        libm::expm1(self.sigma * self.sigma)
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.median * libm::exp(self.sigma * normal::quantile(p)))
    }
}
