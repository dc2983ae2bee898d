//! Where the messages of each class ended.

use crate::report::chart::{self, ClassOutcomes, Heading, OutcomesFigure};
use crate::sim::Outcome;
use crate::sweep::PointResult;
use crate::verdict::{ClassFigures, Figure};

pub(super) fn figure(result: &PointResult, heading: Heading) -> OutcomesFigure {
    let runs = result.assessment.replications as f64;
    let classes = result.model.classes.iter().zip(&result.assessment.classes);
    let classes = classes
        .map(|(class, figures)| ClassOutcomes {
            name: class.name.clone(),
            counts: counts(figures, runs),
        })
        .collect();
    OutcomesFigure { heading, classes }
}

/// Messages of a run, by outcome.
fn counts(class: &ClassFigures, runs: f64) -> Vec<(chart::Outcome, f64)> {
    let messages = class.arrived as f64 / runs;
    let count = |figure: &Figure| figure.estimate.map_or(0.0, |share| share.value * messages);
    let ended = |outcome: Outcome| count(&class.outcomes[outcome.index()]);
    vec![
        (chart::Outcome::InTime, count(&class.in_time)),
        (chart::Outcome::Late, count(&class.late)),
        (chart::Outcome::Rejected, ended(Outcome::Rejected)),
        (chart::Outcome::Expired, ended(Outcome::Expired)),
        (chart::Outcome::Failed, ended(Outcome::Failed)),
        (chart::Outcome::Lost, ended(Outcome::Lost)),
        (chart::Outcome::InFlight, count(&class.in_flight)),
    ]
}
