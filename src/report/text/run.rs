//! The report of a run: the answer, what binds, then the detail.

use super::grid::{Column, Grid};
use crate::language::format;
use crate::report::{About, words};
use crate::sweep::PointResult;

pub(in crate::report) fn report(result: &PointResult, _about: &About) -> String {
    let sections = [heading(result), targets(result)];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The title, and what was run.
fn heading(result: &PointResult) -> String {
    let model = &result.model;
    let runs = result.assessment.replications;
    let arrived: u64 = result.assessment.classes.iter().map(|class| class.arrived).sum();
    let horizon = format::duration(model.run.horizon.since(crate::engine::SimTime::ZERO));
    let each = if runs == 1 { "" } else { " each" };
    let runs_shown = if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
    let messages = format::spoken_count(arrived / runs as u64);
    format!("{}   {runs_shown} of {horizon}, {messages} messages{each}\n", model.title)
}

/// The answer to each target.
fn targets(result: &PointResult) -> String {
    if result.model.targets.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[
        ("target", Column::Words),
        ("wanted", Column::Words),
        ("measured (95 % interval)", Column::Fixed),
        ("verdict", Column::Fixed),
    ]);
    for (target, verdict) in result.model.targets.iter().zip(&result.assessment.targets) {
        grid.row([
            target.name.clone(),
            words::wanted(&result.model, target),
            words::with_interval(&verdict.measured),
            words::verdict(verdict),
        ]);
    }
    grid.text()
}
