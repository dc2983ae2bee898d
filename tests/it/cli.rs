//! The program as a user runs it: the same bytes at any thread count, exit codes, and problems
//! that say where and what.

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

fn run_into(
    text: &str,
    extra: &[&str],
    envs: &[(&str, &str)],
) -> (Output, BTreeMap<String, Vec<u8>>) {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, text);
    let out = folder.path().join("out");
    let output = surgeplan()
        .args(["run", &file, "--out"])
        .arg(&out)
        .args(extra)
        .envs(envs.iter().copied())
        .output()
        .unwrap();
    let files = if out.is_dir() { files(&out) } else { BTreeMap::new() };
    (output, files)
}

#[test]
fn the_same_bytes_on_one_two_and_eight_threads() {
    let (_, one) = run_into(MIXED, &["--threads", "1"], &[]);
    assert!(one.len() > 10 && one.keys().any(|name| name.ends_with(".png")), "{:?}", one.keys());
    for threads in ["2", "8"] {
        let (_, many) = run_into(MIXED, &["--threads", threads], &[]);
        assert_eq!(one.keys().collect::<Vec<_>>(), many.keys().collect::<Vec<_>>());
        for (name, bytes) in &one {
            assert!(*bytes == many[name], "{name} differs on {threads} threads");
        }
    }
}

#[test]
fn the_same_tables_without_fused_multiplication_and_wide_vectors() {
    let plain = run_into(MIXED, &["--no-charts"], &[]).1;
    let tunables = ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2");
    let without = run_into(MIXED, &["--no-charts"], &[tunables]).1;
    assert!(plain.len() > 5);
    assert!(plain == without);
}

#[test]
fn another_seed_gives_other_results_and_the_same_one_the_same() {
    let (_, first) = run_into(MIXED, &["--no-charts", "--seed", "7"], &[]);
    let (_, again) = run_into(MIXED, &["--no-charts", "--seed", "7"], &[]);
    let (_, other) = run_into(MIXED, &["--no-charts", "--seed", "8"], &[]);
    assert!(first == again);
    assert!(first["summary.csv"] != other["summary.csv"]);
}

#[test]
fn no_file_tells_when_where_or_on_how_many_threads_it_was_made() {
    let (_, files) = run_into(MIXED, &["--no-charts", "--threads", "3"], &[]);
    let temporary = std::env::temp_dir().to_string_lossy().into_owned();
    for (name, bytes) in files {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(&temporary) && !text.contains("threads"), "{name}");
    }
}

#[test]
fn exit_codes_say_how_it_went() {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, MIXED);
    let out = folder.path().join("out");
    let code = |args: &[&str]| {
        let mut command = surgeplan();
        command.args(args).arg("--quiet").arg("--no-charts").arg("--out").arg(&out);
        command.output().unwrap().status.code()
    };
    let easy = "target.quick.latency-at-most=10min";
    let lossy = "target.kept.lost-at-most=100%";
    assert_eq!(code(&["run", &file, "--set", easy, "--set", lossy]), Some(0));
    assert_eq!(code(&["run", &file, "--set", "target.quick.latency-at-most=1ms"]), Some(1));
    assert_eq!(code(&["run", &file, "--replications", "1"]), Some(1), "undecided");
    assert_eq!(code(&["run", "no-such-file.toml"]), Some(2));
    let vary = "target.quick.latency-at-most=1ms,10min";
    assert_eq!(code(&["sweep", &file, "--vary", vary, "--set", lossy]), Some(1));
    assert_eq!(surgeplan().args(["check", &file]).output().unwrap().status.code(), Some(0));
    assert_eq!(surgeplan().args(["frobnicate"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn bad_input_is_told_with_its_place_and_writes_nothing() {
    // Something wrong, and what the message has to say.
    let cases = [
        ("service.api.instances=1000000000000", "1,000,000"),
        ("service.api.instances=0", "from 1 to 1,000,000"),
        ("service.api.instances=-3", "found -3"),
        ("service.api.instances=nan", "found NaN"),
        ("service.api.instanses=3", "did you mean `instances`"),
        ("traffic.otp.to=apy.send", "did you mean `api`"),
        ("traffic.otp.poisson.rate=0/s", "found \"0/s\""),
        ("traffic.otp.poisson.rate=40", "unit"),
        ("run.horizon=0s", "found \"0s\""),
        ("run.horizon=99999999d", "horizon"),
        ("target.quick.class=opt", "did you mean `otp`"),
        ("target.quick.quantile=101%", "from 0% to 100%"),
        ("carrier-group.mobile.silent-loss=-1%", "-1%"),
        ("service.api.operation.send.work.lognormal.p99=1us", "p99"),
        ("traffic.otp.replay={ file = \"missing.csv\" }", "replay"),
    ];
    for (assignment, wanted) in cases {
        let (output, files) = run_into(MIXED, &["--set", assignment], &[]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{assignment}\n{text}");
        assert!(text.contains(wanted), "{assignment}: `{wanted}` is not in\n{text}");
        assert!(text.contains("--set") && text.contains('^'), "{assignment}: no place\n{text}");
        assert!(!text.contains("panicked") && output.stdout.is_empty(), "{assignment}\n{text}");
        assert!(files.is_empty(), "{assignment}: {:?}", files.keys());
    }
}

#[test]
fn all_problems_of_a_file_come_at_once() {
    let text = MIXED
        .replace("cores = 2", "cores = \"many\"")
        .replace("store.read", "stor.read")
        .replace("rate = \"20/s\"", "rate = \"fast\"");
    let (output, _) = run_into(&text, &[], &[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for wanted in ["3 problems", "found \"many\"", "did you mean `store`", "found \"fast\""] {
        assert!(told.contains(wanted), "`{wanted}` is not in\n{told}");
    }
}

#[test]
fn calls_in_a_circle_are_refused() {
    let text = MIXED.replace(
        "[service.store.operation.read]",
        "[service.store.operation.read]\nsteps = [{ call = \"api.send\" }]",
    );
    let (output, _) = run_into(&text, &[], &[]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("wait for one another"), "{told}");
}

#[test]
fn a_series_that_cannot_be_read_says_why() {
    let folder = TempDir::new().unwrap();
    let text = MIXED.replace("poisson = { rate = \"20/s\" }", "replay = { file = \"series.csv\" }");
    let text =
        text.replace("noise = { ar1 = { sd = \"20%\", correlation = 0.6, every = \"10s\" } }", "");
    let file = scenario(&folder, &text);
    let told = |series: Option<&str>| {
        let path = folder.path().join("series.csv");
        match series {
            Some(series) => fs::write(&path, series).unwrap(),
            None => drop(fs::remove_file(&path)),
        }
        let output = surgeplan().args(["check", &file]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for series in [None, Some(""), Some("time,count\n"), Some("time,count\n2024-01-01 00:00,x\n")] {
        let (code, text) = told(series);
        assert_eq!(code, Some(2), "{series:?}\n{text}");
        assert!(text.contains("series.csv") && !text.contains("panicked"), "{series:?}\n{text}");
    }
    let good = "time,count\n2024-01-01 00:00:00,60\n2024-01-01 00:01:00,30\n";
    assert_eq!(told(Some(good)).0, Some(0));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_the_run() {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, MIXED);
    let taken = folder.path().join("taken");
    fs::write(&taken, "a file, not a folder").unwrap();
    let output = surgeplan().args(["run", &file, "--out"]).arg(&taken).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("--out") && !told.contains("panicked"), "{told}");
    assert_eq!(fs::read_to_string(&taken).unwrap(), "a file, not a folder");
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
