//! Outlier ejection: instances that fail are left out of the choice for a while.
//!
//! As Envoy's outlier detection (`outlier_detection.proto`, `outlier_detection_impl.cc`), with
//! its defaults: an instance is ejected
//! - after 5 failures in a row, at once;
//! - at the end of an interval of 10 s in which at least 5 instances had at least 100 answers
//!   each, where its share of successes is more than 1.9 standard deviations below their mean.
//!
//! It stays out for 30 s × the number of its ejections, at most 300 s, and comes back at the end
//! of the interval; that number falls by one for each interval that it has been back. At most
//! 10 % of the instances are out at a time, but one may always be.
//!
//! Where Envoy would eject the last instance and then, in panic, send to all, the last is never
//! ejected here. Where no answer comes, there is nothing to notice: the end of an interval is
//! seen with the next answer.

use crate::engine::{SimDuration, SimTime};
use crate::language::{
    Factor, Fields, Node, Placed, PositiveDuration, Problems, Read, Share, Value, Whole,
};

/// Most that any count here may be set to.
const MOST: u64 = 1_000_000;

/// Outlier ejection as written.
#[derive(Clone, Debug, PartialEq)]
pub struct EjectionSpec {
    /// Failures in a row.
    consecutive: u32,
    interval: SimDuration,
    base: SimDuration,
    cap: SimDuration,
    /// The share of instances that may be out.
    at_most: f64,
    success_rate: Option<SuccessRate>,
}

/// When an instance does so much worse than the others that it is ejected.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SuccessRate {
    /// Standard deviations below the mean.
    deviations: f64,
    /// Fewest instances that are compared.
    instances: u32,
    /// Fewest answers of each that is compared.
    answers: u32,
}

/// What a caller has seen of the instances of its callee.
#[derive(Clone, Debug)]
pub struct Ejection {
    spec: EjectionSpec,
    instances: Vec<Instance>,
    /// Instances that are out, as of the current interval.
    out: Vec<u32>,
    /// Most instances that may be out.
    out_at_most: usize,
    /// When the last of those that are out comes back.
    all_back: SimTime,
    /// The number of the current interval, from the start of time.
    interval: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Instance {
    failures_in_a_row: u32,
    /// When it comes, or came, back; zero if it was never out.
    back: SimTime,
    /// How often it was ejected, less the intervals that it had been back.
    times: u32,
    /// Of this interval.
    answers: u32,
    successes: u32,
}

impl SuccessRate {
    const DEFAULT: Self = Self { deviations: 1.9, instances: 5, answers: 100 };

    /// `false`, or a table.
    fn read(node: &Node, problems: &mut Problems) -> Option<Option<Self>> {
        match &node.value {
            Value::Boolean(true) => return Some(Some(Self::DEFAULT)),
            Value::Boolean(false) => return Some(None),
            Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Datetime(_)
            | Value::Array(_) => {
                problems.expected(node, "false, or a table such as { deviations = 1.9 }");
                return None;
            }
            Value::Table(_) => {}
        }
        let mut fields = Fields::open(node, problems)?;
        let default = Self::DEFAULT;
        let deviations = fields.or("deviations", Factor(default.deviations), problems);
        let instances = fields.or("instances", Whole::<2, MOST>(5), problems);
        let answers = fields.or("answers", Whole::<1, MOST>(100), problems);
        fields.finish(problems);
        Some(Some(Self {
            deviations: deviations?.0,
            instances: instances?.0 as u32,
            answers: answers?.0 as u32,
        }))
    }
}

impl Read for EjectionSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let seconds = |secs| PositiveDuration(SimDuration::from_secs(secs));
        let consecutive = fields.or("consecutive", Whole::<1, MOST>(5), problems);
        let interval = fields.or("interval", seconds(10), problems);
        let base = fields.or("base", seconds(30), problems);
        let cap = fields.optional::<Placed<PositiveDuration>>("cap", problems);
        let at_most = fields.or("at-most", Share(0.1), problems);
        let success_rate = fields.node("success-rate");
        let success_rate = success_rate
            .map_or(Some(Some(SuccessRate::DEFAULT)), |node| SuccessRate::read(node, problems));
        fields.finish(problems);
        let (base, cap) = (base?.0, cap?);
        if let Some(cap) = cap.as_ref().filter(|cap| cap.value.0 < base) {
            let label = "expected at least the first ejection, which is `base`";
            problems.add(cap.place, label);
            return None;
        }
        Some(Self {
            consecutive: consecutive?.0 as u32,
            interval: interval?.0,
            base,
            cap: cap.map_or(seconds(300).0.max(base), |cap| cap.value.0),
            at_most: at_most?.0,
            success_rate: success_rate?,
        })
    }
}

