//! Writes one table.

use crate::stats::Estimate;

/// A table under construction.
pub(super) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    pub(super) fn new(header: &[&str]) -> Self {
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

/// Value, lower and upper end.
pub(super) fn estimate(estimate: Option<Estimate>) -> [String; 3] {
    let value = estimate.map(|estimate| number(estimate.value));
    let interval = estimate.and_then(|estimate| estimate.interval);
    let low = interval.map(|interval| number(interval.low));
    let high = interval.map(|interval| number(interval.high));
    [value, low, high].map(Option::unwrap_or_default)
}
