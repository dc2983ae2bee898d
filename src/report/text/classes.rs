//! Where the messages of each class ended, and how long the delivered ones took.
//!
//! A few classes are columns, with intervals; many are rows, without.

use super::grid::{Column, Grid};
use crate::language::format;
use crate::model::Mode;
use crate::report::words::{self, NOTHING};
use crate::sim::Outcome;
use crate::sweep::PointResult;
use crate::verdict::{ClassFigures, Figure, LedgerFigures, Steadiness};

/// Classes from which on they are rows.
const MANY: usize = 9;

/// A table that can be set either way round.
struct Matrix {
    /// What the rows are.
    title: &'static str,
    classes: Vec<String>,
    /// A name, and a cell for each class.
    rows: Vec<(String, Vec<String>)>,
}

/// Where messages ended, in shares of those that came.
pub(super) fn outcomes(result: &PointResult) -> String {
    let classes = &result.assessment.classes;
    let runs = result.assessment.replications as u64;
    let deadlines: Vec<_> = result.model.classes.iter().map(|class| class.deadline).collect();
    let has_deadline = deadlines.iter().any(Option::is_some);
    let each = |of: &dyn Fn(usize, &ClassFigures) -> String| -> Vec<String> {
        classes.iter().enumerate().map(|(at, class)| of(at, class)).collect()
    };
    let messages = each(&|_, class| format::count((class.arrived + runs / 2) / runs));
    let mut rows = vec![("messages in a run".to_owned(), messages)];
    let delivered = Outcome::Delivered.index();
    if has_deadline {
        let (in_time, later) = match deadlines.as_slice() {
            [Some(first), rest @ ..] if rest.iter().all(|other| *other == Some(*first)) => {
                let limit = format::duration(*first);
                (format!("delivered within {limit}"), "delivered later".to_owned())
            }
            _ => {
                let limit = |at: usize, _: &ClassFigures| {
                    deadlines[at].map_or_else(|| NOTHING.to_owned(), format::duration)
                };
                rows.push(("in time is within".to_owned(), each(&limit)));
                ("delivered in time".to_owned(), "delivered late".to_owned())
            }
        };
        rows.push((in_time, each(&|_, class| words::bare(&class.in_time))));
        let late = |at: usize, class: &ClassFigures| match result.model.classes[at].deadline {
            Some(_) => words::bare(&class.late),
            None => NOTHING.to_owned(),
        };
        rows.push((later, each(&late)));
    } else {
        let all = each(&|_, class| words::bare(&class.outcomes[delivered]));
        rows.push(("delivered".to_owned(), all));
    }
    let kinds = [
        ("rejected", Outcome::Rejected),
        ("expired", Outcome::Expired),
        ("failed", Outcome::Failed),
        ("lost", Outcome::Lost),
    ];
    for (name, outcome) in kinds {
        let figure = |class: &ClassFigures| class.outcomes[outcome.index()];
        if classes.iter().any(|class| is_some(&figure(class))) {
            rows.push((name.to_owned(), each(&|_, class| words::bare(&figure(class)))));
        }
    }
    if result.model.run.mode == Mode::Terminating
        && classes.iter().any(|class| is_some(&class.in_flight))
    {
        let cells = each(&|_, class| words::bare(&class.in_flight));
        rows.push(("in flight at the end".to_owned(), cells));
    }
    if classes.iter().any(|class| is_some(&class.duplicates)) {
        let cells = each(&|_, class| words::bare(&class.duplicates));
        rows.push(("delivered twice".to_owned(), cells));
    }
    matrix(result, "where messages ended", rows).text()
}

