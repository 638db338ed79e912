//! Puts the tables of a run where readers look for them, all in one instant.

use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream};

use super::outcome::{Kind, Outcome};
use crate::engine::publication::{Claim, Publication, RunRecord, place};
use crate::pipeline::{Pipeline, Workspace, table};
use crate::words::error::Result;

/// Copies that are asked for at a time: a bucket takes as long for a small file as for a large one.
const COPIES: usize = 8;

/// Copies the written results to their places, where readers do not take them yet; returns all written tables.
pub(super) async fn copy(workspace: &Workspace, pipeline: &Pipeline, outcomes: &[Outcome]) -> Result<Vec<String>> {
    let written = outcomes.iter().filter(|outcome| outcome.kind == Kind::Table);
    let copies = written.map(async |outcome| {
        let model = pipeline.compiled.model(&outcome.name)?;
        let table = table(model);
        let (from, to) = (pipeline.staged(model), place(&table, pipeline.period, &pipeline.run_id));
        if from != to {
            workspace.output.copy(&from, &to).await?;
        }
        Ok(table)
    });
    stream::iter(copies).buffered(COPIES).try_collect().await
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
