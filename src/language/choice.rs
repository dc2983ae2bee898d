//! A choice of behaviour, externally tagged: `queue = { fifo = { … } }`, or `queue = "fifo"`.

use super::document::{Entry, Node, Place, Value, shorten};
use super::names::{list_of, with_suggestion};
use super::problem::Problems;
use super::read::Read;

/// Which of several behaviours was chosen, and what was written for it.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The name, one of those allowed.
    pub name: &'static str,
    /// Where the name stands.
    pub place: Place,
    /// What the name was given; nothing where it stands alone as a string.
    pub body: Option<&'a Node>,
}

/// A behaviour's name and how to read what was written for it.
pub type Reader<T> = (&'static str, fn(&Choice<'_>, &mut Problems) -> Option<T>);

/// Reads a choice by a table of behaviours, a line each:
/// `choose(node, &[("fifo", |c, p| c.read_body(p).map(Queue::Fifo)), …], problems)`.
pub fn choose<T>(node: &Node, readers: &[Reader<T>], problems: &mut Problems) -> Option<T> {
    let allowed: Vec<&'static str> = readers.iter().map(|(name, _)| *name).collect();
    let choice = Choice::read(node, &allowed, problems)?;
    choice.read_by(readers, problems)
}

impl<'a> Choice<'a> {
    /// Reads a choice among `allowed`, a table of exactly one key or a bare name; `None`
    /// after recording why it is none.
    pub fn read(
        node: &'a Node,
        allowed: &[&'static str],
        problems: &mut Problems,
    ) -> Option<Choice<'a>> {
        let (name, place, body) = match &node.value {
            Value::String(name) => (name, node.place, None),
            Value::Table(entries) => match entries.as_slice() {
                [entry] => (&entry.key, entry.key_place, Some(&entry.value)),
                [] => {
                    problems.expected(node, &format!("one of {}", list_of(allowed, "or")));
                    return None;
                }
                [first, second, ..] => {
                    let label = format!(
                        "expected one choice, found `{}` beside `{}`",
                        shorten(&second.key),
                        shorten(&first.key)
                    );
                    let hint = format!("choose one of {}", list_of(allowed, "or"));
                    problems.add_with_hint(second.key_place, label, hint);
                    return None;
                }
            },
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => {
                problems.expected(node, &format!("one of {}", list_of(allowed, "or")));
                return None;
            }
        };
        let known = allowed.iter().find(|&&known| known == name);
        if known.is_none() {
            let label = format!("`{}` is not one of the choices", shorten(name));
            let list = format!("choose one of {}", list_of(allowed, "or"));
            problems.add_with_hint(place, label, with_suggestion(name, allowed, &list));
        }
        Some(Choice { name: known?, place, body })
    }

    /// Reads the choice with the one of `readers` that has its name.
    ///
    /// # Panics
    /// If there is none, though the choice was read among the same names.
    pub fn read_by<T>(&self, readers: &[Reader<T>], problems: &mut Problems) -> Option<T> {
        let reader = readers.iter().find(|(name, _)| *name == self.name);
        let (_, read) = reader.expect("the choice is one of those allowed");
        read(self, problems)
    }

