//! Empirical: durations that were measured, drawn again with equal chances.

use std::sync::Arc;

use rand::Rng;

use super::Law;
use super::files::{self, Files, Table};
use crate::engine::SimDuration;
use crate::engine::random::uniform;
use crate::language::{Choice, Fields, Node, Placed, Problems, Read};

/// Measured values in rising order; one draw a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    values: Arc<[f64]>,
}

/// Measured durations as written: here, or in a file.
#[derive(Clone, Debug)]
pub(super) enum EmpiricalSpec {
    /// `{ values = ["3ms", "4ms", "12ms"] }`
    Listed(Empirical),
    /// `{ file = "sends.csv", column = "latency", unit = "ms" }`
    File {
        /// The path of a CSV file.
        file: Placed<String>,
        /// The heading of the column that holds the durations; by default the only column.
        column: Option<Placed<String>>,
        /// Nanoseconds in the unit of bare numbers; without it, every cell is like `12ms`.
        unit_ns: Option<f64>,
    },
}

const UNITS: [(&str, f64); 6] =
    [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 6e10), ("h", 3.6e12)];

impl Empirical {
    /// From at least one value, none negative.
    ///
    /// # Panics
    /// On an empty list.
    pub fn new(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "a sample of nothing has no quantile");
        values.sort_unstable_by(f64::total_cmp);
        Self { values: values.into() }
    }

    #[inline]
    fn at(&self, p: f64) -> f64 {
        let count = self.values.len();
        self.values[((p * count as f64) as usize).min(count - 1)]
    }
}

impl Read for EmpiricalSpec {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let values = fields.optional::<Placed<Vec<SimDuration>>>("values", problems);
        let file = fields.optional::<Placed<String>>("file", problems);
        let column = fields.optional("column", problems);
        let unit_ns = match fields.node("unit") {
            Some(node) => unit(node, problems).map(Some),
            None => Some(None),
        };
        let place = fields.place();
        fields.finish(problems);
        match (values?, file?, column?, unit_ns?) {
            (Some(values), None, None, None) if values.value.is_empty() => {
                problems.add(values.place, "expected at least one duration");
                None
            }
            (Some(values), None, None, None) => {
                let ns = values.value.iter().map(|value| value.ns() as f64).collect();
                Some(Self::Listed(Empirical::new(ns)))
            }
            (None, Some(file), column, unit_ns) => Some(Self::File { file, column, unit_ns }),
            (_, _, _, _) => {
                let hint = "give `values = [\"3ms\", ...]`, or `file` (with `column` and `unit`)";
                problems.add_with_hint(place, "expected measured durations", hint);
                None
            }
        }
    }
}

fn unit(node: &Node, problems: &mut Problems) -> Option<f64> {
    let names = UNITS.map(|(name, _)| name);
    let name = Choice::read(node, &names, problems)?.name;
    UNITS.iter().find(|(unit, _)| *unit == name).map(|(_, ns)| *ns)
}

impl EmpiricalSpec {
    /// The law, after reading its file.
    pub(super) fn resolve(&self, files: &Files<'_>, problems: &mut Problems) -> Option<Empirical> {
        match self {
            Self::Listed(listed) => Some(listed.clone()),
            Self::File { file, column, unit_ns } => {
                let table = Table::load(file, files, problems)?;
                let column = match column {
                    Some(name) => table.column(name, problems)?,
                    None => only_column(&table, file, problems)?,
                };
                values(&table, column, *unit_ns, file, problems).map(Empirical::new)
            }
        }
    }
}

fn only_column(table: &Table, file: &Placed<String>, problems: &mut Problems) -> Option<usize> {
    let columns = table.rows[0].len();
    if columns > 1 {
        let label = format!("this file has {columns} columns");
        problems.add_with_hint(file.place, label, "say which one with `column = \"...\"`");
        return None;
    }
    Some(0)
}

/// The durations of a column in nanoseconds; its first cell may be a heading.
fn values(
    table: &Table,
    column: usize,
    unit_ns: Option<f64>,
    file: &Placed<String>,
    problems: &mut Problems,
) -> Option<Vec<f64>> {
    let mut values = Vec::with_capacity(table.rows.len());
    for (index, row) in table.rows.iter().enumerate() {
        match (duration_ns(&row[column], unit_ns, file), index) {
            (Some(ns), _) => values.push(ns),
            (None, 0) => {}
            (None, _) => {
                let (line, cell) = (files::line(row), files::shown(&row[column]));
                let (wanted, hint) = match unit_ns {
                    Some(_) => ("a number of zero or more", "a row that is no number is no sample"),
                    None => ("a duration such as 12ms", "for bare numbers, add `unit = \"ms\"`"),
                };
                let label = format!("line {line} of this file: expected {wanted}, found {cell}");
                problems.add_with_hint(file.place, label, hint);
                return None;
            }
        }
    }
    if values.is_empty() {
        problems.add(file.place, "this file holds no durations");
        return None;
    }
    Some(values)
}

fn duration_ns(cell: &str, unit_ns: Option<f64>, file: &Placed<String>) -> Option<f64> {
    match unit_ns {
        Some(unit) => {
            let ns = cell.parse::<f64>().ok()? * unit;
            (ns >= 0.0 && ns <= SimDuration::MAX.ns() as f64).then_some(ns)
        }
        None => {
            // Cells follow the rules of durations in scenarios; what is wrong is told by line.
            let mut unheard = Problems::new();
            let cell = Node::new(cell, file.place);
            SimDuration::read(&cell, &mut unheard).map(|length| length.ns() as f64)
        }
    }
}

impl Law for Empirical {
    /// By inversion, so that a larger draw never gives a smaller value: two options that share
    /// their draws stay alike.
    #[inline]
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.at(uniform(rng))
    }
    fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }
    fn cv2(&self) -> f64 {
        let mean = self.mean();
        if mean == 0.0 {
            return 0.0;
        }
        let squares: f64 = self.values.iter().map(|x| (x - mean) * (x - mean)).sum();
        squares / self.values.len() as f64 / (mean * mean)
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(self.at(p))
    }
}
