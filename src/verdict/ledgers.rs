//! What became of messages at carriers, and what the platform believes became of them.

use super::figures::{Exactness, Figure, Unit};
use crate::measure::{Ledger, Measurements};
use crate::model::Model;
use crate::stats::Ratio;

/// The two ledgers of a class with one group of carriers, or with all.
#[derive(Clone, Debug)]
pub struct LedgerFigures {
    /// Position of the class.
    pub class: usize,
    /// Position of the group; `None` for all groups together.
    pub group: Option<usize>,
    /// Messages that came, a replication.
    pub came: f64,
    /// What became of them: name, and share of those that came. They add up to one, duplicates
    /// apart.
    pub truth: Vec<(&'static str, Figure)>,
    /// What the platform believes, in the same way.
    pub report: Vec<(&'static str, Figure)>,
}

type Entry = (&'static str, fn(&Ledger) -> u64);

/// What becomes of messages.
const TRUTH: [Entry; 9] = [
    ("delivered", |of| of.truth.delivered),
    ("lost", |of| of.truth.lost),
    ("failed", |of| of.truth.failed),
    ("rejected", |of| of.truth.rejected),
    ("expired", |of| of.truth.expired),
    ("cancelled", |of| of.truth.cancelled),
    ("queued", |of| of.truth.queued),
    ("in-flight", |of| of.truth.in_flight),
    ("duplicates", |of| of.truth.duplicates),
];

/// What the platform believes.
const REPORT: [Entry; 7] = [
    ("delivered", |of| of.report.delivered),
    ("failed", |of| of.report.failed),
    ("unknown", |of| of.report.unknown),
    ("rejected", |of| of.report.rejected),
    ("expired", |of| of.report.expired),
    ("cancelled", |of| of.report.cancelled),
    ("pending", |of| of.report.pending),
];

/// By class and group, and of each class with all groups together, where anything came.
pub(super) fn of(model: &Model, runs: &[Measurements]) -> Vec<LedgerFigures> {
    let groups = model.groups.len();
    let mut all = Vec::new();
    for class in 0..model.classes.len() {
        for group in (0..groups).map(Some).chain([None]) {
            let ledgers: Vec<Ledger> = runs
                .iter()
                .map(|run| {
                    let row = &run.ledgers[class * groups..(class + 1) * groups];
                    let mut sum = Ledger::default();
                    match group {
                        Some(group) => sum.add(&row[group]),
                        None => row.iter().for_each(|ledger| sum.add(ledger)),
                    }
                    sum
                })
                .collect();
            all.extend(figures(model, class, group, &ledgers));
        }
    }
    all
}

fn figures(
    model: &Model,
    class: usize,
    group: Option<usize>,
    ledgers: &[Ledger],
) -> Option<LedgerFigures> {
    let came: u64 = ledgers.iter().map(|ledger| ledger.came).sum();
    let exactness = Exactness::of(model);
    let share = |&(name, of): &Entry| {
        let parts: Vec<Ratio> = ledgers
            .iter()
            .map(|ledger| Ratio { top: of(ledger) as f64, bottom: ledger.came as f64 })
            .collect();
        (name, Figure { estimate: exactness.of_share(&parts), unit: Unit::Share })
    };
    (came > 0).then(|| LedgerFigures {
        class,
        group,
        came: came as f64 / ledgers.len() as f64,
        truth: TRUTH.iter().map(share).collect(),
        report: REPORT.iter().map(share).collect(),
    })
}

impl LedgerFigures {
    /// A share of the truth.
    ///
    /// # Panics
    /// If nothing has that name.
    pub fn truth(&self, name: &str) -> Figure {
        find(&self.truth, name)
    }

    /// A share of what the platform believes.
    ///
    /// # Panics
    /// If nothing has that name.
    pub fn report(&self, name: &str) -> Figure {
        find(&self.report, name)
    }
}

fn find(entries: &[(&'static str, Figure)], name: &str) -> Figure {
    let found = entries.iter().find(|(known, _)| *known == name);
    found.expect("callers name what is in the tables above").1
}