    /// What was written for the choice; a problem where the name stands alone.
    pub fn settings(&self, problems: &mut Problems) -> Option<&'a Node> {
        if self.body.is_none() {
            problems.add_with_hint(
                self.place,
                format!("`{}` needs settings", self.name),
                format!("write them in a table: `{{ {} = {{ … }} }}`", self.name),
            );
        }
        self.body
    }

    /// Makes sure that nothing was written for a choice that has no settings; an empty table is
    /// nothing.
    pub fn without_settings(&self, problems: &mut Problems) -> Option<()> {
        match self.body.map(|body| (&body.value, body)) {
            None => Some(()),
            Some((Value::Table(entries), _)) if entries.is_empty() => Some(()),
            Some((_, body)) => {
                let hint = format!("write the name alone: \"{}\"", self.name);
                problems.add_with_hint(
                    body.place,
                    format!("`{}` has no settings", self.name),
                    hint,
                );
                None
            }
        }
    }

    /// Reads what was written for the choice. A name alone stands for an empty table, which does
    /// for behaviours whose every key has a default.
    pub fn read_body<T: Read>(&self, problems: &mut Problems) -> Option<T> {
        if let Some(body) = self.body {
            return T::read(body, problems);
        }
        let empty = Node::new(Vec::<Entry>::new(), self.place);
        let mut complaints = Problems::new();
        let value = T::read(&empty, &mut complaints);
        if T::EXAMPLE.is_empty() || (value.is_some() && complaints.is_empty()) {
            problems.extend(complaints);
            return value;
        }
        problems.add_with_hint(
            self.place,
            format!("`{}` needs a value", self.name),
            format!("write, for example, `{{ {} = {} }}`", self.name, T::EXAMPLE),
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SimDuration;
    use crate::language::units::Count;
    use crate::language::{Document, Fields};

    #[derive(Debug, PartialEq)]
    enum Queue {
        Fifo(Option<u64>),
        Codel(SimDuration),
        Limited(u64),
    }

    struct Fifo(Option<Count>);

    impl Read for Fifo {
        fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
            let mut fields = Fields::open(node, problems)?;
            let length = fields.optional("length", problems);
            fields.finish(problems);
            Some(Self(length?))
        }
    }

    struct Limited(Count);

    impl Read for Limited {
        fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
            let mut fields = Fields::open(node, problems)?;
            let limit = fields.required_like("limit", "4", problems);
            fields.finish(problems);
            Some(Self(limit?))
        }
    }

    const READERS: [Reader<Queue>; 3] = [
        ("fifo", |c, p| c.read_body(p).map(|body: Fifo| Queue::Fifo(body.0.map(|n| n.0)))),
        ("codel", |c, p| c.read_body(p).map(Queue::Codel)),
        ("limited", |c, p| c.read_body(p).map(|body: Limited| Queue::Limited(body.0.0))),
    ];

    fn queue(toml: &str) -> Result<Queue, String> {
        let text = format!("queue = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let queue = choose(document.get("queue").unwrap(), &READERS, &mut problems);
        assert_eq!(queue.is_none(), !problems.is_empty());
        queue.ok_or_else(|| {
            let problem = problems.iter().next().unwrap();
            let place = problem.place;
            let written = &text[place.start as usize..place.end as usize];
            let hint = problem.hint.as_deref().unwrap_or("-");
            format!("{written}: {} | {hint}", problem.label)
        })
    }

    #[test]
    fn a_choice_is_a_name_or_a_table_of_one() {
        assert_eq!(queue("{ fifo = { length = 5 } }"), Ok(Queue::Fifo(Some(5))));
        assert_eq!(queue("\"fifo\""), Ok(Queue::Fifo(None)));
        assert_eq!(queue("{ codel = \"5ms\" }"), Ok(Queue::Codel(SimDuration::from_millis(5))));
        assert_eq!(queue("{ limited = { limit = 5 } }"), Ok(Queue::Limited(5)));
    }

    #[test]
    fn faults_point_at_the_name() {
        let check = |toml: &str, expected: &str| assert_eq!(queue(toml).unwrap_err(), expected);
        let choices = "`fifo`, `codel` or `limited`";
        check("5", &format!("5: expected one of {choices}, found 5 | -"));
        check("{}", &format!("{{}}: expected one of {choices}, found an empty table | -"));
        check(
            "{ fifos = {} }",
            &format!(
                "fifos: `fifos` is not one of the choices | did you mean `fifo`? Choose one of \
                 {choices}"
            ),
        );
        check(
            "\"random\"",
            &format!("\"random\": `random` is not one of the choices | choose one of {choices}"),
        );
        check(
            "{ fifo = {}, codel = \"5ms\" }",
            &format!(
                "codel: expected one choice, found `codel` beside `fifo` | choose one of {choices}"
            ),
        );
        check(
            "\"codel\"",
            "\"codel\": `codel` needs a value | write, for example, `{ codel = \"250ms\" }`",
        );
        check("\"limited\"", "\"limited\": missing key `limit` | add, for example, `limit = 4`");
        check("{ fifo = 5 }", "5: expected a table, found 5 | -");
    }
}
