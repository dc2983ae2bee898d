//! Each kind against its closed form.

use super::*;
use crate::engine::{SimDuration, SimTime};
use crate::language::Document;

fn kinds(text: &str) -> Vec<Chatter> {
    let (document, mut problems) = Document::recover("test.toml", &format!("chatter = {text}"));
    let mut fields = Fields::open(document.root(), &mut problems).unwrap();
    let kinds = fields.required("chatter", &mut problems);
    fields.finish(&mut problems);
    assert!(problems.is_empty(), "{}", document.render(&problems, false));
    kinds.unwrap()
}

/// Cores that `instances` of four cores have left for messages.
fn left(kinds: &[Chatter], instances: u32) -> f64 {
    f64::from(instances) * (4.0 - ChatterPlan::of(kinds, instances).background).max(0.0)
}

#[test]
fn heartbeats_make_a_parabola_with_its_peak_at_c_over_4hc() {
    // Four cores, ten a second of 200 µs: 4/(4·10·0.0002) = 500.
    let kinds = kinds("[{ full-mesh = { every = \"100ms\", work = \"200us\" } }]");
    let best = (1..2000).max_by(|&a, &b| left(&kinds, a).total_cmp(&left(&kinds, b))).unwrap();
    assert!(best.abs_diff(500) <= 1, "{best}");
    assert_eq!(left(&kinds, 1), 4.0);
    assert_eq!(left(&kinds, 1002), 0.0);
}

#[test]
fn gossip_costs_the_same_however_many_there_are() {
    let kinds = kinds("[{ gossip = { every = \"1s\", fan-out = 3, work = \"100us\" } }]");
    for instances in [4, 40, 4000] {
        let plan = ChatterPlan::of(&kinds, instances);
        assert!((plan.background - 600e-6).abs() < 1e-12);
    }
    assert!((ChatterPlan::of(&kinds, 2).background - 200e-6).abs() < 1e-12);
}

#[test]
fn room_for_peers_ends_at_the_limit() {
    let kinds = kinds("[{ peers = { at-most = 1000, own = 200, each = 2 } }]");
    assert!(!ChatterPlan::of(&kinds, 401).has_no_room);
    assert!(ChatterPlan::of(&kinds, 402).has_no_room);
}

#[test]
fn the_law_of_scalability_charges_its_shares() {
    let kinds = kinds("[{ contention = { sigma = 0.02 } }, { all-pairs = { kappa = 0.001 } }]");
    let plan = ChatterPlan::of(&kinds, 11);
    assert_eq!((plan.per_work, plan.per_work_of_all), (0.02, 0.01));
}

/// After so many milliseconds, where a core has done that much.
fn moment(now: u64, done: u64) -> Moment {
    let done = u128::from(SimDuration::from_millis(done).ns()) << 16;
    Moment { now: SimTime::ZERO + SimDuration::from_millis(now), done }
}

#[test]
fn idle_cores_work_chatter_off_and_busy_ones_leave_it_to_the_next_message() {
    let ms = SimDuration::from_millis;
    let at = |t| moment(t, t);
    // Half a core all the time; two cores.
    let plan = ChatterPlan { background: 0.5, per_message: 4e6, ..ChatterPlan::default() };
    let mut owed = Owed::new(&plan, 2, [1.0; 3]);
    // Idle for 100 ms: 50 ms of work, done at once by the idle cores.
    assert_eq!(owed.settle(0, at(100), 0), ms(50));
    assert_eq!(owed.take(0), (ms(0), ms(0)));
    // Both cores busy for 100 ms: 50 ms are left.
    assert_eq!(owed.settle(0, at(200), 2), SimDuration::ZERO);
    assert_eq!(owed.take(0), (ms(50), ms(50)));
    // A message elsewhere costs this one 4 ms, a message here nothing.
    owed.charge_message(1, at(200).now);
    owed.charge_message(0, at(200).now);
    assert_eq!(owed.settle(0, at(200), 2), SimDuration::ZERO);
    assert_eq!(owed.take(0), (ms(4), ms(4)));
    assert_eq!(owed.settle(2, at(200), 2), SimDuration::ZERO);
    assert_eq!(owed.take(2), (ms(108), ms(108)));
}

#[test]
fn idle_cores_work_chatter_off_as_fast_as_they_are() {
    let ms = SimDuration::from_millis;
    let plan = ChatterPlan { background: 0.5, ..ChatterPlan::default() };
    let mut owed = Owed::new(&plan, 1, [4.0]);
    // A quarter of the speed: half of what comes is done, and takes all the time.
    assert_eq!(owed.settle(0, moment(80, 20), 0), ms(80));
    // A stall: nothing is done.
    assert_eq!(owed.settle(0, moment(180, 20), 0), ms(0));
    assert_eq!(owed.take(0), (ms(20 + 50), ms(280)));
}

#[test]
fn idle_cores_work_off_only_what_is_there() {
    let ms = SimDuration::from_millis;
    let at = |t| moment(t, t);
    let plan = ChatterPlan { per_message: 50e6, ..ChatterPlan::default() };
    let mut owed = Owed::new(&plan, 1, [1.0; 3]);
    // The others have been idle for long when they are told: there is a millisecond for 50.
    owed.charge_message(0, at(99).now);
    assert_eq!(owed.settle(1, at(100), 0), ms(1));
    assert_eq!(owed.take(1), (ms(49), ms(49)));
    // Whoever looks later has had the time.
    assert_eq!(owed.look(2, at(120), 0), ms(21));
    assert_eq!(owed.settle(2, at(300), 0), ms(29));
    // Its own messages cost it nothing; of those of another, 20 ms are left after 30.
    owed.charge_message(0, at(400).now);
    owed.charge_message(2, at(430).now);
    assert_eq!(owed.settle(2, at(430), 0), ms(30));
    assert_eq!(owed.take(2), (ms(20), ms(20)));
}

proptest::proptest! {
    /// One that does nothing but apply what others write, against its queue event by event.
    #[test]
    fn an_idle_member_is_a_queue(
        writes in proptest::collection::vec((0u64..40, 1u32..3, proptest::bool::ANY), 1..60),
    ) {
        let plan = ChatterPlan { per_message: 10e6, background: 0.5, ..ChatterPlan::default() };
        let mut owed = Owed::new(&plan, 1, [1.0; 3]);
        // In halves of a millisecond, one of which is done in each, beside the background.
        let (mut now, mut left, mut written, mut told) = (0u64, 0u64, 0u64, 0u64);
        for (gap, by, is_seen) in writes {
            now += gap;
            left = left.saturating_sub(gap);
            if is_seen {
                told += owed.look(0, moment(now, now), 0).ns();
                proptest::prop_assert_eq!(told, (written + now - left) * 500_000);
            }
            owed.charge_message(by, moment(now, now).now);
            left += 20;
            written += 20;
        }
    }
}
