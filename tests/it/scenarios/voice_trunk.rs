//! Channels by Erlang's formula B; and one setup a second, which queues, refuses or is silent.

use surgeplan::stats::queueing::erlang_b;
use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran, value};

fn run(changes: &[&str]) -> Ran {
    changes.iter().fold(Plan::of("voice-trunk"), |plan, change| plan.set(change)).run()
}

/// The share of attempts that come as a Poisson stream, at `load` erlangs, and are blocked, in
/// `calls` calls on average.
fn blocked(load: u32, channels: u32, calls: u32) -> f64 {
    let (per_s, holding) = (10, f64::from(load) / 10.0);
    let ran = run(&[
        "run.replications=2",
        &format!("run.horizon={}s", calls / per_s / 2),
        &format!("traffic.call.poisson.rate={per_s}/s"),
        // Nobody waits for a setup.
        "trunk.provider.setup-rate=1000/s",
        "trunk.provider.ring=0s",
        "trunk.provider.answer-ratio=100%",
        &format!("trunk.provider.holding={{ exponential = {{ mean = '{holding}s' }} }}"),
        &format!("trunk.provider.channels={channels}"),
    ]);
    ran.measured("carried")
}

/// 10 erlangs take 18 channels for 1 %, 100 take 117, 1,000 take 1,029: by the formula exactly, and
/// as simulated within five standard errors.
#[test]
fn blocking_is_erlangs() {
    for (load, channels) in [(10, 18), (100, 117), (1000, 1029)] {
        let truth = |channels| erlang_b(channels, f64::from(load));
        assert!(truth(channels) <= 0.01 && truth(channels - 1) > 0.01, "{load} erlangs");
        for channels in [channels, channels - 1] {
            let (truth, calls, erlangs) = (truth(channels), 1_000_000, f64::from(load));
            // Blocked calls come in spells. The peakedness of the overflow is Wilkinson's z; it
            // forgets at least as fast as calls end, so that counts over a long time vary by at
            // most 1 + 4 (z - 1) of a Poisson stream's. A tenth is left out as warm-up.
            let lost = erlangs * truth;
            let z = 1.0 - lost + erlangs / (f64::from(channels) + 1.0 + lost - erlangs);
            let error = (truth * (4.0 * z - 3.0) / (0.9 * f64::from(calls))).sqrt();
            let found = blocked(load, channels, calls);
            assert!(
                (found - truth).abs() < 5.0 * error,
                "{load} erlangs, {channels} channels: {found}, by the formula {truth} ± {error}"
            );
        }
    }
}

/// 10 erlangs: 18 channels meet 1 %, 17 do not.
#[test]
fn one_channel_fewer_fails() {
    assert!(blocked(10, 18, 400_000) < 0.009);
    assert!(blocked(10, 17, 400_000) > 0.011);
}

#[test]
fn it_is_met_and_the_setups_wait() {
    let ran = run(&[]);
    assert_eq!(ran.answers(), [("carried", Answer::Met), ("rings", Answer::Met)]);
    let provider = &ran.result.assessment.stations[0];
    let wait = value(&provider.mean_wait);
    assert!((wait - 2.0).abs() < 0.3, "M/D/1 at 80 % waits for 2 s, found {wait}");
    let held = provider.sessions.as_ref().expect("a trunk holds sessions");
    assert!((value(&held.in_use) - 88.0).abs() < 3.0, "{:?}", held.in_use);
    assert_eq!(held.retransmitted, 0.0, "who is told that he waits, waits");
}

#[test]
fn too_few_channels_are_named() {
    let ran = run(&["trunk.provider.channels=95"]);
    assert_eq!(ran.answer("carried"), Answer::NotMet);
    let (binding, name) = ran.binding("carried");
    assert_eq!((binding.cause, name, binding.is_ours), (Cause::Channels, "provider", false));
    assert!(binding.loses);
}

/// Without a queue, a second belongs to whoever comes first: M/D/1/1 loses ρ / (1 + ρ).
#[test]
fn without_a_queue_setups_are_refused_at_once() {
    let ran = run(&["trunk.provider.setup-queue={ fifo = { length-at-most = 0 } }"]);
    let refused = ran.measured("carried");
    assert!((refused - 0.8 / 1.8).abs() < 0.01, "{refused}");
    let (binding, _) = ran.binding("carried");
    assert_eq!((binding.cause, binding.loses), (Cause::SetupRate, true));
    assert_eq!(ran.answer("rings"), Answer::NotMet, "a call that is refused never rings");
}

/// Silence, not refusal, multiplies the load: INVITEs are sent again, and take the setups that
/// others needed.
#[test]
fn silence_brings_it_down_and_a_503_does_not() {
    const SILENT: &str = "trunk.provider.when-full=silent";
    let ran = run(&[SILENT]);
    let lost = ran.measured("carried");
    assert!(lost > 0.9, "{lost}");
    let (binding, _) = ran.binding("carried");
    assert_eq!((binding.cause, binding.loses), (Cause::SetupRate, true));
    let provider = &ran.result.assessment.stations[0];
    let held = provider.sessions.as_ref().expect("a trunk holds sessions");
    let attempts = value(&provider.offered) * 54.0 * 3600.0;
    assert!(held.retransmitted > 5.0 * attempts, "{} for {attempts}", held.retransmitted);
    assert!(value(&held.in_use) < 10.0, "next to nobody talks: {:?}", held.in_use);
    // With setups to spare nobody waits long enough to ask again, and silence costs nothing.
    let quick = run(&[SILENT, "trunk.provider.setup-rate=10/s"]);
    assert!(quick.measured("rings") < 0.2, "{} s", quick.measured("rings"));
    assert!(quick.measured("carried") < 0.01, "{}", quick.measured("carried"));
}
