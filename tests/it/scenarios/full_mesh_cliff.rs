//! A thread for every peer: one instance too many, and none works.

use surgeplan::verdict::Answer;

use crate::support::{Plan, Ran};

fn run(instances: u32, changes: &[&str]) -> Ran {
    let plan = Plan::of("full-mesh-cliff");
    let plan = plan.set(&format!("service.front.instances={instances}"));
    changes.iter().fold(plan, |plan, change| plan.set(change)).run()
}

#[test]
fn the_last_instance_that_fits_works_and_one_more_is_an_outage() {
    assert_eq!(run(1989, &[]).answer("answers"), Answer::Met);
    let ran = run(1990, &[]);
    assert_eq!(ran.answer("answers"), Answer::NotMet);
    for windows in ran.windows("front") {
        let served: u64 = windows.iter().map(|window| window.served).sum();
        assert_eq!(served, 0);
    }
}

#[test]
fn cells_of_fewer_peers_work_again_and_so_does_a_tier_without_such_threads() {
    assert_eq!(run(2050, &[]).answer("answers"), Answer::NotMet);
    assert_eq!(run(2050, &["service.front.cells=5"]).answer("answers"), Answer::Met);
    assert_eq!(run(2050, &["service.front.chatter=[]"]).answer("answers"), Answer::Met);
    // One cell of 1,990 is over, two of 995 are not.
    assert_eq!(run(1990, &["service.front.cells=2"]).answer("answers"), Answer::Met);
}
