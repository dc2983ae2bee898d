//! Links that fill, threads and file handles that run out, against times worked out by hand.

use surgeplan::measure::Share;
use surgeplan::sim::Outcome;
use surgeplan::verdict::Cause;

use crate::lab::{Once, assess, once, station, try_model};

const SECOND: u128 = 1_000_000_000;

fn run(sections: &[String]) -> Once {
    once(&text(sections))
}

fn text(sections: &[String]) -> String {
    format!("[run]\nhorizon = \"100s\"\nreplications = 1\n{}", sections.concat())
}

/// `audience` messages at once.
fn blast(to: &str, at: &str, audience: u32, more: &str) -> String {
    format!(
        "[traffic.m]\nto = \"{to}\"\nblast = {{ at = \"{at}\", audience = {audience} }}\n{more}\n"
    )
}

/// One instance, whose workers never run out.
fn service(name: &str, keys: &str, operation: &str) -> String {
    format!(
        "[service.{name}]\ninstances = 1\nworkers = 99\n{keys}\n\
         [service.{name}.operation.go]\n{operation}\n"
    )
}

/// A byte takes a millisecond.
const LINK: &str = "bandwidth = \"8 kbit/s\"";
const NOTHING: &str = "work = \"0s\"";

fn calling(more: &str) -> String {
    format!("steps = [{{ call = \"q.go\"{more} }}]")
}

fn share(seen: &Once, name: &str) -> Share {
    seen.run.shares[station(&seen.model, name)]
}

#[test]
fn requests_leave_one_after_the_other() {
    // They leave at 1 and 2 s; the way there and back takes 200 ms.
    let seen = run(&[
        blast("front.go", "0s", 2, ""),
        service("front", LINK, &calling(", size = \"1 kB\", network = \"100ms\"")),
        service("q", "", NOTHING),
    ]);
    assert_eq!(seen.class("m").latency_sum, (1_200_000_000 + 2_200_000_000));
    assert_eq!(share(&seen, "front").link_wait_sum, SECOND);
    let link = seen.station("front").link;
    assert_eq!(
        (link.sent, link.sending, link.received, link.wait_sum),
        (2000, 2 * SECOND, 0, SECOND)
    );
}

#[test]
fn what_is_handed_on_takes_the_same_way() {
    for (step, more) in [("send-to = \"c\"", ""), ("hand-to = \"q.go\"", ", times = 1")] {
        let seen = run(&[
            blast("front.go", "0s", 2, ""),
            service("front", LINK, &format!("steps = [{{ {step}, size = \"1 kB\"{more} }}]")),
            service("q", "", NOTHING),
            "[carrier.c]\nrate = \"99/s\"\n".to_owned(),
        ]);
        assert_eq!(seen.class("m").latency_sum, 3 * SECOND, "{step}");
    }
    // Branches too, each with its size.
    let seen = run(&[
        blast("front.go", "0s", 1, ""),
        service("front", LINK, "steps = [{ hand-to = \"q.go\", size = \"1 kB\", times = 3 }]"),
        service("q", "", NOTHING),
    ]);
    assert_eq!(seen.latency_ms("m"), 3000.0);
}

#[test]
fn messages_come_in_one_after_the_other() {
    // They are in at 500, 1000 and 1500 ms, and wait at the station meanwhile.
    let seen = run(&[blast("q.go", "0s", 3, "size = \"500 B\""), service("q", LINK, NOTHING)]);
    assert_eq!(seen.class("m").latency_sum, 3 * SECOND);
    let q = seen.station("q");
    assert_eq!((q.wait_sum, q.queue.integral, q.queue.max), (3 * SECOND, 3 * SECOND, 3));
    assert_eq!(
        (q.link.received, q.link.receiving, q.link.wait_sum),
        (1500, q.wait_sum / 2, q.wait_sum / 2)
    );
    // Whether there is room is asked when they are in: at 500 ms there is a worker, then nobody
    // may wait until 1.1 s.
    let seen = run(&[
        blast("q.go", "0s", 3, "size = \"500 B\""),
        format!(
            "[service.q]\ninstances = 1\nworkers = 1\nqueue = {{ fifo = {{ length-at-most = 0 }} }}\n\
             {LINK}\n[service.q.operation.go]\nwork = \"600ms\"\n"
        ),
    ]);
    assert_eq!(seen.ended("m", Outcome::Rejected), 1);
    assert_eq!(seen.class("m").latency_sum, 1_100_000_000 + 2_100_000_000);
}

