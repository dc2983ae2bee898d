//! Decimal numbers read exactly, so that `1.1s` is 1,100,000,000 ns and not a float's neighbour.

/// `digits` / 10^`decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: u128,
    decimals: u32,
}

/// Why a text does not begin with a number that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotDecimal {
    /// No digit stands there.
    Missing,
    /// It starts with a minus.
    Negative,
    /// Underscores or points are not between digits, or commas are used.
    Malformed,
    /// It has more than 24 digits.
    TooLong,
}

/// More digits say nothing, and fewer keep all sums within 128 bits.
const DIGITS_MAX: u32 = 24;

impl Decimal {
    /// The number at the start of `text` (`12`, `1_000`, `0.25`), and the text after it.
    pub(super) fn split(text: &str) -> Result<(Self, &str), NotDecimal> {
        if text.starts_with('-') {
            return Err(NotDecimal::Negative);
        }
        let len = text
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '_' | '.' | ','))
            .unwrap_or(text.len());
        let (number, rest) = text.split_at(len);
        if number.is_empty() {
            return Err(NotDecimal::Missing);
        }
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (number, None),
        };
        if !well_formed(whole) || !fraction.is_none_or(well_formed) {
            return Err(NotDecimal::Malformed);
        }
        let digits_of = |part: &str| part.bytes().filter(u8::is_ascii_digit).count() as u32;
        let decimals = fraction.map_or(0, digits_of);
        if digits_of(whole).saturating_add(decimals) > DIGITS_MAX {
            return Err(NotDecimal::TooLong);
        }
        let digits = number
            .bytes()
            .filter(u8::is_ascii_digit)
            .fold(0, |sum: u128, digit| sum * 10 + u128::from(digit - b'0'));
        Ok((Self { digits, decimals }, rest))
    }

    /// The double nearest to this times 10^`shift`.
    pub(super) fn to_f64(self, shift: i32) -> f64 {
        let exponent = shift - self.decimals as i32;
        format!("{}e{exponent}", self.digits).parse().expect("digits and an exponent are a number")
    }

    /// This times `unit`, rounded half up to a whole number; `None` beyond 64 bits. `unit` is at
    /// most 10^14.
    pub(super) fn times(self, unit: u64) -> Option<u64> {
        debug_assert!(unit <= 100_000_000_000_000);
        let divisor = 10_u128.pow(self.decimals);
        let product = self.digits * u128::from(unit);
        u64::try_from((product + divisor / 2) / divisor).ok()
    }

    /// This times `unit` if that is a whole number within 64 bits.
    pub(super) fn times_exactly(self, unit: u64) -> Option<u64> {
        let divisor = 10_u128.pow(self.decimals);
        let product = self.digits * u128::from(unit);
        if product.is_multiple_of(divisor) { u64::try_from(product / divisor).ok() } else { None }
    }

    pub(super) fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub(super) fn is_whole(self) -> bool {
        self.digits.is_multiple_of(10_u128.pow(self.decimals))
    }
}

/// Digits, with single underscores between them.
fn well_formed(part: &str) -> bool {
    let run = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    part.split('_').all(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Decimal {
        Decimal::split(text).unwrap().0
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(split("1.1").times(1_000_000_000), Some(1_100_000_000));
        assert_eq!(split("0.1").to_f64(3), 100.0);
        assert_eq!(split("99.9").to_f64(-2), 0.999);
        assert_eq!(split("1_000.5").times(2), Some(2001));
        assert_eq!(split("0.4").times(1), Some(0));
        assert_eq!(split("0.5").times(1), Some(1));
        assert_eq!(split("1.5").times_exactly(1000), Some(1500));
        assert_eq!(split("1.5").times_exactly(1), None);
        assert_eq!(split("999999999999999999999999").times(100_000_000_000_000), None);
    }

    #[test]
    fn malformed_numbers_are_told_apart() {
        assert_eq!(Decimal::split("s"), Err(NotDecimal::Missing));
        assert_eq!(Decimal::split("-1"), Err(NotDecimal::Negative));
        for text in ["1__0", "_1", "1_", "1.", ".5", "1.2.3", "1,000"] {
            assert_eq!(Decimal::split(text), Err(NotDecimal::Malformed), "{text}");
        }
        assert_eq!(Decimal::split("1000000000000000000000000"), Err(NotDecimal::TooLong));
    }
}
