//! What cannot run is refused: with the place and a way out, nothing written, and never a panic.

use std::path::Path;

use tempfile::TempDir;

use crate::determinism::surgeplan;

/// A sound scenario, for one line of it to be spoilt.
const SOUND: &str = r#"
[run]
horizon = "10s"
replications = 2
[target]
fast = { class = "m", quantile = "50%", latency-at-most = "1s" }
[traffic.m]
to = "api.send"
poisson = { rate = "40/s" }
[service.api]
instances = 2
workers = 4
[service.api.operation.send]
work = "3ms"
steps = [{ send-to = "us" }]
[carrier.us]
rate = "100/s"
"#;

/// What stands in the sound scenario, what is put in its place, and what the message says.
const SPOILT: [(&str, &str, &str); 110] = [
    // Keys and values that were nearly right.
    ("{ send-to", "{ sendto", "unknown key `sendto`"),
    ("latency-at-most", "latency-atmost", "did you mean `latency-at-most`?"),
    ("quantile", "share-at-least", "beside `latency-at-most` write `quantile`"),
    ("rate = \"40/s\"", "rate = \"40 msg/s\"", "write \"40/s\""),
    ("replications = 2", "replications = \"5%\"", "{ precision = \"5%\", at-most = 40 }"),
    ("horizon = \"10s\"", "", "horizon = \"3h\""),
    // Numbers that are none, or out of range.
    ("instances = 2", "instances = nan", "whole number"),
    ("instances = 2", "instances = -1", "from 1 to 1,000,000, found -1"),
    ("instances = 2", "instances = 0", "from 1 to 1,000,000, found 0"),
    ("instances = 2", "instances = 1_000_000_000_000", "at most 1,000,000"),
    ("instances = 2", "instances = 2.5", "whole number"),
    ("instances = 2", "instances = 99999999999999999999", "does not fit"),
    ("instances = 2", "instances = \"two\"", "whole number"),
    ("instances = 2", "instances = []", "whole number"),
    ("workers = 4", "", "workers"),
    // Cells that are not there.
    ("workers = 4", "workers = 4\nshuffle-sharding = { hand = 2 }", "add the cells"),
    ("workers = 4", "workers = 4\ncells = 2\nshuffle-sharding = { hand = 3 }", "2 cells"),
    (
        "workers = 4",
        "workers = 4\ncells = 2\nshuffle-sharding = {}",
        "add, for example, `hand = 2`",
    ),
    ("workers = 4", "workers = 4\ncells = 2\nshuffle-sharding = { hand = 0 }", "from 1 to 64"),
    ("workers = 4", "workers = 4\nrouter = \"1ms\"", "add the `cells` that it routes to"),
    // Cores that cannot be shared so.
    ("workers = 4", "workers = 4\ncore-scheduling = \"ps\"", "choose one of `first-come-first"),
    (
        "workers = 4",
        "cores = 4\ncore-scheduling = \"processor-sharing\"",
        "add the `workers` that share the cores",
    ),
    (
        "workers = 4",
        "workers = 4\ncores = 1\ncore-scheduling = \"processor-sharing\"\n\
         queue = { priority = { lanes = [\"m\"], preemptive = true } }",
        "who shares a core has nobody to take it from",
    ),
    (
        "workers = 4",
        "workers = 4\ncore-scheduling = { processor-sharing = { slice = \"1ms\" } }",
        "`processor-sharing` has no settings",
    ),
    ("horizon = \"10s\"", "horizon = \"0s\"", "above zero"),
    ("horizon = \"10s\"", "horizon = \"-10s\"", "duration"),
    ("horizon = \"10s\"", "horizon = \"9999999999999d\"", "at most 1,667 days"),
    ("horizon = \"10s\"", "horizon = 10", "unit"),
    ("horizon = \"10s\"", "horizon = \"10 parsecs\"", "expected a duration"),
    ("horizon = \"10s\"", "horizon = \"nan\"", "duration"),
    ("horizon = \"10s\"", "horizon = \"10s\"\nwindow = \"1h\"", "longer than the horizon"),
    ("horizon = \"10s\"", "horizon = \"10s\"\nwindow = \"1ns\"", "too short"),
    ("horizon = \"10s\"", "horizon = \"10s\"\nseed = -1", "zero or more"),
    ("horizon = \"10s\"", "horizon = \"10s\"\nmemory-at-most = \"1PB\"", "memory"),
    ("horizon = \"10s\"", "", "horizon"),
    ("replications = 2", "replications = 0", "from 1 to"),
    ("replications = 2", "replications = { precision = \"0%\" }", "precision"),
    ("replications = 2", "replications = { precision = nan }", "share"),
    ("rate = \"40/s\"", "rate = \"0/s\"", "above zero"),
    ("rate = \"40/s\"", "rate = \"-40/s\"", "above zero"),
    ("rate = \"40/s\"", "rate = nan", "rate"),
    ("rate = \"40/s\"", "rate = \"nan/s\"", "rate"),
    ("rate = \"40/s\"", "rate = \"1e400/s\"", "expected a rate"),
    ("rate = \"40/s\"", "rate = 40", "unit"),
    ("rate = \"100/s\"", "rate = \"100/s\"\nburst = 0", "from 1 to"),
    ("rate = \"100/s\"", "rate = \"100/s\"\nsilent-loss = \"150%\"", "share"),
    ("rate = \"100/s\"", "rate = \"100/s\"\nsilent-loss = nan", "share"),
    ("work = \"3ms\"", "work = \"-3ms\"", "duration"),
    ("work = \"3ms\"", "work = { exponential = { mean = \"0s\" } }", "above zero"),
    (
        "work = \"3ms\"",
        "work = { lognormal = { mean = \"3ms\", p99 = \"1h\" } }",
        "at most 14.97 times",
    ),
    ("work = \"3ms\"", "work = { gamma = { mean = \"3ms\", cv = inf } }", "finite"),
    ("work = \"3ms\"", "work = { weird = { mean = \"3ms\" } }", "weird"),
    ("work = \"3ms\"", "work = { empirical = { file = \"gone.csv\" } }", "no such file"),
    ("quantile = \"50%\"", "quantile = \"100%\"", "quantile"),
    ("quantile = \"50%\"", "quantile = nan", "share"),
    // Names that nothing bears.
    ("to = \"api.send\"", "to = \"api.sned\"", "did you mean `send`"),
    ("to = \"api.send\"", "to = \"ap.send\"", "did you mean `api`"),
    ("to = \"api.send\"", "to = \"api\"", "say which operation"),
    ("to = \"api.send\"", "to = \"\"", "no carrier is named"),
    ("class = \"m\"", "class = \"n\"", "n"),
    ("send-to = \"us\"", "send-to = \"uk\"", "us"),
    ("send-to = \"us\"", "hand-to = \"us\"", "send-to"),
    ("workers = 4", "worker = 4", "did you mean `workers`"),
    ("[carrier.us]", "[carier.us]", "did you mean `carrier`"),
    ("[carrier.us]", "[carrier.api]", "already"),
    ("[carrier.us]", "[carrier.\"u/s\"]", "name"),
    // What contradicts itself.
    ("poisson =", "constant = { rate = \"1/s\" }\npoisson =", "poisson"),
    ("send-to = \"us\"", "call = \"api.send\"", "wait for one another"),
    ("send-to = \"us\"", "hand-to = \"api.send\"", "go round"),
    ("send-to = \"us\"", "send-to = \"us\", call = \"us\"", "two steps"),
    ("send-to = \"us\"", "", "does not say"),
    ("to = \"api.send\"", "to = \"api.send\"\non-timeout = \"cancel\"", "timeout"),
    (
        "to = \"api.send\"",
        "to = \"api.send\"\ncauses = { traffic = \"m\", share = 1.0, after = \"1s\" }",
        "causes itself",
    ),
    ("rate = \"100/s\"", "overload = \"drop\"", "no rate"),
    // Carriers that err, and what they share.
    (
        "rate = \"100/s\"",
        "behaviours = [{ permanent-eror = {} }]",
        "did you mean `permanent-error`",
    ),
    ("rate = \"100/s\"", "behaviours = [{ permanent-error = { share = 2 } }]", "\"2%\""),
    ("rate = \"100/s\"", "behaviours = [{ brown-out = { times = 1e-9 } }]", "0.001"),
    ("rate = \"100/s\"", "behaviours = [{ outage = { answer = \"error\" } }]", "when is this"),
    ("rate = \"100/s\"", "behaviours = [\"suspension\"]", "when is this"),
    (
        "rate = \"100/s\"",
        "behaviours = [{ outage = { answer = \"none\", during = { at = \"1s\", lasts = \"1s\" } } }]",
        "answer-timeout",
    ),
    (
        "rate = \"100/s\"",
        "behaviours = [{ silent-loss = { during = { at = \"1s\", lasts = \"2s\", every = \"1s\" } } }]",
        "always open",
    ),
    (
        "rate = \"100/s\"",
        "behaviours = [{ silent-loss = { during = { regime = \"east\", is = \"down\" } } }]",
        "no regime is named `east`",
    ),
    ("[run]", "[regime.east]\nstates = [{ name = \"a\", stay = \"1s\" }]\n[run]", "2 to 32 states"),
    ("rate = \"100/s\"", "resend = \"immediate\"", "ever answered with an error"),
    (
        "rate = \"100/s\"",
        "behaviours = [\"temporary-error\"]\nresend = { immediate = { on = [\"permanent\"] } }",
        "stays one",
    ),
    ("rate = \"100/s\"", "answer-timeout = \"1s\"", "without a round trip"),
    (
        "rate = \"100/s\"",
        "rate = \"100/s\"\nburst = 2\noverload = { queue = { length-at-most = 9 } }",
        "leave it out",
    ),
    ("rate = \"100/s\"", "limits = [\"brand\"]", "no limit is named `brand`"),
    ("rate = \"100/s\"", "limits = [\"brand\"]\n[limit.brand]\ncount = 2", "this limits nothing"),
    (
        "rate = \"100/s\"",
        "limits = [\"brand\"]\n[limit.brand]\nrate = \"1/s\"\nzone = \"UTC\"",
        "there is none",
    ),
    (
        "rate = \"100/s\"",
        "connections = { of = \"ips\", each = 2 }\n[limit.ips]",
        "nothing without a round trip",
    ),
    (
        "rate = \"100/s\"",
        "connections = { of = \"ips\", each = 2, messages = 9 }\nround-trip = \"1s\"\n[limit.ips]",
        "only if it takes time",
    ),
    // Trunks and rooms that hold nothing, or wait for nothing.
    ("rate = \"100/s\"", "[trunk.t]\nholding = \"1s\"", "channels = 117"),
    ("rate = \"100/s\"", "[trunk.t]\nchannels = 9", "holding = {"),
    ("rate = \"100/s\"", "[trunk.t]\nchannels = 0\nholding = \"1s\"", "of at least 1"),
    (
        "rate = \"100/s\"",
        "[trunk.t]\nchannels = 9\nholding = \"1s\"\nsetup-queue = \"fifo\"",
        "without a rate of setups nobody waits",
    ),
    (
        "rate = \"100/s\"",
        "[trunk.t]\nchannels = 9\nholding = \"1s\"\nsetup-burst = 2",
        "without a rate of setups nobody waits",
    ),
    (
        "rate = \"100/s\"",
        "[trunk.t]\nchannels = 9\nholding = \"1s\"\nanswer-ratio = \"50%\"",
        "ring = \"20s\"",
    ),
    (
        "rate = \"100/s\"",
        "[trunk.t]\nchannels = 9\nholding = \"1s\"\nwhen-full = \"busy\"",
        "`silent`",
    ),
    (
        "rate = \"100/s\"",
        "[trunk.t]\nchannels = 9\nholding = \"1s\"\nwhen-full = \"silent\"\nsetup-rate = \"1/s\"\n\
         setup-queue = \"fifo\"",
        "may grow without end",
    ),
    (
        "rate = \"100/s\"",
        "[trunk.us]\nchannels = 9\nholding = \"1s\"",
        "the name of something else",
    ),
    ("rate = \"100/s\"", "[rooms.v]\nnodes = 9\nholding = \"1s\"", "capacity = 250"),
    (
        "rate = \"100/s\"",
        "[rooms.v]\nnodes = 9\ncapacity = 9\nholding = \"1s\"\nrooms = 3\n\
         shares = { weights = [1, 2] }",
        "expected 3 weights, one a room, found 2",
    ),
    (
        "rate = \"100/s\"",
        "[rooms.v]\nnodes = 9\ncapacity = 9\nholding = \"1s\"\nrooms = 3\nplacement = \"best\"",
        "`first-fit`",
    ),
    (
        "rate = \"100/s\"",
        "limits = [\"x\"]\n[limit.x]\nrate = \"1/s\"\nbeyond = \"fail\"",
        "that there is not",
    ),
    ("poisson =", "segments = 0\npoisson =", "from 1 to 255"),
    ("poisson =", "segments = { mean = 0.5 }\npoisson =", "from 1 to 255"),
    ("poisson = { rate = \"40/s\" }", "", "nothing says when"),
    ("poisson = { rate = \"40/s\" }", "replay = { file = \"gone.csv\" }", "no such file"),
    ("[run]", "[run", "closing `]`"),
];

