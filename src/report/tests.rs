//! Whole reports of small scenarios, and what holds of all of them.

mod causes;
mod documents;
mod pages;
mod tables;

use super::{About, RUN_FILES, SWEEP_FILES, run_files, sweep_files};
use crate::language::Document;
use crate::model::Model;
use crate::sweep::{self, PointResult, Progress};

/// A short code that is too slow for a blast, and passwords in the queue behind it. Nothing in it
/// is random, so that its report changes only with the report.
pub(super) const BLAST: &str = r#"
title = "Blast beside passwords"
[run]
start = "09:59"
horizon = "10min"
window = "1min"
replications = 2
[target]
fast = { class = "otp", quantile = "90%", latency-at-most = "10s" }
promo-in-time = { class = "promo", delivered-within = "1h", share-at-least = "95%" }
drained = { drained-by = "10:08", backlog-at-most = 10 }
room = { of = "api", utilization-at-most = "80%", per = "1min" }
[traffic.promo]
to = "api.send"
blast = { at = "10:00", audience = 3000, rate = "100/s" }
[traffic.otp]
to = "api.send"
constant = { rate = "2/s" }
[service.api]
instances = 1
cores = 4
workers = 16
[service.api.operation.send]
work = "10ms"
steps = [{ send-to = "code" }]
[carrier.code]
rate = "10/s"
"#;

/// Workers at 90 %, in the long run.
const QUEUE: &str = r#"
[run]
mode = "steady"
horizon = "2h"
replications = 4
[target]
quick = { class = "m", quantile = "99%", latency-at-most = "5s" }
[traffic.m]
to = "q.serve"
poisson = { rate = "9/s" }
[service.q]
instances = 1
workers = 10
[service.q.operation.serve]
work = { exponential = { mean = "1s" } }
"#;

struct Quiet;

impl Progress for Quiet {
    fn expect(&self, _: u64) {}
    fn finished(&self, _: u64) {}
}

pub(super) fn model(text: &str, set: &[&str]) -> Model {
    let mut document = Document::parse("test.toml", text).unwrap();
    for assignment in set {
        document.set(assignment).unwrap();
    }
    let files = |_: &str| Err("no files".to_owned());
    crate::scenario::model_of(&document, &files)
        .unwrap_or_else(|problems| panic!("{}", document.render(&problems, false)))
}

/// The result of a scenario with some keys set.
pub(super) fn run(text: &str, set: &[&str]) -> PointResult {
    sweep::run_point(model(text, set), &Quiet)
}

/// The results of a scenario for each value of a key.
fn vary(text: &str, key: &str, values: &[&str]) -> Vec<(String, PointResult)> {
    let models = values.iter().map(|value| model(text, &[&format!("{key}={value}")])).collect();
    let results = sweep::run_points(models, &Quiet);
    values.iter().map(|value| (*value).to_owned()).zip(results).collect()
}

fn about() -> About {
    About {
        version: "1.2.3",
        scenario: "blast".to_owned(),
        scenario_digest: "d1".to_owned(),
        overrides: vec!["run.seed=7".to_owned()],
        files: vec![("series.csv".to_owned(), "d2".to_owned())],
        targets: ["fast", "promo-in-time", "drained", "room"].map(str::to_owned).to_vec(),
        remarks: Vec::new(),
    }
}

#[test]
fn the_same_result_gives_the_same_files_on_any_number_of_threads() {
    let files = |threads| {
        sweep::on_threads(Some(threads), || {
            let one = run_files(&run(QUEUE, &["run.horizon=10min"]), &about(), true);
            let points = vary(BLAST, "carrier.code.rate", &["10/s", "20/s"]);
            (one, sweep_files("carrier.code.rate", &points, &about(), true))
        })
        .unwrap()
    };
    let (one, swept) = files(1);
    let names = |files: &[(String, Vec<u8>)], all: &[&str]| {
        let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let mut all = all.to_vec();
        names.sort_unstable();
        all.sort_unstable();
        assert_eq!(names, all);
    };
    names(&one, &RUN_FILES);
    names(&swept, &SWEEP_FILES);
    assert!((one, swept) == files(4));
}

#[test]
fn what_is_empty_is_reported_too() {
    let quiet = "[run]\nhorizon = '1min'\n[traffic.m]\nto = 'q.serve'\nstages = [{ for = '1min', \
                 rate = '1/day' }]\n[service.q]\ninstances = 1\nworkers = 1\n\
                 [service.q.operation.serve]\nwork = '1s'";
    let result = run(quiet, &[]);
    assert_eq!(result.assessment.classes[0].arrived, 0, "the seed has no message come");
    let files = run_files(&result, &about(), true);
    assert!(files.iter().all(|(_, bytes)| !bytes.is_empty()));
    let text = super::run_text(&result, &about());
    assert!(text.starts_with("blast   ") && text.contains("no targets"), "{text}");
}
