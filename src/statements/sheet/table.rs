//! A table: column heads, rows, totals that stand in the statement, and the cells of its chart.

use rust_xlsxwriter::ColNum;

use super::cell::CellValue;
use super::chart::ChartCells;
use super::layout::{ColumnLayout, FieldPath, TableLayout, ValueFormat};
use super::scope::Row;
use super::style::{self, CellPlace};
use super::writer::{SheetWriter, TableHead};
use crate::common::error::{Error, Result};

/// How many characters wide the button is that a table is filtered by.
const FILTER_BUTTON: usize = 3;

impl SheetWriter<'_> {
    /// Writes a table and a free row below it.
    ///
    /// # Errors
    /// When it names what is not there, or a value is not of its column's format.
    pub(super) fn table(&mut self, table: &TableLayout, rows: &[Row<'_>]) -> Result<()> {
        let top = self.row;
        let title = table.title.as_ref().map(|title| self.scope.wording(title)).transpose()?.unwrap_or_default();
        if !title.is_empty() {
            self.text(0, &title, &style::table_title())?;
            self.row += 1;
        }
        let columns = number(&table.columns)?;
        let head = self.row;
        self.column_heads(&columns)?;
        let first = self.row;
        for row in rows {
            self.body_row(table, &columns, row)?;
        }
        let last_column = columns.last().map_or(0, |(column, _)| *column);
        self.heads.push(TableHead { row: head, last_row: self.row - 1, last_column });
        let count = self.row - first;
        if let (Some(chart), 1..) = (&table.chart, count) {
            let (labels, values) = (charted(&columns, &chart.label)?, charted(&columns, &chart.value)?);
            let cells = ChartCells { sheet: self.name.clone(), title, labels, values, first, count };
            self.charts.push((top, cells));
        }
        self.total_row(&columns)?;
        self.row += 1;
        Ok(())
    }

    fn column_heads(&mut self, columns: &[Numbered<'_>]) -> Result<()> {
        for (column, layout) in columns {
            let label = self.scope.wording(&layout.label)?;
            let is_number = !matches!(layout.format, ValueFormat::Text | ValueFormat::Date);
            self.text(*column, &label, &style::column_head(*column, is_number, self.is_filtered))?;
            self.widen(*column, label.chars().count() + if self.is_filtered { FILTER_BUTTON } else { 0 });
            if let Some(width) = layout.width {
                self.ask(*column, width);
            }
        }
        self.row += 1;
        Ok(())
    }

    fn body_row(&mut self, table: &TableLayout, columns: &[Numbered<'_>], row: &Row<'_>) -> Result<()> {
        for (column, layout) in columns {
            let value = CellValue::of(&self.scope.in_row(&table.rows, row), &layout.value, layout.format)?;
            self.widen(*column, value.width());
            self.value(*column, &value, CellPlace::Body)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Totals are the statement's: adding up what a sheet rounds would be a second calculation.
    fn total_row(&mut self, columns: &[Numbered<'_>]) -> Result<()> {
        if columns.iter().all(|(_, layout)| layout.total.is_none()) {
            return Ok(());
        }
        for (column, layout) in columns {
            let value = match &layout.total {
                Some(path) => CellValue::of(&self.scope, path, layout.format)?,
                None => CellValue::Empty,
            };
            self.widen(*column, value.width());
            self.value(*column, &value, CellPlace::Total)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// A column with its number in the sheet.
type Numbered<'l> = (ColNum, &'l ColumnLayout);

fn number(columns: &[ColumnLayout]) -> Result<Vec<Numbered<'_>>> {
    let numbered = columns.iter().enumerate().map(|(index, column)| Some((ColNum::try_from(index).ok()?, column)));
    let numbered = numbered.collect::<Option<Vec<_>>>();
    numbered.ok_or_else(|| Error::user(format!("{} columns are more than a sheet holds", columns.len())))
}

/// The column of a table that a chart shows.
fn charted(columns: &[Numbered<'_>], path: &FieldPath) -> Result<ColNum> {
    let found = columns.iter().find(|(_, column)| column.value == *path).map(|(column, _)| *column);
    found.ok_or_else(|| {
        let values = || columns.iter().map(|(_, column)| column.value.text.as_str());
        Error::user(format!("the chart shows `{}`, which is not the value of a column of its table", path.text))
            .did_you_mean(&path.text, values())
            .hint(format!("its columns have {}", values().collect::<Vec<_>>().join(", ")))
    })
}
