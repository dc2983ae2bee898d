//! Assignments to a document: `--set service.api.instances=40`, sweeps and options.

use super::document::{Created, Document, Entry, NamedTable, Node, Place, Source, Value, shorten};
use super::names::{suggest, unknown_name};
use super::parse;
use super::path::{self, PathError, Segment};
use super::problem::Problems;
use super::read::Placed;

pub(super) fn set(
    document: &mut Document,
    option: &str,
    assignment: &str,
    named: &[NamedTable],
) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let Ok(source) = u16::try_from(document.sources.len()) else {
        problems.add(Place::default(), "too many assignments: at most 65,535 are possible");
        return Err(problems);
    };
    let text = assignment.to_owned();
    document.sources.push(Source { name: option.to_owned(), text });
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
    check_names(&document.root, &segments, whole, named, &mut problems);
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

/// Says where the path goes on below a name that nothing bears.
fn check_names(
    root: &Node,
    segments: &[Segment],
    path: Place,
    named: &[NamedTable],
    problems: &mut Problems,
) {
    for table in named {
        let depth = table.path.len();
        let leads_there = segments.len() > depth + 1
            && table.path.iter().zip(segments).all(|(key, found)| ["*", &found.key].contains(key));
        if !leads_there {
            continue;
        }
        let way = &segments[..depth];
        let holder = way.iter().try_fold(root, |node, segment| node.child(&segment.key));
        let known: Vec<&str> = match holder.map(|node| &node.value) {
            Some(Value::Table(entries)) => entries.iter().map(|entry| entry.key.as_str()).collect(),
            // Something else that has no keys is told by itself.
            Some(_) => continue,
            None => Vec::new(),
        };
        let name = &segments[depth];
        if !known.contains(&name.key.as_str()) {
            let place = path.part(name.start, name.end);
            let found = Placed { value: name.key.clone(), place };
            return unknown_name(table.kind, &found, &known, problems);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMED: [NamedTable; 2] = [
        NamedTable { path: &["service"], kind: "service" },
        NamedTable { path: &["service", "*", "queue"], kind: "queue" },
    ];

    #[test]
    fn a_key_of_a_thing_that_is_not_there_is_refused() {
        let told = |assignment: &str| {
            let mut document = document();
            let problems = document.set_known("--set", assignment, &NAMED).err()?;
            let first = problems.iter().next().unwrap().clone();
            Some((first.label, first.hint.unwrap_or_default()))
        };
        let (label, hint) = told("service.ap.instances=4").unwrap();
        assert_eq!(label, "no service is named `ap`");
        assert_eq!(hint, "did you mean `api`? The only service is `api`");
        let (label, _) = told("service.api.queue.lifo.length=4").unwrap();
        assert_eq!(label, "no queue is named `lifo`");
        // What is there, and what is made as a whole, are not.
        assert_eq!(told("service.api.queue.fifo.length=4"), None);
        assert_eq!(told("service.other={ instances = 4 }"), None);
        assert_eq!(told("run.seed=4"), None);
    }

    const TEXT: &str = "title = \"x\"\n[service.api]\ninstances = 8\n\
                        queue = { fifo = { length = 5 } }\n\
                        spikes = [{ times = 5 }, { times = 6 }]\n";

    fn document() -> Document {
        Document::parse("test", TEXT).unwrap()
    }

    /// What `path` holds after `assignment`.
    fn after(assignment: &str, path: &str) -> String {
        let mut document = document();
        document.set(assignment).unwrap();
        document.get(path).unwrap().describe()
    }

    /// The text under the caret, the label and the hint of a refused assignment.
    fn refused(assignment: &str) -> (String, String, String) {
        let mut document = document();
        let digest = document.digest();
        let problems = document.set(assignment).unwrap_err();
        assert_eq!(document.digest(), digest, "a refused assignment changes nothing");
        assert!(document.render(&problems, false).contains("--> --set:1:"));
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.place.source, 1);
        let written = &assignment[problem.place.start as usize..problem.place.end as usize];
        (written.to_owned(), problem.label.clone(), problem.hint.clone().unwrap_or_default())
    }

    #[test]
    fn values_are_toml_or_else_text() {
        let path = "service.api.instances";
        for (value, held) in [
            ("40", "40"),
            (" 1_000 ", "1000"),
            ("0.5", "0.5"),
            ("true", "true"),
            ("40/s", "\"40/s\""),
            ("10s", "\"10s\""),
            ("99.9%", "\"99.9%\""),
            ("'40'", "\"40\""),
            ("two words", "\"two words\""),
            ("a=b", "\"a=b\""),
            ("2022-11-25", "the date 2022-11-25"),
            ("[1, 2]", "an array of 2 elements"),
            ("{ a = 1 }", "a table"),
        ] {
            assert_eq!(after(&format!("{path}={value}"), path), held);
        }
    }

    #[test]
    fn paths_reach_arrays_and_make_tables() {
        assert_eq!(after("service.api.spikes.1.times=7", "service.api.spikes.1.times"), "7");
        assert_eq!(after("service.\"new one\".cores=2", "service.'new one'.cores"), "2");
        assert_eq!(after("run.seed = 3", "run"), "a table");
        assert_eq!(after("service.api=1", "service.api"), "1");
    }

    #[test]
    fn the_value_stands_in_the_assignment() {
        let mut document = document();
        document.set("title = 40/s ").unwrap();
        document.set("service.api.instances=[1]").unwrap();
        let place = document.get("title").unwrap().place;
        assert_eq!(place, Place { source: 1, start: 8, end: 12 });
        let place = document.get("service.api.instances.0").unwrap().place;
        assert_eq!(place, Place { source: 2, start: 23, end: 24 });
    }

    #[test]
    fn refusals_point_at_the_slip() {
        let check = |assignment: &str, written: &str, label: &str, hint: &str| {
            let expected = (written.to_owned(), label.to_owned(), hint.to_owned());
            assert_eq!(refused(assignment), expected);
        };
        check(
            "instances 40",
            "instances 40",
            "expected an assignment, found no `=`",
            "write the path, `=` and the value, such as `service.api.instances=40`",
        );
        check("title=", "", "expected a value after `=`", "write an empty string as `''`");
        check("=4", "", "expected a key", "write the path as `service.api.instances`");
        check(
            "service.api.spikes.2.times=1",
            "2",
            "`service.api.spikes` has no element `2`",
            "its elements are `service.api.spikes.0` to `service.api.spikes.1`",
        );
        check(
            "title.x=1",
            "x",
            "`title` is \"x\", not a table that could hold `x`",
            "replace it as a whole: `title = { ... }`",
        );
        check(
            "service.api.queue={ fifo = 5s }",
            "5s",
            "expected a value, found `5s`",
            "put text in double quotes: \"5s\"",
        );
        check("title='x", "", "expected the closing `'` of this text", "");
    }

    #[test]
    fn a_table_made_by_a_slip_is_told() {
        let mut document = document();
        document.set("service.ap.instances=40").unwrap();
        let mut problems = Problems::new();
        problems.add(document.get("service.ap").unwrap().place, "missing key `cores`");
        let page = document.render(&problems, false);
        assert!(page.contains("hint: this assignment made `ap`: did you mean `api`?"), "{page}");
    }

    #[test]
    fn options_point_into_the_file() {
        let text = "[service.api]\ninstances = 8\n[option.more]\n\
                    set.\"service.api.instances.x\" = 4\n";
        let mut document = Document::parse("test", text).unwrap();
        let option = document.get("option.more.set").unwrap();
        let Value::Table(entries) = &option.value else { panic!("an option is a table") };
        let path = Placed { value: entries[0].key.clone(), place: entries[0].key_place };
        let value = entries[0].value.clone();
        let problems = document.set_node(&path, value.clone()).unwrap_err();
        let place = problems.iter().next().unwrap().place;
        assert_eq!((place.source, &text[place.start as usize..place.end as usize]), (0, "x"));
        let path = Placed { value: "service.api.instances".to_owned(), place: path.place };
        document.set_node(&path, value).unwrap();
        assert_eq!(document.get("service.api.instances").unwrap().describe(), "4");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_assignment_panics(
            assignment in prop_oneof![any::<String>(), "[a-c0.='\"{}, é\\]\\[\\\\]{0,16}"],
            title in "title(\\.[a-z0])?=.{0,8}",
        ) {
            let mut document = document();
            for text in [assignment, title] {
                if let Err(problems) = document.set(&text) {
                    prop_assert!(!problems.is_empty());
                    prop_assert!(document.render(&problems, true).contains("--set"));
                }
            }
            prop_assert_eq!(document.digest().len(), 64);
        }
    }
}
