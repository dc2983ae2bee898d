//! Whole streams: as written in TOML, from the first message to the last.

mod problems;
mod rates;
mod replay;
mod whole;

use super::*;
use crate::language::units::{RunClock, UtcOffset};
use crate::language::{Document, Problems, Read};

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Monday, 2024-01-01, 00:00 UTC.
fn clock() -> RunClock {
    RunClock { start: jiff::civil::date(2024, 1, 1).at(0, 0, 0, 0), zone: UtcOffset::UTC }
}

/// The stream that `toml` describes, whose files all hold `csv`.
fn with_file(toml: &str, csv: &str) -> Result<Traffic, String> {
    let document = Document::parse("x.toml", toml).unwrap();
    let mut problems = Problems::new();
    let files = |path: &str| match path {
        "missing.csv" => Err("no such file".to_owned()),
        _ => Ok(csv.to_owned()),
    };
    let traffic = TrafficSpec::read(document.root(), &mut problems)
        .and_then(|spec| spec.resolve(&clock(), &files, &mut problems));
    let say = |problem: &crate::language::Problem| match &problem.hint {
        Some(hint) => format!("{} | {hint}", problem.label),
        None => problem.label.clone(),
    };
    match problems.is_empty() {
        true => Ok(traffic.expect("without problems there is a stream")),
        false => Err(problems.iter().map(say).collect::<Vec<_>>().join("\n")),
    }
}

fn stream(toml: &str) -> Traffic {
    with_file(toml, "").unwrap_or_else(|problems| panic!("{problems}"))
}

fn key() -> Key {
    Key::new(2022, 0, "traffic/x")
}

fn open(traffic: &Traffic, key: Key) -> Arrivals {
    match traffic.start(key) {
        Source::Open(arrivals) => arrivals,
        Source::Closed(users) => panic!("{users:?} do not arrive"),
    }
}

/// The arrivals before `end`, in nanoseconds.
fn until(traffic: &Traffic, key: Key, end: u64) -> Vec<u64> {
    open(traffic, key).map(SimTime::ns).take_while(|at| *at < end).collect()
}

/// How many of `times` fall into each of `windows` windows of `length`.
fn counts(times: &[u64], length: u64, windows: usize) -> Vec<f64> {
    let mut counts = vec![0.0; windows];
    for at in times {
        counts[(at / length) as usize] += 1.0;
    }
    counts
}

/// The mean of `xs` and its standard error, from 200 batches longer than any correlation.
fn batch_mean(xs: &[f64]) -> (f64, f64) {
    let batches: Vec<f64> = xs
        .chunks_exact(xs.len() / 200)
        .map(|batch| batch.iter().sum::<f64>() / batch.len() as f64)
        .collect();
    let n = batches.len() as f64;
    let mean = batches.iter().sum::<f64>() / n;
    let variance = batches.iter().map(|b| (b - mean) * (b - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Fails unless the mean of `xs` is within five standard errors of `wanted`.
fn check_mean(what: &str, xs: &[f64], wanted: f64) {
    let (mean, error) = batch_mean(xs);
    assert!((mean - wanted).abs() < 5.0 * error, "{what}: {mean} ± {error}, not {wanted}");
}
