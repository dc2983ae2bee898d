//! The TOML parser's complaints in words for people who do not know its grammar.

use std::ops::Range;

use super::document::shorten;

/// A complaint about the text: where, what, and how to put it right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) span: Range<usize>,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) upsets: Upsets,
}

/// How far a slip makes nonsense of what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upsets {
    /// Nothing: it is about one value alone.
    Nothing,
    /// The rest of its line.
    Line,
    /// All brackets and commas that follow: one was never closed.
    Brackets,
}

/// Beginnings of complaints about a value without quotes: the parser guesses from its first letter
/// what it was meant to be.
const BARE_VALUE: [&str; 9] = [
    "string values must be quoted",
    "invalid boolean",
    "invalid float",
    "invalid integer",
    "invalid mantissa",
    "invalid fraction",
    "invalid exponent",
    "unexpected leading zero",
    "`_` may only go between digits",
];

const DATES: [&str; 5] =
    ["invalid date", "invalid time", "invalid offset", "invalid local", "invalid month"];

/// Complaints that also arise all over the lines after a bracket that was never closed.
const BRACKETS: [&str; 10] = [
    "missing comma",
    "missing key for inline table",
    "missing assignment",
    "extra assignment",
    "invalid inline table",
    "missing inline table opening",
    "missing array opening",
    "unclosed array, ",
    "unclosed inline table",
    "unexpected `=` in array",
];

/// The parser's beginning, our words (empty for its own), and the hint (empty for none).
const WORDS: [(&str, &str, &str); 19] = [
    ("invalid basic string, expected `\"`", "expected the closing `\"` of this text", ""),
    (
        "invalid multi-line basic string, expected `\"`",
        "expected the closing `\"\"\"` of a text that starts above",
        "",
    ),
    (
        "invalid multi-line literal string, expected `'`",
        "expected the closing `'''` of a text that starts above",
        "",
    ),
    ("invalid literal string, expected `'`", "expected the closing `'` of this text", ""),
    ("missing value", "expected a value", ""),
    ("key with no value", "expected `=` and a value", "TOML writes `key = value`"),
    ("missing value for key", "expected `=` and a value", "TOML writes `key = value`"),
    (
        "unexpected key or value",
        "expected the end of the line",
        "each key stands on a line of its own, and text in double quotes",
    ),
    ("extra `=`", "one `=` too many", ""),
    ("unclosed array table", "expected the closing `]]` of this header", ""),
    ("unclosed array", "expected the closing `]` of this array", ""),
    ("unclosed table", "expected the closing `]` of this header", ""),
    ("unclosed inline table", "expected the closing `}` of this table", ""),
    ("missing comma between array", "expected a comma, or the closing `]` of the array", ""),
    ("missing comma between key", "expected a comma, or the closing `}` of the table", ""),
    ("extra comma", "one comma too many", ""),
    ("unquoted keys cannot be empty", "expected a key", ""),
    ("missing table open", "this `]` closes nothing", ""),
    (
        "missing escaped value",
        "no such escape",
        "write a backslash as `\\\\`, or put the text in single quotes",
    ),
];

