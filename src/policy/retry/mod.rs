//! Family: how long does a caller pause before it tries again, and how often does it try?
//!
//! To add a backoff: one file here with its doc, its spec and its `pause`; one line in each of
//! [`Backoff`], `Retry::NAMES` and the matches below.

mod constant;
mod exponential;

use crate::engine::SimDuration;
use crate::language::{Choice, Fields, Node, Problems, Read, Whole};

pub use constant::Constant;
pub use exponential::Exponential;

/// Most attempts that a call may make.
pub const MOST_ATTEMPTS: u64 = 100;

/// When a call is tried again. Every failure is retriable: a timeout, a rejection, an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first included.
    pub attempts: u8,
    /// The pause before each further attempt.
    pub backoff: Backoff,
}

/// The pauses between attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// Always the same.
    Constant(Constant),
    /// Longer by a factor each time.
    Exponential(Exponential),
}

impl Retry {
    const NAMES: [&'static str; 2] = ["constant", "exponential"];

    /// The pause before the attempt after `failed` failed ones (at least 1); `None` when there
    /// is no further attempt.
    #[inline]
    pub fn pause(&self, failed: u8) -> Option<SimDuration> {
        if failed >= self.attempts {
            return None;
        }
        Some(match &self.backoff {
            Backoff::Constant(backoff) => backoff.pause(),
            Backoff::Exponential(backoff) => backoff.pause(failed),
        })
    }

    /// Every pause that can occur, in order of attempts.
    pub fn pauses(&self) -> impl Iterator<Item = SimDuration> + '_ {
        (1..self.attempts).filter_map(|failed| self.pause(failed))
    }
}

impl Read for Retry {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::NAMES, problems)?;
        let body = choice.settings(problems)?;
        let mut fields = Fields::open(body, problems)?;
        // Three attempts: the AWS SDKs' standard mode, and Google SRE's limit per request.
        let attempts = fields.or("attempts", Whole::<1, MOST_ATTEMPTS>(3), problems);
        let backoff = match choice.name {
            "constant" => Constant::read(&mut fields, problems).map(Backoff::Constant),
            _ => Exponential::read(&mut fields, problems).map(Backoff::Exponential),
        };
        fields.finish(problems);
        Some(Self { attempts: attempts?.0 as u8, backoff: backoff? })
    }
}
