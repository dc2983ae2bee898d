//! Cores that workers share: times worked out by hand, theory, and what must change nothing.

use surgeplan::sim::{self, Outcome};
use surgeplan::stats::queueing::MMc;

use crate::lab::{Once, assess, hold, model, once, station};

const SHARED: &str = "workers = 100\ncore-scheduling = \"processor-sharing\"";

/// One message of a traffic of this name at `at`, whose work takes `work`.
fn one(name: &str, at: &str, work: &str, more: &str) -> String {
    format!(
        "[traffic.{name}]\nto = \"q.{name}\"\nblast = {{ at = \"{at}\", audience = 1 }}\n{more}\n\
         [service.q.operation.{name}]\nwork = \"{work}\"\n"
    )
}

/// These messages at one instance with these keys.
fn run(keys: &str, messages: &[String]) -> Once {
    once(&format!(
        "[run]\nhorizon = \"1s\"\n[service.q]\ninstances = 1\n{SHARED}\n{keys}\n{}",
        messages.concat()
    ))
}

#[test]
fn two_on_one_core_get_on_at_half_its_speed() {
    let seen = run("cores = 1", &[one("a", "0s", "10ms", ""), one("b", "0s", "4ms", "")]);
    assert_eq!([seen.latency_ms("a"), seen.latency_ms("b")], [14.0, 8.0]);
    let q = seen.station("q");
    assert_eq!((q.on_core.integral, q.on_core.max), (14_000_000, 1));
    // One too many for the core, for 8 ms: so much longer did both take, together.
    assert_eq!((q.ready.integral, q.core_wait_sum), (8_000_000, 8_000_000));
    assert_eq!((q.busy.integral, q.wait_sum), (22_000_000, 0));
}

#[test]
fn three_on_two_cores_get_on_at_two_thirds() {
    let messages =
        [one("a", "0s", "8ms", ""), one("b", "0s", "6ms", ""), one("c", "3ms", "10ms", "")];
    let seen = run("cores = 2", &messages);
    // `a` and `b` are alone until 3 ms, and `b` needs 3 ms more: 4.5. `a` has 2 left at 7.5 ms.
    assert_eq!(["a", "b", "c"].map(|name| seen.latency_ms(name)), [9.5, 7.5, 11.5]);
    assert_eq!(seen.station("q").on_core.integral, 24_000_000);
}

#[test]
fn one_who_comes_later_slows_the_first_and_a_stall_both() {
    let stall = "cores = 1\nstalls = [{ at = \"3ms\", lasts = \"5ms\" }]";
    let seen = run(stall, &[one("a", "0s", "10ms", ""), one("b", "1ms", "3ms", "")]);
    // By 3 ms `a` has done 2 and `b` 1; `b` needs 4 ms after the stall, and `a` 6 more.
    assert_eq!([seen.latency_ms("a"), seen.latency_ms("b")], [18.0, 11.0]);
}

#[test]
fn slow_cores_take_longer_in_proportion() {
    let slow = "cores = 1\nslow = { share = \"100%\", speed = \"50%\" }";
    let seen = run(slow, &[one("a", "0s", "10ms", ""), one("b", "0s", "4ms", "")]);
    assert_eq!([seen.latency_ms("a"), seen.latency_ms("b")], [28.0, 16.0]);
}

#[test]
fn whoever_is_cancelled_leaves_the_core_to_the_others() {
    let gives_up = "timeout = \"6ms\"\non-timeout = \"cancel\"";
    let seen = run("cores = 1", &[one("a", "0s", "10ms", ""), one("b", "0s", "4ms", gives_up)]);
    assert_eq!(seen.ended("b", Outcome::Failed), 1);
    assert_eq!(seen.latency_ms("a"), 13.0);
    let q = seen.station("q");
    assert_eq!((q.cancelled, q.abandoned_work, q.retry_work), (1, 0, 0));
    assert_eq!((q.on_core.integral, q.core_wait_sum), (13_000_000, 6_000_000));
}

#[test]
fn work_for_nobody_is_told_by_the_core_time_that_it_had() {
    let gives_up = "timeout = \"6ms\"";
    let seen = run("cores = 1", &[one("a", "0s", "10ms", ""), one("b", "0s", "4ms", gives_up)]);
    assert_eq!(seen.latency_ms("a"), 14.0);
    assert_eq!(seen.station("q").abandoned_work, 4_000_000);
    let again = "timeout = \"6ms\"\nretry = { constant = { attempts = 2, pause = \"34ms\" } }";
    let seen = run("cores = 1", &[one("a", "0s", "10ms", ""), one("b", "0s", "4ms", again)]);
    // The second attempt comes at 40 ms, and has the core to itself.
    assert_eq!(seen.latency_ms("b"), 44.0);
    let q = seen.station("q");
    assert_eq!((q.abandoned_work, q.retry_work), (4_000_000, 4_000_000));
}