/// What the parser's `message` about `span` means.
pub(super) fn complaint(text: &str, span: Range<usize>, message: &str) -> Complaint {
    if BARE_VALUE.iter().any(|start| message.starts_with(start)) {
        return bare_value(text, span);
    }
    let span = widen(text, span);
    let found = text.get(span.clone()).unwrap_or_default();
    let plain = |label: &str, hint: &str| Complaint {
        span: span.clone(),
        label: label.to_owned(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        upsets: if is_about_brackets(message) && starts_entry(text, span.start) {
            Upsets::Brackets
        } else {
            Upsets::Line
        },
    };
    if message.starts_with("duplicate key") {
        return duplicate(text, span);
    }
    if message.starts_with("invalid unquoted key") {
        let comment = found.starts_with("//") || found.starts_with(';');
        return match found {
            ":" => plain("expected `=`, found `:`", "TOML writes `key = value`"),
            _ if comment => plain("expected a key", "a comment starts with `#`"),
            _ => plain(
                "a key has only letters without accents, digits, `-` and `_`",
                "put other keys in double quotes",
            ),
        };
    }
    if message.starts_with("unexpected key or value") && found == "," {
        let hint = "write 1000 or 1_000 rather than 1,000, 1.5 not 1,5";
        return plain("expected the end of the line", hint);
    }
    // Before a comma or bracket, the parser takes nothing at all for a text without its quotes.
    if message.starts_with("invalid literal string") && matches!(found, "," | "]" | "}") {
        return Complaint { upsets: Upsets::Nothing, ..plain("expected a value", "") };
    }
    if DATES.iter().any(|start| message.starts_with(start)) {
        let hint = "write, for example, 2022-11-25 10:00";
        return Complaint { upsets: Upsets::Nothing, ..plain(message, hint) };
    }
    match WORDS.iter().find(|(start, ..)| message.starts_with(start)) {
        Some((_, label, hint)) => plain(label, hint),
        None => plain(message.strip_suffix(", expected nothing").unwrap_or(message), ""),
    }
}

/// Whether a complaint may be no more than the echo of a bracket that was never closed: it is about
/// brackets and commas, or takes a key or header for an element.
pub(super) fn may_be_echo(text: &str, at: usize, message: &str) -> bool {
    let Some(before) = text.get(..at) else { return false };
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let first = line + text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len();
    let in_key = !text[first.min(at)..at].contains('=');
    is_about_brackets(message) || (in_key && starts_entry(text, first))
}

fn is_about_brackets(message: &str) -> bool {
    BRACKETS.iter().any(|start| message.starts_with(start))
}

/// Whether a `key = value` or `[header]` starts at byte `at`, the first of its line but for spaces.
fn starts_entry(text: &str, at: usize) -> bool {
    let (Some(before), Some(rest)) = (text.get(..at), text.get(at..)) else { return false };
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '"' | '\'' | ' ');
    let entry = line.contains('=') && !key.is_empty() && key.chars().all(is_name);
    indent.trim().is_empty() && (entry || line.starts_with('['))
}

/// A value that is neither number, date nor truth, and stands without quotes.
fn bare_value(text: &str, span: Range<usize>) -> Complaint {
    let span = token(text, span);
    let found = text.get(span.clone()).unwrap_or_default();
    let words = found.contains([' ', '\t']);
    let (label, hint) = match found {
        "" => ("expected a value".to_owned(), None),
        _ if words => (
            format!("expected one value, found `{}`", shorten(found)),
            Some(format!(
                "put text in double quotes (\"{}\"), and commas between the elements of an array",
                shorten(found)
            )),
        ),
        _ => (format!("expected a value, found `{}`", shorten(found)), Some(word_hint(found))),
    };
    // Several words in a row are no slip in one value: the line has come apart.
    let upsets = if words { Upsets::Line } else { Upsets::Nothing };
    Complaint { span: widen(text, span), label, hint, upsets }
}

/// How to write the single word `found`.
fn word_hint(found: &str) -> String {
    let lower = found.to_lowercase();
    match lower.as_str() {
        "true" | "false" => return format!("write {lower}"),
        "yes" | "on" => return "write true".to_owned(),
        "no" | "off" => return "write false".to_owned(),
        _ => {}
    }
    if let Some(space) = found.chars().find(|c| c.is_whitespace()) {
        let code = u32::from(space);
        return format!("the space here is another character (U+{code:04X}): write a plain one");
    }
    if found.ends_with(';') {
        return "a line ends without `;`".to_owned();
    }
    number_hint(&lower).unwrap_or_else(|| {
        let inside = found.trim_matches(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']);
        format!("put text in double quotes: \"{}\"", shorten(inside))
    })
}

/// How to write a number that is only spelt against the rules.
fn number_hint(found: &str) -> Option<String> {
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '-');
    if !found.chars().all(numeric) || !found.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = found.replace('_', "");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits.trim_start_matches('+')),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let number = match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    };
    number.parse::<f64>().ok()?;
    Some(format!("write {}", shorten(&number)))
}

