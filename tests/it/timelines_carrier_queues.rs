//! Who is next in our queue for a carrier, worked out by hand.

use crate::lab::{Once, once, try_model};

const S: u128 = 1_000_000_000;

/// Ten messages of a noisy sender at once, three of another half a second later; one a second goes.
fn neighbours(queue: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.noisy]\nto = \"c\"\nblast = {{ at = \"0s\", audience = 10 }}\n\
         senders = {{ count = 1 }}\n\
         [traffic.modest]\nto = \"c\"\nblast = {{ at = \"500ms\", audience = 3 }}\n\
         senders = {{ count = 2, shares = {{ weights = [0, 1] }} }}\n\
         [carrier.c]\nrate = \"1/s\"\n{queue}\n"
    ))
}

#[test]
fn who_comes_behind_a_noisy_neighbour_waits_for_all_of_it() {
    let seen = neighbours("");
    assert_eq!(seen.class("modest").latency_sum, (95 + 105 + 115) * S / 10);
    assert_eq!(seen.class("noisy").latency_sum, 45 * S);
}

#[test]
fn where_senders_take_turns_it_does_not() {
    let seen = neighbours("queue = \"fair\"");
    // The noisy one goes at 0 s and 1 s, then they take turns: 2 s, 4 s, 6 s.
    assert_eq!(seen.class("modest").latency_sum, (15 + 35 + 55) * S / 10);
    assert_eq!(seen.class("noisy").latency_sum, (1 + 3 + 5 + 7 + 8 + 9 + 10 + 11 + 12) * S);
}

#[test]
fn the_more_urgent_lane_goes_first() {
    let seen = neighbours("queue = { priority = { lanes = [[\"modest\"], [\"noisy\"]] } }");
    // At 1 s, 2 s, 3 s.
    assert_eq!(seen.class("modest").latency_sum, (5 + 15 + 25) * S / 10);
}

#[test]
fn bounds_hold_whoever_is_next() {
    let seen = neighbours("queue = { fair = { length-at-most = 5, age-at-most = \"2500ms\" } }");
    let c = seen.station("c");
    // One goes at once, five of the others find room; at 0.5 s the queue is full.
    assert_eq!((c.rejected, c.queue.max), (4 + 3, 5));
    // At 1 s and 2 s two go; the others are too old at 2.5 s.
    assert_eq!((c.started, c.expired), (3, 3));
    // By time: a second and a half at one a second is one who waits.
    let seen = neighbours("queue = { fair = { wait-at-most = \"1500ms\" } }");
    assert_eq!(seen.station("c").queue.max, 1);
}

/// One sender, and one lane, are first in, first out, to the bit.
#[test]
fn without_a_difference_there_is_none() {
    let text = |queue: &str| {
        format!(
            "[run]\nhorizon = \"300s\"\n\
             [traffic.m]\nto = \"c\"\npoisson = {{ rate = \"10/s\" }}\nsenders = {{ count = 1 }}\n\
             valid-for = \"20s\"\n\
             [carrier.c]\nrate = \"9/s\"\nround-trip = {{ exponential = {{ mean = \"1s\" }} }}\n\
             overload = {{ throttle = {{ pause = \"2s\" }} }}\n\
             behaviours = [{{ temporary-error = {{ share = \"10%\" }} }}]\n\
             resend = \"full-jitter\"\n{queue}\n"
        )
    };
    let plain = once(&text(""));
    assert!(plain.station("c").queue.max > 10);
    for queue in ["fair", "fair = { quantum = 7 }", "priority = { lanes = [[\"m\"]] }"] {
        let queue = match queue {
            "fair" => "queue = \"fair\"".to_owned(),
            other => format!("queue = {{ {other} }}"),
        };
        assert_eq!(once(&text(&queue)).run, plain.run, "{queue}");
    }
}

#[test]
fn slips_are_told() {
    let label = |queue: &str| {
        try_model(&format!(
            "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"c\"\npoisson = {{ rate = \"1/s\" }}\n\
             [carrier.c]\nqueue = {queue}\n"
        ))
        .unwrap_err()
    };
    let preemptive = label("{ priority = { lanes = [[\"m\"]], preemptive = true } }");
    assert!(preemptive.contains("cannot be taken back"), "{preemptive}");
    assert!(label("{ priority = { lanes = [[\"x\"]] } }").contains("`x`"));
    assert!(label("\"codel\"").contains("not one of the choices"));
    let wait = label("{ fair = { wait-at-most = \"1h\" } }");
    assert!(wait.contains("nobody can tell how long"), "{wait}");
}