#[test]
fn answers_go_out_and_come_in() {
    // They leave `q` at 1 and 2 s, and are in at `front`, half as fast, at 3 and 5 s.
    let seen = run(&[
        blast("front.go", "0s", 2, ""),
        service("front", "bandwidth = \"4 kbit/s\"", &calling(", reply-size = \"1 kB\"")),
        service("q", LINK, NOTHING),
    ]);
    assert_eq!(seen.class("m").latency_sum, (3 + 5) * SECOND);
    assert_eq!(share(&seen, "q").link_wait_sum, SECOND);
    assert_eq!(share(&seen, "front").link_wait_sum, SECOND);
    // A sender who waits for the answer has no link of its own.
    let seen = run(&[
        blast("q.go", "0s", 2, "timeout = \"50s\"\nsize = \"500 B\"\nreply-size = \"1 kB\""),
        service("q", LINK, NOTHING),
    ]);
    assert_eq!(seen.class("m").latency_sum, 1_500_000_000 + 2_500_000_000);
    // Who is turned away has nothing to wait for.
    let seen = run(&[
        blast("q.go", "0s", 2, "timeout = \"50s\"\nreply-size = \"1 kB\""),
        service("q", &format!("{LINK}\nthreads-at-most = 1"), NOTHING),
    ]);
    assert_eq!((seen.ended("m", Outcome::Failed), seen.station("q").link.sent), (2, 0));
}

#[test]
fn who_is_cancelled_on_the_way_in_leaves() {
    let policies = ", size = \"1 kB\", timeout = \"500ms\", on-timeout = \"cancel\"";
    let seen = run(&[
        blast("front.go", "0s", 1, ""),
        service("front", "", &calling(policies)),
        service("q", LINK, NOTHING),
    ]);
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    let q = seen.station("q");
    assert_eq!((q.cancelled, q.withdrawn, q.queue.integral), (1, 1, SECOND / 2));
    // What has begun to come takes its time all the same.
    assert_eq!(q.link.receiving, SECOND);
}

#[test]
fn chatter_takes_its_part_of_the_links() {
    let q = |instances: u32| {
        format!(
            "[service.q]\ninstances = {instances}\nworkers = 9\n{LINK}\n\
             chatter = [{{ full-mesh = {{ every = \"1s\", work = \"1ns\", size = \"250 B\" }} }}]\n\
             [service.q.operation.go]\n{NOTHING}\n"
        )
    };
    // 500 bytes a second to two peers are half of it.
    let seen = run(&[blast("q.go", "0s", 1, "size = \"500 B\""), q(3)]);
    assert_eq!(seen.latency_ms("m"), 1000.0);
    // With four peers nothing is left: messages do not come in, until their senders give up.
    let seen = run(&[blast("q.go", "0s", 1, "size = \"500 B\""), q(5)]);
    assert_eq!((seen.in_flight("m"), seen.station("q").queue.integral), (1, 100 * SECOND));
    let seen = run(&[blast("q.go", "0s", 1, "size = \"500 B\"\ntimeout = \"2s\""), q(5)]);
    assert_eq!(seen.ended("m", Outcome::Failed), 1);
    // What is of no size passes.
    let seen = run(&[blast("q.go", "0s", 1, ""), q(5)]);
    assert_eq!(seen.latency_ms("m"), 0.0);
}

