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
        self.ladder.check();
        assert_eq!(self.ladder.len(), self.map.len());
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
        assert_eq!(self.ladder.pop(horizon, is_live), expected);
        assert_eq!(self.heap.pop(horizon, is_live), expected);
        self.now = expected.map_or(self.now, |(at, _)| at);
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
            if !in_lane || is_live(at, payload) {
                return Some((at, payload));
            }
        }
    }
}

/// Most timers are stale.
fn is_live(_: SimTime, payload: u32) -> bool {
    payload.is_multiple_of(4)
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
