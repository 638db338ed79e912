//! Rows into the bytes of one Parquet file, each column encoded on a task of its own.
//!
//! DataFusion's `ParquetSink` does nearly this, but ends the file well when its rows break off, so that half a table
//! looks whole; it writes page offsets that nobody reads, and its bytes depend on the batches in which rows come.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use object_store::buffered::BufWriter;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowLeafColumn, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::arrow::async_writer::AsyncFileWriter;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// Rows that are encoded at a time.
const BATCH: usize = 8_192;

/// Rows of a row group: enough to compress well, few enough that a reader of one account passes most over.
const ROW_GROUP: usize = 32 * BATCH;

/// Batches that may wait for a column's task.
const WAITING: usize = 2;

/// How rows are cut into what is encoded at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// In even parts, so that the same rows make the same bytes, in whatever batches they come.
    Evenly,
    /// In the batches in which they come, which copies nothing.
    AsTheyCome,
}

/// A Parquet file that is being written.
pub(super) struct ParquetFile {
    schema: SchemaRef,
    sink: BufWriter,
    writer: SerializedFileWriter<Vec<u8>>,
    factory: ArrowRowGroupWriterFactory,
    batches: BatchCoalescer,
    cut: Cut,
    group: Option<RowGroup>,
}

/// A row group that is being written.
struct RowGroup {
    rows: usize,
    leaves: Vec<Sender<ArrowLeafColumn>>,
    columns: Vec<JoinHandle<Result<ArrowColumnChunk>>>,
}

impl ParquetFile {
    /// An empty file of `schema` that goes to `sink`.
    pub(super) fn create(sink: BufWriter, schema: SchemaRef, properties: WriterProperties, cut: Cut) -> Result<Self> {
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
        let (writer, factory) = writer.into_serialized_writer()?;
        let batches = BatchCoalescer::new(Arc::clone(&schema), BATCH);
        Ok(Self { schema, sink, writer, factory, batches, cut, group: None })
    }

    /// Adds rows.
    pub(super) async fn write(&mut self, batch: RecordBatch) -> Result<()> {
        let is_even = batch.num_rows() == BATCH && self.batches.get_buffered_rows() == 0;
        if is_even || self.cut == Cut::AsTheyCome {
            return self.encode(&batch).await;
        }
        self.batches.push_batch(batch)?;
        self.encode_completed().await
    }

    /// Ends the file; returns its size in bytes. Nobody sees the file before this.
    pub(super) async fn finish(mut self) -> Result<u64> {
        self.batches.finish_buffered_batch()?;
        self.encode_completed().await?;
        self.end_group().await?;
        self.writer.finish()?;
        self.send().await?;
        self.sink.complete().await?;
        Ok(self.writer.bytes_written() as u64)
    }

    async fn encode_completed(&mut self) -> Result<()> {
        while let Some(batch) = self.batches.next_completed_batch() {
            self.encode(&batch).await?;
        }
        Ok(())
    }

    async fn encode(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.group.is_none() {
            self.group = Some(self.new_group()?);
        }
        let whole = match self.group.as_mut() {
            Some(group) => group.push(&self.schema, batch).await? >= ROW_GROUP,
            None => false,
        };
        if whole { self.end_group().await } else { Ok(()) }
    }

    fn new_group(&self) -> Result<RowGroup> {
        let number = self.writer.flushed_row_groups().len();
        let mut group = RowGroup { rows: 0, leaves: Vec::new(), columns: Vec::new() };
        for writer in self.factory.create_column_writers(number)? {
            let (sender, receiver) = channel(WAITING);
            group.leaves.push(sender);
            group.columns.push(tokio::spawn(encode(writer, receiver)));
        }
        Ok(group)
    }

    /// Puts the open row group, if there is one, at the end of the file.
    async fn end_group(&mut self) -> Result<()> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let chunks = group.end().await?;
        let mut row_group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        self.send().await
    }

    async fn send(&mut self) -> Result<()> {
        let bytes = std::mem::take(self.writer.inner_mut());
        self.sink.write(Bytes::from(bytes)).await
    }
}

impl RowGroup {
    /// Hands the columns of `batch` to their tasks; returns how many rows the group has then.
    async fn push(&mut self, schema: &SchemaRef, batch: &RecordBatch) -> Result<usize> {
        let mut senders = self.leaves.iter();
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            for (leaf, sender) in compute_leaves(field, column)?.into_iter().zip(&mut senders) {
                // Who does not listen any more has failed, and says why when the group ends.
                let _ = sender.send(leaf).await;
            }
        }
        self.rows += batch.num_rows();
        Ok(self.rows)
    }

    async fn end(self) -> Result<Vec<ArrowColumnChunk>> {
        drop(self.leaves);
        let mut chunks = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            chunks.push(column.await.map_err(|lost| ParquetError::External(Box::new(lost)))??);
        }
        Ok(chunks)
    }
}

/// One column of one row group.
async fn encode(mut writer: ArrowColumnWriter, mut leaves: Receiver<ArrowLeafColumn>) -> Result<ArrowColumnChunk> {
    while let Some(leaf) = leaves.recv().await {
        writer.write(&leaf)?;
    }
    writer.close()
}
