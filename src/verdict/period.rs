//! Which part of a run counts, and whether the run has come to rest at all.

use crate::engine::SimTime;
use crate::measure::{Bound, Measurements};
use crate::model::{Mode, Model};
use crate::stats::WarmUp;
use crate::stats::warmup::{CutBy, halves, trend, warm_up};

/// The part of every replication that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// The first window that counts.
    pub first: usize,
    /// The first block of windows that counts.
    pub first_block: usize,
    /// When it begins.
    pub from: SimTime,
    /// What asked for the warm-up that was left out; `None` where nothing is.
    pub cut_by: Option<CutBy>,
    /// Whether the system came to rest.
    pub steadiness: Steadiness,
    /// The bound at which a replication ended early, and the earliest such end.
    pub stopped: Option<(Bound, SimTime)>,
}

/// Whether the system came to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steadiness {
    /// A terminating run need not.
    NotAsked,
    /// It did.
    Steady,
    /// The transient takes more than half of the run.
    WantsMore,
    /// The halves of the run differ by more than chance.
    NotStationary,
    /// Messages in the system grow without end: there is no long run.
    Unstable,
    /// There are too few replications or windows to tell.
    Unknown,
}

impl Period {
    pub(super) fn of(model: &Model, runs: &[Measurements]) -> Self {
        let stopped =
            runs.iter().filter_map(|run| Some((run.stopped?, run.end))).min_by_key(|s| s.1);
        let whole = Self {
            first: 0,
            first_block: 0,
            from: SimTime::ZERO,
            cut_by: None,
            steadiness: Steadiness::NotAsked,
            stopped,
        };
        match model.run.mode {
            Mode::Terminating => whole,
            Mode::Steady if stopped.is_some() => Self { steadiness: Steadiness::Unstable, ..whole },
            Mode::Steady => steady(model, runs, whole),
        }
    }
}

fn steady(model: &Model, runs: &[Measurements], whole: Period) -> Period {
    let in_system = |run: &Measurements| run.in_system.iter().map(|level| level.mean()).collect();
    let series: Vec<Vec<f64>> = runs.iter().map(in_system).collect();
    let (windows, cut_by, wants_more) = match warm_up(&series) {
        WarmUp::Cut { windows, by } => (windows, Some(by), false),
        WarmUp::WantsMore { .. } => (series[0].len() / 2, Some(CutBy::Mser5), true),
        WarmUp::TooShort { windows, .. } => (windows.div_ceil(10), Some(CutBy::Tenth), false),
    };
    // Latencies are kept by block: the cut is put off to the end of one, and leaves some.
    let per_block = model.run.windows_per_block as usize;
    let blocks = model.run.windows.div_ceil(model.run.windows_per_block) as usize;
    let first_block = windows.div_ceil(per_block).min(blocks - 1);
    let first = first_block * per_block;
    let steadiness = match (trend(&series, first), halves(&series, first)) {
        (Some(trend), _) if trend.is_growing => Steadiness::Unstable,
        _ if wants_more => Steadiness::WantsMore,
        (_, Some(halves)) if !halves.is_stationary => Steadiness::NotStationary,
        (Some(_), Some(_)) => Steadiness::Steady,
        _ => Steadiness::Unknown,
    };
    let from = SimTime::from_ns(model.run.window.ns() * first as u64);
    Period { first, first_block, from, cut_by, steadiness, ..whole }
}
