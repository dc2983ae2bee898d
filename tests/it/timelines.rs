//! Scenarios in which nothing is random, against times worked out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once};

/// One message at 1 s to `front.go`, which takes `steps`; beside it `rest`.
fn one_message(steps: &str, rest: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"front.go\"\nblast = {{ at = \"1s\", audience = 1 }}\n\
         [service.front]\ninstances = 1\nworkers = 1\n\
         [service.front.operation.go]\nsteps = [\n{steps}\n]\n{rest}"
    ))
}

/// A service with one operation.
fn service(name: &str, workers: u32, work: &str) -> String {
    format!(
        "[service.{name}]\ninstances = 1\nworkers = {workers}\n\
         [service.{name}.operation.go]\nwork = \"{work}\"\n"
    )
}

/// An attempt of a client of `q`, whose service takes 5 s, with this policy.
fn client(policy: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = {{ at = \"0s\", audience = 1 }}\n{policy}\n{}",
        service("q", 1, "5s")
    ))
}

#[test]
fn a_queue_without_chance_keeps_time_to_the_nanosecond() {
    // At 0.1 s, 0.2 s …: 99 in 10 s. The first is served from 0.1 to 0.4 s, the nth ends at
    // 0.1 + 0.3 n.
    let seen = once(&format!(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"10/s\" }}\n{}",
        service("q", 1, "300ms")
    ));
    assert_eq!(seen.class("m").arrived, 99);
    assert_eq!(seen.ended("m", Outcome::Delivered), 32);
    // The nth, come at 0.1 n, takes 0.1 + 0.2 n.
    let latencies: u64 = (1..=32).map(|n| 100 + 200 * n).sum();
    assert_eq!(seen.class("m").latency_sum, u128::from(latencies) * 1_000_000);
    // 33 have been taken, after 0.2 (n − 1).
    assert_eq!(seen.station("q").started, 33);
    assert_eq!(seen.waits_ms("q"), (0..33).map(|n| 200.0 * f64::from(n)).sum::<f64>());
    assert_eq!(seen.station("q").queue.max, 66);
    assert_eq!(seen.in_flight("m"), 67);
    assert_eq!(seen.station("q").busy.integral, 9_900_000_000);
}

#[test]
fn workers_take_turns() {
    let blast = |workers: u32, instances: u32, balancer: &str| {
        once(&format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"q.go\"\nblast = {{ at = \"1s\", audience = 6 }}\n\
             [service.q]\ninstances = {instances}\nworkers = {workers}\nbalancer = \"{balancer}\"\n\
             [service.q.operation.go]\nwork = \"1s\"\n"
        ))
    };
    // Three at a time: 3 × 1 s + 3 × 2 s.
    for (workers, instances, balancer) in
        [(3, 1, "random"), (1, 3, "round-robin"), (1, 3, "shared-queue"), (1, 3, "least-loaded")]
    {
        let seen = blast(workers, instances, balancer);
        assert_eq!(seen.class("m").latency_sum, 9_000_000_000, "{balancer}");
        assert_eq!(seen.waits_ms("q"), 3000.0, "{balancer}");
    }
}

#[test]
fn cores_are_shared_by_workers() {
    // Four workers, one core: each computes 1 s, pauses 1 s without a core, computes 1 s.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 2 }\n\
         [service.q]\ninstances = 1\nworkers = 4\ncores = 1\n\
         [service.q.operation.go]\nwork = \"1s\"\nsteps = [{ delay = \"1s\" }, { work = \"1s\" }]\n",
    );
    // The first computes until 1, the second until 2; then the first, whose pause is over, until
    // 3, and the second until 4.
    assert_eq!(seen.class("m").latency_sum, 7_000_000_000);
    assert_eq!(seen.station("q").on_core.integral, 4_000_000_000);
    assert_eq!(seen.station("q").busy.integral, 7_000_000_000);
    assert_eq!(seen.waits_ms("q"), 0.0);
}

