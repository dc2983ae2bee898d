//! Policies of callers where nothing is random but jitter, against times worked out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once};

/// A service that is called, with its keys and the work of its one operation.
fn service(name: &str, keys: &str, work: &str) -> String {
    format!("[service.{name}]\n{keys}\n[service.{name}.operation.go]\nwork = \"{work}\"\n")
}

/// `audience` messages of a traffic at once.
fn blast(name: &str, to: &str, at: &str, audience: u32, policy: &str) -> String {
    format!(
        "[traffic.{name}]\nto = \"{to}\"\nblast = {{ at = \"{at}\", audience = {audience} }}\n\
         {policy}\n"
    )
}

fn run(horizon: &str, sections: &[String]) -> Once {
    once(&format!("[run]\nhorizon = \"{horizon}\"\n{}", sections.concat()))
}

/// A loss system whose worker is taken for good, and clients of it.
fn refused(audience: u32, policy: &str) -> Once {
    let keys = "instances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }";
    run(
        "100s",
        &[
            blast("busy", "q.go", "0s", 1, ""),
            blast("m", "q.go", "1s", audience, policy),
            service("q", keys, "200s"),
        ],
    )
}

/// The times that messages were in the system, summed, in seconds.
fn in_system(seen: &Once) -> f64 {
    let sum: u128 = seen.run.in_system.iter().map(|level| level.integral).sum();
    sum as f64 / 1e9
}

/// Two copies of an instance, the first of which computes at a tenth of the speed.
const ONE_SLOW: &str = "instances = 2\nworkers = 10\nbalancer = \"round-robin\"\n\
                        slow = { share = \"50%\", speed = \"10%\" }";

#[test]
fn jittered_pauses_keep_to_their_bounds() {
    const MESSAGES: u32 = 400;
    // The bounds of the two pauses together, their mean and standard deviation. Uniform over 2 s
    // has 1/√3 s. Decorrelated: U(1, 3) and then U(1, 3 × that), see the variances of both.
    for (kind, settings, low, high, mean, deviation) in [
        ("full-jitter", "base = \"2s\", cap = \"2s\"", 0.0, 4.0, 2.0, 0.8165),
        ("equal-jitter", "base = \"2s\", cap = \"2s\"", 2.0, 4.0, 3.0, 0.4083),
        ("decorrelated-jitter", "base = \"1s\", cap = \"50s\"", 2.0, 12.0, 5.5, 2.1016),
    ] {
        let seen =
            refused(MESSAGES, &format!("retry = {{ {kind} = {{ attempts = 3, {settings} }} }}"));
        assert_eq!(seen.ended("m", Outcome::Failed), u64::from(MESSAGES), "{kind}");
        assert_eq!(seen.station("q").rejected, 3 * u64::from(MESSAGES), "{kind}");
        // Beside the one that takes the worker for all of the run.
        let each = (in_system(&seen) - 100.0) / f64::from(MESSAGES);
        let error = deviation / f64::from(MESSAGES).sqrt();
        assert!((each - mean).abs() < 5.0 * error, "{kind}: {each}, not {mean} ± {error}");
        assert!((low..high).contains(&each), "{kind}: {each}");
    }
}

#[test]
fn only_the_failures_that_are_named_are_tried_again() {
    for (on, attempts) in [("timeout", 1), ("rejected", 3)] {
        let policy = format!("retry = {{ immediate = {{ attempts = 3, on = [\"{on}\"] }} }}");
        let seen = refused(1, &policy);
        assert_eq!(seen.station("q").rejected, attempts, "{on}");
        assert_eq!(in_system(&seen), 100.0, "{on}");
    }
}

#[test]
fn a_budget_pays_for_a_share_of_retries() {
    let seen = refused(10, "retry = \"immediate\"\nbudget = { ratio = \"20%\", minimum = 0 }");
    assert_eq!(seen.station("q").rejected, 12);
    // Two of them in reserve.
    let policy = "retry = { immediate = { attempts = 2 } }\n\
                  budget = { ratio = \"1%\", minimum = \"2/s\", lifetime = \"1s\" }";
    assert_eq!(refused(10, policy).station("q").rejected, 12);
    // 30 tokens pay for 6 at 5 each.
    let policy = "retry = { immediate = { attempts = 2 } }\nbudget = { tokens = 30 }";
    assert_eq!(refused(10, policy).station("q").rejected, 16);
}

