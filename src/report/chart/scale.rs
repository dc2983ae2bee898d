//! From values to places along an axis, and the round values to label there.

use super::words::{self, Quantity};

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// The value.
    pub(super) at: f64,
    /// What stands beside it.
    pub(super) label: String,
}

/// How an axis spreads its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// Equal steps for equal differences.
    Linear {
        /// Value at the axis's start.
        low: f64,
        /// Value at its end; above `low`.
        high: f64,
    },
    /// Equal steps for equal ratios.
    Log {
        /// Value at the axis's start; above zero.
        low: f64,
        /// Value at its end; above `low`.
        high: f64,
    },
}

/// Values beyond this are drawn at the edge: their differences would overflow.
const LARGEST: f64 = 1e150;
/// Positive values below this are drawn at the edge of a log axis.
const SMALLEST: f64 = 1e-150;

impl Scale {
    /// Where `value` lies: 0 at the start, 1 at the end; values outside, at the nearer end.
    pub(super) fn share(self, value: f64) -> f64 {
        let share = match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Log { low, high } => {
                let (low, high) = (libm::log10(low), libm::log10(high));
                (libm::log10(value.max(SMALLEST)) - low) / (high - low)
            }
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// A linear axis over the finite ones of `values`, its ends on round values. It starts at zero
    /// unless the values lie close together far from it.
    pub(super) fn linear(quantity: Quantity, values: &[f64], steps: usize) -> Self {
        let (min, max) = extent(values).unwrap_or((0.0, 1.0));
        let (min, max) = (min.max(-LARGEST), max.min(LARGEST));
        let (mut low, mut high) = if min >= 0.0 && min <= 0.6 * max {
            (0.0, max)
        } else {
            let pad = ((max - min) * 0.05).max(max.abs().max(min.abs()) * 0.01);
            (if min >= 0.0 { (min - pad).max(0.0) } else { min - pad }, max + pad)
        };
        if high <= low {
            (low, high) = (low.min(0.0), low + 1.0);
        }
        let step = step(quantity, high - low, steps);
        // Room above all of it would be nothing's.
        let whole = quantity == Quantity::Share && max <= 1.0;
        let ceiling = if whole { 1.0 } else { f64::INFINITY };
        Self::Linear {
            low: (low / step + 1e-9).floor() * step,
            high: ((high / step - 1e-9).ceil() * step).min(ceiling),
        }
    }

    /// A log axis over the positive, finite ones of `values`, its ends on round values at least a
    /// factor of ten apart.
    pub(super) fn log(quantity: Quantity, values: &[f64]) -> Self {
        let positive: Vec<f64> = values.iter().copied().filter(|&v| v > 0.0).collect();
        let (min, max) = extent(&positive).unwrap_or((1.0, 10.0));
        let (min, max) = (min.clamp(SMALLEST, LARGEST), max.clamp(SMALLEST, LARGEST));
        let marks = marks(quantity, min / 10.0, max * 10.0);
        let below = |limit: f64| marks.iter().map(|m| m.0).rfind(|&m| m <= limit * (1.0 + 1e-9));
        let above = |limit: f64| marks.iter().map(|m| m.0).find(|&m| m >= limit * (1.0 - 1e-9));
        let mut low = below(min).unwrap_or(min);
        let mut high = above(max).unwrap_or(max);
        if high < low * 9.99 {
            let middle = (min * max).sqrt();
            low = low.min(below(middle / 3.2).unwrap_or(low));
            high = high.max(above(low * 10.0).unwrap_or(low * 10.0));
        }
        Self::Log { low, high }
    }

    /// Round values to label, at most about `room` of them.
    pub(super) fn ticks(self, quantity: Quantity, room: usize) -> Vec<Tick> {
        match self {
            Self::Linear { low, high } => {
                let step = step(quantity, high - low, room.max(1));
                let first = (low / step - 1e-9).ceil();
                let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 200.0) as usize;
                (0..=count)
                    .map(|i| (first + i as f64) * step)
                    .map(|at| Tick { at, label: words::value(quantity, at) })
                    .collect()
            }
            Self::Log { low, high } => log_ticks(quantity, low, high, room)
                .into_iter()
                .map(|at| Tick { at, label: words::value(quantity, at) })
                .collect(),
        }
    }
}

/// The least and the greatest of the finite values.
pub(super) fn extent(values: &[f64]) -> Option<(f64, f64)> {
    values.iter().filter(|v| v.is_finite()).fold(None, |range, &v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// The round step at which `range` has at most `count` steps.
pub(super) fn step(quantity: Quantity, range: f64, count: usize) -> f64 {
    let least = (range / count as f64).max(1e-300);
    match quantity {
        Quantity::Number | Quantity::PerSecond | Quantity::Share => round_up(least),
        Quantity::Duration if least <= 0.5 => round_up(least),
        Quantity::Duration => CLOCK_STEPS
            .into_iter()
            .find(|&step| step >= least * (1.0 - 1e-9))
            .unwrap_or_else(|| round_up(least / DAY) * DAY),
    }
}

/// Seconds in a day.
pub(super) const DAY: f64 = 86_400.0;

/// Steps of time, in seconds, that divide the next larger unit.
const CLOCK_STEPS: [f64; 18] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0,
    10_800.0, 21_600.0, 43_200.0, DAY,
];

/// The least of 1, 2 and 5 times a power of ten that reaches `value`.
fn round_up(value: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(value).floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|&round| round >= value * (1.0 - 1e-9))
        .unwrap_or(value)
}

