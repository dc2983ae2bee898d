//! Notes: what the figures have to be read with. Nothing is left out or filled in in silence.

use super::grid::paragraphs;
use crate::engine::SimTime;
use crate::language::format;
use crate::measure::Bound;
use crate::model::{ClassId, Criterion, Mode, Replications};
use crate::report::About;
use crate::report::clock::Clock;
use crate::report::words::{self, NOTHING};
use crate::stats::quantile::TAIL_NEEDED;
use crate::stats::warmup::CutBy;
use crate::sweep::PointResult;
use crate::verdict::{Answer, Steadiness};

/// Probabilities below this are not estimated by counting messages.
const RAREST: f64 = 1e-4;

/// Something that the figures have to be read with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Note {
    /// A sentence or two.
    pub(in crate::report) text: String,
    /// Whether it takes something away from the figures.
    pub(in crate::report) is_warning: bool,
}

/// The notes with their label.
pub(super) fn section(result: &PointResult, about: &About) -> String {
    let notes = notes(result).into_iter().map(|note| note.text);
    let texts: Vec<String> = about.remarks.iter().cloned().chain(notes).collect();
    let label = if texts.len() == 1 { "Note" } else { "Notes" };
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    paragraphs(&labels.zip(texts).collect::<Vec<_>>())
}

/// All that has to be noted, warnings first.
pub(in crate::report) fn notes(result: &PointResult) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    notes.extend(metastable(result).map(warning));
    notes.extend(steadiness(result).map(warning));
    notes.extend(stopped(result).map(warning));
    notes.extend(precision(result));
    notes.extend(unfinished(result).into_iter().map(warning));
    notes.extend(open_losses(result).into_iter().map(warning));
    notes.extend(rare(result).map(warning));
    notes.extend(thin_windows(result).into_iter().map(warning));
    notes.extend(thin_tails(result).map(remark));
    notes.extend(worst_windows(result).into_iter().map(remark));
    notes.extend(doubled(result).map(remark));
    notes.extend(warm_up(result).map(remark));
    notes.extend(series(result).into_iter().map(remark));
    notes.sort_by_key(|note| !note.is_warning);
    notes
}

/// Goodput that stayed away after its trigger was gone.
fn metastable(result: &PointResult) -> Option<String> {
    let state = result.assessment.metastable?;
    let clock = Clock::of(&result.model);
    // "by 10:25", "25 min after the start".
    let until = clock.by(state.until).replacen("at ", "by ", 1);
    Some(format!(
        "Metastable: the trigger ended {}, goodput had not returned {}. Of what came, {} was in \
         time before the trigger and {} after it: the state keeps itself up, {}.",
        clock.by(state.ended),
        until,
        format::share(state.before),
        format::share(state.after),
        if state.dwindles {
            "though what waits dwindles: a longer `horizon` shows when it ends"
        } else {
            "and ends only with less load, more capacity, or less work for nobody"
        },
    ))
}

/// Of each windowed target that is not met, its worst window.
fn worst_windows(result: &PointResult) -> Vec<String> {
    let targets = result.model.targets.iter().zip(&result.assessment.targets);
    let clock = Clock::of(&result.model);
    let worst = targets.filter_map(|(target, verdict)| {
        let worst = verdict.windows?.worst.filter(|_| verdict.answer != Answer::Met)?;
        let (per, what) = match target.criterion {
            Criterion::Latency { windowed, limit, .. }
            | Criterion::Delivered { windowed, limit, .. } => {
                (windowed?.per, format!("delivered within {}", format::duration(limit)))
            }
            Criterion::Utilization { windowed, .. } => (windowed?.per, "busy".to_owned()),
            Criterion::Loss { .. } | Criterion::Backlog { .. } => return None,
        };
        Some(format!(
            "For `{}` the worst {} begin {}: {} {what}, on average over runs.",
            target.name,
            format::duration(per),
            clock.by(worst.from),
            format::share(worst.value),
        ))
    });
    worst.collect()
}

