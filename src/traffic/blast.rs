//! Blast: a campaign to an audience of known size, all at once or as fast as its sender submits.
//!
//! The first message goes at `at`, the others follow evenly at `rate`; without a rate they all
//! arrive at the same instant.

use crate::engine::SimTime;
use crate::language::units::{Count, Rate, RunClock, When};
use crate::language::{Fields, Node, Placed, Problems, Read};

use super::even::Even;
use super::line::NEVER;

/// What a scenario says about a campaign.
#[derive(Clone, Debug)]
pub(super) struct BlastSpec {
    at: Placed<When>,
    audience: u64,
    rate: Option<f64>,
}

/// A campaign at a point in the run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Blast {
    at: u64,
    audience: u64,
    rate: Option<f64>,
}

impl Read for BlastSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let at = fields.required("at", problems);
        let audience = fields.required::<Count>("audience", problems);
        let rate = fields.optional::<Rate>("rate", problems);
        fields.finish(problems);
        let rate = rate?.map(|rate| rate.per_s);
        Some(Self { at: at?, audience: audience?.0, rate })
    }
}

impl BlastSpec {
    pub(super) fn resolve(&self, clock: &RunClock, problems: &mut Problems) -> Option<Blast> {
        match self.at.value.resolve(clock) {
            Ok(at) => Some(Blast { at: at.ns(), audience: self.audience, rate: self.rate }),
            Err(reason) => {
                problems.add(self.at.place, reason);
                None
            }
        }
    }
}

impl Blast {
    /// The arrivals of `factor` times the audience at `factor` times the rate.
    pub(super) fn start(&self, factor: f64) -> Even {
        let audience = self.audience_times(factor);
        match self.rate {
            Some(rate) => Even::from(self.at, rate * factor, audience),
            None => Even::together(self.at, audience),
        }
    }

    /// How many messages are expected before `end`.
    pub(super) fn expected_before(&self, end: SimTime, factor: f64) -> f64 {
        let audience = self.audience_times(factor) as f64;
        if end.ns() <= self.at {
            return 0.0;
        }
        match self.rate {
            Some(rate) => {
                let elapsed = (end.ns().min(NEVER) - self.at) as f64 * 1e-9;
                audience.min(elapsed * rate * factor)
            }
            None => audience,
        }
    }

    fn audience_times(&self, factor: f64) -> u64 {
        (self.audience as f64 * factor + 0.5) as u64
    }
}
