//! The object that names the published files, as Parquet: one row for each table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit, TimestampMillisecondType};
use arrow::error::ArrowError;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::table::{Files, PublishedTable, RunRecord};
use crate::common::data_type::DataType as Declared;
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
    let batch = batch(&pointer.tables).map_err(no_file)?;
    let mut facts = vec![
        KeyValue::new(HOLDER.to_owned(), pointer.holder.clone()),
        KeyValue::new(TURN.to_owned(), pointer.turn.to_string()),
    ];
    facts.extend(pointer.seen_at.map(|at| KeyValue::new(SEEN_AT.to_owned(), at.timestamp_millis().to_string())));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(facts)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(no_file)?;
    writer.write(&batch).map_err(no_file)?;
    writer.close().map_err(no_file)?;
    Ok(bytes.into())
}

/// The columns in the files of [`TABLE`](super::TABLE) with their types.
pub fn columns() -> impl Iterator<Item = (&'static str, Declared)> {
    let texts = TEXTS.into_iter().chain(LATER).map(|name| (name, Declared::String));
    let numbers = NUMBERS.into_iter().map(|name| (name, Declared::BigInt));
    texts.chain(numbers).chain([(PUBLISHED_AT, Declared::TimestampMillis)])
}

/// One row for each of `tables`.
fn batch(tables: &[PublishedTable]) -> Result<RecordBatch, ArrowError> {
    let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    let texts: Vec<_> = tables.iter().map(texts).collect();
    for (index, name) in TEXTS.iter().chain(&LATER).enumerate() {
        fields.push(Field::new(*name, DataType::Utf8, false));
        columns.push(Arc::new(StringArray::from_iter_values(texts.iter().map(|row| &row[index]))));
    }
    for (index, name) in NUMBERS.iter().enumerate() {
        fields.push(Field::new(*name, DataType::Int64, true));
        let numbers = tables.iter().map(|table| table.files.as_ref().map(|files| numbers(files)[index]));
        columns.push(Arc::new(numbers.collect::<Int64Array>()));
    }
    let times = tables.iter().map(|table| table.run.published_at.timestamp_millis());
    fields.push(Field::new(PUBLISHED_AT, DataType::Timestamp(TimeUnit::Millisecond, None), false));
    columns.push(Arc::new(TimestampMillisecondArray::from_iter_values(times)));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// The cells of `table` under [`TEXTS`] and [`LATER`].
fn texts(table: &PublishedTable) -> [String; TEXTS.len() + LATER.len()] {
    let PublishedTable { table, run, files, kept_payers } = table.clone();
    let (folder, written) = files.map(|files| (files.folder, files.written)).unwrap_or_default();
    [
        table,
        run.run_id,
        run.source,
        run.delivery,
        run.models,
        run.settings,
        run.version,
        run.command,
        run.build,
        run.commit,
        folder,
        written,
        kept_payers.join(" "),
    ]
}

/// The cells of a table with `files` under [`NUMBERS`].
fn numbers(files: &Files) -> [i64; NUMBERS.len()] {
    [files.count, files.rows].map(u64::cast_signed)
}

fn no_file(cause: impl std::fmt::Display) -> Error {
    Error::bug("could not encode the list of published tables").caused_by(&cause)
}

/// What a file says that [`encode`] made, or the same of an earlier version.
pub(super) fn decode(bytes: Bytes) -> Result<Pointer> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(damaged)?;
    let facts = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let seen_at = fact(&facts, SEEN_AT).and_then(|millis| DateTime::from_timestamp_millis(millis.parse().ok()?));
    let turn = fact(&facts, TURN).and_then(|turn| turn.parse().ok()).unwrap_or_default();
    let holder = fact(&facts, HOLDER).unwrap_or_default().to_owned();
    let mut tables = Vec::new();
    for batch in builder.build().map_err(damaged)? {
        let batch = batch.map_err(damaged)?;
        let columns = Columns::of(&batch).map_err(damaged)?;
        tables.extend((0..batch.num_rows()).map(|row| columns.table(row)));
    }
    Ok(Pointer { tables, holder, turn, seen_at })
}

fn fact<'a>(facts: &'a [KeyValue], key: &str) -> Option<&'a str> {
    facts.iter().find(|fact| fact.key == key)?.value.as_deref()
}

fn damaged(cause: impl std::fmt::Display) -> Error {
    Error::data("the list of published tables is damaged")
        .caused_by(&cause)
        .hint("`apportion rollback` brings an earlier one back")
}

/// The columns of a batch that was read.
struct Columns<'a> {
    /// Those under [`TEXTS`] and [`LATER`].
    texts: Vec<StringArray>,
    numbers: [Option<&'a Int64Array>; NUMBERS.len()],
    times: &'a TimestampMillisecondArray,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, String> {
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
        Ok(Self { texts, numbers, times })
    }

    fn text(&self, column: usize, row: usize) -> String {
        self.texts[column].value(row).to_owned()
    }

    fn number(&self, column: usize, row: usize) -> Option<u64> {
        let numbers = self.numbers[column].filter(|numbers| numbers.is_valid(row))?;
        numbers.value(row).try_into().ok()
    }

    fn table(&self, row: usize) -> PublishedTable {
        let (folder, written) = (self.text(10, row), self.text(11, row));
        let numbers = self.number(0, row).zip(self.number(1, row)).filter(|_| !folder.is_empty());
        PublishedTable {
            table: self.text(0, row),
            run: RunRecord {
                run_id: self.text(1, row),
                source: self.text(2, row),
                delivery: self.text(3, row),
                models: self.text(4, row),
                settings: self.text(5, row),
                version: self.text(6, row),
                command: self.text(7, row),
                build: self.text(8, row),
                commit: self.text(9, row),
                published_at: DateTime::<Utc>::from_timestamp_millis(self.times.value(row)).unwrap_or_default(),
            },
            kept_payers: self.text(12, row).split_whitespace().map(str::to_owned).collect(),
            files: numbers.map(|(count, rows)| Files { folder, written, count, rows }),
        }
    }
}

#[cfg(test)]
mod tests;
