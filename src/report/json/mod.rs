//! Documents for programs: `report.json` (a run), `sweep.json` (a sweep) and `run.json` (what it
//! takes to get the same results again). Their structs are their description.

mod figure;
mod hops;
mod ledgers;
mod record;
mod result;
mod routes;

use serde::Serialize;

use super::About;
use crate::sweep::PointResult;
use result::ResultDocument;

pub(super) use record::{Varied, run_record};

/// The form of the documents; it changes when a program that reads them would have to.
const SCHEMA: u32 = 1;

/// What a document is of.
#[derive(Debug, Serialize)]
struct Head<'a> {
    /// The form of the document.
    schema: u32,
    /// The version of the program.
    version: &'a str,
    /// The scenario's file, without folder and ending.
    scenario: &'a str,
    /// SHA-256 of the scenario's content, overrides included.
    scenario_digest: &'a str,
    /// Keys that were set on the command line, in order.
    overrides: &'a [String],
    /// What of the scenario is probably not meant so, in sentences.
    remarks: &'a [String],
}

/// `report.json`: the result of a run.
#[derive(Debug, Serialize)]
struct RunDocument<'a> {
    /// What it is of.
    of: Head<'a>,
    /// The result.
    result: ResultDocument<'a>,
}

/// `sweep.json`: the results of a sweep.
#[derive(Debug, Serialize)]
struct SweepDocument<'a> {
    /// What it is of.
    of: Head<'a>,
    /// The key that was varied.
    key: &'a str,
    /// The values tried, in order.
    points: Vec<PointDocument<'a>>,
}

/// One value of a sweep.
#[derive(Debug, Serialize)]
struct PointDocument<'a> {
    /// The value as written.
    value: &'a str,
    /// What came of it.
    result: ResultDocument<'a>,
}

pub(super) fn run_document(result: &PointResult, about: &About) -> String {
    document(&RunDocument { of: Head::of(about), result: ResultDocument::of(result) })
}

pub(super) fn sweep_document(key: &str, points: &[(String, PointResult)], about: &About) -> String {
    let points = points
        .iter()
        .map(|(value, result)| PointDocument { value, result: ResultDocument::of(result) })
        .collect();
    document(&SweepDocument { of: Head::of(about), key, points })
}

impl<'a> Head<'a> {
    fn of(about: &'a About) -> Self {
        Self {
            schema: SCHEMA,
            version: about.version,
            scenario: &about.scenario,
            scenario_digest: &about.scenario_digest,
            overrides: &about.overrides,
            remarks: &about.remarks,
        }
    }
}

fn document(content: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(content)
        .expect("keys are text, and figures that are not finite are written as text");
    text.push('\n');
    text
}
