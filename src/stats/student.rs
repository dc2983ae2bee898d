//! Quantiles of Student's t distribution, with the same bits on every machine.

use std::f64::consts::PI;

use super::normal::normal_quantile;

/// The probability with which an interval is to cover the truth, strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %, the field's custom.
    pub const P95: Self = Self(0.95);
    /// 99 %.
    pub const P99: Self = Self(0.99);

    /// `None` unless `level` lies strictly between 0 and 1.
    pub fn new(level: f64) -> Option<Self> {
        (level > 0.0 && level < 1.0).then_some(Self(level))
    }

    /// The level, such as 0.95.
    pub fn level(self) -> f64 {
        self.0
    }

    /// The factor on a standard error that `replications` figures give a half-width of; `None`
    /// for fewer than two.
    pub fn factor(self, replications: usize) -> Option<f64> {
        let freedom = replications.checked_sub(1).filter(|&freedom| freedom > 0)?;
        Some(t_upper(0.5 * (1.0 - self.0), (freedom as f64).min(FREEDOM_AT_MOST)))
    }

    /// This level for each of `steps` conclusions that are to hold together (Bonferroni).
    pub fn shared_by(self, steps: u32) -> Self {
        Self(1.0 - (1.0 - self.0) / f64::from(steps.max(1)))
    }
}

/// The continued fraction takes about √ν steps, and is not meant for more.
const FREEDOM_AT_MOST: f64 = 1e7;

/// The value that a Student t variable with `freedom` degrees of freedom exceeds with probability
/// `tail`. Relative error below 1e-10 for tails from 1e-9 to ½.
///
/// # Panics
/// If `tail` is outside (0, 1) or `freedom` outside (0, 10⁷].
pub fn t_upper(tail: f64, freedom: f64) -> f64 {
    assert!(tail > 0.0 && tail < 1.0, "a tail probability lies between 0 and 1, not {tail}");
    let is_known = freedom > 0.0 && freedom <= FREEDOM_AT_MOST;
    assert!(is_known, "degrees of freedom lie in 0 to {FREEDOM_AT_MOST}, not {freedom}");
    if tail > 0.5 {
        return -t_upper(1.0 - tail, freedom);
    }
    if tail == 0.5 {
        return 0.0;
    }
    // Right of zero the tail is convex in t, and its logarithm is too gentle to overshoot by
    // much; the bracket catches what remains.
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut t = -normal_quantile(tail);
    for _ in 0..200 {
        let found = t_tail(t, freedom);
        if found > tail {
            low = t;
        } else {
            high = t;
        }
        // Newton's step for ln(tail): its derivative is −density / tail.
        let step = found * libm::log(found / tail) / t_density(t, freedom);
        let next = t + step;
        let next = if next > low && next < high {
            next
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * t
        };
        if (next - t).abs() <= 1e-14 * t {
            return next;
        }
        t = next;
    }
    t
}

/// The probability that a Student t variable with `freedom` degrees of freedom exceeds `t`.
///
/// ½·I_{ν/(ν+t²)}(ν/2, ½) for t ≥ 0 (Abramowitz & Stegun 26.7.1, 26.5.27).
pub fn t_tail(t: f64, freedom: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - t_tail(-t, freedom);
    }
    let (a, ratio) = (0.5 * freedom, t * t / freedom);
    let x = 1.0 / (1.0 + ratio);
    // x^a (1−x)^½ / B(a, ½), with x^a taken so that a large `freedom` costs no digits.
    let front =
        libm::exp(-a * libm::log1p(ratio)) * (ratio * x).sqrt() * gamma_ratio(a) / PI.sqrt();
    if x < (a + 1.0) / (a + 2.5) {
        0.5 * front * beta_fraction(x, a, 0.5) / a
    } else {
        // The same by symmetry: I_x(a, b) = 1 − I_{1−x}(b, a).
        0.5 - 0.5 * front * beta_fraction(ratio * x, 0.5, a) / 0.5
    }
}

/// The density of Student's t.
fn t_density(t: f64, freedom: f64) -> f64 {
    let falling = libm::exp(-0.5 * (freedom + 1.0) * libm::log1p(t * t / freedom));
    gamma_ratio(0.5 * freedom) / (PI * freedom).sqrt() * falling
}