/// Runs the binary in `folder`; its message, after checking that it refused in order.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = surgeplan(folder).args(arguments).output().expect("it runs");
    let message = String::from_utf8(done.stderr).expect("text");
    assert_eq!(done.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(done.stdout.is_empty(), "{arguments:?} prints nothing on stdout");
    for panic in ["panicked", "RUST_BACKTRACE", "unwrap", "src/"] {
        assert!(!message.contains(panic), "{arguments:?}: {message}");
    }
    message
}

#[test]
fn spoilt_scenarios_are_refused_at_the_place() {
    let folder = TempDir::new().expect("a folder");
    for (sound, spoilt, says) in SPOILT {
        assert_eq!(SOUND.matches(sound).count(), 1, "{sound}");
        let text = SOUND.replace(sound, spoilt);
        std::fs::write(folder.path().join("bad.toml"), &text).expect("the scenario");
        for command in ["check", "run"] {
            let message = refused(folder.path(), &[command, "bad.toml"]);
            assert!(message.contains("--> bad.toml:"), "{spoilt}: no place in\n{message}");
            assert!(message.contains(says), "{spoilt}: no `{says}` in\n{message}");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
        assert_eq!(left.len(), 1, "{spoilt}: nothing but the scenario is there");
    }
}

/// All problems at once, each with its own place.
#[test]
fn several_mistakes_are_all_shown() {
    let folder = TempDir::new().expect("a folder");
    let text = SOUND
        .replace("workers = 4", "wrokers = 4")
        .replace("rate = \"40/s\"", "rate = 40")
        .replace("work = \"3ms\"", "work = \"3 lightyears\"")
        .replace("send-to = \"us\"", "send-to = \"su\"");
    std::fs::write(folder.path().join("bad.toml"), text).expect("the scenario");
    let message = refused(folder.path(), &["check", "bad.toml"]);
    for place in ["bad.toml:9:", "bad.toml:12:", "bad.toml:14:", "bad.toml:15:"] {
        assert!(message.contains(place), "{place} in\n{message}");
    }
    assert!(message.matches("= hint:").count() >= 3, "{message}");
}

/// A value that cannot be read hides no other problem: neither in its own table, nor in those that
/// need it.
#[test]
fn one_mistake_hides_no_other() {
    let folder = TempDir::new().expect("a folder");
    let text = r#"
[run]
mode = "steaddy"
window = "5 parsecs"
[target]
fast = { class = "n", quantile = "200%", latency-at-most = "1s", per = "1min" }
busy = { of = "apis", utilization-at-most = "many" }
dry = { of = "uss", drained-by = "soon" }
[traffic.m]
to = "api.sned"
poisson = { rate = 40 }
timeout = "soon"
causes = [{ traffic = "o", share = 7, after = "1s" }, 3]
[service.api]
instances = 0
workers = 4
[service.api.operation.send]
work = { empirical = { file = "gone.csv", unit = "ms" } }
steps = [
  { call = "acounts.check", timeout = "soon", times = "many" },
  { parallel = [{ call = "accounts.chekc", network = "far" }, 3] },
  { send-to = "su", background = 3 },
]
[service.accounts]
instances = 1
workers = 0
[service.accounts.operation.check]
work = "3ms"
[carrier.us]
overload = "drop"
burst = "many"
round-trip = { empirical = { file = "lost.csv", unit = "ms" } }
"#;
    std::fs::write(folder.path().join("bad.toml"), text).expect("the scenario");
    let message = refused(folder.path(), &["check", "bad.toml"]);
    for says in [
        "missing key `horizon`",
        "`steaddy` is not one of the choices",
        "\"5 parsecs\"",
        "no class is named `n`",
        "\"200%\"",
        "no service or carrier is named `apis`",
        "found \"many\"",
        "no service or carrier is named `uss`",
        "found \"soon\"",
        "no operation is named `sned`",
        "found 40",
        "no traffic is named `o`",
        "found 7",
        "found 3",
        "from 1 to 1,000,000, found 0",
        "no service is named `acounts`",
        "no operation is named `chekc`",
        "\"far\"",
        "no carrier is named `su`",
        "and there is no rate",
    ] {
        assert!(message.contains(says), "no `{says}` in\n{message}");
    }
    assert_eq!(message.matches("there is no such file").count(), 2, "{message}");
    // What could not be read is not said to be missing.
    for never in ["nothing says when", "no class is named `m`", "missing keys `cores`"] {
        assert!(!message.contains(never), "`{never}` in\n{message}");
    }
}

/// Problems that used to come only once others were mended: of windows, and of circles.
#[test]
fn windows_and_circles_are_checked_beside_the_rest() {
    let folder = TempDir::new().expect("a folder");
    let text = SOUND
        .replace("horizon = \"10s\"", "horizon = \"10s\"\nwindow = \"3s\"")
        .replace("latency-at-most = \"1s\"", "latency-at-most = \"1s\", per = \"5s\"")
        .replace("send-to = \"us\"", "hand-to = \"api.send\"")
        .replace("rate = \"100/s\"", "rate = 100");
    std::fs::write(folder.path().join("bad.toml"), text).expect("the scenario");
    let message = refused(folder.path(), &["check", "bad.toml"]);
    for says in ["a multiple of the time line's window", "go round", "found 100"] {
        assert!(message.contains(says), "no `{says}` in\n{message}");
    }
}

/// Figures out of bounds hide no other problem either, nor one another.
#[test]
fn one_figure_out_of_bounds_hides_no_other() {
    let folder = TempDir::new().expect("a folder");
    let text = r#"
[run]
horizon = "30d"
seed = "many"
[target]
short = { class = "m", quantile = "50%", latency-at-most = "1s", per = "20s" }
long = { class = "m", quantile = "50%", latency-at-most = "1s", per = "31d" }
sound = { class = "m", quantile = "50%", latency-at-most = "1s", per = "30s" }
[traffic.m]
to = "us"
poisson = { rate = "40/s" }
causes = [{ traffic = "m", share = "100%", after = "1s" }]
[carrier.us]
rate = "0.05/day"
overload = "drop"
pace = "0.06/day"
round-trip = "1s"
binds = 1_000_000
window = 1_000_000
[carrier-group.them]
count = "many"
rate = "0.07/day"
round-trip = { empirical = { file = "lost.csv", unit = "ms" } }
"#;
    std::fs::write(folder.path().join("bad.toml"), text).expect("the scenario");
    let message = refused(folder.path(), &["check", "bad.toml"]);
    for says in [
        "found \"many\"",
        "this window is too short",
        "this is longer than the horizon",
        "`m` causes itself, always",
        "binds × window come to more than",
        "there is no such file",
    ] {
        assert!(message.contains(says), "no `{says}` in\n{message}");
    }
    assert_eq!(message.matches("less than one message in eleven days").count(), 3, "{message}");
    assert!(!message.contains("a multiple of the time line's window"), "{message}");
}

/// What the tables cannot hold is told beside what does not stand in them.
#[test]
fn too_much_of_a_kind_hides_neither_the_run_nor_the_carriers() {
    let folder = TempDir::new().expect("a folder");
    let mut text = String::from(
        "[run]\nhorizon = \"10s\"\nwindow = \"11s\"\n[carrier.us]\nrate = \"0.05/day\"\n",
    );
    for index in 0..60_001 {
        text += &format!("[traffic.t{index}]\nto = \"us\"\nconstant = {{ rate = \"1/h\" }}\n");
    }
    std::fs::write(folder.path().join("bad.toml"), text).expect("the scenario");
    let message = refused(folder.path(), &["check", "bad.toml"]);
    for says in ["longer than the horizon", "in eleven days", "more than 60,000 traffics"] {
        assert!(message.contains(says), "no `{says}` in\n{message}");
    }
}

#[test]
fn files_that_are_no_scenarios_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let nested = format!("a = {}{}", "[".repeat(5000), "]".repeat(5000));
    let long = format!("title = \"{}\"", "x".repeat(3_000_000));
    let files: [(&str, &[u8]); 6] = [
        ("empty.toml", b""),
        ("binary.toml", &[0, 159, 146, 150, 255]),
        ("nested.toml", nested.as_bytes()),
        ("long.toml", long.as_bytes()),
        ("twice.toml", b"[run]\nhorizon = \"1s\"\nhorizon = \"2s\"\n"),
        ("nul.toml", b"title = \"\0\"\n"),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
        let message = refused(folder.path(), &["check", name]);
        assert!(message.contains(name), "{message}");
        assert!(message.len() < 20_000, "{name}: {} bytes of message", message.len());
    }
    std::fs::create_dir(folder.path().join("folder.toml")).expect("a folder");
    for (name, says) in [("gone.toml", "no such file"), ("folder.toml", "folder")] {
        let message = refused(folder.path(), &["run", name]);
        assert!(message.contains(name) && message.contains(says), "{message}");
    }
}

