//! Who waits where, who is served next and who comes in, against times worked out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once};

/// `audience` messages of a traffic at once.
fn blast(name: &str, at: &str, audience: u32, more: &str) -> String {
    format!(
        "[traffic.{name}]\nto = \"q.go\"\nblast = {{ at = \"{at}\", audience = {audience} }}\n\
         {more}\n"
    )
}

/// A service with these keys, whose operation takes `work`.
fn service(keys: &str, work: &str) -> String {
    format!("[service.q]\n{keys}\n[service.q.operation.go]\nwork = \"{work}\"\n")
}

fn run(sections: &[String]) -> Once {
    once(&format!("[run]\nhorizon = \"100s\"\n{}", sections.concat()))
}

const ONE: &str = "instances = 1\nworkers = 1";

/// One worker, taken until 5 s; messages of `a`, `b` and `c` come at 1, 2 and 3 s, and take 5 s
/// each. When each of them has been served, in seconds; 0 if it was not.
fn ends(queue: &str, more: [&str; 3], targets: &str) -> [u64; 3] {
    let seen = run(&[
        blast("x", "0s", 1, ""),
        blast("a", "1s", 1, more[0]),
        blast("b", "2s", 1, more[1]),
        blast("c", "3s", 1, more[2]),
        service(&format!("{ONE}\nqueue = {queue}"), "5s"),
        targets.to_owned(),
    ]);
    [("a", 1), ("b", 2), ("c", 3)].map(|(class, came)| {
        let latency = seen.class(class).latency_sum as u64 / 1_000_000_000;
        if latency == 0 { 0 } else { came + latency }
    })
}

#[test]
fn each_discipline_has_its_order() {
    let plain = ["", "", ""];
    for (queue, expected) in [
        ("\"fifo\"", [10, 15, 20]),
        ("\"lifo\"", [20, 15, 10]),
        // More than two wait at first, then two.
        ("{ adaptive-lifo = { longer-than = 2 } }", [15, 20, 10]),
        // The queue has stood since 1 s.
        ("{ adaptive-lifo = { standing-for = \"4s\" } }", [10, 20, 15]),
        ("{ adaptive-lifo = { standing-for = \"20s\" } }", [10, 15, 20]),
        ("{ priority = { lanes = [\"c\", \"b\"] } }", [20, 15, 10]),
        ("{ priority = { lanes = [[\"b\", \"c\"]] } }", [20, 10, 15]),
        ("{ fair = {} }", [10, 15, 20]),
        ("\"earliest-deadline\"", [10, 15, 20]),
        // One in each interval is served.
        ("\"codel\"", [10, 15, 20]),
    ] {
        assert_eq!(ends(queue, plain, ""), expected, "{queue}");
    }
    let deadlines = ["deadline = \"60s\"", "deadline = \"40s\"", "deadline = \"20s\""];
    assert_eq!(ends("\"earliest-deadline\"", deadlines, ""), [20, 15, 10]);
    // What a class is to be delivered within is its deadline where no caller sets one.
    let within = |a: &str, b: &str, c: &str| {
        let target = |class: &str, within: &str| {
            format!(
                "{class} = {{ class = \"{class}\", delivered-within = \"{within}\", share-at-least = \"1%\" }}\n"
            )
        };
        format!("[target]\n{}{}{}", target("a", a), target("b", b), target("c", c))
    };
    let edf = "{ earliest-deadline = { shed-late = true } }";
    assert_eq!(ends(edf, plain, &within("60s", "40s", "20s")), [20, 15, 10]);
    // `b` would have had to be done at 3 s, and is given up at 5 s.
    assert_eq!(ends(edf, plain, &within("60s", "1s", "20s")), [15, 0, 10]);
}

#[test]
fn senders_take_turns() {
    // Five of one sender come first; the one of another is served second.
    let seen = run(&[
        blast("x", "0s", 1, "senders = { count = 1 }"),
        blast("flood", "1s", 5, "senders = { count = 1 }"),
        blast("small", "2s", 1, "senders = { count = 2, shares = { weights = [0, 1] } }"),
        service(&format!("{ONE}\nqueue = \"fair\""), "5s"),
    ]);
    assert_eq!(seen.latency_ms("small"), 13_000.0);
    assert_eq!(seen.class("flood").latency_sum, (9 + 19 + 24 + 29 + 34) * 1_000_000_000);
}

