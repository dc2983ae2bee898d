//! Instances without connections fail fast, and look idle to the balancer.

use surgeplan::verdict::Answer;

use crate::support::{Plan, Ran};

fn run(changes: &[&str]) -> Ran {
    let plan = Plan::of("connection-storm").set("run.replications=2").set("run.horizon=10s");
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

#[test]
fn thirty_instances_do_and_one_more_does_harm() {
    assert_eq!(run(&[]).answer("done"), Answer::Met);
    let one_more = run(&["service.worker.instances=31"]);
    assert_eq!(one_more.answer("done"), Answer::NotMet);
}

#[test]
fn the_balancer_sends_most_jobs_to_those_who_fail() {
    let drawn = run(&["service.worker.instances=40"]).measured("done");
    let in_turn = run(&["service.worker.instances=40", "service.worker.balancer=round-robin"])
        .measured("done");
    // In turn, the ten of forty that have no connection fail their quarter.
    assert!((in_turn - 0.75).abs() < 0.005, "{in_turn}");
    assert!(drawn < 0.6, "{drawn}");
}

#[test]
fn with_connections_for_all_forty_do_what_thirty_did() {
    for change in [
        "service.db.connections-at-most=3200",
        "service.worker.operation.run.steps.0.connections=3",
    ] {
        let ran = run(&["service.worker.instances=40", change]);
        assert_eq!(ran.answer("done"), Answer::Met, "{change}");
    }
}
