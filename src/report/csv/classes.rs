//! What became of each class over the part of the run that counts.

use super::table::{Table, estimate, estimate_columns, number};
use crate::report::pool;
use crate::sim::Outcome;
use crate::sweep::PointResult;
use crate::verdict::{ClassFigures, Figure};

/// `classes.csv`: a row for each class.
pub(super) fn figures(result: &PointResult) -> Vec<u8> {
    let mut header = vec!["class".to_owned(), "messages".to_owned()];
    header.extend(figure_columns(&result.assessment.classes));
    let mut table = Table::new(&header);
    let runs = result.assessment.replications as f64;
    for (class, figures) in result.model.classes.iter().zip(&result.assessment.classes) {
        let names = [class.name.clone(), number(figures.arrived as f64 / runs)];
        table.row(names.into_iter().chain(figure_cells(figures)));
    }
    table.bytes()
}

/// The columns of a class's figures, each with its interval.
pub(super) fn figure_columns(classes: &[ClassFigures]) -> Vec<String> {
    let mut columns: Vec<String> = [
        "offered_per_s",
        "carried_per_s",
        "goodput_per_s",
        "in_time_share",
        "in_flight_share",
        "duplicate_share",
        "latency_mean_s",
    ]
    .into_iter()
    .flat_map(estimate_columns)
    .collect();
    let levels = classes.first().map_or(&[][..], |class| &class.latency);
    columns.extend(levels.iter().flat_map(|(level, _)| estimate_columns(&quantile(*level))));
    columns
}

/// "latency_p99_9_s".
fn quantile(level: f64) -> String {
    format!("latency_p{}_s", (level * 1e6).round() / 1e4).replace('.', "_")
}

/// The cells of [`figure_columns`].
pub(super) fn figure_cells(of: &ClassFigures) -> Vec<String> {
    let figures: [&Figure; 7] = [
        &of.offered,
        &of.carried,
        &of.goodput,
        &of.in_time,
        &of.in_flight,
        &of.duplicates,
        &of.mean_latency,
    ];
    let quantiles = of.latency.iter().map(|(_, figure)| figure);
    figures.into_iter().chain(quantiles).flat_map(|figure| estimate(figure.estimate)).collect()
}

/// `outcomes.csv`: a row for each class and outcome; the shares of a class add up to one, but for
/// messages that a steady run counts by when they ended.
pub(super) fn outcomes(result: &PointResult) -> Vec<u8> {
    let mut table = Table::new(["class", "outcome", "share", "low", "high"]);
    for (class, figures) in result.model.classes.iter().zip(&result.assessment.classes) {
        let mut row = |outcome: &str, figure: &Figure| {
            let names = [class.name.clone(), outcome.to_owned()];
            table.row(names.into_iter().chain(estimate(figure.estimate)));
        };
        row("delivered-in-time", &figures.in_time);
        row("delivered-late", &figures.late);
        for outcome in Outcome::ALL {
            if outcome != Outcome::Delivered {
                row(outcome.name(), &figures.outcomes[outcome.index()]);
            }
        }
        row("in-flight", &figures.in_flight);
    }
    table.bytes()
}

/// `ledgers.csv`: a row for each class and group of carriers (all of them together: an empty
/// name), account and outcome, over the whole run; the shares of an account add up to one, but for
/// duplicates.
pub(super) fn ledgers(result: &PointResult) -> Vec<u8> {
    let header = ["class", "group", "account", "outcome", "messages", "share", "low", "high"];
    let mut table = Table::new(header);
    for of in &result.assessment.ledgers {
        let class = &result.model.classes[of.class].name;
        let group = of.group.map_or("", |group| &result.model.groups[group].name);
        for (account, entries) in [("truth", &of.truth), ("report", &of.report)] {
            for (outcome, share) in entries {
                let value = share.estimate.map_or(0.0, |estimate| estimate.value);
                let names = [class, group, account, outcome].map(str::to_owned);
                let messages = [number(value * of.came)];
                let cells = names.into_iter().chain(messages);
                table.row(cells.chain(estimate(share.estimate)));
            }
        }
    }
    table.bytes()
}

/// `latency.csv`: for each class, the share of messages that took longer than each latency, or
/// never arrived. Latencies lie within 0.4 % of those measured.
pub(super) fn latencies(result: &PointResult) -> Vec<u8> {
    let mut table = Table::new(["class", "latency_s", "share_later"]);
    for (index, class) in result.model.classes.iter().enumerate() {
        for (latency_s, later) in pool::distribution(result, index) {
            table.row([class.name.clone(), number(latency_s), number(later)]);
        }
    }
    table.bytes()
}