#[test]
fn calls_take_their_way_there_and_back() {
    let back = service("back", 1, "200ms") + &service("also", 1, "500ms");
    // Two ways of 30 ms and the work.
    let call = "{ call = \"back.go\", network = \"30ms\" },";
    assert_eq!(one_message(call, &back).latency_ms("m"), 260.0);
    // One after the other: the sum.
    let twice = "{ call = \"back.go\", network = \"30ms\", times = 3 },";
    assert_eq!(one_message(twice, &back).latency_ms("m"), 780.0);
    // At once, at a single worker: one way there, three times the work, one way back.
    let at_once = "{ call = \"back.go\", network = \"30ms\", times = 3, at-once = true },";
    assert_eq!(one_message(at_once, &back).latency_ms("m"), 660.0);
    // Side by side: the longest.
    let parallel =
        "{ parallel = [{ call = \"back.go\", network = \"30ms\" }, { call = \"also.go\" }] },";
    assert_eq!(one_message(parallel, &back).latency_ms("m"), 500.0);
    // Handed on: the worker is free at once, the message is over when the last part is.
    let handed = "{ work = \"10ms\" }, { hand-to = \"back.go\", network = \"30ms\" },\n\
                  { hand-to = \"also.go\", network = \"5ms\" },";
    let seen = one_message(handed, &back);
    assert_eq!(seen.latency_ms("m"), 515.0);
    assert_eq!(seen.station("front").busy.integral, 10_000_000);
    // In the background it costs, but the message does not wait for it.
    let aside = "{ work = \"10ms\" }, { hand-to = \"also.go\", background = true },";
    let seen = one_message(aside, &back);
    assert_eq!(seen.latency_ms("m"), 10.0);
    assert_eq!(seen.station("also").served, 1);
    // What the network is like where a call does not say.
    let everywhere = back + "[network]\none-way = \"40ms\"\n";
    assert_eq!(one_message("{ call = \"back.go\" },", &everywhere).latency_ms("m"), 280.0);
}

#[test]
fn the_worker_is_held_while_a_call_is_out() {
    let seen = once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"front.go\"\nblast = {{ at = \"0s\", audience = 3 }}\n\
         [service.front]\ninstances = 1\nworkers = 1\ncores = 1\n\
         [service.front.operation.go]\nsteps = [{{ call = \"back.go\" }}]\n{}",
        service("back", 10, "1s")
    ));
    // One by one, though the callee has ten workers.
    assert_eq!(seen.class("m").latency_sum, 6_000_000_000);
    assert_eq!(seen.station("front").busy.integral, 3_000_000_000);
    assert_eq!(seen.station("front").on_core.integral, 0);
    assert_eq!(seen.station("back").busy.max, 1);
}

#[test]
fn a_caller_gives_up_and_the_work_goes_on() {
    // Tried at 0, given up at 2; again at 3.5, given up at 5.5; again at 7, given up at 9. The
    // worker works for the first until 5, for the second until 10, for the third until 15.
    let seen =
        client("timeout = \"2s\"\nretry = { constant = { attempts = 3, pause = \"1500ms\" } }");
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    let q = seen.station("q");
    assert_eq!((q.arrived, q.started, q.served, q.cancelled), (3, 3, 3, 0));
    assert_eq!(q.busy.integral, 15_000_000_000);
    assert_eq!(seen.waits_ms("q"), 1500.0 + 3000.0);
    assert_eq!(q.queue.max, 1);
    let in_system: u128 = seen.run.in_system.iter().map(|level| level.integral).sum();
    assert_eq!(in_system, 9_000_000_000);
}

#[test]
fn a_caller_gives_up_and_the_work_stops() {
    // Served from 0 to 2, from 3.5 to 5.5 and from 7 to 9.
    let seen = client(
        "timeout = \"2s\"\non-timeout = \"cancel\"\n\
         retry = { constant = { attempts = 3, pause = \"1500ms\" } }",
    );
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    let q = seen.station("q");
    assert_eq!((q.started, q.served, q.cancelled, q.withdrawn), (3, 0, 3, 0));
    assert_eq!(q.busy.integral, 6_000_000_000);
    assert_eq!(seen.waits_ms("q"), 0.0);
}

