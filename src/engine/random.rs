//! Random numbers that depend on what they are for, never on when they are drawn.
//!
//! Every entity and purpose has a *key*, made from the seed, the replication and a name such as
//! `"service/api/work"`. A key opens either a [`Stream`] (drawn in sequence: arrival processes,
//! background states) or, together with a message's [`Luck`], a [`Draws`] (drawn by counter: the
//! message's own service demands, routing, patience). So adding an entity, or changing the order
//! in which messages are served, leaves everyone else's numbers alone.
//!
//! Generators: xoshiro256++ (Blackman & Vigna 2019) for streams, squares64 (Widynski 2020,
//! arXiv:2004.06278) for counters. Both are defined in integers and give the same numbers on any
//! machine.

use std::convert::Infallible;

use rand::{Rng, SeedableRng, TryRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The randomness of one entity and purpose in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

/// What a message (or one attempt of one of its calls) brings with it into every draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Luck(u64);

/// Numbers in sequence, for one entity and purpose.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

/// Numbers by counter, for one message and purpose.
#[derive(Clone, Debug)]
pub struct Draws {
    counter: u64,
    key: u64,
}

impl Key {
    /// The key of what `name` stands for, in replication `replication` under `seed`.
    pub fn new(seed: u64, replication: u32, name: &str) -> Self {
        let mut state = mix(seed ^ 0x9e37_79b9_7f4a_7c15);
        state = mix(state ^ u64::from(replication));
        for chunk in name.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state = mix(state ^ u64::from_le_bytes(word));
        }
        Self(mix(state ^ name.len() as u64))
    }

    /// The key for one of several numbered things that share a name.
    pub fn nth(self, index: u64) -> Self {
        Self(mix(self.0 ^ mix(index ^ 0xd1b5_4a32_d192_ed03)))
    }

    /// The key as squares64 wants it: odd, with digits that differ (its paper, section 4).
    fn irregular(self) -> u64 {
        let mut digits: [u64; 16] = std::array::from_fn(|i| i as u64);
        let mut choice = self.0;
        // A shuffle of the sixteen hexadecimal digits: no digit stands twice.
        for last in (1..16).rev() {
            digits.swap(last, (choice % (last as u64 + 1)) as usize);
            choice = mix(choice);
        }
        digits.iter().fold(0, |key, digit| key << 4 | digit) | 1
    }
}

impl Luck {
    /// The luck of the `number`th message of the source with key `source`.
    #[inline]
    pub fn of_message(source: Key, number: u64) -> Self {
        Self(mix(source.0.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
    }

    /// The luck of what this message causes next: `cause` is the key of the place that causes it,
    /// `index` tells apart what is caused there.
    #[inline]
    pub fn child(self, cause: Key, index: u64) -> Self {
        Self(mix(self.0 ^ cause.0.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
    }

    /// Whether this message is drawn when one in 2^`bits` is, by its luck and `key` alone.
    #[inline]
    pub fn is_one_in(self, key: Key, bits: u32) -> bool {
        mix(self.0 ^ key.0) >> (u64::BITS - bits) == 0
    }

    /// This message's numbers for the purpose prepared as `purpose`.
    #[inline]
    pub fn draws(self, purpose: Purpose) -> Draws {
        Draws { counter: self.0, key: purpose.0 }
    }
}

/// A key made ready for [`Luck::draws`]; make it once, not per message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose(u64);

impl From<Key> for Purpose {
    fn from(key: Key) -> Self {
        Self(key.irregular())
    }
}

impl From<Key> for Stream {
    fn from(key: Key) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(key.0))
    }
}

impl TryRng for Stream {
    type Error = Infallible;
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next_u64() >> 32) as u32)
    }
    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl TryRng for Draws {
    type Error = Infallible;
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }
    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = squares64(self.counter, self.key);
        self.counter = self.counter.wrapping_add(1);
        Ok(word)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// A number strictly between 0 and 1, with 52 bits: safe to take the logarithm of.
#[inline]
pub fn uniform(rng: &mut impl Rng) -> f64 {
    unit_interval(rng.next_u64())
}

/// The middle of one of 2⁵² equal parts: with a bit more, the last would round to 1.
#[inline]
fn unit_interval(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}

