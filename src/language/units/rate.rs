//! Events per time: `"40/s"`, `"1.5k/s"`, `"400M/day"`.

use super::decimal::{Decimal, NotDecimal};
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// Events per second, above zero, at most 10⁹.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate {
    /// Per second.
    pub per_s: f64,
}

/// What a number may be multiplied by: its letter and power of ten.
pub(super) const PREFIXES: [(&str, i32); 4] = [("", 0), ("k", 3), ("M", 6), ("B", 9)];

/// Unit of time and seconds in it.
const PER: [(&str, f64); 5] =
    [("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86_400.0), ("d", 86_400.0)];

/// What people write for a unit, and the unit that we take.
const MEANT: [(&str, &str); 13] = [
    ("sec", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("S", "s"),
    ("m", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("H", "h"),
    ("days", "day"),
    ("D", "day"),
];

const RATE_MAX_PER_S: f64 = 1e9;
const EXAMPLES: &str = "write, for example, \"40/s\", \"1.5k/s\" or \"400M/day\"";

impl Read for Rate {
    const EXAMPLE: &'static str = "\"40/s\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let rate = match &node.value {
            Value::String(text) => parse(text),
            Value::Integer(number) if *number > 0 => {
                let hint = format!("add the unit: \"{number}/s\", for example");
                Err(Fault::new("a rate with its unit").hint(hint))
            }
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => Err(Fault::new("a rate").hint(EXAMPLES)),
        };
        settle(rate, node, problems)
    }
}

fn parse(text: &str) -> Result<Rate, Fault> {
    let (number, rest) = Decimal::split(text.trim()).map_err(|reason| match reason {
        NotDecimal::Missing => Fault::new("a rate").hint(EXAMPLES),
        NotDecimal::Negative => Fault::new("a rate above zero"),
        NotDecimal::Malformed if text.contains(',') => {
            Fault::new("a rate").hint("write 1000 or 1_000 rather than 1,000, 1.5 not 1,5")
        }
        NotDecimal::Malformed => Fault::new("a rate").hint(EXAMPLES),
        NotDecimal::TooLong => Fault::new("a rate with at most 24 digits"),
    })?;
    let Some((prefix, per)) = rest.split_once('/') else {
        let hint = format!("add the unit: \"{}/s\", for example", text.trim());
        return Err(Fault::new("a rate with its unit").hint(hint));
    };
    let (prefix, per) = (prefix.trim(), per.trim());
    let Some(&(_, power)) = PREFIXES.iter().find(|(letter, _)| *letter == prefix) else {
        // A word is what is counted, which nobody has to say.
        let is_number = matches!(prefix, "mio" | "million" | "billion");
        let is_word = prefix.len() > 2 && prefix.chars().all(char::is_alphabetic) && !is_number;
        let hint = match text.split(prefix).next() {
            Some(number) if is_word => format!("write \"{}/{per}\"", number.trim()),
            Some(_) | None => prefix_hint(prefix),
        };
        return Err(Fault::new("a rate").hint(hint));
    };
    let Some(&(_, seconds)) = PER.iter().find(|(unit, _)| *unit == per) else {
        let meant = MEANT.iter().find(|(spelling, _)| *spelling == per);
        let hint = match meant {
            Some((_, unit)) => {
                let before = text.split('/').next().unwrap_or_default().trim();
                format!("write \"{before}/{unit}\"")
            }
            None => "a rate is per `s`, `min`, `h` or `day`".to_owned(),
        };
        return Err(Fault::new("a rate").hint(hint));
    };
    if number.is_zero() {
        return Err(Fault::new("a rate above zero"));
    }
    let per_s = number.to_f64(power) / seconds;
    if per_s > RATE_MAX_PER_S {
        return Err(Fault::new("a rate of at most 1B/s"));
    }
    if per_s <= 0.0 {
        return Err(Fault::new("a rate above zero"));
    }
    Ok(Rate { per_s })
}

/// What to write instead of an unknown multiplier.
pub(super) fn prefix_hint(prefix: &str) -> String {
    let list = "`k` is a thousand, `M` a million, `B` a thousand million";
    match prefix {
        "K" => format!("write `k` for a thousand: {list}"),
        "m" | "mio" | "million" => format!("write `M` for a million: {list}"),
        "G" | "b" | "bn" | "billion" => format!("write `B` for a thousand million: {list}"),
        _ => list.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    fn per_s(text: &str) -> f64 {
        read_text::<Rate>(&format!("\"{text}\"")).unwrap().per_s
    }

    #[test]
    fn rates_are_the_nearest_double() {
        assert_eq!(per_s("40/s"), 40.0);
        assert_eq!(per_s("1.5k/s"), 1500.0);
        assert_eq!(per_s("0.1k/s"), 100.0);
        assert_eq!(per_s("400M/day"), 400e6 / 86_400.0);
        assert_eq!(per_s("75/min"), 1.25);
        assert_eq!(per_s("2/h"), 2.0 / 3600.0);
        assert_eq!(per_s("5.8B/d"), 5.8e9 / 86_400.0);
        assert_eq!(per_s("1B/s"), 1e9);
        assert_eq!(per_s(" 115 k / s "), 115e3);
    }

    #[test]
    fn faults_come_with_their_cure() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<Rate>(toml).unwrap_err(), expected);
        };
        let examples = "write, for example, \"40/s\", \"1.5k/s\" or \"400M/day\"";
        check("\"fast\"", &format!("expected a rate, found \"fast\" | {examples}"));
        check("[]", &format!("expected a rate, found an empty array | {examples}"));
        check(
            "40",
            "expected a rate with its unit, found 40 | add the unit: \"40/s\", for example",
        );
        check(
            "\"2k\"",
            "expected a rate with its unit, found \"2k\" | add the unit: \"2k/s\", for example",
        );
        check("\"0/s\"", "expected a rate above zero, found \"0/s\"");
        check("\"-1/s\"", "expected a rate above zero, found \"-1/s\"");
        check("\"2B/s\"", "expected a rate of at most 1B/s, found \"2B/s\"");
        check("\"40/sec\"", "expected a rate, found \"40/sec\" | write \"40/s\"");
        check(
            "\"40/month\"",
            "expected a rate, found \"40/month\" | a rate is per `s`, `min`, `h` or `day`",
        );
        check(
            "\"2K/s\"",
            "expected a rate, found \"2K/s\" | write `k` for a thousand: `k` is a thousand, \
             `M` a million, `B` a thousand million",
        );
    }
}
