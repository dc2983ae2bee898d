//! A figure with its interval: means, ratios and shares over replications, and their differences.

use super::Confidence;

/// A figure measured by replications. The unit is its maker's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure; it may be infinite (a latency that too many messages never ended).
    pub value: f64,
    /// Where the truth lies, with the confidence asked for; `None` from one replication, which
    /// cannot tell.
    pub interval: Option<Interval>,
    /// How many replications it rests on.
    pub replications: usize,
}

/// From `low` to `high`, both included; either may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What one replication adds to a ratio of sums: waits over messages, lost over sent, busy time
/// over capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    /// Its part of the sum above the line.
    pub top: f64,
    /// Its part of the sum below the line; not negative.
    pub bottom: f64,
}

impl Estimate {
    /// A figure in which nothing is random: its interval is itself.
    pub fn exact(value: f64, replications: usize) -> Self {
        Self { value, interval: Some(Interval { low: value, high: value }), replications }
    }

    /// The mean of one value per replication, with Student's interval x̄ ± t·s/√R.
    ///
    /// Right for figures that each replication has one of (a maximum, the time to drain a queue).
    /// For a mean per message take [`Estimate::ratio_of`]. `None` of no values.
    pub fn mean_of(values: &[f64], confidence: Confidence) -> Option<Self> {
        let parts: Vec<Ratio> = values.iter().map(|&top| Ratio { top, bottom: 1.0 }).collect();
        Self::ratio_of(&parts, confidence)
    }

    /// The ratio of sums r = Σtop / Σbottom, with the delta-method interval
    /// r ± t·√(Σ(topᵢ − r·bottomᵢ)² / (R(R−1))) / mean(bottom) (Cochran, *Sampling Techniques*,
    /// 3rd ed., chapter 6).
    ///
    /// Unlike the mean of the replications' ratios it weighs every message alike. `None` if the
    /// sum below the line is zero.
    pub fn ratio_of(parts: &[Ratio], confidence: Confidence) -> Option<Self> {
        let linear = Linear::of(parts)?;
        Some(around(linear.value, &linear.effects, confidence))
    }

    /// A [`Estimate::ratio_of`] events over trials, kept within 0 to 1.
    ///
    /// If no trial had the event (or every one did) replications do not differ, and their spread
    /// says nothing; the interval then reaches to the share 1 − (1 − confidence)^(1/trials), about
    /// 3/trials at 95 %, at which so many *independent* trials would still show none.
    pub fn share_of(parts: &[Ratio], confidence: Confidence) -> Option<Self> {
        let mut share = Self::ratio_of(parts, confidence)?;
        let trials: f64 = parts.iter().map(|part| part.bottom).sum();
        let unseen = -libm::expm1(libm::log1p(-confidence.level()) / trials);
        if let Some(interval) = &mut share.interval {
            *interval = if share.value <= 0.0 {
                Interval { low: 0.0, high: unseen }
            } else if share.value >= 1.0 {
                Interval { low: 1.0 - unseen, high: 1.0 }
            } else {
                Interval { low: interval.low.max(0.0), high: interval.high.min(1.0) }
            };
        }
        Some(share)
    }

    /// The mean of `a` − `b` from pairs of replications that share their random numbers.
    ///
    /// # Panics
    /// If there are not as many of `a` as of `b`.
    pub fn difference_of(a: &[f64], b: &[f64], confidence: Confidence) -> Option<Self> {
        assert_eq!(a.len(), b.len(), "paired replications");
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        Self::mean_of(&differences, confidence)
    }

    /// The difference of two ratios of sums, `a` − `b`, from pairs of replications that share
    /// their random numbers: the delta method on the differences of their effects.
    ///
    /// # Panics
    /// If there are not as many of `a` as of `b`.
    pub fn ratio_difference_of(a: &[Ratio], b: &[Ratio], confidence: Confidence) -> Option<Self> {
        assert_eq!(a.len(), b.len(), "paired replications");
        let (a, b) = (Linear::of(a)?, Linear::of(b)?);
        let effects: Vec<f64> = a.effects.iter().zip(&b.effects).map(|(a, b)| a - b).collect();
        Some(around(a.value - b.value, &effects, confidence))
    }

