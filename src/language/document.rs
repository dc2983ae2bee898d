//! A scenario's text as a tree of values, each with its place.

use toml::value::Datetime;

use super::path;
use super::problem::Problems;
use super::{assign, digest, parse, render};

/// Where something stands: a range of bytes in one of a document's sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source: 0 is the file, others are the assignments made to it.
    pub source: u16,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent; may be infinite or undefined, if so written.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time of day, or both, with or without an offset.
    Datetime(Datetime),
    /// A list.
    Array(Vec<Node>),
    /// Keys with values, in the order of the text.
    Table(Vec<Entry>),
}

/// A value and where it stands. The place of a table under a header is its header's.
#[derive(Clone, Debug)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// Where.
    pub place: Place,
}

/// A key of a table and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, unquoted.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The key's value.
    pub value: Node,
}

/// A text: the file itself, or an assignment made on the command line.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// A table whose keys are names that the author chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedTable {
    /// The keys that lead to it; `*` stands for any.
    pub path: &'static [&'static str],
    /// What the names are of, in the singular.
    pub kind: &'static str,
}

/// A table that an assignment brought into being beside others of its kind: perhaps a slip.
#[derive(Clone, Debug)]
pub(super) struct Created {
    pub(super) place: Place,
    pub(super) hint: String,
}

/// A parsed text together with the assignments made to it.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) sources: Vec<Source>,
    pub(super) root: Node,
    pub(super) created: Vec<Created>,
}

impl Document {
    /// Reads TOML; `name` (a path, as the user gave it) heads the problems.
    ///
    /// # Errors
    /// All errors of syntax. [`Document::recover`] gives the document that renders them.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problems> {
        let (document, problems) = Self::recover(name, text);
        if problems.is_empty() { Ok(document) } else { Err(problems) }
    }

    /// Reads TOML as far as it goes: what could be read, and all errors of syntax. The document can
    /// render the problems, and is to be used for nothing else unless there are none.
    pub fn recover(name: &str, text: &str) -> (Self, Problems) {
        let mut problems = Problems::new();
        let root = parse::document(text, &mut problems);
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        (Self { sources: vec![source], root, created: Vec::new() }, problems)
    }

    /// Makes an assignment such as `service.api.instances=40`, as `--set` does.
    ///
    /// The left side is a path of keys (quoted where they hold dots) and of indices into arrays
    /// (`spikes.0.times`); tables that are missing come into being. The right side is a TOML value;
    /// text that is none is a string, so that `40/s` and `10s` need no quotes of their own. The
    /// assignment becomes a source: later problems with the value point into it, so this document
    /// has to render them.
    ///
    /// # Errors
    /// A path or value that cannot be read, or a path that runs through something that is neither
    /// table nor array. The document is then unchanged, but can render the problems.
    pub fn set(&mut self, assignment: &str) -> Result<(), Problems> {
        self.set_by("--set", assignment)
    }

    /// As [`Document::set`], for an assignment that the command-line option `option` makes, such
    /// as `--vary`: its name heads the problems.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn set_by(&mut self, option: &str, assignment: &str) -> Result<(), Problems> {
        assign::set(self, option, assignment, &[])
    }

    /// As [`Document::set_by`], where the tables at `named` hold things by names that the author
    /// chose: a key of something that is not there is a slip, and makes nothing.
    ///
    /// # Errors
    /// As [`Document::set`], and a path below a name that nothing bears.
    pub fn set_known(
        &mut self,
        option: &str,
        assignment: &str,
        named: &[NamedTable],
    ) -> Result<(), Problems> {
        assign::set(self, option, assignment, named)
    }

    /// Puts `value` at `path`, as [`Document::set`] does, for sweeps and options, whose paths and
    /// values stand in the document themselves.
    ///
    /// # Errors
    /// As [`Document::set`], at the place of `path`.
    pub fn set_node(
        &mut self,
        path: &super::read::Placed<String>,
        value: Node,
    ) -> Result<(), Problems> {
        assign::set_node(self, path, value)
    }

    /// The node at `path`, written as for [`Document::set`]; `None` if there is none.
    pub fn get(&self, path: &str) -> Option<&Node> {
        let segments = path::parse(path).ok()?;
        segments.iter().try_fold(&self.root, |node, segment| node.child(&segment.key))
    }

    /// The table that is the whole document.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// SHA-256 of the content, in hexadecimal: it changes with any key or value, but not with the
    /// order of keys, spacing, comments, or how a string or number is spelt.
    pub fn digest(&self) -> String {
        digest::digest(&self.root)
    }

    /// All problems as a page: a heading, then each with its line, caret and hint, in the order of
    /// the text. `color` adds ANSI styles; the page reads the same without.
    pub fn render(&self, problems: &Problems, color: bool) -> String {
        render::render(self, problems, color)
    }
}

