//! Parts of a whole: `"99.9%"` or `0.999`.

use super::decimal::Decimal;
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::problem::Problems;
use crate::language::read::Read;

/// A share from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(pub f64);

const EXPECTED: &str = "a share from 0% to 100%";
const EXAMPLES: &str = "write, for example, \"99.9%\" or 0.999";

impl Read for Share {
    const EXAMPLE: &'static str = "\"2%\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let share = match &node.value {
            Value::String(text) => parse(text),
            Value::Integer(number) => of_number(*number as f64, &number.to_string()),
            Value::Float(number) => of_number(*number, &node.describe()),
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                Err(Fault::new(EXPECTED).hint(EXAMPLES))
            }
        };
        settle(share, node, problems)
    }
}

fn of_number(number: f64, shown: &str) -> Result<Share, Fault> {
    if (0.0..=1.0).contains(&number) {
        // Turns a negative zero into zero.
        return Ok(Share(number + 0.0));
    }
    if number > 1.0 && number <= 100.0 {
        return Err(Fault::new(EXPECTED).hint(format!("write per cent as \"{shown}%\"")));
    }
    Err(Fault::new(EXPECTED).hint(EXAMPLES))
}

fn parse(text: &str) -> Result<Share, Fault> {
    let bad = || Fault::new(EXPECTED).hint(EXAMPLES);
    let (number, rest) = Decimal::split(text.trim()).map_err(|_| bad())?;
    match rest.trim() {
        "%" => {
            let share = number.to_f64(-2);
            if share <= 1.0 { Ok(Share(share)) } else { Err(bad()) }
        }
        "" => {
            let text = text.trim();
            Err(Fault::new(EXPECTED).hint(format!("write \"{text}%\", or {text} without quotes")))
        }
        _ => Err(bad()),
    }
}
