//! Bounds in time: how long a queue may be, and until when a message is valid, against times worked
//! out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once, station, try_model};

const SECOND: u128 = 1_000_000_000;

fn run(sections: &[&str]) -> Once {
    once(&format!("[run]\nhorizon = \"100s\"\nreplications = 1\n{}", sections.join("\n")))
}

/// `audience` messages of a traffic at once.
fn blast(name: &str, to: &str, at: &str, audience: u32, more: &str) -> String {
    format!(
        "[traffic.{name}]\nto = \"{to}\"\nblast = {{ at = \"{at}\", audience = {audience} }}\n\
         {more}\n"
    )
}

/// One worker, and work of this length.
fn worker(keys: &str, work: &str) -> String {
    format!(
        "[service.q]\ninstances = 1\nworkers = 1\n{keys}\n\
         [service.q.operation.go]\nwork = \"{work}\"\n"
    )
}

/// How long all messages together were in the system.
fn time_in_system(seen: &Once) -> u128 {
    seen.run.in_system.iter().map(|level| level.integral).sum()
}

/// How many messages of the only class came to that end at a station.
fn ended_at(seen: &Once, name: &str, outcome: Outcome) -> u64 {
    seen.run.shares[station(&seen.model, name)].ended[outcome.index()]
}

#[test]
fn a_carriers_queue_holds_what_leaves_within_its_bound() {
    // One goes at once, and one every half second: two of those who wait go within a second.
    let seen = run(&[
        &blast("m", "c", "0s", 5, ""),
        "[carrier.c]\nrate = \"2/s\"\nqueue = { fifo = { wait-at-most = \"1s\" } }",
    ]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 3);
    assert_eq!(seen.ended("m", Outcome::Rejected), 2);
    assert_eq!(seen.waits_ms("c"), 500.0 + 1000.0);
    // Our own pace counts where it is slower than what the carrier takes.
    let seen = run(&[
        &blast("m", "c", "0s", 9, ""),
        "[carrier.c]\nrate = \"10/s\"\npace = \"2/s\"\noverload = \"drop\"\n\
         queue = { fifo = { wait-at-most = \"1500ms\" } }",
    ]);
    assert_eq!(seen.ended("m", Outcome::Rejected), 9 - 1 - 3);
    // Each carrier of a group by its own rate, 3/s and 1/s.
    let seen = run(&[
        &blast("m", "c", "0s", 100, ""),
        "[carrier-group.c]\ncount = 2\ntotal-rate = \"4/s\"\nshares = { weights = [3, 1] }\n\
         queue = { fifo = { wait-at-most = \"2s\" } }",
    ]);
    let longest: Vec<u64> = seen.run.carriers.iter().map(|carrier| carrier.queue_max).collect();
    assert_eq!(longest, [6, 2]);
    // The shorter of two bounds holds.
    let seen = run(&[
        &blast("m", "c", "0s", 9, ""),
        "[carrier.c]\nrate = \"1/s\"\n\
         queue = { fifo = { wait-at-most = \"5s\", length-at-most = 3 } }",
    ]);
    assert_eq!(seen.ended("m", Outcome::Rejected), 5);
    // What takes three turns waits three times as long: one goes at 0 s, ten wait for 3 to 30 s.
    let seen = run(&[
        &blast("m", "c", "0s", 40, "segments = 3"),
        "[carrier.c]\nrate = \"1/s\"\nqueue = { fifo = { wait-at-most = \"30s\" } }",
    ]);
    assert_eq!((seen.ended("m", Outcome::Delivered), seen.waits_ms("c")), (11, 165_000.0));
    // Once some have gone, there is room for as many more.
    let seen = run(&[
        &blast("m", "c", "0s", 40, "segments = 3"),
        &blast("n", "c", "10s", 40, ""),
        "[carrier.c]\nrate = \"1/s\"\nqueue = { fifo = { wait-at-most = \"30s\" } }",
    ]);
    assert_eq!(seen.ended("n", Outcome::Delivered), 9);
}

