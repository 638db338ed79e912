//! A query's rows into one Parquet file, sorted, and whole or not at all.

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::Result as EngineResult;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::execute_stream;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::prelude::ident;
use futures::StreamExt;
use object_store::buffered::BufWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

use super::encode::{Cut, ParquetFile};
use super::errors::{explain, of_store};
use super::profile;
use crate::common::error::{Error, Result};
use crate::common::types;
use crate::engine::{Destination, Written};
use crate::publish::layout;
use crate::storage::{Access, Location};

/// The column that is the partition: in the folder's name, not in the file.
pub(in crate::engine) const PARTITION: &str = "billing_period";

/// The columns of `schema` that are in files.
pub(in crate::engine) fn in_files(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().filter(|field| field.name() != PARTITION);
    Schema::new(fields.cloned().collect::<Vec<_>>())
}

/// Batches that may wait to be written.
const WAITING: usize = 2;

/// Runs `frame` and writes its rows to the one file of an attempt at `destination`.
pub(super) async fn write(
    frame: DataFrame,
    output: &Location,
    destination: &Destination,
    attempt: u32,
) -> Result<Written> {
    let schema = types::as_written(frame.schema().as_arrow());
    let order = order(&schema, &destination.sort_by, destination.is_result)?;
    let frame = sort(frame, &order)?;
    let context = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.map_err(explain)?;
    let stream = execute_stream(Arc::clone(&plan), context).map_err(explain)?;
    // Rows are made by one task and written by others.
    let mut rows = RecordBatchReceiverStream::builder(stream.schema(), WAITING);
    rows.spawn(forward(stream, rows.tx()));
    let mut rows = rows.build();

    let outgoing = Outgoing::new(&schema, destination)?;
    let path = output.path(&layout::files(&destination.of(attempt), 1).concat());
    let failed = |error: ParquetError| failed(output, &path, &error);
    let sink = BufWriter::new(Arc::clone(&output.store), path.clone());
    // The same rows make the same file of a result, however they come.
    let cut = if destination.is_result { Cut::Evenly } else { Cut::AsTheyCome };
    let mut file = ParquetFile::create(
        sink,
        Arc::clone(&outgoing.in_file),
        properties(destination, outgoing.sorted(&order))?,
        cut,
    )
    .map_err(failed)?;
    let mut written = Written { attempt, files: 1, ..Written::default() };
    while let Some(batch) = rows.next().await {
        let batch = outgoing.columns(&batch.map_err(explain)?)?;
        written.rows += batch.num_rows() as u64;
        file.write(batch).await.map_err(failed)?;
    }
    written.bytes = file.finish().await.map_err(failed)?;
    written.operators = profile::operators(&plan);
    Ok(written)
}

