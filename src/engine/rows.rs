//! Rows written by hand (YAML, CSV) as columns, and columns as text.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType as Arrow, Field, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

use crate::common::error::{Error, Result};
use crate::common::settings::{Settings, plain};
use crate::common::types;

/// Texts as a column of `kind`; the empty text and `None` are null.
///
/// # Errors
/// With the index of the first text that is not a value of `kind`.
pub fn column(texts: &[Option<String>], kind: &Arrow) -> Result<ArrayRef, usize> {
    let strings: ArrayRef = Arc::new(texts.iter().map(Option::as_deref).collect::<StringArray>());
    let lenient = CastOptions { safe: true, format_options: FormatOptions::default() };
    let cast = cast_with_options(&strings, kind, &lenient).map_err(|_| 0_usize)?;
    let is_wrong = |text: &str, i: usize| cast.is_null(i) || loses_digits(text, kind);
    match (0..texts.len()).find(|i| texts[*i].as_deref().is_some_and(|text| is_wrong(text, *i))) {
        Some(wrong) => Err(wrong),
        None => Ok(cast),
    }
}

/// Whether `text` has more digits behind the point than a decimal `kind` keeps: a cast would round it.
fn loses_digits(text: &str, kind: &Arrow) -> bool {
    let Arrow::Decimal128(_, scale) = kind else { return false };
    let text = plain(text.trim());
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
    fraction.len() > usize::try_from(*scale).unwrap_or_default()
}

/// A value of YAML as text, ready to become a `kind`.
fn text_of(value: &Value, kind: &Arrow) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if matches!(kind, Arrow::Decimal128(..)) => Some(plain(&number.to_string())),
        other => Some(other.to_string()),
    }
}

/// Rows as a batch with the columns of `schema`; columns that a row does not name are null.
///
/// # Errors
/// When a row names a column that is not there, or a value does not fit its column; with the index of the row.
pub fn batch(rows: &[&Settings], schema: &SchemaRef) -> Result<RecordBatch, (Error, usize)> {
    for (index, row) in rows.iter().enumerate() {
        if let Some(name) = row.keys().find(|name| schema.field_with_name(name).is_err()) {
            let known = schema.fields().iter().map(|field| field.name().as_str());
            return Err((Error::user(format!("there is no column `{name}`")).did_you_mean(name, known), index));
        }
    }
    let mut columns = Vec::new();
    for field in schema.fields() {
        let kind = field.data_type();
        let texts: Vec<Option<String>> =
            rows.iter().map(|row| row.get(field.name()).and_then(|v| text_of(v, kind))).collect();
        let column = if texts.iter().all(Option::is_none) {
            new_null_array(kind, rows.len())
        } else {
            column(&texts, kind).map_err(|wrong| (not_of_kind(&texts[wrong], field), wrong))?
        };
        columns.push(column);
    }
    let nullable: Vec<Field> = schema.fields().iter().map(|f| f.as_ref().clone().with_nullable(true)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(nullable)), columns, &options)
        .map_err(|e| (Error::bug("rows do not form a batch").caused_by(&e), 0))
}

fn not_of_kind(text: &Option<String>, field: &Field) -> Error {
    let text = text.as_deref().unwrap_or("");
    let kind = types::name(field.data_type());
    Error::user(format!("`{text}` in column `{}` is not a valid {kind}", field.name()))
}

/// Batches as rows of text, null as `None`.
///
/// # Errors
/// When a type has no text form.
pub fn texts(batches: &[RecordBatch]) -> Result<Vec<Vec<Option<String>>>> {
    let options = FormatOptions::default().with_null("");
    let mut rows = Vec::new();
    for batch in batches {
        let formatters: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<_, _>>()
            .map_err(|e| Error::bug("a column cannot be shown").caused_by(&e))?;
        for row in 0..batch.num_rows() {
            let cells = batch
                .columns()
                .iter()
                .zip(&formatters)
                .map(|(column, formatter)| (!is_null(column, row)).then(|| formatter.value(row).to_string()));
            rows.push(cells.collect());
        }
    }
    Ok(rows)
}

/// A column of the type null has no mask that says so.
fn is_null(column: &ArrayRef, row: usize) -> bool {
    column.is_null(row) || *column.data_type() == Arrow::Null
}
