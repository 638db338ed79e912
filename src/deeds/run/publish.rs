//! Puts the tables of a run where readers look for them, all in one instant.

use chrono::Utc;

use super::outcome::{Kind, Outcome};
use crate::engine::publication::{Claim, Publication, RunRecord, place};
use crate::pipeline::{Pipeline, Workspace, table};
use crate::words::error::Result;

/// Copies the written tables to their places and has readers see them; returns what is published then.
///
/// Until the last step, nothing changes for readers, and whatever fails before it leaves only files that nobody reads.
pub(super) async fn publish(
    workspace: &Workspace,
    pipeline: &Pipeline,
    outcomes: &[Outcome],
    before: &Publication,
    claim: &Claim,
    run: RunRecord,
) -> Result<Publication> {
    let output = &workspace.output;
    let mut tables = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.kind == Kind::Table) {
        let model = pipeline.compiled.model(&outcome.name)?;
        let table = table(model);
        output.copy(&pipeline.staged(model), &place(&table, pipeline.period, &run.run_id)).await?;
        tables.push(table);
    }
    claim.check()?;
    before.replace(output, &tables, &RunRecord { published_at: Utc::now(), ..run }).await
}
