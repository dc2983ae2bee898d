//! Exponential: a wait that does not remember how long it has lasted. CV 1.

use rand::Rng;

use super::Law;
use crate::engine::random::uniform;
use crate::engine::{Key, Stream};
use crate::language::units::PositiveDuration;
use crate::language::{Fields, Node, Problems, Read};

/// An exponential number with mean 1, from one draw: −ln U.
#[inline]
pub fn unit(rng: &mut impl Rng) -> f64 {
    minus_ln(uniform(rng))
}

/// Exponential numbers with mean 1 in sequence, the same as [`unit()`] gives one by one.
///
/// They are made in blocks: in a loop without branches, logarithms run two at a time, and ahead
/// of the arithmetic that would wait for them.
#[derive(Clone, Debug)]
pub struct Units {
    block: [f64; BLOCK],
    next: usize,
    stream: Stream,
}

const BLOCK: usize = 32;

impl Units {
    /// The next number.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        if self.next == BLOCK {
            self.refill();
        }
        let unit = self.block[self.next];
        self.next += 1;
        unit
    }

    fn refill(&mut self) {
        for slot in &mut self.block {
            *slot = uniform(&mut self.stream);
        }
        for slot in &mut self.block {
            *slot = minus_ln(*slot);
        }
        self.next = 0;
    }
}

impl From<Key> for Units {
    fn from(key: Key) -> Self {
        Self { block: [0.0; BLOCK], next: BLOCK, stream: Stream::from(key) }
    }
}

/// −ln x for a positive, normal x: bit for bit `-libm::log(x)`, without its branches.
///
/// The reduction and the polynomial are those of fdlibm's `e_log.c`, as in `libm`. (Copyright ©
/// 1993 Sun Microsystems, Inc.; permission to use, copy, modify and distribute is freely granted,
/// provided that this notice is preserved.) Error below one unit in the last place.
#[inline]
fn minus_ln(x: f64) -> f64 {
    // x = 2ᵏ (1 + f) with √½ < 1 + f < √2.
    const SQRT_HALF: u64 = 0x3fe6_a09e << 32;
    const ONE: u64 = 0x3ff0_0000 << 32;
    let bits = x.to_bits() + (ONE - SQRT_HALF);
    // The biased exponent as the last digits of a number beyond 2⁵²: exact, and no conversion.
    let k =
        f64::from_bits(0x4330_0000_0000_0000 | (bits >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits((bits & ((1 << 52) - 1)) + SQRT_HALF) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (L[1] + w * (L[3] + w * L[5]));
    let odd = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    let rest = odd + even;
    -(s * (half_square + rest) + k * LN2_LOW - half_square + f + k * LN2_HIGH)
}

#[expect(clippy::excessive_precision, reason = "the digits as published")]
const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
#[expect(clippy::excessive_precision, reason = "the digits as published")]
const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
#[expect(clippy::excessive_precision, reason = "the digits as published")]
const L: [f64; 7] = [
    6.666_666_666_666_735_130e-1,
    3.999_999_999_940_941_908e-1,
    2.857_142_874_366_239_149e-1,
    2.222_219_843_214_978_396e-1,
    1.818_357_216_161_805_012e-1,
    1.531_383_769_920_937_332e-1,
    1.479_819_860_511_658_591e-1,
];

/// Exponential with this mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// Exponential with mean `mean`.
    pub fn new(mean: f64) -> Self {
        Self { mean }
    }
}

/// `{ mean = "3ms" }`
impl Read for Exponential {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.required::<PositiveDuration>("mean", problems);
        fields.finish(problems);
        Some(Self::new(mean?.0.ns() as f64))
    }
}

impl Law for Exponential {
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.mean * unit(rng)
    }
    #[inline]
    fn sample_each<R: Rng, const N: usize>(&self, rngs: [R; N]) -> [f64; N] {
        // In a loop of its own without branches, logarithms run two at a time.
        let mut numbers = rngs.map(|mut rng| uniform(&mut rng));
        for number in &mut numbers {
            *number = self.mean * minus_ln(*number);
        }
        numbers
    }
    fn mean(&self) -> f64 {
        self.mean
    }
    fn cv2(&self) -> f64 {
        1.0
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(-self.mean * libm::log1p(-p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_libms_to_the_last_bit() {
        let mut stream = Stream::from(Key::new(1, 0, "logarithm"));
        let near_ends = (0..2000).flat_map(|i| {
            let step = f64::from(2 * i + 1) / (1u64 << 54) as f64;
            [step, 1.0 - step, 0.5 + step, 0.5 - step]
        });
        let anywhere = std::iter::repeat_with(|| uniform(&mut stream)).take(1_000_000);
        for x in near_ends.chain(anywhere).chain((0..54).map(|k| libm::exp2(-f64::from(k)))) {
            // A zero may have either sign: adding zero makes it positive.
            assert_eq!((minus_ln(x) + 0.0).to_bits(), (0.0 - libm::log(x)).to_bits(), "{x}");
        }
    }

    #[test]
    fn blocks_give_the_same_numbers_as_single_draws() {
        let key = Key::new(1, 0, "blocks");
        let (mut blocks, mut stream) = (Units::from(key), Stream::from(key));
        for _ in 0..100 {
            assert_eq!(blocks.draw(), unit(&mut stream));
        }
    }
}
