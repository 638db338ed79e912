//! `export`: results as tables of a database, for who wants them there.

use arrow::csv::WriterBuilder;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use futures::StreamExt;

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::quote::{identifier, literal};
use crate::engine::Rows;
use crate::planned_run::Workspace;
use crate::postgres::Exchange;
use crate::publish::Publication;
use crate::readers::{self, DatabaseTables};

/// What stands for null among the values of a row; an empty text is one.
const NULL: &str = "\u{1}null";

/// What is to be exported, and to where.
#[derive(Debug, Clone)]
pub struct ExportJob {
    /// The schema of the database.
    pub schema: String,
    /// How many rows a table may have; larger ones are for other readers.
    pub most_rows: u64,
}

/// What a database was given.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The server in words.
    pub server: String,
    /// The periods whose rows were replaced.
    pub periods: Vec<Period>,
    /// The tables with how many rows of these periods they have.
    pub tables: Vec<(String, u64)>,
    /// What it was not given, each with the reason, as a sentence.
    pub left_out: Vec<String>,
}

/// Has a database have the rows of the wanted periods as readers see them, in the place of those that it had, all in one
/// instant.
///
/// # Errors
/// When nothing is published; when the server is not there or refuses; when a period is published anew meanwhile.
pub async fn export(workspace: &Workspace, job: &ExportJob) -> Result<Exported> {
    let mut seen = Publication::all(&workspace.output).await?;
    let published = Publication::names(&seen);
    let present: Vec<Period> = seen.iter().map(|publication| publication.period).collect();
    let periods = workspace.job.periods.pick(&present)?;
    seen.retain(|publication| periods.contains(&publication.period));
    // Names and types do not depend on the period, so any will do.
    let compiled = workspace.compile(Period::new(2026, 1)?)?;
    let DatabaseTables { text, columns, left_out } = readers::database(&compiled, &published, &job.schema)?;
    let exchange = Exchange::begin(&workspace.project.root).await?;
    // Two at once would each wait for tables that the other has.
    exchange.execute(&format!("select pg_advisory_xact_lock(hashtext({}))", literal(&job.schema))).await?;
    exchange.execute(&text).await?;
    let mut exported = Exported { server: exchange.server().to_owned(), periods, tables: Vec::new(), left_out };
    let months: Vec<String> = exported.periods.iter().map(|period| literal(&period.to_string())).collect();
    let months = format!("where billing_period in ({})", months.join(", "));
    for (name, columns) in &columns {
        let table = format!("{}.{}", identifier(&job.schema), identifier(name));
        exchange.execute(&format!("delete from {table} {months}")).await?;
        let rows = rows_of(&seen, name);
        if rows > job.most_rows {
            exported.left_out.push(format!("`{name}` has {rows} rows, more than --most-rows {}", job.most_rows));
            continue;
        }
        let columns: Vec<String> = columns.iter().map(|column| identifier(column)).collect();
        let columns = columns.join(", ");
        let found = workspace.query(&format!("select {columns} from {} {months}", identifier(name))).await?;
        let copy = format!("copy {table} ({columns}) from stdin (format csv, null {})", literal(NULL));
        exported.tables.push((name.clone(), exchange.copy(&copy, lines(found)).await?));
    }
    for seen in &seen {
        if !Publication::read(&workspace.output, seen.period).await?.is_same(seen) {
            let what = format!("{} was published anew while it was exported", seen.period);
            return Err(Error::later(what).hint("export it again"));
        }
    }
    exchange.commit().await?;
    Ok(exported)
}

/// How many rows of `table` readers see.
fn rows_of(publications: &[Publication], table: &str) -> u64 {
    let tables = publications.iter().flat_map(Publication::tables).filter(|found| found.table == table);
    tables.filter_map(|table| table.files.as_ref()).map(|files| files.rows).sum()
}

/// `rows` as lines of CSV without a header.
fn lines(rows: Rows) -> impl StreamExt<Item = Result<Bytes>> {
    rows.batches.map(|batch| csv(&batch?))
}

fn csv(batch: &RecordBatch) -> Result<Bytes> {
    let mut bytes = Vec::new();
    let written = WriterBuilder::new().with_header(false).with_null(NULL.to_owned()).build(&mut bytes).write(batch);
    written.map_err(|error| Error::bug("rows could not be written as CSV").caused_by(&error))?;
    Ok(bytes.into())
}
