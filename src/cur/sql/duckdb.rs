//! Files of a report as a select for DuckDB.

use arrow::datatypes::DataType as Arrow;

use super::{MappedFiles, select_of, within};
use crate::common::data_type::DataType;
use crate::common::quote::{identifier, literal};
use crate::common::types;
use crate::cur::mapping::{ColumnMapping, Conversion, MappedValue, PhysicalColumn};

/// A select that gives the declared columns over all of `files`.
pub fn select(files: &[MappedFiles]) -> String {
    files.iter().map(of_files).collect::<Vec<_>>().join("\nunion all\n")
}

fn of_files(files: &MappedFiles) -> String {
    let columns = files.columns.iter().map(|column| format!("{} as {}", value_of(column), column.name));
    let names: Vec<String> = files.files.iter().map(|file| format!("    {}", literal(file))).collect();
    let from = format!("read_parquet([\n{}\n], hive_partitioning = false)", names.join(",\n"));
    let start = files.period_start.as_ref().map(|start| within(&converted(start), files.period));
    select_of(columns, &format!("'{}'", files.period), &from) + &start.unwrap_or_default()
}

/// The first value that is there, or a JSON text of all.
fn value_of(column: &ColumnMapping) -> String {
    if column.is_object {
        return json_of_columns(column);
    }
    let values: Vec<String> = column.values.iter().map(converted).collect();
    match values.as_slice() {
        [] => format!("cast(null as {})", name_of(column.data_type)),
        [value] => value.clone(),
        values => format!("coalesce({})", values.join(", ")),
    }
}

fn converted(value: &MappedValue) -> String {
    let kind = &value.physical.data_type;
    let (raw, text) = (raw(&value.physical), not_empty(&value.physical));
    match value.conversion {
        Conversion::Keep => raw,
        Conversion::Json => json_of(&format!("map_entries({raw})")),
        Conversion::Text => text,
        Conversion::AccountId if is_text(kind) => text,
        Conversion::AccountId => format!("lpad(cast(cast({raw} as bigint) as varchar), 12, '0')"),
        Conversion::Decimal(precision, scale) if !is_text(kind) => of_double(&raw, precision, scale),
        // Instants go the short way: a cast asks the calendar of every row.
        Conversion::Utc => format!("make_timestamp(epoch_us({raw}))"),
        Conversion::Decimal(..) | Conversion::Cast => format!("cast({text} as {})", name_of(value.data_type)),
    }
}

/// The columns of `column` as a JSON text by their members' names.
fn json_of_columns(column: &ColumnMapping) -> String {
    let entries = column.values.iter().map(|value| {
        let member = literal(&value.physical.member(&column.name));
        format!("{{'key': {member}, 'value': {}}}", converted(value))
    });
    json_of(&format!("[{}]", entries.collect::<Vec<_>>().join(", ")))
}

/// The `entries`, a list of keys and values, as a JSON text in the order of their keys; null where no value is filled.
fn json_of(entries: &str) -> String {
    format!(
        "nullif(cast(to_json(map_from_entries(list_sort(list_filter({entries}, lambda entry: entry.value <> '')))) \
         as varchar), '{{}}')"
    )
}

/// The double `value` as the decimal that its shortest text says. Most doubles are near no half of a last digit, and few
/// enough digits long that a product in binary rounds them alike, which is many times faster.
fn of_double(value: &str, precision: u8, scale: i8) -> String {
    let kind = format!("decimal({precision},{scale})");
    format!(
        "case when abs({value}) < 1e{} and abs({value} * 1e{scale} - trunc({value} * 1e{scale})) not between 0.49 and 0.51 \
         then cast({value} as {kind}) else cast(cast({value} as varchar) as {kind}) end",
        12 - scale
    )
}

fn raw(physical: &PhysicalColumn) -> String {
    let column = identifier(&physical.column);
    match &physical.key {
        Some(key) => format!("map_extract({column}, {})[1]", literal(key)),
        None => column,
    }
}

fn not_empty(physical: &PhysicalColumn) -> String {
    if is_text(&physical.data_type) { format!("nullif({}, '')", raw(physical)) } else { raw(physical) }
}

/// Whether it is text to who knows no dictionaries.
fn is_text(kind: &Arrow) -> bool {
    match kind {
        Arrow::Dictionary(_, values) => is_text(values),
        kind => types::is_string(kind),
    }
}

fn name_of(data_type: DataType) -> String {
    match data_type {
        DataType::String => "varchar".to_owned(),
        DataType::TimestampMillis => "timestamp_ms".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
