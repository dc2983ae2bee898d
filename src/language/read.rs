//! Reading values and tables out of a document, going on after each problem.

use super::document::{Entry, Node, Place, Value, shorten};
use super::names::{list_of, with_suggestion};
use super::problem::Problems;

/// A type that a document can hold.
pub trait Read: Sized {
    /// A value as it may be written, in TOML, for hints; empty for tables.
    const EXAMPLE: &'static str = "";

    /// Reads the value; `None` after recording at least one problem.
    fn read(node: &Node, problems: &mut Problems) -> Option<Self>;
}

/// A table being read, which remembers what was asked for, so that [`Fields::finish`] can tell
/// which keys nobody knows.
///
/// Ask for every key before giving up on a missing one, and finish, so that a user learns of all
/// problems at once:
/// `let (a, b) = (fields.required("a", p), fields.required("b", p)); fields.finish(p); … a? … b?`.
#[derive(Debug)]
#[must_use = "unknown keys go unnoticed without `finish`"]
pub struct Fields<'a> {
    place: Place,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
    /// The number of the problem that lists the missing keys, once there is one.
    missing_problem: Option<usize>,
}

impl<'a> Fields<'a> {
    /// Opens a table; `None` after recording that `node` is none.
    pub fn open(node: &'a Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Table(entries) => Some(Self {
                place: node.place,
                entries,
                known: Vec::new(),
                missing: Vec::new(),
                missing_problem: None,
            }),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => {
                problems.expected(node, "a table");
                None
            }
        }
    }

    /// The value of `key`; `None` after recording that it is missing or bad.
    pub fn required<T: Read>(&mut self, key: &'static str, problems: &mut Problems) -> Option<T> {
        match self.node(key) {
            Some(node) => T::read(node, problems),
            None => {
                self.miss::<T>(key, problems);
                None
            }
        }
    }

    /// The value of `key`: `Some(None)` if it is absent, `None` after recording that it is bad.
    pub fn optional<T: Read>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<Option<T>> {
        match self.node(key) {
            Some(node) => T::read(node, problems).map(Some),
            None => Some(None),
        }
    }

    /// The value of `key`, or `default` if it is absent; `None` after recording that it is bad.
    pub fn or<T: Read>(
        &mut self,
        key: &'static str,
        default: T,
        problems: &mut Problems,
    ) -> Option<T> {
        self.optional(key, problems).map(|value| value.unwrap_or(default))
    }

    /// What stands at `key`, which counts as known from now on.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// `key` with its place and value; it counts as known from now on.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Where the table stands: its header, its braces, or the key that names it.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Records every key that was never asked for.
    pub fn finish(self, problems: &mut Problems) {
        for entry in self.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let label = format!("unknown key `{}`", shorten(&entry.key));
            let list = match self.known.as_slice() {
                [] => "no key is known here".to_owned(),
                [only] => format!("the only key known here is `{only}`"),
                several => format!("the keys known here are {}", list_of(several, "and")),
            };
            let hint = with_suggestion(&entry.key, &self.known, &list);
            problems.add_with_hint(entry.key_place, label, hint);
        }
    }

    /// Records that `key` is missing: one problem a table, however many keys it lacks.
    fn miss<T: Read>(&mut self, key: &'static str, problems: &mut Problems) {
        self.missing.push(key);
        let reported = self.missing_problem.and_then(|index| problems.get_mut(index));
        match reported.filter(|problem| problem.place == self.place) {
            Some(problem) => {
                problem.label = format!("missing keys {}", list_of(&self.missing, "and"));
                if let (Some(hint), false) = (&mut problem.hint, T::EXAMPLE.is_empty()) {
                    hint.push_str(&format!(" and `{key} = {}`", T::EXAMPLE));
                }
            }
            None => {
                self.missing_problem = Some(problems.len());
                let label = format!("missing key `{key}`");
                if T::EXAMPLE.is_empty() {
                    problems.add(self.place, label);
                } else {
                    let hint = format!("add, for example, `{key} = {}`", T::EXAMPLE);
                    problems.add_with_hint(self.place, label, hint);
                }
            }
        }
    }
}

/// A value and where it stands, for names that are resolved and numbers that are checked later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T: Read> Read for Placed<T> {
    const EXAMPLE: &'static str = T::EXAMPLE;

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::read(node, problems).map(|value| Self { value, place: node.place })
    }
}

/// A table whose keys are names that the user chose, such as `[service.<name>]`: each with its
/// value, in the order of the names' bytes, so that the order of declaration changes nothing.
#[derive(Clone, Debug)]
pub struct Named<T>(pub Vec<(Placed<String>, T)>);

impl<T: Read> Read for Named<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            problems.expected(node, "a table of names");
            return None;
        };
        let mut named = Vec::with_capacity(entries.len());
        for entry in entries {
            let name = name(entry, problems);
            let value = T::read(&entry.value, problems);
            if let (Some(value), Some(name)) = (value, name) {
                named.push((name, value));
            }
        }
        named.sort_by(|(a, _), (b, _)| a.value.cmp(&b.value));
        (named.len() == entries.len()).then_some(Self(named))
    }
}

/// A key as a name: reports and files show it, so it needs something to show.
fn name(entry: &Entry, problems: &mut Problems) -> Option<Placed<String>> {
    if entry.key.trim().is_empty() {
        problems.add(entry.key_place, "expected a name, found an empty one");
        return None;
    }
    if entry.key.chars().any(char::is_control) {
        problems.add(entry.key_place, "a name holds no line breaks or control characters");
        return None;
    }
    Some(Placed { value: entry.key.clone(), place: entry.key_place })
}

impl Read for bool {
    const EXAMPLE: &'static str = "true";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Boolean(truth) => Some(*truth),
            Value::String(text) if text == "true" || text == "false" => {
                let hint = format!("write {text} without quotes");
                problems.expected_with_hint(node, "true or false", hint);
                None
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => {
                problems.expected(node, "true or false");
                None
            }
        }
    }
}

impl Read for String {
    const EXAMPLE: &'static str = "\"...\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = node.as_str();
        if text.is_none() {
            problems.expected(node, "text in quotes");
        }
        text.map(str::to_owned)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Array(elements) = &node.value else {
            if T::EXAMPLE.is_empty() {
                problems.expected(node, "an array");
            } else {
                let hint = format!("write, for example, `[{}]`", T::EXAMPLE);
                problems.expected_with_hint(node, "an array", hint);
            }
            return None;
        };
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            values.extend(T::read(element, problems));
        }
        (values.len() == elements.len()).then_some(values)
    }
}
