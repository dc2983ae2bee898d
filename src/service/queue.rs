//! A queue as a scenario spells it: its discipline, and its bounds in length, in time and in age.

use super::line::{Discipline, DisciplineSpec};
use crate::engine::SimDuration;
use crate::language::{
    Choice, Entry, Fields, Node, Placed, PositiveDuration, Problems, Read, Whole,
};

/// Most messages that a bounded queue may be given room for.
const MOST_LENGTH: u64 = 1_000_000_000;

/// How many messages may wait, and for how long. Without bounds a queue grows until the run's
/// memory budget stops it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueBounds {
    /// Messages that may wait; one more is rejected at the door. 0 lets nobody wait: a loss
    /// system. Where each instance has a queue, this holds for each of them.
    pub length_at_most: Option<u32>,
    /// How long a message may wait before it leaves the queue as *expired*.
    pub age_at_most: Option<SimDuration>,
    /// At a carrier with a rate: a message whose turn would come later than that is rejected at
    /// the door.
    pub wait_at_most: Option<SimDuration>,
}

impl QueueBounds {
    /// Segments that may wait where `per_s` leave a second: as many as leave within the bound in
    /// time. Without a rate, a bound in time bounds nothing.
    ///
    /// Product and quotient are the nearest that a float can hold, on every machine, so that
    /// 0.3/s over 10 h are 10,800 and no fewer.
    pub fn room_in_time(&self, per_s: Option<f64>) -> Option<u32> {
        Some((per_s? * self.wait_at_most?.ns() as f64 / 1e9) as u32)
    }

    fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let length = fields.optional::<Whole<0, MOST_LENGTH>>("length-at-most", problems);
        let age = fields.optional::<PositiveDuration>("age-at-most", problems);
        Some(Self {
            length_at_most: length?.map(|whole| whole.0 as u32),
            age_at_most: age?.map(|age| age.0),
            wait_at_most: None,
        })
    }
}

/// Our queue for a carrier, as written: those who are submitted next, and how many may wait.
#[derive(Clone, Debug, PartialEq)]
pub struct CarrierQueueSpec {
    /// Who is submitted next.
    pub discipline: DisciplineSpec,
    /// How many may wait, and for how long.
    pub bounds: QueueBounds,
}

impl Default for CarrierQueueSpec {
    /// First in, first out, without bounds.
    fn default() -> Self {
        Self { discipline: DisciplineSpec::Ready(Discipline::Fifo), bounds: QueueBounds::default() }
    }
}

impl Read for CarrierQueueSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["fifo", "priority", "fair"], problems)?;
        let empty = Node::new(Vec::<Entry>::new(), choice.place);
        let body = choice.body.unwrap_or(&empty);
        let mut fields = Fields::open(body, problems)?;
        let discipline = DisciplineSpec::read(choice.name, &mut fields, problems);
        let bounds = QueueBounds::read_fields(&mut fields, problems);
        let wait = fields.optional::<PositiveDuration>("wait-at-most", problems);
        fields.finish(problems);
        if discipline.as_ref().is_some_and(DisciplineSpec::is_preemptive) {
            problems.add_with_hint(
                body.child("preemptive").map_or(choice.place, |child| child.place),
                "what a carrier has been sent cannot be taken back",
                "leave `preemptive` out: the more urgent are submitted first",
            );
            return None;
        }
        let bounds = QueueBounds { wait_at_most: wait?.map(|wait| wait.0), ..bounds? };
        Some(Self { discipline: discipline?, bounds })
    }
}

/// A queue of any discipline, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSpec {
    /// Who is served next.
    pub discipline: DisciplineSpec,
    /// How many may wait, and for how long.
    pub bounds: QueueBounds,
}

impl Default for QueueSpec {
    /// First in, first out, without bounds.
    fn default() -> Self {
        Self { discipline: DisciplineSpec::Ready(Discipline::Fifo), bounds: QueueBounds::default() }
    }
}

