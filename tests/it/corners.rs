//! Corner cases, each the smallest scenario that shows it.

use surgeplan::measure::Bound;
use surgeplan::sim::Outcome;

use crate::lab::{model, once, try_model};

/// One request to one service, as a base to vary.
fn one_service(run: &str, traffic: &str, service: &str) -> String {
    format!(
        "[run]\n{run}\n[traffic.m]\nto = \"q.serve\"\n{traffic}\n\
         [service.q]\ninstances = 1\nworkers = 1\n{service}\n"
    )
}

#[test]
fn users_who_do_not_think_ask_at_once() {
    let seen = once(&one_service(
        "horizon = \"10s\"\nwindow = \"10s\"",
        "closed-loop = { users = 1, think = \"0s\" }",
        "[service.q.operation.serve]\nwork = \"1s\"",
    ));
    assert_eq!(seen.class("m").arrived, 10);
    assert_eq!(seen.ended("m", Outcome::Delivered), 9);
}

#[test]
fn a_user_who_is_turned_away_and_asks_again_at_once_for_ever_ends_the_run() {
    let seen = once(&one_service(
        "horizon = \"10s\"",
        "closed-loop = { users = 2, think = \"0s\" }",
        "queue = { fifo = { length-at-most = 0 } }\n\
         [service.q.operation.serve]\nwork = \"1s\"",
    ));
    assert_eq!(seen.run.stopped, Some(Bound::Instant));
}

#[test]
fn more_users_than_memory_holds_end_the_run_at_its_start() {
    let seen = once(&one_service(
        "horizon = \"10s\"\nmemory-at-most = \"1MB\"",
        "closed-loop = { users = 100_000_000, think = \"1s\" }",
        "[service.q.operation.serve]\nwork = \"1s\"",
    ));
    assert_eq!(seen.run.stopped, Some(Bound::Memory));
}

