//! What must not change a result, and does not change it by a bit; and what must scale it, does.

use surgeplan::measure::{LinkWindow, Measurements};
use surgeplan::sim;

use crate::lab::{model, once};

/// A front that calls a back under load, with something of everything: keys of the traffic, of the
/// call, of the callee, and of the run.
fn text(traffic: &str, call: &str, back: &str, run: &str) -> String {
    format!(
        "[run]\nhorizon = \"60s\"\nseed = 7\n{run}\n\
         [traffic.m]\nto = \"front.go\"\npoisson = {{ rate = \"40/s\" }}\n\
         timeout = \"2s\"\nretry = {{ full-jitter = {{ attempts = 2 }} }}\n{traffic}\n\
         [traffic.n]\nto = \"front.go\"\npoisson = {{ rate = \"20/s\" }}\n\
         [service.front]\ninstances = 2\nworkers = 30\ncores = 2\n\
         [service.front.operation.go]\nwork = {{ exponential = {{ mean = \"10ms\" }} }}\n\
         steps = [{{ call = \"back.go\", timeout = \"500ms\", on-timeout = \"cancel\", \
         on-failure = \"ignore\"{call} }}, {{ send-to = \"c\" }}]\n\
         [service.back]\ninstances = 4\nworkers = 4\ncores = 2\nbalancer = \"least-loaded\"\n\
         {back}\n\
         [service.back.operation.go]\nwork = {{ exponential = {{ mean = \"110ms\" }} }}\n\
         [carrier.c]\nrate = \"55/s\"\nround-trip = \"20ms\"\n"
    )
}

fn run(text: &str) -> Measurements {
    sim::run(&model(text), 0)
}

#[test]
fn limits_that_nothing_reaches_change_nothing() {
    let plain = run(&text("", "", "", ""));
    let busy: u64 = plain.stations.iter().flat_map(|s| &s.windows).map(|w| w.cancelled).sum();
    assert!(busy > 20, "only {busy} calls time out");
    let all = [
        ("traffic", "bulkhead = 1_000_000"),
        ("traffic", "breaker = { slow-calls = \"100%\", minimum = 100_000, window = 100_000 }"),
        ("traffic", "budget = { ratio = \"100%\", minimum = \"1000/s\" }"),
        ("traffic", "budget = { tokens = 1_000_000_000 }"),
        (
            "traffic",
            "concurrency = { aimd = { start = 100_000, minimum = 100_000, maximum = 100_000 } }",
        ),
        ("traffic", "deadline = \"1000s\""),
        ("traffic", "hedge = { after = \"1999999us\" }"),
        ("traffic", "ejection = { consecutive = 1_000_000, success-rate = false }"),
        ("traffic", "senders = { count = 10 }"),
        ("traffic", "valid-for = \"61s\""),
        ("call", ", bulkhead = 1_000_000"),
        ("call", ", deadline = \"500s\""),
        ("call", ", connections = 1"),
        ("back", "cells = 1"),
        ("back", "cells = 1\nshuffle-sharding = { hand = 1 }"),
        ("back", "core-scheduling = \"first-come-first-served\""),
        ("back", "checks-deadlines = \"never\""),
        ("back", "chatter = [{ contention = { sigma = 0 } }]"),
        ("back", "chatter = [{ all-pairs = { kappa = 0 } }, { peers = { at-most = 9, own = 1 } }]"),
        ("back", "chatter = [{ broadcast = { work = \"1ms\", share = \"0%\" } }]"),
        ("back", "bandwidth = \"1 kbit/s\""),
        ("back", "files-at-most = 1_000_000\nthreads-at-most = 4"),
        ("back", "files-at-most = 900_000_000\nchatter = [{ peers = { files = 100_000_000 } }]"),
        ("back", "slow = { share = \"0%\", speed = \"10%\" }"),
        ("back", "slow = { share = \"100%\", speed = \"100%\" }"),
        ("back", "warm-up = { lasts = \"10s\", speed = \"100%\" }"),
        ("back", "stalls = []"),
        ("back", "stalls = [{ at = \"1h\", lasts = \"1s\" }]"),
        ("back", "queue = { priority = { lanes = [[\"m\", \"n\"]] } }"),
        ("back", "queue = { priority = { lanes = [[\"m\", \"n\"]], preemptive = true } }"),
        ("back", "queue = { adaptive-lifo = { longer-than = 1_000_000 } }"),
        ("back", "queue = { codel = { target = \"100s\", interval = \"200s\" } }"),
        ("back", "queue = { random-drop = { length-at-most = 1_000_000 } }"),
        ("back", "queue = { fifo = { length-at-most = 1_000_000, age-at-most = \"100s\" } }"),
        ("back", "limits = [{ token-bucket = { rate = \"1/s\", burst = 1_000_000 } }]"),
        (
            "back",
            "limits = [{ token-bucket = { rate = \"1M/s\", burst = 1_000, per = \"sender\" } }]",
        ),
        (
            "back",
            "limits = [{ leaky-bucket = { rate = \"1B/s\", wait-at-most = \"1h\", per = \"class\" } }]",
        ),
        ("back", "admission = { dagor = { lanes = [\"m\"], mean-wait = \"100s\" } }"),
    ];
    for (place, key) in all {
        let key_of = |wanted: &str| if place == wanted { key } else { "" };
        let back = match key.contains("connections") {
            true => "connections-at-most = 60",
            false => key_of("back"),
        };
        let same = run(&text(key_of("traffic"), key_of("call"), back, ""));
        assert!(same == plain, "{place}: {key}");
    }
}