/// Of each windowed target, the windows that could not be read.
fn thin_windows(result: &PointResult) -> Vec<String> {
    let targets = result.model.targets.iter().zip(&result.assessment.targets);
    let told = targets.filter_map(|(target, verdict)| {
        let windows = verdict.windows.filter(|windows| windows.thin > 0)?;
        let (level, per) = match target.criterion {
            Criterion::Latency { quantile, windowed, .. } => {
                (words::quantile_name(quantile), windowed?.per)
            }
            Criterion::Delivered { share, windowed, .. } => {
                (format!("share of {}", format::share(share)), windowed?.per)
            }
            Criterion::Loss { .. } | Criterion::Backlog { .. } | Criterion::Utilization { .. } => {
                return None;
            }
        };
        let of = windows.thin as f64 / (windows.thin + windows.read) as f64;
        Some(format!(
            "TOO FEW TO READ: for `{}`, {} of the {} windows with messages have fewer than {}, too \
             few to read a {level} from; nothing is said of these windows. A longer `per` makes \
             them readable.",
            target.name,
            format::share(of),
            format::duration(per),
            format::count(windows.needed),
        ))
    });
    told.collect()
}

fn warning(text: String) -> Note {
    Note { text, is_warning: true }
}

fn remark(text: String) -> Note {
    Note { text, is_warning: false }
}

fn steadiness(result: &PointResult) -> Option<String> {
    let text = match result.assessment.period.steadiness {
        Steadiness::NotAsked | Steadiness::Steady => return None,
        Steadiness::Unstable => {
            "UNSTABLE: the backlog grows without end; there is no long run, and no mean is quoted."
        }
        Steadiness::NotStationary => {
            "NOT STATIONARY: the two halves of the run differ by more than chance; a longer \
             `horizon` shows whether it comes to rest."
        }
        Steadiness::WantsMore => {
            "NOT STATIONARY: the start of the run shows for more than half of it; give it a \
             longer `horizon`."
        }
        Steadiness::Unknown => {
            "There are too few replications or windows to tell whether the system came to rest."
        }
    };
    Some(text.to_owned())
}

fn warm_up(result: &PointResult) -> Option<String> {
    let period = &result.assessment.period;
    let why = match period.cut_by? {
        CutBy::Mser5 => "as much as MSER-5 asks for",
        CutBy::Tenth => "a tenth, which is no less than MSER-5 asks for",
    };
    let length = format::duration(period.from.since(SimTime::ZERO));
    let are = if length.starts_with("1 ") && length.split(' ').count() == 2 { "is" } else { "are" };
    Some(format!("The first {length} of each run {are} left out as warm-up: {why}."))
}

/// A run that is longer than was asked for.
fn doubled(result: &PointResult) -> Option<String> {
    let times = 1_u64 << result.doublings;
    let length = format::duration(result.model.run.horizon.since(SimTime::ZERO));
    (times > 1).then(|| {
        format!(
            "Each run is {times} times as long as `horizon` asks for, {length}, because its start \
             showed for more than half of it."
        )
    })
}

fn stopped(result: &PointResult) -> Option<String> {
    let (bound, at) = result.assessment.period.stopped?;
    let at = Clock::of(&result.model).by(at);
    let why = match bound {
        Bound::Memory => {
            "messages in the system took all the memory they may (`run.memory-at-most`)"
        }
        Bound::Events => "it had used up its events (`run.events-at-most`)",
        Bound::Instant => "what followed within one instant came to no end",
    };
    Some(format!(
        "STOPPED EARLY: a replication ended {at} because {why}; what would have come later is \
         not in the figures."
    ))
}

