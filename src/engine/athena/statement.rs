//! The statements that are sent, as text.

use std::fmt;

use arrow::datatypes::Schema;

use super::types;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::quote::{identifier, literal};
use crate::engine::PARTITION;

/// How many bytes a statement may have
/// (<https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
const LONGEST: usize = 262_144;

/// A query that is sent, and what for.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// What it is for, in a word or two: a model, a question.
    pub(super) subject: String,
    /// The text.
    pub(super) text: String,
    /// Whether it costs nothing, as it reads nothing.
    pub(super) is_free: bool,
}

impl Statement {
    /// The statement `text`, with a comment that tells whose it is.
    ///
    /// # Errors
    /// When it is longer than Athena takes it.
    pub(super) fn query(comment: &Comment, subject: &str, text: &str) -> Result<Self> {
        let text = format!("-- {comment}\n{text}");
        if text.len() > LONGEST {
            return Err(Error::user(format!(
                "`{subject}` is a statement of {} bytes on Athena, which takes {LONGEST}",
                text.len()
            ))
            .hint("make a table of one of the views that it reads: `materialized: table`"));
        }
        Ok(Self { subject: subject.to_owned(), text, is_free: false })
    }

    /// A statement that makes or removes a table, and costs nothing.
    pub(super) fn ddl(subject: &str, text: String) -> Self {
        Self { subject: subject.to_owned(), text, is_free: true }
    }
}

/// What a statement says of itself in its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The run.
    pub run_id: String,
    /// The period that it is at work on.
    pub period: Period,
    /// The URL of its output.
    pub output: String,
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "apportion run={} period={} output={}", self.run_id, self.period, self.output)
    }
}

impl Comment {
    /// What `statement` says of itself, if it is one of ours.
    pub(super) fn read(statement: &str) -> Option<Self> {
        let rest = statement.lines().next()?.strip_prefix("-- apportion run=")?;
        let (run_id, rest) = rest.split_once(" period=")?;
        let (period, output) = rest.split_once(" output=")?;
        Some(Self { run_id: run_id.to_owned(), period: period.parse().ok()?, output: output.trim_end().to_owned() })
    }
}

/// A table that a query makes.
#[derive(Debug)]
pub(super) struct NewTable<'a> {
    /// Its name, quoted, with the database.
    pub(super) name: &'a str,
    /// The URL of its folder.
    pub(super) folder: &'a str,
    /// The columns that it has in the end.
    pub(super) schema: &'a Schema,
}

/// `create table as`, in Parquet: a partition of the billing period where there is such a column, which is no column of
/// the files then.
pub(super) fn create_table(table: &NewTable<'_>, expressions: &str, query: &str) -> Result<String> {
    let fields = table.schema.fields();
    let (partition, columns): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.name() == PARTITION);
    let mut cast = Vec::new();
    for field in columns.into_iter().chain(partition.iter().copied()) {
        let name = identifier(field.name());
        cast.push(format!("    cast({name} as {}) as {name}", types::of_query(field)?));
    }
    let partitioned = if partition.is_empty() {
        String::new()
    } else {
        format!(",\n    partitioned_by = array[{}]", literal(PARTITION))
    };
    let select = format!("select\n{}\nfrom (\n{query}\n) as result\n", cast.join(",\n"));
    Ok(format!(
        "create table {}\nwith (\n    format = 'PARQUET',\n    write_compression = 'ZSTD',\n    external_location = \
         {}{partitioned}\n) as\n{}",
        table.name,
        literal(table.folder),
        after(expressions, &select)
    ))
}

/// The common table expressions `selects`, each a name and a query.
pub(super) fn expressions(selects: &[(String, String)]) -> String {
    let expressions: Vec<String> = selects.iter().map(|(name, select)| format!("{name} as (\n{select}\n)")).collect();
    expressions.join(",\n")
}

/// `select`, after `expressions` if there are any.
pub(super) fn after(expressions: &str, select: &str) -> String {
    if expressions.is_empty() { select.to_owned() } else { format!("with {expressions}\n{select}") }
}

/// The rows of `query`, which gives the columns of `schema`, sorted by the columns `by`; the others break ties.
pub(super) fn sorted(query: &str, schema: &Schema, by: &[String]) -> String {
    let rest = schema.fields().iter().map(|field| field.name()).filter(|name| !by.contains(name));
    let keys = by.iter().chain(rest).map(|name| format!("{} nulls last", identifier(name)));
    format!("select * from (\n{query}\n) as result\norder by {}", keys.collect::<Vec<_>>().join(", "))
}

/// A select of all columns of `schema` from `table`, in their order.
pub(super) fn columns_of(schema: &Schema, table: &str) -> String {
    let names: Vec<String> = schema.fields().iter().map(|field| identifier(field.name())).collect();
    format!("select {} from {table}", names.join(", "))
}