/// A whole number below `bound`, by multiplication (Lemire 2019); the bias is below 2⁻³² for
/// bounds up to 2³².
#[inline]
pub fn below(rng: &mut impl Rng, bound: u32) -> u32 {
    ((u128::from(rng.next_u64()) * u128::from(bound)) >> 64) as u32
}

/// The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
#[inline]
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Five rounds of squaring and rotating (Widynski 2020, `squares64`).
#[inline]
fn squares64(counter: u64, key: u64) -> u64 {
    let y = counter.wrapping_mul(key);
    let z = y.wrapping_add(key);
    let mut x = y;
    x = x.wrapping_mul(x).wrapping_add(y).rotate_left(32);
    x = x.wrapping_mul(x).wrapping_add(z).rotate_left(32);
    x = x.wrapping_mul(x).wrapping_add(y).rotate_left(32);
    x = x.wrapping_mul(x).wrapping_add(z);
    let t = x;
    x = x.rotate_left(32);
    t ^ (x.wrapping_mul(x).wrapping_add(y) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new(1, 0, name)
    }

    #[test]
    fn names_seeds_and_replications_give_different_numbers() {
        let base = Stream::from(key("a")).next_u64();
        for other in
            [Key::new(1, 0, "b"), Key::new(1, 1, "a"), Key::new(2, 0, "a"), key("a").nth(0)]
        {
            assert_ne!(base, Stream::from(other).next_u64());
        }
        assert_ne!(key("ab"), key("ab\0"));
        assert_eq!(base, Stream::from(key("a")).next_u64());
    }

    #[test]
    fn squares_is_five_rounds_written_out() {
        let (counter, key) = (7u64, 0x548c_9dec_bce6_5297_u64);
        let (y, swap) = (counter.wrapping_mul(key), |x: u64| x.rotate_right(32));
        let z = y.wrapping_add(key);
        let square = |x: u64, add: u64| x.wrapping_mul(x).wrapping_add(add);
        let four = square(swap(square(swap(square(swap(square(y, y)), z)), y)), z);
        let five = square(swap(four), y);
        assert_eq!(squares64(counter, key), four ^ five >> 32);
    }

    #[test]
    fn a_purpose_key_is_odd_and_without_repeats_but_for_the_last_digit() {
        for i in 0..100 {
            let key = key("x").nth(i).irregular();
            let mut digits: Vec<u64> = (1..16).map(|at| key >> (4 * at) & 15).collect();
            digits.sort_unstable();
            digits.dedup();
            assert_eq!((digits.len(), key & 1), (15, 1));
        }
    }

    #[test]
    fn draws_are_uniform_and_uncorrelated_between_neighbours() {
        let purpose = Purpose::from(key("work"));
        let n = 200_000u64;
        let draw = |i| uniform(&mut Luck::of_message(key("source"), i).draws(purpose));
        let (mut sum, mut squares, mut product) = (0.0, 0.0, 0.0);
        for i in 0..n {
            let (u, v) = (draw(i) - 0.5, draw(i + 1) - 0.5);
            (sum, squares, product) = (sum + u, squares + u * u, product + u * v);
        }
        let n = n as f64;
        // Five standard errors of each mean: sd of u is 1/√12, of u² 1/√180, of uv 1/12.
        assert!((sum / n).abs() < 5.0 * (1.0 / 12.0 / n).sqrt());
        assert!((squares / n - 1.0 / 12.0).abs() < 5.0 * (1.0 / 180.0 / n).sqrt());
        assert!((product / n).abs() < 5.0 * (1.0 / 144.0 / n).sqrt());
    }

    #[test]
    fn uniform_reaches_neither_end() {
        assert!(unit_interval(0) > 0.0 && unit_interval(u64::MAX) < 1.0);
    }

    #[test]
    fn below_covers_its_range_evenly() {
        let mut stream = Stream::from(key("below"));
        let mut seen = [0u32; 7];
        for _ in 0..70_000 {
            seen[below(&mut stream, 7) as usize] += 1;
        }
        // χ² with 6 degrees of freedom: 27.9 is its 99.99 % point.
        let chi: f64 = seen.iter().map(|&n| f64::from(n) - 1e4).map(|off| off * off / 1e4).sum();
        assert!(chi < 27.9, "{seen:?}");
    }
}
