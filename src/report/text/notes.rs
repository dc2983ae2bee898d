//! Notes: what the figures have to be read with. Nothing is left out or filled in in silence.

use super::grid::paragraphs;
use crate::engine::SimTime;
use crate::language::format;
use crate::measure::Bound;
use crate::model::{Criterion, Mode, Replications};
use crate::report::words::{self, Clock};
use crate::stats::warmup::CutBy;
use crate::sweep::PointResult;
use crate::verdict::{Steadiness, Unit};

/// Probabilities below this are not estimated by counting messages.
const RAREST: f64 = 1e-4;

/// The notes with their label.
pub(super) fn section(result: &PointResult) -> String {
    let notes = notes(result);
    let label = if notes.len() == 1 { "Note" } else { "Notes" };
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    paragraphs(&labels.zip(notes).collect::<Vec<_>>())
}

/// The notes, each a sentence or two.
pub(in crate::report) fn notes(result: &PointResult) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    notes.extend(steadiness(result));
    notes.extend(stopped(result));
    notes.extend(precision(result));
    notes.extend(unfinished(result));
    notes.extend(series(result));
    notes.extend(rare(result));
    notes
}

fn steadiness(result: &PointResult) -> Vec<String> {
    let period = &result.assessment.period;
    let mut notes = Vec::new();
    let verdict = match period.steadiness {
        Steadiness::NotAsked | Steadiness::Steady => None,
        Steadiness::Unstable => Some(
            "UNSTABLE: the backlog grows without end, so that there is no long run, and no mean \
             is quoted.",
        ),
        Steadiness::NotStationary => Some(
            "NOT STATIONARY: the two halves of the run differ by more than chance; a longer \
             `horizon` shows whether it comes to rest.",
        ),
        Steadiness::WantsMore => Some(
            "NOT STATIONARY: the start of the run shows for more than half of it; give it a \
             longer `horizon`.",
        ),
        Steadiness::Unknown => Some(
            "There are too few replications or windows to tell whether the system came to rest.",
        ),
    };
    notes.extend(verdict.map(str::to_owned));
    if let Some(by) = period.cut_by {
        let length = format::duration(period.from.since(SimTime::ZERO));
        let why = match by {
            CutBy::Mser5 => "as long as the start of the run shows (MSER-5)",
            CutBy::Tenth => "a tenth of the run; its start shows for no longer than that (MSER-5)",
        };
        notes.push(format!("The first {length} of each run are left out as warm-up: {why}."));
    }
    notes
}

fn stopped(result: &PointResult) -> Option<String> {
    let (bound, at) = result.assessment.period.stopped?;
    let at = Clock::of(&result.model).at(at);
    let (what, key) = match bound {
        Bound::Memory => ("messages in the system took all the memory they may", "memory-at-most"),
        Bound::Events => ("it had used up its events", "events-at-most"),
    };
    Some(format!(
        "STOPPED EARLY: a replication ended {at} because {what} (`run.{key}`); what would have \
         come later is not in the figures."
    ))
}

fn precision(result: &PointResult) -> Option<String> {
    let runs = result.assessment.replications;
    let Some(precision) = result.precision else {
        let is_fixed_to_one = runs == 1 && result.model.is_random();
        return is_fixed_to_one
            .then(|| "One replication has no intervals; `--replications 10` gives some.".to_owned());
    };
    let wanted = format::share(precision.wanted);
    let reached = match precision.reached {
        reached if reached.is_finite() => format!("± {}", format::share(reached)),
        _ => "no finite interval".to_owned(),
    };
    Some(if precision.is_met {
        format!("{runs} replications were enough: {reached} at the widest, {wanted} asked for.")
    } else {
        let most = match result.model.run.replications {
            Replications::Fixed(count) => count,
            Replications::Until { at_most, .. } => at_most,
        };
        format!(
            "NOT AS PRECISE AS ASKED FOR: {reached} at the widest after {runs} of at most {most} \
             replications, where {wanted} was asked for."
        )
    })
}

/// Quantiles that lie among the messages that had not arrived when the run ended.
fn unfinished(result: &PointResult) -> Vec<String> {
    if result.model.run.mode != Mode::Terminating {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for target in &result.model.targets {
        let Criterion::Latency { class, quantile, windowed: None, .. } = &target.criterion else {
            continue;
        };
        let in_flight = result.assessment.classes[class.index()].in_flight.estimate;
        if let Some(share) = in_flight.filter(|share| share.value > 1.0 - quantile) {
            let name = &result.model.classes[class.index()].name;
            notes.push(format!(
                "{} of {name} had not arrived when the run ended, and count with the age they had \
                 by then: the {} in `{}` is at least what is shown.",
                format::share(share.value),
                words::quantile_name(*quantile),
                target.name
            ));
        }
    }
    notes
}

/// What was found in measured series.
fn series(result: &PointResult) -> Vec<String> {
    let mut notes = Vec::new();
    for source in &result.model.sources {
        let Some(facts) = source.traffic.as_ref().and_then(|traffic| traffic.series()) else {
            continue;
        };
        let mut text = format!(
            "traffic `{}` replays `{}`, {} from {} to {}",
            source.name,
            facts.file,
            words::counted(facts.rows as f64, "row"),
            facts.first,
            facts.last
        );
        if facts.missing > 0 {
            let filled = if facts.interpolated { "filled in between" } else { "counted as zero" };
            text += &format!(
                "; {} missing in {}, {filled}",
                words::counted(facts.missing as f64, "interval"),
                words::counted(facts.gaps as f64, "gap"),
            );
        }
        if facts.repeated > 0 {
            text += &format!(
                "; {} repeat a time, and are added to it",
                words::counted(facts.repeated as f64, "row")
            );
        }
        notes.push(text + ".");
    }
    notes
}

/// Targets on probabilities too small to count.
fn rare(result: &PointResult) -> Option<String> {
    let targets = result.model.targets.iter().zip(&result.assessment.targets);
    let names: Vec<String> = targets
        .filter(|(target, verdict)| match &target.criterion {
            Criterion::Latency { quantile, .. } => 1.0 - quantile < RAREST,
            Criterion::Delivered { share, .. } => *share < 1.0 && 1.0 - share < RAREST,
            Criterion::Loss { share, .. } => *share > 0.0 && *share < RAREST,
            Criterion::Backlog { .. } => false,
            Criterion::Utilization { .. } => verdict.measured.unit != Unit::Share,
        })
        .map(|(target, _)| format!("`{}`", target.name))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "{} asks for a probability below {}, which counting simulated messages cannot tell \
             with confidence.",
            words::list(&names),
            format::share(RAREST)
        )
    })
}
