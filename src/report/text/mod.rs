//! What is printed: plain text of at most 100 columns, legible without colour.

mod binding;
mod classes;
mod grid;
mod hops;
mod notes;
mod routes;
mod run;
mod sessions;
mod stations;
mod sweep;

pub(super) use notes::{Note, notes};
pub(super) use run::report as run_report;
pub(super) use sweep::report as sweep_report;

/// Columns that a report may take.
const WIDTH: u16 = 100;

/// Sections with a blank line between them; empty ones are left out.
fn join(sections: impl IntoIterator<Item = String>) -> String {
    let sections = sections.into_iter().filter(|section| !section.is_empty());
    sections.collect::<Vec<_>>().join("\n")
}
