//! A state that outlives its trigger: goodput that does not come back when a stall is over.

use crate::engine::SimTime;
use crate::measure::Measurements;
use crate::model::Model;

/// Goodput has returned when so much of what was in time before is in time again. Judgement: the
/// gap that a healthy system shows is far smaller, that of a metastable one far larger.
const RETURNED: f64 = 0.5;
/// The share of what came that has to have been in time just before a trigger. Judgement: a system
/// that serves less than half in time is overloaded without any trigger.
const HEALTHY: f64 = 0.5;
/// How many times as long as its trigger a state has lasted that is told although it dwindles.
const LONG: u64 = 10;
/// Windows before a trigger, and after it, below which nothing is said.
const FEWEST: usize = 3;

/// Goodput that did not come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metastable {
    /// When the trigger ended.
    pub ended: SimTime,
    /// Until when goodput had not returned: the end of the run.
    pub until: SimTime,
    /// Messages in time for each that came, just before the trigger,
    pub before: f64,
    /// and from its end on.
    pub after: f64,
    /// Whether what waits dwindles: it may end by itself, after the run.
    pub dwindles: bool,
}

/// Whether goodput stays away when the last stall is over; `None` if it comes back, or if there is
/// too little before or after to tell.
pub(super) fn of(model: &Model, runs: &[Measurements]) -> Option<Metastable> {
    let stalls = model.services.iter().flat_map(|service| service.pace.stalls());
    let (first, last) = stalls.fold(None, |span: Option<(SimTime, SimTime)>, (from, to)| {
        Some(span.map_or((from, to), |(first, last)| (first.min(from), last.max(to))))
    })?;
    let windows = runs.iter().map(|run| run.in_system.len()).min()?;
    let start_of = |window: usize| SimTime::from_ns(model.run.window.ns() * window as u64);
    let before = (0..windows).take_while(|&window| start_of(window + 1) <= first).count();
    let from = (0..windows).position(|window| start_of(window) >= last)?;
    if before < FEWEST || windows - from < FEWEST {
        return None;
    }
    let sums = |class: usize, range: std::ops::Range<usize>| {
        let (mut in_time, mut arrived) = (0, 0);
        for run in runs {
            for window in &run.classes[class].windows[range.clone()] {
                in_time += window.in_time;
                arrived += window.arrived;
            }
        }
        (in_time as f64, arrived as f64)
    };
    let state = feeds_itself(runs, from..windows)?;
    // A backlog that goes is worth a word once it has taken many times as long as its trigger.
    let dwindles = state == State::Dwindles;
    if dwindles && start_of(windows).since(last).ns() < LONG * last.since(first).ns() {
        return None;
    }
    let of_class = |class: usize| {
        // A cold start may be bad, and over by the time of the trigger: the last third tells.
        let (in_time, arrived) = sums(class, before - (before / 3).max(FEWEST)..before);
        let usual = in_time / arrived;
        let after: Vec<(f64, f64)> = (from..windows)
            .map(|window| sums(class, window..window + 1))
            .filter(|(_, arrived)| *arrived > 0.0)
            .collect();
        let stays_away =
            after.iter().all(|(in_time, arrived)| *in_time < RETURNED * usual * arrived);
        let (in_time, arrived) = sums(class, from..windows);
        (usual >= HEALTHY && after.len() >= FEWEST && stays_away).then(|| Metastable {
            ended: last,
            until: runs[0].end,
            before: usual,
            after: in_time / arrived,
            dwindles,
        })
    };
    (0..model.classes.len()).find_map(of_class)
}

/// Whether what waits keeps its level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Stays,
    Dwindles,
}

/// Whether what keeps goodput away is of the system's own making: there is work of further
/// attempts, or work that nobody waits for; and whether what waits dwindles meanwhile.
fn feeds_itself(runs: &[Measurements], after: std::ops::Range<usize>) -> Option<State> {
    let third = after.len() / 3;
    let mean = |range: std::ops::Range<usize>| {
        let stations = runs.iter().flat_map(|run| &run.stations);
        let windows = stations.flat_map(|station| &station.windows[range.clone()]);
        windows.map(|window| window.queue.mean()).sum::<f64>()
    };
    let in_vain = runs.iter().flat_map(|run| &run.stations).any(|station| {
        let windows = &station.windows[after.clone()];
        windows.iter().any(|window| window.retry_work + window.abandoned_work > 0)
    });
    // Judgement: a backlog that dwindles by a tenth from the middle third to the last will be gone.
    // In the first third the trigger's own heap may still go.
    let (middle, last) = (after.end - 2 * third..after.end - third, after.end - third..after.end);
    let stays = mean(last) >= 0.9 * mean(middle);
    in_vain.then_some(if stays { State::Stays } else { State::Dwindles })
}