#[test]
fn a_queue_may_reject_at_the_door_and_fail_later() {
    // One goes at once, ten wait, nine are turned away; two go by 2.5 s, the others expire then.
    let seen = run(&[
        &blast("m", "c", "0s", 20, ""),
        "[carrier.c]\nrate = \"1/s\"\n\
         queue = { fifo = { wait-at-most = \"10s\", age-at-most = \"2500ms\" } }",
    ]);
    let ends = [Outcome::Delivered, Outcome::Rejected, Outcome::Expired];
    assert_eq!(ends.map(|outcome| seen.ended("m", outcome)), [3, 9, 8]);
    assert_eq!(seen.station("c").unserved_wait_sum, 8 * 2_500_000_000);
}

#[test]
fn each_sender_has_its_own_bound_in_time() {
    // Each sender's messages go in one a second, and none may have to wait longer than 2 s.
    let limits = "limits = [{ leaky-bucket = { rate = \"1/s\", wait-at-most = \"2s\", \
                  per = \"sender\" } }]";
    let only = |number: u32| {
        let weights = if number == 0 { "[1, 0]" } else { "[0, 1]" };
        format!("senders = {{ count = 2, shares = {{ weights = {weights} }} }}")
    };
    let seen = run(&[
        &blast("a", "q.go", "0s", 9, &only(0)),
        &blast("b", "q.go", "1s", 2, &only(1)),
        &worker(limits, "0s"),
    ]);
    assert_eq!(seen.ended("a", Outcome::Delivered), 3);
    assert_eq!(seen.ended("a", Outcome::Rejected), 6);
    assert_eq!(seen.ended("b", Outcome::Delivered), 2);
    assert_eq!(seen.class("a").latency_sum, 3 * SECOND);
    assert_eq!(seen.class("b").latency_sum, SECOND);
}

#[test]
fn a_bound_in_time_needs_a_rate() {
    let problem = |sections: &[&str]| {
        try_model(&format!("[run]\nhorizon = \"9s\"\n{}", sections.join("\n"))).unwrap_err()
    };
    let to_carrier = blast("m", "c", "0s", 5, "");
    let without = "[carrier.c]\nqueue = { fifo = { wait-at-most = \"1s\" } }";
    let windowed = "[carrier.c]\nwindow = 3\nround-trip = \"1s\"\n\
                    queue = { fifo = { wait-at-most = \"1s\" } }";
    for carrier in [without, windowed] {
        let told = problem(&[&to_carrier, carrier]);
        assert!(told.contains("without a `rate` or a `pace`"), "{told}");
        assert!(told.contains("`length-at-most`, or `age-at-most`"), "{told}");
    }
    let to_service = blast("m", "q.go", "0s", 5, "");
    let queue = worker("queue = { lifo = { wait-at-most = \"1s\" } }", "1s");
    let told = problem(&[&to_service, &queue]);
    assert!(told.contains("has no rate of its own"), "{told}");
    assert!(told.contains("write `length-at-most`, or `age-at-most`"), "{told}");
    let told =
        problem(&[&to_service, &worker("limits = [{ leaky-bucket = { rate = \"1/s\" } }]", "1s")]);
    assert!(told.contains("`wait-at-most = \"10h\"`"), "{told}");
    let told = problem(&[&blast("m", "q.go", "0s", 5, "valid-for = \"0s\""), &worker("", "1s")]);
    assert!(told.contains("above zero"), "{told}");
}

#[test]
fn a_message_expires_in_a_services_queue_and_nowhere_on_the_way() {
    // `a` is served from 0 to 5 s, longer than it is valid; `b`, which comes at 1 s, waits in vain.
    let seen = run(&[
        &blast("a", "q.go", "0s", 1, "valid-for = \"3s\"\nclass = \"m\""),
        &blast("b", "q.go", "1s", 1, "valid-for = \"3s\"\nclass = \"m\""),
        &worker("", "5s"),
    ]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 1);
    assert_eq!(ended_at(&seen, "q", Outcome::Expired), 1);
    assert_eq!(time_in_system(&seen), (5 + 3) * SECOND);
    assert_eq!(seen.station("q").unserved_wait_sum, 3 * SECOND);
    assert_eq!(seen.station("q").expired, 1);
}

