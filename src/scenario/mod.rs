//! WHAT THE USER WROTE: a scenario file, read in full and lowered to a model.
//!
//! `schema` reads every section and keeps what could be read beside what could not, so that one
//! bad value hides no other problem. `lower` resolves names, checks what only the whole can tell
//! (cycles, limits that no message can meet), and builds the model. `remarks` tells what can run
//! but is probably not meant.

mod lower;
mod remarks;
mod schema;

use crate::dist::Files;
use crate::language::{Document, Problems};
use crate::model::Model;

pub use remarks::remarks;
pub use schema::NAMED;

/// The model that `document` describes; measured series come from `files`.
///
/// # Errors
/// All problems of the document, each with its place.
pub fn model_of(document: &Document, files: &Files<'_>) -> Result<Model, Problems> {
    let mut problems = Problems::new();
    let scenario = schema::Scenario::read(document.root(), &mut problems);
    let model = scenario.and_then(|scenario| lower::lower(scenario, files, &mut problems));
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        Some(_) | None => Err(problems),
    }
}
