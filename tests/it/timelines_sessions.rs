//! Calls and visits that hold capacity for their length, worked out by hand.

use surgeplan::sim::Outcome;

use crate::lab::{Once, once};

const S: u128 = 1_000_000_000;

/// Calls at these times to a trunk.
fn calls(spikes: &[(&str, u32)], trunk: &str) -> Once {
    let traffic: String = spikes
        .iter()
        .enumerate()
        .map(|(nth, (at, count))| {
            format!(
                "[traffic.m{nth}]\nclass = \"m\"\nto = \"t\"\n\
                 blast = {{ at = \"{at}\", audience = {count} }}\n"
            )
        })
        .collect();
    once(&format!("[run]\nhorizon = \"1000s\"\n{traffic}[trunk.t]\n{trunk}\n"))
}

#[test]
fn a_call_holds_its_channel_and_is_delivered_when_it_has_it() {
    // Two channels, calls of 10 s. Three come at 0 s: one is blocked. Two at 9 s: both are. Two at
    // 11 s have the channels that fell free at 10 s.
    let seen =
        calls(&[("0s", 3), ("9s", 2), ("11s", 2)], "channels = 2\nring = \"3s\"\nholding = \"7s\"");
    let t = seen.station("t");
    assert_eq!((t.arrived, t.started, t.served, t.rejected, t.blocked), (7, 4, 4, 3, 3));
    assert_eq!((t.busy.max, t.busy.integral), (2, 40 * S));
    assert_eq!(seen.ended("m", Outcome::Delivered), 4);
    assert_eq!(seen.class("m").latency_sum, 0, "who has a channel has waited for nothing");
    let ledger = seen.run.ledgers[0];
    assert_eq!((ledger.truth.delivered, ledger.truth.rejected), (4, 3));
}

#[test]
fn who_is_not_answered_holds_a_channel_while_it_rings() {
    let of = |ratio: &str| {
        let trunk =
            format!("channels = 9\nring = \"3s\"\nholding = \"7s\"\nanswer-ratio = \"{ratio}\"");
        let t = calls(&[("0s", 5)], &trunk).station("t");
        assert_eq!((t.started, t.served), (5, 5));
        t.busy.integral
    };
    assert_eq!((of("0%"), of("100%")), (15 * S, 50 * S));
}

#[test]
fn setups_wait_for_their_rate_or_are_refused() {
    // One a second: at 0, 1, 2, 3 s.
    let trunk = "channels = 9\nholding = \"100s\"\nsetup-rate = \"1/s\"\n";
    let queue = |bounds: &str| format!("{trunk}setup-queue = {{ fifo = {{ {bounds} }} }}");
    let seen = calls(&[("0s", 4)], &queue(""));
    let t = seen.station("t");
    assert_eq!((t.started, t.rejected, t.wait_sum, t.queue.max), (4, 0, 6 * S, 3));
    assert_eq!(seen.class("m").latency_sum, 6 * S);
    // Room for two: the fourth is told so.
    let t = calls(&[("0s", 4)], &queue("length-at-most = 2")).station("t");
    assert_eq!((t.started, t.rejected, t.blocked, t.wait_sum), (3, 1, 0, 3 * S));
    // Two who have waited for 1.5 s leave.
    let t = calls(&[("0s", 4)], &queue("age-at-most = \"1500ms\"")).station("t");
    assert_eq!((t.started, t.expired, t.unserved_wait_sum), (2, 2, 3 * S));
    // Nobody waits without a queue; a second's worth goes at once.
    let t = calls(&[("0s", 4), ("1s", 2)], trunk).station("t");
    assert_eq!((t.started, t.rejected, t.blocked, t.retransmitted), (2, 4, 0, 0));
    let t = calls(&[("0s", 4)], &format!("{trunk}setup-burst = 3")).station("t");
    assert_eq!((t.started, t.rejected), (3, 1));
}

#[test]
fn setups_that_find_no_channel_have_taken_their_turn() {
    // Set up at 0 s, blocked at 1 s, set up at 2 s, as the first call ends at 1.5 s.
    let seen = calls(
        &[("0s", 3)],
        "channels = 1\nholding = \"1500ms\"\nsetup-rate = \"1/s\"\nsetup-queue = \"fifo\"",
    );
    let t = seen.station("t");
    assert_eq!((t.started, t.rejected, t.blocked, t.segments), (2, 1, 1, 3));
    assert_eq!((t.wait_sum, t.unserved_wait_sum), (2 * S, S));
}

