//! Where the start of a steady-state run stops to show, and whether a run is steady at all.
//!
//! A series is one figure for each window of a replication (a queue's mean length, say), and all
//! replications have as many windows. One cut serves all: MSER-5 (White 1997) applied to their
//! mean series, but never less than a tenth of the run. (MSER-5 inside each replication loses
//! coverage: .79 for a nominal .95 on M/M/1 at ρ = 0.9.)

use super::estimate::{Estimate, standard_error};
use super::student::{Confidence, t_upper};

/// Windows that MSER-5 joins before it looks.
const BATCH: usize = 5;
/// The fewest windows that a warm-up is sought in: ten batches.
pub const WINDOWS_NEEDED: usize = 10 * BATCH;
/// Standard errors by which the two halves of a steady run may differ.
const HALVES_DIFFER: f64 = 2.0;
/// The risk that a level queue is taken for a growing one.
const TREND_RISK: f64 = 1e-3;
/// The rise over a run, in its mean level, from which a rising queue is called growing. A queue
/// that grows steadily from nothing rises by 2, after a tenth of the run is cut by 1.6; one at
/// exactly ρ = 1 grows like √t, by 1.2 and 0.9, but its noise may hide it.
const TREND_RISE: f64 = 0.5;

/// How much of the start of a run is to be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// Leave out the first `windows`.
    Cut {
        /// How many windows.
        windows: usize,
        /// What asked for so many.
        by: CutBy,
    },
    /// MSER-5 would leave out more than half: the run is too short for its transient, double it.
    WantsMore {
        /// How many windows MSER-5 would leave out.
        windows: usize,
    },
    /// There are too few windows to tell.
    TooShort {
        /// How many there are.
        windows: usize,
        /// How many there would have to be.
        needed: usize,
    },
}

/// Which rule set the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutBy {
    /// MSER-5, on the mean series.
    Mser5,
    /// A tenth of the run.
    Tenth,
}

/// The last half of a run against its first, after the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halves {
    /// Mean of the last half less mean of the first.
    pub difference: f64,
    /// Its standard error over replications.
    pub standard_error: f64,
    /// Whether the difference is within two standard errors.
    pub is_stationary: bool,
}

/// The straight line through a level, after the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// How much the line rises from the cut to the end, in the level's unit.
    pub rise: Estimate,
    /// The mean level.
    pub mean: f64,
    /// Whether the rise is both beyond chance and at least half of the mean level: the queue
    /// grows without end, and has no mean.
    pub is_growing: bool,
}

/// The cut for all replications: the larger of MSER-5 on their mean series and a tenth.
///
/// # Panics
/// If replications have different numbers of windows.
pub fn warm_up(series: &[Vec<f64>]) -> WarmUp {
    let mean = mean_series(series);
    let windows = mean.len();
    if windows < WINDOWS_NEEDED {
        return WarmUp::TooShort { windows, needed: WINDOWS_NEEDED };
    }
    let (mser, tenth) = (mser5(&mean), windows.div_ceil(10));
    if 2 * mser > windows {
        WarmUp::WantsMore { windows: mser }
    } else if mser > tenth {
        WarmUp::Cut { windows: mser, by: CutBy::Mser5 }
    } else {
        WarmUp::Cut { windows: tenth, by: CutBy::Tenth }
    }
}

/// Compares the halves of what follows the first `cut` windows; `None` for fewer than two
/// replications or two windows.
pub fn halves(series: &[Vec<f64>], cut: usize) -> Option<Halves> {
    let difference = |one: &Vec<f64>| {
        let kept = one.get(cut..).unwrap_or_default();
        let (first, last) = kept.split_at(kept.len() / 2);
        (!first.is_empty()).then(|| mean(last) - mean(first))
    };
    let differences: Vec<f64> = series.iter().map(difference).collect::<Option<_>>()?;
    if differences.len() < 2 {
        return None;
    }
    let (difference, standard_error) = (mean(&differences), standard_error(&differences));
    let is_stationary = difference.abs() <= HALVES_DIFFER * standard_error;
    Some(Halves { difference, standard_error, is_stationary })
}

