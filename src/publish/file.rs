//! The object that names the published files, as Parquet: one row for each table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit, TimestampMillisecondType};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::table::{Files, PublishedTable, RunRecord};
use crate::common::error::{Error, Result};

const TEXTS: [&str; 8] = ["table_name", "run_id", "source", "delivery", "models", "settings", "version", "command"];
/// Texts that earlier versions did not write; empty there.
const LATER: [&str; 5] = ["build", "commit", "folder", "written", "kept_payers"];
/// Numbers that earlier versions did not write.
const NUMBERS: [&str; 2] = ["files", "rows"];
const PUBLISHED_AT: &str = "published_at";
/// Who may replace the object, the how manieth that is, and since when readers see what it names: for runs, in the
/// metadata of the file.
const HOLDER: &str = "apportion.claim";
const TURN: &str = "apportion.turn";
const SEEN_AT: &str = "apportion.seen_at";

/// What such an object says.
#[derive(Debug, Clone, Default)]
pub(super) struct Pointer {
    /// The tables.
    pub(super) tables: Vec<PublishedTable>,
    /// The run whose lease may replace it; empty where none has been written.
    pub(super) holder: String,
    /// The turn of that lease: each later one has a higher one.
    pub(super) turn: u64,
    /// Since when readers see these tables.
    pub(super) seen_at: Option<DateTime<Utc>>,
}

/// `pointer` as the bytes of a Parquet file.
pub(super) fn encode(pointer: &Pointer) -> Result<Bytes> {
    let rows = &pointer.tables;
    let text = |get: fn(&PublishedTable) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(get(row))).collect::<StringArray>())
    };
    let number = |get: fn(&Files) -> u64| -> ArrayRef {
        Arc::new(
            rows.iter().map(|row| row.files.as_ref().map(|files| get(files).cast_signed())).collect::<Int64Array>(),
        )
    };
    let times = rows.iter().map(|row| row.run.published_at.timestamp_millis());
    let columns: Vec<ArrayRef> = vec![
        text(|row| &row.table),
        text(|row| &row.run.run_id),
        text(|row| &row.run.source),
        text(|row| &row.run.delivery),
        text(|row| &row.run.models),
        text(|row| &row.run.settings),
        text(|row| &row.run.version),
        text(|row| &row.run.command),
        text(|row| &row.run.build),
        text(|row| &row.run.commit),
        text(|row| row.files.as_ref().map_or("", |files| &files.folder)),
        text(|row| row.files.as_ref().map_or("", |files| &files.written)),
        kept_payers(rows),
        number(|files| files.count),
        number(|files| files.rows),
        Arc::new(TimestampMillisecondArray::from_iter_values(times)),
    ];
    let texts = TEXTS.iter().chain(&LATER).map(|name| Field::new(*name, DataType::Utf8, false));
    let numbers = NUMBERS.iter().map(|name| Field::new(*name, DataType::Int64, true));
    let mut fields: Vec<Field> = texts.chain(numbers).collect();
    fields.push(Field::new(PUBLISHED_AT, DataType::Timestamp(TimeUnit::Millisecond, None), false));
    let schema = Arc::new(Schema::new(fields));
    let failed = |error: &dyn std::fmt::Display| Error::bug("the published tables make no file").caused_by(error);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| failed(&e))?;
    let mut facts = vec![
        KeyValue::new(HOLDER.to_owned(), pointer.holder.clone()),
        KeyValue::new(TURN.to_owned(), pointer.turn.to_string()),
    ];
    facts.extend(pointer.seen_at.map(|at| KeyValue::new(SEEN_AT.to_owned(), at.timestamp_millis().to_string())));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(facts)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).map_err(|e| failed(&e))?;
    writer.write(&batch).map_err(|e| failed(&e))?;
    writer.close().map_err(|e| failed(&e))?;
    Ok(bytes.into())
}

/// The payers that keep earlier rows, with a space between.
fn kept_payers(rows: &[PublishedTable]) -> ArrayRef {
    Arc::new(rows.iter().map(|row| Some(row.kept_payers.join(" "))).collect::<StringArray>())
}

/// What a file says that [`encode`] made, or the same of an earlier version.
pub(super) fn decode(bytes: Bytes) -> Result<Pointer> {
    let damaged = |error: &dyn std::fmt::Display| {
        Error::data("the list of published tables is damaged")
            .caused_by(error)
            .hint("`apportion rollback` brings an earlier one back")
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| damaged(&e))?;
    let facts = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let fact = |key: &str| facts.iter().find(|fact| fact.key == key).and_then(|fact| fact.value.clone());
    let seen_at = fact(SEEN_AT).and_then(|millis| DateTime::from_timestamp_millis(millis.parse().ok()?));
    let turn = fact(TURN).and_then(|turn| turn.parse().ok()).unwrap_or_default();
    let mut pointer = Pointer { tables: Vec::new(), holder: fact(HOLDER).unwrap_or_default(), turn, seen_at };
    for batch in builder.build().map_err(|e| damaged(&e))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        pointer.tables.extend(rows(&batch).map_err(|error| damaged(&error))?);
    }
    Ok(pointer)
}

fn rows(batch: &RecordBatch) -> Result<Vec<PublishedTable>, String> {
    let mut texts = Vec::new();
    for name in TEXTS.iter().chain(&LATER) {
        let column = match batch.column_by_name(name) {
            Some(column) => cast(column, &DataType::Utf8).map_err(|e| e.to_string())?,
            None if LATER.contains(name) => Arc::new(StringArray::from(vec![""; batch.num_rows()])),
            None => return Err(format!("it has no column `{name}`")),
        };
        texts.push(column.as_string::<i32>().clone());
    }
    let times = batch
        .column_by_name(PUBLISHED_AT)
        .and_then(|column| column.as_primitive_opt::<TimestampMillisecondType>())
        .ok_or_else(|| format!("it has no column `{PUBLISHED_AT}`"))?;
    let numbers = NUMBERS.map(|name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>());
    let row = |index: usize| {
        let text = |column: usize| texts[column].value(index).to_owned();
        let number = |column: usize| numbers[column].filter(|n| n.is_valid(index)).map(|n| n.value(index));
        let whole = |column: usize| number(column).and_then(|number| u64::try_from(number).ok());
        let files = whole(0).zip(whole(1)).filter(|_| !text(10).is_empty());
        PublishedTable {
            table: text(0),
            run: RunRecord {
                run_id: text(1),
                source: text(2),
                delivery: text(3),
                models: text(4),
                settings: text(5),
                version: text(6),
                command: text(7),
                build: text(8),
                commit: text(9),
                published_at: DateTime::<Utc>::from_timestamp_millis(times.value(index)).unwrap_or_default(),
            },
            kept_payers: text(12).split_whitespace().map(str::to_owned).collect(),
            files: files.map(|(count, rows)| Files { folder: text(10), written: text(11), count, rows }),
        }
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

#[cfg(test)]
mod tests;
