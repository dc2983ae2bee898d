//! `[limit.NAME]`: what a sender may send, by number, brand, account; shared by carriers.

use crate::carrier::quota::Beyond;
use crate::engine::SimDuration;
use crate::language::units::Count;
use crate::language::{
    Fields, Node, Place, Placed, PositiveDuration, Problems, Rate, Read, UtcOffset, Whole,
};

/// Most numbers or addresses of one limit.
const MOST: u64 = 10_000_000;

/// A limit as written.
#[derive(Debug)]
pub(in crate::scenario) struct LimitSchema {
    pub(in crate::scenario) place: Place,
    pub(in crate::scenario) count: u32,
    pub(in crate::scenario) rate: Option<Placed<Rate>>,
    pub(in crate::scenario) burst: u32,
    pub(in crate::scenario) daily_cap: Option<u64>,
    pub(in crate::scenario) beyond: Beyond,
    pub(in crate::scenario) zone: Option<UtcOffset>,
    pub(in crate::scenario) lead_time: Option<SimDuration>,
}

impl Read for LimitSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let count = fields.or("count", Whole::<1, MOST>(1), problems);
        let rate = fields.optional::<Placed<Rate>>("rate", problems);
        let burst = fields.optional::<Placed<Whole<1, 1_000_000>>>("burst", problems);
        let daily_cap = fields.optional::<Count>("daily-cap", problems);
        let zone = fields.optional::<Placed<UtcOffset>>("zone", problems);
        let beyond = fields.optional::<Placed<Beyond>>("beyond", problems);
        let lead_time = fields.optional::<PositiveDuration>("lead-time", problems);
        let place = fields.place();
        fields.finish(problems);
        let (rate, burst, daily_cap, zone) = (rate?, burst?, daily_cap?, zone?);
        let beyond = beyond?;
        if let (Some(beyond), None) = (&beyond, &daily_cap) {
            let label = "nothing is beyond a daily cap that there is not";
            problems.add_with_hint(beyond.place, label, "add, for example, `daily-cap = 200_000`");
        }
        if let (Some(burst), None) = (&burst, &rate) {
            let label = "a burst of what has no rate is no limit";
            problems.add_with_hint(burst.place, label, "add, for example, `rate = \"1/s\"`");
        }
        if let (Some(zone), None) = (&zone, &daily_cap) {
            let label = "the zone is that of a daily cap, and there is none";
            problems.add_with_hint(zone.place, label, "add, for example, `daily-cap = 200_000`");
        }
        Some(Self {
            place,
            count: count?.0 as u32,
            rate,
            burst: burst.map_or(1, |burst| burst.value.0 as u32),
            daily_cap: daily_cap.map(|cap| cap.0),
            beyond: beyond.map_or(Beyond::Wait, |beyond| beyond.value),
            zone: zone.map(|zone| zone.value),
            lead_time: lead_time?.map(|length| length.0),
        })
    }
}