#[test]
fn codel_sheds_while_a_queue_stands() {
    // Thirty wait when the worker is free at 1 s, 10 ms each. Those of 1.00 to 1.10 s are of the
    // first interval; that of 1.11 s is the first of the next; all others have waited too long.
    let seen = once(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.x]\nto = \"q.long\"\nblast = { at = \"0s\", audience = 1 }\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"500ms\", audience = 30 }\n\
         [service.q]\ninstances = 1\nworkers = 1\nqueue = \"codel\"\n\
         [service.q.operation.long]\nwork = \"1s\"\n\
         [service.q.operation.go]\nwork = \"10ms\"\n",
    );
    assert_eq!(seen.ended("m", Outcome::Delivered), 12);
    assert_eq!(seen.ended("m", Outcome::Expired), 18);
    assert_eq!(seen.station("q").unserved_wait_sum, 18 * 620_000_000);
}

#[test]
fn a_full_queue_lets_the_newcomer_in_and_drops_another() {
    let queue = format!("{ONE}\nqueue = {{ random-drop = {{ length-at-most = 2 }} }}");
    let seen = run(&[
        blast("x", "0s", 1, ""),
        blast("old", "1s", 2, ""),
        blast("new", "2s", 1, ""),
        service(&queue, "5s"),
    ]);
    assert_eq!(seen.ended("old", Outcome::Delivered), 1);
    assert_eq!(seen.ended("old", Outcome::Rejected), 1);
    // It stands behind the one that is left.
    assert_eq!(seen.latency_ms("new"), 13_000.0);
    assert_eq!(seen.station("q").unserved_wait_sum, 1_000_000_000);
}

#[test]
fn whoever_waits_is_as_likely_to_be_dropped_whichever_instance_the_newcomer_chose() {
    // Both workers are busy and both queues, of ten, are full when twenty newcomers come: each
    // drops one of the ten at its instance.
    const SEEDS: u32 = 60;
    let kept = |seed: u32| {
        let seen = once(&format!(
            "[run]\nhorizon = \"100s\"\nseed = {seed}\n{}{}{}",
            blast("old", "1s", 100, ""),
            blast("new", "2s", 20, ""),
            service(
                "instances = 2\nworkers = 1\nbalancer = \"random\"\n\
                 queue = { random-drop = { length-at-most = 10 } }",
                "3s"
            )
        ));
        f64::from(u32::try_from(seen.ended("old", Outcome::Delivered)).expect("a hundred at most"))
    };
    let counts: Vec<f64> = (0..SEEDS).map(kept).collect();
    let mean = counts.iter().sum::<f64>() / f64::from(SEEDS);
    let squares = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>();
    let error = (squares / f64::from(SEEDS - 1) / f64::from(SEEDS)).sqrt();
    // Two are served; with N ~ Binomial(20, 1/2) newcomers at an instance, E 0.9^N = 0.95^20.
    let expected = 2.0 + 20.0 * libm::pow(0.95, 20.0);
    assert!((mean - expected).abs() < 5.0 * error, "{mean} ± {error}, not {expected}");
}

/// One worker by priority: `low` comes at 0 s, `high` at 2 s, 5 s of work each. Their latencies in
/// seconds, and the whole run.
fn preemption(keys: &str, rest: &str) -> ([u64; 2], Once) {
    let queue =
        format!("queue = {{ priority = {{ lanes = [\"high\"], preemptive = true{rest} }} }}");
    let seen = run(&[
        blast("low", "0s", 1, ""),
        blast("high", "2s", 1, ""),
        service(&format!("{ONE}\n{queue}\n{keys}"), "5s"),
    ]);
    let latency = |class: &str| seen.class(class).latency_sum as u64 / 1_000_000_000;
    ([latency("low"), latency("high")], seen)
}

