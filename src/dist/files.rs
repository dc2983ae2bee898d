//! Measured figures in CSV files that a scenario names: rows with the lines they stand on.
//!
//! This layer reads no disk: whoever resolves a scenario hands in a [`Files`]. Both durations
//! that were measured and series of counts come in through here.

use csv::{ReaderBuilder, StringRecord};

use crate::language::{Node, Place, Placed, Problems};

/// Gives the text of the file at a path as the scenario spells it, or says why it cannot, as a
/// lower-case fragment.
pub type Files<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// A file's rows. Fields are separated by commas, or by semicolons or tabs where the first line
/// has no comma; lines that begin with `#` are comments.
#[derive(Debug)]
pub struct Table {
    /// All rows, the heading included, if there is one; each has as many fields as the first.
    pub rows: Vec<StringRecord>,
}

impl Table {
    /// Reads the file that `path` names; `None` after recording, at that place, why it cannot be
    /// read or which of its lines is malformed.
    pub fn load(path: &Placed<String>, files: &Files<'_>, problems: &mut Problems) -> Option<Self> {
        let text = match files(&path.value) {
            Ok(text) => text,
            Err(reason) => {
                problems.add(path.place, format!("this file cannot be read: {reason}"));
                return None;
            }
        };
        match Self::parse(&text) {
            Ok(table) => Some(table),
            Err(reason) => {
                problems.add(path.place, format!("in this file, {reason}"));
                None
            }
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .find(|delimiter| first.as_bytes().contains(delimiter))
            .unwrap_or(b',');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .comment(Some(b'#'))
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let rows: Vec<StringRecord> =
            reader.records().collect::<Result<_, _>>().map_err(|error| explain(&error))?;
        if rows.is_empty() { Err("there are no rows".to_owned()) } else { Ok(Self { rows }) }
    }

    /// The number of the column that `name` heads; `None` after recording, at its place, which
    /// columns there are.
    pub fn column(&self, name: &Placed<String>, problems: &mut Problems) -> Option<usize> {
        let found = self.rows[0].iter().position(|heading| heading == name.value);
        if found.is_none() {
            let headings: Vec<&str> = self.rows[0].iter().collect();
            crate::language::unknown_name("column", name, &headings, problems);
        }
        found
    }
}

/// The line on which `row` begins.
pub fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// A cell as a problem may show it: in quotes, short, on one line.
pub fn shown(cell: &str) -> String {
    Node::new(cell, Place::default()).describe()
}

fn explain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!(
                "line {line} differs from the first in its number of fields: {len}, not \
                 {expected_len}"
            )
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_semicolons_and_tabs_comments_and_marks() {
        for text in ["\u{feff}# from here\na,b\n1,\" 2\"\n", "a;b\n1;2\n", "a\tb\n1\t2\n\n"] {
            let table = Table::parse(text).unwrap();
            assert_eq!(table.rows.len(), 2, "{text:?}");
            assert_eq!(table.rows[1].iter().collect::<Vec<_>>(), ["1", "2"]);
        }
    }

    #[test]
    fn a_malformed_line_is_named() {
        let found = Table::parse("a,b\n1,2\n3\n").unwrap_err();
        assert_eq!(found, "line 3 differs from the first in its number of fields: 1, not 2");
        assert_eq!(Table::parse("").unwrap_err(), "there are no rows");
    }
}
