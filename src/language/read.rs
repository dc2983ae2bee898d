//! Reading values and tables out of a document, going on after each problem.

use super::choice::Choice;
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
        self.required_like(key, T::EXAMPLE, problems)
    }

    /// As [`Fields::required`], with a value of its own as example, where that of the type says
    /// little: `instances = 40`.
    pub fn required_like<T: Read>(
        &mut self,
        key: &'static str,
        example: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        match self.node(key) {
            Some(node) => T::read(node, problems),
            None => {
                self.miss(key, example, problems);
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

    /// The one key among `allowed` that the table holds beside its others, as a choice; `None`
    /// after recording that there is none, or more than one.
    pub fn choice(
        &mut self,
        allowed: &[&'static str],
        problems: &mut Problems,
    ) -> Option<Choice<'a>> {
        let choice = self.optional_choice(allowed, problems)?;
        if choice.is_none() {
            let label = match allowed {
                [only] => format!("missing key `{only}`"),
                several => format!("missing one of the keys {}", list_of(several, "or")),
            };
            problems.add(self.place, label);
        }
        choice
    }

    /// As [`Fields::choice`], but `Some(None)` if the table holds none of `allowed`.
    pub fn optional_choice(
        &mut self,
        allowed: &[&'static str],
        problems: &mut Problems,
    ) -> Option<Option<Choice<'a>>> {
        let mut found: Option<Choice<'a>> = None;
        let mut clash = false;
        for &name in allowed {
            let Some(entry) = self.entry(name) else { continue };
            match &found {
                None => {
                    let body = Some(&entry.value);
                    found = Some(Choice { name, place: entry.key_place, body });
                }
                Some(other) => {
                    let label = format!("`{name}` cannot stand beside `{}`", other.name);
                    let hint = format!("keep only one of {}", list_of(allowed, "or"));
                    problems.add_with_hint(entry.key_place, label, hint);
                    clash = true;
                }
            }
        }
        if clash { None } else { Some(found) }
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
    fn miss(&mut self, key: &'static str, example: &str, problems: &mut Problems) {
        self.missing.push(key);
        let reported = self.missing_problem.and_then(|index| problems.get_mut(index));
        match reported.filter(|problem| problem.place == self.place) {
            Some(problem) => {
                problem.label = format!("missing keys {}", list_of(&self.missing, "and"));
                if let (Some(hint), false) = (&mut problem.hint, example.is_empty()) {
                    hint.push_str(&format!(" and `{key} = {example}`"));
                }
            }
            None => {
                self.missing_problem = Some(problems.len());
                let label = format!("missing key `{key}`");
                if example.is_empty() {
                    problems.add(self.place, label);
                } else {
                    let hint = format!("add, for example, `{key} = {example}`");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SimDuration;
    use crate::language::units::Count;
    use crate::language::{Document, Problem};

    #[derive(Debug)]
    struct Pool {
        instances: Count,
        timeout: SimDuration,
        cores: Option<Count>,
    }

    impl Read for Pool {
        fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
            let mut fields = Fields::open(node, problems)?;
            let instances = fields.required_like("instances", "40", problems);
            let timeout = fields.or("timeout", SimDuration::from_secs(1), problems);
            let cores = fields.optional("cores", problems);
            fields.finish(problems);
            Some(Self { instances: instances?, timeout: timeout?, cores: cores? })
        }
    }

    /// The value of `text`, or its problems as "text under the caret: label | hint".
    fn read<T: Read>(text: &str) -> Result<T, Vec<String>> {
        let document = Document::parse("test", text).unwrap();
        let mut problems = Problems::new();
        let value = T::read(document.root(), &mut problems);
        let show = |problem: &Problem| {
            let written = &text[problem.place.start as usize..problem.place.end as usize];
            format!("{written}: {} | {}", problem.label, problem.hint.as_deref().unwrap_or("-"))
        };
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            Some(_) | None => {
                assert!(!problems.is_empty());
                Err(problems.iter().map(show).collect())
            }
        }
    }

    #[test]
    fn tables_are_read_with_their_defaults() {
        let pool: Pool = read("instances = 4").unwrap();
        assert_eq!((pool.instances.0, pool.timeout.ns(), pool.cores), (4, 1_000_000_000, None));
        let pool: Pool = read("instances = 4\ncores = 2\ntimeout = \"5s\"").unwrap();
        assert_eq!((pool.timeout, pool.cores.unwrap().0), (SimDuration::from_secs(5), 2));
    }

    #[test]
    fn every_problem_of_a_table_is_told() {
        let problems = read::<Pool>("instanses = 4\ncores = 0\ntimeout = 5\nzone = 1").unwrap_err();
        assert_eq!(
            problems,
            [
                ": missing key `instances` | add, for example, `instances = 40`",
                "5: expected a duration with its unit, found 5 | add the unit: \"5s\" or \"5ms\", \
                 for example",
                "0: expected a whole number of at least 1, found 0 | -",
                "instanses: unknown key `instanses` | did you mean `instances`? The keys known \
                 here are `instances`, `timeout` and `cores`",
                "zone: unknown key `zone` | the keys known here are `instances`, `timeout` and \
                 `cores`",
            ]
        );
    }

    #[test]
    fn missing_keys_are_one_problem() {
        struct Two;
        impl Read for Two {
            fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
                let mut fields = Fields::open(node, problems)?;
                let a = fields.required_like::<Count>("a", "4", problems);
                let b = fields.required::<SimDuration>("b", problems);
                fields.finish(problems);
                (a.is_some() && b.is_some()).then_some(Self)
            }
        }
        assert_eq!(
            read::<Two>("").err().unwrap(),
            [": missing keys `a` and `b` | add, for example, `a = 4` and `b = \"250ms\"`"]
        );
    }

    #[test]
    fn one_key_may_be_a_choice_among_the_others() {
        struct Source(&'static str);
        impl Read for Source {
            fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
                let mut fields = Fields::open(node, problems)?;
                let choice = fields.choice(&["poisson", "blast"], problems);
                fields.finish(problems);
                choice.map(|choice| Self(choice.name))
            }
        }
        let problems = |text: &str| read::<Source>(text).err().unwrap();
        assert_eq!(read::<Source>("blast = {}").ok().unwrap().0, "blast");
        assert_eq!(problems(""), [": missing one of the keys `poisson` or `blast` | -"]);
        assert_eq!(
            problems("blast = 1\npoisson = 2"),
            ["blast: `blast` cannot stand beside `poisson` | keep only one of `poisson` or \
              `blast`"]
        );
        assert_eq!(
            problems("blast = 1\npoison = 2"),
            ["poison: unknown key `poison` | did you mean `poisson`? The keys known here are \
              `poisson` and `blast`"]
        );
    }

    #[test]
    fn names_are_sorted_and_shown() {
        let named: Named<Count> = read("zeta = 1\nalpha = 2").unwrap();
        let names: Vec<&str> = named.0.iter().map(|(name, _)| name.value.as_str()).collect();
        assert_eq!(names, ["alpha", "zeta"]);
        assert_eq!(named.0[1].0.place, Place { source: 0, start: 0, end: 4 });
        assert_eq!(
            read::<Named<Count>>("\"\" = 1\n\"a\\nb\" = 0").unwrap_err(),
            [
                "\"\": expected a name, found an empty one | -",
                "\"a\\nb\": a name holds no line breaks or control characters | -",
                "0: expected a whole number of at least 1, found 0 | -",
            ]
        );
    }

    #[test]
    fn arrays_tell_of_each_element() {
        struct List(Vec<Placed<bool>>);
        impl Read for List {
            fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
                let mut fields = Fields::open(node, problems)?;
                let list = fields.required("x", problems);
                fields.finish(problems);
                list.map(Self)
            }
        }
        let list = read::<List>("x = [true, false]").ok().unwrap().0;
        assert_eq!((list[1].value, list[1].place.start), (false, 11));
        assert_eq!(
            read::<List>("x = [1, true, \"false\"]").err().unwrap(),
            [
                "1: expected true or false, found 1 | -",
                "\"false\": expected true or false, found \"false\" | write false without quotes",
            ]
        );
        assert_eq!(
            read::<List>("x = true").err().unwrap(),
            ["true: expected an array, found true | write, for example, `[true]`"]
        );
    }
}
