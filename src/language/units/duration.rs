//! Lengths of time: `"250ms"`, `"1.5s"`, `"1h30min"`.

use super::decimal::{Decimal, NotDecimal};
use super::{Fault, settle};
use crate::engine::SimDuration;
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// A length of time above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositiveDuration(pub SimDuration);

/// Unit and nanoseconds in it, from short to long.
const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// What people write for a unit; the unit that we take stands first.
const MEANT: [(&str, &[&str]); 7] = [
    ("ns", &["nsec", "nsecs", "nanosecond", "nanoseconds"]),
    ("us", &["µs", "μs", "usec", "usecs", "microsecond", "microseconds"]),
    ("ms", &["msec", "msecs", "millisecond", "milliseconds", "millis", "MS"]),
    ("s", &["sec", "secs", "second", "seconds", "S"]),
    ("min", &["m", "mins", "minute", "minutes", "M"]),
    ("h", &["hr", "hrs", "hour", "hours", "H"]),
    ("d", &["day", "days", "D"]),
];

/// A longer text is not a duration that lacks only its unit.
const LIKELY_LEN_MAX: usize = 12;

const EXAMPLES: &str = "write, for example, \"250ms\", \"1.5s\" or \"1h30min\"";

/// Zero or more, exact to the nanosecond, at most [`SimDuration::MAX`] (about 1,667 days). Parts
/// run from the longest unit to the shortest (`"2 h 31 min"`); only the last may have a fraction.
impl Read for SimDuration {
    const EXAMPLE: &'static str = "\"250ms\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        settle(duration(node), node, problems)
    }
}

impl Read for PositiveDuration {
    const EXAMPLE: &'static str = "\"250ms\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let positive = duration(node).and_then(|length| match length.ns() {
            0 => Err(Fault::new("a duration above zero")),
            _ => Ok(Self(length)),
        });
        settle(positive, node, problems)
    }
}

fn duration(node: &Node) -> Result<SimDuration, Fault> {
    match &node.value {
        Value::String(text) => parse(text),
        Value::Integer(_) | Value::Float(_) => Err(without_unit(&node.describe(), u64::MAX)),
        Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
            Err(Fault::new("a duration").hint(EXAMPLES))
        }
    }
}

/// Reads a text such as `1h30min`.
pub(super) fn parse(text: &str) -> Result<SimDuration, Fault> {
    let mut rest = text.trim();
    let mut total = 0_u64;
    // Units come from long to short, so each must be shorter than the one before.
    let mut last_ns = u64::MAX;
    loop {
        let (number, after) = Decimal::split(rest).map_err(|reason| bad_number(reason, text))?;
        let after = after.trim_start();
        let len = after
            .find(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '-')
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(len);
        rest = next.trim_start();
        if unit.is_empty() {
            return Err(without_unit(text.trim(), last_ns));
        }
        let Some(&(_, ns)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(unknown_unit(text, unit));
        };
        if ns >= last_ns || (!rest.is_empty() && !number.is_whole()) {
            let hint = "each unit stands once, from long to short, and only the last number has \
                        a fraction: \"1h30min\"";
            return Err(Fault::new("a duration").hint(hint));
        }
        last_ns = ns;
        let part = number.times(ns);
        total = part.and_then(|part| total.checked_add(part)).unwrap_or(u64::MAX);
        if total > SimDuration::MAX.ns() {
            return Err(Fault::new("a duration of at most 1,667 days"));
        }
        if rest.is_empty() {
            if total == 0 && !number.is_zero() {
                return Err(Fault::new("a duration of at least 1ns, or 0s"));
            }
            return Ok(SimDuration::from_ns(total));
        }
    }
}

fn bad_number(reason: NotDecimal, text: &str) -> Fault {
    match reason {
        NotDecimal::Missing => Fault::new("a duration").hint(EXAMPLES),
        NotDecimal::Negative => Fault::new("a duration of zero or more"),
        NotDecimal::Malformed if text.contains(',') => {
            Fault::new("a duration").hint("write 1000 or 1_000 rather than 1,000, 1.5 not 1,5")
        }
        NotDecimal::Malformed => Fault::new("a duration").hint(EXAMPLES),
        NotDecimal::TooLong => Fault::new("a duration with at most 24 digits"),
    }
}

