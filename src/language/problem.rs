//! What is wrong with a document: where, what was found, what was expected, and a hint.

use super::document::{Node, Place};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where the caret goes.
    pub place: Place,
    /// At the caret: a lower-case fragment that says what was expected and what was found.
    pub label: String,
    /// Below the caret: how to put it right, if we can tell.
    pub hint: Option<String>,
}

/// Everything that is wrong, in the order in which it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a problem without a hint.
    pub fn add(&mut self, place: Place, label: impl Into<String>) {
        self.0.push(Problem { place, label: label.into(), hint: None });
    }

    /// Records a problem with advice on how to put it right.
    pub fn add_with_hint(
        &mut self,
        place: Place,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Problem { place, label: label.into(), hint: Some(hint.into()) });
    }

    /// Records that `node` is not `what`: "expected `what`, found …".
    pub fn expected(&mut self, node: &Node, what: &str) {
        self.add(node.place, format!("expected {what}, found {}", node.describe()));
    }

    /// As [`Problems::expected`], with advice.
    pub fn expected_with_hint(&mut self, node: &Node, what: &str, hint: impl Into<String>) {
        self.add_with_hint(node.place, format!("expected {what}, found {}", node.describe()), hint);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things are wrong.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Takes over the problems of `others`.
    pub fn extend(&mut self, others: Problems) {
        self.0.extend(others.0);
    }

    /// The problem that was recorded as number `index`, to complete its wording.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Problem> {
        self.0.get_mut(index)
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