/// A key or header that stood before.
fn duplicate(text: &str, span: Range<usize>) -> Complaint {
    let key = text.get(span.clone()).unwrap_or_default();
    let number = |byte: usize| text[..byte].matches('\n').count();
    let lines: Vec<&str> = text.lines().take(number(span.start) + 1).collect();
    let (before, own) = match lines.split_last() {
        Some((own, before)) => (before, own.trim()),
        None => (&[][..], ""),
    };
    let first = if own.starts_with('[') {
        let header =
            |line: &str| line.split(']').next().map(|h| h.replace(char::is_whitespace, ""));
        before.iter().position(|line| header(line.trim()) == header(own))
    } else {
        // Within one table: a header in between starts another.
        let name = |line: &str| line.split('=').next().map(|name| name.trim().to_owned());
        let table = before.iter().rposition(|line| line.trim().starts_with('[')).unwrap_or(0);
        before[table..].iter().position(|line| name(line) == name(own)).map(|at| at + table)
    };
    let hint = first.map(|at| format!("it is given on line {} already", at + 1));
    Complaint {
        span,
        label: format!("`{}` is given twice", shorten(key)),
        hint,
        upsets: Upsets::Line,
    }
}

/// The whole word that an error points into; several words if it spans them.
fn token(text: &str, span: Range<usize>) -> Range<usize> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | ',' | '[' | ']' | '{' | '}' | '#');
    let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else {
        return span;
    };
    let start = before
        .rfind(ends)
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let end = span.end + after.find(ends).unwrap_or(after.len());
    start..end
}

/// An empty span as the character that it stands before, if its line goes on.
fn widen(text: &str, span: Range<usize>) -> Range<usize> {
    if !span.is_empty() {
        return span;
    }
    match text.get(span.start..).and_then(|rest| rest.chars().next()) {
        Some(next) if next != '\n' && next != '\r' => span.start..span.start + next.len_utf8(),
        Some(_) | None => span,
    }
}

#[cfg(test)]
mod tests {
    use crate::language::Document;

    /// The first problem of `text`: what the caret points at, the label and the hint.
    fn check(text: &str, written: &str, label: &str, hint: Option<&str>) {
        let problems = Document::parse("test", text).unwrap_err();
        let problem = problems.iter().next().unwrap();
        let place = problem.place;
        assert_eq!(&text[place.start as usize..place.end as usize], written, "{text}");
        assert_eq!((problem.label.as_str(), problem.hint.as_deref()), (label, hint), "{text}");
    }

    #[test]
    fn values_without_quotes() {
        for word in ["10s", "40/s", "99%", "fifo", "true-ish", "nobody", "-x", "1.2.3s"] {
            let label = format!("expected a value, found `{word}`");
            let hint = format!("put text in double quotes: \"{word}\"");
            check(&format!("a = {word}"), word, &label, Some(&hint));
            check(&format!("a = [1, {word}]"), word, &label, Some(&hint));
            check(&format!("a = {{ b = {word}, c = 1 }}"), word, &label, Some(&hint));
        }
        check("a = True", "True", "expected a value, found `True`", Some("write true"));
        check("a = off # x", "off", "expected a value, found `off`", Some("write false"));
        check(
            "a = \u{201c}x\u{201d}",
            "\u{201c}x\u{201d}",
            "expected a value, found `\u{201c}x\u{201d}`",
            Some("put text in double quotes: \"x\""),
        );
        check(
            "a = [1 2]",
            "1 2",
            "expected one value, found `1 2`",
            Some(
                "put text in double quotes (\"1 2\"), and commas between the elements of an array",
            ),
        );
    }