impl Read for QueueSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &DisciplineSpec::NAMES, problems)?;
        // A name alone stands for an empty table.
        let empty = Node::new(Vec::<Entry>::new(), choice.place);
        let mut fields = Fields::open(choice.body.unwrap_or(&empty), problems)?;
        let discipline = DisciplineSpec::read(choice.name, &mut fields, problems);
        let bounds = QueueBounds::read_fields(&mut fields, problems);
        let is_of_a_carrier = choice.body.is_some_and(|body| body.child("wait-at-most").is_some());
        let wait = match is_of_a_carrier {
            true => fields.optional::<Placed<PositiveDuration>>("wait-at-most", problems),
            false => Some(None),
        };
        fields.finish(problems);
        if let Some(wait) = wait? {
            problems.add_with_hint(
                wait.place,
                "a service's queue has no rate of its own, so nobody can tell how long a wait in \
                 it will be",
                "write `length-at-most`, or `age-at-most`, after which a message leaves the \
                 queue; to hold each sender to a rate, `limits = [{ leaky-bucket = { rate = \
                 \"1/s\", wait-at-most = \"10h\", per = \"sender\" } }]`",
            );
            return None;
        }
        let spec = Self { discipline: discipline?, bounds: bounds? };
        let drops = spec.discipline == DisciplineSpec::Ready(Discipline::RandomDrop);
        if drops && spec.bounds.length_at_most.is_none() {
            problems.add_with_hint(
                choice.place,
                "a queue without a bound is never full, so that nobody has to give way",
                "add, for example, `length-at-most = 100`",
            );
            return None;
        }
        Some(spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;
    use crate::service::line::{AdaptiveLifo, Codel, CodelLaw, EarliestDeadline, Fair};

    fn read(toml: &str) -> Result<QueueSpec, Vec<String>> {
        let text = format!("x = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let queue = QueueSpec::read(document.get("x").unwrap(), &mut problems);
        if problems.is_empty() {
            return Ok(queue.unwrap());
        }
        Err(problems
            .iter()
            .map(|problem| {
                let found = &text[problem.place.start as usize..problem.place.end as usize];
                format!("{found}: {} | {}", problem.label, problem.hint.as_deref().unwrap_or("-"))
            })
            .collect())
    }

    /// The discipline and the bounds, where there are no classes.
    fn resolved(toml: &str) -> (Discipline, Option<u32>, Option<u64>) {
        let spec = read(toml).unwrap();
        let discipline = spec.discipline.resolve(&[], &mut Problems::new()).unwrap();
        let bounds = spec.bounds;
        (discipline, bounds.length_at_most, bounds.age_at_most.map(SimDuration::ns))
    }

    #[test]
    fn every_discipline_takes_the_bounds() {
        assert_eq!(resolved("'fifo'"), (Discipline::Fifo, None, None));
        assert_eq!(
            resolved("{ fifo = { length-at-most = 0 } }"),
            (Discipline::Fifo, Some(0), None)
        );
        assert_eq!(
            resolved("{ lifo = { length-at-most = 5, age-at-most = '1us' } }"),
            (Discipline::Lifo, Some(5), Some(1000))
        );
        let longer = Discipline::AdaptiveLifo(AdaptiveLifo::Longer(7));
        assert_eq!(
            resolved("{ adaptive-lifo = { longer-than = 7, length-at-most = 9 } }"),
            (longer, Some(9), None)
        );
        assert_eq!(resolved("{ fair = { quantum = 4 } }").0, Discipline::Fair(Fair { quantum: 4 }));
        assert_eq!(
            resolved("{ earliest-deadline = { shed-late = true } }").0,
            Discipline::EarliestDeadline(EarliestDeadline { shed_late: true })
        );
        let law = CodelLaw::Rfc8289;
        assert_eq!(
            resolved("{ codel = { law = 'rfc8289', age-at-most = '1s' } }"),
            (Discipline::Codel(Codel { law, ..Codel::default() }), None, Some(1_000_000_000))
        );
        assert_eq!(
            resolved("{ random-drop = { length-at-most = 5 } }"),
            (Discipline::RandomDrop, Some(5), None)
        );
        assert_eq!(
            resolved("'adaptive-lifo'"),
            (Discipline::AdaptiveLifo(AdaptiveLifo::default()), None, None)
        );
    }

    #[test]
    fn a_bound_in_time_is_so_many_segments_at_a_rate() {
        let within = |hours: u64| QueueBounds {
            wait_at_most: Some(SimDuration::from_secs(hours * 3600)),
            ..QueueBounds::default()
        };
        for (per_s, room) in
            [(1.0, 36_000), (0.3, 10_800), (3.0, 108_000), (1e-5, 0), (1e30, u32::MAX)]
        {
            assert_eq!(within(10).room_in_time(Some(per_s)), Some(room), "{per_s}");
        }
        assert_eq!(within(10).room_in_time(None), None);
        assert_eq!(QueueBounds::default().room_in_time(Some(1.0)), None);
    }

    #[test]
    fn slips_are_told_where_they_stand() {
        let problems = |toml: &str| read(toml).unwrap_err();
        assert_eq!(
            problems("{ priority = { lane = [['otp']] } }"),
            [
                "{ lane = [['otp']] }: missing key `lanes` | add, for example, `lanes = \
                 [[\"otp\"], [\"promo\", \"news\"]]`",
                "lane: unknown key `lane` | did you mean `lanes`? The keys known here are \
                 `lanes`, `preemptive`, `length-at-most` and `age-at-most`",
            ]
        );
        assert_eq!(problems("'priority'").len(), 1);
        assert_eq!(
            problems("{ adaptive-lifo = { longer-than = 7, standing-for = '1s' } }"),
            ["longer-than: `longer-than` cannot stand beside `standing-for` | the order turns by \
              time, `standing-for = \"100ms\"`, or by length, `longer-than = 50`: keep one"]
        );
        assert_eq!(problems("'filo'").len(), 1);
        assert_eq!(problems("{ codel = { law = 'red' } }").len(), 1);
        assert_eq!(
            problems("{ codel = { target = '1s' } }"),
            ["'1s': the interval has to be longer than the target | the usual ones are `target = \
              \"5ms\"` and `interval = \"100ms\"`"]
        );
        assert_eq!(
            problems("'random-drop'"),
            ["'random-drop': a queue without a bound is never full, so that nobody has to give \
              way | add, for example, `length-at-most = 100`"]
        );
        assert_eq!(problems("{ lifo = { length-at-most = -1, age = '1s' } }").len(), 2);
    }
}
