//! Family: may a message come in at all? Limits that are set at the door of a service.
//!
//! To add a limit: one file here with its doc, its settings and their reading; one line in
//! [`Limit`], `Limit::NAMES` and the matches that the compiler then asks for. [`Dagor`], which
//! listens to how long messages wait inside, is a member of none.

mod buckets;
mod dagor;
mod leaky_bucket;
mod token_bucket;

use crate::engine::{SimDuration, SimTime};
use crate::language::{Choice, Fields, Node, Placed, Problems, Rate, Read, Value};

use buckets::Buckets;

pub use dagor::{Dagor, DagorGate, DagorSpec};
pub use leaky_bucket::LeakyBucket;
pub use token_bucket::TokenBucket;

/// The question put to the limits: a message stands at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who sent it.
    pub sender: u32,
    /// The number of its class.
    pub class: u32,
}

/// What the limits answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// It goes in.
    Open,
    /// It is held back, and goes in at that time, later than now, without being asked again.
    Later(SimTime),
    /// It is turned away.
    Shut,
}

/// Whose messages are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// All of the service.
    Service,
    /// Those of a class.
    Class,
    /// Those of a sender.
    Sender,
}

impl Read for Per {
    const EXAMPLE: &'static str = "\"sender\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["service", "class", "sender"], problems)?;
        choice.without_settings(problems)?;
        Some(match choice.name {
            "service" => Self::Service,
            "class" => Self::Class,
            _ => Self::Sender,
        })
    }
}

/// Lowest rate of a limit, a second.
const LEAST_RATE: f64 = 1e-6;

/// The rate of a limit.
fn rate(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<f64> {
    let rate = fields.required::<Placed<Rate>>("rate", problems)?;
    if rate.value.per_s < LEAST_RATE {
        let label = "a limit of less than one message in eleven days";
        problems.add_with_hint(rate.place, label, "write, for example, \"100/s\"");
        return None;
    }
    Some(rate.value.per_s)
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Turns away what comes above a rate.
    TokenBucket(TokenBucket),
    /// Holds back what comes above a rate.
    LeakyBucket(LeakyBucket),
}

impl Limit {
    const NAMES: [&'static str; 2] = ["token-bucket", "leaky-bucket"];
}

impl Read for Limit {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        match choice.name {
            "token-bucket" => TokenBucket::read(&choice, problems).map(Self::TokenBucket),
            _ => LeakyBucket::read(&choice, problems).map(Self::LeakyBucket),
        }
    }
}

/// All limits of a service. What a leaky bucket holds back has passed all others, so it comes last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits(Vec<Limit>);

impl Limits {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them makes messages wait.
    pub fn hold_back(&self) -> bool {
        self.0.iter().any(|limit| matches!(limit, Limit::LeakyBucket(_)))
    }

    /// Whether one of them is each sender's own.
    pub fn are_per_sender(&self) -> bool {
        self.0.iter().any(|limit| match limit {
            Limit::TokenBucket(limit) => limit.per == Per::Sender,
            Limit::LeakyBucket(limit) => limit.per == Per::Sender,
        })
    }

    /// The longest that a message may have to wait for its turn, where one makes messages wait.
    pub fn longest_wait(&self) -> Option<SimDuration> {
        self.0.iter().find_map(|limit| match limit {
            Limit::TokenBucket(_) => None,
            Limit::LeakyBucket(limit) => Some(limit.longest_wait()),
        })
    }
}

impl Read for Limits {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let limits: Vec<Limit> = Vec::read(node, problems)?;
        let Value::Array(nodes) = &node.value else { unreachable!("it was read as an array") };
        let mut sound = true;
        for (at, limit) in limits.iter().enumerate() {
            if matches!(limit, Limit::LeakyBucket(_)) && at + 1 < limits.len() {
                problems.add_with_hint(
                    nodes[at].place,
                    "a leaky bucket has to be the last of the limits, and the only one",
                    "what it holds back has passed the others by then: write it last; a second one \
                     belongs to a service of its own",
                );
                sound = false;
            }
        }
        sound.then_some(Self(limits))
    }
}

/// The limits of one service as they are now.
///
/// Memory grows with the senders who have lately sent more than their share of time: whoever has
/// rested so long that its bucket is full again is forgotten.
#[derive(Clone, Debug)]
pub struct Gate {
    limits: Vec<Buckets>,
}

impl Gate {
    /// Before anything came.
    pub fn new(limits: &Limits) -> Self {
        let buckets = |limit: &Limit| match limit {
            Limit::TokenBucket(limit) => limit.buckets(),
            Limit::LeakyBucket(limit) => limit.buckets(),
        };
        Self { limits: limits.0.iter().map(buckets).collect() }
    }