#[test]
fn carriers_that_never_err_and_limits_that_nothing_reaches_change_nothing() {
    let plain = text("", "", "", "");
    let never: String = [
        "permanent-error = { share = \"0%\" }",
        "temporary-error = { share = \"0%\" }",
        "unclean-error = { share = \"0%\" }",
        "silent-loss = { share = \"0%\" }",
        "hold = { share = \"0%\", for = \"1h\" }",
        "brown-out = { times = 1 }",
        "brown-out = { share = \"0%\", times = 9 }",
        "greylist = { share = \"0%\" }",
        "absent-subscriber = { share = \"0%\", away = \"1h\" }",
        "outage = { answer = \"none\", during = { at = \"61s\", lasts = \"9s\" } }",
        "suspension = { during = { at = \"61s\", lasts = \"9s\" } }",
    ]
    .map(|behaviour| format!("{{ {behaviour} }}, "))
    .concat();
    let before = run(&plain);
    for extra in [
        format!("behaviours = [{never}]\nresend = \"full-jitter\"\nanswer-timeout = \"50s\""),
        "answer-timeout = \"21ms\"".to_owned(),
        "limits = [\"x\"]\n[limit.x]\nrate = \"1/s\"\nburst = 1_000_000".to_owned(),
        "limits = [\"x\"]\n[limit.x]\ndaily-cap = 1_000_000".to_owned(),
        "connections = { of = \"x\", each = 1_000_000 }\n[limit.x]".to_owned(),
    ] {
        let mut after = run(&format!("{plain}{extra}\n"));
        after.quotas.clear();
        assert!(after == before, "{extra}");
    }
    let late = run(&format!("{plain}answer-timeout = \"19ms\"\n"));
    assert!(late != before);
}

#[test]
fn a_hedge_after_the_last_answer_changes_nothing() {
    let patient = |hedge: &str| {
        let text = text("", hedge, "", "").replace("timeout = \"500ms\"", "timeout = \"50s\"");
        run(&text)
    };
    assert!(patient("") == patient(", hedge = { after = \"49s\" }"));
    assert!(patient("") != patient(", hedge = { after = \"1s\" }"));
}

