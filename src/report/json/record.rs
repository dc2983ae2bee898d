//! `run.json`: everything that is needed to get the same results again, and the digest to tell
//! that they are. It holds no time, no path and no number of threads: the same run gives the same
//! record.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Head, document};
use crate::report::About;
use crate::report::csv::Tables;

/// What was run.
#[derive(Debug, Serialize)]
struct Record<'a> {
    /// What it is of.
    of: Head<'a>,
    /// What a sweep varied.
    #[serde(skip_serializing_if = "Option::is_none")]
    varied: Option<Varied<'a>>,
    /// Files that the scenario names.
    files: Vec<FileDigest<'a>>,
    /// The seed.
    seed: u64,
    /// Replications of each point that were run.
    replications: Vec<usize>,
    /// SHA-256 over all tables, in the order of `tables`: of each its name, a zero byte, its
    /// length as 8 bytes (the highest first), and its content.
    results_digest: String,
    /// The tables that the digest is over.
    tables: Vec<&'static str>,
}

/// The key that a sweep varied.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Varied<'a> {
    /// Its path in the scenario.
    pub(in crate::report) key: &'a str,
    /// The values tried, in order, as a scenario would spell them.
    pub(in crate::report) values: Vec<&'a str>,
}

/// A file and its content.
#[derive(Debug, Serialize)]
struct FileDigest<'a> {
    /// As the scenario names it.
    name: &'a str,
    /// SHA-256 of its content.
    sha256: &'a str,
}

/// The record of one point or several.
pub(in crate::report) fn run_record(
    seed: u64,
    replications: Vec<usize>,
    varied: Option<Varied<'_>>,
    about: &About,
    tables: &Tables,
) -> String {
    document(&Record {
        of: Head::of(about),
        varied,
        files: about.files.iter().map(|(name, sha256)| FileDigest { name, sha256 }).collect(),
        seed,
        replications,
        results_digest: digest(tables),
        tables: tables.iter().map(|(name, _)| *name).collect(),
    })
}

fn digest(tables: &Tables) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in tables {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