    /// Whether a message may come in at `now`. It counts against the limits only if none of them
    /// turns it away.
    #[inline]
    pub fn admit(&mut self, now: SimTime, question: Question) -> Door {
        if !self.limits.iter().all(|limit| limit.conforms(now, question)) {
            return Door::Shut;
        }
        let leave = self.limits.iter_mut().map(|limit| limit.take(now, question)).max();
        match leave.filter(|&leave| leave > now) {
            Some(leave) => Door::Later(leave),
            None => Door::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;

    /// The limits, or all problems.
    fn read(toml: &str) -> Result<Limits, Vec<String>> {
        let text = format!("x = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let limits = Limits::read(document.get("x").unwrap(), &mut problems);
        match limits {
            Some(limits) if problems.is_empty() => Ok(limits),
            Some(_) | None => Err(problems.iter().map(|problem| problem.label.clone()).collect()),
        }
    }

    fn at_ms(ms: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_millis(ms)
    }

    fn from(sender: u32) -> Question {
        Question { sender, class: sender % 2 }
    }

    #[test]
    fn each_sender_has_a_bucket_and_all_share_one() {
        let limits = read(
            "[{ token-bucket = { rate = '1/s', burst = 2, per = 'sender' } }, \
             { token-bucket = { rate = '1/s', burst = 3 } }]",
        );
        let mut gate = Gate::new(&limits.unwrap());
        let doors: Vec<Door> =
            [1, 1, 1, 2, 2].map(|sender| gate.admit(at_ms(0), from(sender))).into();
        // The third of sender 1 takes nothing from the bucket of all.
        assert_eq!(doors, [Door::Open, Door::Open, Door::Shut, Door::Open, Door::Shut]);
        // Turned away by the bucket of all, sender 2 kept its own token.
        assert_eq!(gate.admit(at_ms(999), from(2)), Door::Shut);
        assert_eq!(gate.admit(at_ms(1000), from(2)), Door::Open);
        assert_eq!(gate.admit(at_ms(1000), from(2)), Door::Shut);
        assert_eq!(gate.admit(at_ms(2000), from(2)), Door::Open);
    }

    #[test]
    fn a_leaky_bucket_lets_out_at_its_rate_and_overflows() {
        let limits = read("[{ leaky-bucket = { rate = '100/s', queue = 2, per = 'class' } }]");
        let mut gate = Gate::new(&limits.unwrap());
        let doors: Vec<Door> =
            [1, 1, 3, 1, 2].map(|sender| gate.admit(at_ms(0), from(sender))).into();
        let (first, second) = (Door::Later(at_ms(10)), Door::Later(at_ms(20)));
        assert_eq!(doors, [Door::Open, first, second, Door::Shut, Door::Open]);
        assert_eq!(gate.admit(at_ms(9), from(1)), Door::Shut);
        assert_eq!(gate.admit(at_ms(10), from(1)), Door::Later(at_ms(30)));
        assert_eq!(gate.admit(at_ms(41), from(1)), Door::Open);
        assert_eq!(gate.admit(at_ms(41), from(1)), Door::Later(at_ms(51)));
    }

    #[test]
    fn a_leaky_bucket_may_be_bounded_in_time() {
        // A message leaves every 400 ms, and none may have to wait longer than a second.
        let limits = read("[{ leaky-bucket = { rate = '2.5/s', wait-at-most = '1s' } }]").unwrap();
        let mut gate = Gate::new(&limits);
        let doors: Vec<Door> = (0..4).map(|_| gate.admit(at_ms(0), from(1))).collect();
        let (first, second) = (Door::Later(at_ms(400)), Door::Later(at_ms(800)));
        assert_eq!(doors, [Door::Open, first, second, Door::Shut]);
        // The next leaves at 1.2 s.
        assert_eq!(gate.admit(at_ms(199), from(1)), Door::Shut);
        assert_eq!(gate.admit(at_ms(200), from(1)), Door::Later(at_ms(1200)));
        // The tighter of two bounds holds.
        let both = "[{ leaky-bucket = { rate = '1/s', queue = 1, wait-at-most = '1h' } }]";
        let mut gate = Gate::new(&read(both).unwrap());
        let shut = (0..9).filter(|_| gate.admit(at_ms(0), from(1)) == Door::Shut).count();
        assert_eq!(shut, 7);
    }

    #[test]
    fn without_limits_the_door_is_open() {
        let mut gate = Gate::new(&Limits::default());
        assert!((0..99).all(|sender| gate.admit(at_ms(0), from(sender)) == Door::Open));
    }

    #[test]
    fn a_burst_is_a_second_of_the_rate_unless_it_is_said() {
        let limits = read("[{ token-bucket = { rate = '2.5/s' } }]").unwrap();
        let mut gate = Gate::new(&limits);
        let open = (0..9).filter(|_| gate.admit(at_ms(0), from(0)) == Door::Open).count();
        assert_eq!(open, 2);
        let slow = read("[{ token-bucket = { rate = '2/h' } }]").unwrap();
        assert_eq!(Gate::new(&slow).admit(at_ms(0), from(0)), Door::Open);
    }

    #[test]
    fn slips_are_told() {
        let problems = |toml: &str| read(toml).unwrap_err();
        assert_eq!(problems("[{ token-bucket = { burst = 3 } }]"), ["missing key `rate`"]);
        assert_eq!(
            problems("[{ leaky-bucket = {} }]"),
            ["missing key `rate`", "nothing says how many may wait in the bucket, or how long"]
        );
        assert_eq!(
            problems("[{ token-bucket = { rate = '0.0000001/s' } }]"),
            ["a limit of less than one message in eleven days"]
        );
        assert_eq!(problems("['token-bucket']"), ["`token-bucket` needs settings"]);
        assert_eq!(
            problems("[{ token-bucket = { rate = '1/s', per = 'user' } }]"),
            ["`user` is not one of the choices"]
        );
        let leaky = "{ leaky-bucket = { rate = '1/s', queue = 4 } }";
        assert_eq!(
            problems(&format!("[{leaky}, {leaky}]")),
            ["a leaky bucket has to be the last of the limits, and the only one"]
        );
        assert_eq!(problems("{ token-bucket = {} }").len(), 1);
    }
}
