//! The spreadsheet of a statement, as an analyst's `sheet.yaml` lays it out. It copies amounts and adds none up.

mod cell;
mod chart;
mod digits;
mod layout;
mod names;
mod scope;
mod style;
mod table;
mod writer;

pub(super) use layout::SheetLayout;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use serde_json::Value;

use self::layout::{FieldPath, OneSheet, TableLayout};
use self::names::SheetNames;
use self::scope::{Row, Scope};
use self::writer::SheetWriter;
use crate::common::error::{Error, Result};

/// How many rows a sheet of a spreadsheet has.
const ROWS: usize = 1_048_576;

/// The instant that a file says it is from.
const PUBLISHED_AT: &str = "statement.run.published_at";

/// A statement as an XLSX file; the same statement, words and layout give the same bytes.
///
/// In `statement` an amount is a text of digits without grouping, `1234.50`, with as many of them behind the point as
/// its currency has; a date is `2026-10-01`. `words` holds texts in the customer's language by key.
///
/// # Errors
/// When the layout names what is not there, a value is not of its column's format, or a sheet has too many rows.
pub(super) fn workbook(layout: &SheetLayout, statement: &Value, words: &Value) -> Result<Vec<u8>> {
    let scope = Scope::new(statement, words);
    let title = scope.wording(&layout.title)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(layout, scope, &title)?);
    let mut names = SheetNames::default();
    let mut errors = Vec::new();
    for sheet in &layout.sheets {
        let Some(tables) = present(sheet, scope)? else { continue };
        let name = names.give(&scope.wording(&sheet.name)?);
        match filled(SheetWriter::new(scope, &name, tables.len() == 1)?, sheet, &tables) {
            Ok(writer) => workbook.push_worksheet(writer.done(&title, layout.paper)?),
            Err(error) => errors.push(error.while_doing(format!("filling the sheet `{name}`"))),
        }
    }
    if let Some(error) = Error::many(errors) {
        return Err(error);
    }
    if workbook.worksheets().is_empty() {
        return Err(Error::user("every sheet of this layout is of what this statement does not have")
            .hint("a sheet whose tables are all of lists that are null is left out"));
    }
    workbook.save_to_buffer().map_err(|error| refused(&error))
}

/// A table with its rows.
type Filled<'a> = (&'a TableLayout, Vec<Row<'a>>);

/// The tables of a sheet that this statement has; `None` where it has none of them.
fn present<'a>(sheet: &'a OneSheet, scope: Scope<'a>) -> Result<Option<Vec<Filled<'a>>>> {
    let mut tables = Vec::new();
    for table in &sheet.tables {
        tables.extend(scope.rows(&table.rows)?.map(|rows| (table, rows)));
    }
    Ok((sheet.tables.is_empty() || !tables.is_empty()).then_some(tables))
}

fn filled<'a>(mut writer: SheetWriter<'a>, sheet: &'a OneSheet, tables: &[Filled<'a>]) -> Result<SheetWriter<'a>> {
    let lines = tables.iter().map(|(_, rows)| rows.len() + 4).sum::<usize>() + sheet.head.len() + 3;
    if lines > ROWS {
        let error = Error::data(format!("{lines} rows are more than the {ROWS} that a sheet holds"));
        return Err(error.hint("what has this many rows is better sent as CSV; take the table out of `sheet.yaml`"));
    }
    writer.head(sheet)?;
    for (table, rows) in tables {
        let doing = format!("writing the table of `{}`", table.rows.text);
        writer.table(table, rows).map_err(|error| error.while_doing(doing))?;
    }
    Ok(writer)
}

fn properties(layout: &SheetLayout, scope: Scope<'_>, title: &str) -> Result<DocProperties> {
    let path = FieldPath::try_from(PUBLISHED_AT.to_owned()).map_err(Error::bug)?;
    let text = scope.text(&path)?;
    let published_at = cell::is_instant(&text).then(|| ExcelDateTime::parse_from_str(&text).ok()).flatten();
    let published_at = published_at.ok_or_else(|| {
        Error::data(format!("`{PUBLISHED_AT}` is `{text}`, not an instant such as `2026-11-04T09:12:44Z`"))
    })?;
    let author = layout.author.as_ref().map(|author| scope.wording(author)).transpose()?;
    Ok(DocProperties::new()
        .set_title(title)
        .set_author(author.unwrap_or_default())
        .set_creation_datetime(&published_at))
}

/// What the writer of spreadsheets does not take, and should have been caught before.
fn refused(error: &XlsxError) -> Error {
    Error::bug("the spreadsheet cannot be written").caused_by(error)
}

#[cfg(test)]
mod tests;
