//! Family: how long does a caller pause before it tries again, and how often does it try?
//!
//! To add a backoff: one file here with its doc, its spec and its `pause`; one line in each of
//! [`Backoff`], `Backoff::READERS` and the matches below.

mod constant;
mod decorrelated_jitter;
mod equal_jitter;
mod exponential;
mod full_jitter;
mod immediate;

use super::{Failure, Failures};
use crate::engine::SimDuration;
use crate::language::{Choice, Entry, Fields, Node, PositiveDuration, Problems, Read, Whole};

pub use constant::Constant;
pub use decorrelated_jitter::DecorrelatedJitter;
pub use equal_jitter::EqualJitter;
pub use exponential::Exponential;
pub use full_jitter::FullJitter;
pub use immediate::Immediate;

/// Most attempts that a call may make.
pub const MOST_ATTEMPTS: u64 = 100;

/// 20 s: the cap of the AWS SDKs' standard mode (botocore, `retries/standard.py`).
const CAP: PositiveDuration = PositiveDuration(SimDuration::from_secs(20));

/// 50 ms: what the first pause of the AWS SDKs' standard mode is drawn below, in its version 2.1
/// (botocore, `retries/standard.py`).
const BASE: PositiveDuration = PositiveDuration(SimDuration::from_millis(50));

/// When a call is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u8,
    /// The failures after which the call is tried again; any other is final.
    pub on: Failures,
    /// The pause before each further attempt.
    pub backoff: Backoff,
}

/// The pauses between attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// None.
    Immediate(Immediate),
    /// Always the same.
    Constant(Constant),
    /// Longer by a factor each time.
    Exponential(Exponential),
    /// Anything up to the exponential pause.
    FullJitter(FullJitter),
    /// Between half and all of the exponential pause.
    EqualJitter(EqualJitter),
    /// Anything between the base and three times the pause before.
    DecorrelatedJitter(DecorrelatedJitter),
}

/// What a backoff knows when it is asked for a pause.
#[derive(Clone, Copy, Debug)]
struct Question {
    /// Attempts that have failed, at least 1.
    failed: u8,
    /// The pause before the attempt that has just failed; zero if that was the first.
    last: SimDuration,
    /// Uniform over (0, 1).
    draw: f64,
}

/// A backoff's name and how to read its keys.
type BackoffReader = (&'static str, fn(&mut Fields<'_>, &mut Problems) -> Option<Backoff>);

impl Retry {
    /// The pause before the next attempt, after `attempts_made` (at least 1) of which the last
    /// ended in `failure`; `None` when there is no further attempt.
    ///
    /// `last_pause` is the pause before that last attempt, zero if it was the first; `draw` is
    /// uniform over (0, 1). They matter where [`Retry::needs_last_pause`] and
    /// [`Retry::needs_draw`] say so.
    #[inline]
    pub fn pause(
        &self,
        attempts_made: u32,
        last_pause: SimDuration,
        failure: Failure,
        draw: f64,
    ) -> Option<SimDuration> {
        if attempts_made >= u32::from(self.attempts) || !self.on.contains(failure) {
            return None;
        }
        // Below the limit, which is an octet.
        let failed = attempts_made as u8;
        Some(self.backoff.pause(Question { failed, last: last_pause, draw }))
    }

    /// Whether a pause depends on the draw.
    pub fn needs_draw(&self) -> bool {
        self.backoff.is_drawn()
    }

    /// Whether a pause depends on the one before.
    pub fn needs_last_pause(&self) -> bool {
        match self.backoff {
            Backoff::DecorrelatedJitter(_) => true,
            Backoff::Immediate(_)
            | Backoff::Constant(_)
            | Backoff::Exponential(_)
            | Backoff::FullJitter(_)
            | Backoff::EqualJitter(_) => false,
        }
    }

    /// Every pause that can occur, in order of attempts, where there are only so many: none
    /// where pauses are drawn.
    pub fn constant_pauses(&self) -> impl Iterator<Item = SimDuration> + '_ {
        let last = if self.needs_draw() { 0 } else { self.attempts };
        (1..last).map(|failed| {
            self.backoff.pause(Question { failed, last: SimDuration::ZERO, draw: 0.5 })
        })
    }
}

impl Backoff {
    const READERS: [BackoffReader; 6] = [
        ("immediate", |_, _| Some(Self::Immediate(Immediate {}))),
        ("constant", |f, p| Constant::read(f, p).map(Self::Constant)),
        ("exponential", |f, p| Exponential::read(f, p).map(Self::Exponential)),
        ("full-jitter", |f, p| FullJitter::read(f, p).map(Self::FullJitter)),
        ("equal-jitter", |f, p| EqualJitter::read(f, p).map(Self::EqualJitter)),
        ("decorrelated-jitter", |f, p| {
            DecorrelatedJitter::read(f, p).map(Self::DecorrelatedJitter)
        }),
    ];

    /// The pause after `failed` attempts (at least 1): `last` is the one before the last of them,
    /// zero if there was none; `draw` is uniform over (0, 1).
    pub fn pause_after(&self, failed: u8, last: SimDuration, draw: f64) -> SimDuration {
        self.pause(Question { failed, last, draw })
    }