impl Node {
    /// A node with `value` at `place`.
    pub fn new(value: impl Into<Value>, place: Place) -> Self {
        Self { value: value.into(), place }
    }

    /// The value of `key`, if this is a table that has it, or the element numbered `key` of an
    /// array.
    pub fn child(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            Value::Array(elements) => elements.get(path::index(key)?),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => None,
        }
    }

    /// The value as it may follow "found": short, on one line, without control characters.
    pub fn describe(&self) -> String {
        match &self.value {
            Value::String(text) => quote(text),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => format!("{number:?}"),
            Value::Boolean(truth) => truth.to_string(),
            Value::Datetime(when) if when.date.is_none() => format!("the time {when}"),
            Value::Datetime(when) => format!("the date {when}"),
            Value::Array(elements) => match elements.len() {
                0 => "an empty array".to_owned(),
                1 => "an array of 1 element".to_owned(),
                len => format!("an array of {len} elements"),
            },
            Value::Table(entries) if entries.is_empty() => "an empty table".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

impl Place {
    /// The part of this place from byte `start` to byte `end`, counted from its own start.
    pub fn part(self, start: usize, end: usize) -> Self {
        let at = |offset: usize| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            self.start.saturating_add(offset).min(self.end)
        };
        Self { source: self.source, start: at(start), end: at(end) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<Vec<Node>> for Value {
    fn from(elements: Vec<Node>) -> Self {
        Self::Array(elements)
    }
}

impl From<Vec<Entry>> for Value {
    fn from(entries: Vec<Entry>) -> Self {
        Self::Table(entries)
    }
}

/// Longest piece of the user's text that a message repeats.
const QUOTED_CHARS_MAX: usize = 48;

/// `text` in double quotes, shortened, with control characters escaped.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", shorten(text))
}

/// `text` with control characters escaped, cut where it grows too long for a message.
pub(super) fn shorten(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED_CHARS_MAX {
            shown.push_str("...");
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_shown_short_and_on_one_line() {
        let shown = |value: Value| Node::new(value, Place::default()).describe();
        assert_eq!(shown("many".into()), "\"many\"");
        assert_eq!(shown("a\nb\u{1b}".into()), "\"a\\nb\\u{1b}\"");
        assert_eq!(shown("x".repeat(1000).into()), format!("\"{}...\"", "x".repeat(48)));
        assert_eq!(shown(0.1.into()), "0.1");
        assert_eq!(shown(1e300.into()), "1e300");
        assert_eq!(shown(Vec::<Node>::new().into()), "an empty array");
        assert_eq!(shown(vec![Node::new(true, Place::default())].into()), "an array of 1 element");
    }

    #[test]
    fn parts_of_a_place_stay_within_it() {
        let place = Place { source: 2, start: 10, end: 20 };
        assert_eq!(place.part(2, 5), Place { source: 2, start: 12, end: 15 });
        assert_eq!(place.part(5, usize::MAX), Place { source: 2, start: 15, end: 20 });
    }

    #[test]
    fn get_walks_tables_and_arrays() {
        let document = Document::parse("test", "a = [{ b = 1 }]\n\"c.d\" = 2\n").unwrap();
        assert_eq!(document.get("a.0.b").unwrap().describe(), "1");
        assert_eq!(document.get("'c.d'").unwrap().describe(), "2");
        for path in ["a.1", "a.00", "c.d", "a.0.b.c", "", "a..b"] {
            assert!(document.get(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_document_with_errors_can_render_them() {
        let (document, problems) = Document::recover("x.toml", "a = 10s");
        assert_eq!(Document::parse("x.toml", "a = 10s").unwrap_err(), problems);
        assert!(document.render(&problems, false).contains("--> x.toml:1:5"));
    }
}