#[test]
fn a_breaker_opens_and_probes() {
    // At 1, 2, 3 … s. Refused until 20 s: opens at 4 s, probes at 14 s in vain and at 24 s with
    // success.
    let seen = once(
        "[run]\nhorizon = \"30s\"\n\
         [traffic.busy]\nto = \"q.long\"\nblast = { at = \"0s\", audience = 1 }\n\
         [traffic.m]\nto = \"q.go\"\nconstant = { rate = \"1/s\" }\n\
         breaker = { window = 4, minimum = 4, open = \"10s\", probes = 1 }\n\
         [service.q]\ninstances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }\n\
         [service.q.operation.long]\nwork = \"20s\"\n\
         [service.q.operation.go]\nwork = \"100ms\"\n",
    );
    assert_eq!(seen.class("m").arrived, 29);
    assert_eq!(seen.station("q").rejected, 5);
    assert_eq!(seen.ended("m", Outcome::Delivered), 6);
    assert_eq!(seen.ended("m", Outcome::Failed), 23);
}

#[test]
fn a_throttle_lets_out_what_is_taken_and_little_more() {
    let text = |work: &str| {
        format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.busy]\nto = \"q.go\"\nblast = {{ at = \"0s\", audience = 1 }}\n\
             [traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"10/s\" }}\nthrottle = {{}}\n{}",
            service(
                "q",
                "instances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }",
                work
            )
        )
    };
    // Nothing is taken: the nth goes out with probability 1/n, 7.5 of 999 in all, ± 2.4.
    let rejected = once(&text("200s")).station("q").rejected;
    assert!((1..=19).contains(&rejected), "{rejected}");
    // All is taken.
    assert_eq!(once(&text("10ms")).station("q").arrived, 1000);
}

#[test]
fn a_limit_on_calls_in_flight_grows_with_answers() {
    let keys = "instances = 1\nworkers = 10";
    let m = |at: &str| {
        format!(
            "[traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"1/s\", {at} }}\n\
             concurrency = {{ aimd = {{ start = 1, maximum = 3 }} }}\n"
        )
    };
    // At 1, 2, 3 … s, 2.5 s each. One in flight: that of 1 s, answered at 3.5; then two: those of
    // 4 and 5 s, and with the answer at 6.5 s three: those of 7, 8 and 9 s – 2.5 s at a rate of 1
    // are never more, so that from then on all go out. In vain: 2, 3, 6.
    let seen = run("20s", &[m("").replace(", }", " }"), service("q", keys, "2500ms")]);
    assert_eq!(seen.class("m").arrived, 19);
    assert_eq!(seen.ended("m", Outcome::Failed), 3);
}

#[test]
fn a_bulkhead_bounds_what_is_in_flight() {
    let keys = "instances = 1\nworkers = 10";
    let q = || service("q", keys, "5s");
    let seen = run("100s", &[blast("m", "q.go", "1s", 3, "bulkhead = 2"), q()]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 2);
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(in_system(&seen), 10.0);
    // Whoever gives up makes room, though the work goes on: those of 1 and 3 s go out, not that
    // of 2 s.
    let constant = "[traffic.m]\nto = \"q.go\"\nconstant = { rate = \"1/s\" }\n\
                    bulkhead = 1\ntimeout = \"1500ms\"\n";
    let seen = run("4s", &[constant.to_owned(), q()]);
    assert_eq!((seen.class("m").arrived, seen.station("q").arrived), (3, 2));
    // Each instance of a caller has its own.
    let front = "[service.front]\ninstances = 2\nworkers = 10\nbalancer = \"round-robin\"\n\
                 [service.front.operation.go]\nsteps = [{ call = \"q.go\", bulkhead = 2 }]\n";
    let seen = run("100s", &[blast("m", "front.go", "1s", 6, ""), front.to_owned(), q()]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 4);
}