#[test]
fn a_message_at_the_end_of_a_window_belongs_to_the_next() {
    let seen = once(&one_service(
        "horizon = \"10s\"\nwindow = \"1s\"",
        "constant = { rate = \"0.5/s\" }",
        "[service.q.operation.serve]\nwork = \"1.5s\"\n\
         [target]\nfast = { class = \"m\", delivered-within = \"1s\", share-at-least = \"0%\" }",
    ));
    let arrived: Vec<u64> = seen.run.classes[0].windows.iter().map(|w| w.arrived).collect();
    assert_eq!(arrived, [0, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
}

#[test]
fn a_carrier_whose_queue_has_no_room_takes_what_it_can_take_at_once() {
    let seen = once(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.m]\nto = \"c\"\nconstant = { rate = \"4/s\" }\n\
         [carrier.c]\nrate = \"2/s\"\nqueue = { fifo = { length-at-most = 0 } }\n",
    );
    // At 0.25 s, 0.75 s … one goes; the one between comes too early.
    assert_eq!(seen.class("m").arrived, 39);
    assert_eq!(seen.ended("m", Outcome::Delivered), 20);
    assert_eq!(seen.ended("m", Outcome::Rejected), 19);
}

/// A cancelled call leaves a stale event behind; the record that follows it may not heed it.
#[test]
fn the_next_attempt_of_an_abandoned_call_does_not_wake_when_the_abandoned_one_does() {
    let seen = once(
        "[run]\nhorizon = \"60s\"\n\
         [traffic.m]\nto = \"front.ask\"\nblast = { at = \"1s\", audience = 1 }\n\
         [service.front]\ninstances = 1\nworkers = 1\n\
         [service.front.operation.ask]\n\
         steps = [{ parallel = [\n\
           { call = \"x.go\", timeout = \"1s\", on-timeout = \"cancel\", on-failure = \"ignore\" },\n\
           { call = \"y.go\", timeout = \"1s\", on-failure = \"ignore\",\n\
             retry = { constant = { pause = \"0s\", attempts = 2 } } },\n\
         ] }]\n\
         [service.x]\ninstances = 1\nworkers = 1\n\
         [service.x.operation.go]\nwork = \"5s\"\n\
         [service.y]\ninstances = 1\nworkers = 1\n\
         [service.y.operation.go]\nwork = \"5s\"\n",
    );
    assert_eq!(seen.latency_ms("m"), 2000.0);
    assert_eq!(seen.station("y").served, 2);
}

#[test]
fn a_message_handed_to_more_than_it_counts_is_delivered_when_all_are() {
    let seen = once(
        "[run]\nhorizon = \"60s\"\n\
         [traffic.m]\nto = \"a.go\"\nblast = { at = \"1s\", audience = 1 }\n\
         [service.a]\ninstances = 1\nworkers = 1\n\
         [service.a.operation.go]\nsteps = [{ hand-to = \"b.go\", times = 300 }]\n\
         [service.b]\ninstances = 1\nworkers = 1\n\
         [service.b.operation.go]\nsteps = [{ hand-to = \"c.go\", times = 300 }]\n\
         [service.c]\ninstances = 1\nworkers = 1\n\
         [service.c.operation.go]\nwork = \"100us\"\n",
    );
    assert_eq!(seen.station("c").served, 90_000);
    assert_eq!(seen.latency_ms("m"), 9000.0);
}

/// `depth` calls, each of which waits for the next, and a client that gives up after `timeout`.
fn nested(depth: u32, timeout: &str, work: &str) -> String {
    let cancel = format!("timeout = \"{timeout}\"\non-timeout = \"cancel\"");
    let mut text = format!(
        "[run]\nhorizon = \"60s\"\n\
         [traffic.m]\nto = \"s0.go\"\nblast = {{ at = \"1s\", audience = 1 }}\n{cancel}\n"
    );
    for level in 0..=depth {
        let does = match level < depth {
            true => format!(
                "steps = [{{ call = \"s{}.go\", timeout = \"50s\", on-timeout = \"cancel\" }}]",
                level + 1
            ),
            false => format!("work = \"{work}\""),
        };
        text += &format!(
            "[service.s{level}]\ninstances = 1\nworkers = 1\n\
             [service.s{level}.operation.go]\n{does}\n"
        );
    }
    text
}

#[test]
fn calls_nested_deep_are_answered_and_taken_back_without_exhausting_the_stack() {
    assert_eq!(once(&nested(1_000, "30s", "1ms")).latency_ms("m"), 1.0);
    let seen = once(&nested(1_000, "30s", "40s"));
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    assert_eq!(seen.station("s1000").cancelled, 1);
    assert_eq!(seen.station("s0").cancelled, 1);
}

#[test]
fn calls_nested_too_deep_are_a_problem_of_the_scenario() {
    let problems = try_model(&nested(1_001, "30s", "1ms")).expect_err("too deep");
    assert!(problems.contains("more than 1,000 calls wait for one another"), "{problems}");
    assert!(problems.contains("{ call = \"s1.go\""), "{problems}");
    assert!(problems.contains("hand-to"), "{problems}");
    // However deep.
    assert!(try_model(&nested(25_000, "30s", "1ms")).is_err());
}

#[test]
fn messages_of_a_closed_loop_cannot_be_caused_by_others() {
    let text = "[run]\nhorizon = \"100s\"\n\
         [traffic.a]\nto = \"q.serve\"\nconstant = { rate = \"1/s\" }\n\
         causes = { traffic = \"b\", share = \"100%\", after = \"0s\" }\n\
         [traffic.b]\nto = \"q.serve\"\nclosed-loop = { users = 1, think = \"10s\" }\n\
         [service.q]\ninstances = 1\nworkers = 100\n\
         [service.q.operation.serve]\nwork = \"1ms\"\n";
    // Each message's end would set one more user thinking.
    assert!(try_model(text).is_err_and(|problems| problems.contains("closed loop")));
}

#[test]
fn messages_behind_a_refused_one_expire_in_time() {
    // One a second is taken; of the two that follow at once one is refused, and goes back to the
    // head of the queue each time.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"1s\", audience = 1000 }\n\
         [carrier.c]\nrate = \"1/s\"\nburst = 1\nwindow = 1\nround-trip = \"10ms\"\n\
         overload = { throttle = { pause = \"1s\" } }\n\
         queue = { fifo = { age-at-most = \"10s\" } }\n",
    );
    // The last to go is submitted at most 10 s after it came, or after it was refused.
    let delivered = seen.ended("m", Outcome::Delivered);
    assert!((9..=12).contains(&delivered), "{delivered} delivered");
    assert_eq!(seen.in_flight("m"), 0);
}

