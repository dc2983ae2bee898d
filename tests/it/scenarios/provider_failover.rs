//! A provider browns out: without hysteresis a route flaps and passwords are late, with it they are
//! not.

use std::sync::LazyLock;

use surgeplan::verdict::{Answer, ProviderFigures, RouteFigures};

use crate::support::{Plan, Ran, value};

static SHIPPED: LazyLock<Ran> = LazyLock::new(|| plan().run());
static AT_ONCE: LazyLock<Ran> = LazyLock::new(|| plan().set("route.codes.back=at-once").run());

const RATE: f64 = 50.0;
const HOURS: f64 = 3.0;
/// Seconds for which alpha is slow, and for which it then takes to answer.
const SLOW_S: f64 = 5_400.0;
const ANSWER_S: f64 = 8.0;
const WINDOW_S: f64 = 30.0;

fn plan() -> Plan {
    Plan::of("provider-failover")
}

fn route(ran: &Ran) -> &RouteFigures {
    &ran.result.assessment.routes[0]
}

fn alpha(ran: &Ran) -> &ProviderFigures {
    &route(ran).providers[0]
}

fn late(ran: &Ran) -> f64 {
    1.0 - ran.measured("fast")
}

/// A delivery takes longer than 5 s less a round trip by itself: lognormal, median 1 s, p99 3 s.
fn late_by_delivery() -> f64 {
    let sigma = libm::log(3.0) / 2.326_347_874;
    libm::erfc(libm::log(4.8) / sigma / core::f64::consts::SQRT_2) / 2.0
}

#[test]
fn with_hysteresis_it_is_left_once_and_taken_back_once() {
    assert_eq!(SHIPPED.answer("fast"), Answer::Met);
    let switches = value(&route(&SHIPPED).switches);
    assert!((switches - 2.0 / HOURS).abs() < 1e-9, "{switches} an hour");
    // Left 13 s in, taken back at most one round of probes after the end.
    let out = value(&alpha(&SHIPPED).out) * HOURS * 3_600.0;
    let round = 300.0 + 60.0;
    assert!((SLOW_S - 20.0..SLOW_S + round).contains(&out), "left for {out} s");
    // 13 s of it, and 16 rounds of 20 to 40 s of probes, of which each may be half as long again.
    let by_hand = 13.0 * RATE + SLOW_S / 328.0 * 14.0;
    let measured = (late(&SHIPPED) - late_by_delivery()) * HOURS * 3_600.0 * RATE;
    assert!((measured - by_hand).abs() < 0.25 * by_hand, "{measured} late, by hand {by_hand}");
}

#[test]
fn without_hysteresis_it_flaps_and_the_target_is_missed() {
    assert_eq!(AT_ONCE.answer("fast"), Answer::NotMet);
    // Until 20 slow answers are in; until they and those behind them are forgotten.
    let (there, away) = (ANSWER_S + 20.0 / RATE, ANSWER_S + WINDOW_S - 20.0 / RATE);
    let rounds = SLOW_S / (there + away);
    let switches = value(&route(&AT_ONCE).switches) * HOURS;
    // The window's slices are a second long: it forgets up to a second early.
    assert!((switches - 2.0 * rounds).abs() < 0.05 * 2.0 * rounds, "{switches}, by hand {rounds}");
    let by_hand = SLOW_S * there / (there + away) / (HOURS * 3_600.0);
    let measured = late(&AT_ONCE) - late_by_delivery();
    assert!((measured - by_hand).abs() < 0.1 * by_hand, "{measured} late, by hand {by_hand}");
    assert!(switches > 50.0 * value(&route(&SHIPPED).switches) * HOURS);
}

#[test]
fn without_fail_over_half_of_all_is_late() {
    let never = plan().set("route.codes.fail-over.latency=1h").run();
    assert_eq!(never.answer("fast"), Answer::NotMet);
    assert!((late(&never) - 0.5).abs() < 0.01, "{}", late(&never));
    assert_eq!((value(&route(&never).switches), value(&alpha(&never).sent)), (0.0, 1.0));
}

#[test]
fn without_a_brown_out_nothing_is_left() {
    let key = "carrier.alpha.behaviours.0.brown-out.times=1";
    let well = plan().set(key).run();
    assert_eq!((well.answer("fast"), value(&route(&well).switches)), (Answer::Met, 0.0));
}
