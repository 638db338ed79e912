//! Rows as text: an aligned table, CSV or JSON.

use serde_json::{Map, Value};

use super::args::Format;
use crate::engine::{Answer, rows, types};
use crate::words::error::{Error, Result};

/// An answer in the asked-for form, ending in a line break.
pub(super) fn format(answer: &Answer, format: Format) -> Result<String> {
    let names: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let cells = rows::texts(&answer.batches)?;
    match format {
        Format::Table => {
            let numeric: Vec<bool> = answer.schema.fields().iter().map(|f| f.data_type().is_numeric()).collect();
            Ok(aligned(&names, &numeric, &cells))
        }
        Format::Csv => csv(&names, &cells),
        Format::Json => Ok(pretty(&objects(answer)?)),
    }
}

/// The rows of an answer as JSON objects.
pub(super) fn objects(answer: &Answer) -> Result<Vec<Value>> {
    let names: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let strings: Vec<bool> = answer.schema.fields().iter().map(|f| is_text(f.data_type())).collect();
    Ok(as_objects(&names, &strings, &rows::texts(&answer.batches)?))
}

/// Columns side by side, numbers to the right, under an underlined head.
pub(super) fn aligned(names: &[String], numeric: &[bool], cells: &[Vec<Option<String>>]) -> String {
    let width = |index: usize| {
        let texts = cells.iter().map(|row| row.get(index).and_then(Option::as_deref).unwrap_or(""));
        let widest = texts.map(|text| text.chars().count()).max().unwrap_or(0);
        widest.max(names.get(index).map_or(0, |name| name.chars().count()))
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |texts: &mut dyn Iterator<Item = &str>| {
        let padded = texts.zip(&widths).enumerate().map(|(index, (text, width))| {
            let gap = " ".repeat(width.saturating_sub(text.chars().count()));
            let right = numeric.get(index).copied().unwrap_or(false);
            if right { format!("{gap}{text}") } else { format!("{text}{gap}") }
        });
        let joined = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", joined.trim_end())
    };
    let mut out = line(&mut names.iter().map(String::as_str));
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    out.push_str(&line(&mut rules.iter().map(String::as_str)));
    if cells.is_empty() {
        out.push_str("(no rows)\n");
    }
    for row in cells {
        out.push_str(&line(&mut row.iter().map(|cell| cell.as_deref().unwrap_or(""))));
    }
    out
}

pub(super) fn csv(names: &[String], cells: &[Vec<Option<String>>]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |e: &dyn std::fmt::Display| Error::bug("rows make no CSV").caused_by(e);
    writer.write_record(names).map_err(|e| broken(&e))?;
    for row in cells {
        writer.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or(""))).map_err(|e| broken(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| broken(&e))?;
    String::from_utf8(bytes).map_err(|e| broken(&e))
}

/// Text stays text; so do decimals, which a JSON number could not hold exactly.
fn is_text(kind: &arrow::datatypes::DataType) -> bool {
    !(kind.is_integer() || kind.is_floating() || *kind == arrow::datatypes::DataType::Boolean) || types::is_string(kind)
}

pub(super) fn json(names: &[String], strings: &[bool], cells: &[Vec<Option<String>>]) -> String {
    pretty(&as_objects(names, strings, cells))
}

fn pretty(objects: &[Value]) -> String {
    let mut text = serde_json::to_string_pretty(objects).unwrap_or_default();
    text.push('\n');
    text
}

fn as_objects(names: &[String], strings: &[bool], cells: &[Vec<Option<String>>]) -> Vec<Value> {
    cells
        .iter()
        .map(|row| {
            let values = row.iter().zip(strings).map(|(cell, is_text)| match cell {
                None => Value::Null,
                Some(text) if *is_text => Value::from(text.as_str()),
                Some(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
            });
            Value::Object(names.iter().cloned().zip(values).collect::<Map<String, Value>>())
        })
        .collect()
}
