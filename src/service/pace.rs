//! How fast instances compute: stalls, warm-up, slow nodes.
//!
//! At full speed a core does a nanosecond of work in a nanosecond. During a *stall* (a pause for
//! garbage, a failed-over disk, a frozen host) cores stand still, and workers keep what they hold.
//! While instances *warm up* after their start (cold caches, code not yet compiled) their speed
//! rises in a straight line. A share of the instances may be *slow* all the time.

use crate::engine::{SimDuration, SimTime};

/// The speed of a service's instances over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    /// When the speed is not simply 1, stretch by stretch from the start of the run; at full speed
    /// after the last.
    stretches: Vec<Stretch>,
    /// The first so many instances are slow,
    slow: u32,
    /// and compute at this part of the speed.
    slow_speed: f64,
}

/// A straight piece of the speed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    from: u64,
    to: u64,
    /// At its start.
    speed: f64,
    /// Per nanosecond.
    slope: f64,
}

/// Speeds that rise from a part of the full one, from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// How long until full speed.
    pub lasts: SimDuration,
    /// The speed at first, above 0 and at most 1.
    pub speed: f64,
}

/// Instances that are slow all the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slow {
    /// How many, 0 to 1 of all.
    pub share: f64,
    /// Their speed, above 0.
    pub speed: f64,
}

impl Pace {
    /// Of `instances`, with `stalls` by start and length, in any order.
    pub fn new(
        instances: u32,
        stalls: &[(SimTime, SimDuration)],
        warm_up: Option<WarmUp>,
        slow: Option<Slow>,
    ) -> Self {
        let slow_count = slow.map_or(0.0, |slow| (slow.share * f64::from(instances)).ceil());
        Self {
            stretches: stretches(stalls, warm_up),
            slow: slow_count as u32,
            slow_speed: slow.map_or(1.0, |slow| slow.speed),
        }
    }

    /// Whether every instance computes at full speed all the time.
    pub fn is_full(&self) -> bool {
        self.stretches.is_empty() && self.slow == 0
    }

    /// When cores stand still, from and to.
    pub fn stalls(&self) -> impl Iterator<Item = (SimTime, SimTime)> + '_ {
        let still =
            self.stretches.iter().filter(|stretch| stretch.speed == 0.0 && stretch.slope == 0.0);
        still.map(|stretch| (SimTime::from_ns(stretch.from), SimTime::from_ns(stretch.to)))
    }

    /// How long `work` takes on a core of `instance`, from `now` on.
    pub fn length(&self, instance: u32, now: SimTime, work: SimDuration) -> SimDuration {
        let speed = if instance < self.slow { self.slow_speed } else { 1.0 };
        let mut left = work.ns() as f64 / speed;
        let mut at = now.ns();
        let to_come = self.stretches.partition_point(|stretch| stretch.to <= at);
        for stretch in &self.stretches[to_come..] {
            if at < stretch.from {
                let room = (stretch.from - at) as f64;
                if left <= room {
                    break;
                }
                left -= room;
                at = stretch.from;
            }
            let (all, speed) = (stretch.work_from(at), stretch.speed_at(at));
            if left < all {
                let rest = SimDuration::from_ns((stretch.time_for(left, speed) + 0.5) as u64);
                return (SimTime::from_ns(at) + rest).since(now);
            }
            left -= all;
            at = stretch.to;
        }
        let rest = SimDuration::from_ns((left + 0.5) as u64);
        (SimTime::from_ns(at) + rest).since(now)
    }
}

impl Pace {
    /// Bits for fractions of a nanosecond in [`Pace::done_by`].
    pub const FRACTION: u32 = 16;

    /// How long a core of `instance` takes for a nanosecond of work where it neither stalls nor
    /// warms up.
    pub fn slowness(&self, instance: u32) -> f64 {
        if instance < self.slow { 1.0 / self.slow_speed } else { 1.0 }
    }

    /// What a core of `instance` does from the start of the run to `now`, in 2⁻¹⁶ ns. As it is worked
    /// out anew each time, differences of it add up without error.
    pub fn done_by(&self, instance: u32, now: SimTime) -> u128 {
        if self.is_full() {
            return u128::from(now.ns()) << Self::FRACTION;
        }
        let done = self.done(instance, SimTime::ZERO, now);
        (done * f64::from(1 << Self::FRACTION) + 0.5) as u128
    }

    /// What a core of `instance` does from `from` to `to`: the other way round than
    /// [`Pace::length`].
    pub fn work_done(&self, instance: u32, from: SimTime, to: SimTime) -> SimDuration {
        SimDuration::from_ns((self.done(instance, from, to) + 0.5) as u64)
    }

    fn done(&self, instance: u32, from: SimTime, to: SimTime) -> f64 {
        let speed = if instance < self.slow { self.slow_speed } else { 1.0 };
        let (from, to) = (from.ns(), to.ns());
        let mut done = (to - from) as f64;
        for stretch in &self.stretches {
            let (begins, ends) = (stretch.from.max(from), stretch.to.min(to));
            if begins < ends {
                let cut = Stretch { to: ends, ..*stretch };
                done -= (ends - begins) as f64 - cut.work_from(begins);
            }
        }
        done * speed
    }
}

