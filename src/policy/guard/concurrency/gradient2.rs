//! A limit that shrinks as round trips grow beyond their long-term mean.
//!
//! As `Gradient2Limit.java` of Netflix's concurrency-limits: after each answer
//! gradient = max(0.5, min(1, long / round trip)), and the limit becomes
//! (1 − smoothing) × limit + smoothing × (gradient × limit + queue), unless less than half of it
//! is in use. `long` is an exponential mean over `window` answers (weight 2 / (window + 1); a
//! plain mean of the first ten); where it is more than twice a round trip it shrinks by a tenth
//! as well. Defaults from there: start and minimum 20, maximum 200, queue 4, smoothing 0.2,
//! window 600.
//!
//! As there, an answer that says no counts by its round trip like any other, so that fast
//! rejections do not lower this limit.

use super::{Range, Sample};
use crate::language::{Fields, Node, NonNegative, Placed, Problems, Read, Share, Whole};

/// Answers of which the long-term mean is a plain mean.
const WARM_UP: u32 = 10;

/// A Gradient2 limit as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient2Spec {
    range: Range,
    queue: f64,
    smoothing: f64,
    window: u32,
}

/// A Gradient2 limit.
#[derive(Clone, Debug)]
pub struct Gradient2 {
    spec: Gradient2Spec,
    limit: f64,
    /// The long-term mean of round trips, in nanoseconds.
    long: f64,
    /// Of the first answers: how many, and their sum in nanoseconds.
    first: (u32, f64),
}

impl Read for Gradient2Spec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let default = Range { start: 20, minimum: 20, maximum: 200 };
        let range = Range::read(&mut fields, default, problems);
        let queue = fields.or("queue", NonNegative(4.0), problems);
        let smoothing = Placed { value: Share(0.2), place: fields.place() };
        let smoothing = fields.or("smoothing", smoothing, problems);
        let window = fields.or("window", Whole::<1, 1_000_000>(600), problems);
        fields.finish(problems);
        let Placed { value: Share(smoothing), place } = smoothing?;
        if smoothing == 0.0 {
            let hint = "at 0 the limit would never move; 1 takes each new limit whole";
            problems.add_with_hint(place, "expected a share above 0%", hint);
            return None;
        }
        Some(Self { range: range?, queue: queue?.0, smoothing, window: window?.0 as u32 })
    }
}

impl Gradient2Spec {
    pub(super) fn start(self) -> Gradient2 {
        let limit = f64::from(self.range.start);
        Gradient2 { spec: self, limit, long: 0.0, first: (0, 0.0) }
    }
}

impl Gradient2 {
    pub(super) fn now(&self) -> u32 {
        self.limit as u32
    }

    pub(super) fn update(&mut self, sample: Sample) {
        let Gradient2Spec { range, queue, smoothing, .. } = self.spec;
        // A round trip of no time would have no gradient.
        let short = sample.round_trip.ns().max(1) as f64;
        let long = self.add(short);
        if long / short > 2.0 {
            self.long *= 0.9;
        }
        if f64::from(sample.in_flight) < self.limit / 2.0 {
            return;
        }
        let gradient = (long / short).clamp(0.5, 1.0);
        let limit = self.limit * gradient + queue;
        let limit = self.limit * (1.0 - smoothing) + limit * smoothing;
        self.limit = limit.clamp(f64::from(range.minimum), f64::from(range.maximum));
    }

    /// The long-term mean with one more round trip in it.
    fn add(&mut self, round_trip: f64) -> f64 {
        let (count, sum) = &mut self.first;
        if *count < WARM_UP {
            *count += 1;
            *sum += round_trip;
            self.long = *sum / f64::from(*count);
        } else {
            let weight = 2.0 / (f64::from(self.spec.window) + 1.0);
            self.long = self.long * (1.0 - weight) + round_trip * weight;
        }
        self.long
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{ms, problem, read};

    fn update(limit: &mut Gradient2, round_trip: u64, in_flight: u32) -> f64 {
        limit.update(Sample { round_trip: ms(round_trip), in_flight, is_drop: false });
        limit.limit
    }

    #[track_caller]
    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }

    #[test]
    fn grows_by_the_queue_and_shrinks_by_the_gradient() {
        let mut limit = read::<Gradient2Spec>("{ minimum = 10, start = 20 }").start();
        // Gradient 1: 0.8 × 20 + 0.2 × (20 + 4).
        close(update(&mut limit, 10, 20), 20.8);
        close(update(&mut limit, 10, 20), 21.6);
        assert_eq!(limit.now(), 21);
        // Mean (10 + 10 + 30) / 3; gradient 5/9; 0.8 × 21.6 + 0.2 × (12 + 4).
        close(update(&mut limit, 30, 20), 20.48);
        // Less than half in use.
        close(update(&mut limit, 10, 10), 20.48);
        // Mean 60 / 4 = 15, then (60 + 240) / 5 = 60; the gradient is at least a half.
        close(update(&mut limit, 240, 20), 0.8 * 20.48 + 0.2 * (10.24 + 4.0));
    }

    #[test]
    fn after_ten_answers_the_mean_moves_slowly_and_falls_faster() {
        let mut limit = read::<Gradient2Spec>("{ window = 39 }").start();
        for _ in 0..10 {
            update(&mut limit, 100, 0);
        }
        close(limit.long, 100e6);
        // Weight 2 / 40.
        update(&mut limit, 200, 0);
        close(limit.long, 105e6);
        // 105 × 0.95 + 5 × 0.05 = 100: twenty times the round trip, and so a tenth less.
        update(&mut limit, 5, 0);
        close(limit.long, 90e6);
    }

    #[test]
    fn keeps_its_bounds_whatever_comes() {
        let mut limit = read::<Gradient2Spec>("{ maximum = 30 }").start();
        for n in 0..100 {
            assert!((20.0..=30.0).contains(&update(&mut limit, n % 2, 200)));
        }
        for n in 0..100 {
            assert!((20.0..=30.0).contains(&update(&mut limit, 1 << (n % 20), 200)));
        }
    }

    #[test]
    fn a_limit_that_never_moves_is_refused() {
        assert_eq!(
            problem::<Gradient2Spec>("{ smoothing = 0 }"),
            "0: expected a share above 0% | at 0 the limit would never move; 1 takes each new \
             limit whole"
        );
    }
}
