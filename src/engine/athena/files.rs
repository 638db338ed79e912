//! What a query of Athena has written, as the files that everybody else is given.
//!
//! Athena names files as it likes, and several writers make several files without an order. What fits into one file is
//! written anew in this process, so that it is the same bytes as if the query had run here; the rest is copied by the
//! store under names of ours.

use arrow::datatypes::Schema;
use futures::{StreamExt, TryStreamExt, stream};

use crate::common::error::{Error, Result};
use crate::engine::datafusion::LocalExecutor;
use crate::engine::{Destination, PARTITION, Written};
use crate::publish::layout;
use crate::storage::Location;

/// How many files are copied at the same time.
const AT_ONCE: usize = 8;
/// The folder of files that have the period in them, or have no period.
const ROWS: &str = "rows";

/// The folder that Athena is to write an attempt to, below the output. What it writes lies in no folder with the files
/// that everybody else is given: a partition is a folder of its own anyway.
pub(super) fn folder(destination: &Destination, attempt: u32, schema: &Schema) -> String {
    let folder = destination.of(attempt);
    if is_partitioned(schema) { folder } else { format!("{folder}/{ROWS}") }
}

/// The folder in which nothing but what Athena writes lies then.
pub(super) fn own_folder(destination: &Destination, attempt: u32, schema: &Schema) -> String {
    let folder = folder(destination, attempt, schema);
    if is_partitioned(schema) { format!("{folder}/{PARTITION}={}", destination.period) } else { folder }
}

fn is_partitioned(schema: &Schema) -> bool {
    schema.index_of(PARTITION).is_ok()
}

/// Files that Athena has written.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Their paths below the output.
    pub(super) paths: Vec<String>,
    /// Bytes of all of them.
    pub(super) size: u64,
}

/// The files that Athena wrote on an `attempt` at `destination`.
///
/// # Errors
/// When rows are of another period; when the store does not answer.
pub(super) async fn made(output: &Location, destination: &Destination, attempt: u32) -> Result<Made> {
    let folder = destination.of(attempt);
    let prefix = output.path(&folder);
    let own = [format!("{PARTITION}={}", destination.period), ROWS.to_owned()];
    let mut made = Made::default();
    for object in output.list(&folder).await? {
        let below = object.location.as_ref().strip_prefix(prefix.as_ref()).unwrap_or_default().trim_start_matches('/');
        let (top, _) = below.split_once('/').unwrap_or((below, ""));
        if !own.iter().any(|own| own == top) {
            let period = top.strip_prefix(PARTITION).map_or(top, |rest| rest.trim_start_matches('='));
            let error =
                Error::user(format!("`{PARTITION}` is `{period}` in a row of the run for {}", destination.period));
            return Err(error.hint("take it from var('billing_period')"));
        }
        if object.size > 0 {
            made.paths.push(format!("{folder}/{below}"));
            made.size += object.size;
        }
    }
    Ok(made)
}

/// Gives the files that Athena `made` of `relation` the names of files of a table, as copies.
///
/// # Errors
/// When they cannot be read or copied.
pub(super) async fn copy(
    local: &LocalExecutor,
    relation: &str,
    made: &Made,
    destination: &Destination,
    attempt: u32,
) -> Result<Written> {
    let files = made.paths.len() as u64;
    let names = layout::files(&destination.of(attempt), files);
    let copies = made.paths.iter().zip(&names).map(|(from, to)| local.output().copy(from, to));
    stream::iter(copies.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect::<Vec<()>>().await?;
    let rows = local.adopt(relation, &names, destination.period).await?;
    Ok(Written { attempt, files, rows, bytes: made.size, ..Written::default() })
}