#[test]
fn who_lost_a_worker_goes_on_with_the_rest_of_its_work() {
    let (latencies, seen) = preemption("", "");
    assert_eq!(latencies, [10, 5]);
    let q = seen.station("q");
    assert_eq!((q.preempted, q.started, q.served), (1, 3, 2));
    assert_eq!(q.busy.integral, 10_000_000_000);
    assert_eq!(q.queue.integral, 5_000_000_000);
    // At half the speed: 10 s each, of which the first has done 2 s when the other comes.
    let slow = "slow = { share = \"100%\", speed = \"50%\" }";
    assert_eq!(preemption(slow, "").0, [20, 10]);
    // A stall from 3 to 4 s stops the second, and the first no more.
    assert_eq!(preemption("stalls = [{ at = \"3s\", lasts = \"1s\" }]", "").0, [11, 6]);
    // From 1 to 2 s it stops the first.
    assert_eq!(preemption("stalls = [{ at = \"1s\", lasts = \"1s\" }]", "").0, [11, 5]);
    // From 8 to 9 s it stops the first again.
    assert_eq!(preemption("stalls = [{ at = \"8s\", lasts = \"1s\" }]", "").0, [11, 5]);
}

#[test]
fn who_lost_a_worker_may_wait_for_so_long_from_then_on() {
    let (latencies, seen) = preemption("", ", age-at-most = \"3s\"");
    assert_eq!(latencies, [0, 5]);
    assert_eq!(seen.ended("low", Outcome::Expired), 1);
    assert_eq!(seen.station("q").unserved_wait_sum, 3_000_000_000);
}

#[test]
fn who_lost_a_worker_costs_its_peers_no_more_than_others() {
    // Three messages of 5 s, one of them in two parts: 2.5 s each for the peer.
    let seen = run(&[
        blast("low", "0s", 2, ""),
        blast("high", "2s", 1, ""),
        service(
            "instances = 2\nworkers = 1\nchatter = [{ contention = { sigma = 0.5 } }]\n\
             queue = { priority = { lanes = [\"high\"], preemptive = true } }",
            "5s",
        ),
    ]);
    let q = seen.station("q");
    assert_eq!((q.preempted, q.served), (1, 3));
    assert_eq!(q.chatter_on_core + q.chatter_off_core, 7_500_000_000);
}

#[test]
fn a_leaky_bucket_lets_go_at_its_rate() {
    // At 1, 1.5, 2 and 2.5 s; there is no room for the fifth.
    let keys = "instances = 1\nworkers = 9\n\
                limits = [{ leaky-bucket = { rate = \"2/s\", queue = 3 } }]";
    let seen = run(&[blast("m", "1s", 5, ""), service(keys, "900ms")]);
    assert_eq!(seen.ended("m", Outcome::Rejected), 1);
    assert_eq!(seen.class("m").latency_sum, 6_600_000_000);
    assert_eq!(seen.waits_ms("q"), 3000.0);
    assert_eq!(seen.station("q").busy.max, 2);
}

#[test]
fn who_was_held_back_may_wait_in_the_queue_as_long_as_others() {
    // The worker is taken. Held back until 1, 2, 3 and 4 s; each may wait for 2 s from then on.
    let keys = format!(
        "{ONE}\nlimits = [{{ leaky-bucket = {{ rate = \"1/s\", queue = 9 }} }}]\n\
         queue = {{ fifo = {{ age-at-most = \"2s\" }} }}"
    );
    let seen = run(&[blast("x", "0s", 1, ""), blast("m", "1s", 4, ""), service(&keys, "200s")]);
    assert_eq!(seen.ended("m", Outcome::Expired), 4);
    assert_eq!(seen.station("q").unserved_wait_sum, (2 + 3 + 4 + 5) * 1_000_000_000);
}

#[test]
fn who_was_held_back_beyond_its_deadline_does_not_begin() {
    // Let in at 1, 2 and 3 s, which is too late for the last.
    let keys = "instances = 1\nworkers = 9\nchecks-deadlines = \"at-start\"\n\
                limits = [{ leaky-bucket = { rate = \"1/s\", queue = 9 } }]";
    let seen = run(&[blast("m", "1s", 3, "deadline = \"1500ms\""), service(keys, "100ms")]);
    let q = seen.station("q");
    assert_eq!((q.served, q.expired), (2, 1));
    assert_eq!((q.wait_sum, q.unserved_wait_sum), (1_000_000_000, 2_000_000_000));
}