/// Fits a line to each replication's levels after the first `cut` windows, and tests the rises
/// against zero with Student's t, one-sided at 0.1 %; `None` for fewer than two replications or
/// three windows.
pub fn trend(series: &[Vec<f64>], cut: usize) -> Option<Trend> {
    let rise = |one: &Vec<f64>| {
        let kept = one.get(cut..).unwrap_or_default();
        (kept.len() >= 3).then(|| slope(kept) * kept.len() as f64)
    };
    let rises: Vec<f64> = series.iter().map(rise).collect::<Option<_>>()?;
    let error = (rises.len() >= 2).then(|| standard_error(&rises))?;
    let mean = mean(&series.iter().map(|one| mean(&one[cut..])).collect::<Vec<_>>());
    let rise = Estimate::mean_of(&rises, Confidence::P95)?;
    let beyond_chance = rise.value > error * t_upper(TREND_RISK, (rises.len() - 1) as f64);
    let is_growing = beyond_chance && rise.value >= TREND_RISE * mean;
    Some(Trend { rise, mean, is_growing })
}

/// The mean of the replications in each window.
///
/// # Panics
/// If replications have different numbers of windows.
pub fn mean_series(series: &[Vec<f64>]) -> Vec<f64> {
    let windows = series.first().map_or(0, Vec::len);
    assert!(series.iter().all(|one| one.len() == windows), "replications of the same windows");
    let of_window = |at: usize| series.iter().map(|one| one[at]).sum::<f64>();
    (0..windows).map(|at| of_window(at) / series.len() as f64).collect()
}

/// The windows that MSER-5 leaves out: the d that makes Σ(zᵢ − z̄)² / (n − d)² over what is left
/// of the batch means z smallest, the smaller of equals.
///
/// What leaves less than a quarter of the run is not looked at: a few neighbours are alike by
/// chance, and would win (Hoad, Robinson & Davies 2010).
fn mser5(mean_series: &[f64]) -> usize {
    let batches: Vec<f64> = mean_series.chunks_exact(BATCH).map(mean).collect();
    // Around the overall mean, so that the squares keep their digits.
    let centre = mean(&batches);
    let (mut sum, mut squares, mut left) = (0.0, 0.0, 0.0);
    let (mut best, mut least) = (0, f64::INFINITY);
    for (cut, batch) in batches.iter().enumerate().rev() {
        let value = batch - centre;
        (sum, squares, left) = (sum + value, squares + value * value, left + 1.0);
        let around_mean = (squares - sum * sum / left).max(0.0);
        let score = around_mean / (left * left);
        if 4.0 * left >= batches.len() as f64 && score <= least {
            (best, least) = (cut, score);
        }
    }
    best * BATCH
}

