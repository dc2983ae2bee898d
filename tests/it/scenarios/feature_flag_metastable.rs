//! One retry and one stall: a state that keeps itself up, and what ends it.

use crate::support::{Plan, Ran};

/// The last ten of 25 minutes, in windows of 10 s.
const LAST: usize = 60;
/// Tries a second that ten instances serve, at 30 each.
const CAPACITY: f64 = 300.0;
const RATE: f64 = 280.0;
// Enough for the load itself, not for the load and its retries.
const _: () = assert!(RATE < CAPACITY && CAPACITY < 2.0 * RATE);

fn run(changes: &[&str]) -> Ran {
    let plan = Plan::of("feature-flag-metastable").set("run.replications=2");
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

/// Queries answered a second over the last ten minutes.
fn goodput_at_last(ran: &Ran) -> f64 {
    let runs = &ran.result.runs;
    let answered = runs.iter().map(|run| {
        let windows = &run.classes[0].windows;
        windows[windows.len() - LAST..].iter().map(|window| window.in_time).sum::<u64>()
    });
    answered.sum::<u64>() as f64 / (runs.len() * LAST * 10) as f64
}

/// Tries offered to the database a second over the last ten minutes.
fn offered_at_last(ran: &Ran) -> f64 {
    let runs = ran.windows("db");
    let came = runs.iter().map(|windows| {
        windows[windows.len() - LAST..].iter().map(|window| window.arrived).sum::<u64>()
    });
    came.sum::<u64>() as f64 / (runs.len() * LAST * 10) as f64
}

/// Five standard errors of a count of Poisson arrivals at `rate` over the last ten minutes of two
/// runs, a second.
fn error(rate: f64) -> f64 {
    5.0 * (rate / (2.0 * LAST as f64 * 10.0)).sqrt()
}

fn stays_down(changes: &[&str]) -> Ran {
    let ran = run(changes);
    let goodput = goodput_at_last(&ran);
    assert!(goodput < 0.01 * RATE, "{changes:?}: {goodput}/s");
    ran
}

fn heals(changes: &[&str], rate: f64) {
    let ran = run(changes);
    assert_eq!(ran.result.assessment.metastable, None, "{changes:?}");
    let goodput = goodput_at_last(&ran);
    assert!((goodput - rate).abs() < error(rate) + 0.01 * rate, "{changes:?}: {goodput}/s");
}

#[test]
fn it_stays_down_at_twice_the_load_long_after_the_stall() {
    let ran = stays_down(&[]);
    let offered = offered_at_last(&ran);
    // A query and its one retry, a second apart: their counts are one and the same stream.
    assert!((offered - 2.0 * RATE).abs() < 2.0 * error(RATE), "{offered}/s");
    let state = ran.result.assessment.metastable.expect("the report says so");
    assert_eq!(state.ended.as_secs_f64(), 310.0);
    assert!(state.before > 0.99 && state.after < 0.01, "{state:?}");
}

#[test]
fn without_the_stall_without_the_retry_or_with_cancelled_work_it_never_goes_down() {
    heals(&["service.db.stalls=[]"], RATE);
    heals(&["traffic.app.retry={immediate={attempts=1}}"], RATE);
    heals(&["traffic.app.on-timeout=cancel"], RATE);
}

#[test]
fn a_tenth_more_instances_does_not_heal_it_and_twice_as_many_do() {
    stays_down(&["service.db.instances=11"]);
    heals(&["service.db.instances=20"], RATE);
}

#[test]
fn a_retry_budget_alone_heals_only_below_the_load_that_it_can_bound() {
    const BUDGET: &str = "traffic.app.budget={ratio=\"20%\",minimum=0}";
    let ran = stays_down(&[BUDGET]);
    let offered = offered_at_last(&ran);
    assert!((offered - 1.2 * RATE).abs() < 1.2 * error(RATE) + 0.5, "{offered}/s");
    heals(&[BUDGET, "traffic.app.poisson.rate=240/s"], 240.0);
    heals(&[BUDGET, "service.db.checks-deadlines=always"], RATE);
    let goodput = goodput_at_last(&run(&[BUDGET, "service.db.queue=lifo"]));
    assert!(goodput > 0.97 * RATE, "LIFO: {goodput}/s");
    let goodput = goodput_at_last(&run(&[BUDGET, "service.db.queue=codel"]));
    assert!(goodput > 0.9 * RATE, "CoDel: {goodput}/s");
}

#[test]
fn a_queue_that_holds_less_than_the_timeout_heals_at_once() {
    let ran = run(&["service.db.queue={fifo={length-at-most=200}}"]);
    for run in &ran.result.runs {
        // Windows of 10 s: the stall is in the 31st, and a queue of 0.67 s after it.
        let after = &run.classes[0].windows[32..34];
        let answered: u64 = after.iter().map(|window| window.in_time).sum();
        assert!(answered as f64 > 0.9 * RATE * 20.0, "{answered} in 20 s");
    }
}
