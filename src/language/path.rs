//! Paths into a document: `service.api.instances`, `spikes.0.times`, `option."a.b".count`.

/// One step of a path, and the bytes of the path that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) key: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What is wrong with a path, and the bytes where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathError {
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Deeper than any scenario; keeps the recursion over a document shallow.
const SEGMENTS_MAX: usize = 32;

/// Splits a path at its dots. Keys other than letters, digits, `-` and `_` are quoted.
pub(super) fn parse(path: &str) -> Result<Vec<Segment>, PathError> {
    let mut segments = Vec::new();
    let mut at = 0;
    loop {
        at += leading_space(&path[at..]);
        let segment = segment(path, at)?;
        at = segment.end + leading_space(&path[segment.end..]);
        segments.push(segment);
        if at == path.len() {
            return Ok(segments);
        }
        let next = path[at..].chars().next().expect("the path goes on");
        if next != '.' {
            return Err(PathError {
                label: format!("expected `.` or the end of the path, found `{next}`"),
                hint: Some("put a key with other characters in double quotes".to_owned()),
                start: at,
                end: at + next.len_utf8(),
            });
        }
        if segments.len() == SEGMENTS_MAX {
            let label = format!("a path has at most {SEGMENTS_MAX} keys");
            return Err(PathError { label, hint: None, start: at, end: path.len() });
        }
        at += 1;
    }
}

/// Where the path ends that starts an assignment: the first `=` outside quotes.
pub(super) fn find_equals(assignment: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in assignment.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), c) if c == open && !escaped => quote = None,
            (None | Some(_), _) => {}
        }
        escaped = false;
    }
    None
}

/// `key` as an index into an array: digits without a leading zero.
pub(super) fn index(key: &str) -> Option<usize> {
    let plain = key.bytes().all(|b| b.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    if plain { key.parse().ok() } else { None }
}

/// The keys of `segments` as a path that can be read aloud in a message.
pub(super) fn join(segments: &[Segment]) -> String {
    let keys: Vec<String> = segments.iter().map(|s| show_key(&s.key)).collect();
    keys.join(".")
}

fn show_key(key: &str) -> String {
    let shown = super::document::shorten(key);
    if !key.is_empty() && key.chars().all(is_bare) { shown } else { format!("\"{shown}\"") }
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn segment(path: &str, start: usize) -> Result<Segment, PathError> {
    let rest = &path[start..];
    match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(path, start, quote),
        Some(c) if is_bare(c) => {
            let len = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
            Ok(Segment { key: rest[..len].to_owned(), start, end: start + len })
        }
        Some(c) => Err(PathError {
            label: format!("expected a key, found `{}`", c.escape_debug()),
            hint: Some("write the path as `service.api.instances`".to_owned()),
            start,
            end: start + c.len_utf8(),
        }),
        None => Err(PathError {
            label: "expected a key".to_owned(),
            hint: Some("write the path as `service.api.instances`".to_owned()),
            start,
            end: start,
        }),
    }
}

/// A key in quotes. Escapes in double quotes are those of TOML, so TOML reads them.
fn quoted(path: &str, start: usize, quote: char) -> Result<Segment, PathError> {
    let inside = &path[start + 1..];
    let mut escaped = false;
    let close = inside.char_indices().find(|&(_, c)| {
        let closes = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        closes
    });
    let Some((len, _)) = close else {
        return Err(PathError {
            label: "this quote is never closed".to_owned(),
            hint: None,
            start,
            end: path.len(),
        });
    };
    let end = start + len + 2;
    let bad = |reason: &str| PathError {
        label: format!("cannot read this key: {reason}"),
        hint: None,
        start,
        end,
    };
    if quote == '\'' {
        return Ok(Segment { key: inside[..len].to_owned(), start, end });
    }
    match toml::de::DeValue::parse(&path[start..end]) {
        Ok(value) => match value.get_ref().as_str() {
            Some(key) => Ok(Segment { key: key.to_owned(), start, end }),
            None => Err(bad("expected a string in quotes")),
        },
        Err(error) => Err(bad(error.message())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(path: &str) -> Vec<String> {
        parse(path).unwrap().into_iter().map(|segment| segment.key).collect()
    }

    #[test]
    fn keys_may_be_quoted() {
        assert_eq!(keys("service.api.instances"), ["service", "api", "instances"]);
        assert_eq!(keys("spikes.0.times"), ["spikes", "0", "times"]);
        assert_eq!(keys(r#"a."b.c".'d"e'."\u00e9""#), ["a", "b.c", "d\"e", "é"]);
        assert_eq!(keys(" a . b "), ["a", "b"]);
    }

    #[test]
    fn errors_point_into_the_path() {
        let check = |path: &str, start: usize, end: usize, label: &str| {
            let error = parse(path).unwrap_err();
            assert_eq!((error.start, error.end, error.label.as_str()), (start, end, label));
        };
        check("", 0, 0, "expected a key");
        check("a..b", 2, 3, "expected a key, found `.`");
        check("a.", 2, 2, "expected a key");
        check("a b", 2, 3, "expected `.` or the end of the path, found `b`");
        check("é.b", 0, 2, "expected a key, found `é`");
        check("a.\"b", 2, 4, "this quote is never closed");
        let long = ["a"; SEGMENTS_MAX + 1].join(".");
        check(&long, 63, 65, "a path has at most 32 keys");
    }

    #[test]
    fn an_assignment_is_split_at_its_first_bare_equals() {
        assert_eq!(find_equals("a=b=c"), Some(1));
        assert_eq!(find_equals("\"a=\\\"=\".b=1"), Some(9));
        assert_eq!(find_equals("'a=\\'=1"), Some(5));
        assert_eq!(find_equals("\"a=1"), None);
    }

    #[test]
    fn indices_are_plain_digits() {
        assert_eq!((index("0"), index("12")), (Some(0), Some(12)));
        for key in ["", "01", "-1", "+1", "1.0", "99999999999999999999999"] {
            assert_eq!(index(key), None, "{key}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in prop_oneof![any::<String>(), "[ab.'\"\\\\ é0=]{0,12}"]) {
            match parse(&path) {
                Ok(segments) => prop_assert!(!segments.is_empty()),
                Err(error) => prop_assert!(path.get(error.start..error.end).is_some()),
            }
        }

        #[test]
        fn what_is_joined_splits_again(names in prop::collection::vec("[a-z.]{1,6}", 1..5)) {
            let segments: Vec<Segment> = names
                .iter()
                .map(|name| Segment { key: name.clone(), start: 0, end: 0 })
                .collect();
            prop_assert_eq!(keys(&join(&segments)), names);
        }
    }
}
