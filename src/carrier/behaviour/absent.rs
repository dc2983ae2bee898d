//! Accepts a message for a subscriber who is away, and tries again by a schedule of its own until
//! the subscriber is back or the schedule ends; then the message is lost, and nobody is told.
//!
//! By default every minute five times, every 10 minutes for an hour, every hour for a day
//! (cardboardfish, "reliability of SMS"). How long somebody is away is a law of the user's.

use rand::Rng;

use super::{Behaves, Surroundings, is_hit, share};
use crate::carrier::verdict::{Submission, Verdict};
use crate::dist::{Dist, DistSpec};
use crate::engine::SimDuration;
use crate::language::{Fields, Node, PositiveDuration, Problems, Read, Whole};

/// Subscribers who are away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AbsentSubscriber {
    share: f64,
    away: Dist,
    schedule: Vec<Tries>,
}

/// The same, as written.
#[derive(Clone, Debug)]
pub(super) struct AbsentSpec {
    share: f64,
    away: DistSpec,
    schedule: Vec<Tries>,
}

/// A part of the schedule: so many tries, so far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tries {
    every: SimDuration,
    times: u32,
}

impl Read for Tries {
    const EXAMPLE: &'static str = "{ every = \"10min\", times = 6 }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let every = fields.required::<PositiveDuration>("every", problems);
        let times = fields.required_like::<Whole<1, 1_000_000>>("times", "6", problems);
        fields.finish(problems);
        Some(Self { every: every?.0, times: times?.0 as u32 })
    }
}

/// How long after the first, failed try the one comes that finds a subscriber who is back after
/// `away`; `None` if there is none.
fn found_after(schedule: &[Tries], away: SimDuration) -> Option<SimDuration> {
    let mut gone = SimDuration::ZERO;
    for part in schedule {
        let missing = (away - gone).ns().div_ceil(part.every.ns()).max(1);
        if missing <= u64::from(part.times) {
            return Some(gone + SimDuration::from_ns(part.every.ns() * missing));
        }
        gone = gone + SimDuration::from_ns(part.every.ns().saturating_mul(part.times.into()));
    }
    None
}

impl Behaves for AbsentSubscriber {
    type Written = AbsentSpec;

    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<AbsentSpec> {
        let share = share(fields, problems);
        let away = fields.required_like("away", "{ exponential = { mean = \"2h\" } }", problems);
        let tries =
            |minutes: u64, times| Tries { every: SimDuration::from_secs(60 * minutes), times };
        let usual = vec![tries(1, 5), tries(10, 6), tries(60, 24)];
        let schedule = fields.or("tries", usual, problems);
        Some(AbsentSpec { share: share?, away: away?, schedule: schedule? })
    }

    fn resolve(
        written: &AbsentSpec,
        with: &Surroundings<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let away = written.away.resolve(with.files, problems)?;
        Some(Self { share: written.share, away, schedule: written.schedule.clone() })
    }

    fn on_submission(&self, of: &Submission) -> Verdict {
        if !is_hit(self.share, &of.of_message) {
            return Verdict::Accept;
        }
        // The first number has decided whether it is hit.
        let mut draws = of.of_message.clone();
        draws.next_u64();
        let away = self.away.sample(&mut draws);
        match found_after(&self.schedule, away) {
            Some(after) => Verdict::Hold { until: of.now + after },
            None => Verdict::Drop,
        }
    }

    fn is_random(&self) -> bool {
        self.share > 0.0 && (self.share < 1.0 || !self.away.is_constant())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_try_after_the_return_finds_them() {
        let min = |minutes: u64| SimDuration::from_secs(60 * minutes);
        let schedule = [Tries { every: min(1), times: 5 }, Tries { every: min(10), times: 2 }];
        for (away, found) in [
            (0, Some(1)),
            (1, Some(1)),
            (2, Some(2)),
            (5, Some(5)),
            (6, Some(15)),
            (15, Some(15)),
            (16, Some(25)),
            (26, None),
        ] {
            assert_eq!(found_after(&schedule, min(away)), found.map(min), "away {away} min");
        }
    }
}
