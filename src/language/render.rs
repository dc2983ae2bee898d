//! Problems as a page for people: each with its line, a caret and a hint.

use std::collections::BTreeSet;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::document::{Document, Place, Source};
use super::names::{DID_YOU_MEAN, list_of};
use super::problem::{Problem, Problems};

/// Problems shown; the rest is counted.
const SHOWN_MAX: usize = 100;
/// Columns of the page that source lines are cut to; reports fit them too.
const COLUMNS: usize = 100;
/// Bytes of a line that carets run under.
const MARKED_BYTES_MAX: usize = 40;
/// Editors do not show it, so neither carets nor columns count it.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn render(document: &Document, problems: &Problems, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(COLUMNS);
    // What is read twice is wrong twice; once is enough to be told.
    let mut told = BTreeSet::new();
    let mut sorted: Vec<&Problem> =
        problems.iter().filter(|p| told.insert((p.place, &p.label))).collect();
    sorted.sort_by_key(|problem| problem.place);
    let heading = heading(document, &sorted);
    let heading = Group::with_title(Level::ERROR.primary_title(heading));
    let mut page = renderer.render(&[heading]);
    page.push('\n');
    // A key that an assignment made may give rise to several problems, of which one explains it.
    let mut explained = BTreeSet::new();
    for problem in sorted.iter().take(SHOWN_MAX) {
        let created = created(document, problem).filter(|_| explained.insert(problem.place));
        page.push('\n');
        page.push_str(&renderer.render(&[group(document, problem, created)]));
        page.push('\n');
    }
    if sorted.len() > SHOWN_MAX {
        page.push_str(&format!("\nand {} more problems\n", sorted.len() - SHOWN_MAX));
    }
    page
}

/// Names the file, or the assignments where nothing else is wrong.
fn heading(document: &Document, problems: &[&Problem]) -> String {
    let in_file = problems.iter().any(|problem| problem.place.source == 0);
    let name = |source: u16| match document.sources.get(usize::from(source)) {
        Some(source) => source.name.as_str(),
        None => "",
    };
    let assigned = problems.iter().map(|problem| problem.place.source).filter(|&at| at != 0);
    let options: BTreeSet<&str> = assigned.map(name).collect();
    let options: Vec<&str> = options.into_iter().collect();
    let names = match options.as_slice() {
        [] => format!("`{}` has", name(0)),
        options if in_file => format!("`{}` with {} has", name(0), list_of(options, "and")),
        [one] => format!("`{one}` has"),
        several => format!("{} have", list_of(several, "and")),
    };
    match problems.len() {
        1 => format!("{names} 1 problem"),
        count => format!("{names} {count} problems"),
    }
}

/// What is said of the slip that may be behind a problem, unless the problem's own hint says it.
fn created<'a>(document: &'a Document, problem: &Problem) -> Option<&'a str> {
    let says_itself = problem.hint.as_ref().is_some_and(|hint| hint.starts_with(DID_YOU_MEAN));
    let created = document.created.iter().find(|created| created.place == problem.place);
    created.filter(|_| !says_itself).map(|created| created.hint.as_str())
}

fn group<'a>(document: &'a Document, problem: &'a Problem, created: Option<&'a str>) -> Group<'a> {
    let empty = || Group::with_level(Level::ERROR);
    let source = document.sources.get(usize::from(problem.place.source));
    let group = match source.and_then(|source| Some((source, line(source, problem.place)?))) {
        Some((source, line)) => empty().element(
            Snippet::source(line.text)
                .path(source.name.as_str())
                .line_start(line.number)
                .annotation(
                    AnnotationKind::Primary.span(line.marked).label(problem.label.as_str()),
                ),
        ),
        None => {
            let name = source.map_or("", |source| source.name.as_str());
            empty()
                .element(Origin::path(name))
                .element(Level::ERROR.no_name().message(problem.label.as_str()))
        }
    };
    let hints = created.into_iter().chain(problem.hint.as_deref());
    group.elements(hints.map(|hint| Level::HELP.with_name("hint").message(hint)))
}

