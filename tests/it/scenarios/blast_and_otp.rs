//! A million texts before 20,000 passwords: the rate of the short code binds, nothing of ours.

use std::sync::LazyLock;

use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran, value};

/// The scenario as shipped.
static SHIPPED: LazyLock<Ran> = LazyLock::new(|| plan().run());

const AUDIENCE: f64 = 1e6;
/// Messages a second that the short code takes.
const RATE: f64 = 100.0;
/// Seconds until the API has worked through the audience: 1.5 ms each on 64 cores.
const FLOOD_S: f64 = AUDIENCE * 1.5e-3 / 64.0;

fn plan() -> Plan {
    Plan::of("blast-and-otp")
}

/// Mean and variance of the time to the handset, in seconds: lognormal with median 2 s and p99 8 s.
fn delivery() -> (f64, f64) {
    let sigma = libm::log(8.0 / 2.0) / 2.326_347_874;
    let sigma2 = sigma * sigma;
    let mean = 2.0 * libm::exp(sigma2 / 2.0);
    (mean, mean * mean * libm::expm1(sigma2))
}

/// No text of the million may pass another: the kth goes (k − 1) / 100 s after the first.
#[test]
fn the_million_leaves_at_the_rate_of_the_code() {
    let (mean, variance) = delivery();
    let by_hand = (AUDIENCE - 1.0) / 2.0 / RATE + mean;
    let measured = value(&SHIPPED.class("promo").mean_latency);
    let texts = AUDIENCE * SHIPPED.result.runs.len() as f64;
    // The first text goes when the quickest of the first requests is through: under 1.5 ms.
    let (low, high) = (0.0, 1.5e-3);
    let error = 5.0 * (variance / texts).sqrt();
    let off = measured - by_hand;
    assert!((low - error..=high + error).contains(&off), "{measured} s, by hand {by_hand} s");
}

/// The last text comes out of the API after the flood and finds all others before it: of 10,000 s
/// from the tap on *send* it waits all but the flood in the queue of the code.
#[test]
fn the_longest_wait_is_two_hours_and_three_quarters() {
    let by_hand = AUDIENCE / RATE - FLOOD_S;
    // An instance has 62,500 texts; lognormal with mean 1.5 ms and p99 6 ms has a coefficient of
    // variation below 1.
    let error = 5.0 * 62_500_f64.sqrt() * 1.5e-3 / 4.0;
    // The passwords of the flood, two a second, come out beside the last texts.
    let passwords = 2.0 * FLOOD_S;
    let more = (passwords + 5.0 * passwords.sqrt()) / RATE;
    for record in SHIPPED.carrier("promo-code") {
        let off = record.wait_max.as_secs_f64() - by_hand;
        assert!((-error..=error + more).contains(&off), "{:?} against {by_hand}", record.wait_max);
    }
}

/// A password asked for at t waits 10,000 s − 0.98 t, so 1 % wait longer than that of t = 100 s.
#[test]
fn passwords_wait_behind_the_million() {
    let (mean, variance) = delivery();
    let by_hand = AUDIENCE / RATE - 0.98 * 100.0 + mean;
    let measured = SHIPPED.measured("passwords-fast");
    // The 1 % is the time of the 200th of 20,000 passwords, known to within √200 of them at two a
    // second, over five replications; to it comes the spread of one delivery, and a bucket of
    // the histogram, 2⁻¹⁰ of the value.
    let of_count = 200_f64.sqrt() / 2.0 * 0.98 / 5_f64.sqrt();
    let error = 5.0 * of_count + variance.sqrt() + by_hand / 1024.0;
    assert!((measured - by_hand).abs() < error, "{measured} s, by hand {by_hand} ± {error} s");
    assert_eq!(
        SHIPPED.answers(),
        [
            ("nothing-lost", Answer::Met),
            ("passwords-fast", Answer::NotMet),
            ("promo-in-time", Answer::NotMet),
        ]
    );
}

/// In an hour the code takes 360,000 texts; those of the last seconds are still on their way.
#[test]
fn a_third_of_the_million_is_there_within_the_hour() {
    let (mean, _) = delivery();
    let on_their_way = RATE * mean;
    let by_hand = (RATE * 3600.0 - on_their_way) / AUDIENCE;
    let runs = SHIPPED.result.runs.len() as f64;
    let error = (5.0 * (on_their_way / runs).sqrt() + 1.0) / AUDIENCE;
    let measured = SHIPPED.measured("promo-in-time");
    assert!((measured - by_hand).abs() < error, "{measured}, by hand {by_hand} ± {error}");
}

#[test]
fn what_binds_is_not_ours() {
    for target in ["passwords-fast", "promo-in-time"] {
        let (binding, station) = SHIPPED.binding(target);
        assert_eq!((station, binding.cause, binding.is_ours), ("promo-code", Cause::Rate, false));
    }
}

/// Ten times the instances end the flood sooner, and every wait for the code starts as much sooner.
#[test]
fn more_instances_change_nothing() {
    let more = plan()
        .set("run.replications=2")
        .set("service.api.instances=160")
        .set("service.sender.instances=80")
        .run();
    let (few, many) = (SHIPPED.measured("promo-in-time"), more.measured("promo-in-time"));
    assert!((few - many).abs() < 1e-4, "{few} and {many}");
    assert_eq!(more.answers(), SHIPPED.answers());
    assert_eq!(more.binding("passwords-fast").1, "promo-code");
}

#[test]
fn a_code_of_their_own_saves_the_passwords_and_a_faster_one_the_promo() {
    let own = plan().set("run.replications=3").set("traffic.otp.to=api.send-password").run();
    assert_eq!(own.answer("passwords-fast"), Answer::Met);
    assert_eq!(own.answer("promo-in-time"), Answer::NotMet);
    let faster = plan().set("run.replications=2").set("carrier.promo-code.rate=300/s");
    let ran = faster.run();
    assert_eq!(ran.answer("passwords-fast"), Answer::NotMet);
    assert_eq!(ran.answer("promo-in-time"), Answer::Met);
    let both = faster.set("run.replications=3").set("traffic.otp.to=api.send-password").run();
    assert!(both.result.assessment.all_met(), "{:?}", both.answers());
}

/// The mechanism is the rate of the code. Without it, nobody waits for the code.
#[test]
fn without_the_rate_the_answer_is_gone() {
    let free = plan().set("run.replications=3").set("carrier.promo-code.rate=1M/s").run();
    assert!(free.result.assessment.all_met(), "{:?}", free.answers());
    for record in free.carrier("promo-code") {
        assert!(record.wait_max.as_secs_f64() < 1.0, "{:?}", record.wait_max);
    }
}
