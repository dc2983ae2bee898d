//! CSV.

use std::collections::BTreeMap;

use super::{BLAST, QUEUE, about, run, vary};
use crate::report::{run_files, sweep_files};

/// A table as rows of columns by name.
type Rows = Vec<BTreeMap<String, String>>;

fn tables(files: Vec<(String, Vec<u8>)>) -> BTreeMap<String, Rows> {
    let is_table = |(name, _): &(String, Vec<u8>)| name.ends_with(".csv");
    let parse = |(name, bytes): (String, Vec<u8>)| {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(&bytes[..]);
        let header = reader.headers().unwrap().clone();
        let unique: std::collections::BTreeSet<&str> = header.iter().collect();
        assert_eq!(unique.len(), header.len(), "{name}: each column has a name of its own");
        let row = |record: Result<csv::StringRecord, csv::Error>| {
            let record = record.unwrap();
            header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
        };
        (name, reader.records().map(row).collect())
    };
    files.into_iter().filter(is_table).map(parse).collect()
}

fn sum(rows: &Rows, column: &str, only: (&str, &str)) -> f64 {
    let chosen = rows.iter().filter(|row| row[only.0] == only.1);
    chosen.map(|row| row[column].parse::<f64>().unwrap()).sum()
}

#[test]
fn the_tables_of_a_run_agree_with_one_another() {
    let result = run(BLAST, &[]);
    let tables = tables(run_files(&result, &about(), false));
    // 3,000 promo texts and 600 seconds of 2 passwords (the first after half a second).
    assert_eq!(sum(&tables["timeline.csv"], "offered", ("class", "promo")), 3000.0);
    assert_eq!(sum(&tables["classes.csv"], "messages", ("class", "promo")), 3000.0);
    let passwords = sum(&tables["classes.csv"], "messages", ("class", "otp"));
    assert!((1199.0..=1200.0).contains(&passwords));
    assert_eq!(sum(&tables["timeline.csv"], "offered", ("class", "otp")), passwords);
    for class in ["otp", "promo"] {
        let shares = sum(&tables["outcomes.csv"], "share", ("class", class));
        assert!((shares - 1.0).abs() < 1e-5, "{class}: {shares}");
    }
    let delivered: f64 = ["otp", "promo"]
        .iter()
        .map(|class| sum(&tables["timeline.csv"], "delivered", ("class", class)))
        .sum();
    assert_eq!(sum(&tables["carriers.csv"], "accepted", ("carrier", "code")), delivered);
    let first = &tables["timeline.csv"][0];
    assert_eq!((first["start_s"].as_str(), first["clock"].as_str()), ("0", "2024-01-01 09:59:00"));
    assert_eq!(tables["stations_timeline.csv"].len(), 2 * 10);
    let summary = &tables["summary.csv"];
    let of = |name: &str| summary.iter().find(|row| row["of"] == name).unwrap();
    assert_eq!(of("fast")["verdict"], "not-met");
    assert_eq!((of("fast")["limit"].as_str(), of("fast")["unit"].as_str()), ("10", "s"));
}

#[test]
fn what_came_late_has_an_interval_as_what_came_in_time() {
    let set = ["run.horizon=10min", "target.quick.latency-at-most=2s"];
    let tables = tables(run_files(&run(QUEUE, &set), &about(), false));
    let late = tables["outcomes.csv"].iter().find(|row| row["outcome"] == "delivered-late");
    let ends = ["low", "share", "high"].map(|end| late.unwrap()[end].parse::<f64>().unwrap());
    assert!(ends[0] < ends[1] && ends[1] < ends[2], "{ends:?}");
}

#[test]
fn shares_later_fall_to_what_never_came() {
    let tables = tables(run_files(&run(QUEUE, &["run.horizon=10min"]), &about(), false));
    let later: Vec<f64> =
        tables["latency.csv"].iter().map(|row| row["share_later"].parse().unwrap()).collect();
    assert!(later.len() > 100 && later.is_sorted_by(|a, b| a >= b));
    assert_eq!(later.last(), Some(&0.0));
}

#[test]
fn a_latency_that_never_ends_is_inf_and_what_is_unknown_empty() {
    // Half of the messages are turned away.
    let lossy = BLAST
        .replace("[carrier.code]", "[carrier.code]\nqueue = { fifo = { length-at-most = 0 } }");
    let result = run(&lossy, &[]);
    let tables = tables(run_files(&result, &about(), false));
    let summary = &tables["summary.csv"];
    let p99 = summary.iter().find(|row| row["of"] == "promo" && row["figure"] == "p95 latency");
    assert_eq!(p99.unwrap()["value"], "inf");
    let empty = tables["timeline.csv"].iter().find(|row| row["class"] == "promo").unwrap();
    assert_eq!((empty["offered"].as_str(), empty["latency_mean_s"].as_str()), ("0", ""));
}

#[test]
fn a_sweep_has_a_row_for_each_value_and_target() {
    let key = "carrier.code.rate";
    let points = vary(BLAST, key, &["10/s", "500/s"]);
    let tables = tables(sweep_files(key, &points, &about(), false));
    let rows = &tables["sweep.csv"];
    assert_eq!(rows.len(), 2 * 4);
    let verdicts = |value: &str| -> Vec<&str> {
        rows.iter().filter(|row| row[key] == value).map(|row| row["verdict"].as_str()).collect()
    };
    assert_eq!(verdicts("10/s"), ["met", "not-met", "met", "met"]);
    assert_eq!(verdicts("500/s")[..2], ["met", "met"]);
    assert_eq!((rows[0]["binds"].as_str(), rows[1]["binds"].as_str()), ("", "code"));
    assert_eq!(tables["sweep_stations.csv"].len(), 2 * 2);
    assert_eq!(tables["sweep_classes.csv"].len(), 2 * 2);
}
