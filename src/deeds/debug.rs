//! `debug`: checks one after the other what a run needs, and says what is wrong.

use object_store::{ObjectStoreExt, PutPayload};

use crate::engine::datafusion::version;
use crate::engine::publication::PRIVATE;
use crate::engine::{Delivery, Report};
use crate::pipeline::{Found, Pipeline, Workspace};
use crate::words::count::count;
use crate::words::error::Result;
use crate::words::period::{Period, Periods};

/// A check with what it found.
#[derive(Debug)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What was found.
    pub found: Result<String>,
}

/// All checks, in order; one that fails does not stop those that do not depend on it.
pub async fn debug(workspace: &Workspace) -> Vec<Check> {
    let project = format!(
        "{}, {}, {} in `{}`",
        count(workspace.project.models.len() as u64, "model"),
        count(workspace.project.seeds.len() as u64, "seed"),
        count(workspace.project.sources.len() as u64, "source"),
        workspace.project.root.display()
    );
    let mut checks = vec![
        Check { name: "project", found: Ok(project) },
        Check { name: "target", found: Ok(format!("{} ({})", workspace.target, workspace.dialect.name())) },
        Check { name: "engine", found: Ok(version()) },
    ];
    let report = workspace.report().await;
    let found = report.as_ref().map_err(Clone::clone).map(|Found { report, wanted, .. }| {
        let bytes: u64 = report.files.iter().map(|file| file.object.size).sum();
        let names: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        format!(
            "{}, {} in `{}`; wanted: {}",
            count(report.files.len() as u64, "file"),
            count(bytes, "byte"),
            workspace.source.name,
            names.join(", ")
        )
    });
    checks.push(Check { name: "source", found });
    if let Ok(found) = report {
        checks.extend(late(workspace, &found).await);
        let Found { report, wanted, .. } = found;
        checks.extend(deliveries(&report, &wanted));
        for period in wanted {
            let found = match Pipeline::prepare(workspace, &report, period).await {
                Ok(pipeline) => Ok(format!(
                    "{period}: all models planned, {} source columns read",
                    pipeline.engine.source_columns_read().len()
                )),
                Err(error) => Err(error),
            };
            checks.push(Check { name: "models", found });
        }
    }
    checks.push(Check { name: "output", found: writable(workspace).await });
    checks
}

/// The closed months that a run looks at besides the newest. An output that cannot be read is a check of its own.
async fn late(workspace: &Workspace, found: &Found) -> Vec<Check> {
    if workspace.job.periods != Periods::Newest {
        return Vec::new();
    }
    let late = workspace.late(found).await.unwrap_or_default();
    late.iter().map(|late| Check { name: "late", found: Ok(late.to_string()) }).collect()
}

/// What the manifests of the report say of `periods`.
fn deliveries(report: &Report, periods: &[Period]) -> Vec<Check> {
    let delivered = periods.iter().filter_map(|period| {
        let Delivery { manifest, id, .. } = report.manifest(*period)?;
        let id = if id.is_empty() { String::new() } else { format!(", delivery {id}") };
        Some(format!("{period}: {} by `{manifest}`{id}", count(report.files_of(*period).ok()?.len() as u64, "file")))
    });
    let words = delivered.chain(report.remarks(periods));
    words.map(|words| Check { name: "delivery", found: Ok(words) }).collect()
}

async fn writable(workspace: &Workspace) -> Result<String> {
    let probe = format!("{PRIVATE}/{}/probe", workspace.job.run_id);
    let path = workspace.output.path(&probe);
    let put = workspace.output.store.put(&path, PutPayload::from_static(b"apportion")).await;
    put.map_err(|error| workspace.output.refused("write", &path, &error))?;
    workspace.output.remove(&format!("{PRIVATE}/{}", workspace.job.run_id)).await?;
    Ok(format!("`{}` can be written", workspace.output.name))
}