impl Ejection {
    /// Nothing seen yet of `instances` instances.
    pub fn new(spec: &EjectionSpec, instances: u32) -> Self {
        // In millionths, so that 10 % of 30 are 3.
        let millionths = (spec.at_most * 1e6).round() as u64;
        let most = (millionths * u64::from(instances) / 1_000_000) as u32;
        let most = most.max(1).min(instances.saturating_sub(1));
        Self {
            spec: spec.clone(),
            instances: vec![Instance::default(); instances as usize],
            out: Vec::with_capacity(most as usize),
            out_at_most: most as usize,
            all_back: SimTime::ZERO,
            interval: 0,
        }
    }

    /// Whether any instance is left out of the choice at `now`.
    #[inline]
    pub fn any_ejected(&self, now: SimTime) -> bool {
        now < self.all_back
    }

    /// Whether this instance is left out of the choice at `now`.
    #[inline]
    pub fn is_ejected(&self, now: SimTime, instance: u32) -> bool {
        now < self.instances[instance as usize].back
    }

    /// Learns how an attempt at an instance went: its answer has come, or its caller gave up.
    pub fn answered(&mut self, now: SimTime, instance: u32, went_well: bool) {
        if now.ns() / self.spec.interval.ns() != self.interval {
            self.end_interval(now);
        }
        let seen = &mut self.instances[instance as usize];
        if now < seen.back {
            return;
        }
        seen.answers = seen.answers.saturating_add(1);
        if went_well {
            seen.successes = seen.successes.saturating_add(1);
            seen.failures_in_a_row = 0;
            return;
        }
        seen.failures_in_a_row += 1;
        if seen.failures_in_a_row == self.spec.consecutive {
            seen.failures_in_a_row = 0;
            self.eject(now, instance);
        }
    }

    /// Judges the interval that answers were last counted in, and begins that of `now`.
    fn end_interval(&mut self, now: SimTime) {
        let end = SimTime::from_ns((self.interval + 1) * self.spec.interval.ns());
        self.out.retain(|&instance| end < self.instances[instance as usize].back);
        if let Some(rate) = self.spec.success_rate {
            self.eject_outliers(rate, end);
            for instance in &mut self.instances {
                (instance.answers, instance.successes) = (0, 0);
            }
        }
        self.interval = now.ns() / self.spec.interval.ns();
        let begin = SimTime::from_ns(self.interval * self.spec.interval.ns());
        self.out.retain(|&instance| begin < self.instances[instance as usize].back);
    }

    fn eject_outliers(&mut self, rate: SuccessRate, end: SimTime) {
        let compared = || {
            let instances = (0..).zip(&self.instances);
            instances
                .filter(|(_, seen)| end >= seen.back && seen.answers >= rate.answers)
                .map(|(id, seen)| (id, f64::from(seen.successes) / f64::from(seen.answers)))
        };
        let count = compared().count();
        if count < rate.instances as usize {
            return;
        }
        let mean = compared().map(|(_, share)| share).sum::<f64>() / count as f64;
        let squares = compared().map(|(_, share)| (share - mean) * (share - mean));
        let deviation = libm::sqrt(squares.sum::<f64>() / count as f64);
        let least = mean - rate.deviations * deviation;
        let outliers: Vec<u32> =
            compared().filter(|(_, share)| *share < least).map(|(id, _)| id).collect();
        for instance in outliers {
            self.eject(end, instance);
        }
    }

