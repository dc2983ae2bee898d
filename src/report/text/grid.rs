//! Tables without lines: aligned by display width, shortened where they would be too wide.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width, presets,
};

use super::WIDTH;

/// Blank columns before each column.
pub(super) const GAP: u16 = 2;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Words, which are shortened where space is short.
    Words,
    /// Words that stay whole.
    Fixed,
    /// Figures, which stay whole and end at the same place.
    Figures,
}

/// A table under construction.
#[derive(Debug)]
pub(super) struct Grid {
    table: Table,
    columns: Vec<Column>,
}

impl Grid {
    /// A table with a heading and a kind for each column. A heading may have several lines.
    pub(super) fn new<T: AsRef<str>>(columns: &[(T, Column)]) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(WIDTH);
        // Headings stand at the bottom of their row, next to their figures.
        let lines = |heading: &str| heading.lines().count().max(1);
        let most = columns.iter().map(|(heading, _)| lines(heading.as_ref())).max().unwrap_or(0);
        let header = columns.iter().map(|(heading, kind)| {
            let heading = heading.as_ref();
            cell(&format!("{}{heading}", "\n".repeat(most - lines(heading))), *kind)
        });
        table.set_header(header.collect::<Vec<Cell>>());
        for column in table.column_iter_mut() {
            column.set_padding((GAP, 0));
        }
        Self { table, columns: columns.iter().map(|&(_, kind)| kind).collect() }
    }

    /// Adds a row; as many cells as columns.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().zip(&self.columns).map(|(text, &kind)| cell(&text, kind));
        let mut row = Row::from(cells.collect::<Vec<Cell>>());
        row.max_height(1);
        self.table.add_row(row);
    }

    /// Columns that it takes with nothing shortened.
    pub(super) fn width(&self) -> u16 {
        let content: u16 = self.table.column_max_content_widths().iter().sum();
        content + GAP * self.columns.len() as u16
    }

    /// Whether nothing has to be shortened.
    pub(super) fn fits(&self) -> bool {
        self.width() <= WIDTH
    }

    /// The table, each line ended.
    pub(super) fn text(mut self) -> String {
        let widths = self.widths();
        for (column, width) in self.table.column_iter_mut().zip(widths) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + GAP)));
        }
        let mut text = self.table.trim_fmt();
        text.push('\n');
        text
    }

    /// The width of each column's content: words are shortened, the longest first.
    fn widths(&self) -> Vec<u16> {
        let mut widths = self.table.column_max_content_widths();
        let room = WIDTH - GAP * widths.len() as u16;
        while widths.iter().sum::<u16>() > room {
            let words = (0..widths.len()).filter(|&at| self.columns[at] == Column::Words);
            match words.max_by_key(|&at| widths[at]) {
                Some(longest) if widths[longest] > 4 => widths[longest] -= 1,
                Some(_) | None => break,
            }
        }
        widths
    }
}

fn cell(text: &str, kind: Column) -> Cell {
    Cell::new(text).set_alignment(match kind {
        Column::Words | Column::Fixed => CellAlignment::Left,
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
        table.add_row([label.as_ref(), text]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((GAP, 0));
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}
