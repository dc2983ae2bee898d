//! Standard normal numbers by inversion: one uniform number gives one normal number.
//!
//! Wichura (1988), "Algorithm AS 241: The percentage points of the normal distribution", Applied
//! Statistics 37, 477–484, routine PPND16: about 16 digits. It is made of rational functions, one
//! logarithm and one square root, so it has the same bits on every machine.

use rand::Rng;

use crate::engine::random::uniform;

/// A standard normal number from one draw.
#[inline]
pub fn sample(rng: &mut impl Rng) -> f64 {
    quantile(uniform(rng))
}

/// The value below which a standard normal number stays with probability `p`.
///
/// Finite for every `p`: at 0 and 1 it answers as at the nearest probability that a draw can
/// have, about 8.3 standard deviations out.
#[inline]
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail.max(SMALLEST_TAIL))).sqrt();
    let far = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -far } else { far }
}

/// The standard normal distribution function.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Half a step of the 53-bit grid that `uniform` draws from.
const SMALLEST_TAIL: f64 = 1.0 / (1u64 << 54) as f64;

/// A quotient of two polynomials of degree seven, lowest power first; the denominator's first
/// coefficient is 1.
struct Rational {
    above: [f64; 8],
    below: [f64; 8],
}

#[inline]
fn ratio(r: f64, of: &Rational) -> f64 {
    polynomial(r, &of.above) / polynomial(r, &of.below)
}

/// Even and odd powers apart: two short chains of operations instead of one long one.
#[inline]
fn polynomial(r: f64, c: &[f64; 8]) -> f64 {
    let r2 = r * r;
    let even = c[0] + r2 * (c[2] + r2 * (c[4] + r2 * c[6]));
    let odd = c[1] + r2 * (c[3] + r2 * (c[5] + r2 * c[7]));
    even + r * odd
}

#[expect(clippy::excessive_precision, reason = "the digits as published")]
const CENTRE: Rational = Rational {
    above: [
        3.387_132_872_796_366_608_0,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    below: [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ],
};

#[expect(clippy::excessive_precision, reason = "the digits as published")]
const MIDDLE: Rational = Rational {
    above: [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_90,
        5.769_497_221_460_691_405_50,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ],
    below: [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_40,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
};

#[expect(clippy::excessive_precision, reason = "the digits as published")]
const FAR: Rational = Rational {
    above: [
        6.657_904_643_501_103_777_20,
        5.463_784_911_164_114_369_90,
        1.784_826_539_917_291_335_80,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    below: [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_check_values() {
        // The three that the paper gives, one for each branch.
        for (p, z) in [
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_814),
            (1e-20, -9.262_340_089_798_408),
        ] {
            let found = if p < 1e-16 { far(p) } else { quantile(p) };
            assert!((found - z).abs() <= 4.0 * f64::EPSILON * z.abs(), "{p}: {found}");
        }
    }

    /// The far branch, without the floor that belongs to 53-bit draws.
    fn far(p: f64) -> f64 {
        -ratio((-libm::log(p)).sqrt() - 5.0, &FAR)
    }

    #[test]
    fn the_distribution_function_undoes_the_quantile() {
        // 1 − p is itself rounded, by up to half a unit in the last place of 1.
        for i in 1..4000 {
            let p = libm::exp2(-f64::from(i) / 80.0);
            let relative = (cdf(quantile(p)) - p).abs() / p;
            assert!(relative < 1e-13, "p = {p}: {relative}");
            assert!((quantile(1.0 - p) + quantile(p)).abs() * p < 1e-15);
        }
    }

    #[test]
    fn no_probability_is_infinitely_far_out() {
        assert_eq!(quantile(0.0), quantile(SMALLEST_TAIL));
        assert!(quantile(1.0).is_finite() && quantile(1.0) == -quantile(0.0));
        assert_eq!(quantile(0.5), 0.0);
    }
}
