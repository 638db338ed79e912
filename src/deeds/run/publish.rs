//! Puts the tables of a run where readers look for them, all in one instant.

use chrono::Utc;

use super::outcome::{Kind, Outcome};
use crate::engine::publication::{Claim, Publication, RunRecord, place};
use crate::pipeline::{Pipeline, Workspace, table};
use crate::words::error::Result;

/// Copies the written tables to their places, where readers do not take them yet; returns the tables.
pub(super) async fn copy(workspace: &Workspace, pipeline: &Pipeline, outcomes: &[Outcome]) -> Result<Vec<String>> {
    let mut tables = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.kind == Kind::Table) {
        let model = pipeline.compiled.model(&outcome.name)?;
        let table = table(model);
        workspace.output.copy(&pipeline.staged(model), &place(&table, pipeline.period, &pipeline.run_id)).await?;
        tables.push(table);
    }
    Ok(tables)
}

/// Has readers see `tables` of `run` beside those published `before`; returns what is published then.
///
/// Until this is done nothing has changed for readers, and whatever failed leaves only files that nobody reads.
pub(super) async fn publish(
    workspace: &Workspace,
    tables: &[String],
    before: &Publication,
    claim: &Claim,
    run: RunRecord,
) -> Result<Publication> {
    claim.check()?;
    before.replace(&workspace.output, tables, &RunRecord { published_at: Utc::now(), ..run }).await
}
