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

/// A row of the objects that name what is published.
struct Named {
    /// `table/billing_period=...`
    table: String,
    run_id: String,
    folder: String,
    files: i64,
    rows: i64,
}

impl Named {
    fn paths(&self) -> impl Iterator<Item = String> {
        (0..self.files).map(|index| format!("{}/{index:05}.parquet", self.folder))
    }
}

/// The files that are published, by the objects that name them.
pub(crate) fn paths(files: &Files) -> Result<Vec<String>, Failed> {
    Ok(named(files)?.iter().flat_map(Named::paths).collect())
}

fn named(files: &Files) -> Result<Vec<Named>, Failed> {
    let mut named = Vec::new();
    for (path, bytes) in files {
        let Some(rest) = path.strip_prefix("published_runs/") else { continue };
        let Some(period) = rest.strip_suffix("/data.parquet") else { continue };
        let rows = parse(bytes)?;
        let texts = |name| texts(&rows, name);
        let (tables, runs, folders) = (texts("table_name")?, texts("run_id")?, texts("folder")?);
        let (counts, numbers) = (numbers(&rows, "files")?, numbers(&rows, "rows")?);
        for (index, table) in tables.iter().enumerate() {
            named.push(Named {
                table: format!("{table}/{period}"),
                run_id: runs[index].clone(),
                folder: folders[index].clone(),
                files: counts[index],
                rows: numbers[index],
            });
        }
    }
    Ok(named)
}

/// The published tables in the `files` of an output, by `table/billing_period=...`. Every file that is named has to
/// be there, where readers look for it, with as many rows as it is said to have.
pub(crate) fn tables(files: &Files) -> Result<BTreeMap<String, Table>, Failed> {
    let by_path: BTreeMap<&str, &Vec<u8>> = files.iter().map(|(path, bytes)| (path.as_str(), bytes)).collect();
    let mut tables = BTreeMap::new();
    for named in named(files)? {
        // Tables of a schema stay where the run wrote them.
        let is_step = named.table.matches('/').count() > 1;
        if !is_step && named.folder != format!("{}/run_id={}", named.table, named.run_id) {
            return Err(format!("`{}` of run {} is in `{}`", named.table, named.run_id, named.folder).into());
        }
        let [path] = named.paths().collect::<Vec<_>>().try_into().map_err(|paths| format!("files: {paths:?}"))?;
        let bytes = by_path.get(path.as_str()).ok_or_else(|| format!("`{path}` is published but not there"))?;
        let rows = parse(bytes)?.num_rows();
        if i64::try_from(rows)? != named.rows {
            return Err(format!("`{path}` has {rows} rows and is said to have {}", named.rows).into());
        }
        tables.insert(named.table, Table { run_id: named.run_id, bytes: bytes.to_vec() });
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
