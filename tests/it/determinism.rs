//! The binary as a user runs it: the same bytes whatever the threads and the processor.

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// The binary, in a folder of its own.
pub(crate) fn surgeplan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_surgeplan"));
    command.current_dir(folder).env("NO_COLOR", "1").env_remove("GLIBC_TUNABLES");
    command
}

/// Much that is random, of every family whose numbers come from `libm`.
const SCENARIO: &str = r#"
title = "Everything at once"
[run]
start = "09:00"
horizon = "4min"
replications = 5
[target]
fast = { class = "otp", quantile = "95%", latency-at-most = "2s" }
most = { class = "promo", delivered-within = "1min", share-at-least = "50%", per = "1min" }
idle = { of = "api", utilization-at-most = "90%" }
[traffic.otp]
to = "api.send"
poisson = { rate = "20/s" }
profile = { hourly = [0.4, 0.3, 0.3, 0.3, 0.4, 0.6, 0.9, 1.2, 1.4, 1.5, 1.5, 1.4, 1.3, 1.3, 1.3, 1.3, 1.3, 1.2, 1.2, 1.1, 1.0, 0.9, 0.7, 0.5] }
noise = { ar1 = { sd = "20%", correlation = 0.7, every = "5s" } }
spikes = [{ at = "09:02", times = 5, rise = "10s", hold = "30s", fall = "30s" }]
timeout = "3s"
retry = { exponential = { attempts = 3, base = "100ms" } }
[traffic.promo]
to = "api.send"
blast = { at = "09:01", audience = 2_000, rate = "100/s" }
causes = { traffic = "click", share = "20%", after = { lognormal = { median = "5s", p99 = "1min" } } }
[traffic.click]
to = "api.look"
[traffic.batch]
to = "carriers"
mmpp = { states = [{ rate = "5/s", stay = "10s" }, { rate = "50/s", stay = "3s" }] }
[traffic.users]
to = "api.look"
closed-loop = { users = 30, think = { weibull = { mean = "2s", shape = 0.7 } } }
[service.api]
instances = 3
workers = 8
cores = 2
queue = { fifo = { length-at-most = 500, age-at-most = "20s" } }
[service.api.operation.send]
work = { lognormal = { mean = "8ms", p99 = "40ms" } }
steps = [{ call = "db.read", timeout = "500ms" }, { send-to = "carriers" }]
[service.api.operation.look]
work = { gamma = { mean = "3ms", cv = 2 } }
steps = [{ call = "db.read", times = { mean = 1.5 } }]
[service.db]
instances = 2
workers = 4
balancer = "least-loaded"
[service.db.operation.read]
work = { hyperexponential = { mean = "4ms", cv = 3 } }
[network]
one-way = { uniform = { minimum = "100us", maximum = "2ms" } }
[carrier-group.carriers]
count = 4
shares = { zipf = { exponent = 1.1 } }
rate = "8/s"
window = 10
round-trip = { erlang = { mean = "120ms", stages = 3 } }
delivery = { pareto = { minimum = "200ms", maximum = "60s", shape = 1.5 } }
overload = { throttle = { pause = "2s" } }
silent-loss = "1%"
"#;

/// Name and content of every file in a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the output folder is there");
    let read = |path: &Path| std::fs::read(path).expect("a file");
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    entries.map(|entry| entry.expect("an entry").path()).map(|p| (name(&p), read(&p))).collect()
}

/// Which files differ, by name.
fn differences(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
    names.filter(|name| a.get(*name) != b.get(*name)).cloned().collect()
}

/// Runs `arguments` and gives what was written and printed.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (BTreeMap<String, Vec<u8>>, Vec<u8>) {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("all.toml"), SCENARIO).expect("the scenario");
    let mut command = surgeplan(folder.path());
    command.args(arguments).args(["--out", "out", "--format", "json"]);
    command.envs(environment.iter().copied());
    let done = command.output().expect("it runs");
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{stderr}");
    assert!(stderr.is_empty(), "{stderr}");
    (contents(&folder.path().join("out")), done.stdout)
}

#[test]
fn the_same_bytes_on_one_thread_and_on_eight() {
    for command in [
        vec!["run", "all.toml"],
        vec!["sweep", "all.toml", "--vary", "service.db.instances=1,2,4", "--replications", "3"],
    ] {
        let on = |threads: &str| run(&[command.as_slice(), &["--threads", threads]].concat(), &[]);
        let (files, printed) = on("1");
        assert!(files.keys().any(|name| name.ends_with(".png")), "{:?}", files.keys());
        assert!(files.keys().any(|name| name.ends_with(".csv")), "{:?}", files.keys());
        for threads in ["2", "8"] {
            let (others, also_printed) = on(threads);
            assert_eq!(differences(&files, &others), Vec::<String>::new(), "on {threads} threads");
            assert_eq!(printed, also_printed, "on {threads} threads");
        }
    }
}

/// Without fused multiply-add the system's mathematical functions give other bits; ours do not
/// come from the system.
#[test]
fn the_same_bytes_on_a_lesser_processor() {
    let lesser = [("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2")];
    let (files, printed) = run(&["run", "all.toml"], &[]);
    let (others, also_printed) = run(&["run", "all.toml"], &lesser);
    assert_eq!(differences(&files, &others), Vec::<String>::new());
    assert_eq!(printed, also_printed);
}