#[test]
fn measured_series_that_cannot_be_read_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let replay = "replay = { file = \"series.csv\" }";
    let text = SOUND.replace("poisson = { rate = \"40/s\" }", replay);
    std::fs::write(folder.path().join("replay.toml"), text).expect("the scenario");
    let series: [&[u8]; 6] = [
        b"",
        b"time,count\n",
        b"time,count\nsoon,many\n",
        b"time,count\n2024-01-01T00:00:00,-5\n",
        &[0xff, 0xfe, 0, 1],
        b"\"unclosed",
    ];
    for bytes in series {
        std::fs::write(folder.path().join("series.csv"), bytes).expect("a series");
        let message = refused(folder.path(), &["check", "replay.toml"]);
        assert!(message.contains("series.csv") && message.contains("replay.toml:"), "{message}");
    }
    std::fs::remove_file(folder.path().join("series.csv")).expect("the series");
    std::fs::create_dir(folder.path().join("series.csv")).expect("a folder");
    assert!(refused(folder.path(), &["check", "replay.toml"]).contains("folder"));
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), SOUND).expect("the scenario");
    for (arguments, says) in [
        (vec!["run"], "FILE"),
        (vec!["fly", "a.toml"], "fly"),
        (vec!["run", "a.toml", "--fly"], "--fly"),
        (vec!["run", "a.toml", "--threads", "0"], "threads"),
        (vec!["run", "a.toml", "--seed", "-1"], "-1"),
        (vec!["run", "a.toml", "--seed", "18446744073709551615"], "seed"),
        (vec!["run", "a.toml", "--replications", "0"], "from 1 to"),
        (vec!["run", "a.toml", "--set", "nonsense"], "nonsense"),
        (vec!["run", "a.toml", "--set", "service.api.instances"], "service.api.instances"),
        (vec!["run", "a.toml", "--set", "service.api.instances=many"], "whole number"),
        (vec!["run", "a.toml", "--set", "service.api.instance=3"], "instances"),
        (vec!["run", "a.toml", "--set", "service.ap.instances=3"], "api"),
        (vec!["run", "a.toml", "--set", "=3"], ""),
        (vec!["sweep", "a.toml"], "--vary"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instances"], "no `=`"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instances="], "empty"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instances=8..4"], "not above"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instances=1,0"], "from 1 to"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instance=1,2"], "instances"),
        (vec!["sweep", "a.toml", "--vary", "service.api.instances=1..1e9+1"], "10000"),
    ] {
        let message = refused(folder.path(), &arguments);
        assert!(message.contains(says), "{arguments:?}: no `{says}` in\n{message}");
        assert!(!folder.path().join("results").exists(), "{arguments:?} leaves results");
    }
}