/// The line that a place starts on, and the part of it that the place covers.
struct Line<'a> {
    number: usize,
    text: &'a str,
    marked: Range<usize>,
}

/// `None` for the document as a whole, which no one line stands for.
fn line(source: &Source, place: Place) -> Option<Line<'_>> {
    if place == Place::default() {
        return None;
    }
    let text = source.text.as_str();
    let start = boundary(text, place.start as usize);
    let end = boundary(text, place.end as usize).max(start);
    let before = &text[..start];
    let mut line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    if line_start == 0 && start > 0 && text.starts_with(BYTE_ORDER_MARK) {
        line_start = BYTE_ORDER_MARK.len_utf8();
    }
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let line = text[line_start..line_end].trim_end_matches('\r');
    // An array or table may fill many lines, or one far wider than the page: its start will do.
    let marked_end = boundary(text, end.min(start + MARKED_BYTES_MAX));
    let within = |byte: usize| byte.saturating_sub(line_start).min(line.len());
    Some(Line {
        number: before.matches('\n').count() + 1,
        text: line,
        marked: within(start)..within(marked_end),
    })
}

/// The byte at or before `at` where a character starts.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::language::{Placed, unknown_name};

    /// A page on the nodes at `paths`, each "expected a duration", with `hint` below.
    fn page(text: &str, paths: &[&str], hint: &str) -> String {
        let document = Document::parse("scenarios/blast.toml", text).unwrap();
        let mut problems = Problems::new();
        for path in paths {
            problems.expected_with_hint(document.get(path).unwrap(), "a duration", hint);
        }
        document.render(&problems, false)
    }

    #[test]
    fn a_page_tells_all_in_the_order_of_the_text() {
        let text = "title = \"x\"\n\n[service.api]\ncall = \"acounts.check\"\nworkers = \"many\"\n";
        let document = Document::parse("scenarios/blast.toml", text).unwrap();
        let mut problems = Problems::new();
        let workers = document.get("service.api.workers").unwrap();
        problems.expected(workers, "a whole number of at least 1");
        let call = document.get("service.api.call").unwrap();
        let found = Placed { value: "acounts".to_owned(), place: call.place };
        unknown_name("service", &found, &["accounts", "api", "sender"], &mut problems);
        problems.expected(workers, "a whole number of at least 1");
        problems.add(document.root().place, "missing key `run`");
        assert_snapshot!(document.render(&problems, false), @r#"
        error: `scenarios/blast.toml` has 3 problems

        --> scenarios/blast.toml
         = missing key `run`

         --> scenarios/blast.toml:4:8
          |
        4 | call = "acounts.check"
          |        ^^^^^^^^^^^^^^^ no service is named `acounts`
          |
          = hint: did you mean `accounts`? The services are `accounts`, `api` and `sender`

         --> scenarios/blast.toml:5:11
          |
        5 | workers = "many"
          |           ^^^^^^ expected a whole number of at least 1, found "many"
        "#);
    }

    #[test]
    fn carets_are_exact_beside_wide_letters_tabs_and_windows_line_ends() {
        let text = "\u{feff}a = 1\r\n\"日本\" = \"ü\"\r\n\tb = 2 # é\r\n";
        assert_snapshot!(page(text, &["a", "'日本'", "b"], "-"), @r#"
        error: `scenarios/blast.toml` has 3 problems

         --> scenarios/blast.toml:1:5
          |
        1 | a = 1
          |     ^ expected a duration, found 1
          |
          = hint: -

         --> scenarios/blast.toml:2:8
          |
        2 | "日本" = "ü"
          |          ^^^ expected a duration, found "ü"
          |
          = hint: -

         --> scenarios/blast.toml:3:6
          |
        3 |     b = 2 # é
          |         ^ expected a duration, found 2
          |
          = hint: -
        "#);
    }

    #[test]
    fn long_and_many_lines_are_cut() {
        let many = ["0.5"; 40].join(", ");
        let text = format!("hourly = [{many}]\ntable = {{\n  a = [ # first\n 1],\n}}\n");
        let whole = page(&text, &["hourly"], "-");
        assert!(whole.contains(&format!("| {:9}{} expected", "", "^".repeat(40))), "{whole}");
        assert_snapshot!(page(&text, &["hourly.30", "table", "table.a"], "-"), @r#"
        error: `scenarios/blast.toml` has 3 problems

         --> scenarios/blast.toml:1:161
          |
        1 | ...5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
          |                                ^^^ expected a duration, found 0.5
          |
          = hint: -

         --> scenarios/blast.toml:2:9
          |
        2 | table = {
          |         ^ expected a duration, found a table
          |
          = hint: -

         --> scenarios/blast.toml:3:7
          |
        3 |   a = [ # first
          |       ^^^^^^^^^ expected a duration, found an array of 1 element
          |
          = hint: -
        "#);
    }

    #[test]
    fn problems_in_assignments_show_the_assignment() {
        let mut document = Document::parse("blast.toml", "[service.api]\ncores = 0\n").unwrap();
        document.set("service.ap.instances=10s").unwrap();
        let mut problems = Problems::new();
        problems.expected(document.get("service.ap.instances").unwrap(), "a whole number");
        problems.add(document.get("service.ap").unwrap().place, "missing key `cores`");
        assert_snapshot!(document.render(&problems, false), @r#"
        error: `--set` has 2 problems

         --> --set:1:9
          |
        1 | service.ap.instances=10s
          |         ^^ missing key `cores`
          |
          = hint: this assignment made `ap`: did you mean `api`?

         --> --set:1:22
          |
        1 | service.ap.instances=10s
          |                      ^^^ expected a whole number, found "10s"
        "#);
        problems.expected(document.get("service.api.cores").unwrap(), "a whole number above zero");
        let page = document.render(&problems, false);
        assert!(page.starts_with("error: `blast.toml` with `--set` has 3 problems\n"), "{page}");
    }

    #[test]
    fn each_option_heads_its_own_problems_and_a_slip_is_told_once() {
        let mut document = Document::parse("blast.toml", "[service.api]\ncores = 0\n").unwrap();
        document.set_by("--vary", "service.ap.cores=4").unwrap();
        document.set("service.api.core=4").unwrap();
        let mut problems = Problems::new();
        let made = document.get("service.ap").unwrap().place;
        problems.add(made, "missing key `instances`");
        problems.add(made, "a service needs an operation");
        let page = document.render(&problems, false);
        assert!(page.starts_with("error: `--vary` has 2 problems\n"), "{page}");
        assert_eq!(page.matches("did you mean `api`?").count(), 1, "{page}");
        let slip = document.created.last().unwrap().place;
        problems.add_with_hint(slip, "unknown key `core`", "did you mean `cores`? …");
        let page = document.render(&problems, false);
        assert!(page.starts_with("error: `--set` and `--vary` have 3 problems\n"), "{page}");
        assert_eq!(page.matches("did you mean `cores`?").count(), 1, "{page}");
    }

    #[test]
    fn colour_adds_nothing_but_styles() {
        let document = Document::parse("blast.toml", "a = 1").unwrap();
        let mut problems = Problems::new();
        problems.expected_with_hint(document.get("a").unwrap(), "a duration", "add the unit");
        let (plain, styled) = (document.render(&problems, false), document.render(&problems, true));
        assert!(!plain.contains('\u{1b}') && styled.contains('\u{1b}'));
        let mut stripped = String::new();
        for (at, part) in styled.split('\u{1b}').enumerate() {
            let text = if at == 0 { part } else { part.split_once('m').unwrap().1 };
            stripped.push_str(text);
        }
        assert_eq!(stripped, plain);
    }

    #[test]
    fn very_many_problems_are_counted() {
        let text = format!("a = 1\nb = [{}]\n", "1, ".repeat(150));
        let paths: Vec<String> = (0..150).map(|at| format!("b.{at}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let page = page(&text, &paths, "-");
        assert!(page.starts_with("error: `scenarios/blast.toml` has 150 problems\n"));
        assert!(page.ends_with("\nand 50 more problems\n"), "{page}");
    }
}
