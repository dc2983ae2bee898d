//! `[run]`: the clock, the horizon, and the windows of the time line.

use crate::engine::{SimDuration, SimTime};
use crate::language::{Place, Placed, Problems, RunClock, Start, format};
use crate::model::{Mode, Replications, RunPlan};
use crate::scenario::schema::{ReplicationsSchema, RunSchema, Scenario};

/// Windows that a time line has about, where nothing else is asked.
const USUAL_WINDOWS: u64 = 240;
/// Windows of a steady run, and blocks that they form: a warm-up is deleted in whole blocks.
const STEADY_WINDOWS: u64 = 200;
const STEADY_BLOCKS: u32 = 20;
/// Most windows: beyond, a time line is neither drawn nor read.
const MOST_WINDOWS: u64 = 100_000;
/// Events of one replication where nothing is said: ten hours at ten million a second.
const USUAL_EVENTS: u64 = 360_000_000_000;

/// Lengths of windows that read well on an axis, in seconds.
const NICE_S: [f64; 21] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0,
    120.0, 300.0, 600.0, 1800.0, 3600.0,
];

/// The clock of a run.
pub(super) fn clock(run: &RunSchema) -> Option<RunClock> {
    let (start, zone) = (run.start.as_ref()?, run.zone.as_ref()?);
    Some(start.unwrap_or_else(Start::midnight).clock(*zone))
}

/// When a run ends.
pub(super) fn horizon(run: &RunSchema, problems: &mut Problems) -> Option<SimTime> {
    let horizon = run.horizon.as_ref()?;
    if horizon.value >= SimDuration::MAX {
        problems.add(horizon.place, "expected a horizon of at most 1,667 days");
        return None;
    }
    Some(SimTime::ZERO + horizon.value)
}

/// The plan of a run, its windows not yet cut.
pub(super) fn lower(
    run: &RunSchema,
    clock: Option<RunClock>,
    horizon: Option<SimTime>,
    problems: &mut Problems,
) -> Option<RunPlan> {
    let horizon = horizon?;
    if let Some(window) = run.window.iter().flatten().next() {
        if SimTime::ZERO + window.value > horizon {
            problems.add(window.place, "this window is longer than the horizon");
            return None;
        }
        if horizon.ns() / window.value.ns() >= MOST_WINDOWS {
            too_short(window.place, problems);
            return None;
        }
    }
    Some(RunPlan {
        mode: run.mode?,
        clock: clock?,
        horizon,
        window: run.window.as_ref()?.as_ref().map_or(SimDuration::ZERO, |window| window.value),
        windows: 0,
        windows_per_block: 0,
        seed: run.seed?,
        replications: match run.replications? {
            ReplicationsSchema::Fixed(count) => Replications::Fixed(count),
            ReplicationsSchema::Until { precision, at_most } => {
                Replications::Until { precision, at_most }
            }
        },
        memory_at_most: run.memory_at_most?,
        events_at_most: run.events_at_most?.unwrap_or(USUAL_EVENTS).max(1),
    })
}

fn too_short(place: Place, problems: &mut Problems) {
    let most = format::count(MOST_WINDOWS);
    let hint = format!("a time line has at most {most} windows within the horizon");
    problems.add_with_hint(place, "this window is too short", hint);
}

/// The windows that targets ask for, those recorded left out that the horizon does not suit.
pub(super) fn asked<'a>(
    scenario: &'a Scenario,
    horizon: SimTime,
    problems: &mut Problems,
) -> Vec<&'a Placed<SimDuration>> {
    let mut suits = |per: &Placed<SimDuration>| {
        let before = problems.len();
        if SimTime::ZERO + per.value > horizon {
            problems.add(per.place, "this is longer than the horizon");
        } else if horizon.ns() / per.value.ns() >= MOST_WINDOWS {
            too_short(per.place, problems);
        }
        problems.len() == before
    };
    let windowed = scenario.targets.good().filter_map(|(_, target)| target.windowed.as_ref());
    windowed.flatten().map(|windowed| &windowed.per).filter(|per| suits(per)).collect()
}

/// Cuts the horizon into windows that suit those `asked` for.
pub(super) fn with_windows(
    mut run: RunPlan,
    asked: &[&Placed<SimDuration>],
    problems: &mut Problems,
) -> Option<RunPlan> {
    if run.window == SimDuration::ZERO {
        let asked: Vec<SimDuration> = asked.iter().map(|per| per.value).collect();
        run.window = window_for(run.mode, run.horizon, &asked);
    }
    let window = run.window.ns();
    let before = problems.len();
    for per in asked.iter().filter(|per| !per.value.ns().is_multiple_of(window)) {
        problems.add_with_hint(
            per.place,
            format!(
                "expected a multiple of the time line's window, {}",
                format::duration(run.window)
            ),
            "choose lengths that divide each other, such as 1min and 5min, or set `window` in \
             [run]",
        );
    }
    if problems.len() > before {
        return None;
    }
    run.windows = run.horizon.ns().div_ceil(window) as u32;
    run.windows_per_block = match run.mode {
        Mode::Terminating => run.windows,
        Mode::Steady => (run.windows / STEADY_BLOCKS).max(1),
    };
    Some(run)
}

/// A window that divides all that targets ask for, and reads well on an axis.
fn window_for(mode: Mode, horizon: SimTime, asked: &[SimDuration]) -> SimDuration {
    let fits = |window: SimDuration| asked.iter().all(|per| per.ns().is_multiple_of(window.ns()));
    if mode == Mode::Steady && asked.is_empty() {
        return SimDuration::from_ns(horizon.ns().div_ceil(STEADY_WINDOWS));
    }
    let least = horizon.ns() / USUAL_WINDOWS;
    let nice = || NICE_S.iter().map(|&secs| SimDuration::from_secs_f64(secs));
    // The shortest that is long enough; where none of these divides what is asked, the longest
    // that does, unless it is far too short.
    let long_enough = nice().filter(|window| window.ns() >= least).find(|&window| fits(window));
    let few = |window: SimDuration| horizon.ns() / window.ns() < MOST_WINDOWS;
    let shorter = || nice().rfind(|&window| window.ns() < least && few(window) && fits(window));
    let shortest_asked = || asked.iter().copied().min();
    long_enough
        .or_else(shorter)
        .or_else(shortest_asked)
        .unwrap_or_else(|| SimDuration::from_ns(horizon.ns().div_ceil(USUAL_WINDOWS)))
        .min(SimDuration::from_ns(horizon.ns()))
}
