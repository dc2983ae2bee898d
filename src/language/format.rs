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
/// Three significant digits, counted in the smaller of two units: 12 min 34 s is 754 s, shown in
/// full; 59 min 59.4 s is 3,599.4 s, shown as 3,600 s, which is "1 h".
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
