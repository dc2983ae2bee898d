//! Lanes: which classes of messages are more urgent than which.

use crate::language::{Node, Placed, Problems, Read, Value, unknown_name};

/// Most lanes: a level takes a byte, and classes in no lane have one of their own.
const MOST_LANES: usize = 255;

/// How urgent each class is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// By class; 0 is the most urgent.
    levels: Vec<u8>,
}

impl Lanes {
    /// The level of the class numbered `class`.
    #[inline]
    pub fn level_of(&self, class: usize) -> u8 {
        self.levels[class]
    }

    /// Levels that there are, at least 1.
    pub fn count(&self) -> u32 {
        self.levels.iter().max().map_or(1, |&last| u32::from(last) + 1)
    }

    /// With the level of each class.
    #[cfg(test)]
    pub(crate) fn of_levels(levels: Vec<u8>) -> Self {
        Self { levels }
    }
}

/// Lanes as written, the most urgent first: `[["otp"], ["promo", "news"]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LanesSpec {
    lanes: Vec<Lane>,
}

/// The names of classes that are equally urgent.
#[derive(Clone, Debug, PartialEq)]
struct Lane(Vec<Placed<String>>);

impl LanesSpec {
    /// The levels of the classes named `classes`, in that order; classes in no lane come last.
    /// `None` after recording that a lane holds what is no class, or one that stands elsewhere.
    pub fn resolve(&self, classes: &[String], problems: &mut Problems) -> Option<Lanes> {
        let mut levels: Vec<Option<u8>> = vec![None; classes.len()];
        let mut sound = true;
        for (level, lane) in (0..).zip(&self.lanes) {
            for name in &lane.0 {
                let class = classes.iter().position(|class| *class == name.value);
                match class.map(|class| &mut levels[class]) {
                    Some(vacant @ None) => *vacant = Some(level),
                    Some(Some(_)) => {
                        problems.add_with_hint(
                            name.place,
                            format!("`{}` stands in a lane already", name.value),
                            "a class has one lane: remove it from the others",
                        );
                        sound = false;
                    }
                    None => {
                        let known: Vec<&str> = classes.iter().map(String::as_str).collect();
                        unknown_name("class", name, &known, problems);
                        sound = false;
                    }
                }
            }
        }
        let last = self.lanes.len() as u8;
        sound.then(|| Lanes { levels: levels.iter().map(|level| level.unwrap_or(last)).collect() })
    }
}

impl Read for LanesSpec {
    const EXAMPLE: &'static str = "[[\"otp\"], [\"promo\", \"news\"]]";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Array(elements) = &node.value else {
            let hint = format!("write, the most urgent first, `{}`", Self::EXAMPLE);
            problems.expected_with_hint(node, "an array of lanes", hint);
            return None;
        };
        if elements.is_empty() || elements.len() > MOST_LANES {
            let hint = format!("write, the most urgent first, `{}`", Self::EXAMPLE);
            problems.expected_with_hint(node, &format!("1 to {MOST_LANES} lanes"), hint);
            return None;
        }
        Some(Self { lanes: Vec::read(node, problems)? })
    }
}

impl Read for Lane {
    const EXAMPLE: &'static str = "[\"otp\"]";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let names = match &node.value {
            // A lane of one needs no brackets.
            Value::String(_) => vec![Placed::read(node, problems)?],
            Value::Array(names) if !names.is_empty() => Vec::read(node, problems)?,
            Value::Array(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Table(_) => {
                problems.expected_with_hint(
                    node,
                    "a lane of classes",
                    format!("write, for example, `{}`", Self::EXAMPLE),
                );
                return None;
            }
        };
        Some(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Document;

    /// The levels of `news`, `otp` and `promo`, or all problems.
    fn levels(toml: &str) -> Result<Vec<u8>, Vec<String>> {
        let text = format!("x = {toml}");
        let document = Document::parse("test", &text).unwrap();
        let mut problems = Problems::new();
        let classes = ["news", "otp", "promo"].map(str::to_owned);
        let spec = LanesSpec::read(document.get("x").unwrap(), &mut problems);
        let lanes = spec.and_then(|spec| spec.resolve(&classes, &mut problems));
        let problem = |problem: &crate::language::Problem| {
            let found = &text[problem.place.start as usize..problem.place.end as usize];
            format!("{found}: {} | {}", problem.label, problem.hint.as_deref().unwrap_or("-"))
        };
        let told: Vec<String> = problems.iter().map(problem).collect();
        match lanes {
            Some(lanes) if told.is_empty() => Ok(lanes.levels),
            Some(_) | None => Err(told),
        }
    }

    #[test]
    fn classes_have_the_level_of_their_lane_and_those_in_none_come_last() {
        assert_eq!(levels("[['otp'], ['promo', 'news']]"), Ok(vec![1, 0, 1]));
        assert_eq!(levels("['otp', 'promo']"), Ok(vec![2, 0, 1]));
        assert_eq!(Lanes::of_levels(vec![2, 0, 1]).count(), 3);
    }

    #[test]
    fn slips_are_told_where_they_stand() {
        assert_eq!(
            levels("[['opt'], ['promo']]").unwrap_err(),
            ["'opt': no class is named `opt` | did you mean `otp`? The classes are `news`, \
              `otp` and `promo`"]
        );
        assert_eq!(
            levels("[['otp'], ['promo', 'otp']]").unwrap_err(),
            ["'otp': `otp` stands in a lane already | a class has one lane: remove it from the \
              others"]
        );
        assert_eq!(
            levels("[[], 4]").unwrap_err(),
            [
                "[]: expected a lane of classes, found an empty array | write, for example, \
                 `[\"otp\"]`",
                "4: expected a lane of classes, found 4 | write, for example, `[\"otp\"]`",
            ]
        );
        let hint = "write, the most urgent first, `[[\"otp\"], [\"promo\", \"news\"]]`";
        assert_eq!(
            levels("'otp'").unwrap_err(),
            [format!("'otp': expected an array of lanes, found \"otp\" | {hint}")]
        );
        assert_eq!(
            levels("[]").unwrap_err(),
            [format!("[]: expected 1 to 255 lanes, found an empty array | {hint}")]
        );
    }
}