#[test]
fn output_that_cannot_be_written_is_said_before_the_work() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), SOUND).expect("the scenario");
    std::fs::write(folder.path().join("file"), "in the way").expect("a file");
    for command in [vec!["run", "a.toml"], vec!["sweep", "a.toml", "--vary", "run.seed=1,2"]] {
        for out in ["file", "file/deeper", "/dev/null/x", ""] {
            let arguments = [command.as_slice(), &["--out", out]].concat();
            let message = refused(folder.path(), &arguments);
            assert!(message.contains("--out"), "{message}");
        }
    }
    // A folder stands where a table is to be: nothing else of the run is left either.
    let out = folder.path().join("taken");
    std::fs::create_dir_all(out.join("classes.csv")).expect("a folder");
    let message = refused(folder.path(), &["run", "a.toml", "--out", "taken", "--no-charts"]);
    assert!(message.contains("classes.csv"), "{message}");
    let left: Vec<_> = std::fs::read_dir(&out)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["classes.csv"]);
}

/// What a problem is headed with is the option that was typed.
#[test]
fn problems_of_an_option_name_it_and_tell_a_slip_once() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), SOUND).expect("the scenario");
    for (arguments, option) in [
        (["run", "a.toml", "--seed", "18446744073709551615"], "--seed"),
        (["run", "a.toml", "--replications", "0"], "--replications"),
        (["run", "a.toml", "--set", "service.api.instanses=3"], "--set"),
        (["sweep", "a.toml", "--vary", "service.api.instanses=3,4"], "--vary"),
        (["sweep", "a.toml", "--vary", "service.api.instances=0,4"], "--vary"),
    ] {
        let message = refused(folder.path(), &arguments);
        assert!(message.contains(&format!("error: `{option}` has 1 problem")), "{message}");
        assert!(message.contains(&format!("--> {option}:1:")), "{message}");
        let meant = usize::from(message.contains("instanses"));
        assert_eq!(message.matches("did you mean").count(), meant, "{message}");
    }
    // Every value that is wrong is told of, but one key that is wrong only once.
    let vary = "service.api.instances=0,4,many";
    let message = refused(folder.path(), &["sweep", "a.toml", "--vary", vary]);
    assert!(message.contains("found 0") && message.contains("found \"many\""), "{message}");
    let vary = "service.api.instanses=3,4";
    let message = refused(folder.path(), &["sweep", "a.toml", "--vary", vary]);
    assert_eq!(message.matches("unknown key").count(), 1, "{message}");
}

