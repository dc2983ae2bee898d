//! What a run tells the people who asked: text, tables (CSV), documents (JSON) and pictures (PNG),
//! as bytes. Nothing here reads a file, a clock or the environment, so that the same result gives
//! the same bytes.
//!
//! In reading order: `words` and `clock` (figures and times in the words of all reports), `text`
//! (what is printed), `pool` (replications put together), `csv` (a file a table), `json` (documents
//! for programs), `chart` (figures as PNG) and `figures` (from results to figures).

pub mod chart;
mod clock;
mod csv;
mod figures;
mod json;
mod pool;
mod text;
mod words;

use crate::model::Model;
use crate::sweep::PointResult;

/// What a report says of a run that its result does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The version of the program.
    pub version: &'static str,
    /// The scenario's file, without folder and ending.
    pub scenario: String,
    /// SHA-256 of the scenario's content with all overrides, in hexadecimal.
    pub scenario_digest: String,
    /// Keys that were set on the command line, as written, in order.
    pub overrides: Vec<String>,
    /// Files that the scenario names, and the SHA-256 of each, in hexadecimal.
    pub files: Vec<(String, String)>,
    /// Names of the targets in the order in which they are written.
    pub targets: Vec<String>,
    /// What of the scenario is probably not meant so, in sentences.
    pub remarks: Vec<String>,
}

impl About {
    /// The model's targets in the order in which they are written; those that are not known to
    /// be written come last.
    fn targets_of(&self, model: &Model) -> Vec<usize> {
        let mut order: Vec<usize> = (0..model.targets.len()).collect();
        order.sort_by_key(|&at| {
            let name = &model.targets[at].name;
            self.targets.iter().position(|written| written == name).unwrap_or(usize::MAX)
        });
        order
    }
}

/// Names of all files that a run may write.
pub const RUN_FILES: [&str; 23] = [
    "report.txt",
    "report.json",
    "run.json",
    "summary.csv",
    "classes.csv",
    "outcomes.csv",
    "latency.csv",
    "time_by_hop.csv",
    "services.csv",
    "carrier_groups.csv",
    "carriers.csv",
    "routes.csv",
    "sessions.csv",
    "limits.csv",
    "ledgers.csv",
    "timeline.csv",
    "stations_timeline.csv",
    "load.png",
    "latency.png",
    "latency_distribution.png",
    "resources.png",
    "outcomes.png",
    "time_by_hop.png",
];

/// Names of all files that a sweep may write.
pub const SWEEP_FILES: [&str; 7] = [
    "sweep.txt",
    "sweep.json",
    "sweep_run.json",
    "sweep.csv",
    "sweep_classes.csv",
    "sweep_stations.csv",
    "sweep.png",
];

/// What a run prints.
pub fn run_text(result: &PointResult, about: &About) -> String {
    text::run_report(result, about)
}

/// The result of a run as a JSON document.
pub fn run_json(result: &PointResult, about: &About) -> String {
    json::run_document(result, about)
}

/// All files of a run's folder, by name; `with_charts` adds the pictures, which take longest.
pub fn run_files(result: &PointResult, about: &About, with_charts: bool) -> Vec<(String, Vec<u8>)> {
    let tables = csv::of_run(result);
    let replications = vec![result.assessment.replications];
    let record = json::run_record(result.model.run.seed, replications, None, about, &tables);
    let texts = vec![
        ("report.txt", run_text(result, about).into_bytes()),
        ("report.json", run_json(result, about).into_bytes()),
        ("run.json", record.into_bytes()),
    ];
    let pictures = if with_charts { figures::of_run(result, about) } else { Vec::new() };
    by_name(texts.into_iter().chain(tables).chain(pictures))
}

/// What a sweep of `key` prints; `points` are the values tried, as written, and their results.
pub fn sweep_text(key: &str, points: &[(String, PointResult)], about: &About) -> String {
    text::sweep_report(key, points, about)
}

/// The results of a sweep as a JSON document.
pub fn sweep_json(key: &str, points: &[(String, PointResult)], about: &About) -> String {
    json::sweep_document(key, points, about)
}

/// All files of a sweep, by name: each starts with `sweep`.
pub fn sweep_files(
    key: &str,
    points: &[(String, PointResult)],
    about: &About,
    with_charts: bool,
) -> Vec<(String, Vec<u8>)> {
    let tables = csv::of_sweep(key, points);
    let replications = points.iter().map(|(_, point)| point.assessment.replications).collect();
    let seed = points.first().map_or(0, |(_, point)| point.model.run.seed);
    let values = points.iter().map(|(value, _)| value.as_str()).collect();
    let varied = Some(json::Varied { key, values });
    let record = json::run_record(seed, replications, varied, about, &tables);
    let texts = vec![
        ("sweep.txt", sweep_text(key, points, about).into_bytes()),
        ("sweep.json", sweep_json(key, points, about).into_bytes()),
        ("sweep_run.json", record.into_bytes()),
    ];
    let pictures = if with_charts { figures::of_sweep(key, points, about) } else { Vec::new() };
    by_name(texts.into_iter().chain(tables).chain(pictures))
}

fn by_name<'a>(files: impl Iterator<Item = (&'a str, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    files.map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

#[cfg(test)]
mod tests;
