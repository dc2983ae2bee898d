//! The standard normal distribution, with the same bits on every machine.

use std::f64::consts::{PI, SQRT_2};

/// The probability that a standard normal variable is at most `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// The value that a standard normal variable stays below with probability `p`; infinite at 0
/// and 1. Relative error about 1e-16 (Wichura 1988, algorithm AS 241, PPND16).
pub fn normal_quantile(p: f64) -> f64 {
    let from_half = p - 0.5;
    if from_half.abs() <= 0.425 {
        let r = 0.180_625 - from_half * from_half;
        return from_half * horner(&as241::CENTRE_TOP, r) / horner(&as241::CENTRE_BOTTOM, r);
    }
    let tail = if from_half < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(from_half);
    }
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        horner(&as241::MIDDLE_TOP, r - 1.6) / horner(&as241::MIDDLE_BOTTOM, r - 1.6)
    } else {
        horner(&as241::FAR_TOP, r - 5.0) / horner(&as241::FAR_BOTTOM, r - 5.0)
    };
    size.copysign(from_half)
}

/// A polynomial by its coefficients, the constant first.
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The coefficients of AS 241.
#[expect(clippy::excessive_precision, reason = "as published")]
mod as241 {
    pub(super) const CENTRE_TOP: [f64; 8] = [
        3.387_132_872_796_366_608,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ];
    pub(super) const CENTRE_BOTTOM: [f64; 8] = [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561e3,
    ];
    pub(super) const MIDDLE_TOP: [f64; 8] = [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ];
    pub(super) const MIDDLE_BOTTOM: [f64; 8] = [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1,
        1.481_039_764_274_800_745_9e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ];
    pub(super) const FAR_TOP: [f64; 8] = [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ];
    pub(super) const FAR_BOTTOM: [f64; 8] = [
        1.0,
        5.998_322_065_558_879_376_9e-1,
        1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ];
}

#[cfg(test)]
#[expect(clippy::excessive_precision, reason = "all digits of the reference")]
mod tests {
    use super::*;

    fn assert_near(found: f64, truth: f64, relative: f64, what: &str) {
        let error = ((found - truth) / truth).abs();
        assert!(error <= relative, "{what}: {found} is {error:.1e} off {truth}");
    }

    #[test]
    fn normal_quantiles_have_fifteen_digits_in_all_three_ranges() {
        for (p, truth) in [
            (0.6, 0.253347103135799799),
            (0.9, 1.28155156554460047),
            (0.975, 1.95996398454005424),
            (0.99, 2.3263478740408411),
            (0.999, 3.09023230616781354),
            (1e-6, -4.75342430882289895),
            (1e-20, -9.26234008979840757),
            (1e-300, -37.0470962993611992),
        ] {
            assert_near(normal_quantile(p), truth, 2e-15, &format!("z({p})"));
            assert_near(normal_cdf(truth), p, 1e-12, &format!("Phi({truth})"));
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (-f64::INFINITY, f64::INFINITY));
    }
}
