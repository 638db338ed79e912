//! `clean`: removes what runs leave behind, never a published table.

use std::path::Path;

use chrono::{TimeDelta, Utc};

use crate::common::error::{Error, Result};
use crate::engine::AthenaDatabase;
use crate::planned_run::FOLDER;
use crate::project::{Config, Target};
use crate::publish::{Lease, holds_no_lease, with_runs};
use crate::storage::Location;

/// How long queries of `show`, `test` and `plan` are left alone, which hold no lease.
const LOOKING: TimeDelta = TimeDelta::hours(6);

/// Removes the artifacts of the project in `root` and what was not published in `output`, or in that of the `target`, in
/// the name of the run `run_id`; returns what was removed.
///
/// # Errors
/// When there is no project or target, or something cannot be removed.
pub async fn clean(root: &Path, target: Option<&str>, output: Option<&str>, run_id: &str) -> Result<Vec<String>> {
    let config = Config::read(root)?;
    let target = config.target(target.unwrap_or(&config.target))?;
    let output = match output {
        Some(output) => Location::open(output, Path::new("."), &target.s3).await?,
        None => Location::open(&target.output, root, &target.s3).await?,
    };
    let mut removed = Vec::new();
    let artifacts = root.join(FOLDER);
    if artifacts.exists() {
        std::fs::remove_dir_all(&artifacts).map_err(|e| Error::io("remove", &artifacts, &e))?;
        removed.push(artifacts.display().to_string());
    }
    removed.extend(on_athena(target, &output, run_id).await?);
    removed.extend(unpublished(&output, run_id).await?);
    Ok(removed)
}

/// Removes what runs wrote to `output` and nobody published. Periods that a run is at work on stay as they are.
async fn unpublished(output: &Location, run_id: &str) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for period in with_runs(output).await? {
        let Ok(lease) = Lease::take(output, period, run_id).await else { continue };
        let gone = lease.forget_unpublished().await;
        lease.release().await;
        removed.extend(gone?);
    }
    Ok(removed)
}

/// Stops the queries of runs into `output` that are no longer there, and removes tables that no run can need any more.
async fn on_athena(target: &Target, output: &Location, run_id: &str) -> Result<Vec<String>> {
    let Some(options) = target.athena.as_ref().filter(|_| output.is_s3()) else { return Ok(Vec::new()) };
    let left = AthenaDatabase::open(options, &target.s3, run_id).await?;
    let mut removed = Vec::new();
    for query in left.open_queries(output).await? {
        if holds_no_lease(&query.comment.run_id) && Utc::now() - query.since < LOOKING {
            continue;
        }
        // Whoever else is at work on the period holds its lease.
        let Ok(lease) = Lease::take(output, query.comment.period, run_id).await else { continue };
        let stopped = left.stop(&query).await;
        lease.release().await;
        stopped?;
        removed.push(format!("query {} of run {}", query.id, query.comment.run_id));
    }
    for table in left.old_tables().await? {
        left.drop(&table).await?;
        removed.push(format!("table {}.{table}", options.database));
    }
    Ok(removed)
}