#[test]
fn pauses_grow_up_to_their_cap() {
    // Refused at once each time, for there is no room: at 0, 1, 4 (a pause of 3), 9 (of 5).
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.busy]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 1 }\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"1ms\", audience = 1 }\n\
         retry = { exponential = { attempts = 4, base = \"1s\", factor = 3, cap = \"5s\" } }\n\
         [service.q]\ninstances = 1\nworkers = 1\nqueue = { fifo = { length-at-most = 0 } }\n\
         [service.q.operation.go]\nwork = \"8500ms\"\n",
    );
    assert_eq!(seen.station("q").rejected, 3);
    assert_eq!(seen.latency_ms("m"), 9000.0 + 8500.0);
}

#[test]
fn the_answer_to_an_attempt_in_time_is_the_message_s() {
    // Given up at 4, again at 5 behind the first, which works until 5: served from 5 to 10, but
    // given up at 9. The third comes at 10 and is answered at 15 – given up at 14, failed.
    let seen = client("timeout = \"4s\"\nretry = { constant = { attempts = 3, pause = \"1s\" } }");
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(seen.station("q").served, 3);
    // With time enough for the second to wait for the first.
    let seen =
        client("timeout = \"4500ms\"\nretry = { exponential = { attempts = 2, base = \"1s\" } }");
    // Given up at 4.5, again at 5.5: answered at 10.5 – given up at 10.
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    let seen =
        client("timeout = \"5001ms\"\nretry = { exponential = { attempts = 2, base = \"1s\" } }");
    assert_eq!(seen.latency_ms("m"), 5000.0);
}

#[test]
fn a_failed_call_fails_its_caller_or_is_ignored() {
    let rest = service("back", 1, "10s") + &service("after", 1, "1s");
    let steps = |failure: &str| {
        format!("{{ call = \"back.go\", timeout = \"2s\"{failure} }}, {{ call = \"after.go\" }},")
    };
    let seen = one_message(&steps(""), &rest);
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(seen.station("after").arrived, 0);
    let seen = one_message(&steps(", on-failure = \"ignore\""), &rest);
    assert_eq!(seen.latency_ms("m"), 3000.0);
    // Of several one after the other, those behind the failed one are not made.
    let seen = one_message("{ call = \"back.go\", timeout = \"2s\", times = 3 },", &rest);
    assert_eq!(seen.station("back").arrived, 1);
    // Of several side by side, the caller waits for all.
    let parallel = "{ parallel = [{ call = \"back.go\", timeout = \"2s\" }, \
                                  { call = \"after.go\", times = 3 }] },";
    let seen = one_message(parallel, &rest);
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(seen.station("front").busy.integral, 3_000_000_000);
}

/// Cancelling goes down the calls as far as each says so.
#[test]
fn cancelled_callers_cancel_their_calls() {
    let chain = |inner: &str| {
        one_message(
            "{ call = \"mid.go\", timeout = \"2s\", on-timeout = \"cancel\", on-failure = \"ignore\" },",
            &format!(
                "[service.mid]\ninstances = 1\nworkers = 1\n\
                 [service.mid.operation.go]\nsteps = [{{ call = \"back.go\"{inner} }}]\n{}",
                service("back", 1, "10s")
            ),
        )
    };
    let seen = chain("");
    assert_eq!(seen.latency_ms("m"), 2000.0);
    assert_eq!(seen.station("mid").busy.integral, 2_000_000_000);
    assert_eq!(seen.station("back").busy.integral, 10_000_000_000);
    let seen = chain(", timeout = \"20s\", on-timeout = \"cancel\"");
    assert_eq!(seen.station("back").busy.integral, 2_000_000_000);
    assert_eq!(seen.station("back").cancelled, 1);
}