fn precision(result: &PointResult) -> Option<Note> {
    let runs = result.assessment.replications;
    let Some(precision) = result.precision else {
        let text = "A single run has no intervals; `--replications 10` gives some.";
        return (runs == 1 && result.model.is_random()).then(|| remark(text.to_owned()));
    };
    let wanted = format::share(precision.wanted);
    let reached = match precision.reached {
        reached if reached.is_finite() => format!("± {}", format::share(reached)),
        _ => "no finite interval".to_owned(),
    };
    Some(if precision.is_met {
        remark(format!("{runs} replications gave {reached} or better; {wanted} was asked for."))
    } else {
        let most = match result.model.run.replications {
            Replications::Fixed(count) => count,
            Replications::Until { at_most, .. } => at_most,
        };
        warning(format!(
            "NOT AS PRECISE AS ASKED FOR: {reached} after {runs} of at most {most} replications, \
             where {wanted} was asked for."
        ))
    })
}

/// Quantiles that lie among the messages that had not arrived when the run ended.
fn unfinished(result: &PointResult) -> Vec<String> {
    if result.model.run.mode != Mode::Terminating {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for (target, verdict) in result.model.targets.iter().zip(&result.assessment.targets) {
        if verdict.measured.estimate.is_none() {
            continue;
        }
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

/// Targets on losses that are met only as long as what was in flight at the end is not lost.
fn open_losses(result: &PointResult) -> Vec<String> {
    let model = &result.model;
    let mut notes = Vec::new();
    for (target, verdict) in model.targets.iter().zip(&result.assessment.targets) {
        let (Criterion::Loss { class, share }, Some(lost)) =
            (&target.criterion, verdict.measured.estimate)
        else {
            continue;
        };
        let open = in_flight(result, *class);
        if model.run.mode == Mode::Terminating && lost.value <= *share && open > *share {
            notes.push(format!(
                "{} of the messages were in flight when the run ended; `{}` counts them as not \
                 lost, which a longer `horizon` would show.",
                format::share(open),
                target.name
            ));
        }
    }
    notes
}

/// The share of a class's messages, or of all, that was in flight at the end.
fn in_flight(result: &PointResult, class: Option<ClassId>) -> f64 {
    let classes = result.assessment.classes.iter().enumerate();
    let those = classes.filter(|(at, _)| class.is_none_or(|class| class.index() == *at));
    let (mut open, mut all) = (0.0, 0.0);
    for (_, figures) in those {
        let arrived = figures.arrived as f64;
        open += arrived * figures.in_flight.estimate.map_or(0.0, |share| share.value);
        all += arrived;
    }
    if all > 0.0 { open / all } else { 0.0 }
}

/// Quantiles that are not told.
fn thin_tails(result: &PointResult) -> Option<String> {
    let some_untold = result.assessment.classes.iter().any(|class| {
        class.arrived > 0 && class.latency.iter().any(|(_, figure)| figure.estimate.is_none())
    });
    some_untold.then(|| {
        format!(
            "A quantile with fewer than {TAIL_NEEDED} messages beyond it is not told ({NOTHING})."
        )
    })
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
            facts.first.strftime("%Y-%m-%d %H:%M"),
            facts.last.strftime("%Y-%m-%d %H:%M")
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
    let names: Vec<String> = result
        .model
        .targets
        .iter()
        .filter(|target| match &target.criterion {
            Criterion::Latency { quantile, .. } => 1.0 - quantile < RAREST,
            Criterion::Delivered { share, .. } => *share < 1.0 && 1.0 - share < RAREST,
            Criterion::Loss { share, .. } => *share > 0.0 && *share < RAREST,
            Criterion::Backlog { .. } | Criterion::Utilization { .. } => false,
        })
        .map(|target| format!("`{}`", target.name))
        .collect();
    let ask = if names.len() == 1 { "asks" } else { "ask" };
    (!names.is_empty()).then(|| {
        format!(
            "{} {ask} for a probability below {}, which is too rare to be told by simulating \
             messages one by one.",
            words::list(&names),
            format::share(RAREST)
        )
    })
}
