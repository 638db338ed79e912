//! The published tables, for read-only questions over all periods.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType as Arrow;
use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::context::SQLOptions;

use super::errors::explain;
use super::write::PARTITION;
use super::{Limits, answer, session};
use crate::engine::{Answer, Location};
use crate::words::error::{Error, Result};

/// The folders below `output` that hold published tables, for instance `account_costs` or `working/stg_lines`.
///
/// # Errors
/// When the output cannot be listed.
pub async fn published(output: &Location) -> Result<BTreeSet<String>> {
    let marker = format!("/{PARTITION}=");
    let objects = output.list("").await?;
    let folders = objects.iter().filter_map(|object| {
        let below = object.location.as_ref().strip_prefix(output.prefix.as_ref())?;
        let (folder, _) = below.trim_start_matches('/').split_once(&marker)?;
        (!folder.starts_with('.')).then(|| folder.to_owned())
    });
    Ok(folders.collect())
}

/// Answers a select over the published tables; keeps at most `keep` rows and counts them all.
///
/// # Errors
/// When nothing is published, the SQL is no select, or a table cannot be read.
pub async fn query_published(output: &Location, sql: &str, keep: usize, limits: &Limits) -> Result<Answer> {
    let context = session::open(limits)?;
    context.register_object_store(&output.root, Arc::clone(&output.store));
    let tables = published(output).await?;
    if tables.is_empty() {
        return Err(Error::data(format!("there are no published tables in `{}`", output.name))
            .hint("run `apportion build` first"));
    }
    for folder in &tables {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let table = listing(&context.state(), output, folder).await?;
        context.register_table(name, table).map_err(explain)?;
    }
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let in_query = |error| {
        let error = explain(error)
            .relocate(|place| crate::words::error::Place::in_text("(query)", sql, place.line, place.column));
        if error.message().contains("not supported: ") {
            return error.hint("`query` reads the published tables and changes nothing: ask with a select");
        }
        match error.message().strip_prefix("table '").and_then(|rest| rest.split_once("' not found")) {
            Some((name, _)) => {
                let names: Vec<&str> = tables.iter().map(|table| table.rsplit('/').next().unwrap_or(table)).collect();
                let name = name.to_owned();
                error.did_you_mean(&name, names.iter().copied()).hint(format!("tables: {}", names.join(", ")))
            }
            None => error,
        }
    };
    let frame = context.sql_with_options(sql, options).await.map_err(in_query)?;
    let stream = frame.execute_stream().await.map_err(in_query)?;
    answer::collect(stream, keep).await.map_err(explain)
}

async fn listing(
    state: &datafusion::execution::SessionState,
    output: &Location,
    folder: &str,
) -> Result<Arc<dyn TableProvider>> {
    let url = ListingTableUrl::parse(format!("{}{}/", output.root, output.path(folder))).map_err(explain)?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_table_partition_cols(vec![(PARTITION.to_owned(), Arrow::Utf8)]);
    let config = ListingTableConfig::new(url).with_listing_options(options);
    let config = config.infer_schema(state).await.map_err(explain)?;
    Ok(Arc::new(ListingTable::try_new(config).map_err(explain)?))
}
