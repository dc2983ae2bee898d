//! Hyperexponential: mostly short, sometimes long (cache hit or miss). CV above 1.

use rand::Rng;

use super::spec::Cv;
use super::{Law, exponential};
use crate::engine::random::uniform;
use crate::language::units::{PositiveDuration, Share};
use crate::language::{Fields, Node, Placed, Problems, Read};

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
        (cv >= 1.0).then(|| Self::new(share, [mean / (2.0 * share), mean / (2.0 * (1.0 - share))]))
    }
}

/// `{ branches = [{ share = "90%", mean = "1ms" }, { share = "10%", mean = "20ms" }] }` or
/// `{ mean = "3ms", cv = 4 }`
impl Read for Hyperexponential {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let branches = fields.optional::<Placed<Vec<Branch>>>("branches", problems);
        let mean = fields.optional::<PositiveDuration>("mean", problems);
        let cv = fields.optional::<Placed<Cv>>("cv", problems);
        let place = fields.place();
        fields.finish(problems);
        match (branches?, mean?, cv?) {
            (Some(branches), None, None) => of_branches(&branches, problems),
            (None, Some(mean), Some(cv)) => {
                let law = Self::by_mean_and_cv(mean.0.ns() as f64, cv.value.0);
                if law.is_none() {
                    let hint = "for less variation, take `erlang`, `gamma` or `lognormal`";
                    let label = "a hyperexponential has a `cv` of at least 1";
                    problems.add_with_hint(cv.place, label, hint);
                }
                law
            }
            (_, _, _) => {
                let hint = "give `mean` and `cv`, or two `branches`, each with `share` and `mean`";
                let label = "expected figures that fix a hyperexponential";
                problems.add_with_hint(place, label, hint);
                None
            }
        }
    }
}

/// One of the two exponentials, as written.
struct Branch {
    share: Share,
    mean: PositiveDuration,
}

impl Read for Branch {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let share = fields.required("share", problems);
        let mean = fields.required("mean", problems);
        fields.finish(problems);
        Some(Self { share: share?, mean: mean? })
    }
}

fn of_branches(
    branches: &Placed<Vec<Branch>>,
    problems: &mut Problems,
) -> Option<Hyperexponential> {
    let [a, b] = branches.value.as_slice() else {
        let label = format!("expected two branches, found {}", branches.value.len());
        problems.add(branches.place, label);
        return None;
    };
    // Decimal shares such as 0.9 and 0.1 add up to 1 but for a rounding.
    if (a.share.0 + b.share.0 - 1.0).abs() > 1e-9 {
        let label = "expected shares that add up to 100%";
        problems.add(branches.place, label);
        return None;
    }
    Some(Hyperexponential::new(a.share.0, [a.mean.0.ns() as f64, b.mean.0.ns() as f64]))
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
