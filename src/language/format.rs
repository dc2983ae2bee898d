//! Figures as a report shows them: three significant digits, units in plain ASCII, no float noise.
//!
//! What [`duration`], [`rate`], [`share`] and [`money`] write, a scenario may hold: `"2 h 31 min"`
//! and `"115 k/s"` read back.

use crate::engine::SimDuration;

/// Significant digits of figures that are measured.
const DIGITS: usize = 3;

const NS_PER_S: u64 = 1_000_000_000;
const NS_PER_MIN: u64 = 60 * NS_PER_S;
const NS_PER_H: u64 = 60 * NS_PER_MIN;
const NS_PER_DAY: u64 = 24 * NS_PER_H;

/// Days from which hours no longer matter.
const PLAIN_DAYS: u64 = 100;

/// A length of time: "80 ns", "4.2 us", "340 ms", "1.25 s", "1 min 30 s", "2 h 31 min", "3 d 4 h",
/// "123 d".
///
/// Three significant digits. From a minute up they are counted in the smaller of two whole units:
/// 12 min 34 s is 754 s, shown in full; 59 min 59.4 s is 3,599.4 s, shown as 3,600 s, which is
/// "1 h". So just above a minute, an hour or a day there are two digits: half a smaller unit is the
/// most that a figure is off.
pub fn duration(length: SimDuration) -> String {
    let ns = length.ns();
    if ns == 0 {
        return "0 s".to_owned();
    }
    // Rounding may carry into the next unit, which then has its own way to be shown, but nothing
    // left to round.
    let rounded = round_to_digits(ns, resolution(ns));
    match rounded {
        ..1_000 => one_unit(rounded, 1, "ns"),
        1_000..1_000_000 => one_unit(rounded, 1_000, "us"),
        1_000_000..NS_PER_S => one_unit(rounded, 1_000_000, "ms"),
        NS_PER_S..NS_PER_MIN => one_unit(rounded, NS_PER_S, "s"),
        NS_PER_MIN..NS_PER_H => two_units(rounded, (NS_PER_MIN, "min"), (NS_PER_S, "s")),
        NS_PER_H..NS_PER_DAY => two_units(rounded, (NS_PER_H, "h"), (NS_PER_MIN, "min")),
        NS_PER_DAY.. => two_units(rounded, (NS_PER_DAY, "d"), (NS_PER_H, "h")),
    }
}

/// A length of time in seconds, which may be negative or below a nanosecond: a mean, a difference.
pub fn seconds(secs: f64) -> String {
    let magnitude = secs.abs();
    let shown = if !secs.is_finite() || (magnitude > 0.0 && magnitude < 1e-9) {
        format!("{} ns", number(magnitude * 1e9))
    } else {
        duration(SimDuration::from_secs_f64(magnitude))
    };
    if secs < 0.0 { format!("-{shown}") } else { shown }
}

/// A whole number in full, in groups of three: "1,003,000".
pub fn count(number: u64) -> String {
    group(&number.to_string())
}

/// A large count as one would say it: "12,300", "1.6 million", "5.8 billion".
pub fn spoken_count(count: u64) -> String {
    let rounded = round_to_digits(count, 1);
    match rounded {
        ..1_000_000 => group(&rounded.to_string()),
        1_000_000..1_000_000_000 => one_unit(rounded, 1_000_000, "million"),
        1_000_000_000.. => one_unit(rounded, 1_000_000_000, "billion"),
    }
}

/// A number with three significant digits: "906", "1,230,000", "0.0125", "-0.1".
pub fn number(figure: f64) -> String {
    number_to(figure, DIGITS)
}

/// A number with `digits` significant digits, from 1 to 17, and no zeros after the last that says
/// something.
pub fn number_to(figure: f64, digits: usize) -> String {
    if figure.is_nan() {
        return "undefined".to_owned();
    }
    if figure.is_infinite() {
        return if figure > 0.0 { "infinite" } else { "-infinite" }.to_owned();
    }
    // The standard library rounds the exact value of the double, alike on all machines.
    let scientific = format!("{:.*e}", digits.clamp(1, 17) - 1, figure.abs());
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an e");
    let exponent: i32 = exponent.parse().expect("an exponent is a whole number");
    let plain = place_point(&mantissa.replace('.', ""), exponent);
    if figure < 0.0 && plain != "0" { format!("-{plain}") } else { plain }
}