/// What became of messages at carriers, beside what the platform believes: where these differ.
pub(super) fn ledgers(result: &PointResult) -> String {
    let of_class = |class: usize| {
        let of_all = |of: &&LedgerFigures| of.class == class && of.group.is_none();
        result.assessment.ledgers.iter().find(of_all)
    };
    let classes: Vec<_> = (0..result.model.classes.len()).map(of_class).collect();
    let rows: [(&str, LedgerRow); 8] = [
        ("delivered", |of| of.truth("delivered")),
        ("delivered, as reported", |of| of.report("delivered")),
        ("lost without a word", |of| of.truth("lost")),
        ("failed", |of| of.truth("failed")),
        ("failed, as reported", |of| of.report("failed")),
        ("unknown, as reported", |of| of.report("unknown")),
        ("delivered twice", |of| of.truth("duplicates")),
        ("open at the end, as reported", |of| of.report("pending")),
    ];
    let is_told = |row: LedgerRow| classes.iter().flatten().any(|of| is_some(&row(of)));
    let differs = [rows[2].1, rows[5].1, rows[6].1].into_iter().any(is_told);
    if !differs {
        return String::new();
    }
    let cell = |of: &Option<&LedgerFigures>, row: LedgerRow| {
        of.map_or_else(|| NOTHING.to_owned(), |of| words::bare(&row(of)))
    };
    let told = rows.into_iter().filter(|(_, row)| is_told(*row));
    let rows =
        told.map(|(name, row)| (name.to_owned(), classes.iter().map(|of| cell(of, row)).collect()));
    matrix(result, "at carriers", rows.collect()).text()
}

/// A figure of both ledgers.
type LedgerRow = fn(&LedgerFigures) -> Figure;

/// Mean and quantiles of latency. A backlog that grows without end has none.
pub(super) fn latencies(result: &PointResult) -> String {
    let classes = &result.assessment.classes;
    let show = if classes.len() < MANY { words::with_interval } else { words::bare };
    if result.assessment.period.steadiness == Steadiness::Unstable {
        return String::new();
    }
    let means = classes.iter().map(|class| show(&class.mean_latency)).collect();
    let mut rows = vec![("mean of the delivered".to_owned(), means)];
    let levels: Vec<f64> =
        classes.first().map_or(&[][..], |class| &class.latency).iter().map(|one| one.0).collect();
    for (at, level) in levels.into_iter().enumerate() {
        let cells = classes.iter().map(|class| show(&class.latency[at].1)).collect();
        rows.push((words::quantile_name(level), cells));
    }
    matrix(result, "latency", rows).text()
}

fn matrix(result: &PointResult, title: &'static str, rows: Vec<(String, Vec<String>)>) -> Matrix {
    let classes = result.model.classes.iter().map(|class| class.name.clone()).collect();
    Matrix { title, classes, rows }
}

impl Matrix {
    fn text(&self) -> String {
        if self.classes.is_empty() {
            return String::new();
        }
        if self.classes.len() >= MANY {
            return self.turned();
        }
        let (mut text, mut from) = (String::new(), 0);
        while from < self.classes.len() {
            // As many classes as fit beside one another.
            let mut to = self.classes.len();
            while to > from + 1 && !self.grid(from, to).fits() {
                to -= 1;
            }
            if from > 0 {
                text.push('\n');
            }
            text += &self.grid(from, to).text();
            from = to;
        }
        text
    }

    /// Classes are columns.
    fn grid(&self, from: usize, to: usize) -> Grid {
        let mut columns = vec![(self.title, Column::Words)];
        columns.extend(self.classes[from..to].iter().map(|name| (name.as_str(), Column::Figures)));
        let mut grid = Grid::new(&columns);
        for (name, cells) in &self.rows {
            grid.row(std::iter::once(name.clone()).chain(cells[from..to].iter().cloned()));
        }
        grid
    }

    /// Classes are rows.
    fn turned(&self) -> String {
        let mut columns = vec![(stacked(self.title), Column::Words)];
        columns.extend(self.rows.iter().map(|(name, _)| (stacked(name), Column::Figures)));
        let mut grid = Grid::new(&columns);
        for (at, class) in self.classes.iter().enumerate() {
            let cells = self.rows.iter().map(|(_, cells)| cells[at].clone());
            grid.row(std::iter::once(class.clone()).chain(cells));
        }
        grid.text()
    }
}

/// A heading on two lines of about the same length: "in flight", "at the end".
fn stacked(heading: &str) -> String {
    let middle = heading.len() / 2;
    let spaces = heading.match_indices(' ').map(|(at, _)| at);
    match spaces.min_by_key(|at| at.abs_diff(middle)) {
        Some(at) => format!("{}\n{}", &heading[..at], &heading[at + 1..]),
        None => heading.to_owned(),
    }
}

/// Whether a figure is above nothing.
fn is_some(figure: &Figure) -> bool {
    figure.estimate.is_some_and(|estimate| estimate.value > 0.0)
}
