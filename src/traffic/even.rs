//! Evenly spaced arrivals, exact to the nanosecond for ever.

use super::line::NEVER;

/// Arrivals at start + k/rate, each rounded down to the nanosecond.
///
/// The rate is a binary fraction, so nanoseconds per arrival are a quotient of integers; a
/// remainder is carried from arrival to arrival (Bresenham's line), and nothing drifts.
#[derive(Clone, Debug)]
pub(super) struct Even {
    next: u64,
    left: u64,
    step: u64,
    remainder: u64,
    step_remainder: u64,
    modulus: u64,
}

/// One arrival in 31 years: later than the end of time.
const SLOWEST: f64 = 1e-9;
/// Beyond this, arrivals share nanoseconds by the million.
const FASTEST: f64 = 1e15;

impl Even {
    /// For ever at `rate` per second; the first one 1/rate after the start of the run.
    pub(super) fn for_ever(rate: f64) -> Self {
        let mut even = Self::from(0, rate, u64::MAX);
        even.step_on();
        even
    }

    /// `count` at `rate` per second, the first one at `start`.
    pub(super) fn from(start: u64, rate: f64, count: u64) -> Self {
        let mut even = Self {
            next: start,
            left: count,
            step: NEVER,
            remainder: 0,
            step_remainder: 0,
            modulus: 1,
        };
        if rate >= SLOWEST {
            let (mantissa, exponent) = parts(rate.min(FASTEST));
            let shift = exponent.unsigned_abs();
            let (above, below) = match exponent < 0 {
                true => (1_000_000_000u128 << shift, mantissa),
                false => (1_000_000_000, mantissa << shift),
            };
            // Quotients beyond u64 do not occur: the rate is at least `SLOWEST`.
            even.step = (above / u128::from(below)) as u64;
            even.step_remainder = (above % u128::from(below)) as u64;
            even.modulus = below;
        }
        even
    }

    /// `count` at the very instant `at`.
    pub(super) fn together(at: u64, count: u64) -> Self {
        Self { step: 0, ..Self::from(at, 0.0, count) }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<u64> {
        if self.left == 0 || self.next >= NEVER {
            return None;
        }
        self.left -= 1;
        let at = self.next;
        self.step_on();
        Some(at)
    }

    #[inline]
    fn step_on(&mut self) {
        self.next += self.step;
        self.remainder += self.step_remainder;
        if self.remainder >= self.modulus {
            self.remainder -= self.modulus;
            self.next += 1;
        }
    }
}

/// A positive, normal `value` as an odd whole number times a power of two.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let zeros = mantissa.trailing_zeros();
    // A positive number's biased exponent has 11 bits.
    (mantissa >> zeros, (bits >> 52) as i32 - 1075 + zeros as i32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_kth_arrival_is_at_k_over_rate(millirate in 1u64..1 << 40, k in 1usize..5000) {
            // A rate of m/1024 per second is exact in binary.
            let rate = millirate as f64 / 1024.0;
            let mut even = Even::for_ever(rate);
            let found = std::iter::from_fn(|| even.next()).nth(k - 1);
            let exact = k as u128 * 1024 * 1_000_000_000 / u128::from(millirate);
            let exact = Some(exact).filter(|at| *at < u128::from(NEVER));
            prop_assert_eq!(found.map(u128::from), exact);
        }
    }

    #[test]
    fn a_third_of_a_second_does_not_drift() {
        let mut even = Even::for_ever(3.0);
        let mut at = 0;
        for _ in 0..3_000_000 {
            at = even.next().unwrap();
        }
        assert_eq!(at, 1_000_000 * 1_000_000_000);
    }

    #[test]
    fn slow_and_fast_ends() {
        assert_eq!(Even::for_ever(1e-12).next(), None);
        assert_eq!(Even::from(5, 1e300, 3).next(), Some(5));
        let mut two = Even::from(7, 1e9, 2);
        assert_eq!([two.next(), two.next(), two.next()], [Some(7), Some(8), None]);
    }
}