#[test]
fn another_seed_gives_other_results_and_the_same_seed_the_same() {
    let (files, _) = run(&["run", "all.toml", "--no-charts"], &[]);
    let (again, _) = run(&["run", "all.toml", "--no-charts", "--seed", "1"], &[]);
    let (others, _) = run(&["run", "all.toml", "--no-charts", "--seed", "2"], &[]);
    assert_eq!(files["classes.csv"], again["classes.csv"]);
    assert_ne!(files["classes.csv"], others["classes.csv"]);
}

/// A folder never mixes two runs, and a run of another kind leaves it alone.
#[test]
fn what_an_earlier_run_left_is_replaced() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("all.toml"), SCENARIO).expect("the scenario");
    let go = |arguments: &[&str]| {
        let mut command = surgeplan(folder.path());
        command.args(arguments).args(["--replications", "2", "--quiet"]);
        command.output().expect("it runs");
        contents(&folder.path().join("results/all"))
    };
    let with_charts = go(&["run", "all.toml"]);
    let swept = go(&["sweep", "all.toml", "--vary", "service.db.instances=2,3", "--no-charts"]);
    assert!(with_charts.keys().all(|name| swept.contains_key(name)), "{:?}", swept.keys());
    let without = go(&["run", "all.toml", "--no-charts"]);
    assert!(!without.keys().any(|name| name.ends_with(".png")), "{:?}", without.keys());
    assert!(!without.keys().any(|name| name.starts_with('.')), "{:?}", without.keys());
    assert!(without.contains_key("sweep.csv"), "{:?}", without.keys());
    assert_eq!(without["classes.csv"], with_charts["classes.csv"]);
}

/// The folder may be one in which other things are.
#[test]
fn files_that_are_not_ours_stay_and_those_that_are_read_are_not_overwritten() {
    let folder = TempDir::new().expect("a folder");
    let rows: String = (0..60).map(|s| format!("2024-01-01 00:00:{s:02},5\n")).collect();
    let text = "[run]\nhorizon = \"10s\"\nreplications = 2\n\
                [traffic.m]\nto = \"q.go\"\nreplay = { file = \"requests.csv\" }\n\
                [service.q]\ninstances = 1\nworkers = 1\n\
                [service.q.operation.go]\nwork = \"1ms\"\n";
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
    };
    write("requests.csv", &format!("time,count\n{rows}"));
    write("a.toml", text);
    for name in ["notes.txt", "mine.csv", "photo.png", "package.json", "sweeping.csv"] {
        write(name, "mine");
    }
    let go = |file: &str| {
        let done = surgeplan(folder.path()).args(["run", file, "--out", ".", "--quiet"]).output();
        let done = done.expect("it runs");
        (done.status.code(), String::from_utf8(done.stderr).expect("text"))
    };
    assert_eq!(go("a.toml").0, Some(0));
    let left = contents(folder.path());
    for name in ["notes.txt", "mine.csv", "photo.png", "package.json", "sweeping.csv"] {
        assert_eq!(left.get(name).map(Vec::as_slice), Some(&b"mine"[..]), "{name}");
    }
    write("b.toml", &text.replace("requests.csv", "latency.csv"));
    write("latency.csv", &format!("time,count\n{rows}"));
    let (code, message) = go("b.toml");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("latency.csv") && message.contains("--out"), "{message}");
    assert!(contents(folder.path())["latency.csv"].starts_with(b"time,count"));
}

#[test]
fn a_trace_tells_what_happened_in_order() {
    let folder = TempDir::new().expect("a folder");
    let text = "[run]\nhorizon = \"10s\"\n\
                [traffic.m]\nto = \"q.go\"\nblast = { at = \"1s\", audience = 2 }\n\
                [service.q]\ninstances = 1\nworkers = 1\n\
                [service.q.operation.go]\nwork = \"1500ms\"\n";
    std::fs::write(folder.path().join("small.toml"), text).expect("the scenario");
    let done = surgeplan(folder.path()).args(["run", "small.toml", "--trace"]).output();
    let done = done.expect("it runs");
    assert_eq!(done.status.code(), Some(0));
    let lines = String::from_utf8(done.stdout).expect("text");
    let events: Vec<(&str, &str)> =
        lines.lines().map(|line| line.trim().split_once(" s ").expect("a time")).collect();
    let told = |at: &str, what: &str| {
        events.iter().any(|(time, event)| *time == at && event.contains(what))
    };
    assert!(told("1.000000000", "of `m` arrives"), "{lines}");
    assert!(told("1.000000000", "waits at `q`"), "{lines}");
    assert!(told("2.500000000", "is taken by a worker at `q`"), "{lines}");
    assert!(told("4.000000000", "is delivered, 3 s after it came"), "{lines}");
    let times: Vec<f64> = events.iter().map(|(time, _)| time.parse().expect("seconds")).collect();
    assert!(times.is_sorted(), "{lines}");
    assert!(!folder.path().join("results").exists(), "a trace writes nothing");
}
