//! Values in the words that people read: "4,000/s", "2 h 31 min", "99.9 %", "10⁻⁹".

use crate::engine::SimDuration;
use crate::language::format;

/// Shares below this are written as powers of ten.
const RAREST: f64 = 1e-6;
/// Durations below this are: half a nanosecond is none.
const SHORTEST: f64 = 1e-9 * 0.9995;

/// What a value measures, and so how it is written and where its round values lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A plain number: instances, messages, factors.
    Number,
    /// Something per second.
    PerSecond,
    /// Seconds, written as a duration.
    Duration,
    /// A share of one, written in percent.
    Share,
}

/// `value` to three significant digits, with its unit. "never" or "∞" for infinity, "–" if it is
/// not a number.
pub(super) fn value(quantity: Quantity, value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    match quantity {
        Quantity::Number => number(value),
        Quantity::PerSecond => format!("{}/s", number(value)),
        Quantity::Duration => duration(value),
        Quantity::Share if value != 0.0 && value.abs() < RAREST => {
            format!("{} %", signed(value, scientific(value.abs() * 100.0)))
        }
        Quantity::Share => format::share(value).replace('-', "−"),
    }
}

/// A share in percent to one decimal, or two significant digits below one percent.
pub(super) fn brief_share(share: f64) -> String {
    let percents = share * 100.0;
    if percents >= 99.9 {
        return value(Quantity::Share, share);
    }
    if percents >= 0.995 {
        return format!("{} %", number((percents * 10.0).round() / 10.0));
    }
    if percents > 0.0 && percents < 0.0095 {
        return "< 0.01 %".to_owned();
    }
    let places = libm::pow(10.0, 1.0 - libm::log10(percents).floor());
    format!("{} %", number((percents * places).round() / places))
}

/// A number to three significant digits; whole numbers below a million in full.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return signed(value, "∞".to_owned());
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return signed(value, scientific(size));
    }
    for (unit, suffix) in [(1e12, "T"), (1e9, "G"), (1e6, "M")] {
        // What rounds up to the unit is written in it: 999,999 is "1M".
        if size >= unit * 0.9995 {
            return signed(value, format!("{}{suffix}", significant(size / unit)));
        }
    }
    signed(value, significant(size))
}

/// Seconds as a duration, as all reports write it: "250 ms", "2 min 30 s", "never".
pub(super) fn duration(seconds: f64) -> String {
    let size = seconds.abs();
    let text = if size.is_infinite() {
        "never".to_owned()
    } else if size > 0.0 && size < SHORTEST {
        format!("{} s", scientific(size))
    } else if size > SimDuration::MAX.as_secs_f64() {
        format!("{} d", number(size / 86_400.0))
    } else {
        format::seconds(size).replace("us", "µs")
    };
    signed(seconds, text)
}

/// Three significant digits at least, whole digits in full, commas between thousands.
fn significant(size: f64) -> String {
    let decimals: usize = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        s if s >= 0.009_995 => 4,
        s if s >= 0.000_999_5 => 5,
        _ => 6,
    };
    let text = format!("{size:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    grouped(text)
}

/// Commas between the thousands of a number's whole part.
fn grouped(text: &str) -> String {
    let whole = text.find('.').unwrap_or(text.len());
    let mut out = String::with_capacity(text.len() + 4);
    for (place, digit) in text.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "3.2×10⁻⁹", or "10⁻⁹" for a whole power.
fn scientific(size: f64) -> String {
    let text = format!("{size:.1e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: String = power.chars().map(superscript).collect();
    match digits.trim_end_matches(".0") {
        "1" => format!("10{power}"),
        digits => format!("{digits}×10{power}"),
    }
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    }
}

fn signed(value: f64, size: String) -> String {
    if value < 0.0 { format!("−{size}") } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (given, wanted) in [
            (0.0, "0"),
            (4_000.0, "4,000"),
            (12_345.6, "12,346"),
            (123_456.0, "123,456"),
            (999_999.0, "1M"),
            (2.5e6, "2.5M"),
            (1e10, "10G"),
            (0.25, "0.25"),
            (0.0012, "0.0012"),
            (9.999, "10"),
            (1e-9, "10⁻⁹"),
            (3.2e-9, "3.2×10⁻⁹"),
            (-1_500.0, "−1,500"),
            (f64::INFINITY, "∞"),
            (1e300, "10³⁰⁰"),
        ] {
            assert_eq!(number(given), wanted, "{given}");
        }
    }

    #[test]
    fn durations_read_as_people_write_them() {
        for (given, wanted) in [
            (0.0, "0 s"),
            (1e-9, "1 ns"),
            (0.00025, "250 µs"),
            (0.25, "250 ms"),
            (0.9999, "1 s"),
            (59.99, "1 min"),
            (1.5, "1.5 s"),
            (150.0, "2 min 30 s"),
            (3_599.9, "1 h"),
            (9_060.0, "2 h 31 min"),
            (86_399.0, "1 d"),
            (273_600.0, "3 d 4 h"),
            (8.64e7, "1,000 d"),
            (f64::INFINITY, "never"),
        ] {
            assert_eq!(duration(given), wanted, "{given}");
        }
    }

    #[test]
    fn shares_are_written_in_percent() {
        assert_eq!(value(Quantity::Share, 0.999), "99.9 %");
        assert_eq!(value(Quantity::Share, 1e-5), "0.001 %");
        assert_eq!(value(Quantity::Share, 1.0), "100 %");
        assert_eq!(value(Quantity::Share, 0.9997), "99.97 %");
        assert_eq!(value(Quantity::Share, 0.99999), "99.999 %");
        assert_eq!(brief_share(0.382_4), "38.2 %");
        assert_eq!(brief_share(0.006_93), "0.69 %");
        assert_eq!(brief_share(0.999_9), "99.99 %");
        assert_eq!(brief_share(0.000_007_4), "< 0.01 %");
        assert_eq!(value(Quantity::PerSecond, 12_000.0), "12,000/s");
        assert_eq!(value(Quantity::Number, f64::NAN), "–");
    }
}
