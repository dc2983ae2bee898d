//! The report of a sweep: every target at every value, and from where to where each is met.

use super::grid::{Column, Grid, paragraphs};
use super::join;
use super::notes;
use super::run::title_line;
use crate::language::format;
use crate::model::Model;
use crate::report::{About, words};
use crate::sweep::PointResult;
use crate::verdict::{Answer, TargetVerdict};

/// The report of a sweep of `key`.
pub(in crate::report) fn report(
    key: &str,
    points: &[(String, PointResult)],
    about: &About,
) -> String {
    let Some((_, first)) = points.first() else { return String::new() };
    join([
        heading(points, &first.model, about),
        tables(key, points, &first.model),
        paragraphs(&sentences(points, &first.model)),
        remarks(key, points, about),
    ])
}

fn heading(points: &[(String, PointResult)], model: &Model, about: &About) -> String {
    let runs = points.iter().map(|(_, point)| point.assessment.replications);
    let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
    let lengths = if least == most {
        words::length(model, most)
    } else {
        format!("{least} to {}", words::length(model, most))
    };
    let values = words::counted(points.len() as f64, "value");
    title_line(words::title(model, &about.scenario), &format!("{values}, {lengths} at each"))
}

/// As many targets beside one another as fit.
fn tables(key: &str, points: &[(String, PointResult)], model: &Model) -> String {
    let all: Vec<usize> = (0..model.targets.len()).collect();
    let (mut tables, mut from) = (Vec::new(), 0);
    loop {
        let mut to = all.len();
        while to > from + 1 && !table(key, points, model, &all[from..to]).fits() {
            to -= 1;
        }
        tables.push(table(key, points, model, &all[from..to]).text());
        from = to;
        if from >= all.len() {
            return join(tables);
        }
    }
}

/// A row for each value.
fn table(key: &str, points: &[(String, PointResult)], model: &Model, targets: &[usize]) -> Grid {
    // The last parts of the key tell enough; the whole stands in the file.
    let key = key.rsplit('.').take(2).collect::<Vec<_>>();
    let key = key.into_iter().rev().collect::<Vec<_>>().join(".");
    let are_numbers = points.iter().all(|(value, _)| is_number(value));
    let kind = if are_numbers { Column::Figures } else { Column::Words };
    let mut columns = vec![(key, kind), ("offered".to_owned(), Column::Figures)];
    for &target in targets {
        columns.push((model.targets[target].name.clone(), Column::Figures));
        columns.push((String::new(), Column::Fixed));
    }
    columns.push(("binds".to_owned(), Column::Words));
    let mut grid = Grid::new(&columns);
    for (value, point) in points {
        let mut cells = vec![value.clone(), offered(point)];
        for &target in targets {
            let verdict = &point.assessment.targets[target];
            cells.push(words::measured(&model.targets[target], verdict));
            cells.push(mark(verdict).to_owned());
        }
        cells.push(binds(point, targets));
        grid.row(cells);
    }
    grid
}

/// Whether a value tried is a number, with a unit or without.
fn is_number(value: &str) -> bool {
    value.trim_start_matches(['"', '\'', '-']).starts_with(|c: char| c.is_ascii_digit())
}

/// An answer in a word.
fn mark(verdict: &TargetVerdict) -> &'static str {
    match verdict.answer {
        Answer::Met => "met",
        Answer::NotMet => "NOT MET",
        Answer::Undecided => "undecided",
    }
}

/// Messages of all classes that come in a second.
fn offered(point: &PointResult) -> String {
    let classes = point.assessment.classes.iter();
    format::rate(classes.filter_map(|class| Some(class.offered.estimate?.value)).sum())
}

