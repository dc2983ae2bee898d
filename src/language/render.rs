//! Problems as a page for people: each with its line, a caret and a hint.

use std::collections::BTreeSet;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::document::{Document, Place, Source};
use super::problem::{Problem, Problems};

/// Problems shown; the rest is counted.
const SHOWN_MAX: usize = 100;

pub(super) fn render(document: &Document, problems: &Problems, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    // What is read twice is wrong twice; once is enough to be told.
    let mut told = BTreeSet::new();
    let mut sorted: Vec<&Problem> =
        problems.iter().filter(|p| told.insert((p.place, &p.label))).collect();
    sorted.sort_by_key(|problem| problem.place);
    let name = &document.sources[0].name;
    let heading = match sorted.len() {
        1 => format!("`{name}` has 1 problem"),
        count => format!("`{name}` has {count} problems"),
    };
    let heading = Group::with_title(Level::ERROR.primary_title(heading));
    let mut page = renderer.render(&[heading]);
    page.push('\n');
    for problem in sorted.iter().take(SHOWN_MAX) {
        page.push('\n');
        page.push_str(&renderer.render(&[group(document, problem)]));
        page.push('\n');
    }
    if sorted.len() > SHOWN_MAX {
        page.push_str(&format!("\nand {} more problems\n", sorted.len() - SHOWN_MAX));
    }
    page
}

fn group<'a>(document: &'a Document, problem: &'a Problem) -> Group<'a> {
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
    let created = document.created.iter().find(|created| created.place == problem.place);
    let hints = created.map(|created| &created.hint).into_iter().chain(&problem.hint);
    group.elements(hints.map(|hint| Level::HELP.with_name("hint").message(hint.as_str())))
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
    let start = boundary(text, place.start);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let line = text[line_start..line_end].trim_end_matches('\r');
    let within = |byte: usize| (byte - line_start).min(line.len());
    let start_in_line = within(start);
    let end = boundary(text, place.end).max(start);
    Some(Line {
        number: text[..line_start].matches('\n').count() + 1,
        text: line,
        marked: start_in_line..within(end),
    })
}

/// The byte at or before `byte` where a character starts.
fn boundary(text: &str, byte: u32) -> usize {
    let mut at = (byte as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn look() {
        let text = "title = \"x\"\n[service.api]\ninstances = \"many\"\n\"ñ\" = 3 # c\n\tq = [{ a = 1 },\n 2]\n";
        let mut document = Document::parse("scenarios/blast.toml", text).unwrap();
        document.set("service.ap.instances=10s").unwrap();
        let mut p = Problems::new();
        for path in [
            "service.api.instances",
            "service.api.\"ñ\"",
            "service.api.q",
            "service.api.q.1",
            "service.api",
            "service.ap.instances",
            "service.ap",
        ] {
            match document.get(path) {
                Some(n) => p.expected_with_hint(
                    n,
                    "a whole number of at least 1",
                    "did you mean `x`? The services are `accounts`, `api` and `sender`",
                ),
                None => println!("no {path}"),
            }
        }
        p.add(Place::default(), "missing key `run`");
        println!("{}", document.render(&p, false));
        for bad in [
            "a = 10s",
            "a: 3",
            "a = ",
            "a = \"x",
            "[a",
            "a = 1\na = 2",
            "[a]\n[b]\n[a]",
            "a = True",
            "a = [1, 2",
            "a = { b = 1, c = }",
            "a = 01",
            "a b = 3",
            "= 3",
            "a = 1 b = 2",
            "a = 99999999999999999999",
            "a = 1e999",
            "a = 2022-13-01",
            "a = 'x' 'y'",
            "a=\"\\q\"",
            "a = 40/s",
            "a = 99%",
            "[a]\nb=1\n[a.b]",
            "a.b = 1\na = 2",
            "a = {b = 1\n, c = 2,}",
            "[]",
            "]",
            "\u{0}",
            "\t",
            "a = \u{201c}x\u{201d}",
            "a==3",
            "a = .5",
            "a = 5.",
            "a = 1_000_",
            "a=yes",
            "a = [1 2]",
            "a = { b = 1 c = 2}",
            "a=1979-05-27T07:32:00+25:00",
        ] {
            let (d, p) = Document::recover("bad.toml", bad);
            println!("##### {bad:?}\n{}", d.render(&p, false));
        }
    }
}