#[test]
fn the_first_answer_to_a_hedged_call_counts() {
    // 10 s at the first instance; the copy of 2 s takes 1 s at the second.
    let text = |then: &str| {
        let policy = format!("timeout = \"60s\"\nhedge = {{ after = \"2s\" }}\n{then}");
        run("100s", &[blast("m", "q.go", "1s", 1, &policy), service("q", ONE_SLOW, "1s")])
    };
    let seen = text("");
    assert_eq!(seen.latency_ms("m"), 3000.0);
    let q = seen.station("q");
    assert_eq!((q.arrived, q.served, q.cancelled), (2, 2, 0));
    assert_eq!(q.busy.integral, 11_000_000_000);
    let seen = text("on-timeout = \"cancel\"");
    assert_eq!(seen.latency_ms("m"), 3000.0);
    let q = seen.station("q");
    assert_eq!((q.arrived, q.served, q.cancelled), (2, 1, 1));
    assert_eq!(q.busy.integral, 4_000_000_000);
}

#[test]
fn copies_follow_one_another() {
    // Two of three are slow: 10 s each; the third copy goes out after 4 s.
    let keys = "instances = 3\nworkers = 1\nbalancer = \"round-robin\"\n\
                slow = { share = \"60%\", speed = \"10%\" }";
    let policy = "timeout = \"60s\"\nhedge = { after = \"2s\", at-most = 5 }";
    let seen = run("100s", &[blast("m", "q.go", "1s", 1, policy), service("q", keys, "1s")]);
    assert_eq!(seen.latency_ms("m"), 5000.0);
    assert_eq!(seen.station("q").arrived, 3);
}

#[test]
fn a_copy_that_fails_leaves_the_other_its_time() {
    let keys = "instances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }";
    let policy = "timeout = \"60s\"\nhedge = { after = \"2s\" }";
    let seen = run("100s", &[blast("m", "q.go", "1s", 1, policy), service("q", keys, "5s")]);
    assert_eq!(seen.station("q").rejected, 1);
    assert_eq!(seen.latency_ms("m"), 5000.0);
    // With no other out, the call has failed, before its next copy.
    let seen = refused(1, policy);
    assert_eq!(seen.station("q").rejected, 1);
    assert_eq!(in_system(&seen), 100.0);
}

#[test]
fn a_hedged_call_times_out_with_all_its_copies() {
    let keys = "instances = 2\nworkers = 1\nbalancer = \"round-robin\"";
    for (then, busy) in [("abandon", 20), ("cancel", 8)] {
        let policy =
            format!("timeout = \"5s\"\non-timeout = \"{then}\"\nhedge = {{ after = \"2s\" }}");
        let seen = run("100s", &[blast("m", "q.go", "1s", 1, &policy), service("q", keys, "10s")]);
        assert_eq!(seen.ended("m", Outcome::Failed), 1, "{then}");
        assert_eq!(in_system(&seen), 5.0, "{then}");
        assert_eq!(seen.station("q").busy.integral, busy * 1_000_000_000, "{then}");
    }
}

#[test]
fn a_deadline_holds_for_all_attempts_together() {
    // Attempts at 0 and 3 s after the first; the next would go out at 6 s or later.
    for (deadline, ends, attempts) in [("5s", 5.0, 2), ("4s", 4.0, 2), ("2500ms", 2.0, 1)] {
        let policy = format!(
            "timeout = \"2s\"\nretry = {{ constant = {{ attempts = 5, pause = \"1s\" }} }}\n\
             deadline = \"{deadline}\""
        );
        let keys = "instances = 1\nworkers = 9";
        let seen = run("100s", &[blast("m", "q.go", "1s", 1, &policy), service("q", keys, "9s")]);
        assert_eq!(seen.ended("m", Outcome::Failed), 1, "{deadline}");
        assert_eq!(in_system(&seen), ends, "{deadline}");
        assert_eq!(seen.station("q").arrived, attempts, "{deadline}");
    }
}

#[test]
fn services_look_at_deadlines_never_at_the_start_or_always() {
    // One worker, 5 s each, the first without a deadline. The second is given up at 3 s.
    for (checks, served, expired, withdrawn, busy) in
        [("never", 2, 0, 0, 10), ("at-start", 1, 1, 0, 5), ("always", 1, 0, 1, 5)]
    {
        let keys = format!("instances = 1\nworkers = 1\nchecks-deadlines = \"{checks}\"");
        let seen = run(
            "100s",
            &[
                blast("busy", "q.go", "0s", 1, ""),
                blast("m", "q.go", "1s", 1, "deadline = \"2s\""),
                service("q", &keys, "5s"),
            ],
        );
        let q = seen.station("q");
        assert_eq!((q.served, q.expired, q.withdrawn), (served, expired, withdrawn), "{checks}");
        assert_eq!(q.busy.integral, busy * 1_000_000_000, "{checks}");
        assert_eq!(in_system(&seen), 7.0, "{checks}");
    }
    // Work in progress.
    for (checks, busy) in [("never", 5), ("at-start", 5), ("always", 2)] {
        let keys = format!("instances = 1\nworkers = 1\nchecks-deadlines = \"{checks}\"");
        let m = blast("m", "q.go", "1s", 1, "deadline = \"2s\"");
        let seen = run("100s", &[m, service("q", &keys, "5s")]);
        assert_eq!(seen.station("q").busy.integral, busy * 1_000_000_000, "{checks}");
    }
}

