//! A room that does not fit its node turns people away while other nodes have room.

use surgeplan::verdict::{Answer, Cause};

use crate::support::{Plan, Ran};

fn run(changes: &[&str]) -> Ran {
    changes.iter().fold(Plan::of("video-top-of-hour"), |plan, change| plan.set(change)).run()
}

#[test]
fn the_largest_room_has_to_fit_one_node() {
    let ran = run(&[]);
    assert_eq!(ran.answer("seats"), Answer::NotMet);
    let (binding, name) = ran.binding("seats");
    assert_eq!((binding.cause, name, binding.loses), (Cause::Node, "video", true));
    let held = ran.result.assessment.stations[0].sessions.as_ref().expect("rooms hold sessions");
    assert!(held.largest_room.is_some_and(|most| most > 800.0), "{:?}", held.largest_room);
    assert!(held.stranded > 0.99 * held.blocked && held.blocked > 300.0, "{}", held.blocked);
}

#[test]
fn more_nodes_do_not_help_and_bigger_ones_do() {
    for nodes in [16, 64] {
        let ran = run(&[&format!("rooms.video.nodes={nodes}")]);
        assert_eq!(ran.answer("seats"), Answer::NotMet, "{nodes} nodes");
        assert!(ran.measured("seats") > 0.05, "{nodes} nodes: {}", ran.measured("seats"));
    }
    assert_eq!(run(&["rooms.video.capacity=2000"]).answer("seats"), Answer::Met);
}

/// Switched off: where no room is large, the same nodes have room for all.
#[test]
fn small_rooms_fit() {
    assert_eq!(run(&["rooms.video.shares=equal"]).answer("seats"), Answer::Met);
}

/// Nodes that are too few for all of them are too few, not too small.
#[test]
fn without_room_anywhere_more_nodes_are_what_is_missing() {
    let few = ["rooms.video.shares=equal", "rooms.video.nodes=4"];
    let ran = run(&few);
    assert_eq!(ran.answer("seats"), Answer::NotMet);
    assert_eq!(ran.binding("seats").0.cause, Cause::Nodes);
}
