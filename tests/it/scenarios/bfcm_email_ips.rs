//! Mail at the peak hour's rate is bound by connections of sending addresses; a suspension backs up
//! its length's worth, and drains at what is to spare.

use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran};

/// Most of the worst minute.
fn minute(change: &str) -> Ran {
    Plan::of("bfcm-email-ips")
        .set("run.horizon=40s")
        .set("run.window=5s")
        .set("target.gmx-back={ of = 'gmx', drained-by = '35s', backlog-at-most = 100 }")
        .set(change)
        .run()
}

#[test]
fn the_connections_of_addresses_bind_and_servers_do_not() {
    for (change, microsoft) in [
        ("limit.ips.count=4_000", Answer::NotMet),
        ("service.mta.instances=200", Answer::NotMet),
        ("limit.ips.count=5_000", Answer::Met),
    ] {
        let ran = minute(change);
        assert_eq!(ran.answer("microsoft"), microsoft, "{change}");
        for sound in ["gmail", "yahoo"] {
            assert_eq!(ran.answer(sound), Answer::Met, "{change}: {sound}");
        }
        if microsoft == Answer::NotMet {
            let (binding, station) = ran.binding("microsoft");
            assert_eq!(
                (station, binding.cause, binding.is_ours),
                ("microsoft", Cause::Window, false)
            );
        }
    }
}

/// Settled, it takes connections ÷ time, the set-up of each connection included.
#[test]
fn a_connection_carries_its_messages_and_is_made_anew() {
    let ran = minute("limit.ips.count=4_000");
    let by_hand = 20_000.0 / (1.0 + 0.3 / 50.0);
    let runs = ran.windows("microsoft");
    let (from, to) = (4, 8);
    let secs = (to - from) as f64 * 5.0;
    let started: u64 = runs.iter().flat_map(|w| &w[from..to]).map(|window| window.started).sum();
    let measured = started as f64 / secs / runs.len() as f64;
    // A connection that is never idle is a renewal process (Cox, Renewal Theory, 1962); the set-up
    // adds little to its variance.
    let error = 5.0 * (by_hand * 0.26 / secs / runs.len() as f64).sqrt();
    assert!((measured - by_hand).abs() < error, "{measured}/s, by hand {by_hand} ± {error}");
}

/// gmx alone, and twelve minutes in the place of two hours, for memory's sake.
fn gmx(changes: &[String]) -> Ran {
    let plan = Plan::of("bfcm-email-ips")
        .set("run.horizon=40min")
        .set("run.window=10s")
        .set("run.replications=1")
        .set("traffic.gmail.stages.0.rate=1/s")
        .set("traffic.microsoft.stages.0.rate=1/s")
        .set("traffic.yahoo.stages.0.rate=1/s")
        .set("target.gmx-back={ of = 'gmx', drained-by = '39min', backlog-at-most = 100 }");
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

/// The most that wait for gmx, and how long after a suspension the last of them do.
fn suspended(minutes: f64, addresses: f64) -> (f64, f64) {
    let ran = gmx(&[
        format!("carrier.gmx.behaviours.0.suspension.during.lasts={minutes}min"),
        format!("limit.ips.count={addresses}"),
    ]);
    let windows = &ran.windows("gmx")[0];
    let most = windows.iter().map(|window| window.queue.max).max().expect("windows");
    // From 10:10 on, which is window 60.
    let end = 60 + (minutes * 6.0) as usize;
    let drained = windows[end..].iter().position(|window| window.queue.mean() < 100.0);
    (most as f64, drained.expect("it drains") as f64 * 10.0)
}

#[test]
fn a_suspension_backs_up_its_length_and_drains_at_what_is_to_spare() {
    let rate = 8.3e6 / 3600.0;
    for (addresses, minutes) in [(4_000.0, 12.0), (8_000.0, 12.0), (4_000.0, 6.0)] {
        let (most, drained_s) = suspended(minutes, addresses);
        let backlog = rate * minutes * 60.0;
        // Those that were out when it began come back too, and are waited for: a round trip's.
        let near = 5.0 * backlog.sqrt() + 3.0 * rate * 2.3;
        assert!((most - backlog).abs() < near, "{most}, by hand {backlog} ± {near}");
        let takes = addresses * 4.0 / (2.3 + 0.3 / 20.0);
        let by_hand = backlog / (takes - rate);
        let near = 0.03 * by_hand + 10.0;
        assert!((drained_s - by_hand).abs() < near, "{drained_s} s, by hand {by_hand} ± {near}");
    }
}

#[test]
fn without_a_suspension_nobody_waits() {
    let ran = gmx(&["carrier.gmx.behaviours=[]".to_owned()]);
    let waited: u64 = ran.windows("gmx")[0].iter().map(|window| window.waited).sum();
    assert_eq!(waited, 0);
}
