//! Documents for programs.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::About;
use crate::sweep::PointResult;

/// The form of the documents; it changes when a reader would have to.
const SCHEMA: u32 = 1;

/// `run.json`: everything that is needed to get the same results again.
#[derive(Debug, Serialize)]
struct RunRecord<'a> {
    /// The form of this document.
    schema: u32,
    /// The version of the program.
    version: &'a str,
    /// The scenario's file, without folder and ending.
    scenario: &'a str,
    /// SHA-256 of the scenario's content, overrides included.
    scenario_digest: &'a str,
    /// Keys that were set on the command line, in order.
    overrides: &'a [String],
    /// Files that the scenario names.
    files: Vec<FileDigest<'a>>,
    /// The seed.
    seed: u64,
    /// Replications that were run.
    replications: usize,
    /// SHA-256 over all tables: of each, its name, a zero byte, its length as 8 bytes (the
    /// highest first) and its content.
    results_digest: String,
}

#[derive(Debug, Serialize)]
struct FileDigest<'a> {
    /// As the scenario names it.
    name: &'a str,
    /// SHA-256 of its content.
    sha256: &'a str,
}

pub(super) fn run_record(
    result: &PointResult,
    about: &About,
    tables: &[(&'static str, Vec<u8>)],
) -> String {
    document(&RunRecord {
        schema: SCHEMA,
        version: about.version,
        scenario: &about.scenario,
        scenario_digest: &about.scenario_digest,
        overrides: &about.overrides,
        files: about.files.iter().map(|(name, sha256)| FileDigest { name, sha256 }).collect(),
        seed: result.model.run.seed,
        replications: result.assessment.replications,
        results_digest: digest(tables),
    })
}

pub(super) fn run_document(result: &PointResult, about: &About) -> String {
    run_record(result, about, &[])
}

fn digest(tables: &[(&'static str, Vec<u8>)]) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in tables {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn document(content: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(content).expect("names are text and figures are finite");
    text.push('\n');
    text
}
