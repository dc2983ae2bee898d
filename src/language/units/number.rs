//! Plain numbers with a range: factors, and what must not be negative.

use super::decimal::Decimal;
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// A finite number above zero: `5`, `1.5`, `"12x"`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Factor(pub f64);

/// A finite number of zero or more.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct NonNegative(pub f64);

/// Any finite number.
impl Read for f64 {
    const EXAMPLE: &'static str = "1.5";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        settle(finite(node, "a number"), node, problems)
    }
}

impl Read for Factor {
    const EXAMPLE: &'static str = "1.5";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        settle(factor(node), node, problems)
    }
}

impl Read for NonNegative {
    const EXAMPLE: &'static str = "1.5";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let expected = "a number of zero or more";
        let number = finite(node, expected).and_then(|number| {
            if number >= 0.0 { Ok(Self(number + 0.0)) } else { Err(Fault::new(expected)) }
        });
        settle(number, node, problems)
    }
}

fn factor(node: &Node) -> Result<Factor, Fault> {
    let expected = "a number above zero";
    let number = match node.as_str().and_then(times) {
        Some(number) => number,
        None => finite(node, expected)?,
    };
    if number > 0.0 { Ok(Factor(number)) } else { Err(Fault::new(expected)) }
}

/// The number in `12x`.
fn times(text: &str) -> Option<f64> {
    let (number, rest) = Decimal::split(text.trim()).ok()?;
    (rest.trim() == "x").then(|| number.to_f64(0))
}

fn finite(node: &Node, expected: &str) -> Result<f64, Fault> {
    match &node.value {
        Value::Integer(number) => Ok(*number as f64),
        Value::Float(number) if number.is_finite() => Ok(*number),
        Value::Float(_) => Err(Fault::new(format!("{expected} that is finite"))),
        Value::String(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            let hint = format!("write {} without quotes", text.trim());
            Err(Fault::new(expected).hint(hint))
        }
        Value::String(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::Table(_) => Err(Fault::new(expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn numbers_keep_their_range() {
        assert_eq!(read_text::<f64>("-1.5").unwrap(), -1.5);
        assert_eq!(read_text::<Factor>("5").unwrap().0, 5.0);
        assert_eq!(read_text::<Factor>("\"12x\"").unwrap().0, 12.0);
        assert_eq!(read_text::<NonNegative>("0").unwrap().0, 0.0);
    }

    #[test]
    fn faults_name_the_range() {
        let factor = |toml: &str| read_text::<Factor>(toml).unwrap_err();
        assert_eq!(factor("0"), "expected a number above zero, found 0");
        assert_eq!(factor("\"0x\""), "expected a number above zero, found \"0x\"");
        assert_eq!(factor("inf"), "expected a number above zero that is finite, found inf");
        assert_eq!(
            factor("\"2.5\""),
            "expected a number above zero, found \"2.5\" | write 2.5 without quotes"
        );
        let number = read_text::<NonNegative>("-0.1").unwrap_err();
        assert_eq!(number, "expected a number of zero or more, found -0.1");
        assert_eq!(
            read_text::<f64>("nan").unwrap_err(),
            "expected a number that is finite, found NaN"
        );
    }
}
