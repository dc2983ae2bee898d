//! `[run]`: how long, how often, under which seed.

use crate::engine::SimDuration;
use crate::language::{
    Choice, Count, Fields, Node, Placed, PositiveDuration, Problems, Read, Share, Start, UtcOffset,
    Value, Whole,
};
use crate::model::Mode;

/// Replications to start with: the wave size of the statistics.
const USUAL_REPLICATIONS: u32 = 10;
/// Most replications of one point.
const MOST_REPLICATIONS: u64 = 100_000;
/// 2 GB: about 16 million messages in the system at once.
const USUAL_MEMORY: u64 = 2_000_000_000;

/// The section as written. `None` is what could not be read; a key that may be left out is another
/// `Option` within.
#[derive(Debug)]
pub(in crate::scenario) struct RunSchema {
    pub(in crate::scenario) mode: Option<Mode>,
    pub(in crate::scenario) start: Option<Option<Start>>,
    pub(in crate::scenario) zone: Option<Option<UtcOffset>>,
    pub(in crate::scenario) horizon: Option<Placed<SimDuration>>,
    pub(in crate::scenario) window: Option<Option<Placed<SimDuration>>>,
    pub(in crate::scenario) replications: Option<ReplicationsSchema>,
    pub(in crate::scenario) seed: Option<u64>,
    pub(in crate::scenario) memory_at_most: Option<u64>,
    pub(in crate::scenario) events_at_most: Option<Option<u64>>,
}

/// How often to run.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum ReplicationsSchema {
    Fixed(u32),
    Until { precision: f64, at_most: u32 },
}

impl Read for RunSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let mode = fields.or("mode", ModeSchema(Mode::Terminating), problems);
        let start = fields.optional("start", problems);
        let zone = fields.optional("zone", problems);
        let horizon =
            fields.required_like::<Placed<PositiveDuration>>("horizon", "\"3h\"", problems);
        let window = fields.optional::<Placed<PositiveDuration>>("window", problems);
        let usual = ReplicationsSchema::Fixed(USUAL_REPLICATIONS);
        let replications = fields.or("replications", usual, problems);
        let seed = fields.or("seed", Whole::<0, { i64::MAX as u64 }>(1), problems);
        let memory = fields.or("memory-at-most", Bytes(USUAL_MEMORY), problems);
        let events = fields.optional::<Count>("events-at-most", problems);
        fields.finish(problems);
        let plain = |length: Placed<PositiveDuration>| Placed {
            value: length.value.0,
            place: length.place,
        };
        Some(Self {
            mode: mode.map(|mode| mode.0),
            start,
            zone,
            horizon: horizon.map(plain),
            window: window.map(|window| window.map(plain)),
            replications,
            seed: seed.map(|seed| seed.0),
            memory_at_most: memory.map(|bytes| bytes.0),
            events_at_most: events.map(|events| events.map(|count| count.0)),
        })
    }
}

struct ModeSchema(Mode);

impl Read for ModeSchema {
    const EXAMPLE: &'static str = "\"terminating\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["terminating", "steady"], problems)?;
        choice.without_settings(problems)?;
        let steady = choice.name == "steady";
        Some(Self(if steady { Mode::Steady } else { Mode::Terminating }))
    }
}

impl Read for ReplicationsSchema {
    const EXAMPLE: &'static str = "10";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.as_str().is_some_and(|text| text.trim_end().ends_with('%')) {
            let hint = "for a precision, write `{ precision = \"5%\", at-most = 40 }`";
            problems.expected_with_hint(node, "a whole number", hint);
            return None;
        }
        if !matches!(node.value, Value::Table(_)) {
            let count = Whole::<1, MOST_REPLICATIONS>::read(node, problems)?;
            return Some(Self::Fixed(count.0 as u32));
        }
        let mut fields = Fields::open(node, problems)?;
        let precision = fields.required::<Placed<Share>>("precision", problems);
        let at_most = fields.or("at-most", Whole::<2, MOST_REPLICATIONS>(200), problems);
        fields.finish(problems);
        let precision = precision?;
        if precision.value.0 <= 0.0 || precision.value.0 >= 1.0 {
            problems.add(precision.place, "expected a precision above 0 % and below 100 %");
            return None;
        }
        Some(Self::Until { precision: precision.value.0, at_most: at_most?.0 as u32 })
    }
}

/// Memory: `"512MB"`, `"2GB"`.
struct Bytes(u64);

impl Read for Bytes {
    const EXAMPLE: &'static str = "\"2GB\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let bytes = node.as_str().and_then(|text| {
            let text = text.trim();
            let (number, unit) = text
                .strip_suffix("GB")
                .map(|number| (number, 1_000_000_000))
                .or_else(|| text.strip_suffix("MB").map(|number| (number, 1_000_000)))?;
            let number: u64 = number.trim().replace('_', "").parse().ok()?;
            number.checked_mul(unit)
        });
        match bytes {
            Some(bytes) if (1_000_000..=1_000_000_000_000).contains(&bytes) => Some(Self(bytes)),
            Some(_) | None => {
                let hint = "write a whole number of MB or GB, such as \"512MB\" or \"2GB\"";
                problems.expected_with_hint(node, "an amount of memory from 1MB to 1000GB", hint);
                None
            }
        }
    }
}
