//! JSON.

use insta::assert_snapshot;
use serde_json::Value;

use super::{BLAST, QUEUE, about, run, vary};
use crate::report::{run_files, run_json, sweep_json};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_document_of_a_run() {
    let mut document = json(&run_json(&run(BLAST, &[]), &about()));
    // The shape of one of each is enough.
    for list in ["targets", "bindings", "classes", "stations"] {
        document["result"][list].as_array_mut().unwrap().truncate(1);
    }
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn figures_that_are_not_finite_are_text_or_null() {
    let lossy = BLAST
        .replace("[carrier.code]", "[carrier.code]\nqueue = { fifo = { length-at-most = 0 } }");
    let document = json(&run_json(&run(&lossy, &[]), &about()));
    let promo = &document["result"]["classes"][1];
    assert_eq!(promo["name"], "promo");
    let p95 = &promo["latency_quantiles"][1]["latency"];
    assert_eq!(p95["value"], "infinite");
    let single = json(&run_json(&run(QUEUE, &["run.replications=1"]), &about()));
    let target = &single["result"]["targets"][0];
    assert_eq!(target["measured"]["low"], Value::Null);
    assert_eq!(target["reason"]["code"], "one-replication");
}

#[test]
fn the_record_tells_what_it_takes_to_run_again_and_changes_with_the_results() {
    let record = |seed: &str| {
        let result = run(QUEUE, &[seed, "run.horizon=10min"]);
        let files = run_files(&result, &about(), false);
        let (_, bytes) = files.iter().find(|(name, _)| name == "run.json").unwrap();
        json(std::str::from_utf8(bytes).unwrap())
    };
    let (one, other) = (record("run.seed=1"), record("run.seed=2"));
    assert_eq!(one["of"]["scenario_digest"], "d1");
    assert_eq!(one["of"]["overrides"][0], "run.seed=7");
    assert_eq!(one["files"][0]["sha256"], "d2");
    assert_eq!((&one["seed"], &one["replications"][0]), (&1.into(), &4.into()));
    assert_eq!(one["results_digest"].as_str().unwrap().len(), 64);
    assert_eq!(one, record("run.seed=1"));
    assert_ne!(one["results_digest"], other["results_digest"]);
}

#[test]
fn a_sweep_holds_a_result_for_each_value() {
    let points = vary(BLAST, "carrier.code.rate", &["10/s", "500/s"]);
    let document = json(&sweep_json("carrier.code.rate", &points, &about()));
    assert_eq!(document["key"], "carrier.code.rate");
    assert_eq!(document["points"][1]["value"], "500/s");
    assert_eq!(document["points"][0]["result"]["all_met"], false);
}