    /// The distance from the figure to the farther end of its interval; `None` without an
    /// interval. Zero for a figure that is infinite for certain.
    pub fn half_width(&self) -> Option<f64> {
        let Interval { low, high } = self.interval?;
        let up_to = |end: f64| if end == self.value { 0.0 } else { (end - self.value).abs() };
        Some(up_to(low).max(up_to(high)))
    }
}

impl Interval {
    /// Whether `value` lies in it.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A ratio, and how much each replication pulls it up or down: to first order it is the truth
/// plus the mean of these.
struct Linear {
    value: f64,
    effects: Vec<f64>,
}

impl Linear {
    fn of(parts: &[Ratio]) -> Option<Self> {
        let (top, bottom) = parts
            .iter()
            .fold((0.0, 0.0), |(top, bottom), part| (top + part.top, bottom + part.bottom));
        if bottom <= 0.0 {
            return None;
        }
        let (value, mean_bottom) = (top / bottom, bottom / parts.len() as f64);
        let effect = |part: &Ratio| (part.top - value * part.bottom) / mean_bottom;
        Some(Self { value, effects: parts.iter().map(effect).collect() })
    }
}

/// `value`, with the interval that follows from the spread of the replications' `effects` on it.
fn around(value: f64, effects: &[f64], confidence: Confidence) -> Estimate {
    let half = confidence.factor(effects.len()).map(|t| t * standard_error(effects));
    let interval = half.map(|half| Interval { low: value - half, high: value + half });
    Estimate { value, interval, replications: effects.len() }
}

/// The standard error of the mean of `values`, √(Σ(x − x̄)² / (n(n − 1))); undefined for fewer
/// than two.
pub(super) fn standard_error(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (count * (count - 1.0))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Key, Stream, uniform};

    const P95: Confidence = Confidence::P95;

    fn ratios(pairs: &[(f64, f64)]) -> Vec<Ratio> {
        pairs.iter().map(|&(top, bottom)| Ratio { top, bottom }).collect()
    }

    fn assert_near(found: f64, truth: f64) {
        assert!((found - truth).abs() <= 1e-9 * truth.abs(), "{found} is not {truth}");
    }

    #[test]
    fn a_mean_has_students_interval() {
        // Mean 3, s² = 2.5, t(4) at 97.5 % = 2.7764451051977987.
        let mean = Estimate::mean_of(&[1.0, 2.0, 3.0, 4.0, 5.0], P95).unwrap();
        assert_eq!(mean.value, 3.0);
        assert_near(mean.half_width().unwrap(), 2.776_445_105_197_798_7 * 0.5f64.sqrt());
    }

    #[test]
    fn one_replication_has_no_interval_and_none_has_no_figure() {
        assert_eq!(Estimate::mean_of(&[4.0], P95).unwrap().interval, None);
        assert_eq!(Estimate::mean_of(&[], P95), None);
        assert_eq!(Estimate::ratio_of(&ratios(&[(0.0, 0.0), (0.0, 0.0)]), P95), None);
    }

    #[test]
    fn a_ratio_weighs_messages_not_replications() {
        let ratio = Estimate::ratio_of(&ratios(&[(1.0, 1.0), (9.0, 3.0)]), P95).unwrap();
        assert_eq!(ratio.value, 2.5);
        // Residuals −1.5 and 1.5, mean below the line 2, t(1) = 12.7062…
        let half = 12.706_204_736_174_705 * (4.5f64 / 2.0).sqrt() / 2.0;
        assert_near(ratio.half_width().unwrap(), half);
    }

