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
            let (text, value) = (text.trim(), number.to_f64(0));
            if value > 1.0 {
                return of_number(value, text);
            }
            Err(Fault::new(EXPECTED).hint(format!("write \"{text}%\", or {text} without quotes")))
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn per_cent_and_fractions_meet() {
        let share = |toml: &str| read_text::<Share>(toml).unwrap().0;
        assert_eq!(share("\"99.9%\""), 0.999);
        assert_eq!(share("\"38.2 %\""), 0.382);
        assert_eq!(share("0.25"), 0.25);
        assert_eq!(share("1"), 1.0);
        assert_eq!(share("\"100%\""), 1.0);
        assert!(share("-0.0").is_sign_positive());
    }

    #[test]
    fn faults_come_with_their_cure() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<Share>(toml).unwrap_err(), expected);
        };
        let start = "expected a share from 0% to 100%, found";
        let examples = "write, for example, \"99.9%\" or 0.999";
        check("25", &format!("{start} 25 | write per cent as \"25%\""));
        check("\"25\"", &format!("{start} \"25\" | write per cent as \"25%\""));
        check("\"0.25\"", &format!("{start} \"0.25\" | write \"0.25%\", or 0.25 without quotes"));
        check("\"100.1%\"", &format!("{start} \"100.1%\" | {examples}"));
        check("\"-1%\"", &format!("{start} \"-1%\" | {examples}"));
        check("nan", &format!("{start} NaN | {examples}"));
        check("inf", &format!("{start} inf | {examples}"));
        check("-0.1", &format!("{start} -0.1 | {examples}"));
    }
}
