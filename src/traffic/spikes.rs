//! Spikes: crowds that come at a known time, as `times` the rate there would be without them.
//!
//! The factor rises straight from 1 at `at` to `times` after `rise`, holds, and falls back:
//! straight over `fall`, or by half every `half-life` (drawn as chords of a sixteenth of a
//! half-life, at most 0.03 % above the curve, and over after 14 half-lives). Where spikes
//! overlap, their excesses over 1 add up: two crowds of five times the rate make nine times.
//! `times` below 1 is a dip.
//!
//! For scale: match-day crowds at the 1998 World Cup site grew from half their peak to the peak
//! in 30 to 150 minutes and stayed above half for 40 to 175; a pulse of 19 May came to 12 times
//! the rate in two minutes and was over in six.

use crate::engine::SimDuration;
use crate::language::units::{NonNegative, PositiveDuration, RunClock, When};
use crate::language::{Fields, Node, Placed, Problems, Read};

use super::line::NEVER;
use super::polyline::{Polyline, Segment};

/// What a scenario says about one spike.
#[derive(Clone, Debug)]
pub(super) struct SpikeSpec {
    at: Placed<When>,
    times: f64,
    rise: SimDuration,
    hold: SimDuration,
    fall: Fall,
}

/// How a spike ends.
#[derive(Clone, Copy, Debug)]
enum Fall {
    Straight(SimDuration),
    HalfLife(SimDuration),
}

const CHORDS_PER_HALF_LIFE: u64 = 16;
const HALF_LIVES: u64 = 14;

impl Read for SpikeSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let at = fields.required("at", problems);
        let times = fields.required::<NonNegative>("times", problems);
        let rise = fields.or("rise", SimDuration::ZERO, problems);
        let hold = fields.or("hold", SimDuration::ZERO, problems);
        let fall = fields.optional("fall", problems);
        let half_life = fields.optional::<Placed<PositiveDuration>>("half-life", problems);
        fields.finish(problems);
        let fall = match (fall?, half_life?) {
            (Some(_), Some(also)) => {
                problems.add(also.place, "a spike has either `fall` or `half-life`");
                return None;
            }
            (None, Some(half_life)) => Fall::HalfLife(half_life.value.0),
            (Some(fall), None) => Fall::Straight(fall),
            (None, None) => Fall::Straight(SimDuration::ZERO),
        };
        Some(Self { at: at?, times: times?.0, rise: rise?, hold: hold?, fall })
    }
}

/// The factor that `spikes` make together; empty if they make none.
pub(super) fn resolve(
    spikes: &[SpikeSpec],
    clock: &RunClock,
    problems: &mut Problems,
) -> Option<Polyline> {
    let before = problems.len();
    let excesses: Vec<Polyline> = spikes
        .iter()
        .filter_map(|spike| spike.excess(clock, problems))
        .filter(|excess| excess.0.iter().any(|s| s.from != 0.0 || s.to != 0.0))
        .collect();
    let mut sum = Polyline::sum_of(&excesses);
    for segment in &mut sum.0 {
        (segment.from, segment.to) = (1.0 + segment.from, 1.0 + segment.to);
        // Two shares that should cancel may miss by a rounding.
        let lowest = segment.from.min(segment.to);
        if lowest < -1e-12 {
            let place = spikes.first()?.at.place;
            let hint = "where dips overlap, what they take away adds up";
            problems.add_with_hint(place, "together the spikes take the rate below zero", hint);
            return None;
        }
        (segment.from, segment.to) = (segment.from.max(0.0), segment.to.max(0.0));
    }
    (problems.len() == before).then_some(sum)
}

impl SpikeSpec {
    fn excess(&self, clock: &RunClock, problems: &mut Problems) -> Option<Polyline> {
        let start = match self.at.value.resolve(clock) {
            Ok(at) => at.ns(),
            Err(reason) => {
                problems.add(self.at.place, reason);
                return None;
            }
        };
        let peak = self.times - 1.0;
        let mut line = Pen { at: start, value: 0.0, segments: Vec::new() };
        line.draw_to(self.rise.ns(), peak);
        line.draw_to(self.hold.ns(), peak);
        match self.fall {
            Fall::Straight(fall) => line.draw_to(fall.ns(), 0.0),
            Fall::HalfLife(half_life) => {
                let chords = CHORDS_PER_HALF_LIFE * HALF_LIVES;
                let begun = line.at;
                for chord in 1..=chords {
                    let halvings = chord as f64 / CHORDS_PER_HALF_LIFE as f64;
                    let share = if chord == chords { 0.0 } else { libm::exp2(-halvings) };
                    let end = SimDuration::from_secs_f64(half_life.as_secs_f64() * halvings);
                    line.draw_to((begun + end.ns()).saturating_sub(line.at), peak * share);
                }
            }
        }
        Some(Polyline(line.segments))
    }
}

/// Draws one stretch after the other.
struct Pen {
    at: u64,
    value: f64,
    segments: Vec<Segment>,
}

impl Pen {
    fn draw_to(&mut self, length: u64, value: f64) {
        let end = self.at.saturating_add(length).min(NEVER);
        if end > self.at {
            self.segments.push(Segment { start: self.at, end, from: self.value, to: value });
        }
        (self.at, self.value) = (end, value);
    }
}
