//! Quantities in the words people use. Every type is the proof of its own range.

mod clock;
mod count;
mod decimal;
mod duration;
mod money;
mod number;
mod offset;
mod rate;
mod share;
mod when;

pub use clock::{RunClock, Start};
pub use count::{Count, CountOrZero, Whole};
pub use duration::PositiveDuration;
pub use money::Money;
pub use number::{Factor, NonNegative};
pub use offset::UtcOffset;
pub use rate::Rate;
pub use share::Share;
pub use when::When;

use super::document::Node;
use super::problem::Problems;

/// Why a text or value is no such quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    /// What follows "expected".
    expected: String,
    /// How to put it right.
    hint: Option<String>,
}

impl Fault {
    fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// The quantity, or nothing after recording the fault at `node`.
fn settle<T>(result: Result<T, Fault>, node: &Node, problems: &mut Problems) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Fault { expected, hint: Some(hint) }) => {
            problems.expected_with_hint(node, &expected, hint);
            None
        }
        Err(Fault { expected, hint: None }) => {
            problems.expected(node, &expected);
            None
        }
    }
}

/// A problem with two of them at most: the first two of several texts in a test read as one.
#[cfg(test)]
fn read_text<T: super::read::Read>(toml: &str) -> Result<T, String> {
    let text = format!("x = {toml}");
    let document = super::Document::parse("test", &text).map_err(|p| format!("{p:?}"))?;
    let node = document.get("x").expect("the key was just written");
    let mut problems = Problems::new();
    let value = T::read(node, &mut problems);
    assert_eq!(value.is_none(), !problems.is_empty(), "{problems:?}");
    value.ok_or_else(|| {
        let problem = problems.iter().next().expect("a problem was recorded");
        match &problem.hint {
            Some(hint) => format!("{} | {hint}", problem.label),
            None => problem.label.clone(),
        }
    })
}
