//! What is printed: plain text of at most 100 columns, legible without colour.

mod grid;
pub(super) mod run;

/// Columns that a report may take.
const WIDTH: u16 = 100;
