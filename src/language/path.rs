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
