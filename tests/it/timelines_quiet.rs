//! Quiet hours: nothing is submitted, worked out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once, try_model};

const S: u128 = 1_000_000_000;
const H: u128 = 3_600 * S;

/// `audience` messages at once at `at`, to a carrier, in a run that begins at 20:00 UTC.
fn blast(at: &str, audience: u32, carrier: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"24h\"\nstart = \"20:00\"\n\
         [traffic.m]\nto = \"c\"\nblast = {{ at = \"{at}\", audience = {audience} }}\n\
         [carrier.c]\n{carrier}\n"
    ))
}

const NIGHT: &str = "quiet = { from = \"21:00\", until = \"08:00\" }\n";

#[test]
fn what_comes_at_night_goes_in_the_morning() {
    let night = format!("{NIGHT}rate = \"10/s\"");
    let seen = blast("22:00", 20, &night);
    // Ten hours each, and then one each 100 ms.
    let waits = 20 * 10 * H + (0..20).map(|nth| nth * S / 10).sum::<u128>();
    assert_eq!(seen.class("m").latency_sum, waits);
    assert_eq!((seen.station("c").queue.max, seen.station("c").wait_sum), (20, waits));
    let evening = blast("20:30", 20, &night);
    assert_eq!(evening.class("m").latency_sum, (0..20).map(|nth| nth * S / 10).sum::<u128>());
}

#[test]
fn what_has_not_gone_by_then_waits_for_the_morning() {
    // One a minute from 20:59:30 on: the second's turn would be at 21:00:30.
    let seen = blast("20:59:30", 3, &format!("{NIGHT}rate = \"1/min\""));
    let second = 11 * H + 30 * S;
    assert_eq!(seen.class("m").latency_sum, second + second + 60 * S);
}

#[test]
fn it_is_night_where_the_recipients_are() {
    // 21:00 to 08:00 three hours ahead of the run's clock: until 05:00, nine hours after the start.
    let zone = NIGHT.replace(" }", ", zone = \"+03:00\" }");
    assert_eq!(blast("20:00", 1, &zone).latency_ms("m"), 9.0 * 3_600_000.0);
}

#[test]
fn those_who_wait_for_the_morning_may_be_too_old_by_then() {
    let bounds = "queue = { fifo = { length-at-most = 4, age-at-most = \"1h\" } }\n";
    let seen = blast("22:00", 6, &format!("{NIGHT}{bounds}"));
    assert_eq!((seen.ended("m", Outcome::Expired), seen.ended("m", Outcome::Rejected)), (4, 2));
    assert_eq!(seen.station("c").queue.integral, 4 * H);
}

#[test]
fn resends_wait_too() {
    // Refused at 20:59:59, again at 21:00:09: quiet. Then the carrier is well again.
    let seen = blast(
        "20:59:59",
        1,
        &format!(
            "{NIGHT}resend = {{ constant = {{ attempts = 2, pause = \"10s\" }} }}\n\
             behaviours = [{{ outage = {{ answer = \"error\", \
             during = {{ at = \"20:30\", lasts = \"1h\" }} }} }}]"
        ),
    );
    assert_eq!(seen.latency_ms("m"), 11.0 * 3_600_000.0 + 1_000.0);
    assert_eq!(seen.station("c").errors, 1);
}

#[test]
fn slips_are_told() {
    let label = |quiet: &str| {
        try_model(&format!(
            "[run]\nhorizon = \"1s\"\n[traffic.m]\nto = \"c\"\npoisson = {{ rate = \"1/s\" }}\n\
             [carrier.c]\nquiet = {quiet}\n"
        ))
        .unwrap_err()
    };
    let same = label("{ from = \"21:00\", until = \"21:00\" }");
    assert!(same.contains("end when they begin"), "{same}");
    assert!(label("{ from = \"21:00\" }").contains("until"));
    assert!(label("{ from = \"2h\", until = \"08:00\" }").contains("a time of day"));
    assert!(label("{ from = \"21:00\", until = \"08:00\", zone = \"Asia\" }").contains("offset"));
}
