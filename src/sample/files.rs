//! The Parquet files of a period: row groups of bounded size, a new file every two million rows.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::attributes::Attribute;
use super::batch;
use super::columns::{CurColumn, ResolvedLine};
use super::dictionary::Dictionary;
use super::job::{Layout, SampleJob};
use super::line::LineItem;
use super::{cur2, legacy};
use crate::common::error::{Error, Result};
use crate::common::period::Period;

/// Rows of a row group.
const GROUP_ROWS: usize = 131_072;
/// Rows of a file, about.
const FILE_ROWS: usize = 2_000_000;

/// Writes the lines of a period.
pub(super) struct CurWriter {
    folder: PathBuf,
    columns: Vec<CurColumn>,
    schema: SchemaRef,
    lines: Vec<LineItem>,
    file: Option<OpenFile>,
    files: Vec<PathBuf>,
    bytes: u64,
}

/// A file that is being written.
struct OpenFile {
    writer: SerializedFileWriter<BufWriter<File>>,
    groups: ArrowRowGroupWriterFactory,
    group: usize,
    rows: usize,
    path: PathBuf,
}

impl CurWriter {
    /// Makes the period's folder in the way of the layout.
    ///
    /// # Errors
    /// When the folder already holds something, or cannot be made.
    pub(super) fn open(job: &SampleJob, period: Period, attributes: &[Attribute], has_net: bool) -> Result<Self> {
        let (folder, columns) = match job.layout {
            Layout::Legacy => {
                let year = job.out.join(format!("year={}", period.year()));
                (year.join(format!("month={}", period.month())), legacy::period_columns(attributes, has_net))
            }
            Layout::Cur2 => {
                (job.out.join(format!("BILLING_PERIOD={period}")), cur2::period_columns(attributes, has_net))
            }
        };
        fs::create_dir_all(&folder).map_err(|error| Error::io("create the folder", &folder, &error))?;
        let mut entries = fs::read_dir(&folder).map_err(|error| Error::io("read", &folder, &error))?;
        if entries.next().is_some() {
            return Err(Error::user(format!("`{}` already contains files", folder.display()))
                .hint("name another folder, or remove this one first"));
        }
        let fields: Vec<_> = columns.iter().map(CurColumn::field).collect();
        Ok(Self {
            folder,
            columns,
            schema: Arc::new(Schema::new(fields)),
            lines: Vec::new(),
            file: None,
            files: Vec::new(),
            bytes: 0,
        })
    }

    /// Takes lines; a full row group goes to the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn write(&mut self, dictionary: &Dictionary, mut lines: &[LineItem]) -> Result<()> {
        while !lines.is_empty() {
            let room = (GROUP_ROWS - self.lines.len()).min(lines.len());
            self.lines.extend_from_slice(&lines[..room]);
            lines = &lines[room..];
            if self.lines.len() == GROUP_ROWS {
                self.flush(dictionary)?;
            }
        }
        Ok(())
    }

    /// Writes the rest. Gives the files and their bytes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn close(mut self, dictionary: &Dictionary) -> Result<(Vec<PathBuf>, u64)> {
        self.flush(dictionary)?;
        self.close_file()?;
        Ok((self.files, self.bytes))
    }

    fn flush(&mut self, dictionary: &Dictionary) -> Result<()> {
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return Ok(());
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.open_file()?,
        };
        let rows: Vec<ResolvedLine<'_>> = lines.iter().map(|line| ResolvedLine::new(dictionary, line)).collect();
        let writers = file.groups.create_column_writers(file.group).map_err(|error| failed(&file.path, &error))?;
        let chunks = encode(&self.columns, writers, &rows)?;
        let mut group = file.writer.next_row_group().map_err(|error| failed(&file.path, &error))?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group).map_err(|error| failed(&file.path, &error))?;
        }
        group.close().map_err(|error| failed(&file.path, &error))?;
        file.group += 1;
        file.rows += lines.len();
        let is_full = file.rows >= FILE_ROWS;
        self.file = Some(file);
        drop(rows);
        self.lines = lines;
        self.lines.clear();
        if is_full { self.close_file() } else { Ok(()) }
    }

    fn open_file(&mut self) -> Result<OpenFile> {
        let name = format!("sample-{:05}.zstd.parquet", self.files.len() + 1);
        let path = self.folder.join(name);
        let file = File::create(&path).map_err(|error| Error::io("create", &path, &error))?;
        let properties = properties();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let sink = BufWriter::with_capacity(1 << 20, file);
        let (writer, groups) = ArrowWriter::try_new_with_options(sink, Arc::clone(&self.schema), options)
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|error| failed(&path, &error))?;
        self.files.push(path.clone());
        Ok(OpenFile { writer, groups, group: 0, rows: 0, path })
    }

    fn close_file(&mut self) -> Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.writer.close().map_err(|error| failed(&file.path, &error))?;
        let size = fs::metadata(&file.path).map_err(|error| Error::io("read", &file.path, &error))?;
        self.bytes += size.len();
        Ok(())
    }
}

