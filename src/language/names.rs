//! Names that are misspelt or unknown: "did you mean", and lists that read aloud.

use super::document::shorten;
use super::problem::Problems;
use super::read::Placed;

/// Lists longer than this are cut in hints.
const LISTED_MAX: usize = 24;
/// Names that a misspelt one is held against; the distance costs time for each.
const COMPARED_MAX: usize = 10_000;
/// Bytes beyond which a name is not a slip of the pen but something else.
const COMPARED_BYTES_MAX: usize = 100;

/// How a hint begins that names what was probably meant.
pub(super) const DID_YOU_MEAN: &str = "did you mean ";

/// The one of `known` that `found` was probably meant to be: at a distance of at most a third of
/// its letters (insertions, deletions, changes, swaps of neighbours; case and `_` for `-` are
/// free), or, failing that, the only one that `found` begins. Of equally near ones, the first.
pub fn suggest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    if found.len() > COMPARED_BYTES_MAX {
        return None;
    }
    let folded = fold(found);
    let limit = (folded.chars().count() / 3).max(1);
    let (mut nearest, mut begun): (Option<(usize, &str)>, Vec<&str>) = (None, Vec::new());
    for name in known.take(COMPARED_MAX).filter(|name| name.len() <= COMPARED_BYTES_MAX) {
        let other = fold(name);
        let distance = strsim::damerau_levenshtein(&folded, &other);
        // A single letter is within one change of every other: no evidence of anything.
        let telling = distance < folded.chars().count().max(other.chars().count()).max(1);
        let nearer = nearest.is_none_or(|(least, _)| distance < least);
        if distance <= limit && telling && nearer {
            nearest = Some((distance, name));
        }
        if folded.chars().count() >= 3 && (other.starts_with(&folded) || folded.starts_with(&other))
        {
            begun.push(name);
        }
    }
    let only_begun = if let [name] = begun.as_slice() { Some(*name) } else { None };
    nearest.map(|(_, name)| name).or(only_begun).map(str::to_owned)
}

/// `items` as a sentence lists them, in backticks: "`a`, `b` and `c`"; long lists are cut.
pub fn list_of(items: &[&str], last_word: &str) -> String {
    let shown = items.len().min(LISTED_MAX);
    let mut names: Vec<String> =
        items[..shown].iter().map(|item| format!("`{}`", shorten(item))).collect();
    if items.len() > shown {
        names.push(format!("{} more", items.len() - shown));
    }
    match names.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} {last_word} {last}", others.join(", ")),
    }
}

/// Records that nothing of `kind` ("service", "class", in the singular) is called `found`, with the
/// nearest of the `known` names and the list of them.
pub fn unknown_name(kind: &str, found: &Placed<String>, known: &[&str], problems: &mut Problems) {
    let label = format!("no {kind} is named `{}`", shorten(&found.value));
    let plural = plural(kind);
    let list = match known {
        [] => format!("there are no {plural} here"),
        [only] => format!("the only {kind} is `{}`", shorten(only)),
        several => format!("the {plural} are {}", list_of(several, "and")),
    };
    problems.add_with_hint(found.place, label, with_suggestion(&found.value, known, &list));
}

/// "did you mean `x`? The …", or only the list where nothing is near.
pub(super) fn with_suggestion(found: &str, known: &[&str], list: &str) -> String {
    match suggest(found, known.iter().copied()) {
        Some(near) => format!("{DID_YOU_MEAN}`{}`? {}", shorten(&near), capitalise(list)),
        None => list.to_owned(),
    }
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn capitalise(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The English plural of a kind of thing.
fn plural(kind: &str) -> String {
    if let Some((one, other)) = kind.split_once(" or ") {
        return format!("{} and {}", plural(one), plural(other));
    }
    let consonant_y = kind.ends_with('y') && !kind.ends_with("ay") && !kind.ends_with("ey");
    if consonant_y {
        format!("{}ies", &kind[..kind.len() - 1])
    } else if kind.ends_with('s') || kind.ends_with('x') || kind.ends_with("ch") {
        format!("{kind}es")
    } else {
        format!("{kind}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::document::Place;

    fn near(found: &str, known: &[&str]) -> Option<String> {
        suggest(found, known.iter().copied())
    }

    #[test]
    fn slips_are_recognised() {
        let known = ["accounts", "api", "sender", "length-at-most", "fifo", "lifo"];
        for (found, meant) in [
            ("acounts", "accounts"),
            ("sendre", "sender"),
            ("API", "api"),
            ("ap", "api"),
            ("length_at_most", "length-at-most"),
            ("length", "length-at-most"),
            ("fif", "fifo"),
        ] {
            assert_eq!(near(found, &known).as_deref(), Some(meant), "{found}");
        }
        for found in ["", "x", "billing", "li", "apples"] {
            assert_eq!(near(found, &known), None, "{found}");
        }
        assert_eq!(near("ifo", &["lifo", "fifo"]).as_deref(), Some("lifo"));
        assert_eq!(near("a", &["b", "c"]), None);
        assert_eq!(near(&"a".repeat(10_000), &known), None);
    }

    #[test]
    fn lists_read_aloud() {
        assert_eq!(list_of(&[], "and"), "none");
        assert_eq!(list_of(&["a"], "and"), "`a`");
        assert_eq!(list_of(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert!(list_of(&["a"; 27], "and").ends_with("`a` and 3 more"));
    }

    #[test]
    fn unknown_names_come_with_the_known_ones() {
        let told = |kind: &str, found: &str, known: &[&str]| {
            let found = Placed { value: found.to_owned(), place: Place::default() };
            let mut problems = Problems::new();
            unknown_name(kind, &found, known, &mut problems);
            let problem = problems.iter().next().unwrap();
            format!("{} | {}", problem.label, problem.hint.as_deref().unwrap())
        };
        assert_eq!(
            told("service", "acounts", &["accounts", "api", "sender"]),
            "no service is named `acounts` | did you mean `accounts`? The services are \
             `accounts`, `api` and `sender`"
        );
        assert_eq!(
            told("class", "otp", &[]),
            "no class is named `otp` | there are no classes here"
        );
        assert_eq!(
            told("carrier", "x", &["us"]),
            "no carrier is named `x` | the only carrier is `us`"
        );
        assert_eq!(plural("policy"), "policies");
        assert_eq!(plural("day"), "days");
        assert_eq!(plural("service or carrier"), "services and carriers");
    }
}