#[test]
fn a_message_expires_at_the_door() {
    // They would go in at 0, 1, 2 … s. Those that expire have had their turn all the same.
    let limits = "limits = [{ leaky-bucket = { rate = \"1/s\", queue = 9 } }]";
    let seen = run(&[
        &blast("m", "q.go", "0s", 6, "valid-for = \"2500ms\""),
        &blast("n", "q.go", "3s", 1, "valid-for = \"10s\""),
        &worker(limits, "0s"),
    ]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 3);
    assert_eq!(seen.ended("m", Outcome::Expired), 3);
    assert_eq!(seen.latency_ms("n"), 3000.0);
    assert_eq!(seen.station("q").unserved_wait_sum, 3 * 2_500_000_000);
}

#[test]
fn a_message_expires_before_a_carrier_takes_it() {
    let seen =
        run(&[&blast("m", "c", "0s", 5, "valid-for = \"2500ms\""), "[carrier.c]\nrate = \"1/s\""]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 3);
    assert_eq!(ended_at(&seen, "c", Outcome::Expired), 2);
    assert_eq!(time_in_system(&seen), (1 + 2) * SECOND + 2 * 2_500_000_000);
    // What the carrier has is out of our hands: it is delivered at 4 s.
    let seen = run(&[
        &blast("m", "c", "0s", 1, "valid-for = \"1s\""),
        "[carrier.c]\nrate = \"1/s\"\nround-trip = \"2s\"\ndelivery = \"2s\"",
    ]);
    assert_eq!(seen.latency_ms("m"), 4000.0);
}

#[test]
fn a_refused_message_expires_as_soon_as_it_would_wait_again() {
    // Both are submitted at 0 s; the second is refused, which is known at 1 s.
    let refused = |valid_for: &str| {
        run(&[
            &blast("m", "c", "0s", 2, &format!("valid-for = \"{valid_for}\"")),
            "[carrier.c]\nrate = \"1/s\"\nburst = 1\nround-trip = \"1s\"\n\
             overload = { throttle = { pause = \"10s\" } }",
        ])
    };
    for (valid_for, expires_at) in [("3s", 3), ("500ms", 1)] {
        let seen = refused(valid_for);
        assert_eq!(seen.latency_ms("m"), 1000.0);
        assert_eq!(seen.ended("m", Outcome::Expired), 1);
        assert_eq!(time_in_system(&seen), (1 + expires_at) * SECOND, "{valid_for}");
        assert_eq!(seen.station("c").unserved_wait_sum, (expires_at - 1) * SECOND);
        assert_eq!(seen.run.carriers[0].refused, 1);
    }
}

#[test]
fn a_message_expires_between_two_submissions() {
    // It is submitted at 0, 2 and 4 s, in vain.
    let seen = run(&[
        &blast("m", "c", "0s", 1, "valid-for = \"5s\""),
        "[carrier.c]\nbehaviours = [{ temporary-error = { share = \"100%\" } }]\n\
         resend = { constant = { attempts = 9, pause = \"2s\" } }",
    ]);
    assert_eq!(seen.run.carriers[0].submitted, 3);
    assert_eq!(ended_at(&seen, "c", Outcome::Expired), 1);
    assert_eq!(time_in_system(&seen), 5 * SECOND);
}

#[test]
fn a_message_expires_between_two_attempts() {
    // The worker is taken and nobody may wait: attempts at 0, 2 and 4 s are turned away.
    let seen = run(&[
        &blast("x", "q.go", "0s", 1, ""),
        &blast(
            "m",
            "q.go",
            "1s",
            1,
            "valid-for = \"5s\"\nretry = { constant = { attempts = 9, pause = \"2s\" } }",
        ),
        &worker("queue = { fifo = { length-at-most = 0 } }", "50s"),
    ]);
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    assert_eq!(seen.station("q").rejected, 3);
    assert_eq!(time_in_system(&seen), (50 + 5) * SECOND);
    let m = &seen.run.shares[0];
    assert_eq!(m.ended[Outcome::Expired.index()], 1, "it is the service's that turned it away");
    // A timeout that is later than the validity: no further attempt follows it.
    let late = "timeout = \"6s\"\nvalid-for = \"5s\"\nretry = \"immediate\"";
    let seen = run(&[&blast("m", "q.go", "0s", 1, late), &worker("", "50s")]);
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    assert_eq!((time_in_system(&seen), seen.station("q").arrived), (6 * SECOND, 1));
}

