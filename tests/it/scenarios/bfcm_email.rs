//! 415 million emails an hour, every one of them: a provider's connections bind, no machine of ours.

use std::ops::Range;
use std::sync::LazyLock;

use surgeplan::measure::StationWindow;
use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran};

/// The scenario at its full rate, cut short.
static SHORT: LazyLock<Ran> = LazyLock::new(|| plan().set("run.horizon=40s").run());

const HORIZON_S: f64 = 40.0;
const WINDOW_S: f64 = 5.0;
/// Windows in which every connection has long been in use: 15 times its time per message.
const SETTLED: Range<usize> = 3..6;
/// Messages a second for microsoft.
const OFFERED: f64 = 83e6 / 3600.0;
/// What its connections carry: 20,000 at 1 s a message.
const CARRIED: f64 = 20_000.0;

fn plan() -> Plan {
    Plan::of("bfcm-email").set("run.replications=2").set("run.horizon=30s")
}

fn sum(windows: &[StationWindow], of: fn(&StationWindow) -> u64) -> u64 {
    windows.iter().map(of).sum()
}

/// How fast messages for microsoft pile up, a second, over the settled windows, on average.
fn growth(ran: &Ran) -> f64 {
    let seconds = SETTLED.len() as f64 * WINDOW_S;
    let runs = ran.windows("microsoft");
    let grown = runs.iter().map(|windows| {
        let settled = &windows[SETTLED];
        sum(settled, |w| w.arrived) as f64 - sum(settled, |w| w.started) as f64
    });
    grown.sum::<f64>() / seconds / runs.len() as f64
}

/// Five standard errors of `growth`. Arrivals are Poisson; a connection that is never idle is a
/// renewal process, whose count has variance cv² × time / mean (Cox, Renewal Theory, 1962).
fn growth_error(ran: &Ran) -> f64 {
    let seconds = SETTLED.len() as f64 * WINDOW_S;
    let variance = (OFFERED + CARRIED * 0.5 * 0.5) * seconds;
    5.0 * (variance / ran.result.runs.len() as f64).sqrt() / seconds
}

#[test]
fn every_message_of_the_peak_hours_rate_is_there() {
    let by_hand = 415e6 / 3600.0 * HORIZON_S;
    for run in &SHORT.result.runs {
        let came: u64 = run.classes.iter().map(|class| class.arrived(0)).sum();
        assert!((came as f64 - by_hand).abs() < 5.0 * by_hand.sqrt(), "{came}, by hand {by_hand}");
    }
}

#[test]
fn mail_for_microsoft_piles_up_by_3056_a_second() {
    let (measured, error) = (growth(&SHORT), growth_error(&SHORT));
    let by_hand = OFFERED - CARRIED;
    assert!((measured - by_hand).abs() < error, "{measured}/s, by hand {by_hand} ± {error}/s");
    let (binding, station) = SHORT.binding("microsoft");
    assert_eq!((station, binding.cause, binding.is_ours), ("microsoft", Cause::Window, false));
}

#[test]
fn all_else_is_carried() {
    let not_met: Vec<&str> = SHORT
        .answers()
        .into_iter()
        .filter(|(_, answer)| *answer != Answer::Met)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(not_met, ["microsoft"]);
}

/// Use of the tiers, and (Little's law) connections in use: rate × time.
#[test]
fn busy_is_rate_times_time() {
    let all = 415e6 / 3600.0;
    let gmail = 166e6 / 3600.0;
    for (station, rate, work, cv) in
        [("api", all, 2e-3, 1.0), ("mta", all, 1e-3, 1.0), ("gmail", gmail, 0.25, 0.5)]
    {
        let by_hand = rate * work;
        let seconds = SETTLED.len() as f64 * WINDOW_S;
        // The area under the level is a compound Poisson sum, but for the messages that the ends
        // of the windows cut.
        let error = 5.0 * work * (rate * (1.0 + cv * cv) / seconds).sqrt();
        for windows in SHORT.windows(station) {
            let area: u128 = windows[SETTLED].iter().map(|window| window.busy.integral).sum();
            let measured = area as f64 * 1e-9 / seconds;
            assert!(
                (measured - by_hand).abs() < error,
                "{station}: {measured} busy, by hand {by_hand} ± {error}"
            );
        }
    }
}

#[test]
fn more_mtas_change_nothing() {
    let more = plan().set("service.mta.instances=200").run();
    let (measured, error) = (growth(&more), growth_error(&more));
    assert!((measured - (OFFERED - CARRIED)).abs() < error, "{measured}/s");
}

/// A quarter more connections carry 25,000 a second.
#[test]
fn more_addresses_do() {
    let more = plan().set("carrier.microsoft.binds=25_000").run();
    assert!(more.result.assessment.all_met(), "{:?}", more.answers());
}

/// The mechanism is the window of connections. Without it, nobody waits for microsoft.
#[test]
fn without_the_window_the_answer_is_gone() {
    let free = plan().set("carrier.microsoft.binds=1_000_000").run();
    assert!(free.result.assessment.all_met(), "{:?}", free.answers());
    for windows in free.windows("microsoft") {
        assert_eq!(sum(windows, |window| window.waited), 0);
    }
    assert!(growth(&free).abs() < 1e-9, "{}/s", growth(&free));
}
