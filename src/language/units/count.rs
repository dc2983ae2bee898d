//! Whole numbers: `40`, `1_000_000`, `"1M"`.

use super::decimal::{Decimal, NotDecimal};
use super::rate::{PREFIXES, prefix_hint};
use super::{Fault, settle};
use crate::language::document::{Node, Value};
use crate::language::format;
use crate::language::problem::Problems;
use crate::language::read::Read;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<const MIN: u64, const MAX: u64>(pub u64);

/// How many there are: at least one, at most a million million.
pub type Count = Whole<1, COUNT_MAX>;

/// How many there are, perhaps none.
pub type CountOrZero = Whole<0, COUNT_MAX>;

const COUNT_MAX: u64 = 1_000_000_000_000;

/// An upper end that nobody comes near is not worth naming to someone who wrote something else.
const NAMED_MAX: u64 = 1_000_000;

/// Without an example: how many are usual depends on what they are of, see
/// [`Fields::required_like`](crate::language::Fields::required_like).
impl<const MIN: u64, const MAX: u64> Read for Whole<MIN, MAX> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        settle(whole(node, MIN, MAX).map(Self), node, problems)
    }
}

/// Any whole number of zero or more, for seeds.
impl Read for u64 {
    const EXAMPLE: &'static str = "1";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        settle(whole(node, 0, u64::MAX), node, problems)
    }
}

fn whole(node: &Node, min: u64, max: u64) -> Result<u64, Fault> {
    let number = match &node.value {
        Value::Integer(number) => {
            u64::try_from(*number).map_err(|_| Fault::new(expected(min, max)))?
        }
        Value::Float(number) => of_float(*number).ok_or_else(|| Fault::new(expected(min, max)))?,
        Value::String(text) => of_text(text, min, max)?,
        Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
            return Err(Fault::new(expected(min, max)));
        }
    };
    if number > max {
        return Err(Fault::new(format!("a whole number of at most {}", format::count(max))));
    }
    if number < min { Err(Fault::new(expected(min, max))) } else { Ok(number) }
}

/// `1e6` is whole, `1.5` is not; beyond 2⁵³ a float no longer tells whole numbers apart.
fn of_float(number: f64) -> Option<u64> {
    let whole = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    whole.then_some(number as u64)
}

fn of_text(text: &str, min: u64, max: u64) -> Result<u64, Fault> {
    let bad = || Fault::new(expected(min, max));
    let (number, rest) = Decimal::split(text.trim()).map_err(|reason| match reason {
        NotDecimal::Malformed if text.contains(',') => {
            bad().hint("write 1000 or 1_000 rather than 1,000")
        }
        NotDecimal::Missing
        | NotDecimal::Negative
        | NotDecimal::Malformed
        | NotDecimal::TooLong => bad(),
    })?;
    let letter = rest.trim();
    let Some(&(_, power)) = PREFIXES.iter().find(|(known, _)| *known == letter) else {
        return Err(bad().hint(prefix_hint(letter)));
    };
    number.times_exactly(10_u64.pow(power.unsigned_abs())).ok_or_else(bad)
}

fn expected(min: u64, max: u64) -> String {
    match (min, max) {
        (min, max) if max <= NAMED_MAX => {
            format!("a whole number from {} to {}", format::count(min), format::count(max))
        }
        (0, _) => "a whole number of zero or more".to_owned(),
        (min, _) => format!("a whole number of at least {}", format::count(min)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::units::read_text;

    #[test]
    fn whole_numbers_have_many_spellings() {
        let count = |toml: &str| read_text::<Count>(toml).unwrap().0;
        assert_eq!(count("40"), 40);
        assert_eq!(count("1_000_000"), 1_000_000);
        assert_eq!(count("1e6"), 1_000_000);
        assert_eq!(count("\"1M\""), 1_000_000);
        assert_eq!(count("\"1.5k\""), 1500);
        assert_eq!(count("\"1 B\""), 1_000_000_000);
        assert_eq!(read_text::<CountOrZero>("0").unwrap().0, 0);
        assert_eq!(read_text::<u64>("9223372036854775807").unwrap(), i64::MAX as u64);
        assert_eq!(read_text::<u64>("\"18446744073709551615\"").unwrap(), u64::MAX);
    }

    #[test]
    fn faults_name_the_end_that_was_passed() {
        let check = |toml: &str, expected: &str| {
            assert_eq!(read_text::<Count>(toml).unwrap_err(), expected);
        };
        let least = "expected a whole number of at least 1, found";
        check("0", &format!("{least} 0"));
        check("-3", &format!("{least} -3"));
        check("1.5", &format!("{least} 1.5"));
        check("\"many\"", &format!("{least} \"many\""));
        check("\"1.0005k\"", &format!("{least} \"1.0005k\""));
        check("inf", &format!("{least} inf"));
        check("\"1,000\"", &format!("{least} \"1,000\" | write 1000 or 1_000 rather than 1,000"));
        check("\"1001B\"", "expected a whole number of at most 1,000,000,000,000, found \"1001B\"");
        check("\"999999999999999999999999B\"", &format!("{least} \"999999999999999999999999B\""));
        let range = "expected a whole number from 2 to 100, found";
        assert_eq!(read_text::<Whole<2, 100>>("1").unwrap_err(), format!("{range} 1"));
    }
}
