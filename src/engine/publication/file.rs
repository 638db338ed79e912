//! The object that names the published files, as Parquet: one row for each table.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit, TimestampMillisecondType};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{PublishedTable, RunRecord};
use crate::words::error::{Error, Result};

const TEXTS: [&str; 8] = ["table_name", "run_id", "source", "delivery", "models", "settings", "version", "command"];
const PUBLISHED_AT: &str = "published_at";

/// `rows` as the bytes of a Parquet file.
pub(super) fn encode(rows: &[PublishedTable]) -> Result<Bytes> {
    let text = |get: fn(&PublishedTable) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(get(row))).collect::<StringArray>())
    };
    let times = rows.iter().map(|row| row.run.published_at.timestamp_millis());
    let mut columns: Vec<ArrayRef> = vec![
        text(|row| &row.table),
        text(|row| &row.run.run_id),
        text(|row| &row.run.source),
        text(|row| &row.run.delivery),
        text(|row| &row.run.models),
        text(|row| &row.run.settings),
        text(|row| &row.run.version),
        text(|row| &row.run.command),
    ];
    columns.push(Arc::new(TimestampMillisecondArray::from_iter_values(times)));
    let mut fields: Vec<Field> = TEXTS.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
    fields.push(Field::new(PUBLISHED_AT, DataType::Timestamp(TimeUnit::Millisecond, None), false));
    let schema = Arc::new(Schema::new(fields));
    let failed = |error: &dyn std::fmt::Display| Error::bug("the published tables make no file").caused_by(error);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| failed(&e))?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, None).map_err(|e| failed(&e))?;
    writer.write(&batch).map_err(|e| failed(&e))?;
    writer.close().map_err(|e| failed(&e))?;
    Ok(bytes.into())
}

/// The rows of a file that [`encode`] made.
pub(super) fn decode(bytes: Bytes) -> Result<Vec<PublishedTable>> {
    let damaged = |error: &dyn std::fmt::Display| {
        Error::data("the list of published tables is damaged")
            .caused_by(error)
            .hint("`apportion rollback` brings an earlier one back")
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|builder| builder.build());
    let mut rows = Vec::new();
    for batch in reader.map_err(|e| damaged(&e))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        let mut texts = Vec::new();
        for name in TEXTS {
            let column = batch.column_by_name(name).ok_or_else(|| damaged(&format!("it has no column `{name}`")))?;
            let column = cast(column, &DataType::Utf8).map_err(|e| damaged(&e))?;
            texts.push(column.as_string::<i32>().clone());
        }
        let times = batch
            .column_by_name(PUBLISHED_AT)
            .and_then(|column| column.as_primitive_opt::<TimestampMillisecondType>())
            .ok_or_else(|| damaged(&format!("it has no column `{PUBLISHED_AT}`")))?;
        for index in 0..batch.num_rows() {
            let text = |column: usize| texts[column].value(index).to_owned();
            rows.push(PublishedTable {
                table: text(0),
                run: RunRecord {
                    run_id: text(1),
                    source: text(2),
                    delivery: text(3),
                    models: text(4),
                    settings: text(5),
                    version: text(6),
                    command: text(7),
                    published_at: DateTime::<Utc>::from_timestamp_millis(times.value(index)).unwrap_or_default(),
                },
            });
        }
    }
    Ok(rows)
}