#[test]
fn silence_sets_off_retransmissions_until_timer_b() {
    // The channel is taken for 100 s. The second caller asks at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and
    // 31.5 s, and gives up at 32 s.
    let silent = |holding: &str| {
        let trunk = format!("channels = 1\nholding = \"{holding}\"\nwhen-full = \"silent\"");
        calls(&[("0s", 2)], &trunk)
    };
    let seen = silent("100s");
    let t = seen.station("t");
    assert_eq!((t.arrived, t.started, t.retransmitted, t.segments), (2, 1, 6, 8));
    assert_eq!((t.expired, t.rejected, t.blocked), (1, 0, 1));
    assert_eq!((t.queue.integral, t.unserved_wait_sum), (32 * S, 32 * S));
    assert_eq!(seen.ended("m", Outcome::Expired), 1);
    // The channel falls free at 4 s: the INVITE of 7.5 s has it.
    let seen = silent("4s");
    let t = seen.station("t");
    assert_eq!((t.started, t.retransmitted, t.expired, t.blocked), (2, 4, 0, 0));
    assert_eq!(seen.class("m").latency_sum, 7_500_000_000);
    // A 503 is an answer: nobody asks again.
    let t = calls(&[("0s", 2)], "channels = 1\nholding = \"4s\"").station("t");
    assert_eq!((t.rejected, t.retransmitted, t.segments), (1, 0, 2));
}

#[test]
fn a_silent_trunk_works_off_invites_of_callers_who_are_set_up() {
    // One setup a second, and three callers at 0 s. The first is set up at once; INVITEs of the
    // others stand in line in the order 2, 3 (0 s), 2, 3 (0.5 s), then 3 (1.5 s, as 2 is set up at
    // 1 s). 3 is set up at 2 s; what is left, 2, 3 and 3, is taken up for nobody at 3, 4 and 5 s.
    // A call that comes at 2.9 s stands behind those of 3, 4 and 5 s, and has its turn at 6 s; by
    // then it has asked again at 3.4 and 4.4 s, in vain at 7 and 8 s.
    let trunk = "channels = 9\nholding = \"100s\"\nsetup-rate = \"1/s\"\n\
        setup-queue = { fifo = { length-at-most = 100 } }\n";
    let silent = format!("{trunk}when-full = \"silent\"");
    let t = calls(&[("0s", 3), ("2900ms", 1)], &silent).station("t");
    assert_eq!((t.started, t.retransmitted, t.in_vain, t.segments), (4, 5, 5, 9));
    assert_eq!(t.wait_sum, S + 2 * S + 3_100_000_000);
    // Told that he waits, nobody asks again: the last has his turn at 3 s.
    let t = calls(&[("0s", 3), ("2900ms", 1)], trunk).station("t");
    assert_eq!((t.started, t.retransmitted, t.in_vain, t.segments), (4, 0, 0, 4));
    assert_eq!(t.wait_sum, S + 2 * S + 100_000_000);
    // Old INVITEs are forgotten: those of 0.5 s at 2.6 s. That of 1.5 s is taken up at 3 s.
    let short = silent.replace("length-at-most = 100", "age-at-most = \"2100ms\"");
    let t = calls(&[("0s", 3)], &short).station("t");
    assert_eq!((t.started, t.retransmitted, t.in_vain), (3, 3, 1));
}

