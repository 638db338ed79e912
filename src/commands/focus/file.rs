//! Rows as a file that people's tools open: Parquet, or CSV as FOCUS wants it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use arrow::csv::WriterBuilder;
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::common::error::{Error, Result};
use crate::engine::Rows;
use crate::storage::Draft;

/// An instant as ISO 8601 writes it.
const INSTANT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// What a data set is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Parquet.
    Parquet,
    /// CSV with a header; what is not there is empty.
    Csv,
}

impl Form {
    /// How its files end.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

/// Writes `rows` as the file `path`, whole or not at all; gives how many there are.
///
/// # Errors
/// When the rows cannot be read, or the file cannot be written.
pub(super) async fn write(path: &Path, form: Form, mut rows: Rows) -> Result<usize> {
    let draft = Draft::of(path)?;
    let mut file = BufWriter::new(File::create(&draft.path).map_err(|e| Error::io("write", &draft.path, &e))?);
    let no_file =
        |e: &dyn std::fmt::Display| Error::environment(format!("cannot write `{}`", path.display())).caused_by(&e);
    let mut found = 0;
    match form {
        Form::Csv => {
            let mut writer =
                WriterBuilder::new().with_header(true).with_timestamp_format(INSTANT.to_owned()).build(&mut file);
            // The header, where there is no row.
            let header = arrow::record_batch::RecordBatch::new_empty(rows.schema.clone());
            writer.write(&header).map_err(|e| no_file(&e))?;
            while let Some(batch) = rows.batches.try_next().await? {
                found += batch.num_rows();
                writer.write(&batch).map_err(|e| no_file(&e))?;
            }
        }
        Form::Parquet => {
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            let writer = ArrowWriter::try_new(&mut file, rows.schema.clone(), Some(properties));
            let mut writer = writer.map_err(|e| no_file(&e))?;
            while let Some(batch) = rows.batches.try_next().await? {
                found += batch.num_rows();
                writer.write(&batch).map_err(|e| no_file(&e))?;
            }
            writer.close().map_err(|e| no_file(&e))?;
        }
    }
    file.flush().map_err(|e| Error::io("write", &draft.path, &e))?;
    draft.keep()?;
    Ok(found)
}