/// `front` calls `back`, whose one worker is taken for 5 s at first, and takes 5 s for each.
fn nested(policy: &str, back: &str, beside: &str) -> Once {
    let front = "[service.front]\ninstances = 1\nworkers = 1\n\
                 [service.front.operation.go]\nsteps = [{ call = \"back.go\" }]\n";
    run(
        "100s",
        &[
            blast("busy", "back.go", "0s", 1, ""),
            blast("m", "front.go", "1s", 1, policy),
            front.to_owned(),
            service("back", &format!("instances = 1\nworkers = 1\n{back}"), "5s"),
            beside.to_owned(),
        ],
    )
}

#[test]
fn a_deadline_travels_with_the_calls() {
    // Given up everywhere at 3 s.
    let seen = nested("deadline = \"2s\"", "checks-deadlines = \"at-start\"", "");
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(seen.station("front").busy.integral, 2_000_000_000);
    assert_eq!(seen.station("back").expired, 1);
    // What has a deadline of its own has the earlier one.
    let seen = nested("timeout = \"50s\"\ndeadline = \"30s\"", "", "");
    assert_eq!(seen.latency_ms("m"), 9000.0);
}

#[test]
fn a_timeout_stays_with_its_caller_whatever_else_there_is() {
    // The caller gives up after 2 s; `front` knows nothing of it, and waits until 10 s.
    let other = service("other", "instances = 1\nworkers = 1", "1s")
        + &blast("n", "other.go", "0s", 1, "bulkhead = 1");
    for beside in ["", &other] {
        let seen = nested("timeout = \"2s\"", "", beside);
        assert_eq!(seen.ended("m", Outcome::Failed), 1);
        assert_eq!(seen.station("front").busy.integral, 9_000_000_000);
        assert_eq!(seen.station("back").served, 2);
    }
    // A service that looks at deadlines sees that nobody waits, and does not begin.
    let seen = nested("timeout = \"2s\"", "checks-deadlines = \"at-start\"", "");
    assert_eq!(seen.station("back").expired, 1);
    assert_eq!(seen.station("front").busy.integral, 4_000_000_000);
}

#[test]
fn an_instance_that_fails_is_ejected_for_a_while() {
    // In turn, at 1, 2 … s. The slow instance takes 10 s: those of 1 and 3 s give up at 3 and 5 s.
    // It is out from 5 s for 10 s, to the end of the interval: until 20 s. Those of 21 and 23 s
    // give up at 23 and 25 s: out for twice as long, from 25 to 50 s.
    let seen = run(
        "50s",
        &[
            "[traffic.m]\nto = \"q.go\"\nconstant = { rate = \"1/s\" }\ntimeout = \"2s\"\n\
             ejection = { consecutive = 2, interval = \"10s\", base = \"10s\" }\n"
                .to_owned(),
            service("q", ONE_SLOW, "1s"),
        ],
    );
    assert_eq!(seen.ended("m", Outcome::Failed), 4);
    assert_eq!(seen.ended("m", Outcome::Delivered), 44);
}