/// 0: all met, or nothing asked; 1: not met, or undecided; 2: could not run.
#[test]
fn exit_codes_tell_how_it_went() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), SOUND).expect("the scenario");
    let code = |arguments: &[&str]| {
        let done = surgeplan(folder.path()).args(arguments).arg("--quiet").output();
        let done = done.expect("it runs");
        assert!(done.stdout.is_empty() && done.stderr.is_empty(), "{arguments:?} is quiet");
        done.status.code()
    };
    let slow = "target.fast.latency-at-most=1ms";
    assert_eq!(code(&["run", "a.toml"]), Some(0));
    assert_eq!(code(&["run", "a.toml", "--set", slow]), Some(1));
    // One replication of something random decides nothing.
    assert_eq!(code(&["run", "a.toml", "--replications", "1"]), Some(1));
    let vary = ["sweep", "a.toml", "--vary", "service.api.instances=1,2"];
    assert_eq!(code(&vary), Some(0));
    assert_eq!(code(&[vary.as_slice(), &["--set", slow]].concat()), Some(1));
    // Met at one value, not at the other.
    assert_eq!(code(&["sweep", "a.toml", "--vary", "carrier.us.rate=1/s,100/s"]), Some(1));
    let check = |files: &[&str]| {
        let done = surgeplan(folder.path()).arg("check").args(files).output().expect("it runs");
        (done.status.code(), String::from_utf8(done.stdout).expect("text"))
    };
    assert_eq!(check(&["a.toml"]).0, Some(0));
    // The sound ones of several are told, too.
    let (code, told) = check(&["gone.toml", "a.toml"]);
    assert_eq!(code, Some(2));
    assert!(told.contains("a.toml: ok, 1 traffic stream, 1 service"), "{told}");
    for arguments in [vec!["--help"], vec!["--version"], vec!["run", "--help"]] {
        let done = surgeplan(folder.path()).args(&arguments).output().expect("it runs");
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
    }
}
