//! The report of a run: the answer first, then what binds, then the detail.

use super::grid::{Column, GAP, Grid, shortened};
use super::{WIDTH, binding, classes, hops, join, notes, routes, stations};
use crate::language::format;
use crate::report::{About, words};
use crate::sweep::PointResult;

/// The report of a run.
pub(in crate::report) fn report(result: &PointResult, about: &About) -> String {
    join([
        heading(result, about),
        targets(result, about),
        binding::section(result),
        classes::outcomes(result),
        classes::ledgers(result),
        classes::latencies(result),
        hops::section(result),
        stations::services(result),
        stations::effort(result),
        stations::network(result),
        stations::carriers(result),
        routes::section(result),
        stations::sessions(result),
        stations::limits(result),
        notes::section(result, about),
    ])
}

/// The title at the left and what was run at the right, or below where it does not fit.
fn heading(result: &PointResult, about: &About) -> String {
    let runs = result.assessment.replications;
    let arrived: u64 = result.assessment.classes.iter().map(|class| class.arrived).sum();
    let messages = match format::spoken_count(arrived / runs as u64).as_str() {
        "1" => "1 message".to_owned(),
        many => format!("{many} messages"),
    };
    let each = if runs == 1 { "" } else { " each" };
    let facts = format!("{}, {messages}{each}", words::length(&result.model, runs));
    title_line(words::title(&result.model, &about.scenario), &facts)
}

/// A title at the left and facts at the right, or below where they do not fit.
pub(super) fn title_line(title: &str, facts: &str) -> String {
    // Titles may be in any script; the table measures what they take.
    let title = title.trim();
    let width = Grid::new(&[(title, Column::Fixed), (facts, Column::Figures)]).width();
    match WIDTH.checked_sub(width) {
        Some(room) => format!("{title}{}{facts}\n", " ".repeat(usize::from(room + 2 * GAP))),
        None => format!("{}\n{facts}\n", shortened(title, WIDTH)),
    }
}

/// The answer to each target.
fn targets(result: &PointResult, about: &About) -> String {
    if result.model.targets.is_empty() {
        return "  no targets: nothing to meet or to miss\n".to_owned();
    }
    let measured = |(target, verdict)| words::measured(target, verdict);
    let order = about.targets_of(&result.model);
    let all =
        || order.iter().map(|&at| (&result.model.targets[at], &result.assessment.targets[at]));
    let has_interval = all().map(measured).any(|text| text.contains('('));
    let mut grid = Grid::new(&[
        ("target", Column::Words),
        ("wanted", Column::Sentence),
        (if has_interval { "measured (95 % interval)" } else { "measured" }, Column::Fixed),
        ("verdict", Column::Fixed),
    ]);
    for (target, verdict) in all() {
        grid.row([
            target.name.clone(),
            words::wanted(&result.model, target),
            words::measured(target, verdict),
            words::verdict(verdict),
        ]);
    }
    grid.text()
}
