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
        Value::Integer(_) | Value::Float(_) => Err(without_unit(&node.describe())),
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
            return Err(without_unit(text.trim()));
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

fn without_unit(number: &str) -> Fault {
    let expected = "a duration with its unit";
    let shown = number.trim_start_matches('-');
    if shown.len() > 12 {
        return Fault::new(expected).hint(EXAMPLES);
    }
    Fault::new(expected).hint(format!("add the unit: \"{shown}s\" or \"{shown}ms\", for example"))
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
