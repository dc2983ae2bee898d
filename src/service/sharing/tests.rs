//! Hand-computed timelines, and random ones against small steps and against a scan.

use super::*;
use proptest::prelude::*;

fn ms(length: u64) -> SimDuration {
    SimDuration::from_millis(length)
}

fn at(length: u64) -> SimTime {
    SimTime::ZERO + ms(length)
}

/// When each task is done, in ns, and what core time it had; tasks are starts and lengths, by
/// start.
fn run(cores: u32, pace: &Pace, tasks: &[(SimTime, SimDuration)]) -> Vec<(u64, u64)> {
    let speed = Speed { pace, instance: 0 };
    let mut shared = SharedCores::new(cores);
    let mut done = vec![(0, 0); tasks.len()];
    let mut ends = |shared: &mut SharedCores, until: SimTime| {
        while !shared.is_empty() && shared.next_end() <= until {
            let now = shared.next_end();
            while let Some(served) = shared.take_done(now, speed) {
                done[served.task as usize] = (now.ns(), served.core_time.ns());
            }
        }
    };
    for (task, &(start, work)) in (0..).zip(tasks) {
        ends(&mut shared, start);
        shared.start(task, work, start, speed);
    }
    ends(&mut shared, SimTime::MAX);
    done
}

#[test]
fn two_on_one_core_get_on_at_half_its_speed() {
    // 4 ms take 8 beside the other, which then has 6 ms left to itself.
    let done = run(1, &Pace::default(), &[(at(0), ms(10)), (at(0), ms(4))]);
    assert_eq!(done, [(14_000_000, 10_000_000), (8_000_000, 4_000_000)]);
}

#[test]
fn three_on_two_cores_get_on_at_two_thirds() {
    // By 9 ms all have done 6; the other two have a core each from then on.
    let done = run(2, &Pace::default(), &[(at(0), ms(8)), (at(0), ms(6)), (at(0), ms(10))]);
    assert_eq!(done.iter().map(|(at, _)| at / 1_000_000).collect::<Vec<_>>(), [11, 9, 13]);
}

#[test]
fn a_stall_puts_all_off() {
    let pace = Pace::new(1, &[(at(3), ms(5))], None, None);
    let done = run(1, &pace, &[(at(0), ms(10)), (at(1), ms(3))]);
    // 1 ms alone, 1 each by 3 ms, the other 2 by 12 ms, and 6 alone.
    assert_eq!(done[1].0, 12_000_000);
    assert_eq!(done[0].0, 18_000_000);
    // They hold the core in the stall too.
    assert_eq!(done[0].1 + done[1].1, 18_000_000);
}

#[test]
fn whoever_goes_leaves_the_core_to_the_others() {
    let speed = Speed { pace: &Pace::default(), instance: 0 };
    let mut shared = SharedCores::new(1);
    shared.start(7, ms(10), at(0), speed);
    let handle = shared.start(8, ms(10), at(2), speed);
    assert_eq!(shared.next_end(), at(18));
    assert_eq!(shared.core_time(handle, at(6), speed), ms(2));
    assert_eq!(shared.take_away(handle, at(6), speed), ms(2));
    assert_eq!(shared.next_end(), at(12));
    let done = shared.take_done(at(12), speed);
    assert_eq!(done, Some(Served { task: 7, core_time: ms(10) }));
    assert_eq!((shared.take_done(at(12), speed), shared.next_end()), (None, SimTime::MAX));
}

#[test]
fn a_slow_core_takes_a_lone_task_as_long_as_one_that_nobody_shares() {
    let slow = crate::service::Slow { share: 1.0, speed: 0.3 };
    let warm_up = crate::service::WarmUp { lasts: ms(7), speed: 0.4 };
    let pace = Pace::new(1, &[(at(9), ms(4))], Some(warm_up), Some(slow));
    for start in 0..20 {
        for work in [1, 17, 1_000, 999_983, 7_000_001] {
            let work = SimDuration::from_ns(work);
            let alone = at(start) + pace.length(0, at(start), work);
            assert_eq!(run(1, &pace, &[(at(start), work)])[0].0, alone.ns());
        }
    }
}