#[test]
fn several_pieces_of_work_and_calls_hold_no_core_in_between() {
    let seen = once(&format!(
        "[run]\nhorizon = \"1s\"\n\
         [traffic.a]\nto = \"q.go\"\nblast = {{ at = \"0s\", audience = 2 }}\n\
         [service.q]\ninstances = 1\ncores = 1\n{SHARED}\n[service.q.operation.go]\n\
         work = \"2ms\"\nsteps = [{{ delay = \"10ms\" }}, {{ work = \"3ms\" }}]\n"
    ));
    // Both: 4 ms, 10 ms, 6 ms.
    assert_eq!(seen.class("a").latency_sum, 40_000_000);
    assert_eq!(seen.station("q").on_core.integral, 10_000_000);
}

#[test]
fn those_that_are_under_way_at_the_end_are_accounted_for() {
    let seen = once(&format!(
        "[run]\nhorizon = \"10ms\"\n[service.q]\ninstances = 1\ncores = 1\n{SHARED}\n{}{}{}",
        one("a", "0s", "10ms", ""),
        one("b", "0s", "10ms", ""),
        one("c", "1ms", "10ms", "")
    ));
    let at = station(&seen.model, "q");
    let waits: u128 = (0..3).map(|class| seen.run.shares[class + at].core_age_sum).sum();
    assert_eq!((waits, seen.station("q").ready.integral), (19_000_000, 19_000_000));
}

#[test]
fn what_peers_cost_is_shared_like_other_work() {
    // Each message costs the other instance an eighth of its work, which is done with the next there.
    let seen = once(&format!(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.a]\nto = \"q.go\"\nblast = {{ at = \"0s\", audience = 40 }}\n\
         [service.q]\ninstances = 2\nbalancer = \"round-robin\"\ncores = 1\n{SHARED}\n\
         chatter = [{{ contention = {{ sigma = 0.125 }} }}]\n\
         [service.q.operation.go]\nwork = \"10ms\"\n"
    ));
    let q = seen.station("q");
    let chatter = q.chatter_on_core + q.chatter_off_core;
    // The last of all owes one that nobody comes after: that is worked off when the core is idle.
    assert_eq!(chatter, 50_000_000);
    assert_eq!(q.on_core.integral + q.chatter_off_core, 450_000_000);
}

#[test]
fn with_a_core_for_each_worker_nothing_is_shared() {
    let text = |keys: &str| {
        format!(
            "[run]\nhorizon = \"60s\"\n\
             [traffic.m]\nto = \"q.go\"\npoisson = {{ rate = \"150/s\" }}\ntimeout = \"200ms\"\n\
             on-timeout = \"cancel\"\n\
             [service.q]\ninstances = 2\nworkers = 4\ncores = 4\n{keys}\n\
             stalls = [{{ at = \"10s\", lasts = \"1s\" }}]\n\
             [service.q.operation.go]\nwork = {{ exponential = {{ mean = \"50ms\" }} }}\n"
        )
    };
    let shared = sim::run(&model(&text("core-scheduling = \"processor-sharing\"")), 0);
    assert!(shared == sim::run(&model(&text("")), 0));
    let plain = sim::run(&model(&text("core-scheduling = \"first-come-first-served\"")), 0);
    assert!(shared == plain);
}

#[test]
fn cores_for_all_who_come_are_as_good_as_cores_of_their_own() {
    // Never more than 60 at once: what the engine does is another, what happens is the same.
    let text = |keys: &str| {
        format!(
            "[run]\nhorizon = \"60s\"\n\
             [traffic.m]\nto = \"q.go\"\npoisson = {{ rate = \"150/s\" }}\n\
             [service.q]\ninstances = 2\nworkers = 61\ncores = 60\n{keys}\n\
             [service.q.operation.go]\nwork = {{ exponential = {{ mean = \"50ms\" }} }}\n"
        )
    };
    let shared = once(&text("core-scheduling = \"processor-sharing\""));
    let plain = once(&text(""));
    assert_eq!(shared.class("m"), plain.class("m"));
    assert_eq!(shared.station("q"), plain.station("q"));
}

