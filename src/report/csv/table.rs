//! Writes one table.

use crate::stats::Estimate;

/// A table under construction.
pub(super) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    pub(super) fn new<T: AsRef<[u8]>>(header: impl IntoIterator<Item = T>) -> Self {
        let mut table = Self { writer: csv::Writer::from_writer(Vec::new()) };
        table.row(header);
        table
    }

    /// Adds a row; as many cells as the header.
    pub(super) fn row<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let written = self.writer.write_record(cells);
        written.expect("a row has as many cells as the header, and memory takes all of them");
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes all that is written")
    }
}

/// A number so that it reads back to the same; empty where it is undefined.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}

/// A number that may not be known.
pub(super) fn maybe(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

/// Value, lower and upper end.
pub(super) fn estimate(estimate: Option<Estimate>) -> [String; 3] {
    let interval = estimate.and_then(|estimate| estimate.interval);
    [
        maybe(estimate.map(|estimate| estimate.value)),
        maybe(interval.map(|interval| interval.low)),
        maybe(interval.map(|interval| interval.high)),
    ]
}

/// The names of three columns: value, lower and upper end.
pub(super) fn estimate_columns(name: &str) -> [String; 3] {
    [name.to_owned(), format!("{name}_low"), format!("{name}_high")]
}
