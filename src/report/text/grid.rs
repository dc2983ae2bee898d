//! Tables without lines: aligned by display width, shortened where they would be too wide.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, presets};

use super::WIDTH;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Words that may be shortened.
    Words,
    /// Figures: never shortened, aligned at the right.
    Figures,
    /// Words that are never shortened.
    Fixed,
}

/// A table under construction.
#[derive(Debug)]
pub(super) struct Grid {
    table: Table,
    columns: Vec<Column>,
}

impl Grid {
    /// A table with a heading and a kind for each column.
    pub(super) fn new(columns: &[(&str, Column)]) -> Self {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(WIDTH);
        let kinds: Vec<Column> = columns.iter().map(|&(_, kind)| kind).collect();
        let header = columns.iter().map(|&(heading, kind)| cell(heading, kind));
        table.set_header(header.collect::<Vec<Cell>>());
        for (column, &kind) in table.column_iter_mut().zip(&kinds) {
            column.set_padding((2, 0));
            match kind {
                Column::Words => {}
                Column::Figures | Column::Fixed => {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
        }
        Self { table, columns: kinds }
    }

    /// Adds a row; as many cells as columns.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().zip(&self.columns).map(|(text, &kind)| cell(&text, kind));
        let mut row = Row::from(cells.collect::<Vec<Cell>>());
        row.max_height(1);
        self.table.add_row(row);
    }

    /// The table, each line ended.
    pub(super) fn text(&self) -> String {
        let mut text = self.table.trim_fmt();
        text.push('\n');
        text
    }
}

fn cell(text: &str, kind: Column) -> Cell {
    Cell::new(text).set_alignment(match kind {
        Column::Words | Column::Fixed => CellAlignment::Left,
        Column::Figures => CellAlignment::Right,
    })
}
