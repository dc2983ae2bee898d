//! What can go wrong with an attempt, as its caller sees it.

use crate::language::{Choice, Node, Problems, Read};

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller waited for its timeout.
    Timeout,
    /// A queue or a limit of the callee turned it away.
    Rejected,
    /// It waited too long in a queue of the callee.
    Expired,
    /// The callee answered that it failed: a call of its own went wrong.
    Failed,
    /// A guard of the caller's own did not let it out: a budget, a breaker, a throttle, a limit.
    Refused,
}

impl Failure {
    const ALL: [(&'static str, Self); 5] = [
        ("timeout", Self::Timeout),
        ("rejected", Self::Rejected),
        ("expired", Self::Expired),
        ("failed", Self::Failed),
        ("refused", Self::Refused),
    ];

    /// Whether the callee would not or could not take the work, as opposed to having done it
    /// badly.
    pub(super) fn is_overload(self) -> bool {
        match self {
            Self::Timeout | Self::Rejected | Self::Expired => true,
            Self::Failed | Self::Refused => false,
        }
    }
}

impl Read for Failure {
    const EXAMPLE: &'static str = "\"timeout\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &Self::ALL.map(|(name, _)| name), problems)?;
        choice.without_settings(problems)?;
        Self::ALL.into_iter().find(|(name, _)| *name == choice.name).map(|(_, failure)| failure)
    }
}

/// Some of the failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures(u8);

impl Failures {
    /// Those in `list`.
    pub fn of(list: &[Failure]) -> Self {
        Self(list.iter().fold(0, |set, &failure| set | 1 << failure as u8))
    }

    /// Whether `failure` is among them.
    #[inline]
    pub fn contains(self, failure: Failure) -> bool {
        self.0 & 1 << failure as u8 != 0
    }
}

impl Default for Failures {
    /// All that the callee had a part in. What a guard of the caller's own refused is not tried
    /// again: it was refused to spare the callee, or to fail fast.
    fn default() -> Self {
        Self::of(&[Failure::Timeout, Failure::Rejected, Failure::Expired, Failure::Failed])
    }
}

impl Read for Failures {
    const EXAMPLE: &'static str = "[\"timeout\", \"rejected\"]";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let list = Vec::<Failure>::read(node, problems)?;
        if list.is_empty() {
            problems.add_with_hint(
                node.place,
                "expected at least one failure, found none",
                format!("write, for example, `{}`", Self::EXAMPLE),
            );
            return None;
        }
        Some(Self::of(&list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{problem, read};

    #[test]
    fn a_list_is_a_set() {
        let some: Failures = read("[\"timeout\", \"refused\", \"timeout\"]");
        let found = Failure::ALL.map(|(_, failure)| some.contains(failure));
        assert_eq!(found, [true, false, false, false, true]);
        assert!(!Failures::default().contains(Failure::Refused));
        assert!(Failures::default().contains(Failure::Failed));
    }

    #[test]
    fn faults_name_the_choices() {
        assert_eq!(
            problem::<Failures>("[\"timeouts\"]"),
            "\"timeouts\": `timeouts` is not one of the choices | did you mean `timeout`? Choose \
             one of `timeout`, `rejected`, `expired`, `failed` or `refused`"
        );
        assert_eq!(
            problem::<Failures>("[]"),
            "[]: expected at least one failure, found none | write, for example, `[\"timeout\", \
             \"rejected\"]`"
        );
    }
}
