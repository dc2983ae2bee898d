//! Quiet hours: recipients are not to be disturbed, so we submit nothing, and what comes meanwhile
//! waits with us.

use crate::engine::{SimDuration, SimTime};
use crate::language::{Fields, Node, Problems, Read, RunClock, UtcOffset, When};

const DAY: u64 = 86_400_000_000_000;

/// Quiet hours of each day, in a run whose clock is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// When they begin, in nanoseconds after the run's start or whole days later.
    begin: u64,
    /// How long they last, in nanoseconds.
    length: u64,
}

/// Quiet hours, as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuietSpec {
    from: jiff::civil::Time,
    until: jiff::civil::Time,
    /// Of the recipients; without it that of the run.
    zone: Option<UtcOffset>,
}

impl Quiet {
    /// From when on something may be submitted: `now`, but for quiet hours.
    #[inline]
    pub fn over_at(&self, now: SimTime) -> SimTime {
        let into = (now.ns() % DAY + DAY - self.begin) % DAY;
        if into < self.length { now + SimDuration::from_ns(self.length - into) } else { now }
    }
}

impl QuietSpec {
    /// In a run with this clock.
    pub fn resolve(&self, clock: &RunClock) -> Quiet {
        let minutes = |zone: UtcOffset| i64::from(zone.minutes());
        // Who is ahead of the run's clock is quiet that much earlier by it.
        let ahead = minutes(self.zone.unwrap_or(clock.zone)) - minutes(clock.zone);
        let begin = clock.first(self.from).ns() as i64 - ahead * 60_000_000_000;
        let length = (clock.first(self.until).ns() + DAY - clock.first(self.from).ns()) % DAY;
        Quiet { begin: begin.rem_euclid(DAY as i64) as u64, length }
    }
}

impl Read for QuietSpec {
    const EXAMPLE: &'static str = "{ from = \"21:00\", until = \"08:00\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let from = time(&mut fields, "from", problems);
        let until = time(&mut fields, "until", problems);
        let zone = fields.optional::<UtcOffset>("zone", problems);
        fields.finish(problems);
        let (from, until, zone) = (from?, until?, zone?);
        if from == until {
            problems.add_with_hint(
                node.place,
                "quiet hours that end when they begin",
                "what is quiet all day takes no messages: leave it out, or write two times",
            );
            return None;
        }
        Some(Self { from, until, zone })
    }
}

/// A time of day.
fn time(
    fields: &mut Fields<'_>,
    key: &'static str,
    problems: &mut Problems,
) -> Option<jiff::civil::Time> {
    let node = fields.node(key);
    let when = fields.required_like::<When>(key, "\"21:00\"", problems)?;
    match (when, node) {
        (When::TimeOfDay(time), _) => Some(time),
        (When::Dated(..) | When::Elapsed(_), Some(node)) => {
            problems.expected(node, "a time of day, such as \"08:00\"");
            None
        }
        (When::Dated(..) | When::Elapsed(_), None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;
    use crate::language::units::Start;

    fn quiet(toml: &str) -> Quiet {
        let text = format!("start = \"2024-01-01 09:00\"\nx = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let start = Start::read(document.get("start").unwrap(), &mut problems).unwrap();
        let spec = QuietSpec::read(document.get("x").unwrap(), &mut problems);
        assert!(problems.is_empty());
        spec.unwrap().resolve(&start.clock(Some(UtcOffset::UTC)))
    }

    fn at(hours: u64) -> SimTime {
        SimTime::from_ns(hours * 3_600_000_000_000)
    }

    #[test]
    fn hours_go_over_midnight_and_come_each_day() {
        // The run starts at 09:00.
        let night = quiet("{ from = '21:00', until = '08:00' }");
        for (hours, open) in [(0, 0), (11, 11), (12, 23), (22, 23), (23, 23), (36, 47), (46, 47)] {
            assert_eq!(night.over_at(at(hours)), at(open), "{hours}");
        }
        // It began at 08:00, an hour before the run.
        let morning = quiet("{ from = '08:00', until = '10:00' }");
        assert_eq!((morning.over_at(at(0)), morning.over_at(at(1))), (at(1), at(1)));
        assert_eq!(morning.over_at(at(23)), at(25));
    }

    #[test]
    fn zones_shift_them() {
        // 21:00 to 08:00 in a zone three hours ahead is 18:00 to 05:00 of the run: 9 h to 20 h.
        let ahead = quiet("{ from = '21:00', until = '08:00', zone = '+03:00' }");
        assert_eq!((ahead.over_at(at(8)), ahead.over_at(at(9))), (at(8), at(20)));
        // Eight hours behind: 05:00 to 16:00; the run starts in it.
        let behind = quiet("{ from = '21:00', until = '08:00', zone = '-08:00' }");
        assert_eq!((behind.over_at(at(0)), behind.over_at(at(7))), (at(7), at(7)));
        assert_eq!(behind.over_at(at(20)), at(31));
    }
}
