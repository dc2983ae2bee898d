//! Deadlines: a point in time after which nobody wants the answer, which travels with the calls.
//!
//! The caller sets it, as gRPC clients do: `deadline = "3s"` from the moment the call is first
//! issued, its further attempts included. What the callee calls in turn has that deadline too,
//! or its own if that is earlier. Whether a service looks at it is the service's affair:
//! `checks-deadlines`. One that never looks works on for callers who have gone; one that looks
//! before it begins sheds what has waited too long, which is what lets a queue that overflowed
//! drain (Google, "Site Reliability Engineering", chapter 22).

use crate::engine::{SimDuration, SimTime};
use crate::language::{Choice, Node, PositiveDuration, Problems, Read};

/// How long after its issue a call is of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// From the moment the call is first issued.
    pub after: SimDuration,
}

impl Deadline {
    /// The deadline of a call issued at `now` for work whose own deadline is `inherited`
    /// ([`SimTime::MAX`]: it has none): the earlier of the two.
    pub fn at(self, now: SimTime, inherited: SimTime) -> SimTime {
        inherited.min(now + self.after)
    }
}

impl Read for Deadline {
    const EXAMPLE: &'static str = "\"3s\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        PositiveDuration::read(node, problems).map(|after| Self { after: after.0 })
    }
}

/// When a service looks at the deadlines of what it is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChecksDeadlines {
    /// Never: work is done however late it is. The way of most services.
    #[default]
    Never,
    /// Before it begins: what is late by then is dropped unbegun.
    AtStart,
    /// All the time: work in progress stops at its deadline too.
    Always,
}

impl Read for ChecksDeadlines {
    const EXAMPLE: &'static str = "\"at-start\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["never", "at-start", "always"], problems)?;
        choice.without_settings(problems)?;
        Some(match choice.name {
            "never" => Self::Never,
            "at-start" => Self::AtStart,
            _ => Self::Always,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{at, read};

    #[test]
    fn the_earlier_deadline_holds() {
        let deadline: Deadline = read("\"3s\"");
        assert_eq!(deadline.at(at(500), SimTime::MAX), at(3_500));
        assert_eq!(deadline.at(at(500), at(3_499)), at(3_499));
        assert_eq!(deadline.at(at(500), at(3_501)), at(3_500));
    }

    #[test]
    fn a_service_says_when_it_looks() {
        assert_eq!(read::<ChecksDeadlines>("\"never\""), ChecksDeadlines::default());
        assert_eq!(read::<ChecksDeadlines>("\"at-start\""), ChecksDeadlines::AtStart);
        assert_eq!(read::<ChecksDeadlines>("\"always\""), ChecksDeadlines::Always);
    }
}
