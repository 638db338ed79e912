//! Tables outside of Athena's keeping: the columns of a report's files, in Hive's words for them.

use std::collections::BTreeMap;

use super::kind::Kind;
use crate::common::error::{Error, Result};
use crate::common::quote::backticked;
use crate::cur::mapping::PhysicalColumn;
use crate::cur::sql::MappedFiles;

/// What reads files that text files name, one URL a line.
const SYMLINKS: &str = "row format serde 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\n\
                        stored as inputformat 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'\n\
                        outputformat 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'";

/// A table by its database and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// The database, which Trino calls a schema.
    pub database: String,
    /// The name in it.
    pub table: String,
}

/// Where the files of a table are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// All files in this folder, and no others.
    Folder(String),
    /// Those that text files in this folder name, as [`symlinks`] writes them.
    Symlinks(String),
}

/// A column that a table has to declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiveColumn {
    /// The name in the files.
    pub name: String,
    /// The type, in Hive's words.
    pub data_type: String,
}

/// The columns that [`super::select`] reads of `files`, each once, maps as a whole, by their names.
///
/// # Errors
/// When no column of the files is declared, one is of a type that Hive does not have, or two have one name but for
/// capitals.
pub fn hive_columns(files: &MappedFiles) -> Result<Vec<HiveColumn>> {
    let mut found: BTreeMap<String, HiveColumn> = BTreeMap::new();
    let values = files.columns.iter().flat_map(|column| &column.values).chain(&files.period_start);
    for physical in values.map(|value| &value.physical) {
        let Some(data_type) = hive_type(physical).ok_or_else(|| no_type(physical, files))? else { continue };
        let column = HiveColumn { name: physical.column.clone(), data_type };
        let kept = found.entry(column.name.to_lowercase()).or_insert_with(|| column.clone());
        if kept.name != column.name {
            return Err(alike(&kept.name, &column.name, files));
        }
    }
    if found.is_empty() {
        return Err(Error::data(format!("none of the declared columns is in `{}`", file(files)))
            .hint("name the columns of the report in `models/sources.yml`"));
    }
    Ok(found.into_values().collect())
}

/// The statement that makes a table of `files`, which `place` holds or names.
///
/// # Errors
/// As [`hive_columns`].
pub fn create_table(files: &MappedFiles, name: &TableName, place: &Place) -> Result<String> {
    Ok(create_table_with(&hive_columns(files)?, name, place))
}

/// The statement that makes a table with these `columns` of the files that `place` holds or names.
pub fn create_table_with(columns: &[HiveColumn], name: &TableName, place: &Place) -> String {
    let columns = columns.iter().map(|column| format!("    {} {}", backticked(&column.name), column.data_type));
    let (stored, folder) = match place {
        Place::Folder(folder) => ("stored as parquet", folder),
        Place::Symlinks(folder) => (SYMLINKS, folder),
    };
    format!(
        "create external table {}.{} (\n{}\n)\n{stored}\nlocation {}",
        backticked(&name.database),
        backticked(&name.table),
        columns.collect::<Vec<_>>().join(",\n"),
        literal(&format!("{}/", folder.trim_end_matches('/')))
    )
}

/// The text file that names `files` for [`Place::Symlinks`].
pub fn symlinks(files: &MappedFiles) -> String {
    files.files.iter().map(|file| format!("{file}\n")).collect()
}

/// Hive's type of the column that `physical` is or, with a key, is in: none where all is null, nothing at all where
/// Hive has no such type.
fn hive_type(physical: &PhysicalColumn) -> Option<Option<String>> {
    let kind = Kind::of(&physical.data_type)?;
    let kind = match physical.key {
        Some(_) => Kind::Map(Box::new(Kind::Text), Box::new(kind)),
        None => kind,
    };
    if kind == Kind::Nothing { Some(None) } else { kind.hive().map(Some) }
}

/// The first of `files`, by which all of them are known.
pub(super) fn file(files: &MappedFiles) -> &str {
    files.files.first().map_or("the report", String::as_str)
}

fn no_type(physical: &PhysicalColumn, files: &MappedFiles) -> Error {
    let (path, kind) = (physical.path(), &physical.data_type);
    Error::data(format!("`{path}` in `{}` is {kind}, which Athena cannot read", file(files))).hint(
        "have the file made again with text, numbers, dates, timestamps or maps, or take the column out of \
         `models/sources.yml`",
    )
}

fn alike(one: &str, other: &str, files: &MappedFiles) -> Error {
    Error::data(format!(
        "`{one}` and `{other}` in `{}` are two columns, which to Athena have one name, as capitals do not count",
        file(files)
    ))
    .hint("leave one of them in the file, or have it made again with other names")
}

/// `text` as a literal of Hive, in which a backslash has a meaning.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
