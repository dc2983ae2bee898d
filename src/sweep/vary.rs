//! What `--vary` says: a key and the values to try, `service.api.instances=8,16,32..128`.

use std::fmt;

/// A key and its values, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vary {
    /// The path of the key.
    pub key: String,
    /// The values, each as a scenario would spell it.
    pub values: Vec<String>,
}

/// Why a text is no key with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaryError {
    what: String,
    hint: &'static str,
}

/// Most values of one key.
const MOST_VALUES: usize = 10_000;

const EXAMPLES: &str = "write, for example, `service.api.instances=8,16,32`, `…=8..128` (doubling) \
                        or `…=8..128+8` (in steps of 8)";

impl Vary {
    /// Reads a key, `=`, and values separated by commas. A value is anything a scenario may hold;
    /// `A..B` stands for A, 2A, 4A … and B, `A..B+S` for steps of S, `A..B*F` for steps by the
    /// factor F. B is always the last. A and B may have a unit, the same one.
    ///
    /// # Errors
    /// What is wrong with it, and what it could have been.
    pub fn parse(text: &str) -> Result<Self, VaryError> {
        let fail = |what: String| VaryError { what, hint: EXAMPLES };
        let (key, list) = text.split_once('=').ok_or_else(|| fail("there is no `=`".to_owned()))?;
        let key = key.trim();
        if key.is_empty() {
            return Err(fail("there is no key before `=`".to_owned()));
        }
        let mut values: Vec<String> = Vec::new();
        for part in split(list) {
            let part = part.trim();
            if part.is_empty() {
                return Err(fail("a value is empty".to_owned()));
            }
            match part.split_once("..") {
                Some((from, rest)) if !part.starts_with(['"', '\'', '{', '[']) => {
                    values.extend(range(part, from, rest)?);
                }
                Some(_) | None => values.push(part.to_owned()),
            }
            if values.len() > MOST_VALUES {
                return Err(fail(format!("there are more than {MOST_VALUES} values")));
            }
        }
        let mut seen: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            if !seen.contains(&value) {
                seen.push(value);
            }
        }
        Ok(Self { key: key.to_owned(), values: seen })
    }
}

/// Splits at commas that stand outside quotes and brackets.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0, None);
    for (at, c) in list.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

fn range(part: &str, from: &str, rest: &str) -> Result<Vec<String>, VaryError> {
    let fail = |what: String| VaryError { what, hint: EXAMPLES };
    let (_, unit) = with_unit(from);
    let number = |text: &str| {
        let (figure, own) = with_unit(text);
        let figure: Option<f64> = figure.replace('_', "").parse().ok();
        match figure.filter(|figure| figure.is_finite()) {
            Some(_) if own != unit => {
                Err(fail(format!("in `{part}`, `{}` is in another unit", text.trim())))
            }
            Some(figure) => Ok(figure),
            None => Err(fail(format!("in `{part}`, `{}` is not a number", text.trim()))),
        }
    };
    let (to, add, times) = if let Some((to, step)) = rest.split_once('+') {
        // The unit of a step goes without saying.
        let said = with_unit(step).1.is_empty();
        (to, if said { number(&format!("{}{unit}", step.trim()))? } else { number(step)? }, 1.0)
    } else if let Some((to, factor)) = rest.split_once('*') {
        (to, 0.0, number(&format!("{}{unit}", factor.trim()))?)
    } else {
        (rest, 0.0, 2.0)
    };
    let (from, to) = (number(from)?, number(to)?);
    if from >= to {
        return Err(fail(format!("in `{part}`, the end is not above the start")));
    }
    let next = |value: f64| value * times + add;
    if next(from) <= from {
        return Err(fail(format!("in `{part}`, the steps lead nowhere")));
    }
    // A range of whole numbers has whole numbers in it.
    let whole = from.fract() == 0.0 && to.fract() == 0.0;
    let spell = |value: f64| {
        let figure = if whole { value.round() } else { value };
        format!("{figure}{unit}")
    };
    let mut values = Vec::new();
    let mut value = from;
    while value < to {
        values.push(spell(value));
        value = next(value);
        if values.len() > MOST_VALUES {
            return Err(fail(format!("`{part}` has more than {MOST_VALUES} values")));
        }
    }
    values.push(spell(to));
    Ok(values)
}

/// A number as written, and what stands behind it: `128/s` is 128 of `/s`.
fn with_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    if text.replace('_', "").parse::<f64>().is_ok() {
        return (text, "");
    }
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let end = text.find(|c| !is_digit(c)).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

impl fmt::Display for VaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  hint: {}", self.what, self.hint)
    }
}

impl std::error::Error for VaryError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(list: &str) -> Vec<String> {
        Vary::parse(&format!("a.b={list}")).unwrap().values
    }

    #[test]
    fn lists_and_ranges() {
        assert_eq!(values("8,16,32..128"), ["8", "16", "32", "64", "128"]);
        assert_eq!(values("8..40"), ["8", "16", "32", "40"]);
        assert_eq!(values("10..40+15"), ["10", "25", "40"]);
        assert_eq!(values("0.5..2*2"), ["0.5", "1", "2"]);
        assert_eq!(values("40/s, \"80/s\""), ["40/s", "\"80/s\""]);
        assert_eq!(
            values("{ fifo = { a = 1, b = 2 } },fifo"),
            ["{ fifo = { a = 1, b = 2 } }", "fifo"]
        );
        assert_eq!(values("4,4,8"), ["4", "8"]);
        assert_eq!(values("8/s..40/s"), ["8/s", "16/s", "32/s", "40/s"]);
        assert_eq!(values("10%..30%+10"), ["10%", "20%", "30%"]);
        assert_eq!(values("1.5s..6s*2"), ["1.5s", "3s", "6s"]);
    }

    #[test]
    fn what_is_no_list_says_why() {
        for text in [
            "a.b",
            "=1",
            "a=",
            "a=1,,2",
            "a=8..4",
            "a=8..8",
            "a=x..9",
            "a=0..4",
            "a=1..4+0",
            "a=1s..4ms",
        ] {
            let error = Vary::parse(text).unwrap_err();
            assert!(error.to_string().contains("hint"), "{text}");
        }
        assert!(Vary::parse("a=1..1e300+1").is_err());
    }
}
