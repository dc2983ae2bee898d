//! Accepts the message, holds it, and lets it go later: after a fixed time, or at a time of day,
//! when all that was held comes as one burst (Infobip releases traffic over a daily cap at 08:00).

use super::Excess;
use crate::carrier::Verdict;
use crate::engine::{SimDuration, SimTime};
use crate::language::{Choice, Fields, PositiveDuration, Problems, Read, RunClock, When};

const DAY: SimDuration = SimDuration::from_secs(86_400);

/// Holding, in a run whose clock is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// For so long.
    For(SimDuration),
    /// Until this time after the run's start, or whole days later.
    Until(SimDuration),
}

/// Holding, as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HoldSpec {
    /// For so long.
    For(SimDuration),
    /// Until a time of day, in the scenario's zone.
    Until(jiff::civil::Time),
}

impl HoldSpec {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let body = choice.settings(problems)?;
        let mut fields = Fields::open(body, problems)?;
        let hold = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        hold
    }

    /// Its keys, among those of somebody else.
    pub(in crate::carrier) fn read_fields(
        fields: &mut Fields<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let length = fields.optional::<PositiveDuration>("for", problems);
        let until = fields.node("until");
        let until = until.map(|node| (node, When::read(node, problems)));
        let until = match until {
            None => Some(None),
            Some((_, Some(When::TimeOfDay(time)))) => Some(Some(time)),
            Some((_, None)) => None,
            Some((node, Some(When::Dated(..) | When::Elapsed(_)))) => {
                problems.expected(node, "a time of day, such as \"08:00\"");
                None
            }
        };
        match (length?, until?) {
            (Some(length), None) => Some(Self::For(length.0)),
            (None, Some(until)) => Some(Self::Until(until)),
            (Some(_), Some(_)) | (None, None) => {
                problems.add_with_hint(
                    fields.place(),
                    "expected either `for` or `until`",
                    "say how long it holds, `for = \"2h\"`, or when it lets go, \
                     `until = \"08:00\"`",
                );
                None
            }
        }
    }

    pub(in crate::carrier) fn resolve(&self, clock: &RunClock) -> Hold {
        match self {
            Self::For(length) => Hold::For(*length),
            Self::Until(time) => Hold::Until(clock.first(*time).since(SimTime::ZERO)),
        }
    }
}

impl Hold {
    pub(super) fn on_excess(&self, excess: Excess) -> Verdict {
        Verdict::Hold { until: self.until(excess.now) }
    }

    /// When what is held from `now` on is let go.
    pub(in crate::carrier) fn until(&self, now: SimTime) -> SimTime {
        match self {
            Self::For(length) => now + *length,
            Self::Until(first) => {
                let first = SimTime::ZERO + *first;
                let days = now.since(first).ns().div_ceil(DAY.ns());
                first + SimDuration::from_ns(days * DAY.ns())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_means_the_next_such_time() {
        let hold = Hold::Until(SimDuration::from_secs(3600));
        let at = |secs| SimTime::ZERO + SimDuration::from_secs(secs);
        let until = |now| match hold.on_excess(Excess { now }) {
            Verdict::Hold { until } => until,
            other => panic!("{other:?}"),
        };
        assert_eq!(until(at(10)), at(3600));
        assert_eq!(until(at(3600)), at(3600));
        assert_eq!(until(at(3601)), at(90_000));
    }
}