/// Small files, quickly written: smallest and largest values only of what readers filter by.
fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_dictionary_page_size_limit(4 << 20)
        .set_statistics_enabled(EnabledStatistics::None);
    for name in ["line_item_usage_start_date", "line_item_usage_account_id", "line_item_line_item_type"] {
        properties = properties.set_column_statistics_enabled(name.into(), EnabledStatistics::Chunk);
    }
    properties.build()
}

fn failed(path: &Path, error: &ParquetError) -> Error {
    Error::environment(format!("cannot write `{}`", path.display())).caused_by(error)
}

type Task<'a> = (usize, &'a CurColumn, ArrowColumnWriterSet);
type ArrowColumnWriterSet = Vec<ArrowColumnWriter>;
type Encoded = Vec<(usize, Vec<ArrowColumnChunk>)>;

/// Encodes all columns of a row group, on as many threads as there are cores.
fn encode(
    columns: &[CurColumn],
    writers: Vec<ArrowColumnWriter>,
    rows: &[ResolvedLine<'_>],
) -> Result<Vec<ArrowColumnChunk>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).clamp(1, 16);
    let mut shares: Vec<Vec<Task<'_>>> = (0..threads).map(|_| Vec::new()).collect();
    let mut writers = writers.into_iter();
    for (number, column) in columns.iter().enumerate() {
        let leaves = if column.field().data_type().is_nested() { 2 } else { 1 };
        let set = writers.by_ref().take(leaves).collect();
        shares[number % threads].push((number, column, set));
    }
    let done: Vec<Result<Encoded>> = thread::scope(|scope| {
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || encode_share(share, rows))).collect();
        let ended = running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Error::bug("a thread that encodes columns stopped"))));
        ended.collect()
    });
    let mut chunks: Encoded = Vec::with_capacity(columns.len());
    for share in done {
        chunks.extend(share?);
    }
    chunks.sort_by_key(|(number, _)| *number);
    Ok(chunks.into_iter().flat_map(|(_, chunks)| chunks).collect())
}

fn encode_share(share: Vec<Task<'_>>, rows: &[ResolvedLine<'_>]) -> Result<Encoded> {
    let mut done = Vec::with_capacity(share.len());
    for (number, column, writers) in share {
        let array = batch::values(column, rows)?;
        let leaves = compute_leaves(&column.field(), &array).map_err(|error| unencodable(column, &error))?;
        let mut chunks = Vec::with_capacity(leaves.len());
        for (leaf, mut writer) in leaves.iter().zip(writers) {
            writer.write(leaf).map_err(|error| unencodable(column, &error))?;
            chunks.push(writer.close().map_err(|error| unencodable(column, &error))?);
        }
        done.push((number, chunks));
    }
    Ok(done)
}

fn unencodable(column: &CurColumn, error: &ParquetError) -> Error {
    Error::bug(format!("cannot encode the column `{}` of the sample", column.name)).caused_by(error)
}
