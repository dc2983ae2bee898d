//! How much a link carries: `"1 Gbit/s"`, `"100 Mbit/s"`.

use super::decimal::{Decimal, NotDecimal};
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// What a link carries each way, from 1 bit/s to a million Tbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bandwidth {
    /// Bits a second.
    pub bits_per_s: u64,
}

const UNITS: [(&str, u64); 5] = [
    ("bit/s", 1),
    ("kbit/s", 1_000),
    ("Mbit/s", 1_000_000),
    ("Gbit/s", 1_000_000_000),
    ("Tbit/s", 1_000_000_000_000),
];

/// What people write for a unit, how many times ours it is, and the unit that we take.
const MEANT: [(&str, u64, &str); 15] = [
    ("bps", 1, "bit/s"),
    ("kbps", 1, "kbit/s"),
    ("Kbps", 1, "kbit/s"),
    ("Mbps", 1, "Mbit/s"),
    ("Gbps", 1, "Gbit/s"),
    ("Tbps", 1, "Tbit/s"),
    ("Mb/s", 1, "Mbit/s"),
    ("Gb/s", 1, "Gbit/s"),
    ("Mbit", 1, "Mbit/s"),
    ("Gbit", 1, "Gbit/s"),
    ("B/s", 8, "bit/s"),
    ("kB/s", 8, "kbit/s"),
    ("MB/s", 8, "Mbit/s"),
    ("GB/s", 8, "Gbit/s"),
    ("MBps", 8, "Mbit/s"),
];

const MOST: u64 = 1_000_000_000_000_000_000;
const EXAMPLES: &str = "write, for example, \"1 Gbit/s\" or \"100 Mbit/s\"";

impl Read for Bandwidth {
    const EXAMPLE: &'static str = "\"1 Gbit/s\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let bandwidth = match &node.value {
            Value::String(text) => parse(text),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => Err(Fault::new("a bandwidth").hint(EXAMPLES)),
        };
        settle(bandwidth, node, problems)
    }
}

fn parse(text: &str) -> Result<Bandwidth, Fault> {
    let (number, rest) = Decimal::split(text.trim()).map_err(|reason| match reason {
        NotDecimal::Negative => Fault::new("a bandwidth above zero"),
        NotDecimal::Missing | NotDecimal::Malformed | NotDecimal::TooLong => {
            Fault::new("a bandwidth").hint(EXAMPLES)
        }
    })?;
    let unit = rest.trim();
    let Some(&(_, bits)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let hint = match MEANT.iter().find(|(spelling, _, _)| *spelling == unit) {
            Some((_, times, meant)) => match number.times_exactly(*times) {
                Some(number) => format!("write \"{number} {meant}\""),
                None => format!("the unit is `{meant}`; a byte has 8 bits"),
            },
            None => EXAMPLES.to_owned(),
        };
        return Err(Fault::new("a bandwidth").hint(hint));
    };
    match number.times(bits) {
        Some(0) => Err(Fault::new("a bandwidth above zero")),
        Some(bits_per_s) if bits_per_s <= MOST => Ok(Bandwidth { bits_per_s }),
        Some(_) | None => Err(Fault::new("a bandwidth of at most 1,000,000 Tbit/s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn bandwidths_in_the_words_people_use() {
        let bits = |text: &str| read_text::<Bandwidth>(&format!("\"{text}\"")).unwrap().bits_per_s;
        assert_eq!(bits("1 Gbit/s"), 1_000_000_000);
        assert_eq!(bits("2.5Gbit/s"), 2_500_000_000);
        assert_eq!(bits("100 Mbit/s"), 100_000_000);
        assert_eq!((bits("1 bit/s"), bits("1_000_000 Tbit/s")), (1, MOST));
    }

    #[test]
    fn faults_come_with_their_cure() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<Bandwidth>(toml).unwrap_err(), expected);
        };
        check("\"1Gbps\"", "expected a bandwidth, found \"1Gbps\" | write \"1 Gbit/s\"");
        check("\"10 MB/s\"", "expected a bandwidth, found \"10 MB/s\" | write \"80 Mbit/s\"");
        check(
            "\"1.3 Gbps\"",
            "expected a bandwidth, found \"1.3 Gbps\" | the unit is `Gbit/s`; a byte has 8 bits",
        );
        check("1000", &format!("expected a bandwidth, found 1000 | {EXAMPLES}"));
        check("\"fast\"", &format!("expected a bandwidth, found \"fast\" | {EXAMPLES}"));
        check("\"0 bit/s\"", "expected a bandwidth above zero, found \"0 bit/s\"");
        check("\"-1 bit/s\"", "expected a bandwidth above zero, found \"-1 bit/s\"");
        check(
            "\"2_000_000 Tbit/s\"",
            "expected a bandwidth of at most 1,000,000 Tbit/s, found \"2_000_000 Tbit/s\"",
        );
    }
}
