//! Whether a figure with an interval keeps to a limit: met, not met, or not to be told.

use super::estimate::{Estimate, Interval};

/// What a figure may be at most, or has to be at least, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// At most so much.
    AtMost(f64),
    /// At least so much.
    AtLeast(f64),
}

/// How near a limit it no longer matters on which side a figure lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    /// In shares of the limit.
    pub relative: f64,
    /// In the limit's unit; the wider of the two counts.
    pub floor: f64,
}

/// The answer for one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The whole interval is on the right side, the limit itself included.
    Met,
    /// The whole interval is on the wrong side.
    NotMet,
    /// The limit lies inside the interval: more replications can tell.
    Undecided,
    /// The limit lies inside the interval, and the interval inside the zone of indifference: the
    /// figure is *at* the limit, and more replications are not worth their while.
    Marginal,
}

impl Zone {
    /// 2 % of the limit.
    pub const STANDARD: Self = Self { relative: 0.02, floor: 0.0 };

    /// The half-width of the zone around `limit`.
    fn around(self, limit: f64) -> f64 {
        (self.relative * limit.abs()).max(self.floor)
    }
}

impl Limit {
    /// The limit's figure.
    pub fn value(self) -> f64 {
        match self {
            Self::AtMost(limit) | Self::AtLeast(limit) => limit,
        }
    }

    /// How far `estimate` is on the right side of the limit, in its unit; negative on the wrong
    /// side.
    pub fn margin(self, estimate: &Estimate) -> Estimate {
        let flip = |Interval { low, high }: Interval, limit: f64| Interval {
            low: limit - high,
            high: limit - low,
        };
        let shift = |Interval { low, high }: Interval, limit: f64| Interval {
            low: low - limit,
            high: high - limit,
        };
        match self {
            Self::AtMost(limit) => Estimate {
                value: limit - estimate.value,
                interval: estimate.interval.map(|interval| flip(interval, limit)),
                ..*estimate
            },
            Self::AtLeast(limit) => Estimate {
                value: estimate.value - limit,
                interval: estimate.interval.map(|interval| shift(interval, limit)),
                ..*estimate
            },
        }
    }
}

/// Holds `estimate` against `limit`. Without an interval (one replication) it is undecided; where
/// nothing is random, give [`Estimate::exact`].
pub fn decide(estimate: &Estimate, limit: Limit, zone: Zone) -> Decision {
    let margin = limit.margin(estimate);
    let (Some(Interval { low, high }), Some(half_width)) = (margin.interval, margin.half_width())
    else {
        return Decision::Undecided;
    };
    if low >= 0.0 {
        Decision::Met
    } else if high < 0.0 {
        Decision::NotMet
    } else if half_width <= zone.around(limit.value()) {
        Decision::Marginal
    } else {
        Decision::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(low: f64, high: f64) -> Estimate {
        let interval = Some(Interval { low, high });
        Estimate { value: 0.5 * (low + high), interval, replications: 10 }
    }

    fn decide_at(low: f64, high: f64, limit: Limit) -> Decision {
        decide(&between(low, high), limit, Zone::STANDARD)
    }

    #[test]
    fn the_whole_interval_decides() {
        let at_most = Limit::AtMost(100.0);
        assert_eq!(decide_at(80.0, 100.0, at_most), Decision::Met);
        assert_eq!(decide_at(100.1, 120.0, at_most), Decision::NotMet);
        assert_eq!(decide_at(90.0, 110.0, at_most), Decision::Undecided);
        assert_eq!(decide_at(98.5, 102.0, at_most), Decision::Marginal);
        let at_least = Limit::AtLeast(0.95);
        assert_eq!(decide_at(0.95, 0.97, at_least), Decision::Met);
        assert_eq!(decide_at(0.90, 0.949, at_least), Decision::NotMet);
        assert_eq!(decide_at(0.90, 0.96, at_least), Decision::Undecided);
        assert_eq!(decide_at(0.94, 0.96, at_least), Decision::Marginal);
    }

    #[test]
    fn infinite_figures_are_decided_too() {
        let limit = Limit::AtMost(10.0);
        let sure = Estimate::exact(f64::INFINITY, 10);
        assert_eq!(decide(&sure, limit, Zone::STANDARD), Decision::NotMet);
        let interval = Some(Interval { low: 9.0, high: f64::INFINITY });
        let doubtful = Estimate { interval, ..sure };
        assert_eq!(decide(&doubtful, limit, Zone::STANDARD), Decision::Undecided);
    }

    #[test]
    fn one_replication_is_undecided_unless_nothing_is_random() {
        let single = Estimate { interval: None, replications: 1, ..between(1.0, 1.0) };
        assert_eq!(decide(&single, Limit::AtMost(2.0), Zone::STANDARD), Decision::Undecided);
        let exact = Estimate::exact(1.0, 1);
        assert_eq!(decide(&exact, Limit::AtMost(1.0), Zone::STANDARD), Decision::Met);
    }

    #[test]
    fn the_zone_has_a_floor_for_limits_of_zero() {
        let zone = Zone { relative: 0.02, floor: 1e-4 };
        let unseen = Estimate { value: 0.0, ..between(0.0, 5e-5) };
        assert_eq!(decide(&unseen, Limit::AtMost(0.0), zone), Decision::Marginal);
        assert_eq!(decide(&unseen, Limit::AtMost(0.0), Zone::STANDARD), Decision::Undecided);
    }

    #[test]
    fn a_margin_is_positive_on_the_right_side() {
        let margin = Limit::AtMost(10.0).margin(&between(6.0, 8.0));
        assert_eq!((margin.value, margin.interval), (3.0, between(2.0, 4.0).interval));
        let margin = Limit::AtLeast(10.0).margin(&between(6.0, 8.0));
        assert_eq!((margin.value, margin.interval), (-3.0, between(-4.0, -2.0).interval));
    }
}
