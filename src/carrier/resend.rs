//! Whether a message that a carrier answered with an error is submitted again, and when.
//!
//! What was throttled goes back to the head of the queue by the carrier's own rule; a permanent
//! error is final. For all other errors this is the rule, with the backoffs of calls.

use super::Error;
use crate::engine::SimDuration;
use crate::language::{Choice, Node, Problems, Read};
use crate::policy::retry::{Backoff, read_backoff};

/// When a message is submitted again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    /// Submissions in all, the first included.
    pub attempts: u8,
    /// The errors after which it is.
    pub on: Errors,
    /// The pause before each further submission.
    pub backoff: Backoff,
}

/// Some of the errors that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errors(u8);

/// Those that a rule may name; a permanent error is never one of them.
const NAMES: [(&str, Error); 4] = [
    ("temporary", Error::Temporary),
    ("queue-full", Error::QueueFull),
    ("unclean", Error::Unclean),
    ("no-answer", Error::NoAnswer),
];

impl Resend {
    /// The pause before the next submission after `made` of them (at least 1), of which the last
    /// met with `error`; `None` when there is no further one. `last` is the pause before that last
    /// one, zero if it was the first; `draw` is uniform over (0, 1).
    pub fn pause(
        &self,
        made: u32,
        last: SimDuration,
        error: Error,
        draw: f64,
    ) -> Option<SimDuration> {
        let is_last = made >= u32::from(self.attempts) || !self.on.contains(error);
        // Below the limit, which is an octet.
        (!is_last).then(|| self.backoff.pause_after(made as u8, last, draw))
    }
}

impl Resend {
    /// Every pause that can occur, where there are only so many.
    pub fn constant_pauses(&self) -> impl Iterator<Item = SimDuration> + '_ {
        let last = if self.backoff.is_drawn() { 0 } else { self.attempts };
        (1..last).map(|made| self.backoff.pause_after(made, SimDuration::ZERO, 0.5))
    }
}

impl Errors {
    /// Whether `error` is among them.
    pub fn contains(self, error: Error) -> bool {
        self.0 & 1 << error as u8 != 0
    }

    fn of(errors: impl Iterator<Item = Error>) -> Self {
        Self(errors.fold(0, |set, error| set | 1 << error as u8))
    }
}

impl Default for Errors {
    /// All that may pass.
    fn default() -> Self {
        Self::of(NAMES.into_iter().map(|(_, error)| error))
    }
}

impl Read for Error {
    const EXAMPLE: &'static str = "\"temporary\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if node.as_str() == Some("permanent") {
            problems.add_with_hint(
                node.place,
                "a permanent error stays one, however often a message is submitted",
                "leave it out: such a message has failed",
            );
            return None;
        }
        let choice = Choice::read(node, &NAMES.map(|(name, _)| name), problems)?;
        choice.without_settings(problems)?;
        NAMES.into_iter().find(|(name, _)| *name == choice.name).map(|(_, error)| error)
    }
}

impl Read for Errors {
    const EXAMPLE: &'static str = "[\"temporary\", \"unclean\"]";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let list = Vec::<Error>::read(node, problems)?;
        if list.is_empty() {
            problems.add_with_hint(
                node.place,
                "expected at least one error, found none",
                "to submit nothing again, leave `resend` out",
            );
            return None;
        }
        Some(Self::of(list.into_iter()))
    }
}

impl Read for Resend {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let (attempts, on, backoff) = read_backoff(node, problems)?;
        Some(Self { attempts, on, backoff })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;

    fn read(toml: &str) -> Result<Resend, String> {
        let text = format!("x = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let resend = Resend::read(document.get("x").unwrap(), &mut problems);
        resend.ok_or_else(|| problems.iter().next().unwrap().label.clone())
    }

    #[test]
    fn what_may_pass_is_submitted_again() {
        let resend =
            read("{ constant = { attempts = 3, pause = '1min', on = ['queue-full'] } }").unwrap();
        let pause = |made, error| resend.pause(made, SimDuration::ZERO, error, 0.5);
        assert_eq!(pause(1, Error::QueueFull), Some(SimDuration::from_secs(60)));
        assert_eq!(pause(2, Error::QueueFull), Some(SimDuration::from_secs(60)));
        assert_eq!(pause(3, Error::QueueFull), None);
        assert_eq!(pause(1, Error::Temporary), None);
        let all = read("'immediate'").unwrap();
        for (_, error) in NAMES {
            assert!(all.on.contains(error));
        }
        assert!(!all.on.contains(Error::Permanent));
    }

    #[test]
    fn slips_are_told() {
        let label = |toml: &str| read(toml).unwrap_err();
        assert!(label("{ immediate = { on = ['permanent'] } }").contains("stays one"));
        assert!(label("{ immediate = { on = [] } }").contains("at least one"));
        assert!(label("{ immediate = { on = ['timeout'] } }").contains("not one of"));
    }
}