    #[test]
    fn numbers_spelt_against_the_rules() {
        let spelt =
            [("01", "1"), (".5", "0.5"), ("5.", "5"), ("1_000_", "1000"), ("-00.50", "-0.50")];
        for (written, right) in spelt {
            let label = format!("expected a value, found `{written}`");
            check(&format!("a = {written}"), written, &label, Some(&format!("write {right}")));
        }
    }

    #[test]
    fn what_never_ends() {
        check("a = \"x", "", "expected the closing `\"` of this text", None);
        check("a = 'x\nb = 1", "", "expected the closing `'` of this text", None);
        check("a = [1, 2", "", "expected the closing `]` of this array", None);
        check("a = { b = 1", "", "expected the closing `}` of this table", None);
        check("[[a]\nb = 1", "", "expected the closing `]]` of this header", None);
        check(
            "a = \"\"\"\nx",
            "",
            "expected the closing `\"\"\"` of a text that starts above",
            None,
        );
        check("[a\nb = 1", "", "expected the closing `]` of this header", None);
    }

    #[test]
    fn keys() {
        let writes = Some("TOML writes `key = value`");
        check("a: 3", ":", "expected `=`, found `:`", writes);
        check("a b = 3", "b", "expected `=` and a value", writes);
        check("a = ", "", "expected a value", None);
        check("a = { b = 1, c = }", "}", "expected a value", None);
        check("= 3", "=", "expected a key", None);
        check("a == 3", "=", "one `=` too many", None);
        check(
            "größe = 3",
            "öß",
            "a key has only letters without accents, digits, `-` and `_`",
            Some("put other keys in double quotes"),
        );
    }

    #[test]
    fn duplicates_name_the_first() {
        let (twice, given) =
            ("`a` is given twice", |line| format!("it is given on line {line} already"));
        check("a = 1\na = 2", "a", twice, Some(&given(1)));
        check("[t]\na = 1\n[u]\nb = 1\na = 2\na = 3", "a", twice, Some(&given(5)));
        check("[a]\n[b]\n[ a ] # again", "a", twice, Some(&given(1)));
        check("[t]\na = 1\n[t.a]", "a", twice, None);
        check("t = { a = 1, a = 2 }", "a", twice, None);
    }

    #[test]
    fn habits_from_other_languages() {
        check("// x\na = 1", "//", "expected a key", Some("a comment starts with `#`"));
        check("a = 1;", "1;", "expected a value, found `1;`", Some("a line ends without `;`"));
        check(
            "a = 1,000",
            ",",
            "expected the end of the line",
            Some("write 1000 or 1_000 rather than 1,000, 1.5 not 1,5"),
        );
        check(
            "a = \u{a0}5",
            "\u{a0}5",
            "expected a value, found `\u{a0}5`",
            Some("the space here is another character (U+00A0): write a plain one"),
        );
    }

    #[test]
    fn a_bracket_that_is_never_closed_is_told_once() {
        let count = |text: &str| Document::parse("test", text).unwrap_err().len();
        let array = "a = [1, 2\nb = 3\n\n[c]\nd = 4\n";
        check(array, "b", "expected a comma, or the closing `]` of the array", None);
        assert_eq!(count(array), 1);
        let table = "a = { b = 1\nc = 2\n[d]\ne = 1\n";
        check(table, "c", "expected a comma, or the closing `}` of the table", None);
        assert_eq!(count(table), 1);
        // A mere missing comma hides nothing.
        assert_eq!(count("a = [\n { b = 1 }\n { c = 1 }\n]\nd = [\n { b = 1 }\n { c = 1 }\n]"), 2);
    }

    #[test]
    fn dates() {
        check(
            "a = 2022-13-01",
            "2022-13-01",
            "invalid date, expected month between 01 and 12",
            Some("write, for example, 2022-11-25 10:00"),
        );
    }
}