#[test]
fn queues_bounded_in_age_keep_up_by_letting_go() {
    // Ten a second, four of which are served: whoever is taken has waited less than a second.
    let seen = once(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"q.go\"\nconstant = { rate = \"10/s\" }\n\
         [service.q]\ninstances = 1\nworkers = 1\nqueue = { fifo = { age-at-most = \"1050ms\" } }\n\
         [service.q.operation.go]\nwork = \"250ms\"\n",
    );
    assert_eq!(seen.class("m").arrived, 9999);
    // Taken at 0.1, 0.35 … 999.85 s.
    assert_eq!(seen.station("q").started, 4000);
    assert_eq!(seen.ended("m", Outcome::Delivered), 3999);
    // Whoever came more than 1.05 s ago has been taken or has left: 10 that came since wait.
    let waiting = seen.run.stations[0].waiting_at_end;
    assert!((9..=11).contains(&waiting), "{waiting}");
    assert_eq!(seen.ended("m", Outcome::Expired), 9999 - 4000 - waiting);
    let longest = seen.run.stations[0].waits[0].exact().max();
    assert!(longest.is_some_and(|ns| ns <= 1_050_000_000), "{longest:?}");
    // Those that expired waited for exactly so long.
    let expired = u128::from(seen.ended("m", Outcome::Expired));
    assert_eq!(seen.station("q").unserved_wait_sum, expired * 1_050_000_000);
}

#[test]
fn a_window_of_submissions_is_a_pool_of_workers() {
    // Three at a time, 2 s each.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 7 }\n\
         [carrier.c]\nwindow = 3\nround-trip = \"2s\"\ndelivery = \"500ms\"\n",
    );
    assert_eq!(seen.class("m").latency_sum, (3 * 2500 + 3 * 4500 + 6500) * 1_000_000);
    assert_eq!(seen.waits_ms("c"), 3.0 * 2000.0 + 4000.0);
    assert_eq!(seen.station("c").queue.max, 4);
    assert_eq!(seen.run.carriers[0].wait_max.ns(), 4_000_000_000);
    assert_eq!(seen.run.carriers[0].queue_max, 4);
}

#[test]
fn a_rate_we_keep_to_spaces_submissions_evenly() {
    // At 0, 0.25, 0.5 … s.
    let paced = |carrier: &str| {
        once(&format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"c\"\nblast = {{ at = \"0s\", audience = 9 }}\n\
             [carrier.c]\n{carrier}\n"
        ))
    };
    let seen = paced("rate = \"4/s\"");
    assert_eq!(seen.class("m").latency_sum, (0..9).map(|n| 250_000_000 * n).sum());
    // Three at once, then one each time.
    let seen = paced("rate = \"4/s\"\nburst = 3");
    assert_eq!(seen.class("m").latency_sum, (1..=6).map(|n| 250_000_000 * n).sum());
    // Our own pace, below what the carrier would drop above.
    let seen = paced("rate = \"1000/s\"\noverload = \"drop\"\npace = \"2/s\"");
    assert_eq!(seen.class("m").latency_sum, (0..9).map(|n| 500_000_000 * n).sum());
    assert_eq!(seen.station("c").dropped, 0);
}

#[test]
fn a_carrier_that_throttles_wants_its_pause() {
    // One a second, one at once. Submitted at 0: accepted. At 0.1, when the answer is there, the
    // next: refused, known at 0.2. Paused until 3.2: accepted, and so on every 3.2 + 0.1 s.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"0s\", audience = 4 }\n\
         [carrier.c]\nrate = \"1/s\"\nburst = 1\nwindow = 1\nround-trip = \"100ms\"\n\
         overload = { throttle = { pause = \"3s\" } }\n",
    );
    let c = seen.station("c");
    assert_eq!((c.started, c.throttled, c.served), (4, 3, 4));
    // Accepted at 0, 3.2, 6.4 and 9.6, and delivered with the answer.
    assert_eq!(seen.class("m").latency_sum, (400 + 3200 + 6400 + 9600) * 1_000_000);
    assert_eq!(c.busy.integral, 700_000_000);
}

