//! The calendar against an ordered map and against the heap.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::engine::time::SimDuration;

/// What may happen to a calendar.
#[derive(Clone, Debug)]
enum Step {
    /// Events after this delay, this many with this gap between them.
    Schedule { delay: u64, count: u16, gap: u64 },
    /// Events in a lane, this many.
    Lane { lane: usize, count: u16 },
    /// Pop this many.
    Pop { count: u16 },
    /// Pop all up to this long after the last one.
    Until { delay: u64 },
}

const LANE_DELAYS: [u64; 4] = [0, 1_000, 2_000_000_000, 1 << 56];

/// Delays of every order of magnitude, with ties and neighbours of powers of two.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..4u64,
        (0..57u32, 0..3u64).prop_map(|(bit, near)| (1u64 << bit).saturating_add(near) - 1),
        (0..57u32, any::<u64>()).prop_map(|(bits, word)| word >> (63 - bits)),
        Just(u64::MAX >> 1),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let gap = prop_oneof![Just(0), Just(1), 0..200u64, Just(1 << 20), delay()];
    prop_oneof![
        4 => (delay(), 1..8u16, gap.clone()).prop_map(|(delay, count, gap)| Step::Schedule { delay, count, gap }),
        1 => (delay(), 1..600u16, gap).prop_map(|(delay, count, gap)| Step::Schedule { delay, count, gap }),
        2 => (0..LANE_DELAYS.len(), 1..20u16).prop_map(|(lane, count)| Step::Lane { lane, count }),
        4 => (1..40u16).prop_map(|count| Step::Pop { count }),
        1 => (1..1500u16).prop_map(|count| Step::Pop { count }),
        1 => delay().prop_map(|delay| Step::Until { delay }),
    ]
}

/// Three calendars that must agree, and the time that they have reached.
struct Trio {
    ladder: Calendar,
    lanes: Vec<LaneId>,
    heap: HeapCalendar,
    map: BTreeMap<(SimTime, u64), (u32, bool)>,
    scheduled: u64,
    now: SimTime,
}

impl Trio {
    fn new() -> Self {
        let mut ladder = Calendar::new();
        let lanes = LANE_DELAYS.iter().map(|_| ladder.add_lane()).collect();
        let (heap, map) = (HeapCalendar::new(), BTreeMap::new());
        Self { ladder, lanes, heap, map, scheduled: 0, now: SimTime::ZERO }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Schedule { delay, count, gap } => {
                for i in 0..u64::from(count) {
                    let delay = delay.saturating_add(i.saturating_mul(gap));
                    self.schedule(self.now + SimDuration::from_ns(delay), None);
                }
            }
            Step::Lane { lane, count } => {
                let at = self.now + SimDuration::from_ns(LANE_DELAYS[lane]);
                (0..count).for_each(|_| self.schedule(at, Some(lane)));
            }
            Step::Pop { count } => {
                let popped = (0..count).take_while(|_| self.pop(SimTime::MAX)).count();
                assert!(popped == usize::from(count) || self.map.is_empty());
            }
            Step::Until { delay } => {
                let horizon = self.now + SimDuration::from_ns(delay);
                while self.pop(horizon) {}
            }
        }
        self.ladder.ladder.check();
        // The map keeps stale timers until they are due.
        let counts = self.map.iter().filter(|(_, event)| !event.1 || is_live_payload(event.0));
        assert!((counts.count()..=self.map.len()).contains(&self.ladder.len()));
        assert_eq!(self.heap.len(), self.map.len());
    }

    fn schedule(&mut self, at: SimTime, lane: Option<usize>) {
        let payload = self.scheduled.wrapping_mul(0x9e37_79b9) as u32;
        self.map.insert((at, self.scheduled), (payload, lane.is_some()));
        self.scheduled += 1;
        match lane {
            Some(lane) => {
                self.ladder.schedule_in_lane(self.lanes[lane], at, payload);
                self.heap.schedule_in_lane(at, payload);
            }
            None => {
                self.ladder.schedule(at, payload);
                self.heap.schedule(at, payload);
            }
        }
    }

    fn pop(&mut self, horizon: SimTime) -> bool {
        let expected = self.pop_map(horizon);
        let popped = self.ladder.pop(horizon, is_live);
        assert_eq!(popped.map(parts), expected);
        assert_eq!(self.heap.pop(horizon, is_live), popped);
        if let Some((at, _)) = expected {
            self.now = at;
        }
        expected.is_some()
    }

    fn pop_map(&mut self, horizon: SimTime) -> Option<(SimTime, u32)> {
        loop {
            let entry = self.map.first_entry()?;
            let (at, _) = *entry.key();
            if at > horizon {
                return None;
            }
            let (payload, in_lane) = entry.remove();
            if !in_lane || is_live_payload(payload) {
                return Some((at, payload));
            }
        }
    }
}

/// Most timers are stale.
fn is_live(event: Occurrence) -> bool {
    is_live_payload(event.payload)
}

fn is_live_payload(payload: u32) -> bool {
    payload.is_multiple_of(4)
}

/// When, and what.
fn parts(event: Occurrence) -> (SimTime, u32) {
    (event.at, event.payload)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn any_schedule_pops_in_the_order_of_time_then_of_scheduling(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut trio = Trio::new();
        steps.iter().for_each(|step| trio.take(step));
        trio.take(&Step::Until { delay: u64::MAX });
        prop_assert!(trio.ladder.is_empty() && trio.heap.is_empty());
    }
}

