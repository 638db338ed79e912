//! Floor 4: plans SQL and runs it. It has never heard of a model.
//!
//! The [`Planner`] is always DataFusion: it knows columns and types, and refuses what would be wrong before anything
//! runs. An [`Executor`] runs what was planned: DataFusion, which shares the planner's session, or Amazon Athena. An error
//! in SQL carries line and column of the SQL text as its place, without a file.

use std::ops::AddAssign;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::common::error::Result;
use crate::common::period::Period;
use crate::common::query_text::QueryText;
use crate::cur::ReportFile;
use crate::cur::mapping::SourceColumn;
use crate::storage::Location;

mod athena;
mod datafusion;
pub mod rows;

pub use athena::{AthenaDatabase, AthenaExecutor, OpenQuery, RunName};
use datafusion::PARTITION;
pub use datafusion::{
    Declared, Limits, Planner, Questions, gigabytes, periods, query_published, usual_memory, version,
};

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

/// A query, as it is planned and as it is run.
#[derive(Debug, Clone)]
pub struct QuerySql {
    /// For the planner.
    pub planned: String,
    /// The same in the dialect of an executor that does not share the planner's session.
    pub sent: QueryText,
}

/// A query that gets a name.
#[derive(Debug, Clone)]
pub struct QuerySpec {
    /// The name in SQL, `schema.name`.
    pub relation: String,
    /// The query.
    pub sql: QuerySql,
    /// Whether its rows are written once and read back; else it is put into its readers.
    pub is_table: bool,
}

/// Where a table is written.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The folder, below the output, in which each attempt has a folder of its own, by its number.
    pub folder: String,
    /// The number of the first attempt.
    pub attempt: u32,
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
    /// The attempt that went well.
    pub attempt: u32,
    /// Files in its folder.
    pub files: u64,
    /// Rows.
    pub rows: u64,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// What made the rows, each operator before those it reads.
    pub operators: Vec<Operator>,
    /// What the query cost, if somebody else ran it.
    pub cost: Option<QueryCost>,
}

/// What queries cost that somebody else ran.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct QueryCost {
    /// How many there were.
    pub queries: u64,
    /// Bytes that were scanned.
    pub scanned: u64,
    /// US dollars.
    pub dollars: f64,
    /// Seconds in the queue.
    pub queued: f64,
    /// Seconds that it ran.
    pub ran: f64,
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

impl AddAssign for QueryCost {
    fn add_assign(&mut self, other: Self) {
        self.queries += other.queries;
        self.scanned += other.scanned;
        self.dollars += other.dollars;
        self.queued += other.queued;
        self.ran += other.ran;
    }
}

impl QuerySql {
    /// One that runs where it is planned.
    pub fn local(planned: &str) -> Self {
        Self { planned: planned.to_owned(), sent: QueryText::default() }
    }

    /// One whose words mean the same in every dialect.
    pub fn portable(sent: QueryText) -> Self {
        Self { planned: sent.render(str::to_owned), sent }
    }

    /// With `before` and `after` around it, which mean the same in every dialect.
    #[must_use]
    pub fn within(self, before: &str, after: &str) -> Self {
        Self { planned: format!("{before}{}{after}", self.planned), sent: self.sent.within(before, after) }
    }
}

impl Destination {
    /// The folder of an attempt, below the output.
    pub fn of(&self, attempt: u32) -> String {
        format!("{}/{attempt}", self.folder)
    }
}

impl Rows {
    /// Reads all rows; keeps at most `keep` of them and counts the others.
    ///
    /// # Errors
    /// What went wrong while they were made.
    pub async fn first(mut self, keep: usize) -> Result<Answer> {
        let mut answer = Answer { schema: self.schema, batches: Vec::new(), rows: 0 };
        let mut room = keep;
        while let Some(batch) = self.batches.next().await {
            let batch = batch?;
            answer.rows += batch.num_rows() as u64;
            let taken = room.min(batch.num_rows());
            if taken > 0 {
                answer.batches.push(batch.slice(0, taken));
                room -= taken;
            }
        }
        Ok(answer)
    }
}

/// What runs planned queries and keeps their tables. All of it is told to the planner first.
#[async_trait]
pub trait Executor: Send + Sync {
    /// Has queries find a table of the report. One that shares the planner's session finds it already.
    async fn attach_source(&self, _spec: &SourceSpec) -> Result<()> {
        Ok(())
    }

    /// Has queries find the rows of a seed. One that shares the planner's session finds them already.
    async fn attach_seed(&self, _relation: &str, _rows: &RecordBatch) -> Result<()> {
        Ok(())
    }

    /// Has queries find a table that was published before, in its files below the output. One that shares the planner's
    /// session finds it already.
    async fn attach_published(&self, _relation: &str, _paths: &[String], _period: Period) -> Result<()> {
        Ok(())
    }

    /// Has queries find the query of `spec`, whose columns are those of `schema`. One that shares the planner's session
    /// finds it already.
    async fn attach_query(&self, _spec: &QuerySpec, _schema: &SchemaRef) -> Result<()> {
        Ok(())
    }

    /// Runs the table query `relation` and writes its rows to Parquet files, from which they are read from then on.
    async fn materialise(&self, relation: &str, destination: &Destination) -> Result<Written>;

    /// Reads the table `relation` from files that were written before, below the output.
    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()>;

    /// Runs a query. If it is sorted, the other columns break ties.
    async fn query(&self, sql: &QuerySql, sort_by: &[String]) -> Result<Rows>;

    /// How many steps it works on at the same time, if not as many as this machine has cores.
    fn concurrency(&self) -> Option<usize> {
        None
    }

    /// What all queries have cost so far, if somebody else runs them.
    fn cost(&self) -> Option<QueryCost> {
        None
    }

    /// Ends what still runs elsewhere. Work in this process ends when it is let go of.
    async fn stop(&self) {}

    /// Removes what was made for the run alone; tables that were written stay.
    async fn tidy(&self) -> Result<()> {
        Ok(())
    }
}