#[test]
fn a_carrier_that_drops_drops_what_is_above_its_rate() {
    // Ten a second, of which it takes 4, one at once: at 0.1 s, then the first that comes 0.25 s
    // later, which is every third. With room for two, what the wait for the third leaves over is
    // not lost: 4 a second, and one more.
    for (burst, taken) in [(1, 333), (2, 401)] {
        let seen = once(&format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"c\"\nconstant = {{ rate = \"10/s\" }}\n\
             [carrier.c]\nrate = \"4/s\"\nburst = {burst}\noverload = \"drop\"\n\
             round-trip = \"10ms\"\n"
        ));
        assert_eq!(seen.class("m").arrived, 999);
        assert_eq!(seen.ended("m", Outcome::Delivered), taken);
        assert_eq!(seen.ended("m", Outcome::Lost), 999 - taken);
        assert_eq!(seen.station("c").dropped, 999 - taken);
    }
}

#[test]
fn a_carrier_that_holds_lets_go_in_a_burst() {
    let text = |hold: &str| {
        format!(
            "[run]\nhorizon = \"3d\"\nstart = \"22:00\"\n\
             [traffic.m]\nto = \"c\"\nblast = {{ at = \"22:01\", audience = 100 }}\n\
             [carrier.c]\nrate = \"10/s\"\nburst = 40\nround-trip = \"1s\"\ndelivery = \"2s\"\n\
             overload = {{ hold = {{ {hold} }} }}\n"
        )
    };
    // 40 go at once; the others are let go at 08:00, 9 h 59 min after they came.
    let seen = once(&text("until = \"08:00\""));
    assert_eq!(seen.station("c").held, 60);
    let long = (9 * 60 + 59) * 60 + 2;
    assert_eq!(seen.class("m").latency_sum, (40 * 3 + 60 * long) * 1_000_000_000);
    // For a time, from when it took them.
    let seen = once(&text("for = \"1h\""));
    assert_eq!(seen.class("m").latency_sum, (40 * 3 + 60 * 3602) * 1_000_000_000);
}

#[test]
fn a_call_to_a_carrier_is_answered_when_it_acknowledges() {
    let seen = one_message(
        "{ call = \"c\" }, { work = \"10ms\" },",
        "[carrier.c]\nround-trip = \"300ms\"\ndelivery = \"5s\"\n",
    );
    // The worker waits for the acknowledgement alone; the message is over when it is delivered.
    assert_eq!(seen.station("front").busy.integral, 310_000_000);
    assert_eq!(seen.latency_ms("m"), 5300.0);
}

#[test]
fn a_resend_may_be_a_duplicate() {
    // The carrier answers after 3 s, the sender gives up after 2 and tries again: both arrive.
    let seen = one_message(
        "{ call = \"c\", timeout = \"2s\", retry = { constant = { attempts = 2, pause = \"1s\" } }, \
           on-failure = \"ignore\" },",
        "[carrier.c]\nround-trip = \"3s\"\ndelivery = \"1s\"\n",
    );
    assert_eq!(seen.station("c").arrived, 2);
    // The first, submitted at 0, is delivered at 4; the second, submitted at 3, at 7.
    assert_eq!(seen.latency_ms("m"), 4000.0);
    assert_eq!(seen.class("m").duplicates, 1);
}

#[test]
fn delivery_causes_what_comes_of_it() {
    let seen = once(&format!(
        "[run]\nhorizon = \"100s\"\nwindow = \"1s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = {{ at = \"500ms\", audience = 3 }}\n\
         causes = {{ traffic = \"n\", share = \"100%\", after = \"10s\" }}\n\
         [traffic.n]\nto = \"q.go\"\n{}",
        service("q", 10, "2s")
    ));
    let arrived: Vec<u64> = seen.run.classes[1].windows.iter().map(|w| w.arrived).collect();
    assert_eq!(arrived.iter().position(|&count| count > 0), Some(12));
    assert_eq!(seen.class("n").arrived, 3);
    // Its latency counts from when it comes, not from what caused it.
    assert_eq!(seen.class("n").latency_sum, 6_000_000_000);
}