impl Stretch {
    fn speed_at(&self, at: u64) -> f64 {
        self.speed + self.slope * (at - self.from) as f64
    }

    /// What is done from `at` to its end.
    fn work_from(&self, at: u64) -> f64 {
        let length = (self.to - at) as f64;
        length * (self.speed_at(at) + 0.5 * self.slope * length)
    }

    /// How long `work` takes from where the speed is `speed`; there is time for it.
    fn time_for(&self, work: f64, speed: f64) -> f64 {
        if self.slope == 0.0 {
            return work / speed;
        }
        // speed·t + slope·t²/2 = work, in the form that does not cancel.
        2.0 * work / (speed + (speed * speed + 2.0 * self.slope * work).sqrt())
    }
}

/// Stalls cut out of the warm-up.
fn stretches(stalls: &[(SimTime, SimDuration)], warm_up: Option<WarmUp>) -> Vec<Stretch> {
    let warm = warm_up.map_or(0, |warm_up| warm_up.lasts.ns());
    let mut ends: Vec<u64> = stalls
        .iter()
        .flat_map(|&(at, lasts)| [at.ns(), (at + lasts).ns()])
        .chain([0, warm])
        .collect();
    ends.sort_unstable();
    ends.dedup();
    let stalled = |at: u64| {
        let at = SimTime::from_ns(at);
        stalls.iter().any(|&(start, lasts)| start <= at && at < start + lasts)
    };
    let stretch = |from: u64, to: u64| {
        if stalled(from) {
            return Some(Stretch { from, to, speed: 0.0, slope: 0.0 });
        }
        let warm_up = warm_up.filter(|_| from < warm)?;
        let slope = (1.0 - warm_up.speed) / warm as f64;
        Some(Stretch { from, to, speed: warm_up.speed + slope * from as f64, slope })
    };
    ends.windows(2).filter_map(|pair| stretch(pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(secs: u64) -> SimDuration {
        SimDuration::from_secs(secs)
    }

    fn at(secs: u64) -> SimTime {
        SimTime::ZERO + s(secs)
    }

    #[test]
    fn work_stands_still_in_a_stall() {
        let pace = Pace::new(1, &[(at(10), s(5)), (at(13), s(4))], None, None);
        for (start, work, length) in
            [(0, 10, 10), (0, 11, 18), (12, 1, 6), (9, 1, 1), (17, 3, 3), (10, 1, 8)]
        {
            assert_eq!(pace.length(0, at(start), s(work)), s(length), "{work} s from {start} s");
        }
    }

    #[test]
    fn what_is_done_in_the_length_of_some_work_is_that_work() {
        let stalls = [(at(4), s(4)), (at(20), s(3))];
        let warm_up = Some(WarmUp { lasts: s(15), speed: 0.3 });
        let pace = Pace::new(2, &stalls, warm_up, Some(Slow { share: 0.5, speed: 0.2 }));
        for instance in [0, 1] {
            for start in 0..30 {
                for work in 1..20 {
                    let ends = at(start) + pace.length(instance, at(start), s(work));
                    let done = pace.work_done(instance, at(start), ends);
                    // Both are rounded to the nanosecond.
                    let error = done.ns().abs_diff(s(work).ns());
                    assert!(error <= 2, "{work} s at {instance} from {start} s: {error} ns");
                }
            }
        }
    }

    #[test]
    fn speed_rises_in_a_straight_line_while_instances_warm_up() {
        // From half speed to full in 8 s: 6 s of work.
        let warm_up = Some(WarmUp { lasts: s(8), speed: 0.5 });
        let pace = Pace::new(1, &[], warm_up, None);
        assert_eq!(pace.length(0, at(0), s(6)), s(8));
        assert_eq!(pace.length(0, at(0), s(7)), s(9));
        // At 4 s the speed is 3/4: t with 3t/4 + t²/32 = 7/2 is 4 s.
        assert_eq!(pace.length(0, at(4), SimDuration::from_millis(3500)), s(4));
        assert_eq!(pace.length(0, at(8), s(3)), s(3));
    }

    #[test]
    fn a_stall_in_the_warm_up_does_not_stop_the_warming() {
        let warm_up = Some(WarmUp { lasts: s(8), speed: 0.5 });
        let pace = Pace::new(1, &[(at(4), s(4))], warm_up, None);
        // 2.5 s of work by 4 s, then full speed from 8 s on.
        assert_eq!(pace.length(0, at(0), SimDuration::from_millis(3500)), s(9));
    }

    #[test]
    fn the_first_instances_are_slow() {
        let slow = Some(Slow { share: 0.25, speed: 0.5 });
        let pace = Pace::new(4, &[], None, slow);
        assert_eq!(pace.length(0, at(1), s(3)), s(6));
        assert_eq!(pace.length(1, at(1), s(3)), s(3));
        assert!(!pace.is_full() && Pace::new(4, &[], None, None).is_full());
    }
}