#[test]
fn what_the_door_turns_away_is_no_instance_s_fault() {
    // Two go in, to the slow instance and to the other; the third is turned away at the door. The
    // fourth has to find the slow instance again.
    let seen = run(
        "99s",
        &[
            "[traffic.m]\nto = \"q.go\"\nclass = \"m\"\n\
             constant = { rate = \"0.1/s\" }\nejection = { consecutive = 1 }\n\
             [traffic.other]\nto = \"q.go\"\nblast = { at = \"5s\", audience = 1 }\n"
                .to_owned(),
            service(
                "q",
                &format!(
                    "{ONE_SLOW}\nlimits = [{{ token-bucket = {{ rate = \"0.06/s\", burst = 1 }} }}]"
                ),
                "1s",
            ),
        ],
    );
    // `other` takes the token of 5 s and the slow instance, so that those of 10 and 20 s find the
    // door shut (the next token is there at 21.67 s). 30 s: the fast one; 40 s: shut; 50 s: the
    // slow one; 60 s: shut; 70 s: the fast one; 80 s: shut; 90 s: the slow one, in flight at 99 s.
    assert_eq!(seen.ended("m", Outcome::Failed), 5);
    assert_eq!(seen.class("m").latency_sum, (1 + 10 + 1) * 1_000_000_000);
}

#[test]
fn a_hedged_call_that_times_out_tells_on_the_instances_of_its_copies() {
    // `x` takes the first of three in turn. The copies of 20 and 21 s go to the others, and both
    // are out from 22 s on. `y` takes the first again at 39 s, and the copies of 40 and 41 s have
    // to wait behind it.
    let keys = "instances = 3\nworkers = 1\nbalancer = \"round-robin\"";
    let seen = run(
        "42s",
        &[
            blast("x", "q.go", "1s", 1, ""),
            blast("y", "q.go", "39s", 1, ""),
            "[traffic.m]\nto = \"q.go\"\nconstant = { rate = \"0.05/s\" }\n\
             timeout = \"2s\"\non-timeout = \"cancel\"\nhedge = { after = \"1s\" }\n\
             ejection = { consecutive = 1, at-most = \"100%\" }\n"
                .to_owned(),
            service("q", keys, "5s"),
        ],
    );
    assert_eq!(seen.station("q").arrived, 6);
    assert_eq!(seen.station("q").queue.max, 2);
}

#[test]
fn instances_without_connections_fail_their_calls() {
    // Three instances of two workers with four connections each: room for two of them.
    let front = "[service.front]\ninstances = 3\nworkers = 2\nbalancer = \"round-robin\"\n\
                 [service.front.operation.go]\nsteps = [{ call = \"q.go\", connections = 4 }]\n";
    let q = |most: u32| {
        let keys = format!("instances = 1\nworkers = 10\nconnections-at-most = {most}");
        let m = blast("m", "front.go", "1s", 3, "");
        run("100s", &[m, front.to_owned(), service("q", &keys, "5s")])
    };
    for (most, delivered) in [(24, 3), (23, 2), (16, 2), (7, 0)] {
        let seen = q(most);
        assert_eq!(seen.ended("m", Outcome::Delivered), delivered, "{most}");
        assert_eq!(seen.ended("m", Outcome::Failed), 3 - delivered, "{most}");
        assert_eq!(seen.station("q").arrived, delivered, "{most}");
    }
}

#[test]
fn what_is_handed_on_has_left_its_callers_deadline_behind() {
    // The caller gives up after 1 s; what was handed on at once takes 3 s to get there.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"front.go\"\nblast = { at = \"1s\", audience = 1 }\n\
         timeout = \"1s\"\ndeadline = \"2s\"\n\
         [service.front]\ninstances = 1\nworkers = 1\n[service.front.operation.go]\n\
         work = \"1ms\"\nsteps = [{ hand-to = \"b.go\", network = \"3s\" }]\n\
         [service.b]\ninstances = 1\nworkers = 1\nchecks-deadlines = \"always\"\n\
         [service.b.operation.go]\nwork = \"1ms\"\n",
    );
    assert_eq!(seen.ended("m", Outcome::Delivered), 1);
    assert_eq!(seen.station("b").expired, 0);
}

#[test]
fn work_below_an_abandoned_attempt_is_for_nobody() {
    // Abandoned at 0.1 s; at 0.5 s the attempt calls on, for 200 ms of work.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"api.go\"\nblast = { at = \"0s\", audience = 1 }\n\
         timeout = \"100ms\"\n\
         [service.api]\ninstances = 1\nworkers = 1\n[service.api.operation.go]\n\
         steps = [{ delay = \"500ms\" }, { call = \"db.go\" }]\n\
         [service.db]\ninstances = 1\nworkers = 1\n\
         [service.db.operation.go]\nwork = \"200ms\"\n",
    );
    let db = seen.station("db");
    assert_eq!((db.abandoned_work, db.retry_work), (200_000_000, 0));
}
