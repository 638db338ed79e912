//! Files of a report as tables and a select for Amazon Athena, whose engine is Trino.
//!
//! Every value is what `engine/datafusion` makes of it, to the digit, and an error where there it is one, but for what
//! `docs/source.md` lists. Decimals are neither multiplied nor divided: the rule for their scale is not the same in
//! every version of Trino.

mod ids;
mod json;
mod kind;
mod raw;
mod table;
mod texts;
mod values;

pub use table::{HiveColumn, Place, TableName, create_table, create_table_with, hive_columns, symlinks};

use super::{MappedFiles, select_of, within};
use crate::common::error::{Error, Result};
use crate::common::quote::identifier;
use crate::cur::mapping::{Conversion, MappedValue};

/// Files with the table that [`create_table`] has made of them.
#[derive(Debug, Clone, Copy)]
pub struct FilesInTable<'a> {
    /// The files.
    pub files: &'a MappedFiles,
    /// The table.
    pub table: &'a TableName,
}

/// A select that gives the declared columns over all of `groups`.
///
/// # Errors
/// When there is no group, or a column of the files cannot become the declared type.
pub fn select(groups: &[FilesInTable<'_>]) -> Result<String> {
    if groups.is_empty() {
        return Err(Error::data("no file of the report has rows").hint("have AWS deliver it again"));
    }
    let selects = groups.iter().map(|group| of_group(group.files, group.table));
    Ok(selects.collect::<Result<Vec<_>>>()?.join("\nunion all\n"))
}

fn of_group(files: &MappedFiles, table: &TableName) -> Result<String> {
    let columns = files.columns.iter().map(|column| {
        let value = values::value_of(column).map_err(|value| impossible(value, files))?;
        Ok(format!("{value} as {}", identifier(&column.name)))
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let period = format!("cast('{}' as varchar)", files.period);
    let from = format!("{}.{}", identifier(&table.database), identifier(&table.table));
    let start = match &files.period_start {
        Some(start) => {
            let instant = values::converted(start).ok_or_else(|| impossible(start, files))?;
            within(&instant, files.period)
        }
        None => String::new(),
    };
    Ok(select_of(columns.into_iter(), &period, &from) + &start)
}

fn impossible(value: &MappedValue, files: &MappedFiles) -> Error {
    let (path, kind) = (value.physical.path(), &value.physical.data_type);
    let wanted = match value.conversion {
        Conversion::AccountId => "account ids".to_owned(),
        _ => value.data_type.to_string(),
    };
    Error::data(format!("`{path}` in `{}` is {kind}, which Athena cannot turn into {wanted}", table::file(files)))
        .hint("change the column's data_type or `from` in `models/sources.yml`")
}

#[cfg(test)]
mod tests;
