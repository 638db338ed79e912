//! Floor 2: runs SQL, reads and writes tables. It has never heard of a model.

use std::collections::{BTreeMap, BTreeSet};

use ::datafusion::sql::sqlparser::ast::Query;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::common::data_type::DataType;
use crate::common::error::Result;
use crate::common::period::Period;
use crate::cur::ReportFile;
use crate::storage::Location;

pub mod datafusion;
pub mod rows;
pub mod types;

/// A column that SQL may read from the report, and where its values come from.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// The name in SQL.
    pub name: String,
    /// The type in SQL, whatever the file has.
    pub data_type: DataType,
    /// Whether results would be wrong without it.
    pub required: bool,
    /// What is lost without it.
    pub without: Option<String>,
    /// Whether its values are account ids, which have twelve digits.
    pub is_account_id: bool,
    /// Physical columns in order of preference, `map.key` for the values of a map.
    pub from: Vec<String>,
}

/// A table of the report, as SQL is to see it.
#[derive(Debug, Clone)]
pub struct SourceSpec {
    /// The name in SQL, `source.table`.
    pub relation: String,
    /// The columns.
    pub columns: Vec<SourceColumn>,
    /// Where the report is.
    pub location: Location,
    /// The files of the period.
    pub files: Vec<ReportFile>,
    /// The period; rows of others are left out.
    pub period: Period,
}

/// The files of a period, as bills.
#[derive(Debug, Clone)]
pub struct Bills {
    /// Where the report is.
    pub location: Location,
    /// The columns as they are declared, with the names that they have in files.
    pub columns: Vec<SourceColumn>,
    /// The period.
    pub period: Period,
    /// The files by the folder that they lie in, as the user would write it; those of one manifest are in one.
    pub folders: BTreeMap<String, Vec<ReportFile>>,
    /// Whether the folders are parts of the same bills, by day or account for instance.
    pub are_together: bool,
    /// Where the user says so.
    pub setting: String,
}

impl Bills {
    /// The files with their folders.
    pub fn files(&self) -> impl Iterator<Item = (&str, &ReportFile)> {
        self.folders.iter().flat_map(|(folder, files)| files.iter().map(|file| (folder.as_str(), file)))
    }
}

/// What a folder holds of a period in one layout.
#[derive(Debug, Clone)]
pub struct Bill {
    /// The folder and its layout, as text.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Those who pay; none where the report does not say.
    pub payers: Vec<String>,
    /// The sum of unblended cost, as text.
    pub total: Option<String>,
    /// Whether no line bears an invoice id; nothing where the report has no such column.
    pub is_open: Option<bool>,
}

/// A query that gets a name.
#[derive(Debug, Clone)]
pub struct QuerySpec {
    /// The name in SQL, `schema.name`.
    pub relation: String,
    /// The query.
    pub sql: String,
    /// The query as it was parsed.
    pub query: Box<Query>,
    /// Whether its rows are written once and read back; else it is put into its readers.
    pub is_table: bool,
}

/// Where a table is written.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The file, below the output.
    pub path: String,
    /// Columns to sort by; the others break ties.
    pub sort_by: Vec<String>,
    /// The period that the partition column must hold.
    pub period: Period,
    /// Whether it is for others to read, not only for the queries of this run.
    pub is_result: bool,
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// What made the rows, each operator before those it reads.
    pub operators: Vec<Operator>,
}

/// One step of a query as the engine ran it.
#[derive(Debug, Clone)]
pub struct Operator {
    /// How many operators stand between it and the result.
    pub depth: usize,
    /// What it is, for instance `HashJoin`.
    pub name: String,
    /// What it works on: keys, columns, files.
    pub detail: String,
    /// Rows that came out of it.
    pub rows: u64,
    /// Seconds that threads worked in it.
    pub seconds: f64,
    /// Bytes that it held at most; 0 where it does not tell.
    pub memory: u64,
    /// Bytes that went to disk for want of memory.
    pub spilled: u64,
}

/// Rows that a query gave.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The columns.
    pub schema: SchemaRef,
    /// The first rows, as many as were asked for.
    pub batches: Vec<RecordBatch>,
    /// How many rows there are in all.
    pub rows: u64,
}

/// Rows that are read as they come.
pub struct Rows {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: BoxStream<'static, Result<RecordBatch>>,
}

/// What runs SQL. An error in SQL carries line and column of the SQL text as its place, without a file.
#[async_trait]
pub trait Engine: Send + Sync {
    /// An empty engine of the same kind, with the same limits.
    fn fresh(&self) -> Result<Box<dyn Engine>>;

    /// Makes a table of the report known.
    async fn add_source(&self, spec: SourceSpec) -> Result<()>;

    /// Makes rows in memory known under `relation`.
    ///
    /// # Errors
    /// When the name is taken.
    fn add_rows(&self, relation: &str, rows: RecordBatch) -> Result<()>;

    /// Plans a query, checks that its sums cannot wrap, and makes it known. Returns its columns.
    async fn add_query(&self, spec: QuerySpec) -> Result<SchemaRef>;

    /// The columns of `relation`.
    async fn schema(&self, relation: &str) -> Result<SchemaRef>;

    /// The source columns that all planned queries read, as (relation, column).
    fn source_columns_read(&self) -> BTreeSet<(String, String)>;

    /// Checks that no file lacks a required column that is read, or has one that is read twice. Returns what is lost
    /// for want of other columns that are read.
    fn check_source(&self) -> Result<Vec<String>>;

    /// What the folders of a report hold of a period.
    async fn bills(&self, report: &Bills) -> Result<Vec<Bill>>;

    /// Checks that nothing in the folders of a report would be added up twice, or into another period.
    async fn check_bills(&self, report: &Bills) -> Result<()>;

    /// Runs the table query `relation` and writes its rows to one Parquet file, then reads it from there.
    async fn write(&self, relation: &str, destination: &Destination) -> Result<Written>;

    /// Reads the table `relation` from files that were written before, below the output.
    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()>;

    /// Makes a table known that was published before, from its files below the output and with their columns.
    async fn add_published(&self, relation: &str, paths: &[String], period: Period) -> Result<()>;

    /// Runs a query; keeps at most `keep` rows and counts them all. If it is sorted, the other columns break ties.
    async fn select(&self, sql: &str, sort_by: &[String], keep: usize) -> Result<Answer>;
}