/// A copy from an abandoned attempt arrives while the message itself waits elsewhere.
#[test]
fn a_copy_delivered_elsewhere_leaves_the_wait_of_its_message_alone() {
    let seen = once(
        "[run]\nhorizon = \"60s\"\n\
         [traffic.m]\nto = \"front.go\"\nblast = { at = \"1s\", audience = 1 }\n\
         [traffic.other]\nto = \"busy.go\"\nblast = { at = \"1s\", audience = 1 }\n\
         [service.front]\ninstances = 1\nworkers = 1\n\
         [service.front.operation.go]\nsteps = [\n\
           { call = \"relay.go\", timeout = \"1s\", on-failure = \"ignore\" },\n\
           { hand-to = \"busy.go\" },\n\
         ]\n\
         [service.relay]\ninstances = 1\nworkers = 1\n\
         [service.relay.operation.go]\nsteps = [{ delay = \"3s\" }, { send-to = \"c\" }]\n\
         [service.busy]\ninstances = 1\nworkers = 1\n\
         [service.busy.operation.go]\nwork = \"10s\"\n\
         [carrier.c]\n",
    );
    // It joins the queue 1 s after it came, and is taken when the other leaves, 9 s later.
    assert_eq!(seen.waits_ms("busy"), 9000.0);
    // The copy came first, after 3 s: that is when the message was delivered.
    assert_eq!(seen.latency_ms("m"), 3000.0);
    assert_eq!(seen.class("m").duplicates, 1);
}

#[test]
fn more_abandoned_attempts_than_are_told_apart_do_no_harm() {
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"front.go\"\nconstant = { rate = \"2/s\" }\n\
         [traffic.plain]\nto = \"plain.go\"\nconstant = { rate = \"100/s\" }\n\
         [service.front]\ninstances = 1\nworkers = 1000\n\
         [service.front.operation.go]\nsteps = [\n\
           { call = \"relay.go\", times = 5, at-once = true, timeout = \"10ms\",\n\
             on-failure = \"ignore\",\n\
             retry = { constant = { pause = \"1ms\", attempts = 100 } } },\n\
         ]\n\
         [service.relay]\ninstances = 1\nworkers = 100000\n\
         [service.relay.operation.go]\nsteps = [{ call = \"deep.go\" }]\n\
         [service.deep]\ninstances = 1\nworkers = 100000\n\
         [service.deep.operation.go]\nsteps = [\n\
           { delay = \"20s\" }, { send-to = \"c\", probability = \"1%\" },\n\
         ]\n\
         [service.plain]\ninstances = 1\nworkers = 1000\n\
         [service.plain.operation.go]\nsteps = [{ delay = \"3s\" }, { call = \"later.go\" }]\n\
         [service.later]\ninstances = 1\nworkers = 1000\n\
         [service.later.operation.go]\nsteps = [{ delay = \"3s\" }]\n\
         [carrier.c]\ndelivery = \"5s\"\n",
    );
    let plain = seen.class("plain");
    assert_eq!(plain.arrived, 9999);
    assert_eq!(seen.ended("plain", Outcome::Delivered), 9399);
    assert_eq!(plain.duplicates, 0);
    assert_eq!(plain.latency_sum, 9399 * 6_000_000_000);
    let class = seen.class("m");
    assert_eq!(class.arrived, class.ended.iter().sum::<u64>() + seen.in_flight("m"));
    assert_eq!(class.ended.iter().sum::<u64>(), seen.ended("m", Outcome::Delivered));
}

#[test]
fn a_carrier_that_holds_loses_its_share_of_what_it_holds() {
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"1s\", audience = 10_000 }\n\
         [carrier.c]\nrate = \"1/s\"\nburst = 1\nsilent-loss = \"50%\"\n\
         overload = { hold = { for = \"10s\" } }\n",
    );
    let lost = seen.ended("m", Outcome::Lost);
    assert!(lost.abs_diff(5000) < 5 * 50, "{lost} lost");
}

#[test]
fn submissions_without_an_answer_at_the_end_count_for_the_time_that_they_took() {
    let seen = once(
        "[run]\nhorizon = \"10s\"\n\
         [traffic.m]\nto = \"c\"\nblast = { at = \"1s\", audience = 3 }\n\
         [carrier.c]\nwindow = 5\nround-trip = \"1h\"\n",
    );
    assert_eq!(seen.station("c").busy.integral, 27_000_000_000);
    assert_eq!(seen.run.carriers[0].outstanding, 27_000_000_000);
}

#[test]
fn more_instances_than_a_machine_holds_are_a_problem_of_the_scenario() {
    let mut text = String::from(
        "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"s0.go\"\npoisson = { rate = \"1/s\" }\n",
    );
    for index in 0..300 {
        text += &format!(
            "[service.s{index}]\ninstances = 1_000_000\nworkers = 1\n\
             [service.s{index}.operation.go]\nwork = \"1ms\"\n"
        );
    }
    assert!(try_model(&text).is_err_and(|problems| problems.contains("instances")));
}

