//! A supplier that hangs holds the workers of those who wait for it.

use surgeplan::verdict::Answer;

use crate::support::{Plan, Ran};

fn run(changes: &[&str]) -> Ran {
    let plan = Plan::of("slow-lookup").set("run.replications=2");
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

#[test]
fn all_workers_are_held_while_the_cores_idle() {
    let ran = run(&[]);
    assert_eq!(ran.answer("answers"), Answer::NotMet);
    for windows in ran.windows("api") {
        // The last minutes: every worker waits, for a supplier that says nothing.
        let last = windows.last().expect("the run has windows");
        assert!(last.busy.mean() > 0.999 * 400.0, "{} workers", last.busy.mean());
        assert!(last.on_core.mean() < 0.05 * 64.0, "{} cores", last.on_core.mean());
        // 20 lookups/s come to an end, and with them 180 other requests/s of 300.
        let served = last.served as f64 / last.busy.length.as_secs_f64();
        assert!((served - 200.0).abs() < 20.0, "{served}/s");
    }
}

#[test]
fn a_shorter_timeout_more_workers_or_a_bulkhead_keep_it_up() {
    const STEP: &str = "service.api.operation.send.steps.0";
    for change in [
        format!("{STEP}.timeout=1s"),
        format!("{STEP}.bulkhead=25"),
        "service.api.instances=16".to_owned(),
        "service.supplier.stalls=[]".to_owned(),
    ] {
        assert_eq!(run(&[&change]).answer("answers"), Answer::Met, "{change}");
    }
}

/// With a timeout of 1 s, 30 workers are held (Little's law).
#[test]
fn held_workers_are_lookups_times_the_timeout() {
    let ran = run(&["service.api.operation.send.steps.0.timeout=1s"]);
    for windows in ran.windows("api") {
        let late = &windows[windows.len() - 30..];
        let mean = late.iter().map(|window| window.busy.mean()).sum::<f64>() / 30.0;
        let by_hand = 30.0 + 300.0 * 0.005;
        assert!((mean - by_hand).abs() < 5.0, "{mean} workers, by hand {by_hand}");
    }
}
