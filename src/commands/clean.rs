//! `clean`: removes what runs leave behind, never a published table.

use std::path::Path;

use crate::common::error::{Error, Result};
use crate::planned_run::FOLDER;
use crate::project::Config;
use crate::publish::{Lease, with_runs};
use crate::storage::Location;

/// Removes the artifacts of the project in `root` and what was not published in the outputs of its targets and in
/// `output`, in the name of the run `run_id`; returns what was removed.
///
/// # Errors
/// When there is no project, or something cannot be removed.
pub async fn clean(root: &Path, output: Option<&str>, run_id: &str) -> Result<Vec<String>> {
    let config = Config::read(root)?;
    let mut removed = Vec::new();
    let artifacts = root.join(FOLDER);
    if artifacts.exists() {
        std::fs::remove_dir_all(&artifacts).map_err(|e| Error::io("remove", &artifacts, &e))?;
        removed.push(artifacts.display().to_string());
    }
    let s3 = &config.target(&config.target)?.s3;
    let mut outputs = Vec::new();
    for target in config.targets.values() {
        outputs.push(Location::open(&target.output, root, &target.s3).await?);
    }
    if let Some(output) = output {
        outputs.push(Location::open(output, Path::new("."), s3).await?);
    }
    for output in outputs {
        removed.extend(unpublished(&output, run_id).await?);
    }
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