#[test]
fn a_token_bucket_for_each_sender() {
    let keys = "instances = 1\nworkers = 9\n\
                limits = [{ token-bucket = { rate = \"1/s\", burst = 1, per = \"sender\" } }]";
    let seen = run(&[
        blast("flood", "1s", 3, "senders = { count = 1 }"),
        blast("later", "1999ms", 1, "senders = { count = 1 }"),
        blast("in-time", "2s", 1, "senders = { count = 1 }"),
        blast("small", "1s", 1, "senders = { count = 2, shares = { weights = [0, 1] } }"),
        service(keys, "1s"),
    ]);
    for (class, delivered) in [("flood", 1), ("later", 0), ("in-time", 1), ("small", 1)] {
        assert_eq!(seen.ended(class, Outcome::Delivered), delivered, "{class}");
    }
}

#[test]
fn dagor_turns_the_less_important_away_first() {
    // A worker serves one a second, and three come, one of six of the important class. Who is let
    // in waits for 5 s at most.
    let seen = once(&format!(
        "[run]\nhorizon = \"500s\"\n\
         [traffic.vip]\nto = \"q.go\"\nconstant = {{ rate = \"0.5/s\" }}\n\
         [traffic.mass]\nto = \"q.go\"\nconstant = {{ rate = \"2.5/s\" }}\n{}",
        service(
            &format!(
                "{ONE}\nqueue = {{ fifo = {{ length-at-most = 5 }} }}\n\
                 admission = {{ dagor = {{ lanes = [\"vip\"], mean-wait = \"2s\", \
                 window = \"10s\" }} }}"
            ),
            "1s"
        )
    ));
    let vip = seen.ended("vip", Outcome::Rejected);
    let mass = seen.ended("mass", Outcome::Rejected);
    // Most of these find the queue full.
    assert!(vip < 249 / 3, "{vip} of 249");
    assert!((900..1100).contains(&mass), "{mass} of 1249");
}

#[test]
fn a_sender_has_one_cell() {
    let seen = |cells: u32, senders: &str| {
        let keys =
            format!("instances = 4\ncells = {cells}\nworkers = 1\nbalancer = \"round-robin\"");
        run(&[blast("m", "1s", 8, senders), service(&keys, "1s")])
    };
    // One of two cells has two of the four instances: two at a time.
    assert_eq!(seen(1, "senders = { count = 1 }").class("m").latency_sum, 12_000_000_000);
    assert_eq!(seen(2, "senders = { count = 1 }").class("m").latency_sum, 20_000_000_000);
    assert_eq!(seen(4, "senders = { count = 1 }").class("m").latency_sum, 36_000_000_000);
    // Many senders use all.
    assert_eq!(seen(2, "senders = { count = 1000 }").station("q").busy.max, 4);
}

#[test]
fn work_is_stretched_by_what_slows_it() {
    let latency = |keys: &str| {
        run(&[blast("m", "0s", 1, ""), service(&format!("{ONE}\n{keys}"), "5s")]).latency_ms("m")
    };
    assert_eq!(latency("stalls = [{ at = \"2s\", lasts = \"3s\" }]"), 8000.0);
    let two = "stalls = [{ at = \"2s\", lasts = \"3s\" }, { at = \"4s\", lasts = \"2s\" }]";
    assert_eq!(latency(two), 9000.0);
    assert_eq!(latency("slow = { share = \"10%\", speed = \"25%\" }"), 20_000.0);
    // t/2 + t²/40 = 5.
    let took = latency("warm-up = { lasts = \"10s\", speed = \"50%\" }");
    assert!((took - 7_320.508_076).abs() < 1e-5, "{took}");
}

#[test]
fn no_instance_without_room_for_its_peers_takes_a_message() {
    for (at_most, delivered) in [(10, 3), (9, 0)] {
        let keys = format!(
            "instances = 5\nworkers = 1\nchatter = [{{ peers = {{ at-most = {at_most}, own = 6 }} }}]"
        );
        let seen = run(&[blast("m", "1s", 3, ""), service(&keys, "1s")]);
        assert_eq!(seen.ended("m", Outcome::Delivered), delivered, "{at_most}");
        assert_eq!(seen.ended("m", Outcome::Rejected), 3 - delivered, "{at_most}");
    }
}

