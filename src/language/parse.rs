//! From TOML text to nodes with places, and TOML's complaints in our words.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Entry, Node, Place, Value};
use super::problem::Problems;
use super::syntax::{Complaint, Upsets, complaint, may_be_echo};

/// Texts beyond this size are refused: places count bytes in 32 bits, and nobody writes them.
const TEXT_BYTES_MAX: usize = 64 << 20;
/// Brackets and dots of keys within one another. Deeper nodes would be too deep to walk.
const DEPTH_MAX: usize = 64;
/// A text with more mistakes than this is not TOML at all.
const COMPLAINTS_MAX: usize = 500;

/// The whole text as a table. Problems are appended; the table holds what could be read.
pub(super) fn document(text: &str, problems: &mut Problems) -> Node {
    let origin = Origin { source: 0, offset: 0 };
    let nothing = Node::new(Vec::<Entry>::new(), Place::default());
    if text.len() > TEXT_BYTES_MAX {
        problems.add(Place::default(), format!("the text is larger than {TEXT_BYTES_MAX} bytes"));
        return nothing;
    }
    if refuse_deep_text(text, origin, problems) {
        return nothing;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = complain(text, &errors, origin, problems);
    let mut misfits = Problems::new();
    let value = origin.table(table.get_ref(), &mut misfits);
    add_misfits(text, origin, misfits, &lines, problems);
    Node { value, place: Place::default() }
}

/// `text` as a single value that stands at byte `offset` of source `source`.
pub(super) fn value(text: &str, source: u16, offset: usize, problems: &mut Problems) -> Node {
    let origin = Origin { source, offset };
    let whole = origin.place(0..text.len());
    if refuse_deep_text(text, origin, problems) {
        return Node::new(false, whole);
    }
    let (value, errors) = DeValue::parse_recoverable(text);
    let lines = complain(text, &errors, origin, problems);
    let mut misfits = Problems::new();
    let node = origin.node(&value, &mut misfits);
    add_misfits(text, origin, misfits, &lines, problems);
    Node { place: whole, ..node }
}

/// Where a parsed text sits among the document's sources.
#[derive(Clone, Copy)]
struct Origin {
    source: u16,
    offset: usize,
}

impl Origin {
    fn place(self, span: Range<usize>) -> Place {
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

/// Records the parser's complaints, and returns the lines that they are about, by their first byte.
/// Complaints that mostly echo an earlier slip are left out.
fn complain(
    text: &str,
    errors: &[toml::de::Error],
    origin: Origin,
    problems: &mut Problems,
) -> BTreeSet<usize> {
    let mut spans: Vec<(Range<usize>, &str)> = errors
        .iter()
        .map(|error| (error.span().unwrap_or(0..text.len()), error.message()))
        .collect();
    spans.sort_by_key(|(span, _)| span.start);
    let (mut told, mut upset) = (BTreeSet::new(), BTreeSet::new());
    let mut brackets_upset = false;
    for (span, message) in spans.into_iter().take(COMPLAINTS_MAX) {
        let Complaint { span, label, hint, upsets } = complaint(text, span, message);
        let line = line_start(text, span.start);
        let echo = match upsets {
            Upsets::Nothing => upset.contains(&line),
            Upsets::Line | Upsets::Brackets => told.contains(&line),
        };
        if echo || (brackets_upset && may_be_echo(text, span.start, message)) {
            continue;
        }
        told.insert(line);
        if upsets != Upsets::Nothing {
            upset.insert(line);
        }
        brackets_upset |= upsets == Upsets::Brackets;
        match hint {
            Some(hint) => problems.add_with_hint(origin.place(span), label, hint),
            None => problems.add(origin.place(span), label),
        }
    }
    told
}

/// Takes over complaints about values, except on lines that could not be read in the first place.
fn add_misfits(
    text: &str,
    origin: Origin,
    misfits: Problems,
    lines: &BTreeSet<usize>,
    problems: &mut Problems,
) {
    for misfit in &misfits {
        if !lines.contains(&line_start(text, misfit.place.start as usize - origin.offset)) {
            problems.add(misfit.place, misfit.label.as_str());
        }
    }
}

/// The first byte of the line that byte `at` is on.
fn line_start(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1)
}

/// Whether values nest too deep, by brackets and dotted keys outside strings and comments; says so
/// if they do. The parser bounds its own recursion, but not how deep dotted keys nest.
fn refuse_deep_text(text: &str, origin: Origin, problems: &mut Problems) -> bool {
    let bytes = text.as_bytes();
    // What each open bracket adds to the depth: itself and the dots of its key.
    let mut open = Vec::new();
    let (mut at, mut depth, mut dots) = (0, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'.' => dots += 1,
            b'"' | b'\'' => at = string_end(bytes, at) - 1,
            b'#' => at += bytes[at..].iter().take_while(|&&b| b != b'\n').count() - 1,
            b'[' | b'{' => {
                open.push(dots + 1);
                depth += dots + 1;
                dots = 0;
            }
            b']' | b'}' => {
                depth -= open.pop().unwrap_or(0);
                dots = 0;
            }
            b'\n' | b',' => dots = 0,
            _ => {}
        }
        if depth + dots > DEPTH_MAX {
            let label = format!("keys and brackets nest at most {DEPTH_MAX} deep");
            problems.add(origin.place(at..at + 1), label);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::Document;

    /// The problems of `text`, each as the text under its caret and its label.
    fn problems(text: &str) -> Vec<(String, String)> {
        let (document, problems) = Document::recover("test", text);
        assert!(!document.render(&problems, true).is_empty());
        let shown = |place: Place| text[place.start as usize..place.end as usize].to_owned();
        problems.iter().map(|p| (shown(p.place), p.label.clone())).collect()
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "# ü\r\ntitle = \"ö\"\r\n[service.api]\r\nq = [{ n = 5000 }, 1.5]\r\n";
        let document = Document::parse("test", text).unwrap();
        let check = |path: &str, written: &str| {
            let place = document.get(path).unwrap().place;
            assert_eq!(&text[place.start as usize..place.end as usize], written);
        };
        check("title", "\"ö\"");
        check("service.api", "[service.api]");
        check("service.api.q", "[{ n = 5000 }, 1.5]");
        check("service.api.q.0", "{ n = 5000 }");
        check("service.api.q.0.n", "5000");
        check("service.api.q.1", "1.5");
    }

    #[test]
    fn keys_keep_the_order_of_the_text() {
        let document = Document::parse("test", "z = 1\na = 2\nm = 3").unwrap();
        let Value::Table(entries) = &document.root().value else { panic!("the root is a table") };
        let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "m"]);
    }

    #[test]
    fn toml_of_either_version_is_read() {
        let text = "a = {\n b = 1, # one\n c = 2,\n}\nd = 2022-11-25\ne = 2022-11-25 10:00:00Z\n\
                    f = 10:00\ng = \"\"\"\nx\"\"\"\nh = 0x10\ni = inf\n[[j]]\n[[j]]\nk.l = 1\n";
        let document = Document::parse("test", text).unwrap();
        assert!(matches!(document.get("a.c").unwrap().value, Value::Integer(2)));
        assert!(matches!(document.get("h").unwrap().value, Value::Integer(16)));
        assert!(matches!(document.get("j.1.k.l").unwrap().value, Value::Integer(1)));
        assert!(matches!(document.get("f").unwrap().value, Value::Datetime(_)));
    }

    #[test]
    fn all_errors_of_syntax_are_told_at_once() {
        let found = problems("a = 10s\nb = 1\nb = 2\nc = [1,\n");
        let label = |at: usize| found[at].1.as_str();
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(label(0), "expected a value, found `10s`");
        assert_eq!(label(1), "`b` is given twice");
        assert_eq!(label(2), "expected the closing `]` of this array");
    }

    #[test]
    fn values_on_one_line_are_each_told() {
        let found = problems("a = { b = 10s, c = 5k, d = 1 }");
        let written: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(written, ["10s", "5k"]);
    }

    #[test]
    fn numbers_that_do_not_fit_are_told() {
        let label = |text: &str| problems(text)[0].1.clone();
        assert_eq!(label("a = 9223372036854775808"), "this whole number does not fit 64 bits");
        assert_eq!(label("a = -1e999"), "this number is too large");
        assert_eq!(problems("a = [1e308, -9223372036854775808]"), []);
    }

    #[test]
    fn deep_texts_are_refused_not_overrun() {
        let deep = [(".".to_owned(), "keys and brackets nest at most 64 deep".to_owned())];
        let dots = ".a".repeat(DEPTH_MAX + 1);
        assert_eq!(problems(&format!("x = 1\na{dots} = 1")), deep);
        assert_eq!(problems(&format!("\"#\"{dots} = 1")), deep);
        assert_eq!(problems(&format!("a = \"{dots}\" # {dots}\nb = '''\n{dots}'''")), []);
        assert_eq!(problems(&"a.b.c = { ".repeat(50)), deep);
        assert_eq!(problems(&"[".repeat(100_000))[0].0, "[");
        assert_eq!(problems(&format!("a = [{}]", "0.5, ".repeat(1_000))), []);
    }

    #[test]
    fn the_deepest_text_can_be_walked() {
        let key = ["a"; DEPTH_MAX - 1].join(".");
        let brackets = DEPTH_MAX - 3;
        let (open, close) = ("{ a = ".repeat(brackets), "}".repeat(brackets));
        for text in [format!("[{key}]\n{key} = 1"), format!("[{key}]\na.b.c = {open}1{close}")] {
            let document = Document::parse("test", &text).unwrap();
            assert_eq!(document.clone().digest(), document.digest());
        }
    }

    /// Texts made of the pieces that TOML is made of, so that they go deep into the grammar.
    fn toml_like() -> impl Strategy<Value = String> {
        let pieces = [
            "a",
            "b",
            ".",
            " = ",
            "=",
            "\n",
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            ",",
            "\"",
            "'",
            "\"\"\"",
            "'''",
            "#",
            "1",
            "0",
            "-",
            "_",
            "1e9",
            "10:00",
            "2022-11-25",
            "true",
            "ü",
            "\\",
            "\r\n",
            "\t",
            " ",
            "\u{0}",
            "\u{feff}",
            "\u{201c}",
            "inf",
            "10s",
            "\u{1F600}",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_text_panics(text in prop_oneof![toml_like(), any::<String>()]) {
            let (document, problems) = Document::recover("test", &text);
            let page = document.render(&problems, false);
            prop_assert!(page.contains("problem"));
            for problem in &problems {
                let place = problem.place;
                let written = text.get(place.start as usize..place.end as usize);
                prop_assert!(written.is_some(), "{:?} is no part of {:?}", place, text);
            }
        }
    }
}