async fn forward(mut stream: SendableRecordBatchStream, rows: Sender<EngineResult<RecordBatch>>) -> EngineResult<()> {
    while let Some(batch) = stream.next().await {
        // Who does not listen any more has failed already.
        if rows.send(batch).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// What of a row goes into the file: all but the partition, which must be the run's.
struct Outgoing<'a> {
    destination: &'a Destination,
    partition: Option<usize>,
    keep: Vec<usize>,
    in_file: SchemaRef,
}

impl<'a> Outgoing<'a> {
    fn new(schema: &Schema, destination: &'a Destination) -> Result<Self> {
        let keep: Vec<usize> = (0..schema.fields().len()).filter(|i| schema.field(*i).name() != PARTITION).collect();
        let in_file = schema.project(&keep).map_err(|e| Error::bug("a column is missing").caused_by(&e))?;
        let partition = schema.index_of(PARTITION).ok();
        Ok(Self { destination, partition, keep, in_file: Arc::new(in_file) })
    }

    /// The columns of `order`, for the queries of the run; a result says nothing of its order.
    fn sorted(&self, order: &[&str]) -> Vec<SortingColumn> {
        if self.destination.is_result {
            return Vec::new();
        }
        let indices = order.iter().filter_map(|name| self.in_file.index_of(name).ok());
        let sorted = |index| SortingColumn { column_idx: index as i32, descending: false, nulls_first: false };
        indices.map(sorted).collect()
    }

    fn columns(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        if let Some(index) = self.partition {
            check_partition(batch, index, self.destination)?;
        }
        let columns = self.keep.iter().zip(self.in_file.fields()).map(|(index, field)| {
            cast(batch.column(*index), field.data_type())
                .map_err(|e| Error::bug("a column cannot be cast to its type in the file").caused_by(&e))
        });
        RecordBatch::try_new(Arc::clone(&self.in_file), columns.collect::<Result<_>>()?)
            .map_err(|e| Error::bug("columns do not form a batch").caused_by(&e))
    }
}

/// Results are small and let readers pass over what they do not want. What the run alone reads, it reads whole and soon.
fn properties(destination: &Destination, sorted: Vec<SortingColumn>) -> Result<WriterProperties> {
    let level = ZstdLevel::try_new(1).map_err(|e| Error::bug("no such compression level").caused_by(&e))?;
    let (compression, statistics) = if destination.is_result {
        (Compression::ZSTD(level), EnabledStatistics::Page)
    } else {
        (Compression::SNAPPY, EnabledStatistics::None)
    };
    Ok(WriterProperties::builder()
        .set_compression(compression)
        .set_statistics_enabled(statistics)
        .set_offset_index_disabled(!destination.is_result)
        .set_sorting_columns(Some(sorted).filter(|sorted| !sorted.is_empty()))
        .set_created_by(concat!("apportion ", env!("CARGO_PKG_VERSION")).to_owned())
        .build())
}

/// `frame` in the order of `sort_by`; if `is_whole`, the other columns break ties.
pub(super) fn sorted(frame: DataFrame, sort_by: &[String], is_whole: bool) -> Result<DataFrame> {
    let schema = Arc::clone(frame.schema().inner());
    sort(frame, &order(&schema, sort_by, is_whole)?)
}

fn sort(frame: DataFrame, order: &[&str]) -> Result<DataFrame> {
    if order.is_empty() {
        return Ok(frame);
    }
    let sorts = order.iter().map(|name| ident(*name).sort(true, false));
    frame.sort(sorts.collect()).map_err(explain)
}

/// The columns that rows are sorted by; if `is_whole`, the rest follows, so that the same rows come in one order.
fn order<'a>(schema: &'a Schema, sort_by: &'a [String], is_whole: bool) -> Result<Vec<&'a str>> {
    for name in sort_by {
        if schema.index_of(name).is_err() {
            let known = schema.fields().iter().map(|field| field.name().as_str());
            return Err(
                Error::user(format!("`sort_by` names `{name}`, which is not a column")).did_you_mean(name, known)
            );
        }
    }
    let rest = schema.fields().iter().map(|field| field.name());
    let rest = rest.filter(|name| is_whole && !sort_by.is_empty() && !sort_by.contains(name));
    Ok(sort_by.iter().chain(rest).map(String::as_str).filter(|name| *name != PARTITION).collect())
}

fn check_partition(batch: &RecordBatch, index: usize, destination: &Destination) -> Result<()> {
    let wanted = destination.period.to_string();
    let texts = cast(batch.column(index), &DataType::Utf8)
        .map_err(|e| Error::user(format!("`{PARTITION}` is not a string")).caused_by(&e))?;
    let texts = texts.as_any().downcast_ref::<StringArray>();
    let other = texts.and_then(|t| t.iter().find(|value| *value != Some(wanted.as_str())));
    match other {
        None => Ok(()),
        Some(value) => {
            Err(Error::user(format!("`{PARTITION}` is `{}` in a row of the run for {wanted}", value.unwrap_or("null")))
                .hint("take it from var('billing_period')"))
        }
    }
}

fn failed(output: &Location, path: &object_store::path::Path, error: &ParquetError) -> Error {
    if let Some(store) = of_store(error) {
        return output.refused(Access::Write, path, store);
    }
    let words = error.to_string();
    let plain = Error::environment(format!("cannot write `{}`", output.display(path))).caused_by(&words);
    if words.contains("No space left") {
        plain.hint("the disk is full: free some space and run again; what was published is untouched")
    } else if words.contains("Permission denied") {
        plain.hint("give this user permission to write there, or set another --output")
    } else {
        plain
    }
}