    /// Whether pauses are drawn.
    pub fn is_drawn(&self) -> bool {
        match self {
            Self::Immediate(_) | Self::Constant(_) | Self::Exponential(_) => false,
            Self::FullJitter(_) | Self::EqualJitter(_) | Self::DecorrelatedJitter(_) => true,
        }
    }

    #[inline]
    fn pause(&self, question: Question) -> SimDuration {
        match self {
            Self::Immediate(backoff) => backoff.pause(),
            Self::Constant(backoff) => backoff.pause(),
            Self::Exponential(backoff) => backoff.pause(question.failed),
            Self::FullJitter(backoff) => backoff.pause(question),
            Self::EqualJitter(backoff) => backoff.pause(question),
            Self::DecorrelatedJitter(backoff) => backoff.pause(question),
        }
    }
}

impl Read for Retry {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let (attempts, on, backoff) = read_backoff(node, problems)?;
        Some(Self { attempts, on, backoff })
    }
}

/// Reads a backoff with its name, its `attempts` and what it is `on`.
pub fn read_backoff<F: Read + Default>(
    node: &Node,
    problems: &mut Problems,
) -> Option<(u8, F, Backoff)> {
    let choice = Choice::read(node, &Backoff::READERS.map(|(name, _)| name), problems)?;
    // A name alone stands for an empty table: most keys have defaults.
    let empty = Node::new(Vec::<Entry>::new(), choice.place);
    let mut fields = Fields::open(choice.body.unwrap_or(&empty), problems)?;
    // Three attempts: the AWS SDKs' standard mode, and Google SRE's limit per request.
    let attempts = fields.or("attempts", Whole::<1, MOST_ATTEMPTS>(3), problems);
    let on = fields.or("on", F::default(), problems);
    let reader = Backoff::READERS.iter().find(|(name, _)| *name == choice.name);
    let (_, read) = reader.expect("the choice is one of those allowed");
    let backoff = read(&mut fields, problems);
    fields.finish(problems);
    Some((attempts?.0 as u8, on?, backoff?))
}

/// `share` (within 0..=1) of `length`, to the nanosecond below.
#[inline]
fn part(length: SimDuration, share: f64) -> SimDuration {
    SimDuration::from_ns((length.ns() as f64 * share) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{ms, problem, read};

    fn pauses(retry: &Retry, draw: f64) -> Vec<SimDuration> {
        let mut last = SimDuration::ZERO;
        let pause = |made| {
            last = retry.pause(made, last, Failure::Timeout, draw)?;
            Some(last)
        };
        (1..).map_while(pause).collect()
    }

    #[test]
    fn the_old_spelling_reads_as_ever() {
        let retry: Retry = read("{ exponential = { attempts = 4, base = \"0.5s\", factor = 2 } }");
        assert_eq!(pauses(&retry, 0.5), [ms(500), ms(1000), ms(2000)]);
        assert_eq!(retry.constant_pauses().collect::<Vec<_>>(), pauses(&retry, 0.9));
        let retry: Retry = read("{ constant = { attempts = 3, pause = \"1500ms\" } }");
        assert_eq!(pauses(&retry, 0.5), [ms(1500), ms(1500)]);
        assert!(!retry.needs_draw() && !retry.needs_last_pause());
    }

    #[test]
    fn a_name_alone_has_the_defaults() {
        let retry: Retry = read("\"full-jitter\"");
        assert_eq!(pauses(&retry, 0.5), [ms(25), ms(50)]);
        assert!(retry.needs_draw());
        assert_eq!(retry.constant_pauses().count(), 0);
        let retry: Retry = read("\"immediate\"");
        assert_eq!(pauses(&retry, 0.5), [ms(0), ms(0)]);
        assert_eq!(
            problem::<Retry>("\"exponential\""),
            "\"exponential\": missing key `base` | add, for example, `base = \"250ms\"`"
        );
    }

    #[test]
    fn only_what_is_named_is_tried_again() {
        let retry: Retry = read("{ immediate = { attempts = 2, on = [\"rejected\"] } }");
        let pause = |failure| retry.pause(1, SimDuration::ZERO, failure, 0.5);
        assert_eq!(pause(Failure::Rejected), Some(SimDuration::ZERO));
        assert_eq!(pause(Failure::Timeout), None);
        assert_eq!(retry.pause(2, SimDuration::ZERO, Failure::Rejected, 0.5), None);
        let retry: Retry = read("\"immediate\"");
        assert_eq!(retry.pause(1, SimDuration::ZERO, Failure::Refused, 0.5), None);
    }

    #[test]
    fn each_kind_of_jitter_is_read() {
        let settings = "{ attempts = 4, base = \"100ms\", cap = \"300ms\" }";
        let with = |name: &str| read::<Retry>(&format!("{{ {name} = {settings} }}"));
        // Bounds 100, 200, 300 ms.
        assert_eq!(pauses(&with("full-jitter"), 0.5), [ms(50), ms(100), ms(150)]);
        assert_eq!(pauses(&with("equal-jitter"), 0.5), [ms(75), ms(150), ms(225)]);
        // 100 + (300 - 100) / 2; 100 + (600 - 100) / 2 = 350, capped; and again.
        assert_eq!(pauses(&with("decorrelated-jitter"), 0.5), [ms(200), ms(300), ms(300)]);
        assert!(with("decorrelated-jitter").needs_last_pause());
    }
}
