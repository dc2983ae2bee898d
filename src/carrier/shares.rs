//! How traffic divides over the carriers of a group.

use crate::engine::Draws;
use crate::engine::random::uniform;
use crate::language::{Choice, Fields, Node, NonNegative, Problems, Read};

/// The law as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SharesSpec {
    /// The same for all.
    #[default]
    Equal,
    /// The kth largest has a share in proportion to k⁻ˢ.
    Zipf(f64),
    /// In proportion to these weights, one for each carrier.
    Weights(Vec<f64>),
}

impl Read for SharesSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["equal", "zipf", "weights"], problems)?;
        match choice.name {
            "equal" => choice.without_settings(problems).map(|()| Self::Equal),
            "zipf" => {
                let mut fields = Fields::open(choice.settings(problems)?, problems)?;
                let exponent = fields.or("exponent", NonNegative(1.0), problems);
                fields.finish(problems);
                Some(Self::Zipf(exponent?.0))
            }
            _ => {
                let node = choice.settings(problems)?;
                let weights = Vec::<NonNegative>::read(node, problems)?;
                if !weights.iter().any(|weight| weight.0 > 0.0) {
                    problems.add(node.place, "expected at least one weight above 0");
                    return None;
                }
                if !weights.iter().map(|weight| weight.0).sum::<f64>().is_finite() {
                    problems.add(node.place, "expected weights with a sum that is finite");
                    return None;
                }
                Some(Self::Weights(weights.into_iter().map(|weight| weight.0).collect()))
            }
        }
    }
}

/// The shares of `n` carriers, ready to draw from by inversion: a message's uniform number picks
/// its carrier, so that the same message goes to the same carrier in every option.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// The sum of shares up to and with each carrier.
    cumulative: Vec<f64>,
    /// For each nth part of the unit interval, the first carrier whose sum passes its start.
    guide: Vec<u32>,
}

impl Shares {
    /// The shares of `count` carriers under `spec`.
    ///
    /// # Panics
    /// If `count` is 0, or weights are given that are not `count` in number.
    pub fn new(spec: &SharesSpec, count: u32) -> Self {
        let weights: Vec<f64> = match spec {
            SharesSpec::Equal => vec![1.0; count as usize],
            SharesSpec::Zipf(s) => (1..=count).map(|k| libm::pow(f64::from(k), -s)).collect(),
            SharesSpec::Weights(weights) => weights.clone(),
        };
        assert!(count > 0 && weights.len() == count as usize, "a weight for each carrier");
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let cumulative: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight / total;
                sum
            })
            .collect();
        let guide = (0..count)
            .map(|part| {
                let start = f64::from(part) / f64::from(count);
                cumulative.partition_point(|&sum| sum <= start) as u32
            })
            .collect();
        Self { cumulative, guide }
    }

    /// The share of carrier `index`.
    pub fn of(&self, index: u32) -> f64 {
        let before = if index == 0 { 0.0 } else { self.cumulative[index as usize - 1] };
        self.cumulative[index as usize] - before
    }

    /// The carrier of a message.
    #[inline]
    pub fn pick(&self, mut draws: Draws) -> u32 {
        let last = self.cumulative.len() - 1;
        if last == 0 {
            return 0;
        }
        let u = uniform(&mut draws);
        let mut at = self.guide[(u * self.guide.len() as f64) as usize] as usize;
        // The sums end at 1 but for rounding; the last carrier takes what is left.
        while at < last && self.cumulative[at] <= u {
            at += 1;
        }
        at.min(last) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Key, Luck, Purpose};

    #[test]
    fn zipf_shares_are_drawn_as_they_say() {
        let shares = Shares::new(&SharesSpec::Zipf(1.1), 40);
        let purpose = Purpose::from(Key::new(1, 0, "route"));
        let n = 400_000;
        let mut seen = [0u32; 40];
        for number in 0..n {
            let luck = Luck::of_message(Key::new(1, 0, "m"), number);
            seen[shares.pick(luck.draws(purpose)) as usize] += 1;
        }
        let chi: f64 = (0..40u32)
            .map(|i| {
                let expected = shares.of(i) * n as f64;
                let off = f64::from(seen[i as usize]) - expected;
                off * off / expected
            })
            .sum();
        // χ² with 39 degrees of freedom: 81.6 is its 99.99 % point.
        assert!(chi < 81.6, "χ² = {chi}");
        assert!((shares.of(0) / shares.of(1) - libm::pow(2.0, 1.1)).abs() < 1e-9);
    }

    #[test]
    fn a_weight_of_zero_gets_nothing() {
        let shares = Shares::new(&SharesSpec::Weights(vec![0.0, 1.0, 0.0]), 3);
        let purpose = Purpose::from(Key::new(1, 0, "route"));
        assert!((0..1000).all(|number| {
            shares.pick(Luck::of_message(Key::new(1, 0, "m"), number).draws(purpose)) == 1
        }));
    }
}