    /// Leaves an instance out from `now`, unless enough are.
    fn eject(&mut self, now: SimTime, instance: u32) {
        if self.out.len() >= self.out_at_most {
            return;
        }
        let EjectionSpec { interval, base, cap, .. } = self.spec;
        let seen = &mut self.instances[instance as usize];
        let intervals_back = now.since(seen.back).ns() / interval.ns();
        seen.times = seen.times.saturating_sub(intervals_back.min(u64::from(u32::MAX)) as u32);
        // The number stops growing once the cap is well passed.
        if base.ns() * u64::from(seen.times) < cap.ns() + base.ns() {
            seen.times += 1;
        }
        let length = (base.ns() * u64::from(seen.times)).min(cap.ns());
        let until = now + SimDuration::from_ns(length);
        seen.back = SimTime::from_ns(until.ns().div_ceil(interval.ns()) * interval.ns());
        seen.failures_in_a_row = 0;
        self.all_back = self.all_back.max(seen.back);
        self.out.push(instance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, problem, read};

    fn ejection(toml: &str, instances: u32) -> Ejection {
        Ejection::new(&read(toml), instances)
    }

    fn fail(ejection: &mut Ejection, now: u64, instance: u32, times: u32) {
        (0..times).for_each(|_| ejection.answered(at(now), instance, false));
    }

    #[test]
    fn failures_in_a_row_eject_until_the_end_of_an_interval() {
        let mut ejection = ejection("{}", 10);
        fail(&mut ejection, 4_000, 3, 4);
        ejection.answered(at(4_000), 3, true);
        fail(&mut ejection, 4_000, 3, 4);
        assert!(!ejection.any_ejected(at(4_000)), "a success breaks the row");
        fail(&mut ejection, 4_000, 3, 1);
        assert!(ejection.is_ejected(at(4_000), 3) && !ejection.is_ejected(at(4_000), 2));
        // 34 s, and on to the end of the interval.
        assert!(ejection.is_ejected(at(39_999), 3) && ejection.any_ejected(at(39_999)));
        assert!(!ejection.is_ejected(at(40_000), 3) && !ejection.any_ejected(at(40_000)));
    }

    #[test]
    fn ejections_grow_longer_and_shorter_again() {
        let mut ejection = ejection("{ cap = \"80s\" }", 10);
        let mut back = |now: u64| {
            fail(&mut ejection, now, 0, 5);
            ejection.instances[0].back.ns() / 1_000_000_000
        };
        assert_eq!(back(0), 30);
        // Back at 30, again for 60 s; back at 90, again for 80 s, the cap.
        assert_eq!(back(30_000), 90);
        assert_eq!(back(90_000), 170);
        assert_eq!(back(170_000), 250);
        // Four times so far; back since 250, three intervals: (4 - 3 + 1) × 30 s.
        assert_eq!(back(280_000), 340);
        // Back since 340, very long.
        assert_eq!(back(900_000), 930);
    }

    #[test]
    fn only_so_many_are_out() {
        let mut two_of_twenty = ejection("{}", 20);
        (0..5).for_each(|instance| fail(&mut two_of_twenty, 1_000, instance, 5));
        let out = |ejection: &Ejection, now| {
            (0..20).filter(|&instance| ejection.is_ejected(at(now), instance)).count()
        };
        assert_eq!(out(&two_of_twenty, 1_001), 2);
        // They come back at 40 s; the next can go.
        fail(&mut two_of_twenty, 39_000, 7, 5);
        assert_eq!(out(&two_of_twenty, 39_000), 2);
        fail(&mut two_of_twenty, 40_000, 8, 5);
        assert_eq!(out(&two_of_twenty, 40_000), 1);

        let mut few = ejection("{}", 3);
        (0..3).for_each(|instance| fail(&mut few, 0, instance, 5));
        assert_eq!((0..3).filter(|&instance| few.is_ejected(at(1), instance)).count(), 1);
        let mut last = ejection("{ at-most = \"100%\" }", 1);
        fail(&mut last, 0, 0, 50);
        assert!(!last.any_ejected(at(1)), "the last one stays");
    }

    /// `successes` of 100 answers at each instance.
    fn an_interval(ejection: &mut Ejection, now: u64, successes: &[u32]) {
        for (instance, &good) in (0..).zip(successes) {
            // Bad ones are spread, so that no five come in a row.
            for n in 0..100 {
                let went_well = (n * good) % 100 < good;
                ejection.answered(at(now), instance, went_well);
            }
        }
    }

    #[test]
    fn who_does_much_worse_than_the_others_is_ejected() {
        // Envoy's own example: mean 90, deviation 20, and so below 52.
        let shares = [50, 100, 100, 100, 100];
        let mut one = ejection("{}", 5);
        an_interval(&mut one, 1_000, &shares);
        assert!(!one.any_ejected(at(9_999)));
        one.answered(at(10_500), 1, true);
        let out: Vec<u32> = (0..5).filter(|&i| one.is_ejected(at(10_500), i)).collect();
        assert_eq!(out, [0]);
        // From the end of the interval at 10 s.
        assert!(one.is_ejected(at(39_999), 0) && !one.is_ejected(at(40_000), 0));

        let mut never = ejection("{ success-rate = false }", 5);
        an_interval(&mut never, 1_000, &shares);
        never.answered(at(10_500), 1, true);
        assert!(!never.any_ejected(at(10_500)));

        let mut too_few = ejection("{ success-rate = { instances = 6 } }", 5);
        an_interval(&mut too_few, 1_000, &shares);
        too_few.answered(at(10_500), 1, true);
        assert!(!too_few.any_ejected(at(10_500)));

        let mut too_little = ejection("{ success-rate = { answers = 101 } }", 5);
        an_interval(&mut too_little, 1_000, &shares);
        too_little.answered(at(10_500), 1, true);
        assert!(!too_little.any_ejected(at(10_500)));
    }

    #[test]
    fn counts_begin_anew_with_each_interval() {
        let mut ejection = ejection("{}", 5);
        an_interval(&mut ejection, 1_000, &[60, 60, 60, 60, 60]);
        an_interval(&mut ejection, 11_000, &[60, 60, 60, 60, 60]);
        assert_eq!(ejection.instances[0].answers, 100);
        assert!(!ejection.any_ejected(at(11_000)), "all are alike");
    }

    #[test]
    fn faults_come_with_their_cure() {
        assert_eq!(
            problem::<EjectionSpec>("{ cap = \"10s\" }"),
            "\"10s\": expected at least the first ejection, which is `base` | -"
        );
        assert_eq!(
            problem::<EjectionSpec>("{ success-rate = 95 }"),
            "95: expected false, or a table such as { deviations = 1.9 }, found 95 | -"
        );
    }
}
