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
pub(super) fn exact(value: f64) -> String {
    if value.is_nan() { String::new() } else { value.to_string() }
}

/// What was measured, to six significant digits, whole digits in full; empty where it is
/// undefined.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() || value.fract() == 0.0 || !value.is_finite() {
        return exact(value);
    }
    if value.abs() >= 1e5 {
        return exact(value.round());
    }
    exact(format!("{value:.5e}").parse().unwrap_or(value))
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

/// A column of figures: its name, and what stands in it for a record.
pub(super) type Column<R, T> = (&'static str, fn(&R) -> T);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_significant_digits_and_whole_ones_all() {
        assert_eq!(number(0.000_000_499_288_587_614_409_9), "0.000000499289");
        assert_eq!(number(0.1), "0.1");
        assert_eq!(number(2.0 / 3.0), "0.666667");
        assert_eq!(number(1_234_567.8), "1234568");
        assert_eq!(number(123_456_789_012.0), "123456789012");
        assert_eq!((number(f64::INFINITY), number(f64::NAN)), ("inf".into(), String::new()));
        assert_eq!(exact(43_200.123_456_7), "43200.1234567");
    }
}
