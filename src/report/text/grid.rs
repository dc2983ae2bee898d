//! Tables without lines: aligned by display width, shortened where they would be too wide.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width, presets,
};

use super::WIDTH;

/// Blank columns before each column.
pub(super) const GAP: u16 = 2;
/// Columns that a sentence keeps, so that two lines hold it.
const LEAST_SENTENCE: u16 = 20;
/// Columns that a name keeps.
const LEAST_WORDS: u16 = 6;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Words, which are shortened where space is short.
    Words,
    /// Words that may go on in a second line where space is short.
    Sentence,
    /// Words that stay whole.
    Fixed,
    /// Figures, which stay whole and end at the same place.
    Figures,
}

/// A table under construction.
#[derive(Debug)]
pub(super) struct Grid {
    columns: Vec<(String, Column)>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with a heading and a kind for each column. A heading may have several lines.
    pub(super) fn new<T: AsRef<str>>(columns: &[(T, Column)]) -> Self {
        let columns = columns.iter().map(|(heading, kind)| (heading.as_ref().to_owned(), *kind));
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Adds a row; as many cells as columns.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Columns that it takes with nothing shortened.
    pub(super) fn width(&self) -> u16 {
        let content: u16 = self.content_widths().iter().sum();
        content + GAP * self.columns.len() as u16
    }

    /// Whether nothing has to be shortened.
    pub(super) fn fits(&self) -> bool {
        self.width() <= WIDTH
    }

    /// Whether it fits once words are shortened and sentences go on in a second line.
    pub(super) fn could_fit(&self) -> bool {
        self.widths().iter().sum::<u16>() + GAP * self.columns.len() as u16 <= WIDTH
    }

    /// The table, each line ended.
    pub(super) fn text(&self) -> String {
        let widths = self.widths();
        let cells = |row: &[String]| -> Vec<String> {
            let cells = row.iter().zip(&self.columns).zip(&widths);
            cells
                .map(|((text, (_, kind)), &width)| match kind {
                    Column::Words => shortened(text, width),
                    Column::Sentence => joined(text),
                    Column::Fixed | Column::Figures => text.clone(),
                })
                .collect()
        };
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| cells(row)).collect();
        let mut table = self.table(&rows);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
        for (column, width) in table.column_iter_mut().zip(widths) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + GAP)));
        }
        let mut text = table.trim_fmt().replace(JOINT, " ");
        text.push('\n');
        text
    }

    fn table(&self, rows: &[Vec<String>]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        // Headings stand at the bottom of their row, next to their figures.
        let lines = |heading: &str| heading.lines().count().max(1);
        let most = self.columns.iter().map(|(heading, _)| lines(heading)).max().unwrap_or(1);
        let header = self.columns.iter().map(|(heading, kind)| {
            cell(&format!("{}{heading}", "\n".repeat(most - lines(heading))), *kind)
        });
        table.set_header(header.collect::<Vec<Cell>>());
        for row in rows {
            let cells = row.iter().zip(&self.columns).map(|(text, (_, kind))| cell(text, *kind));
            table.add_row(Row::from(cells.collect::<Vec<Cell>>()));
        }
        for column in table.column_iter_mut() {
            column.set_padding((GAP, 0));
        }
        table
    }

    fn content_widths(&self) -> Vec<u16> {
        self.table(&self.rows).column_max_content_widths()
    }

    /// The width of each column's content. Where space is short, sentences go on in a second line;
    /// where that is not enough, words are shortened, the longest first.
    fn widths(&self) -> Vec<u16> {
        let mut widths = self.content_widths();
        let room = WIDTH.saturating_sub(GAP * widths.len() as u16);
        for (kind, least) in [(Column::Sentence, LEAST_SENTENCE), (Column::Words, LEAST_WORDS)] {
            // A heading stays whole.
            let least = |at: usize| least.max(width_of(&self.columns[at].0));
            while widths.iter().sum::<u16>() > room {
                let those = (0..widths.len()).filter(|&at| self.columns[at].1 == kind);
                match those.filter(|&at| widths[at] > least(at)).max_by_key(|&at| widths[at]) {
                    Some(longest) => widths[longest] -= 1,
                    None => break,
                }
            }
        }
        widths
    }
}

/// `text` in at most `width` columns.
pub(super) fn shortened(text: &str, width: u16) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(usize::from(width).saturating_sub(1)).collect();
    // Letters of some scripts take two columns.
    while width_of(&kept) >= width && kept.pop().is_some() {}
    format!("{kept}…")
}

/// The columns that `text` takes, as a table counts them.
fn width_of(text: &str) -> u16 {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).add_row([text]);
    table.column_max_content_widths().into_iter().max().unwrap_or(0)
}

/// What stands for a space that no line may end at.
const JOINT: &str = "\u{a0}";

/// `text` with figures and their units joined, so that "5 s" stays in one line.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut after_figure = false;
    for (at, word) in text.split(' ').enumerate() {
        let letters = word.trim_end_matches([',', '.', ';', ':', ')']);
        let is_unit = matches!(letters, "%" | "ns" | "us" | "ms" | "s" | "min" | "h" | "d");
        if at > 0 {
            joined.push_str(if after_figure && is_unit { JOINT } else { " " });
        }
        joined.push_str(word);
        after_figure = word.ends_with(|c: char| c.is_ascii_digit());
    }
    joined
}

fn cell(text: &str, kind: Column) -> Cell {
    Cell::new(text).set_alignment(match kind {
        Column::Words | Column::Sentence | Column::Fixed => CellAlignment::Left,
        Column::Figures => CellAlignment::Right,
    })
}

/// Paragraphs beside their labels, wrapped between words.
pub(super) fn paragraphs<L: AsRef<str>>(items: &[(L, String)]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH);
    for (label, text) in items {
        table.add_row([label.as_ref(), &joined(text)]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((GAP, 0));
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = table.trim_fmt().replace(JOINT, " ");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stay_with_their_units() {
        let text = format!("{} 99 % within 5 s, or 1 min", "x".repeat(77));
        let page = paragraphs(&[("Note", text)]);
        assert!(page.contains("99 % within\n") || page.contains("within 5 s,"), "{page}");
        for end in ["99\n", "5\n", "1\n"] {
            assert!(!page.contains(end), "{page}");
        }
        assert!(!page.contains(JOINT), "{page}");
    }

    #[test]
    fn what_is_shortened_fits_in_any_script() {
        assert_eq!(shortened("日本語のタイトル", 7), "日本語…");
        assert_eq!(shortened("telegram", 7), "telegr…");
        assert_eq!(shortened("telegram", 8), "telegram");
    }

    #[test]
    fn headings_are_never_broken() {
        let mut grid = Grid::new(&[("carriers", Column::Words), ("x", Column::Figures)]);
        grid.row(["us".to_owned(), "9".repeat(95)]);
        assert!(grid.text().starts_with("  carriers"), "{}", grid.text());
    }
}
