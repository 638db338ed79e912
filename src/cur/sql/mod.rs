//! The report's files as a source, in SQL for engines that read them by themselves.

use super::PERIOD;
use super::mapping::{ColumnMapping, MappedValue};
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Result};
use crate::common::period::Period;

pub mod athena;
pub mod duckdb;

/// Files of one schema.
#[derive(Debug, Clone)]
pub struct MappedFiles {
    /// Their paths or URLs.
    pub files: Vec<String>,
    /// The declared columns, in their order.
    pub columns: Vec<ColumnMapping>,
    /// The billing period of the rows.
    pub period: Period,
    /// Where rows tell their period, if those of others may be among them.
    pub period_start: Option<MappedValue>,
}

/// Refuses engines that are not given files.
///
/// # Errors
/// When `dialect` is of one.
pub fn check(dialect: Dialect) -> Result<()> {
    match dialect {
        Dialect::DuckDb | Dialect::Athena => Ok(()),
        Dialect::DataFusion => {
            Err(Error::user(format!("a source is written in SQL for DuckDB and Athena, not for {}", dialect.name()))
                .hint("leave out --sources, or use a target of `type: duckdb` or `type: athena`"))
        }
    }
}

/// A select of `columns`, each with its name, and of `period` from what `from` says.
fn select_of(columns: impl Iterator<Item = String>, period: &str, from: &str) -> String {
    let columns: Vec<String> =
        columns.chain([format!("{period} as {PERIOD}")]).map(|column| format!("    {column}")).collect();
    format!("select\n{}\nfrom {from}", columns.join(",\n"))
}

/// The condition that keeps rows of `period`, which begins at `start`.
fn within(start: &str, period: Period) -> String {
    format!("\nwhere {start} >= timestamp '{}' and {start} < timestamp '{}'", period.start(), period.end())
}

#[cfg(test)]
mod tests;
