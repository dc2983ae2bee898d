//! Sizes in bytes: `"2 kB"`, `"1.5 MB"`, `"64 KiB"`.

use super::decimal::{Decimal, NotDecimal};
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// Bytes, from zero to 10¹².
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

const UNITS: [(&str, u64); 8] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// What people write for a unit, and the unit that we take.
const MEANT: [(&str, &str); 9] = [
    ("b", "B"),
    ("byte", "B"),
    ("bytes", "B"),
    ("k", "kB"),
    ("kb", "kB"),
    ("KB", "kB"),
    ("M", "MB"),
    ("mb", "MB"),
    ("gb", "GB"),
];

const MOST: u64 = 1_000_000_000_000;
const EXAMPLES: &str = "write, for example, \"500 B\", \"2 kB\", \"1.5 MB\" or \"64 KiB\"";

impl Read for Size {
    const EXAMPLE: &'static str = "\"2 kB\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let size = match &node.value {
            Value::String(text) => parse(text),
            Value::Integer(number) if *number >= 0 => {
                let hint = format!("add the unit: \"{number} B\", for example");
                Err(Fault::new("a size with its unit").hint(hint))
            }
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => Err(Fault::new("a size").hint(EXAMPLES)),
        };
        settle(size, node, problems)
    }
}

fn parse(text: &str) -> Result<Size, Fault> {
    let (number, rest) = Decimal::split(text.trim()).map_err(|reason| match reason {
        NotDecimal::Negative => Fault::new("a size of zero or more"),
        NotDecimal::Missing | NotDecimal::Malformed | NotDecimal::TooLong => {
            Fault::new("a size").hint(EXAMPLES)
        }
    })?;
    let unit = rest.trim();
    let Some(&(_, bytes)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let written = text.trim().strip_suffix(rest).unwrap_or_default();
        let hint = match MEANT.iter().find(|(spelling, _)| *spelling == unit) {
            Some((_, meant)) => format!("write \"{written} {meant}\""),
            None => EXAMPLES.to_owned(),
        };
        return Err(Fault::new("a size").hint(hint));
    };
    match number.times(bytes) {
        Some(bytes) if bytes <= MOST => Ok(Size(bytes)),
        Some(_) | None => Err(Fault::new("a size of at most 1 TB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn sizes_in_the_words_people_use() {
        let bytes = |text: &str| read_text::<Size>(&format!("\"{text}\"")).unwrap().0;
        assert_eq!(bytes("500B"), 500);
        assert_eq!(bytes("2 kB"), 2_000);
        assert_eq!(bytes("1.5 MB"), 1_500_000);
        assert_eq!(bytes("64 KiB"), 65_536);
        assert_eq!((bytes("0 B"), bytes("1TB")), (0, MOST));
    }

    #[test]
    fn faults_come_with_their_cure() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<Size>(toml).unwrap_err(), expected);
        };
        check(
            "500",
            "expected a size with its unit, found 500 | add the unit: \"500 B\", for example",
        );
        check("\"2KB\"", "expected a size, found \"2KB\" | write \"2 kB\"");
        check("\"2 bytes\"", "expected a size, found \"2 bytes\" | write \"2 B\"");
        check("\"2\"", &format!("expected a size, found \"2\" | {EXAMPLES}"));
        check("\"-2 kB\"", "expected a size of zero or more, found \"-2 kB\"");
        check("\"2 TB\"", "expected a size of at most 1 TB, found \"2 TB\"");
    }
}