#[test]
fn what_is_broadcast_is_on_the_links_too() {
    // The first is in at 100 ms, and told to the other instance for 400 ms; the second comes there.
    let seen = run(&[
        "[traffic.a]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 1 }\nsize = \"100 B\"\n\
         [traffic.b]\nto = \"q.go\"\nblast = { at = \"200ms\", audience = 1 }\nsize = \"100 B\"\n"
            .to_owned(),
        format!(
            "[service.q]\ninstances = 2\nworkers = 9\nbalancer = \"round-robin\"\n{LINK}\n\
             chatter = [{{ broadcast = {{ work = \"1ns\", size = \"400 B\" }} }}]\n\
             [service.q.operation.go]\n{NOTHING}\n"
        ),
    ]);
    assert_eq!(seen.latency_ms("a"), 100.0);
    assert_eq!(seen.latency_ms("b"), 300.0);
    assert_eq!(seen.station("q").link.sending, 2 * 400_000_000);
}

#[test]
fn the_network_is_named_as_what_binds_and_its_use_is_told() {
    let with = |size: &str| {
        let seen = assess(&format!(
            "[run]\nhorizon = \"100s\"\nreplications = 2\n\
             [target]\nfast = {{ class = \"m\", quantile = \"50%\", latency-at-most = \"600ms\" }}\n\
             [traffic.m]\nto = \"q.go\"\nconstant = {{ rate = \"1/s\" }}\n{size}\n\
             [service.q]\ninstances = 1\nworkers = 9\n{LINK}\n\
             [service.q.operation.go]\nwork = \"1ms\"\n"
        ));
        let network = seen.assessment.stations[0].network.clone().unwrap();
        let used = network.in_used.estimate.unwrap().value;
        (seen.assessment.bindings[0].cause, seen.assessment.bindings[0].utilization, used)
    };
    let (cause, used, way_in) = with("size = \"1.5 kB\"");
    // The first comes at 1 s.
    assert_eq!((cause, used, way_in), (Cause::Network, 0.99, 0.99));
    // Workers who wait for answers over a full link are not what is short.
    let held = assess(&text(&[
        "[target]\nfast = { class = \"m\", quantile = \"50%\", latency-at-most = \"1s\" }\n\
         [traffic.m]\nto = \"front.go\"\nconstant = { rate = \"2/s\" }\n"
            .to_owned(),
        format!(
            "[service.front]\ninstances = 1\nworkers = 2\n{LINK}\n\
             [service.front.operation.go]\n{}\n",
            calling(", reply-size = \"1 kB\"")
        ),
        service("q", "", NOTHING),
    ]));
    assert_eq!(held.assessment.bindings[0].cause, Cause::Network);
    // Where all targets are met, it is what is nearest to binding.
    let (cause, used, way_in) = with("size = \"500 B\"");
    assert_eq!(cause, Cause::Network);
    assert!((way_in - 0.5).abs() < 0.01 && used == way_in, "{way_in}");
}

#[test]
fn an_instance_without_threads_enough_does_not_work() {
    let q = |instances: u32| {
        format!(
            "[service.q]\ninstances = {instances}\nworkers = 20\nthreads-at-most = 30\n\
             chatter = [{{ peers = {{ threads = 2 }} }}]\n[service.q.operation.go]\n{NOTHING}\n"
        )
    };
    // Twenty workers, and two threads for each of five others.
    let seen = run(&[blast("q.go", "0s", 9, ""), q(6)]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 9);
    let seen = run(&[blast("q.go", "0s", 9, ""), q(7)]);
    assert_eq!(seen.ended("m", Outcome::Rejected), 9);
    let cause = |q: String| {
        let target = "[target]\nkept = { lost-at-most = \"1%\" }\n".to_owned();
        let text = text(&[target, blast("q.go", "0s", 9, ""), q]);
        assess(&text).assessment.bindings[0].cause
    };
    assert_eq!(cause(q(7)), Cause::Threads);
    let files = "[service.q]\ninstances = 1\nworkers = 1\nfiles-at-most = 3\n\
                 [service.q.operation.go]\nwork = \"10s\"\n";
    assert_eq!(cause(files.to_owned()), Cause::Files);
}