#[test]
fn a_call_that_waits_expires_and_its_caller_learns_of_it() {
    // The call waits from 100 ms to 1 s; its answer is there at 1.1 s, and nothing is tried again.
    let seen = run(&[
        &blast("x", "q.go", "0s", 1, ""),
        &blast("m", "front.go", "0s", 1, "valid-for = \"1s\""),
        "[service.front]\ninstances = 1\nworkers = 1\n[service.front.operation.go]\n\
         steps = [{ call = \"q.go\", network = \"100ms\", retry = \"immediate\" }]",
        &worker("", "50s"),
    ]);
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    assert_eq!(time_in_system(&seen), 50 * SECOND + 1_100_000_000);
    assert_eq!(seen.station("q").unserved_wait_sum, 900_000_000);
    assert_eq!((seen.station("q").expired, seen.station("q").arrived), (1, 2));
    let at = |name: &str| seen.run.shares[station(&seen.model, name)].ended;
    assert_eq!((at("q")[2], at("front")[2]), (1, 0));
}

#[test]
fn branches_and_background_work_carry_the_validity() {
    // `front` hands on at once: to a free service, and to one that is taken.
    let front = |background: bool| {
        run(&[
            &blast("x", "q.go", "0s", 1, ""),
            &blast("m", "front.go", "1s", 1, "valid-for = \"2s\""),
            &format!(
                "[service.front]\ninstances = 1\nworkers = 1\n[service.front.operation.go]\n\
                 steps = [{{ hand-to = \"free.go\" }}, \
                 {{ hand-to = \"q.go\", background = {background} }}]"
            ),
            "[service.free]\ninstances = 1\nworkers = 1\n\
             [service.free.operation.go]\nwork = \"10s\"",
            &worker("", "50s"),
        ])
    };
    let seen = front(false);
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    // The other branch goes on to its end.
    assert_eq!(time_in_system(&seen), (50 + 10) * SECOND);
    let seen = front(true);
    assert_eq!(seen.latency_ms("m"), 10_000.0);
    assert_eq!((seen.station("q").expired, seen.station("q").unserved_wait_sum), (1, 2 * SECOND));
    assert_eq!(ended_at(&seen, "q", Outcome::Expired), 0, "no message was lost");
}

#[test]
fn who_loses_its_worker_after_its_time_expires_there_and_then() {
    let seen = run(&[
        &blast("a", "q.go", "0s", 1, "valid-for = \"3s\""),
        &blast("b", "q.go", "4s", 1, "valid-for = \"3s\""),
        &worker("queue = { priority = { lanes = [\"b\"], preemptive = true } }", "5s"),
    ]);
    assert_eq!(seen.ended("a", Outcome::Expired), 1);
    assert_eq!(seen.latency_ms("b"), 5000.0);
    assert_eq!(time_in_system(&seen), (4 + 5) * SECOND);
    assert_eq!(seen.station("q").unserved_wait_sum, 0);
}

#[test]
fn what_is_caused_is_valid_from_when_it_comes() {
    let seen = run(&[
        &blast("x", "q.go", "12s", 1, ""),
        &blast(
            "a",
            "free.go",
            "0s",
            1,
            "causes = { traffic = \"b\", share = 1.0, after = \"13s\" }",
        ),
        "[traffic.b]\nto = \"q.go\"\nvalid-for = \"3s\"",
        "[service.free]\ninstances = 1\nworkers = 1\n[service.free.operation.go]\nwork = \"0s\"",
        &worker("", "5s"),
    ]);
    assert_eq!(seen.ended("b", Outcome::Expired), 1);
    assert_eq!(time_in_system(&seen), (5 + 3) * SECOND);
}
