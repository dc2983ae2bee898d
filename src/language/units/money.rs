//! Amounts of money in dollars: `"$0.145"` or `0.145`.

use super::decimal::Decimal;
use super::rate::PREFIXES;
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// Dollars, from zero to 10¹⁵.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Money(pub f64);

const MONEY_MAX: f64 = 1e15;
const EXPECTED: &str = "an amount in dollars of zero or more";
const EXAMPLES: &str = "write, for example, \"$0.145\", \"$12k\" or 0.145";

impl Read for Money {
    const EXAMPLE: &'static str = "\"$0.145\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let amount = match &node.value {
            Value::String(text) => parse(text),
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
        };
        let money = match amount {
            Some(dollars) if (0.0..=MONEY_MAX).contains(&dollars) => Ok(Self(dollars + 0.0)),
            Some(dollars) if dollars > MONEY_MAX => {
                Err(Fault::new("an amount of at most a million thousand million dollars"))
            }
            Some(_) | None => Err(Fault::new(EXPECTED).hint(EXAMPLES)),
        };
        settle(money, node, problems)
    }
}

fn parse(text: &str) -> Option<f64> {
    let amount = text.trim().strip_prefix('$')?;
    let (number, rest) = Decimal::split(amount.trim_start()).ok()?;
    let (_, power) = PREFIXES.iter().find(|(letter, _)| *letter == rest.trim())?;
    Some(number.to_f64(*power))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn dollars_with_and_without_their_sign() {
        let dollars = |toml: &str| read_text::<Money>(toml).unwrap().0;
        assert_eq!(dollars("\"$0.145\""), 0.145);
        assert_eq!(dollars("0.145"), 0.145);
        assert_eq!(dollars("\"$ 12.5k\""), 12_500.0);
        assert_eq!(dollars("0"), 0.0);
    }

    #[test]
    fn faults_come_with_examples() {
        let hint = "write, for example, \"$0.145\", \"$12k\" or 0.145";
        for (toml, found) in
            [("\"5\"", "\"5\""), ("-1", "-1"), ("nan", "NaN"), ("\"€5\"", "\"€5\"")]
        {
            assert_eq!(
                read_text::<Money>(toml).unwrap_err(),
                format!("expected an amount in dollars of zero or more, found {found} | {hint}")
            );
        }
        assert!(read_text::<Money>("inf").unwrap_err().contains("at most"));
    }
}