/// Γ(a + ½) / Γ(a), by the recurrence up to a ≥ 32 and the asymptotic series from there
/// (Tricomi & Erdélyi 1951); the first term left out is below 1e-15.
fn gamma_ratio(a: f64) -> f64 {
    let (mut a, mut factor) = (a, 1.0);
    while a < 32.0 {
        factor *= a / (a + 0.5);
        a += 1.0;
    }
    let u = 1.0 / a;
    let series = 1.0
        + u * (-1.0 / 8.0
            + u * (1.0 / 128.0
                + u * (5.0 / 1024.0
                    + u * (-21.0 / 32768.0
                        + u * (-399.0 / 262_144.0
                            + u * (869.0 / 4_194_304.0 + u * 39_325.0 / 33_554_432.0))))));
    factor * a.sqrt() * series
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    let mut m = 1.0;
    while m < 100_000.0 {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
        m += 1.0;
    }
    fraction
}

#[cfg(test)]
#[expect(clippy::excessive_precision, reason = "all digits of the reference")]
mod tests {
    use super::*;

    fn assert_near(found: f64, truth: f64, relative: f64, what: &str) {
        let error = ((found - truth) / truth).abs();
        assert!(error <= relative, "{what}: {found} is {error:.1e} off {truth}");
    }

    /// (tail, degrees of freedom, quantile), the last to 17 digits by inverting the incomplete
    /// beta function in 40-digit arithmetic.
    const T: [(f64, f64, f64); 24] = [
        (0.25, 1.0, 1.0),
        (0.025, 1.0, 12.706204736174705),
        (1e-6, 1.0, 318309.88618274347),
        (1e-9, 1.0, 318309886.18379067),
        (0.05, 2.0, 2.9199855803537257),
        (1e-9, 2.0, 22360.679741456877),
        (0.025, 3.0, 3.1824463052837096),
        (0.025, 5.0, 2.5705818356363155),
        (0.25, 9.0, 0.70272214675132637),
        (0.05, 9.0, 1.8331129326562372),
        (0.025, 9.0, 2.2621571627982055),
        (0.005, 9.0, 3.2498355415921263),
        (0.0005, 9.0, 4.7809125859311391),
        (1e-9, 9.0, 23.729919819378502),
        (0.025, 19.0, 2.0930240544083098),
        (0.25, 29.0, 0.68304386082161315),
        (0.0005, 29.0, 3.6594050194663329),
        (0.025, 99.0, 1.9842169515864175),
        (0.025, 400.0, 1.9659123432294632),
        (0.25, 1000.0, 0.67473516460700944),
        (0.025, 1000.0, 1.9623390808264085),
        (1e-9, 1000.0, 6.0536902720798336),
        (0.025, 100000.0, 1.9599877075346096),
        (1e-9, 100000.0, 5.9983614616790763),
    ];

    #[test]
    fn t_quantiles_have_ten_digits_and_invert_the_tail() {
        for (tail, freedom, truth) in T {
            let what = format!("t({tail}, {freedom})");
            assert_near(t_upper(tail, freedom), truth, 1e-10, &what);
            assert_near(t_tail(truth, freedom), tail, 1e-10, &what);
            assert_near(t_upper(1.0 - tail, freedom), -truth, 1e-6, &what);
        }
        assert_eq!(t_upper(0.5, 9.0), 0.0);
        assert_near(t_tail(-1.0, 1.0), 0.75, 1e-14, "left of zero");
    }

    #[test]
    fn t_with_much_freedom_is_nearly_normal() {
        for tail in [0.4, 0.025, 1e-6] {
            // The first terms of the expansion in 1/ν (Abramowitz & Stegun 26.7.5).
            let (z, freedom) = (-normal_quantile(tail), FREEDOM_AT_MOST);
            let truth = z + (z * z * z + z) / (4.0 * freedom);
            assert_near(t_upper(tail, freedom), truth, 1e-10, "t near the normal limit");
        }
    }

    #[test]
    fn a_single_figure_has_no_factor() {
        assert_eq!(Confidence::P95.factor(0), None);
        assert_eq!(Confidence::P95.factor(1), None);
        assert_near(Confidence::P95.factor(10).unwrap(), 2.2621571627982055, 1e-10, "t9");
        assert_eq!(Confidence::new(1.0), None);
        assert_near(Confidence::P95.shared_by(5).level(), 0.99, 1e-15, "Bonferroni");
    }
}