/// The least-squares slope of `values` against their position.
fn slope(values: &[f64]) -> f64 {
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let (mut moment, mut square) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let away = at as f64 - middle;
        (moment, square) = (moment + away * value, square + away * away);
    }
    moment / square
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Key, Stream, uniform};

    /// Ten replications of `level(window)` with noise that neighbours share.
    fn noisy(windows: usize, level: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        (0..10)
            .map(|replication| {
                let mut rng = Stream::from(Key::new(1, replication, "stats/warmup"));
                let mut noise = 0.0;
                let mut next = |at: usize| {
                    noise = 0.5 * noise + uniform(&mut rng) - 0.5;
                    level(at as f64) + noise
                };
                (0..windows).map(&mut next).collect()
            })
            .collect()
    }

    /// The number waiting in a reflected random walk of `steps` a window, up with probability
    /// `up` of each step.
    fn walk(up: f64, windows: usize, steps: usize) -> Vec<Vec<f64>> {
        (0..10)
            .map(|replication| {
                let mut rng = Stream::from(Key::new(2, replication, "stats/warmup/walk"));
                let mut level = 0u64;
                let mut window = |_| {
                    let mut sum = 0;
                    for _ in 0..steps {
                        let is_up = uniform(&mut rng) < up;
                        level = if is_up { level + 1 } else { level.saturating_sub(1) };
                        sum += level;
                    }
                    sum as f64 / steps as f64
                };
                (0..windows).map(&mut window).collect()
            })
            .collect()
    }

    #[test]
    fn a_start_that_shows_is_cut() {
        let decays = |at: f64| 10.0 + 20.0 * libm::exp(-at / 15.0);
        let WarmUp::Cut { windows, by: CutBy::Mser5 } = warm_up(&noisy(200, decays)) else {
            panic!("{:?}", warm_up(&noisy(200, decays)));
        };
        // By 40 windows 1.4 of the 20 are left, by 95 nothing that the noise would show.
        assert!((40..=95).contains(&windows), "{windows}");
    }

    #[test]
    fn a_level_start_still_loses_a_tenth() {
        let cut = warm_up(&noisy(205, |_| 3.0));
        assert_eq!(cut, WarmUp::Cut { windows: 21, by: CutBy::Tenth });
        let constant = vec![vec![4.0; 100]; 3];
        assert_eq!(warm_up(&constant), WarmUp::Cut { windows: 10, by: CutBy::Tenth });
    }

    #[test]
    fn a_start_longer_than_half_the_run_wants_more() {
        let late = |at: f64| if at < 130.0 { at } else { 130.0 };
        let WarmUp::WantsMore { windows } = warm_up(&noisy(200, late)) else {
            panic!("{:?}", warm_up(&noisy(200, late)));
        };
        assert!((115..=150).contains(&windows), "{windows}");
        let few = WarmUp::TooShort { windows: 49, needed: 50 };
        assert_eq!(warm_up(&noisy(49, late)), few);
        assert_eq!(warm_up(&[]), WarmUp::TooShort { windows: 0, needed: 50 });
    }

    #[test]
    fn mser_is_its_formula() {
        let series: Vec<f64> = noisy(100, |at| libm::exp(-at / 9.0)).swap_remove(0);
        let batches: Vec<f64> = series.chunks(5).map(mean).collect();
        let score = |cut: usize| {
            let kept = &batches[cut..];
            let squares: f64 = kept.iter().map(|z| (z - mean(kept)) * (z - mean(kept))).sum();
            squares / (kept.len() * kept.len()) as f64
        };
        let best = (0..=15).min_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap();
        assert_eq!(mser5(&series), 5 * best);
    }

    #[test]
    fn halves_differ_when_the_level_moves() {
        let steady = halves(&noisy(200, |_| 5.0), 20).unwrap();
        assert!(steady.is_stationary, "{steady:?}");
        let drifting = halves(&noisy(200, |at| 5.0 + at / 100.0), 20).unwrap();
        assert!(!drifting.is_stationary);
        // Halves of 90 windows each lie 0.9 apart.
        assert!((drifting.difference - 0.9).abs() < 5.0 * drifting.standard_error);
        assert_eq!(halves(&noisy(200, |_| 5.0)[..1], 20), None);
        assert_eq!(halves(&noisy(200, |_| 5.0), 199), None);
    }

    #[test]
    fn an_overloaded_queue_grows_and_a_busy_one_does_not() {
        let overloaded = trend(&walk(0.52, 100, 500), 10).unwrap();
        assert!(overloaded.is_growing, "{overloaded:?}");
        // 45,000 steps that rise by 0.04 on average; the half-width is t(9) standard errors.
        let error = overloaded.rise.half_width().unwrap() / 2.262;
        assert!((overloaded.rise.value - 1800.0).abs() < 5.0 * error, "{overloaded:?}");
        let busy = trend(&walk(0.47, 100, 500), 10).unwrap();
        assert!(!busy.is_growing, "{busy:?}");
        // A significant rise that is small beside the level is not a queue without end.
        let slight = trend(&noisy(200, |at| 5.0 + at / 100.0), 20).unwrap();
        assert!(!slight.is_growing && slight.rise.interval.unwrap().low > 0.0);
        assert_eq!(trend(&walk(0.52, 10, 5)[..1], 0), None);
    }

    #[test]
    fn a_slope_is_exact_on_a_line() {
        let line: Vec<f64> = (0..7).map(|at| 3.0 - 0.25 * f64::from(at)).collect();
        assert_eq!(slope(&line), -0.25);
    }
}