/// What binds these targets; in brackets what would bind first where all are met.
fn binds(point: &PointResult, targets: &[usize]) -> String {
    let mut names: Vec<String> = Vec::new();
    for binding in &point.assessment.bindings {
        let name = point.model.station_name(binding.station);
        let name = match binding.target {
            Some(target) if targets.contains(&target) => name.to_owned(),
            Some(_) => continue,
            None => format!("({name}, {} busy)", words::busy(binding.utilization)),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let slow = &point.assessment.slow_by_themselves;
    if slow.iter().any(|target| targets.contains(target)) {
        names.retain(|name| !name.starts_with('('));
        names.push("no capacity".to_owned());
    }
    names.join(", ")
}

/// For each target, at which values it is met.
fn sentences(points: &[(String, PointResult)], model: &Model) -> Vec<(String, String)> {
    let sentence = |target: usize| {
        let answers: Vec<Answer> =
            points.iter().map(|(_, point)| point.assessment.targets[target].answer).collect();
        let values: Vec<&str> = points.iter().map(|(value, _)| value.as_str()).collect();
        let wanted = words::wanted(model, &model.targets[target]);
        let text = format!("({wanted}) {}", where_met(&values, &answers));
        (model.targets[target].name.clone(), text)
    };
    (0..model.targets.len()).map(sentence).collect()
}

/// "is met from 64 on.", "is met between 16 and 64.", "is not met at any of these values."
fn where_met(values: &[&str], answers: &[Answer]) -> String {
    let at = |answer: Answer| -> Vec<usize> {
        (0..values.len()).filter(|&at| answers[at] == answer).collect()
    };
    let (met, open) = (at(Answer::Met), at(Answer::Undecided));
    let last = values.len() - 1;
    let all_names =
        |at: &[usize]| words::list(&at.iter().map(|&at| values[at]).collect::<Vec<_>>());
    let are_numbers = values.iter().all(|value| is_number(value));
    let mut text = match (met.first(), met.last()) {
        (Some(_), Some(_)) if !are_numbers && met.len() < values.len() => {
            format!("is met at {}", all_names(&met))
        }
        (Some(&from), Some(&to)) if to - from + 1 == met.len() => match (from, to) {
            (0, to) if to == last => "is met at all of these values".to_owned(),
            (from, to) if from == to && 0 < from && to < last => {
                format!("is met at {} alone", values[from])
            }
            (0, to) => format!("is met up to {}", values[to]),
            (from, to) if to == last => format!("is met from {} on", values[from]),
            (from, to) => format!("is met between {} and {}", values[from], values[to]),
        },
        (Some(_), Some(_)) => {
            format!("is met at {}, not in between", all_names(&met))
        }
        _ if open.len() == values.len() => {
            return "is undecided at all of these values.".to_owned();
        }
        _ => "is not met at any of these values".to_owned(),
    };
    if !open.is_empty() {
        text += &format!("; it is undecided at {}", all_names(&open));
    }
    text + "."
}

/// The warnings of all values, each once, with the values that it holds for.
fn remarks(key: &str, points: &[(String, PointResult)], about: &About) -> String {
    let mut all: Vec<(String, Vec<&str>)> = Vec::new();
    for (value, point) in points {
        let warnings = notes::notes(point).into_iter().filter(|note| note.is_warning);
        for note in warnings.map(|note| note.text) {
            match all.iter_mut().find(|(text, _)| *text == note) {
                Some((_, values)) => values.push(value),
                None => all.push((note, vec![value])),
            }
        }
    }
    let of_results = all.into_iter().map(|(note, values)| {
        if values.len() == points.len() {
            note
        } else {
            format!("{key} = {}: {note}", words::list(&values))
        }
    });
    let texts = about.remarks.iter().cloned().chain(of_results);
    let labels = std::iter::once("Notes").chain(std::iter::repeat(""));
    paragraphs(&labels.zip(texts).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{Met, NotMet, Undecided};

    #[test]
    fn where_a_target_is_met_is_said_in_a_sentence() {
        let check = |answers: &[Answer], said: &str| {
            let values = ["8", "16", "32", "64"];
            assert_eq!(where_met(&values[..answers.len()], answers), said);
        };
        check(&[Met, Met, Met, Met], "is met at all of these values.");
        check(&[NotMet, NotMet, Met, Met], "is met from 32 on.");
        check(&[Met, Met, NotMet, NotMet], "is met up to 16.");
        check(&[NotMet, Met, Met, NotMet], "is met between 16 and 32.");
        check(&[NotMet, Met, NotMet, NotMet], "is met at 16 alone.");
        check(&[NotMet, Met, NotMet, Met], "is met at 16 and 64, not in between.");
        check(&[NotMet, NotMet], "is not met at any of these values.");
        check(&[NotMet, Undecided, Met, Met], "is met from 32 on; it is undecided at 16.");
        check(&[Undecided, Undecided], "is undecided at all of these values.");
        check(&[Met], "is met at all of these values.");
        let queues = ["fifo", "lifo", "fair"];
        assert_eq!(where_met(&queues, &[Met, NotMet, Met]), "is met at fifo and fair.");
        assert_eq!(where_met(&queues, &[Met, Met, NotMet]), "is met at fifo and lifo.");
    }
}