#[test]
fn callers_of_a_service_wait_for_the_setup_and_no_longer() {
    // The worker is free as soon as the call is set up; the second waits for 1 s.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"s.o\"\nblast = { at = \"0s\", audience = 2 }\n\
         [service.s]\ninstances = 1\nworkers = 2\n\
         [service.s.operation.o]\nsteps = [{ call = \"t\" }]\n\
         [trunk.t]\nchannels = 9\nholding = \"50s\"\nsetup-rate = \"1/s\"\nsetup-queue = \"fifo\"\n",
    );
    assert_eq!(seen.ended("m", Outcome::Delivered), 2);
    assert_eq!(seen.class("m").latency_sum, S);
    assert_eq!((seen.station("s").busy.integral, seen.station("t").busy.integral), (S, 100 * S));
}

#[test]
fn patience_ends_a_wait_for_setup() {
    // Callers give up after 800 ms, having asked twice; their INVITEs are taken up for nobody.
    let seen = once(
        "[run]\nhorizon = \"100s\"\n\
         [traffic.m]\nto = \"t\"\nblast = { at = \"0s\", audience = 3 }\nvalid-for = \"800ms\"\n\
         [trunk.t]\nchannels = 9\nholding = \"50s\"\nsetup-rate = \"1/s\"\n\
         setup-queue = { fifo = { length-at-most = 9 } }\nwhen-full = \"silent\"\n",
    );
    let t = seen.station("t");
    assert_eq!((t.started, t.expired, t.blocked), (1, 2, 0));
    assert_eq!((t.retransmitted, t.in_vain, t.segments), (2, 4, 5));
    assert_eq!(seen.ended("m", Outcome::Expired), 2);
}

/// Joins to one room, and to rooms beside it.
fn joins(nodes: u32, capacity: u32, rooms: &str) -> Once {
    once(&format!(
        "[run]\nhorizon = \"1000s\"\n\
         [traffic.m]\nto = \"v\"\nblast = {{ at = \"0s\", audience = 10 }}\n\
         [rooms.v]\nnodes = {nodes}\ncapacity = {capacity}\n{rooms}\nholding = \"20s\"\n"
    ))
}

#[test]
fn a_room_has_to_fit_one_node() {
    let one = "rooms = 1";
    // Ten join one room: nodes of four let four in, however many nodes there are.
    for nodes in [1, 3, 100] {
        let seen = joins(nodes, 4, one);
        let v = seen.station("v");
        let elsewhere = if nodes == 1 { 0 } else { 6 };
        assert_eq!((v.started, v.rejected, v.blocked, v.stranded), (4, 6, 6, elsewhere));
        assert_eq!((v.busy.integral, seen.run.carriers[0].largest_room), (80 * S, 4));
    }
    // One node with room for all does.
    let v = joins(1, 10, one).station("v");
    assert_eq!((v.started, v.rejected), (10, 0));
    // A room that nobody comes to is nowhere.
    let v = joins(3, 4, "rooms = 2\nshares = { weights = [0, 1] }").station("v");
    assert_eq!((v.started, v.stranded), (4, 6));
}

#[test]
fn small_rooms_fill_all_nodes() {
    // A room of its own for nearly everybody: ten places are all taken, wherever rooms go.
    for placement in ["least-loaded", "first-fit", "random"] {
        let v = joins(10, 1, &format!("rooms = 100_000\nplacement = \"{placement}\""));
        let v = v.station("v");
        assert_eq!((v.started, v.rejected), (10, 0), "{placement}");
    }
}

/// What can make no difference makes none: the same run to the last bit.
#[test]
fn what_stands_in_nobodys_way_changes_nothing() {
    let run = |section: &str| {
        let seen = once(&format!(
            "[run]\nhorizon = \"2000s\"\n\
             [traffic.m]\nto = \"x\"\npoisson = {{ rate = \"2/s\" }}\n{section}\n"
        ));
        (seen.run.classes, seen.run.stations, seen.run.ledgers, seen.run.events)
    };
    let holding = "holding = { exponential = { mean = \"5s\" } }";
    // A node with one room is a trunk, and one whose calls are all answered at once.
    let trunk = run(&format!("[trunk.x]\nchannels = 12\n{holding}"));
    let blocked: u64 = trunk.1[0].windows.iter().map(|window| window.blocked).sum();
    assert!(blocked > 100, "{blocked}");
    let rooms = format!("[rooms.x]\nnodes = 1\ncapacity = 12\nrooms = 1\n{holding}");
    assert!(run(&rooms) == trunk, "a room is a trunk");
    // Silence is heard by those who are kept waiting or turned away, and by nobody else.
    let ample = format!("[trunk.x]\nchannels = 1000\n{holding}");
    let plain = run(&ample);
    assert!(run(&format!("{ample}\nwhen-full = \"silent\"")) == plain, "silence to nobody");
    assert!(run(&format!("{ample}\nring = \"0s\"\nanswer-ratio = 1.0")) == plain, "no ringing");
    // Where there are channels for all, messages fare as with a carrier that takes all.
    assert!(run("[carrier.x]").0 == plain.0, "channels without end");
}
