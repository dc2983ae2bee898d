//! Assignments to a document: `--set service.api.instances=40`, sweeps and options.

use super::document::{Created, Document, Entry, Node, Place, Source, Value, shorten};
use super::names::suggest;
use super::parse;
use super::path::{self, PathError, Segment};
use super::problem::Problems;
use super::read::Placed;

/// What heads problems in an assignment.
const SOURCE_NAME: &str = "--set";

pub(super) fn set(document: &mut Document, assignment: &str) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let Ok(source) = u16::try_from(document.sources.len()) else {
        problems.add(Place::default(), "too many assignments: at most 65,535 are possible");
        return Err(problems);
    };
    let text = assignment.to_owned();
    document.sources.push(Source { name: SOURCE_NAME.to_owned(), text });
    let whole =
        Place { source, start: 0, end: u32::try_from(assignment.len()).unwrap_or(u32::MAX) };
    let Some(equals) = path::find_equals(assignment) else {
        problems.add_with_hint(
            whole,
            "expected an assignment, found no `=`",
            "write the path, `=` and the value, such as `service.api.instances=40`",
        );
        return Err(problems);
    };
    let segments = match path::parse(&assignment[..equals]) {
        Ok(segments) => segments,
        Err(error) => {
            add_path_error(&mut problems, whole, &error);
            return Err(problems);
        }
    };
    let value = value(assignment, equals + 1, source, &mut problems);
    match value {
        Some(value) if problems.is_empty() => put(document, &segments, whole, value),
        Some(_) | None => Err(problems),
    }
}

pub(super) fn set_node(
    document: &mut Document,
    path: &Placed<String>,
    value: Node,
) -> Result<(), Problems> {
    // The caret can point into the path only where the text shows it as it is, without escapes.
    let written = document
        .sources
        .get(usize::from(path.place.source))
        .and_then(|source| source.text.get(path.place.start as usize..path.place.end as usize));
    let place = match written.and_then(|text| text.find(&path.value)) {
        Some(start) => path.place.part(start, start + path.value.len()),
        None => path.place,
    };
    let segments = path::parse(&path.value).map_err(|error| {
        let mut problems = Problems::new();
        add_path_error(&mut problems, place, &error);
        problems
    })?;
    put(document, &segments, place, value)
}

fn add_path_error(problems: &mut Problems, path: Place, error: &PathError) {
    let place = path.part(error.start, error.end);
    match &error.hint {
        Some(hint) => problems.add_with_hint(place, error.label.as_str(), hint.as_str()),
        None => problems.add(place, error.label.as_str()),
    }
}

/// The right side of an assignment: TOML where it is TOML, otherwise text as it stands.
fn value(assignment: &str, start: usize, source: u16, problems: &mut Problems) -> Option<Node> {
    let right = &assignment[start..];
    let start = start + (right.len() - right.trim_start().len());
    let text = right.trim();
    let node = |value: Value| {
        let place = Place { source, start: 0, end: u32::MAX }.part(start, start + text.len());
        Node { value, place }
    };
    let Some(first) = text.chars().next() else {
        let place = Place { source, start: 0, end: u32::MAX }.part(start, start);
        problems.add_with_hint(
            place,
            "expected a value after `=`",
            "write an empty string as `''`",
        );
        return None;
    };
    let mut complaints = Problems::new();
    let parsed = parse::value(text, source, start, &mut complaints);
    if complaints.is_empty() {
        return Some(Node { place: node(Value::Boolean(true)).place, ..parsed });
    }
    if matches!(first, '"' | '\'' | '[' | '{') {
        problems.extend(complaints);
        return None;
    }
    Some(node(Value::String(text.to_owned())))
}

/// Puts `value` at the end of the path. Checks the whole path first, so that a document is either
/// changed as asked or not at all.
fn put(
    document: &mut Document,
    segments: &[Segment],
    path: Place,
    value: Node,
) -> Result<(), Problems> {
    let mut problems = Problems::new();
    check(&document.root, segments, path, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (last, way) = segments.split_last().expect("a path has a key");
    let mut node = &mut document.root;
    for segment in way {
        let place = path.part(segment.start, segment.end);
        let table = || Node::new(Vec::<Entry>::new(), place);
        node = descend(node, &segment.key, place, &mut document.created, table);
    }
    let place = path.part(last.start, last.end);
    let mut value = Some(value);
    let target = descend(node, &last.key, place, &mut document.created, || {
        value.take().expect("a missing key is made once")
    });
    if let Some(value) = value {
        *target = value;
    }
    Ok(())
}

/// Says where the path runs through something that has no keys, or beyond the end of an array.
fn check(root: &Node, segments: &[Segment], path: Place, problems: &mut Problems) {
    let mut node = root;
    for (depth, segment) in segments.iter().enumerate() {
        let place = path.part(segment.start, segment.end);
        let above = path::join(&segments[..depth]);
        match &node.value {
            Value::Table(_) => {}
            Value::Array(elements) => {
                if path::index(&segment.key).is_none_or(|index| index >= elements.len()) {
                    let hint = match elements.len() {
                        0 => format!("`{above}` is an empty array; give it as a whole"),
                        1 => format!("its one element is `{above}.0`"),
                        len => format!("its elements are `{above}.0` to `{above}.{}`", len - 1),
                    };
                    let label = format!("`{above}` has no element `{}`", shorten(&segment.key));
                    problems.add_with_hint(place, label, hint);
                    return;
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => {
                let label = format!(
                    "`{above}` is {}, not a table that could hold `{}`",
                    node.describe(),
                    shorten(&segment.key)
                );
                let hint = format!("replace it as a whole: `{above} = {{ ... }}`");
                problems.add_with_hint(place, label, hint);
                return;
            }
        }
        match node.child(&segment.key) {
            Some(child) => node = child,
            None => return,
        }
    }
}

/// The child `key` of `node`, made by `make` if it is missing.
fn descend<'a>(
    node: &'a mut Node,
    key: &str,
    place: Place,
    created: &mut Vec<Created>,
    make: impl FnOnce() -> Node,
) -> &'a mut Node {
    match &mut node.value {
        Value::Table(entries) => {
            let at = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
                let siblings = entries.iter().map(|entry| entry.key.as_str());
                if let Some(near) = suggest(key, siblings) {
                    let hint = format!("this assignment made `{key}`: did you mean `{near}`?");
                    created.push(Created { place, hint });
                }
                let entry = Entry { key: key.to_owned(), key_place: place, value: make() };
                entries.push(entry);
                entries.len() - 1
            });
            &mut entries[at].value
        }
        Value::Array(elements) => {
            let index = path::index(key).expect("the path was checked");
            &mut elements[index]
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => unreachable!("the path was checked"),
    }
}
