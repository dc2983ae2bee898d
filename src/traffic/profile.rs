//! Profile: the hour of the day and the day of the week multiply the rate.
//!
//! The factors are taken as written, not scaled to a mean of 1: a rate of 40/s with a factor of
//! 1.5 at ten o'clock is 60/s at ten o'clock. Each factor holds at the middle of its hour (or
//! day), and the rate runs straight from one middle to the next, round the clock, so that the
//! mean over the cycle is the mean of the factors. `between = "steps"` holds each factor for the
//! whole of its hour instead. Hours are those of the scenario's zone; weeks begin on Monday.

use crate::engine::SimDuration;
use crate::language::units::NonNegative;
use crate::language::{Choice, Fields, Node, Placed, Problems, Read};

use super::line::Line;

/// What a scenario says about hours and days.
#[derive(Clone, Debug)]
pub(super) struct ProfileSpec {
    hourly: Option<Vec<f64>>,
    weekly: Option<Vec<f64>>,
    steps: bool,
}

/// Factors that follow one another in equal slots, over and over.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cycle {
    factors: Vec<f64>,
    slot: u64,
    /// How far the cycle has got when the run starts.
    phase: u64,
    steps: bool,
}

const HOUR: u64 = SimDuration::from_secs(3600).ns();

impl Read for ProfileSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let hourly = factors(&mut fields, "hourly", &[24], problems);
        let weekly = factors(&mut fields, "weekly", &[7, 168], problems);
        let between = match fields.node("between") {
            Some(node) => Choice::read(node, &["linear", "steps"], problems).map(|c| c.name),
            None => Some("linear"),
        };
        let place = fields.place();
        fields.finish(problems);
        let (hourly, weekly, steps) = (hourly?, weekly?, between? == "steps");
        if hourly.is_none() && weekly.is_none() {
            let hint = "add `hourly = [...]` with 24 factors or `weekly = [...]` with 7 or 168";
            problems.add_with_hint(place, "a profile without factors", hint);
            return None;
        }
        Some(Self { hourly, weekly, steps })
    }
}

/// A list of factors, of one of the `lengths`, not all of them zero.
fn factors(
    fields: &mut Fields<'_>,
    key: &'static str,
    lengths: &[usize],
    problems: &mut Problems,
) -> Option<Option<Vec<f64>>> {
    let Some(list) = fields.optional::<Placed<Vec<NonNegative>>>(key, problems)? else {
        return Some(None);
    };
    let factors: Vec<f64> = list.value.iter().map(|factor| factor.0).collect();
    if !lengths.contains(&factors.len()) {
        let wanted: Vec<String> = lengths.iter().map(usize::to_string).collect();
        let label = format!("expected {} numbers, found {}", wanted.join(" or "), factors.len());
        problems.add(list.place, label);
        return None;
    }
    if factors.iter().all(|factor| *factor == 0.0) {
        problems.add(list.place, "with these factors nothing ever arrives");
        return None;
    }
    Some(Some(factors))
}

impl ProfileSpec {
    /// The cycles, for a run that starts `phase` after midnight between Sunday and Monday; one
    /// that is the same all along is a level instead.
    pub(super) fn resolve(&self, phase: SimDuration) -> (f64, Vec<Cycle>) {
        let (mut level, mut cycles) = (1.0, Vec::new());
        for factors in [&self.hourly, &self.weekly].into_iter().flatten() {
            if factors.iter().all(|factor| *factor == factors[0]) {
                level *= factors[0];
                continue;
            }
            let slot = if factors.len() == 7 { 24 * HOUR } else { HOUR };
            let phase = phase.ns() % (slot * factors.len() as u64);
            cycles.push(Cycle { factors: factors.clone(), slot, phase, steps: self.steps });
        }
        (level, cycles)
    }
}

impl Cycle {
    pub(super) fn line(&self, at: u64) -> Line {
        let count = self.factors.len() as u64;
        let length = self.slot * count;
        // The middle of a slot is where the line from its factor to the next one begins.
        let lead = if self.steps { 0 } else { length - self.slot / 2 };
        let position = (at + self.phase + lead) % length;
        let (index, into) = (position / self.slot, position % self.slot);
        let (factor, next) = (self.factor(index), self.factor((index + 1) % count));
        let start_to_end = Line { end: self.slot, from: factor, to: next };
        let end = at + (self.slot - into);
        match self.steps {
            true => Line::flat(factor, end),
            false => Line { end, ..start_to_end.beyond(0, into) },
        }
    }

    fn factor(&self, index: u64) -> f64 {
        self.factors[index as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(hourly: impl Iterator<Item = f64>, steps: bool) -> ProfileSpec {
        ProfileSpec { hourly: Some(hourly.collect()), weekly: None, steps }
    }

    #[test]
    fn factors_hold_at_the_middle_of_their_hours_and_meet_round_midnight() {
        let (level, cycles) = spec((0..24).map(f64::from), false)
            .resolve(SimDuration::from_secs(3 * 86_400 + 10 * 3600));
        assert_eq!(level, 1.0);
        for hour in 0..48u32 {
            let wanted = f64::from((10 + hour) % 24);
            let at = u64::from(hour) * HOUR + HOUR / 2;
            assert_eq!(cycles[0].line(at).from, wanted);
            let line = cycles[0].line(at + HOUR / 4);
            let next = f64::from((11 + hour) % 24);
            assert_eq!((line.end, line.to), (at + HOUR, next));
            assert!((line.from - (0.75 * wanted + 0.25 * next)).abs() < 1e-12);
        }
    }

    #[test]
    fn steps_hold_for_the_whole_hour() {
        let (_, cycles) = spec((0..24).map(f64::from), true).resolve(SimDuration::from_secs(600));
        assert_eq!(cycles[0].line(0), Line::flat(0.0, HOUR * 5 / 6));
        assert_eq!(cycles[0].line(HOUR * 5 / 6), Line::flat(1.0, HOUR * 11 / 6));
    }

    #[test]
    fn the_same_factor_all_day_is_a_level() {
        assert_eq!(spec((0..24).map(|_| 2.0), false).resolve(SimDuration::ZERO), (2.0, vec![]));
    }
}
