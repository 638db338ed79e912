//! The detail as CSV.

use csv::{Terminator, WriterBuilder};

use super::cell::{Cell, Form, Row, object};
use super::document::Statement;
use crate::common::error::{Error, Result};

/// What a cell that begins so would be taken for a formula by spreadsheets.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The lines with their columns, for spreadsheets and machines: UTF-8 that says so.
///
/// # Errors
/// When an amount is no whole number of the smallest unit of its currency.
pub(super) fn csv(statement: &Statement) -> Result<String> {
    let no_csv = |cause: &dyn std::fmt::Display| Error::bug("could not write lines as CSV").caused_by(cause);
    let none = Vec::new();
    let rows = statement.rows.get("lines").unwrap_or(&none);
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    if let Some(row) = rows.first() {
        writer.write_record(columns(row).map(|(name, _)| name)).map_err(|e| no_csv(&e))?;
    }
    for row in rows {
        let values = object(row, Form::Exact, |currency| statement.minor_units.get(currency).copied())?;
        let cells = columns(row).map(|(name, cell)| match (cell, &values[name]) {
            (_, serde_json::Value::Null) => String::new(),
            (Cell::Text(_), serde_json::Value::String(text)) if text.starts_with(FORMULAS) => format!("'{text}"),
            (_, serde_json::Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        });
        writer.write_record(cells).map_err(|e| no_csv(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| no_csv(&e))?;
    String::from_utf8(bytes).map_err(|e| no_csv(&e))
}

/// What accounts and services come to is no part of a line.
fn columns(row: &Row) -> impl Iterator<Item = (&str, &Cell)> {
    let is_of_line = |name: &str| !matches!(name, "account_amount" | "service_amount");
    row.iter().map(|(name, cell)| (name.as_str(), cell)).filter(move |(name, _)| is_of_line(name))
}