#[test]
fn an_instance_out_of_file_handles_turns_messages_away() {
    // Three peers take a handle each, and so do two connections of each of two workers: three are
    // left, for two that are served and one that waits.
    let seen = run(&[
        blast("q.go", "0s", 20, ""),
        "[service.q]\ninstances = 4\nworkers = 2\nbalancer = \"round-robin\"\nfiles-at-most = 10\n\
         chatter = [{ peers = { files = 1 } }]\n[service.q.operation.go]\n\
         steps = [{ call = \"db.go\", connections = 2 }]\n"
            .to_owned(),
        service("db", "connections-at-most = 99", "work = \"10s\""),
    ]);
    assert_eq!(seen.ended("m", Outcome::Delivered), 4 * 3);
    assert_eq!((seen.station("q").rejected, seen.station("q").out_of_files), (8, 8));
    assert_eq!(seen.class("m").latency_sum, (8 * 10 + 4 * 20) * SECOND);
}

#[test]
fn slips_about_networks_and_handles_are_told() {
    let q = |keys: &str| {
        format!(
            "[service.q]\ninstances = 2\nworkers = 9\n{keys}\n[service.q.operation.go]\n{NOTHING}\n"
        )
    };
    let front = |call: &str| service("front", "", &calling(call));
    let plain = || blast("q.go", "0s", 1, "");
    let to_carrier = "[carrier.c]\nrate = \"1/s\"\n".to_owned();
    for (sections, says) in [
        (vec![plain(), q("bandwidth = \"1 Gbps\"")], "write \"1 Gbit/s\""),
        (vec![blast("q.go", "0s", 1, "size = 500"), q(LINK)], "add the unit: \"500 B\""),
        (vec![blast("q.go", "0s", 1, "size = \"1 kB\""), q("")], "has a bandwidth"),
        (vec![plain(), front(", size = \"1 kB\""), q("")], "has a bandwidth"),
        (vec![plain(), front(", reply-size = \"1 kB\""), q("")], "has a bandwidth"),
        (vec![blast("c", "0s", 1, "size = \"1 kB\""), to_carrier, q(LINK)], "has a bandwidth"),
        (
            vec![blast("q.go", "0s", 1, "reply-size = \"1 kB\""), q(LINK)],
            "nobody waits for an answer",
        ),
        (
            vec![plain(), q(&format!("{LINK}\nbalancer = \"shared-queue\""))],
            "where instances share a queue",
        ),
        (
            vec![plain(), q("files-at-most = 9\nbalancer = \"shared-queue\"")],
            "where instances share a queue",
        ),
        (
            vec![
                plain(),
                q("chatter = [{ gossip = { every = \"1s\", work = \"1ms\", size = \"1 kB\" } }]"),
            ],
            "without a bandwidth",
        ),
        (vec![plain(), q("chatter = [{ peers = { threads = 1 } }]")], "`threads-at-most = 4096`"),
        (vec![plain(), q("chatter = [{ peers = { files = 1 } }]")], "`files-at-most = 4096`"),
        (
            vec![
                plain(),
                q("threads-at-most = 9\nchatter = [{ peers = { threads = 1, own = 9 } }]"),
            ],
            "add `at-most`",
        ),
        (vec![plain(), q("chatter = [{ peers = {} }]")], "at-most"),
        (vec![plain(), q("threads-at-most = 0")], "at least 1"),
    ] {
        let told = try_model(&text(&sections)).err();
        let told = told.unwrap_or_else(|| panic!("not told: {says}"));
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn who_comes_in_counts_where_the_least_loaded_cell_is_looked_for() {
    // Ten for each of two cells, one after the other: a second each.
    let seen = run(&[
        blast("q.go", "0s", 20, "size = \"1 kB\"\nsenders = { count = 1 }"),
        format!(
            "[service.q]\ninstances = 2\ncells = 2\nworkers = 99\n{LINK}\n\
             shuffle-sharding = {{ hand = 2 }}\n[service.q.operation.go]\n{NOTHING}\n"
        ),
    ]);
    assert_eq!(seen.class("m").latency_sum, 2 * 55 * SECOND);
}