#[test]
fn twice_the_time_is_twice_the_result() {
    let at = |unit: u64| {
        let ms = |count: u64| format!("\"{}ms\"", count * unit);
        let seen = once(&format!(
            "[run]\nhorizon = {}\n\
             [traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"{}/s\" }}\ntimeout = {}\n\
             on-timeout = \"cancel\"\n\
             [traffic.n]\nto = \"q.long\"\nblast = {{ at = {}, audience = 20 }}\n\
             [service.q]\ninstances = 2\ncores = 2\n{SHARED}\nbalancer = \"least-loaded\"\n\
             stalls = [{{ at = {}, lasts = {} }}]\n\
             [service.q.operation.go]\nwork = {}\n[service.q.operation.long]\nwork = {}\n",
            ms(20_000),
            128.0 / unit as f64,
            ms(128),
            ms(5_000),
            ms(10_000),
            ms(100),
            ms(16),
            ms(256),
        ));
        let (m, n, q) = (seen.class("m"), seen.class("n"), seen.station("q"));
        ([m.latency_sum, n.latency_sum, q.on_core.integral, q.core_wait_sum], m.ended, n.ended)
    };
    let (one, two) = (at(1), at(2));
    assert_eq!((one.1, one.2), (two.1, two.2));
    assert!(one.1[Outcome::Failed.index()] > 0);
    // Ends are told in whole nanoseconds: of a few thousand messages, each within one.
    for (one, two) in one.0.into_iter().zip(two.0) {
        assert!((2 * one).abs_diff(two) < 4 * 3_000, "{one} {two}");
    }
}

/// Means of M/M/c are the same whoever is served first, and so are those of its sharing.
#[test]
fn means_are_those_of_waiting_in_line_where_work_is_exponential() {
    for (cores, rate) in [(1, 0.7), (4, 3.2)] {
        let truth = MMc::new(rate, 1.0, cores).expect("stable").means();
        let found = assess(&format!(
            "[run]\nmode = \"steady\"\nhorizon = \"40000s\"\nreplications = 20\n\
             [traffic.m]\nto = \"q.serve\"\npoisson = {{ rate = \"{rate}/s\" }}\n\
             [service.q]\ninstances = 1\ncores = {cores}\nworkers = 100000\n\
             core-scheduling = \"processor-sharing\"\n\
             [service.q.operation.serve]\nwork = {{ exponential = {{ mean = \"1s\" }} }}\n"
        ));
        let q = &found.assessment.stations[station(&found.model, "q")];
        let m = &found.assessment.classes[0];
        hold("sojourn", &m.mean_latency, truth.sojourn, 0.05);
        hold("cores", &q.cores, truth.utilization, 0.02);
        hold("waiting for a core", &q.mean_ready, truth.waiting, 0.08);
        hold("wait for a core", &q.mean_core_wait, truth.wait, 0.08);
    }
}

/// In M/G/1 a piece of work `x` takes x/(1 − ρ) on average, whatever else there is (Kleinrock,
/// Queueing Systems II, equation 4.17).
#[test]
fn each_piece_of_work_takes_its_length_over_what_is_idle() {
    // 0.35·0.4 + 0.2·1.2 + 0.04·8 = 0.7.
    let found = assess(
        "[run]\nmode = \"steady\"\nhorizon = \"100000s\"\nreplications = 20\n\
         [traffic.short]\nto = \"q.short\"\npoisson = { rate = \"0.35/s\" }\n\
         [traffic.usual]\nto = \"q.usual\"\npoisson = { rate = \"0.2/s\" }\n\
         [traffic.long]\nto = \"q.long\"\npoisson = { rate = \"0.04/s\" }\n\
         [service.q]\ninstances = 1\ncores = 1\nworkers = 100000\n\
         core-scheduling = \"processor-sharing\"\n\
         [service.q.operation.short]\nwork = \"400ms\"\n\
         [service.q.operation.usual]\nwork = { hyperexponential = { mean = \"1.2s\", cv = 2 } }\n\
         [service.q.operation.long]\nwork = \"8s\"\n",
    );
    for (class, work) in [("short", 0.4), ("usual", 1.2), ("long", 8.0)] {
        let index = found.model.classes.iter().position(|known| known.name == class).unwrap();
        let mean = &found.assessment.classes[index].mean_latency;
        hold(class, mean, work / 0.3, 0.09);
    }
}

#[test]
fn shared_cores_that_are_full_are_named_as_what_binds() {
    let found = assess(&format!(
        "[run]\nhorizon = \"60s\"\nreplications = 3\n\
         [target]\nfast = {{ class = \"m\", quantile = \"99%\", latency-at-most = \"1s\" }}\n\
         [traffic.m]\nto = \"q.go\"\npoisson = {{ rate = \"150/s\" }}\n\
         [service.q]\ninstances = 1\ncores = 1\n{}\n[service.q.operation.go]\nwork = \"10ms\"\n",
        SHARED.replace("100", "100000")
    ));
    let binding = &found.assessment.bindings[0];
    assert_eq!(found.model.station_name(binding.station), "q");
    assert_eq!(binding.cause, surgeplan::verdict::Cause::Cores);
}