/// Events per second: "40/s", "115 k/s", "2 M/s"; below one, per minute, hour or day: "30/min".
pub fn rate(per_s: f64) -> String {
    let rounded = rounded(per_s);
    let magnitude = rounded.abs();
    let scaled = [(1e9, "B/s"), (1e6, "M/s"), (1e3, "k/s")];
    if let Some((scale, unit)) = scaled.iter().find(|(scale, _)| magnitude >= *scale) {
        return format!("{} {unit}", number(rounded / scale));
    }
    let slower = [(1.0, "s"), (60.0, "min"), (3_600.0, "h")];
    let unit = slower.iter().find(|(secs, _)| self::rounded(per_s * secs).abs() >= 1.0);
    match unit {
        Some((secs, unit)) => format!("{}/{unit}", number(per_s * secs)),
        None if magnitude > 0.0 => format!("{}/day", number(per_s * 86_400.0)),
        None => format!("{}/s", number(per_s)),
    }
}

/// A bandwidth in the unit of its size: "100 Mbit/s".
pub fn bandwidth(bits_per_s: u64) -> String {
    let units = [(1e12, "Tbit/s"), (1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")];
    let bits = bits_per_s as f64;
    match units.into_iter().find(|(unit, _)| bits >= *unit) {
        Some((unit, name)) => format!("{} {name}", number(bits / unit)),
        None => format!("{} bit/s", number(bits)),
    }
}

/// A share of one as a percentage: "38.2 %". What is below the whole never shows as "100 %", nor
/// what is above nothing as "0 %": "99.997 %", "> 99.9999 %", "< 0.0001 %".
pub fn share(share: f64) -> String {
    let percent = share * 100.0;
    if share > 0.0 && percent < 0.0001 {
        return "< 0.0001 %".to_owned();
    }
    let shown = number(percent);
    if share >= 1.0 || shown != "100" {
        return format!("{shown} %");
    }
    let closer = (1..=4).map(|decimals| format!("{percent:.decimals$}"));
    match closer.into_iter().find(|text| !text.starts_with("100")) {
        Some(text) => format!("{text} %"),
        None => "> 99.9999 %".to_owned(),
    }
}

/// A quantile by its level, from 0 to 1: "p50", "p99.9".
pub fn quantile(level: f64) -> String {
    format!("p{}", number_to(level * 100.0, 8))
}

/// Dollars: "$ 12,346" from a hundred up, "$ 6.10" from one up, "$ 0.145" below.
pub fn money(dollars: f64) -> String {
    let magnitude = dollars.abs();
    let shown = if !dollars.is_finite() || magnitude == 0.0 {
        number(magnitude)
    } else if rounded(magnitude) < 1.0 {
        let shown = number(magnitude);
        let decimals = shown.len() - shown.find('.').map_or(shown.len(), |point| point + 1);
        if decimals < 2 { format!("{magnitude:.2}") } else { shown }
    } else {
        let cents = format!("{magnitude:.2}");
        let below_hundred = cents.len() <= "99.99".len();
        if below_hundred { cents } else { group(&format!("{magnitude:.0}")) }
    };
    if dollars < 0.0 { format!("-$ {shown}") } else { format!("$ {shown}") }
}

/// The unit in which the digits of a length are counted.
fn resolution(ns: u64) -> u64 {
    match ns {
        ..NS_PER_MIN => 1,
        NS_PER_MIN..NS_PER_H => NS_PER_S,
        NS_PER_H..NS_PER_DAY => NS_PER_MIN,
        _ if ns < PLAIN_DAYS * NS_PER_DAY => NS_PER_H,
        _ => NS_PER_DAY,
    }
}

/// `value` to three significant digits of its count of `unit`s, halves up.
fn round_to_digits(value: u64, unit: u64) -> u64 {
    let mut step = unit;
    while value / step >= 1_000 {
        step *= 10;
    }
    (value + step / 2) / step * step
}

/// `value` in a unit, where it has at most three significant digits.
fn one_unit(value: u64, unit: u64, name: &str) -> String {
    format!("{} {name}", number(value as f64 / unit as f64))
}

/// `value` in a longer and a shorter unit, without the shorter one where none is left over.
fn two_units(value: u64, long: (u64, &str), short: (u64, &str)) -> String {
    let (whole, rest) = (value / long.0, value % long.0 / short.0);
    let first = format!("{} {}", count(whole), long.1);
    if rest == 0 { first } else { format!("{first} {rest} {}", short.1) }
}

/// `figure` to three significant digits.
fn rounded(figure: f64) -> f64 {
    format!("{figure:.*e}", DIGITS - 1).parse().unwrap_or(figure)
}

/// Digits with the point after the first, moved by `exponent`, without needless zeros.
fn place_point(digits: &str, exponent: i32) -> String {
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let (whole, fraction) = if exponent < 0 {
        ("0".to_owned(), format!("{}{digits}", zeros(-exponent - 1)))
    } else {
        let point = usize::try_from(exponent).unwrap_or(0) + 1;
        match digits.get(point..) {
            Some(fraction) => (digits[..point].to_owned(), fraction.to_owned()),
            None => (format!("{digits}{}", "0".repeat(point - digits.len())), String::new()),
        }
    };
    let fraction = fraction.trim_end_matches('0');
    let whole = group(&whole);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// Digits with a comma before every third from the right.
fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::engine::SimTime;
    use crate::language::document::{Node, Place};
    use crate::language::problem::Problems;
    use crate::language::read::Read;
    use crate::language::units::{Money, Rate, Share};

    fn read<T: Read>(text: &str) -> Option<T> {
        T::read(&Node::new(text, Place::default()), &mut Problems::new())
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        let check = |ns: u64, shown: &str| assert_eq!(duration(SimDuration::from_ns(ns)), shown);
        check(0, "0 s");
        check(80, "80 ns");
        check(999, "999 ns");
        check(4_200, "4.2 us");
        check(340_000_000, "340 ms");
        check(1_250_000_000, "1.25 s");
        check(12_345_000_000, "12.3 s");
        check(90 * NS_PER_S, "1 min 30 s");
        check(754 * NS_PER_S, "12 min 34 s");
        check(9_060 * NS_PER_S, "2 h 31 min");
        check(76 * NS_PER_H, "3 d 4 h");
        check(123 * NS_PER_DAY + 5 * NS_PER_H, "123 d");
        check(SimTime::MAX.ns(), "1,670 d");
    }

    #[test]
    fn rounding_carries_into_the_next_unit() {
        let check = |ns: u64, shown: &str| assert_eq!(duration(SimDuration::from_ns(ns)), shown);
        check(999_499, "999 us");
        check(999_500, "1 ms");
        check(999_950_000, "1 s");
        check(59_949_999_999, "59.9 s");
        check(59_960_000_000, "1 min");
        check(3_599_400_000_000, "1 h");
        check(1_439 * NS_PER_MIN + 36 * NS_PER_S, "1 d");
        check(119 * NS_PER_S + 600_000_000, "2 min");
    }

    #[test]
    fn seconds_may_be_negative_or_tiny() {
        assert_eq!(seconds(-1.5), "-1.5 s");
        assert_eq!(seconds(0.0), "0 s");
        assert_eq!(seconds(2.5e-10), "0.25 ns");
        assert_eq!(seconds(f64::NAN), "undefined ns");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_003_000), "1,003,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(spoken_count(12_345), "12,300");
        assert_eq!(spoken_count(1_613_000), "1.61 million");
        assert_eq!(spoken_count(999_950), "1 million");
        assert_eq!(spoken_count(5_800_000_000), "5.8 billion");
    }

    #[test]
    fn numbers_show_three_digits_without_noise() {
        for (figure, shown) in [
            (0.0, "0"),
            (-0.0, "0"),
            (906.0, "906"),
            (0.1 + 0.2, "0.3"),
            (1_234_567.0, "1,230,000"),
            (0.012_51, "0.0125"),
            (-0.1, "-0.1"),
            (999.5, "1,000"),
            (99.95, "100"),
            (1e21, "1,000,000,000,000,000,000,000"),
            (f64::INFINITY, "infinite"),
        ] {
            assert_eq!(number(figure), shown);
        }
        assert_eq!(number_to(std::f64::consts::PI, 6), "3.14159");
        assert_eq!(number_to(0.5, 0), "0.5");
    }

    #[test]
    fn rates_have_the_unit_that_fits() {
        for (per_s, shown) in [
            (40.0, "40/s"),
            (115_000.0, "115 k/s"),
            (999.7, "1 k/s"),
            (1_500.0, "1.5 k/s"),
            (2e6, "2 M/s"),
            (1e9, "1 B/s"),
            (0.5, "30/min"),
            (1.0 / 60.0, "1/min"),
            (0.9999, "1/s"),
            (2.0 / 3600.0, "2/h"),
            (1.0 / 86_400.0, "1/day"),
            (0.0, "0/s"),
            (-0.5, "-30/min"),
        ] {
            assert_eq!(rate(per_s), shown);
        }
    }

    #[test]
    fn only_the_whole_is_a_hundred_per_cent() {
        for (part, shown) in [
            (0.0, "0 %"),
            (0.382, "38.2 %"),
            (1.0, "100 %"),
            (1.25, "125 %"),
            (0.9994, "99.9 %"),
            (0.999_51, "99.95 %"),
            (0.999_97, "99.997 %"),
            (0.999_999_99, "> 99.9999 %"),
            (1e-9, "< 0.0001 %"),
            (-0.568, "-56.8 %"),
        ] {
            assert_eq!(share(part), shown);
        }
    }

    #[test]
    fn quantiles_are_told_apart() {
        for (level, shown) in [(0.5, "p50"), (0.999, "p99.9"), (0.999_999, "p99.9999")] {
            assert_eq!(quantile(level), shown);
        }
    }

    #[test]
    fn money_shows_cents_where_they_matter() {
        for (dollars, shown) in [
            (0.0, "$ 0"),
            (6.1, "$ 6.10"),
            (500.0, "$ 500"),
            (12_345.67, "$ 12,346"),
            (99.999, "$ 100"),
            (0.145, "$ 0.145"),
            (0.5, "$ 0.50"),
            (0.000_42, "$ 0.00042"),
            (0.999_9, "$ 1.00"),
            (-6.1, "-$ 6.10"),
        ] {
            assert_eq!(money(dollars), shown);
        }
    }

    proptest! {
        #[test]
        fn durations_read_back_within_their_rounding(bits in 0..57_u32, any in any::<u64>()) {
            let ns = (any % SimTime::MAX.ns()) >> bits;
            let shown = duration(SimDuration::from_ns(ns));
            // "1,670 d" is for people alone.
            prop_assume!(!shown.contains(','));
            let back = read::<SimDuration>(&shown).unwrap().ns();
            // Half a unit in the third digit of a number that starts with a one, or half a unit.
            let bound = (ns / 200).max(resolution(ns) / 2);
            prop_assert!(back.abs_diff(ns) <= bound, "{} reads as {}", shown, back);
        }

        #[test]
        fn rates_read_back_within_their_rounding(exponent in -4.0..9.0_f64) {
            let per_s = libm::exp10(exponent);
            let shown = rate(per_s);
            let back = read::<Rate>(&shown).unwrap().per_s;
            prop_assert!((back - per_s).abs() <= per_s / 199.0, "{} reads as {}", shown, back);
        }

        #[test]
        fn shares_and_money_read_back(part in 0.0..0.999_999_f64, dollars in 0.0..99.0_f64) {
            let back = read::<Share>(&share(part).replace("< ", "")).unwrap().0;
            prop_assert!((back - part).abs() <= part / 199.0 + 1e-6);
            let back = read::<Money>(&money(dollars)).unwrap().0;
            prop_assert!((back - dollars).abs() <= 0.005 + 1e-9);
        }

        #[test]
        fn any_figure_has_a_short_form(figure in any::<f64>()) {
            let digits = number(figure).chars().filter(|c| ('1'..='9').contains(c)).count();
            prop_assert!(digits <= 3);
            for shown in [seconds(figure), rate(figure), share(figure), money(figure)] {
                prop_assert!(shown.is_ascii() && !shown.is_empty());
            }
        }
    }
}