#[test]
fn a_million_changes_make_no_drift() {
    // Two short ones at a time, again and again, so that each has a third, then half a core. The
    // core is never idle: the long one is done when all work is, to the nanosecond.
    let (long, pairs) = (3_000_000_000, 250_000);
    let mut tasks = vec![(SimTime::ZERO, SimDuration::from_ns(long))];
    for pair in 0..pairs {
        for work in [1_000 + pair % 7, 1_301 + pair % 5] {
            tasks.push((SimTime::from_ns(7_919 * pair), SimDuration::from_ns(work)));
        }
    }
    let all: u64 = tasks.iter().map(|(_, work)| work.ns()).sum();
    let done = run(1, &Pace::default(), &tasks);
    assert_eq!(done[0].0, all);
    assert_eq!(done.iter().map(|(_, core_time)| core_time).sum::<u64>(), all);
}

proptest! {
    /// Against the definition, in exact rational steps: all remaining work falls at the common
    /// speed until the least of it is none.
    #[test]
    fn is_done_when_the_definition_says(
        cores in 1u32..4,
        tasks in prop::collection::vec((0u64..3_000, 1u64..5_000), 1..12),
    ) {
        let mut tasks = tasks;
        tasks.sort_unstable();
        let timed: Vec<_> = tasks
            .iter()
            .map(|&(start, work)| (SimTime::from_ns(start), SimDuration::from_ns(work)))
            .collect();
        let done = run(cores, &Pace::default(), &timed);
        let expected = by_definition(cores, &tasks);
        for (&(found, _), expected) in done.iter().zip(expected) {
            // It is noticed at the end of its nanosecond, and so may be whatever starts with it.
            prop_assert!((found as f64 - expected).abs() < 1.001, "{} {}", found, expected);
        }
        let had: u64 = done.iter().map(|&(_, core_time)| core_time).sum();
        let work: u64 = tasks.iter().map(|&(_, work)| work).sum();
        prop_assert!(had.abs_diff(work) <= tasks.len() as u64, "{had} for {work}");
    }

    #[test]
    fn the_first_is_always_on_top(steps in prop::collection::vec((0u8..3, any::<u16>()), 1..200)) {
        let mut heap = Heap::default();
        let mut plain: Vec<(u128, u64, u32)> = Vec::new();
        for (nth, (step, at)) in (0..).zip(steps) {
            match step {
                0 if !plain.is_empty() => {
                    let (done, order, handle) = plain.swap_remove(usize::from(at) % plain.len());
                    let gone = heap.remove(heap.places[handle as usize] as usize);
                    prop_assert_eq!((gone.done, gone.order), (done, order));
                }
                _ => {
                    let done = u128::from(at % 16);
                    let handle = heap.push(Entry { done, order: nth, ..Entry::default() });
                    plain.push((done, nth, handle));
                }
            }
            let first = plain.iter().map(|&(done, order, _)| (done, order)).min();
            prop_assert_eq!(heap.first().map(|entry| (entry.done, entry.order)), first);
        }
    }
}

/// When each task is done, in ns, where nothing is rounded.
fn by_definition(cores: u32, tasks: &[(u64, u64)]) -> Vec<f64> {
    let mut left: Vec<f64> = tasks.iter().map(|&(_, work)| work as f64).collect();
    let mut done = vec![f64::INFINITY; tasks.len()];
    let mut now = 0.0;
    loop {
        let here: Vec<usize> = (0..tasks.len())
            .filter(|&task| tasks[task].0 as f64 <= now && done[task].is_infinite())
            .collect();
        let next = tasks.iter().map(|task| task.0 as f64).find(|&start| start > now);
        let speed = (f64::from(cores) / here.len().max(1) as f64).min(1.0);
        let least = here.iter().map(|&task| left[task]).fold(f64::INFINITY, f64::min);
        let until = (now + least / speed).min(next.unwrap_or(f64::INFINITY));
        if until.is_infinite() {
            return done;
        }
        for task in here {
            left[task] -= (until - now) * speed;
            if left[task] < 1e-9 {
                done[task] = until;
            }
        }
        now = until;
    }
}
