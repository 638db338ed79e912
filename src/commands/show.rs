//! `show MODEL`: runs a model with all that it reads, and keeps nothing of it.

use crate::common::error::{Error, Result};
use crate::compile::Materialization;
use crate::engine::Answer;
use crate::planned_run::{PlannedRun, WantedReport, Workspace};

/// The first `limit` rows of `model` in the newest wanted period.
///
/// # Errors
/// When there is no such model, or anything it reads fails.
pub async fn show(workspace: &Workspace, model: &str, limit: usize) -> Result<Answer> {
    let WantedReport { report, wanted, .. } = workspace.report().await?;
    let period = wanted.last().copied().ok_or_else(|| Error::bug("no period was picked"))?;
    let planned = PlannedRun::ready(workspace, &report, period).await?;
    planned.planner.check_bills(&workspace.bills(&report, period)?).await?;
    let answer = run(&planned, model, limit).await;
    let tidied = planned.executor.tidy().await;
    workspace.output.remove(&planned.staging()).await?;
    tidied?;
    answer
}

async fn run(planned: &PlannedRun, model: &str, limit: usize) -> Result<Answer> {
    let wanted = planned.compiled.model(model)?;
    let ancestors = planned.compiled.ancestors(model);
    let tables = planned.in_order().filter(|model| model.materialization == Materialization::Table);
    for parent in tables.filter(|model| ancestors.contains(&model.name)) {
        planned.write(parent).await?;
    }
    planned.rows_of(wanted, limit).await
}
