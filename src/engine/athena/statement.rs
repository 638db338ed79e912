//! The statements that are sent, as text.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// What it is for, in a word or two: a model or table, in backticks; a question.
    pub(super) subject: String,
    /// The text.
    pub(super) text: String,
    /// Whether it costs nothing, as it reads nothing.
    pub(super) is_free: bool,
    /// What tells it from another of the same text: a table that was removed may have to be removed again, and a report
    /// that has changed is run again by the same run.
    pub(super) number: u64,
}

/// How many statements there have been in this process.
static COUNT: AtomicU64 = AtomicU64::new(1);

impl Statement {
    /// The statement `text`, with a comment that tells whose it is.
    ///
    /// # Errors
    /// When it is longer than Athena takes it.
    pub(super) fn query(comment: &Comment, subject: &str, text: &str) -> Result<Self> {
        let text = format!("-- {comment}\n{text}");
        if text.len() > LONGEST {
            return Err(Error::user(format!(
                "{subject} is a statement of {} bytes on Athena, which takes {LONGEST}",
                text.len()
            ))
            .hint("make a table of one of the views that it reads: `materialized: table`"));
        }
        Ok(Self::new(subject, text, false))
    }

    /// A statement that makes or removes a table, and costs nothing.
    pub(super) fn ddl(subject: &str, text: String) -> Self {
        Self::new(subject, text, true)
    }

    fn new(subject: &str, text: String, is_free: bool) -> Self {
        Self { subject: subject.to_owned(), text, is_free, number: COUNT.fetch_add(1, Ordering::Relaxed) }
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

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn schema(names: &[&str]) -> Schema {
        Schema::new(names.iter().map(|name| Field::new(*name, DataType::Utf8View, true)).collect::<Vec<_>>())
    }

    fn comment() -> Comment {
        let output = "s3://b/out put/".to_owned();
        Comment { run_id: "r-1".to_owned(), period: Period::new(2026, 10).unwrap(), output }
    }

    #[test]
    fn a_month_becomes_a_partition_and_comes_last() {
        let schema = schema(&[PARTITION, "o'clock"]);
        let table = NewTable { name: "\"d\".\"t\"", folder: "s3://b/it's/", schema: &schema };
        let text = create_table(&table, "x as (\nselect 1\n)", "select 2 -- two").unwrap();
        let wanted = "create table \"d\".\"t\"\nwith (\n    format = 'PARQUET',\n    write_compression = 'ZSTD',\n    \
                      external_location = 's3://b/it''s/',\n    partitioned_by = array['billing_period']\n) as\nwith x as \
                      (\nselect 1\n)\nselect\n    cast(\"o'clock\" as varchar) as \"o'clock\",\n    \
                      cast(\"billing_period\" as varchar) as \"billing_period\"\nfrom (\nselect 2 -- two\n) as result\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_table_without_a_month_has_no_partition_and_a_type_of_no_table_is_refused() {
        let table = NewTable { name: "t", folder: "f", schema: &schema(&["a"]) };
        assert!(!create_table(&table, "", "select 1").unwrap().contains("partitioned_by"));
        let list = DataType::List(Field::new("item", DataType::Int64, true).into());
        let schema = Schema::new(vec![Field::new("a", list, true)]);
        let refused = create_table(&NewTable { schema: &schema, ..table }, "", "select 1").unwrap_err();
        assert!(refused.message().starts_with("the column `a` is "), "{refused}");
    }

    #[test]
    fn a_statement_tells_whose_it_is() {
        let statement = Statement::query(&comment(), "lines", "select 1").unwrap();
        assert_eq!(Comment::read(&statement.text), Some(comment()));
        assert_eq!(Comment::read("-- somebody's\nselect 1"), None);
    }

    #[test]
    fn a_statement_that_is_too_long_is_refused_by_name() {
        let refused = Statement::query(&comment(), "`lines`", &" ".repeat(LONGEST)).unwrap_err();
        assert!(refused.message().starts_with("`lines` is a statement of 262"), "{refused}");
    }

    #[test]
    fn rows_are_sorted_as_asked_and_by_the_rest() {
        let text = sorted("select 1", &schema(&["a", "b", "c"]), &["c".to_owned()]);
        let wanted =
            "select * from (\nselect 1\n) as result\norder by \"c\" nulls last, \"a\" nulls last, \"b\" nulls last";
        assert_eq!(text, wanted);
    }
}
