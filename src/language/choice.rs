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

impl<'a> Choice<'a> {
    /// Reads a choice among `allowed`; `None` after recording why it is none.
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
