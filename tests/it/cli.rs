//! The program as a user runs it: the same bytes at any thread count, and what it prints and
//! writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A small scenario with everything in it that is computed with logarithms and exponentials.
const MIXED: &str = r#"
title = "A little of everything"
[run]
start = "09:50"
horizon = "10min"
replications = 6
[target]
quick = { class = "otp", quantile = "95%", latency-at-most = "20s" }
kept = { lost-at-most = "5%" }
[traffic.otp]
to = "api.send"
poisson = { rate = "20/s" }
noise = { ar1 = { sd = "20%", correlation = 0.6, every = "10s" } }
causes = { traffic = "receipt", share = "30%", after = { exponential = { mean = "2s" } } }
[traffic.receipt]
to = "api.note"
[service.api]
instances = 3
cores = 2
workers = 8
[service.api.operation.send]
work = { lognormal = { mean = "30ms", p99 = "200ms" } }
steps = [
  { call = "store.read", timeout = "100ms", retry = { exponential = { base = "10ms" } } },
  { send-to = "mobile" },
]
[service.api.operation.note]
work = { weibull = { shape = 1.5, mean = "5ms" } }
[service.store]
instances = 1
cores = 4
queue = { fifo = { length-at-most = 50 } }
[service.store.operation.read]
work = { gamma = { mean = "20ms", cv = 0.7 } }
[carrier-group.mobile]
count = 5
shares = { zipf = { exponent = 1.2 } }
rate = "10/s"
binds = 1
round-trip = { lognormal = { median = "80ms", p99 = "1s" } }
overload = { throttle = { pause = "5s" } }
silent-loss = "2%"
"#;

fn surgeplan() -> Command {
    let mut command = Command::cargo_bin("surgeplan").unwrap();
    command.env("NO_COLOR", "1");
    command
}

fn scenario(folder: &TempDir, text: &str) -> String {
    let path = folder.path().join("plan.toml");
    fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect()
}

fn run_into(text: &str, extra: &[&str]) -> (Output, BTreeMap<String, Vec<u8>>) {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, text);
    let out = folder.path().join("out");
    let output = surgeplan().args(["run", &file, "--out"]).arg(&out).args(extra).output().unwrap();
    let files = if out.is_dir() { files(&out) } else { BTreeMap::new() };
    (output, files)
}

#[test]
fn the_same_bytes_on_one_two_and_eight_threads() {
    let (_, one) = run_into(MIXED, &["--threads", "1"]);
    assert!(one.len() > 10 && one.keys().any(|name| name.ends_with(".png")), "{:?}", one.keys());
    for threads in ["2", "8"] {
        let (_, many) = run_into(MIXED, &["--threads", threads]);
        assert_eq!(one.keys().collect::<Vec<_>>(), many.keys().collect::<Vec<_>>());
        for (name, bytes) in &one {
            assert!(*bytes == many[name], "{name} differs on {threads} threads");
        }
    }
}

#[test]
fn no_file_tells_when_where_or_on_how_many_threads_it_was_made() {
    let (_, files) = run_into(MIXED, &["--no-charts", "--threads", "3"]);
    let temporary = std::env::temp_dir().to_string_lossy().into_owned();
    for (name, bytes) in files {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(&temporary) && !text.contains("threads"), "{name}");
    }
}

#[test]
fn all_problems_of_a_file_come_at_once() {
    let text = MIXED
        .replace("cores = 2", "cores = \"many\"")
        .replace("store.read", "stor.read")
        .replace("rate = \"20/s\"", "rate = \"fast\"");
    let (output, _) = run_into(&text, &[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for wanted in ["3 problems", "found \"many\"", "did you mean `store`", "found \"fast\""] {
        assert!(told.contains(wanted), "`{wanted}` is not in\n{told}");
    }
}

#[test]
fn a_key_of_a_carrier_that_is_not_there_is_refused() {
    let set = "carrier-group.mobil.rate=12/s";
    let (output, files) = run_into(MIXED, &["--set", set]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("no carrier group is named `mobil`"), "{told}");
    assert!(told.contains("did you mean `mobile`") && files.is_empty(), "{told}");
}

#[test]
fn what_nothing_is_sent_to_is_noted() {
    let text = format!("{MIXED}[carrier.spare]\nrate = \"1/s\"\n");
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, &text);
    let checked = surgeplan().args(["check", &file]).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(0));
    assert!(told.contains("ok, ") && told.contains("Nothing is sent to `spare`."), "{told}");
    let (output, files) = run_into(&text, &["--replications", "2", "--no-charts"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("Nothing is sent to `spare`."), "{told}");
    let document = String::from_utf8_lossy(&files["report.json"]).into_owned();
    assert!(document.contains("Nothing is sent to `spare`."), "{document}");
}

#[test]
fn calls_in_a_circle_are_refused() {
    let text = MIXED.replace(
        "[service.store.operation.read]",
        "[service.store.operation.read]\nsteps = [{ call = \"api.send\" }]",
    );
    let (output, _) = run_into(&text, &[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("wait for one another"), "{told}");
}

#[test]
fn a_sweep_writes_its_table_and_picture() {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, MIXED);
    let out = folder.path().join("out");
    let sweep = |threads: &str| {
        let vary = "service.api.instances=1..4";
        let args = ["sweep", &file, "--vary", vary, "--threads", threads, "--out"];
        let output = surgeplan().args(args).arg(&out).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2));
        (String::from_utf8(output.stdout).unwrap(), files(&out))
    };
    let (text, one) = sweep("1");
    let (_, two) = sweep("2");
    assert!(one == two);
    assert!(text.contains("instances"), "{text}");
    let table = String::from_utf8(one["sweep.csv"].clone()).unwrap();
    assert!(table.lines().count() > 3 * 2, "{table}");
    assert!(one.contains_key("sweep.png"), "{:?}", one.keys());
}

#[test]
fn json_is_a_document_and_a_trace_can_be_read() {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, MIXED);
    let out = folder.path().join("out");
    let mut command = surgeplan();
    command.args(["run", &file, "--format", "json", "--no-charts", "--out"]).arg(&out);
    let document: serde_json::Value =
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert!(document["result"]["targets"].as_array().is_some_and(|targets| targets.len() == 2));
    let trace =
        surgeplan().args(["run", &file, "--trace", "--set", "run.horizon=2s"]).output().unwrap();
    let text = String::from_utf8(trace.stdout).unwrap();
    assert!(text.contains("arrives") && text.contains("is taken by a worker at `api`"), "{text}");
}