#[test]
fn windows_change_what_is_seen_and_not_what_happens() {
    let chatter = "chatter = [{ contention = { sigma = 0.1 } }, \
                   { full-mesh = { every = \"100ms\", work = \"500us\" } }]";
    for back in ["", chatter, "queue = \"codel\"", "stalls = [{ at = \"10s\", lasts = \"2s\" }]"] {
        let seen = ["60s", "1s", "100ms"].map(|window| {
            let seen = once(&text("", "", back, &format!("window = \"{window}\"")));
            let (m, n, back) = (seen.class("m"), seen.class("n"), seen.station("back"));
            (m.ended, m.latency_sum, n.ended, n.latency_sum, back)
        });
        assert_eq!(seen[0], seen[1], "{back}");
        assert_eq!(seen[0], seen[2], "{back}");
    }
}

#[test]
fn links_that_nothing_fills_change_nothing() {
    let plain = run(&text("", "", "", ""));
    let mut linked = run(&text(
        "size = \"1 kB\"\nreply-size = \"1 kB\"",
        ", size = \"1.5 kB\", reply-size = \"2 kB\"",
        "bandwidth = \"1_000_000 Tbit/s\"",
        "",
    )
    .replace("[service.front]\n", "[service.front]\nbandwidth = \"1_000_000 Tbit/s\"\n"));
    let mut sent = 0;
    for window in linked.stations.iter_mut().flat_map(|station| &mut station.windows) {
        sent += window.link.sent;
        window.link = LinkWindow::default();
    }
    assert!(sent > 1_000_000, "{sent}");
    assert_eq!(linked, plain);
}

#[test]
fn twice_the_time_is_twice_the_result() {
    // All times constant; `unit` is a millisecond, or two.
    let at = |unit: u64| {
        let ms = |count: u64| format!("\"{}ms\"", count * unit);
        let seen = once(&format!(
            "[run]\nhorizon = {}\n\
             [traffic.m]\nto = \"front.go\"\nconstant = {{ rate = \"{}/s\" }}\ntimeout = {}\n\
             retry = {{ exponential = {{ attempts = 3, base = {} }} }}\n\
             hedge = {{ after = {} }}\ndeadline = {}\n\
             [traffic.n]\nto = \"back.go\"\nblast = {{ at = {}, audience = 300 }}\n\
             breaker = {{ window = 10, open = {} }}\n\
             [service.front]\ninstances = 2\nworkers = 9\ncores = 1\n\
             [service.front.operation.go]\nwork = {}\n\
             steps = [{{ call = \"back.go\", network = {}, bulkhead = 3 }}]\n\
             [service.back]\ninstances = 3\nworkers = 2\nchecks-deadlines = \"always\"\n\
             stalls = [{{ at = {}, lasts = {} }}]\nslow = {{ share = \"30%\", speed = \"50%\" }}\n\
             chatter = [{{ contention = {{ sigma = 0.25 }} }}]\n\
             queue = {{ priority = {{ lanes = [\"m\"], preemptive = true, age-at-most = {} }} }}\n\
             limits = [{{ leaky-bucket = {{ rate = \"{}/s\", queue = 50 }} }}]\n\
             [service.back.operation.go]\nwork = {}\n",
            ms(20_000),
            64.0 / unit as f64,
            ms(300),
            ms(50),
            ms(100),
            ms(900),
            ms(5000),
            ms(1000),
            ms(8),
            ms(2),
            ms(10_000),
            ms(700),
            ms(400),
            128.0 / unit as f64,
            ms(40),
        ));
        let (m, n, back) = (seen.class("m"), seen.class("n"), seen.station("back"));
        let times = [
            m.latency_sum,
            n.latency_sum,
            back.wait_sum,
            back.unserved_wait_sum,
            back.busy.integral,
            seen.station("front").core_wait_sum,
        ];
        (times, m.ended, n.ended, [back.started, back.preempted, back.expired, back.cancelled])
    };
    let (one, two) = (at(1), at(2));
    assert!(one.0.iter().all(|&time| time > 0) && one.3.iter().all(|&count| count > 0));
    assert_eq!(one.0.map(|time| 2 * time), two.0);
    assert_eq!((one.1, one.2, one.3), (two.1, two.2, two.3));
}