    #[test]
    fn an_event_never_seen_is_not_impossible() {
        let none = Estimate::share_of(&ratios(&[(0.0, 500.0), (0.0, 500.0)]), P95).unwrap();
        assert_eq!((none.value, none.interval.unwrap().low), (0.0, 0.0));
        assert_near(none.interval.unwrap().high, 0.002_991_249_545_095_33);
        let all = Estimate::share_of(&ratios(&[(500.0, 500.0), (500.0, 500.0)]), P95).unwrap();
        assert_near(all.interval.unwrap().low, 1.0 - none.interval.unwrap().high);
        let one = Estimate::share_of(&ratios(&[(0.0, 500.0), (1.0, 500.0)]), P95).unwrap();
        assert_eq!(one.interval.unwrap().low, 0.0);
    }

    #[test]
    fn shared_random_numbers_cancel_in_a_difference() {
        let b = [10.0, 25.0, 3.0, 17.0];
        let a = b.map(|value| value + 1.0);
        let paired = Estimate::difference_of(&a, &b, P95).unwrap();
        assert_eq!((paired.value, paired.half_width()), (1.0, Some(0.0)));
        let weights = [2.0, 5.0, 1.0, 3.0];
        let of = |tops: [f64; 4]| {
            ratios(
                &[0, 1, 2, 3]
                    .map(|i| (tops[i] + if tops == a { weights[i] } else { 0.0 }, weights[i])),
            )
        };
        let single = Estimate::ratio_of(&of(b), P95).unwrap().half_width().unwrap();
        let paired = Estimate::ratio_difference_of(&of(a), &of(b), P95).unwrap();
        assert!(paired.half_width().unwrap() < 0.5 * single);
        let same = Estimate::ratio_difference_of(&of(b), &of(b), P95).unwrap();
        assert_eq!((same.value, same.half_width()), (0.0, Some(0.0)));
    }

    #[test]
    fn an_infinite_figure_has_a_width_only_where_it_is_in_doubt() {
        let sure = Estimate::exact(f64::INFINITY, 10);
        assert_eq!(sure.half_width(), Some(0.0));
        let doubtful = Interval { low: 5.0, high: f64::INFINITY };
        let doubtful = Estimate { interval: Some(doubtful), ..sure };
        assert_eq!(doubtful.half_width(), Some(f64::INFINITY));
    }

    /// Replications of a random number of messages, whose mean differs between replications: the
    /// case in which intervals that take messages for independent fail.
    #[test]
    fn ratio_intervals_cover_the_truth_as_often_as_they_say() {
        let (repetitions, replications, mut covered) = (4000, 20, 0);
        let mut rng = Stream::from(Key::new(1, 0, "stats/estimate/coverage"));
        for _ in 0..repetitions {
            let parts: Vec<Ratio> = (0..replications)
                .map(|_| {
                    let count = (20.0 + 60.0 * uniform(&mut rng)).floor();
                    // Busier replications wait longer, as they do. E(top) = E(count²)/50.
                    let mean = count / 50.0;
                    let draw = |_| -mean * libm::log(uniform(&mut rng));
                    Ratio { top: (0..count as u32).map(draw).sum(), bottom: count }
                })
                .collect();
            // The count is 20 … 79, each alike: E(n) = 49.5, E(n²) = E(n)² + (60² − 1)/12.
            let truth = (49.5 * 49.5 + 3599.0 / 12.0) / 49.5 / 50.0;
            let estimate = Estimate::ratio_of(&parts, P95).unwrap();
            covered += u32::from(estimate.interval.unwrap().contains(truth));
        }
        // Five standard errors of a binomial share of 0.95.
        let (share, n) = (f64::from(covered) / f64::from(repetitions), f64::from(repetitions));
        let error = (0.95 * 0.05 / n).sqrt();
        assert!((share - 0.95).abs() < 5.0 * error, "covers {share}");
    }
}
