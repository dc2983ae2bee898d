//! Stages: a load test's script of ramps and plateaus, Poisson arrivals at the rate of the hour.
//!
//! `stages = [{ for = "10min", from = 0, to = "2k/s" }, { for = "1h", rate = "2k/s" }]`. They
//! follow one another from the start of the run; after the last one nothing arrives. A stage
//! without a rate is a pause.

use crate::language::units::{PositiveDuration, Rate};
use crate::language::{Fields, Node, Placed, Problems, Read, Value};

use super::line::NEVER;
use super::polyline::{Polyline, Segment};

/// One stage, as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct StageSpec {
    length: u64,
    from: f64,
    to: f64,
}

/// A rate per second that may be zero: `0`, `"0/s"`, `"40/s"`.
struct RateOrZero(f64);

impl Read for RateOrZero {
    const EXAMPLE: &'static str = Rate::EXAMPLE;

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let zero = match &node.value {
            Value::Integer(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::String(text) => {
                let number = text.split_once('/').map_or("", |(number, _)| number.trim());
                number.parse() == Ok(0.0)
            }
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => false,
        };
        if zero { Some(Self(0.0)) } else { Rate::read(node, problems).map(|rate| Self(rate.per_s)) }
    }
}

impl Read for StageSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let length = fields.required::<PositiveDuration>("for", problems);
        let rate = fields.optional::<RateOrZero>("rate", problems);
        let from = fields.optional::<RateOrZero>("from", problems);
        let to = fields.optional::<RateOrZero>("to", problems);
        let place = fields.place();
        fields.finish(problems);
        let (from, to) = match (rate?, from?, to?) {
            (Some(rate), None, None) => (rate.0, rate.0),
            (None, Some(from), Some(to)) => (from.0, to.0),
            (None, None, None) => (0.0, 0.0),
            (_, _, _) => {
                let hint = "write `rate = \"40/s\"`, or `from = 0, to = \"40/s\"`";
                problems.add_with_hint(place, "a stage has `rate`, or `from` and `to`", hint);
                return None;
            }
        };
        Some(Self { length: length?.0.ns(), from, to })
    }
}

/// The rate that the stages make; `None` after recording that they make none.
pub(super) fn resolve(
    stages: &Placed<Vec<StageSpec>>,
    problems: &mut Problems,
) -> Option<Polyline> {
    if stages.value.iter().all(|stage| stage.from == 0.0 && stage.to == 0.0) {
        problems.add(stages.place, "in these stages nothing ever arrives");
        return None;
    }
    let (mut start, mut segments) = (0, Vec::with_capacity(stages.value.len()));
    for stage in &stages.value {
        let end = (start + stage.length).min(NEVER);
        if end > start {
            segments.push(Segment { start, end, from: stage.from, to: stage.to });
        }
        start = end;
    }
    Some(Polyline(segments))
}