#[test]
fn what_the_tables_cannot_hold_is_a_problem_of_the_scenario() {
    let head = "[run]\nhorizon = \"1s\"\n[service.q]\ninstances = 1\nworkers = 1\n\
                [service.q.operation.serve]\nwork = \"1ms\"\n";
    let traffic = |count: u32, more: &str| -> String {
        let one = |index| {
            format!("[traffic.t{index}]\nto = \"q.serve\"\nconstant = {{ rate = \"1/h\" }}\n{more}")
        };
        (0..count).map(one).collect::<String>() + head
    };
    // The client of each is two steps; those of the last do not fit.
    let problems = try_model(&traffic(30_000, "timeout = \"1s\"\n")).expect_err("too many");
    assert!(problems.contains("more than 60,000 steps of operations and clients"), "{problems}");
    assert!(problems.contains("[traffic.t9999]"), "{problems}");
    let most = model(&traffic(29_999, "timeout = \"1s\"\n"));
    assert_eq!((most.steps.len(), most.sites.len()), (60_001, 29_999));
    let problems = try_model(&traffic(70_000, "")).expect_err("too many");
    assert!(problems.contains("more than 60,000 traffics"), "{problems}");
    let carriers: String = (0..70_000).map(|index| format!("[carrier.c{index}]\n")).collect();
    let problems = try_model(&(carriers + &traffic(1, ""))).expect_err("too many");
    assert!(problems.contains("more than 60,000 carriers, groups, trunks and rooms"), "{problems}");
}

/// What is wrong, the line that the caret stands under, and what is said there.
#[test]
fn figures_out_of_range_are_refused_where_they_stand() {
    let head = "[run]\nhorizon = \"30d\"\n[traffic.m]\nto = \"c\"\nconstant = { rate = \"1/s\" }\n";
    let slow = "less than one message in eleven days";
    let target = |per: &str| {
        format!(
            "[target]\nt = {{ class = \"m\", quantile = \"50%\", latency-at-most = \"1s\", {per} }}"
        )
    };
    for (carrier, line, says) in [
        ("[carrier.c]\nrate = \"0.05/day\"", "rate = \"0.05/day\"", slow),
        ("[carrier-group.c]\ncount = 2\nrate = \"0.05/day\"", "rate = \"0.05/day\"", slow),
        (
            "[carrier-group.c]\ncount = 2\ntotal-rate = \"0.1/day\"",
            "total-rate = \"0.1/day\"",
            "divided by the shares, a carrier's part of this is less than",
        ),
        (
            "[carrier.c]\nrate = \"1/s\"\noverload = \"drop\"\npace = \"0.0000000000000000001/day\"",
            "pace = \"0.0000000000000000001/day\"",
            slow,
        ),
        (
            "[carrier.c]\nround-trip = \"1s\"\nbinds = 1_000_000\nwindow = 1_000_000",
            "binds = 1_000_000",
            "binds × window come to more than 1,000,000,000",
        ),
        (
            "[carrier-group.c]\ncount = 2\nshares = { weights = [1e308, 1e308] }",
            "shares = {",
            "expected weights with a sum that is finite",
        ),
        (&(target("per = \"20s\"") + "\n[carrier.c]"), "per = \"20s\"", "window is too short"),
    ] {
        let problems = try_model(&format!("{head}{carrier}\n")).expect_err(carrier);
        assert!(problems.contains(line) && problems.contains(says), "{problems}");
        assert_eq!(problems.matches("-->").count(), 1, "{problems}");
    }
}

#[test]
fn a_target_whose_windows_do_not_fit_the_time_line_is_told_its_window_in_words() {
    let text = "[run]\nhorizon = \"1h\"\nwindow = \"7s\"\n\
                [target]\nt = { class = \"m\", quantile = \"50%\", latency-at-most = \"1s\", per = \"10s\" }\n\
                [traffic.m]\nto = \"c\"\nconstant = { rate = \"1/s\" }\n[carrier.c]\n";
    let problems = try_model(text).expect_err("7 s does not divide 10 s");
    assert!(problems.contains("the time line's window, 7 s"), "{problems}");
}

#[test]
fn windows_of_targets_that_nothing_round_divides_do_not_make_the_time_line_endless() {
    let text = "[run]\nhorizon = \"50d\"\n\
                [target]\nt = { class = \"m\", quantile = \"50%\", latency-at-most = \"1s\", per = \"67s\" }\n\
                [traffic.m]\nto = \"c\"\nconstant = { rate = \"1/s\" }\n[carrier.c]\n";
    assert_eq!(model(text).run.windows, 64_478);
}