/// `text` ends in a number without a unit; the unit before it, if any, had `last_ns`.
fn without_unit(text: &str, last_ns: u64) -> Fault {
    if text.starts_with('-') {
        return Fault::new("a duration of zero or more");
    }
    let expected = Fault::new("a duration with its unit");
    if text.len() > LIKELY_LEN_MAX {
        return expected.hint(EXAMPLES);
    }
    match UNITS.iter().rfind(|(_, ns)| *ns < last_ns) {
        Some((unit, _)) if last_ns < u64::MAX => {
            expected.hint(format!("write, for example, \"{text}{unit}\""))
        }
        Some(_) | None => {
            expected.hint(format!("add the unit: \"{text}s\" or \"{text}ms\", for example"))
        }
    }
}

fn unknown_unit(text: &str, unit: &str) -> Fault {
    let meant = MEANT.iter().find(|(_, spellings)| spellings.contains(&unit));
    let hint = match meant {
        Some((right, _)) => format!("write \"{}\"", text.replacen(unit, right, 1)),
        None if matches!(unit, "w" | "week" | "weeks" | "wk") => {
            "write a week as \"7d\"".to_owned()
        }
        None => "the units are `ns`, `us`, `ms`, `s`, `min`, `h` and `d`".to_owned(),
    };
    Fault::new("a duration").hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    fn ns(text: &str) -> u64 {
        read_text::<SimDuration>(&format!("\"{text}\"")).unwrap().ns()
    }

    #[test]
    fn units_are_exact() {
        assert_eq!(ns("80ns"), 80);
        assert_eq!(ns("200us"), 200_000);
        assert_eq!(ns("250ms"), 250_000_000);
        assert_eq!(ns("1.1s"), 1_100_000_000);
        assert_eq!(ns("10min"), 600_000_000_000);
        assert_eq!(ns("4h"), 14_400_000_000_000);
        assert_eq!(ns("2d"), 172_800_000_000_000);
        assert_eq!(ns("0s"), 0);
        assert_eq!(ns("1.5ns"), 2);
    }

    #[test]
    fn parts_add_up_as_reports_write_them() {
        assert_eq!(ns("1h30min"), ns("90min"));
        assert_eq!(ns(" 2 h 31 min "), ns("151min"));
        assert_eq!(ns("1d 2h 3min 4.5s"), ns("93784.5s"));
    }

    #[test]
    fn the_longest_run_is_the_longest_duration() {
        assert_eq!(ns("144115188075855871ns"), SimDuration::MAX.ns());
        for text in ["144115188075855872ns", "1668d", "999999999999999999999999d"] {
            let error = read_text::<SimDuration>(&format!("\"{text}\"")).unwrap_err();
            assert!(error.starts_with("expected a duration of at most 1,667 days"), "{error}");
        }
    }

    #[test]
    fn faults_come_with_their_cure() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<SimDuration>(toml).unwrap_err(), expected);
        };
        let examples = "write, for example, \"250ms\", \"1.5s\" or \"1h30min\"";
        check("true", &format!("expected a duration, found true | {examples}"));
        check("\"\"", &format!("expected a duration, found \"\" | {examples}"));
        check("\"soon\"", &format!("expected a duration, found \"soon\" | {examples}"));
        check(
            "5",
            "expected a duration with its unit, found 5 | add the unit: \"5s\" or \"5ms\", \
             for example",
        );
        check(
            "\"1h 30\"",
            "expected a duration with its unit, found \"1h 30\" | write, for example, \"1h 30min\"",
        );
        check("-5", "expected a duration of zero or more, found -5");
        check("\"-5s\"", "expected a duration of zero or more, found \"-5s\"");
        check("\"10 minutes\"", "expected a duration, found \"10 minutes\" | write \"10 min\"");
        check("\"1h5m\"", "expected a duration, found \"1h5m\" | write \"1h5min\"");
        check("\"5µs\"", "expected a duration, found \"5µs\" | write \"5us\"");
        check("\"2w\"", "expected a duration, found \"2w\" | write a week as \"7d\"");
        check(
            "\"1,5s\"",
            "expected a duration, found \"1,5s\" | \
             write 1000 or 1_000 rather than 1,000, 1.5 not 1,5",
        );
        check("\"0.1ns\"", "expected a duration of at least 1ns, or 0s, found \"0.1ns\"");
        for text in ["\"30min1h\"", "\"1h1h\"", "\"1.5h30min\""] {
            let error = read_text::<SimDuration>(text).unwrap_err();
            assert!(error.contains("from long to short"), "{error}");
        }
    }

    #[test]
    fn positive_durations_are_above_zero() {
        assert_eq!(read_text::<PositiveDuration>("\"1ns\"").unwrap().0.ns(), 1);
        assert_eq!(
            read_text::<PositiveDuration>("\"0s\"").unwrap_err(),
            "expected a duration above zero, found \"0s\""
        );
    }
}
