//! When there are replications enough: waves until the figures are as precise as was asked for.

use super::estimate::Estimate;

/// How precise a figure is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The half-width in shares of the true figure, γ.
    pub relative: f64,
    /// A half-width that is always good enough, in the figure's unit.
    pub floor: f64,
}

/// A figure and how precise it is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// The figure so far; `None` while it cannot be given.
    pub estimate: Option<Estimate>,
    /// What is wanted of it.
    pub precision: Precision,
}

/// How many replications to begin with, to add at a time, and to run at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waves {
    /// The first wave.
    pub first: u32,
    /// Every later wave, save that the last may be smaller.
    pub next: u32,
    /// All waves together.
    pub at_most: u32,
}

/// Counts waves, and says whether to go on.
#[derive(Clone, Copy, Debug)]
pub struct Sequential {
    waves: Waves,
    done: u32,
    met_in_a_row: u32,
}

/// What to do after a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run so many replications more.
    More(u32),
    /// Stop: the precision is reached.
    Reached,
    /// Stop: no replications are left. The widths that were reached have to be told, see
    /// [`Aim::reached`].
    Spent {
        /// Whether the precision was met, but not often enough in a row to be trusted.
        met_once: bool,
    },
}

/// Waves in a row that have to meet the precision: one may do so by chance.
const IN_A_ROW: u32 = 2;

impl Precision {
    /// Of means: 2 %.
    pub const MEAN: Self = Self { relative: 0.02, floor: 0.0 };
    /// Of high quantiles: 5 %.
    pub const TAIL: Self = Self { relative: 0.05, floor: 0.0 };
    /// Of probabilities, such as loss: 5 %, but no finer than 10⁻⁴. Smaller ones are not found by
    /// brute force.
    pub const PROBABILITY: Self = Self { relative: 0.05, floor: 1e-4 };

    /// The half-width that `value` is to have. The figure is itself uncertain, so that γ of the
    /// *true* one needs γ/(1+γ) of the measured (Law, *Simulation Modeling and Analysis*, 5th ed.,
    /// 9.4.1).
    pub fn half_width_of(&self, value: f64) -> f64 {
        (self.relative / (1.0 + self.relative) * value.abs()).max(self.floor)
    }
}

impl Aim {
    /// Whether the figure is as precise as wanted; never without an interval.
    pub fn is_met(&self) -> bool {
        match (self.wanted(), self.reached()) {
            // Of a figure that is itself infinite, any width would do but an infinite one.
            (Some(wanted), Some(reached)) => reached.is_finite() && reached <= wanted,
            (_, None) | (None, _) => false,
        }
    }

    /// The half-width that is wanted, in the figure's unit.
    pub fn wanted(&self) -> Option<f64> {
        self.estimate.map(|estimate| self.precision.half_width_of(estimate.value))
    }

    /// The half-width so far, in the figure's unit.
    pub fn reached(&self) -> Option<f64> {
        self.estimate.and_then(|estimate| estimate.half_width())
    }
}

impl Waves {
    /// The custom: tens, up to `at_most` replications.
    pub fn of_ten(at_most: u32) -> Self {
        Self { first: 10, next: 10, at_most }
    }
}

impl Sequential {
    /// Before the first wave.
    ///
    /// # Panics
    /// If a wave has no replications.
    pub fn new(waves: Waves) -> Self {
        assert!(waves.first > 0 && waves.next > 0 && waves.at_most > 0, "waves of replications");
        Self { waves, done: 0, met_in_a_row: 0 }
    }

    /// The size of the first wave.
    pub fn first(&self) -> u32 {
        self.waves.first.min(self.waves.at_most)
    }

    /// Counts the wave that was asked for last as done. `is_met` tells whether after it every
    /// figure is as precise as wanted and every target decided.
    pub fn after_wave(&mut self, is_met: bool) -> Step {
        let wave = if self.done == 0 { self.waves.first } else { self.waves.next };
        self.done = self.done.saturating_add(wave).min(self.waves.at_most);
        self.met_in_a_row = if is_met { self.met_in_a_row + 1 } else { 0 };
        let left = self.waves.at_most - self.done;
        if self.met_in_a_row >= IN_A_ROW {
            Step::Reached
        } else if left == 0 {
            Step::Spent { met_once: is_met }
        } else {
            Step::More(self.waves.next.min(left))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::Interval;
    use super::*;

    fn aim(value: f64, half: f64, precision: Precision) -> Aim {
        let interval = Some(Interval { low: value - half, high: value + half });
        Aim { estimate: Some(Estimate { value, interval, replications: 10 }), precision }
    }

    #[test]
    fn two_waves_in_a_row_have_to_be_precise() {
        let mut runs = Sequential::new(Waves::of_ten(100));
        assert_eq!(runs.first(), 10);
        assert_eq!(runs.after_wave(true), Step::More(10));
        assert_eq!(runs.after_wave(false), Step::More(10));
        assert_eq!(runs.after_wave(true), Step::More(10));
        assert_eq!(runs.after_wave(true), Step::Reached);
    }

    #[test]
    fn the_budget_is_spent_to_the_last_and_never_passes_silently() {
        let mut runs = Sequential::new(Waves::of_ten(25));
        assert_eq!(runs.after_wave(false), Step::More(10));
        assert_eq!(runs.after_wave(false), Step::More(5));
        assert_eq!(runs.after_wave(true), Step::Spent { met_once: true });
        let mut short = Sequential::new(Waves::of_ten(3));
        assert_eq!(short.first(), 3);
        assert_eq!(short.after_wave(false), Step::Spent { met_once: false });
    }

    #[test]
    fn the_width_is_of_the_true_figure() {
        // 2/1.02 % of 100 is 1.9608.
        assert!(aim(100.0, 1.96, Precision::MEAN).is_met());
        assert!(!aim(100.0, 1.97, Precision::MEAN).is_met());
        assert!(aim(1e-5, 9e-5, Precision::PROBABILITY).is_met());
        assert!(!aim(1e-5, 1.1e-4, Precision::PROBABILITY).is_met());
    }

    #[test]
    fn a_figure_without_an_interval_is_never_precise() {
        let mut single = aim(100.0, 0.0, Precision::MEAN);
        single.estimate = single.estimate.map(|one| Estimate { interval: None, ..one });
        assert!(!single.is_met());
        assert!(!Aim { estimate: None, ..single }.is_met());
        let never = Some(Estimate::exact(f64::INFINITY, 10));
        assert!(Aim { estimate: never, ..single }.is_met());
        let interval = Some(Interval { low: 5.0, high: f64::INFINITY });
        let perhaps = never.map(|estimate| Estimate { interval, ..estimate });
        assert!(!Aim { estimate: perhaps, ..single }.is_met());
    }
}
