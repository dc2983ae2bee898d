//! The Universal Scalability Law, from what instances cost one another.

use crate::support::Plan;

const SIGMA: f64 = 0.026_715_91;
const KAPPA: f64 = 7.690_945e-4;
const GAMMA: f64 = 995.65;

/// What the law says of `n` instances in each of `cells`.
fn law(n: f64, cells: f64) -> f64 {
    cells * GAMMA * n / (1.0 + SIGMA * (n - 1.0) + KAPPA * n * (n - 1.0))
}

/// Pages a second of `instances`, each of which has 20 users.
fn carried(instances: u32, changes: &[&str]) -> f64 {
    let plan = Plan::of("usl-cisco")
        .set("run.replications=3")
        .set(&format!("service.web.instances={instances}"))
        .set(&format!("traffic.page.closed-loop.users={}", 20 * instances));
    let ran = changes.iter().fold(plan, |plan, change| plan.set(change)).run();
    let runs = &ran.result.runs;
    let ended: u64 = runs.iter().map(|run| run.classes[0].ended(0, 0)).sum();
    let time: f64 = runs.iter().map(|run| run.end.as_secs_f64()).sum();
    ended as f64 / time
}

/// All cores are busy all the time, so a run of 20 s is about 12,000 × 20 exponential works: the
/// standard error of their count is its root, and five of them over three runs are below 0.7 %.
fn is_the_laws(measured: f64, truth: f64) -> bool {
    (measured - truth).abs() < 5.0 * (truth / 60.0).sqrt() + 0.002 * truth
}

#[test]
fn the_peak_is_where_the_law_has_it() {
    for instances in [1, 8, 36, 64] {
        let (measured, truth) = (carried(instances, &[]), law(f64::from(instances), 1.0));
        assert!(is_the_laws(measured, truth), "{instances}: {measured}/s, by the law {truth}/s");
    }
    let peak = ((1.0 - SIGMA) / KAPPA).sqrt();
    assert!((peak - 35.57).abs() < 0.01);
    // 64 carry less than half as many do.
    assert!(carried(64, &[]) < 0.92 * carried(32, &[]));
}

#[test]
fn cells_carry_what_as_many_small_tiers_would() {
    for (cells, by_hand) in [(2, 24.6e3), (4, 40.2e3), (8, 51.8e3)] {
        let n = 64.0 / f64::from(cells);
        let truth = law(n, f64::from(cells));
        assert!((truth - by_hand).abs() < 50.0, "{truth}");
        let measured = carried(64, &[&format!("service.web.cells={cells}")]);
        // Users go to cells at random, request by request: a cell of few is now and then idle.
        assert!(measured < truth * 1.005 && measured > truth * 0.985, "{cells}: {measured}/s");
    }
}

#[test]
fn without_chatter_capacity_is_a_straight_line() {
    let measured = carried(64, &["service.web.chatter=[]"]);
    assert!(is_the_laws(measured, 64.0 * GAMMA), "{measured}/s");
    // Each coefficient has its part.
    let contention = carried(64, &["service.web.chatter=[{contention={sigma=0.02671591}}]"]);
    let truth = GAMMA * 64.0 / (1.0 + SIGMA * 63.0);
    assert!(is_the_laws(contention, truth), "{contention}/s, by hand {truth}/s");
}

/// A fifth of the messages are writes that cost every other instance 50 µs: 10 µs a message, so that
/// however many instances there are, together they carry less than one in 10 µs.
#[test]
fn writes_that_all_apply_make_a_plateau() {
    const WRITES: &str = "service.web.chatter=[{broadcast={work=\"50us\",share=\"20%\"}}]";
    for instances in [16, 64, 256] {
        let n = f64::from(instances);
        let truth = n / (1.0 / GAMMA + 10e-6 * (n - 1.0));
        assert!(truth < 1.0 / 10e-6);
        let measured = carried(instances, &[WRITES]);
        assert!(is_the_laws(measured, truth), "{instances}: {measured}/s, by hand {truth}/s");
    }
}
