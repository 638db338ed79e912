//! What a reader finds in an output, told by `docs/publication.md` and not by the code under test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use libtest_mimic::Failed;

use crate::harness::{self, Files};
use crate::rows::{self, Row, parse};

/// Rows of result tables, of all periods, by the table's name.
pub(crate) type Rows = BTreeMap<String, Vec<Row>>;

/// Columns of result tables by the table's name.
pub(crate) type Columns = BTreeMap<String, BTreeSet<String>>;

/// A published table of a period.
pub(crate) struct Table {
    /// The run that wrote it.
    pub(crate) run_id: String,
    /// Its file.
    pub(crate) bytes: Vec<u8>,
}

/// The files that are published, by the objects that name them.
pub(crate) fn paths(files: &Files) -> Result<Vec<String>, Failed> {
    Ok(named(files)?.into_iter().map(|(table, run)| format!("{table}/{run}.parquet")).collect())
}

/// `table/billing_period=...` with the run whose file it is.
fn named(files: &Files) -> Result<Vec<(String, String)>, Failed> {
    let mut named = Vec::new();
    for (path, bytes) in files {
        let Some(rest) = path.strip_prefix("published_runs/") else { continue };
        let Some(period) = rest.strip_suffix("/data.parquet") else { continue };
        let rows = parse(bytes)?;
        let runs = texts(&rows, "table_name")?.into_iter().zip(texts(&rows, "run_id")?);
        named.extend(runs.map(|(table, run)| (format!("{table}/{period}"), run)));
    }
    Ok(named)
}

/// The published tables in the `files` of an output, by `table/billing_period=...`. Every file that is named has to
/// be there.
pub(crate) fn tables(files: &Files) -> Result<BTreeMap<String, Table>, Failed> {
    let by_path: BTreeMap<&str, &Vec<u8>> = files.iter().map(|(path, bytes)| (path.as_str(), bytes)).collect();
    let mut tables = BTreeMap::new();
    for (table, run_id) in named(files)? {
        // Tables of a schema stay where the run wrote them.
        let file = match table.split_once("/billing_period=") {
            Some((name, period)) if name.contains('/') => format!(".apportion/runs/{period}/{run_id}/{name}.parquet"),
            _ => format!("{table}/{run_id}.parquet"),
        };
        let bytes = by_path.get(file.as_str()).ok_or_else(|| format!("`{file}` is published but not there"))?;
        tables.insert(table, Table { run_id, bytes: bytes.to_vec() });
    }
    Ok(tables)
}

/// The results of a period by table; those of the `working` schema are none.
pub(crate) fn results(files: &Files) -> Result<Files, Failed> {
    let tables = tables(files)?.into_iter().filter(|(path, _)| !path.starts_with("working/"));
    Ok(tables.map(|(path, table)| (path, table.bytes)).collect())
}

/// The rows of all results in the folder `output`.
pub(crate) fn rows(output: &Path) -> Result<Rows, Failed> {
    let mut tables = Rows::new();
    for (path, file) in results(&harness::contents(output)?)? {
        tables.entry(name(&path)).or_default().extend(rows::results(&file)?);
    }
    Ok(tables)
}

/// The columns of all results in the folder `output` that rows have as texts.
pub(crate) fn text_columns(output: &Path) -> Result<Columns, Failed> {
    let mut tables = Columns::new();
    for (path, file) in results(&harness::contents(output)?)? {
        tables.entry(name(&path)).or_default().extend(rows::text_columns(&file)?);
    }
    Ok(tables)
}

/// The name of the table in `table/billing_period=...`.
fn name(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}

/// The factor of the one run that made all tables of the project `tests/projects/killed`; `None` if nothing is
/// published. Fails if the tables are of several runs, are not whole, or do not balance.
pub(crate) fn factor(files: &Files) -> Result<Option<i64>, Failed> {
    let tables = tables(files)?;
    if tables.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = tables.keys().map(|path| path.split('/').next().unwrap_or_default()).collect();
    if names != ["costs", "slow", "stg_lines"] {
        return Err(format!("published are {names:?}").into());
    }
    let runs: Vec<&str> = tables.values().map(|table| table.run_id.as_str()).collect();
    if runs.iter().any(|run| *run != runs[0]) {
        return Err(format!("tables of several runs are published together: {runs:?}").into());
    }
    let read = |name: &str| parse(&tables[&format!("{name}/billing_period=2024-01")].bytes);
    let (lines, costs, slow) = (read("stg_lines")?, read("costs")?, read("slow")?);
    let factor = numbers(&slow, "factor")?;
    let (line_sum, cost_sum) = (total(&lines, "amount")?, total(&costs, "amount")?);
    let [factor] = factor.as_slice() else { return Err("`slow` should hold one row".into()) };
    let wanted = i128::from(*factor) * 600_000_000_000;
    if (lines.num_rows(), costs.num_rows()) != (3, 2) || line_sum != wanted || cost_sum != wanted {
        return Err(format!("under the factor {factor}, lines come to {line_sum} and costs to {cost_sum}").into());
    }
    Ok(Some(*factor))
}

fn column(rows: &RecordBatch, name: &str, kind: &DataType) -> Result<Arc<dyn Array>, Failed> {
    let column = rows.column_by_name(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    Ok(cast(column, kind)?)
}

fn texts(rows: &RecordBatch, name: &str) -> Result<Vec<String>, Failed> {
    let column = column(rows, name, &DataType::Utf8)?;
    Ok(column.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
}

fn numbers(rows: &RecordBatch, name: &str) -> Result<Vec<i64>, Failed> {
    Ok(column(rows, name, &DataType::Int64)?.as_primitive::<Int64Type>().iter().flatten().collect())
}

/// The sum of amounts, in units of the tenth digit.
fn total(rows: &RecordBatch, name: &str) -> Result<i128, Failed> {
    Ok(column(rows, name, &DataType::Decimal128(28, 10))?.as_primitive::<Decimal128Type>().iter().flatten().sum())
}
