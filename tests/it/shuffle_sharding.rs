//! Hands of cells and the way to them: what theory says of a poisonous sender, and times by hand.

use surgeplan::sim;

use crate::lab::{Once, model, once};

/// One sender who fills whatever it has for good, and 6,000 others with a short message each, at
/// eight instances with these keys.
fn poisoned(seed: u32, keys: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"1h\"\nseed = {seed}\n\
         [traffic.poison]\nto = \"q.long\"\nblast = {{ at = \"0s\", audience = 200 }}\n\
         senders = {{ count = 1 }}\n\
         [traffic.other]\nto = \"q.short\"\nconstant = {{ rate = \"2/s\" }}\n\
         [service.q]\ninstances = 8\nworkers = 1\n{keys}\n\
         [service.q.operation.long]\nwork = \"2h\"\n[service.q.operation.short]\nwork = \"1ms\"\n"
    ))
}

/// Holds the share of the others who never come through against `share`.
fn hold_stuck(keys: &str, share: f64) {
    let (mut stuck, mut all) = (0, 0);
    for seed in 0..3 {
        let seen = poisoned(seed, keys);
        stuck += seen.in_flight("other");
        all += seen.class("other").arrived;
        // Who comes through does at once.
        let delivered = seen.class("other");
        assert!(delivered.latency_sum <= 1_010_000 * u128::from(delivered.ended[0]), "{keys}");
    }
    let (stuck, all) = (stuck as f64, all as f64);
    let error = 5.0 * (all * share * (1.0 - share)).sqrt();
    assert!((stuck - all * share).abs() <= error, "{keys}: {stuck} of {all}, {share}");
}

#[test]
fn a_poisonous_sender_takes_along_those_who_have_just_its_hand() {
    hold_stuck("cells = 8", 1.0 / 8.0);
    hold_stuck("cells = 8\nshuffle-sharding = { hand = 1 }", 1.0 / 8.0);
    // C(8, 2) and C(8, 3).
    hold_stuck("cells = 8\nshuffle-sharding = { hand = 2 }", 1.0 / 28.0);
    hold_stuck("cells = 8\nshuffle-sharding = { hand = 3 }", 1.0 / 56.0);
    hold_stuck("cells = 8\nshuffle-sharding = { hand = 8 }", 1.0);
    // Of four cells of two instances each, C(4, 2).
    hold_stuck(
        "cells = 4\nshuffle-sharding = { hand = 2 }\nbalancer = \"least-loaded\"",
        1.0 / 6.0,
    );
    // Who does not look goes to a poisoned one as often as they have some: two of eight.
    hold_stuck("cells = 8\nshuffle-sharding = { hand = 2, choice = \"random\" }", 1.0 / 4.0);
}

#[test]
fn a_hand_of_one_cell_is_that_cell() {
    let keys = |more: &str| {
        let text = format!(
            "[run]\nhorizon = \"60s\"\n\
             [traffic.m]\nto = \"q.go\"\npoisson = {{ rate = \"90/s\" }}\n\
             senders = {{ count = 50 }}\ntimeout = \"300ms\"\non-timeout = \"cancel\"\n\
             [service.q]\ninstances = 12\nworkers = 1\ncells = 4\n{more}\n\
             [service.q.operation.go]\nwork = {{ exponential = {{ mean = \"100ms\" }} }}\n"
        );
        sim::run(&model(&text), 0)
    };
    let plain = keys("");
    assert!(keys("shuffle-sharding = { hand = 1 }") == plain);
    assert!(keys("shuffle-sharding = { hand = 1, choice = \"random\" }") == plain);
    assert!(keys("shuffle-sharding = { hand = 2 }") != plain);
    assert!(keys("router = \"0s\"") == plain);
    // A hand of all cells, chosen by luck alone, is as good as one hand.
    assert!(keys("shuffle-sharding = { hand = 4, choice = \"random\" }") != plain);
}

#[test]
fn each_message_goes_to_the_emptier_cell_of_its_hand() {
    // One sender's hand is both cells: they take turns, and four messages of 10 ms take 20.
    let seen = once(
        "[run]\nhorizon = \"1s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 4 }\nsenders = { count = 1 }\n\
         [traffic.n]\nto = \"q.go\"\nblast = { at = \"12ms\", audience = 1 }\nsenders = { count = 1 }\n\
         [service.q]\ninstances = 2\ncells = 2\nworkers = 1\nshuffle-sharding = { hand = 2 }\n\
         [service.q.operation.go]\nwork = \"10ms\"\n",
    );
    assert_eq!(seen.class("m").latency_sum, (10 + 10 + 20 + 20) * 1_000_000);
    assert_eq!(seen.latency_ms("n"), 18.0);
    assert_eq!(seen.station("q").queue.max, 2);
}

#[test]
fn a_router_adds_just_its_time() {
    let at = |keys: &str| {
        once(&format!(
            "[run]\nhorizon = \"100s\"\n\
             [traffic.m]\nto = \"q.go\"\nblast = {{ at = \"1s\", audience = 500 }}\n\
             [service.q]\ninstances = 4\ncells = 2\nworkers = 2\n{keys}\n\
             [service.q.operation.go]\nwork = {{ exponential = {{ mean = \"10ms\" }} }}\n"
        ))
    };
    let (plain, routed) = (at(""), at("router = \"300us\""));
    assert_eq!(routed.class("m").latency_sum, plain.class("m").latency_sum + 500 * 300_000);
    let (mut one, mut other) = (plain.station("q"), routed.station("q"));
    assert_eq!(
        (one.wait_sum, one.arrived, one.served),
        (other.wait_sum, other.arrived, other.served)
    );
    // Neither a queue nor a worker sees it.
    (one, other) = (plain.station("q"), routed.station("q"));
    assert_eq!((one.queue, one.busy), (other.queue, other.busy));
}

#[test]
fn a_call_that_is_cancelled_on_its_way_through_the_router_never_comes() {
    let seen = once(
        "[run]\nhorizon = \"1s\"\n\
         [traffic.m]\nto = \"q.go\"\nblast = { at = \"0s\", audience = 3 }\ntimeout = \"2ms\"\n\
         on-timeout = \"cancel\"\n\
         [service.q]\ninstances = 2\ncells = 2\nworkers = 1\nrouter = \"3ms\"\n\
         [service.q.operation.go]\nwork = \"1ms\"\n",
    );
    assert_eq!((seen.station("q").arrived, seen.station("q").cancelled), (0, 0));
    assert_eq!(seen.class("m").ended[sim::Outcome::Failed.index()], 3);
}