#[test]
fn users_think_between_requests() {
    // Thinks 3 s, is served for 2: asks at 3, 8, 13 …
    let seen = once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"q.go\"\nclosed-loop = {{ users = 1, think = \"3s\" }}\n{}",
        service("q", 1, "2s")
    ));
    assert_eq!(seen.class("m").arrived, 20);
    assert_eq!(seen.ended("m", Outcome::Delivered), 19);
}

#[test]
fn what_happens_at_the_end_happens_after_it() {
    let seen = once(&format!(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"1/s\" }}\n{}",
        service("q", 9, "1s")
    ));
    // At 1 s to 9 s; the last would be done at 10 s.
    assert_eq!(seen.class("m").arrived, 9);
    assert_eq!(seen.ended("m", Outcome::Delivered), 8);
    assert_eq!(seen.run.end.ns(), 10_000_000_000);
}

#[test]
fn a_timer_of_a_call_that_is_over_says_nothing_about_another() {
    // `b` is answered and times out at the same instant, 10 s: the answer was scheduled first.
    // A timer of `a` is due then too; its call was over long before.
    let quick = "[run]\nhorizon = \"60s\"\n\
        [traffic.x]\nto = \"w.long\"\nblast = { at = \"2s\", audience = 1 }\n\
        [traffic.b]\nto = \"w.quick\"\nblast = { at = \"9500ms\", audience = 1 }\n\
        timeout = \"500ms\"\n\
        [service.w]\ninstances = 1\nworkers = 1\n\
        [service.w.operation.long]\nwork = \"8s\"\n\
        [service.w.operation.quick]\nwork = \"0s\"\n";
    let beside = "[traffic.a]\nto = \"other.go\"\nblast = { at = \"1s\", audience = 1 }\n\
        timeout = \"9s\"\n";
    let alone = once(quick);
    let other = service("other", 1, "2s");
    let seen = once(&format!("{quick}{beside}{other}"));
    assert_eq!(alone.ended("b", Outcome::Delivered), 1);
    assert_eq!(alone.class("b"), seen.class("b"));
}

#[test]
fn a_message_that_a_copy_delivered_has_ended() {
    // The caller gives up at 2 s; its attempt goes on, and delivers at 4 s what came at 1 s. The
    // message's own steps are not over at the horizon.
    let rest = "[service.relay]\ninstances = 1\nworkers = 1\n[service.relay.operation.go]\n\
         steps = [{ delay = \"3s\" }, { send-to = \"c\" }]\n[carrier.c]\n";
    let steps = "{ call = \"relay.go\", timeout = \"1s\", on-failure = \"ignore\" },\n\
                 { delay = \"200s\" },";
    let seen = one_message(steps, rest);
    assert_eq!(seen.latency_ms("m"), 3000.0);
    assert_eq!(seen.in_flight("m"), 0);
}

#[test]
fn who_waits_for_a_core_is_seen_to_wait() {
    // One core, two workers, two messages of 2 s at once: the second waits for 2 s.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 2 }\n\
         [service.q]\ninstances = 1\nworkers = 2\ncores = 1\n\
         [service.q.operation.go]\nwork = \"2s\"\n",
    );
    let q = seen.station("q");
    assert_eq!((q.wait_sum, q.core_wait_sum), (0, 2_000_000_000));
    assert_eq!((q.ready.max, q.ready.integral), (1, 2_000_000_000));
}

