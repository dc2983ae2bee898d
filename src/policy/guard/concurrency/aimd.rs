//! Additive increase, multiplicative decrease.
//!
//! As `AIMDLimit.java` of Netflix's concurrency-limits: a drop, or a round trip above `slow`,
//! multiplies the limit by `backoff`, rounded down; any other answer adds one while at least
//! half of the limit is in use. Defaults from there: start 10, at least 1, × 0.9, 5 s; at most
//! 200, as its other limits.

use super::{Range, Sample};
use crate::engine::SimDuration;
use crate::language::{Factor, Fields, Node, Placed, PositiveDuration, Problems, Read};

/// An AIMD limit as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AimdSpec {
    range: Range,
    backoff: f64,
    slow: SimDuration,
}

/// An AIMD limit.
#[derive(Clone, Debug)]
pub struct Aimd {
    spec: AimdSpec,
    limit: u32,
}

impl Read for AimdSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let default = Range { start: 10, minimum: 1, maximum: 200 };
        let range = Range::read(&mut fields, default, problems);
        let backoff = Placed { value: Factor(0.9), place: fields.place() };
        let backoff = fields.or("backoff", backoff, problems);
        let slow = PositiveDuration(SimDuration::from_secs(5));
        let slow = fields.or("slow", slow, problems);
        fields.finish(problems);
        let Placed { value: Factor(backoff), place } = backoff?;
        if backoff >= 1.0 {
            problems.add(place, "expected a factor below 1");
            return None;
        }
        Some(Self { range: range?, backoff, slow: slow?.0 })
    }
}

impl AimdSpec {
    pub(super) fn start(self) -> Aimd {
        Aimd { limit: self.range.start, spec: self }
    }
}

impl Aimd {
    pub(super) fn now(&self) -> u32 {
        self.limit
    }

    pub(super) fn update(&mut self, sample: Sample) {
        let limit = if sample.is_drop || sample.round_trip > self.spec.slow {
            (f64::from(self.limit) * self.spec.backoff) as u32
        } else if sample.in_flight >= self.limit.div_ceil(2) {
            self.limit + 1
        } else {
            self.limit
        };
        self.limit = limit.clamp(self.spec.range.minimum, self.spec.range.maximum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{ms, problem, read};

    #[test]
    fn follows_the_answers() {
        let spec = "{ start = 20, minimum = 16, maximum = 22, slow = \"100ms\" }";
        let mut aimd = read::<AimdSpec>(spec).start();
        let mut after = |round_trip, in_flight, is_drop| {
            aimd.update(Sample { round_trip: ms(round_trip), in_flight, is_drop });
            aimd.now()
        };
        assert_eq!(after(10, 20, false), 21);
        assert_eq!(after(10, 10, false), 21, "less than half in use");
        assert_eq!(after(10, 11, false), 22);
        assert_eq!(after(10, 22, false), 22, "the maximum");
        assert_eq!(after(100, 5, false), 22);
        // 22 × 0.9 = 19.8; 19 × 0.9 = 17.1; 17 × 0.9 = 15.3.
        assert_eq!(after(101, 5, false), 19);
        assert_eq!(after(1, 5, true), 17);
        assert_eq!(after(1, 5, true), 16, "the minimum");
    }

    #[test]
    fn a_backoff_makes_it_smaller() {
        assert_eq!(problem::<AimdSpec>("{ backoff = 1 }"), "1: expected a factor below 1 | -");
    }
}
