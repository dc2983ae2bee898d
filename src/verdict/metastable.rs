//! A state that outlives its trigger: goodput that does not come back when a stall is over.

use crate::engine::SimTime;
use crate::measure::Measurements;
use crate::model::Model;

/// Goodput has returned when so much of what was in time before is in time again. Judgement: the
/// gap that a healthy system shows is far smaller, that of a metastable one far larger.
const RETURNED: f64 = 0.5;
/// Windows before a trigger, and after it, below which nothing is said.
const FEWEST: usize = 3;

/// Goodput that did not come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metastable {
    /// When the trigger ended.
    pub ended: SimTime,
    /// Until when goodput had not returned: the end of the run.
    pub until: SimTime,
    /// Messages in time for each that came, before the trigger,
    pub before: f64,
    /// and from its end on.
    pub after: f64,
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
    let in_time = |range: std::ops::Range<usize>| {
        let (mut in_time, mut arrived) = (0, 0);
        for class in runs.iter().flat_map(|run| &run.classes) {
            for window in &class.windows[range.clone()] {
                in_time += window.in_time;
                arrived += window.arrived;
            }
        }
        if arrived == 0 { 0.0 } else { in_time as f64 / arrived as f64 }
    };
    let usual = in_time(0..before);
    let is_back = |window: usize| in_time(window..window + 1) >= RETURNED * usual;
    if usual == 0.0 || (from..windows).any(is_back) {
        return None;
    }
    let after = in_time(from..windows);
    Some(Metastable { ended: last, until: runs[0].end, before: usual, after })
}