/// A carrier that takes one message in 10 s, answers after `round_trip`, and wants a pause of a
/// second after each refusal.
fn strict_carrier(round_trip: &str, rest: &str) -> String {
    format!(
        "[carrier.c]\nrate = \"0.1/s\"\nburst = 1\nround-trip = {round_trip}\n\
         overload = {{ throttle = {{ pause = \"1s\" }} }}\n{rest}"
    )
}

#[test]
fn a_submission_that_its_caller_cancelled_is_not_made_again() {
    // The first takes the carrier's 10 s. The second is submitted at 1 s, cancelled at 1.5 s, and
    // refused at 1.7 s.
    let blast = |name: &str, at: &str, rest: &str| {
        format!("[traffic.{name}]\nto = \"c\"\nblast = {{ at = \"{at}\", audience = 1 }}\n{rest}")
    };
    let seen = once(&format!(
        "[run]\nhorizon = \"60s\"\n{}{}{}",
        blast("p", "0s", ""),
        blast("m", "1s", "timeout = \"500ms\"\non-timeout = \"cancel\"\n"),
        strict_carrier("\"700ms\"", "window = 1\n")
    ));
    let c = seen.station("c");
    assert_eq!((c.started, c.throttled, c.cancelled, c.withdrawn), (1, 1, 1, 1));
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
}

#[test]
fn each_submission_of_a_message_has_a_round_trip_of_its_own() {
    // Between two submissions of one message lie its round trip and the pause. Were the round
    // trips one, all gaps would be equal, and the busy time a multiple of it.
    let seen = once(&format!(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.m]\nto = \"c\"\nblast = {{ at = \"0s\", audience = 2 }}\n{}",
        strict_carrier("{ uniform = { minimum = \"1ms\", maximum = \"900ms\" } }", "window = 1\n")
    ));
    let c = seen.station("c");
    assert!(c.throttled >= 4, "{}", c.throttled);
    // In 10 s, less the first round trip, `throttled` round trips and pauses (one may be open).
    let mean = (c.busy.integral as f64 / 1e9) / (c.throttled + 1) as f64;
    let first = seen.latencies("m").exact().min().expect("the first is delivered") as f64 / 1e9;
    assert!((mean - first).abs() > 1e-6, "all round trips are {first} s");
}

#[test]
fn a_carrier_refuses_in_any_order_and_is_asked_again_in_the_old_one() {
    // A window of many, answers in any order: whoever waits for longer than 5 s has expired, so
    // that no wait of a message served is longer.
    let seen = once(
        "[run]\nhorizon = \"60s\"\nseed = 1\n\
         [traffic.m]\nto = \"c\"\nconstant = { rate = \"10/s\" }\n\
         [carrier.c]\nrate = \"1/s\"\nburst = 1\nwindow = 3\n\
         round-trip = { uniform = { minimum = \"10ms\", maximum = \"900ms\" } }\n\
         overload = { throttle = { pause = \"200ms\" } }\n\
         queue = { fifo = { age-at-most = \"5s\" } }\n",
    );
    let longest = seen.latencies("m").exact().max().expect("some are delivered");
    // The wait, and the round trip of the submission that was accepted.
    assert!(longest <= 5_900_000_000, "{longest}");
    assert!(seen.station("c").expired > 100);
}

#[test]
fn a_hop_more_leaves_what_messages_cause_alone() {
    let caused = |steps: &str| {
        let seen = once(&format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"a.go\"\nconstant = {{ rate = \"10/s\" }}\n\
             causes = {{ traffic = \"n\", share = \"50%\", after = \"0s\" }}\n\
             [traffic.n]\nto = \"z.go\"\n\
             [service.a]\ninstances = 1\nworkers = 9\n\
             [service.a.operation.go]\nwork = \"1ms\"\n{steps}\n{}{}",
            service("b", 9, "1ms"),
            service("z", 9, "1ms")
        ));
        seen.class("n").arrived
    };
    let direct = caused("");
    assert!((400..600).contains(&direct), "{direct}");
    assert_eq!(caused("steps = [{ hand-to = \"b.go\" }]"), direct);
}