fn pop_all(calendar: &mut Calendar) -> Vec<(u64, u32)> {
    let pop = || calendar.pop(SimTime::MAX, |_| true).map(|event| (event.at.ns(), event.payload));
    std::iter::from_fn(pop).collect()
}

#[test]
fn a_timer_that_goes_stale_at_the_head_of_its_lane_is_dropped() {
    let mut calendar = Calendar::new();
    let lane = calendar.add_lane();
    (1..=3).for_each(|i| {
        calendar.schedule_in_lane(lane, SimTime::from_ns(i), i as u32);
    });
    assert_eq!(calendar.pop(SimTime::MAX, |_| true).map(parts), Some((SimTime::from_ns(1), 1)));
    let third = calendar.pop(SimTime::MAX, |event| event.payload == 3).map(parts);
    assert_eq!(third, Some((SimTime::from_ns(3), 3)));
    assert!(calendar.is_empty());
}

/// The case where the reach must not go back: a horizon has let events be spread around a later
/// time, and then more events than the bottom holds come before that.
#[test]
fn a_burst_before_a_horizon_that_was_reached_comes_in_order() {
    let mut calendar = Calendar::new();
    let (soon, end) = (1u64 << 40, 1u64 << 41);
    let late: Vec<_> = (0..2_000).map(|i| (end - 2_000 + u64::from(i), i)).collect();
    late.iter().for_each(|&(at, payload)| {
        calendar.schedule(SimTime::from_ns(at), payload);
    });
    assert_eq!(calendar.pop(SimTime::from_ns(end - 10_000), |_| true), None);
    let early: Vec<_> = (0..1_000).map(|i| (soon + u64::from(i), i)).collect();
    for &(at, payload) in early.iter().rev() {
        calendar.schedule(SimTime::from_ns(at), payload);
    }
    calendar.ladder.check();
    assert_eq!(pop_all(&mut calendar), [early, late].concat());
}

#[test]
fn a_million_events_at_one_time_come_in_the_order_of_scheduling() {
    let mut calendar = Calendar::new();
    let noon = SimTime::from_ns(43_200_000_000_000);
    for payload in 0..500_000 {
        calendar.schedule(noon, payload);
    }
    // Each of these causes another at once.
    for payload in 0..500_000 {
        assert_eq!(calendar.pop(noon, |_| true).map(parts), Some((noon, payload)));
        calendar.schedule(noon, 500_000 + payload);
    }
    let popped = pop_all(&mut calendar);
    assert!(popped.into_iter().eq((500_000..1_000_000).map(|payload| (noon.ns(), payload))));
}

#[test]
fn memory_is_steady_under_steady_load_and_given_back_after_a_peak() {
    let mut calendar = Calendar::new();
    let lane = calendar.add_lane();
    let length = SimDuration::from_secs(60);
    let hold = |calendar: &mut Calendar, pending: usize, steps: u32| {
        for step in 0..steps {
            let mut now = SimTime::ZERO;
            if calendar.len() >= pending {
                now = calendar.pop(SimTime::MAX, |_| true).expect("something is pending").at;
            }
            if calendar.len() < pending {
                let spread = u64::from(step.wrapping_mul(0x9e37_79b9)) << 4;
                calendar.schedule(now + SimDuration::from_ns(spread), step);
                if step % 4 == 0 && now > SimTime::ZERO {
                    calendar.schedule_in_lane(lane, now + length, step);
                }
            }
        }
        calendar.bytes()
    };
    hold(&mut calendar, 10_000, 200_000);
    let steady = hold(&mut calendar, 10_000, 200_000);
    assert_eq!(hold(&mut calendar, 10_000, 400_000), steady);
    let now = calendar.pop(SimTime::MAX, |_| true).expect("something is pending").at;
    for i in 0..1_000_000 {
        calendar.schedule(now + SimDuration::from_ns(i << 10), 0);
        calendar.schedule_in_lane(lane, now + length, 0);
    }
    let peak = calendar.bytes();
    assert!(peak > 32_000_000 && peak < 100_000_000, "{peak} bytes for two million events");
    while calendar.len() > 100 {
        calendar.pop(SimTime::MAX, |_| true);
    }
    assert!(calendar.bytes() < 3_000_000, "{} bytes for 100 events", calendar.bytes());
}

#[test]
fn a_spent_sequence_is_told_and_keeps_time_in_order() {
    let mut calendar = Calendar::new();
    assert_eq!(calendar.sequence_left(), 1 << 39);
    calendar.sequence = Sequence::with_left(3);
    calendar.popped = calendar.sequence.stamped();
    let mut left = Vec::new();
    for payload in 0..1_000 {
        left.push(calendar.sequence_left());
        calendar.schedule(SimTime::from_ns(1_000 - u64::from(payload % 5)), payload);
    }
    assert_eq!(left[..5], [3, 2, 1, 0, 0]);
    assert_eq!(calendar.len(), 1_000);
    let popped = pop_all(&mut calendar);
    assert_eq!(popped.len(), 1_000);
    assert!(popped.is_sorted_by_key(|&(at, _)| at));
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "scheduled in the past")]
fn the_past_is_closed_in_debug_builds() {
    let mut calendar = Calendar::new();
    calendar.schedule(SimTime::from_ns(10), 0);
    calendar.pop(SimTime::MAX, |_| true);
    calendar.schedule(SimTime::from_ns(9), 0);
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "out of order")]
fn a_lane_is_in_order_in_debug_builds() {
    let mut calendar = Calendar::new();
    let lane = calendar.add_lane();
    calendar.schedule_in_lane(lane, SimTime::from_ns(10), 0);
    calendar.schedule_in_lane(lane, SimTime::from_ns(9), 0);
}