/// Work of no length is over within the instant: a more urgent task that comes in that very
/// instant finds nothing to take away.
#[test]
fn work_of_no_length_is_not_interrupted() {
    let plain = |name: &str, keys: &str, first: &str, second: &str| {
        format!(
            "[service.{name}]\ninstances = 2\nworkers = 1\nbalancer = \"round-robin\"\n{keys}\n\
             [service.{name}.operation.o0]\nwork = \"0s\"\nsteps = [{first}]\n\
             [service.{name}.operation.o1]\nwork = \"0s\"\nsteps = [{second}]\n"
        )
    };
    let seen = once(&format!(
        "[run]\nhorizon = \"1500ms\"\nseed = 826112631\n\
         [traffic.t0]\nto = \"s2.o1\"\npoisson = {{ rate = \"1/s\" }}\n\
         [traffic.t1]\nto = \"s1.o0\"\npoisson = {{ rate = \"69/s\" }}\n\
         [traffic.t2]\nto = \"s1.o0\"\nblast = {{ at = \"2ms\", audience = 53 }}\n\
         causes = {{ traffic = \"t3\", share = \"50%\", after = \"0s\" }}\n\
         [traffic.t3]\nto = \"s2.o1\"\npoisson = {{ rate = \"1/s\" }}\nclass = \"t0\"\n{}{}{}",
        plain("s1", "", "{ call = \"s3.o0\", times = 2, at-once = true }", ""),
        plain("s2", "", "", "{ call = \"s3.o1\" }, { hand-to = \"s3.o0\" }"),
        plain(
            "s3",
            "queue = { priority = { lanes = [\"t0\"], preemptive = true } }",
            "",
            "{ work = \"1ms\" }"
        ),
    ));
    let q = seen.run.stations.last().expect("there are services");
    let served: u64 = q.windows.iter().map(|window| window.served).sum();
    assert_eq!(served, seen.station("s3").started - seen.station("s3").preempted);
}

#[test]
fn a_full_queue_of_the_less_urgent_does_not_stop_preemption() {
    // One worker and one place to wait, both taken by promos of 10 s; a password comes at 2 s.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.promo]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 2 }\n\
         [traffic.otp]\nto = \"q.quick\"\nblast = { at = \"2s\", audience = 1 }\n\
         [service.q]\ninstances = 1\nworkers = 1\n\
         queue = { priority = { lanes = [\"otp\", \"promo\"], preemptive = true, \
         length-at-most = 1 } }\n\
         [service.q.operation.go]\nwork = \"10s\"\n\
         [service.q.operation.quick]\nwork = \"1s\"\n",
    );
    assert_eq!(seen.latency_ms("otp"), 1000.0);
    // The first goes on at 3 s with 8 s to do; the second follows it.
    assert_eq!(seen.latencies("promo").exact().sum(), 11_000_000_000 + 21_000_000_000);
}

#[test]
fn chatter_waits_for_the_pace_of_its_instance() {
    let at = |at: &str, keys: &str| {
        run(&[
            blast("m", at, 1, ""),
            service(
                &format!(
                    "instances = 2\nworkers = 1\nbalancer = \"round-robin\"\n\
                     chatter = [{{ full-mesh = {{ every = \"100ms\", work = \"25ms\" }} }}]\n{keys}"
                ),
                "10ms",
            ),
        ])
    };
    // Half a core of heartbeats: idle cores do them at once,
    assert_eq!(at("10s", "").latency_ms("m"), 10.0);
    // but not in a stall of ten seconds, after which five of them are left to do.
    let stalled = at("10s", "stalls = [{ at = \"0s\", lasts = \"10s\" }]");
    assert_eq!(stalled.latency_ms("m"), 5010.0);
    // At a quarter of the speed half of them are left: two and a half of four seconds.
    let slow = at("10s", "slow = { share = \"100%\", speed = \"25%\" }");
    assert_eq!(slow.latency_ms("m"), 4.0 * 2510.0);
    // Both cores have been busy with them all the time.
    let q = slow.station("q");
    assert_eq!(q.chatter_on_core, 10_000_000_000);
    assert!(q.chatter_off_core > 180_000_000_000, "{}", q.chatter_off_core);
}

#[test]
fn what_an_idle_instance_is_told_takes_it_its_time() {
    let seen = run(&[
        blast("a", "99ms", 1, ""),
        blast("b", "100ms", 1, ""),
        service(
            "instances = 2\nworkers = 1\nbalancer = \"round-robin\"\n\
             chatter = [{ broadcast = { work = \"50ms\" } }]",
            "1ms",
        ),
    ]);
    // However long the second instance had nothing to do, a millisecond of the 50 is done.
    assert_eq!([seen.latency_ms("a"), seen.latency_ms("b")], [1.0, 50.0]);
}