/// Round values of a log axis from `low` to `high`, ascending, each with its rank: 0 for decades
/// (for durations, 1 s, 10 s, 1 min, 10 min, 1 h, 1 d and so on), 1 for the values between.
fn marks(quantity: Quantity, low: f64, high: f64) -> Vec<(f64, u8)> {
    /// Durations from a second to a day.
    const DURATIONS: [(f64, u8); 18] = [
        (1.0, 0),
        (2.0, 1),
        (5.0, 1),
        (10.0, 0),
        (20.0, 1),
        (30.0, 1),
        (60.0, 0),
        (120.0, 1),
        (300.0, 1),
        (600.0, 0),
        (1_200.0, 1),
        (1_800.0, 1),
        (3_600.0, 0),
        (7_200.0, 1),
        (18_000.0, 1),
        (36_000.0, 1),
        (DAY, 0),
        (2.0 * DAY, 1),
    ];
    let decades = |unit: f64, from: f64, to: f64| {
        let first = libm::log10(from / unit).floor() as i32 - 1;
        let last = libm::log10(to / unit).ceil() as i32 + 1;
        (first..=last).flat_map(move |power| {
            let decade = libm::pow(10.0, f64::from(power)) * unit;
            [(decade, 0), (2.0 * decade, 1), (5.0 * decade, 1)]
        })
    };
    let all: Vec<(f64, u8)> = match quantity {
        Quantity::Duration => decades(1.0, low.min(1.0), 1.0)
            .filter(|m| m.0 < 0.999)
            .chain(DURATIONS)
            .chain(decades(DAY, DAY, high.max(DAY)).filter(|m| m.0 > 2.001 * DAY))
            .collect(),
        Quantity::Number | Quantity::PerSecond | Quantity::Share => {
            decades(1.0, low, high).collect()
        }
    };
    let (low, high) = (low * (1.0 - 1e-9), high * (1.0 + 1e-9));
    all.into_iter().filter(|m| (low..=high).contains(&m.0)).collect()
}

/// Round values that leave each its share of the room: all of them if they have it, else decades.
fn log_ticks(quantity: Quantity, low: f64, high: f64, room: usize) -> Vec<f64> {
    let scale = Scale::Log { low, high };
    let gap = 0.999 / room.max(1) as f64;
    let far = |a: f64, b: f64| (scale.share(a) - scale.share(b)).abs() >= gap;
    let marks = marks(quantity, low, high);
    let all: Vec<f64> = marks.iter().map(|m| m.0).collect();
    if all.windows(2).all(|pair| far(pair[0], pair[1])) {
        return all;
    }
    let decades: Vec<f64> = marks.iter().filter(|m| m.1 == 0).map(|m| m.0).collect();
    let mut some: Vec<f64> = match quantity {
        Quantity::Duration => {
            // Decades of time are unequal steps: whole units first, then what fits between.
            let (units, rest): (Vec<f64>, Vec<f64>) = decades
                .iter()
                .partition(|at| UNITS.iter().any(|unit| (*at / unit - 1.0).abs() < 1e-9));
            units.into_iter().chain(rest).fold(Vec::new(), |mut kept, at| {
                if kept.iter().all(|&other| far(at, other)) {
                    kept.push(at);
                }
                kept
            })
        }
        Quantity::Number | Quantity::PerSecond | Quantity::Share => (1..=decades.len())
            .map(|every| decades.iter().copied().step_by(every).collect::<Vec<f64>>())
            .find(|some| some.windows(2).all(|pair| far(pair[0], pair[1])))
            .unwrap_or_default(),
    };
    some.sort_by(f64::total_cmp);
    if some.len() > 1 {
        return some;
    }
    // Fewer than two decades fit: the ends are round values too.
    match (all.first(), all.last()) {
        (Some(&first), Some(&last)) if first < last => vec![first, last],
        _ => all,
    }
}

/// Units of time in seconds, the most telling first.
const UNITS: [f64; 7] = [1.0, 3_600.0, 1e-3, DAY, 60.0, 1e-6, 1e-9];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Scale, quantity: Quantity, room: usize) -> Vec<String> {
        scale.ticks(quantity, room).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        let scale = Scale::linear(Quantity::PerSecond, &[0.0, 5_720.0], 5);
        assert_eq!(scale, Scale::Linear { low: 0.0, high: 6_000.0 });
        assert_eq!(labels(scale, Quantity::PerSecond, 5), ["0/s", "2,000/s", "4,000/s", "6,000/s"]);
    }

    #[test]
    fn durations_have_decades_of_their_own() {
        let scale = Scale::log(Quantity::Duration, &[0.0012, 9_000.0]);
        assert_eq!(scale, Scale::Log { low: 0.001, high: 18_000.0 });
        assert_eq!(
            labels(scale, Quantity::Duration, 12),
            ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h"]
        );
    }

    #[test]
    fn a_constant_still_has_an_axis() {
        assert_eq!(
            Scale::linear(Quantity::Number, &[0.0], 5),
            Scale::Linear { low: 0.0, high: 1.0 }
        );
        let Scale::Log { low, high } = Scale::log(Quantity::Duration, &[3.0, 3.0]) else {
            panic!("a log axis was asked for");
        };
        assert!(low < 3.0 && high > 3.0 && high / low >= 9.99);
    }

    proptest! {
        #[test]
        fn any_values_make_a_finite_axis(values in prop::collection::vec(any::<f64>(), 0..6)) {
            for quantity in
                [Quantity::Number, Quantity::PerSecond, Quantity::Duration, Quantity::Share]
            {
                for scale in [Scale::linear(quantity, &values, 5), Scale::log(quantity, &values)] {
                    let ticks = scale.ticks(quantity, 6);
                    prop_assert!(ticks.len() <= 14, "{scale:?} has {} ticks", ticks.len());
                    prop_assert!(!ticks.is_empty(), "{scale:?} has no tick");
                    for value in &values {
                        prop_assert!((0.0..=1.0).contains(&scale.share(*value)));
                    }
                }
            }
        }
    }
}
