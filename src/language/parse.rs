//! From TOML text to nodes with places, and TOML's complaints in our words.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Entry, Node, Place, Value};
use super::problem::Problems;

/// Texts beyond this size are refused: places count bytes in 32 bits, and nobody writes them.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// Dots in one key or header. More would nest tables too deep to walk.
const KEY_DOTS_MAX: usize = 32;

/// The whole text as a table. Problems are appended; the table holds what could be read.
pub(super) fn document(text: &str, problems: &mut Problems) -> Node {
    let origin = Origin { source: 0, offset: 0 };
    let nothing = Node::new(Vec::<Entry>::new(), Place::default());
    if text.len() > TEXT_BYTES_MAX {
        problems.add(Place::default(), format!("the text is larger than {TEXT_BYTES_MAX} bytes"));
        return nothing;
    }
    if refuse_deep_keys(text, origin, problems) {
        return nothing;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        complain(text, error, origin, problems);
    }
    Node { value: origin.table(table.get_ref(), problems), place: Place::default() }
}

/// `text` as a single value that stands at byte `offset` of source `source`.
pub(super) fn value(text: &str, source: u16, offset: usize, problems: &mut Problems) -> Node {
    let origin = Origin { source, offset };
    if refuse_deep_keys(text, origin, problems) {
        return Node::new(false, origin.place(0..text.len()));
    }
    let (value, errors) = DeValue::parse_recoverable(text);
    for error in &errors {
        complain(text, error, origin, problems);
    }
    origin.node(&value, problems)
}

/// Where a parsed text sits among the document's sources.
#[derive(Clone, Copy)]
struct Origin {
    source: u16,
    offset: usize,
}

impl Origin {
    fn place(self, span: std::ops::Range<usize>) -> Place {
        let at = |byte: usize| u32::try_from(byte + self.offset).unwrap_or(u32::MAX);
        Place { source: self.source, start: at(span.start), end: at(span.end) }
    }

    fn node(self, spanned: &Spanned<DeValue<'_>>, problems: &mut Problems) -> Node {
        let place = self.place(spanned.span());
        let value = match spanned.get_ref() {
            DeValue::String(text) => Value::String(text.clone().into_owned()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                Value::Integer(parsed.unwrap_or_else(|_| {
                    problems.add(place, "this whole number does not fit 64 bits");
                    0
                }))
            }
            DeValue::Float(number) => Value::Float(self.float(number.as_str(), place, problems)),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(when) => Value::Datetime(*when),
            DeValue::Array(array) => {
                Value::Array(array.iter().map(|element| self.node(element, problems)).collect())
            }
            DeValue::Table(table) => self.table(table, problems),
        };
        Node { value, place }
    }

    fn float(self, digits: &str, place: Place, problems: &mut Problems) -> f64 {
        let number: f64 = digits.parse().unwrap_or(f64::NAN);
        if number.is_infinite() && !digits.contains("inf") {
            problems.add(place, "this number is too large");
        }
        number
    }

    /// The entries in the order of the text: the parser hands them out in that of the alphabet.
    fn table(self, table: &DeTable<'_>, problems: &mut Problems) -> Value {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (&Spanned<toml::de::DeString<'_>>, &Spanned<DeValue<'_>>)| {
            let key_place = self.place(key.span());
            let key = key.get_ref().clone().into_owned();
            Entry { key, key_place, value: self.node(value, problems) }
        };
        Value::Table(keys.into_iter().map(entry).collect())
    }
}

/// The parser's complaint as a problem.
fn complain(text: &str, error: &toml::de::Error, origin: Origin, problems: &mut Problems) {
    let span = error.span().unwrap_or(0..text.len());
    problems.add(origin.place(span), error.message());
}

/// Whether some key has too many dots, outside strings and comments; says so if it does.
fn refuse_deep_keys(text: &str, origin: Origin, problems: &mut Problems) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut dots, mut start) = (0, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'.' => dots += 1,
            b'"' | b'\'' => at = string_end(bytes, at) - 1,
            b'#' => at += bytes[at..].iter().take_while(|&&b| b != b'\n').count() - 1,
            b'\n' | b'=' | b',' | b'[' | b']' | b'{' | b'}' => (dots, start) = (0, at + 1),
            _ => {}
        }
        if dots > KEY_DOTS_MAX {
            let place = origin.place(start..at + 1);
            problems.add(place, format!("a key has at most {KEY_DOTS_MAX} dots"));
            return true;
        }
        at += 1;
    }
    false
}

/// The byte after the string that opens at `open`; for one that is never closed, its line's end.
fn string_end(bytes: &[u8], open: usize) -> usize {
    let quote = bytes[open];
    let fence = [quote; 3];
    let multiline = bytes[open..].starts_with(&fence);
    let mut at = open + if multiline { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !multiline => return at,
            b if b == quote && !multiline => return at + 1,
            b if b == quote && bytes[at..].starts_with(&fence) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
