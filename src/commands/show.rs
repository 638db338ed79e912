//! `show MODEL`: runs a model with all that it reads, and keeps nothing of it.

use crate::common::error::{Error, Result};
use crate::compile::Materialization;
use crate::engine::Answer;
use crate::pipeline::{Pipeline, WantedReport, Workspace};

/// The first `limit` rows of `model` in the newest wanted period.
///
/// # Errors
/// When there is no such model, or anything it reads fails.
pub async fn show(workspace: &Workspace, model: &str, limit: usize) -> Result<Answer> {
    let WantedReport { report, wanted, .. } = workspace.report().await?;
    let period = wanted.last().copied().ok_or_else(|| Error::bug("no period was picked"))?;
    let pipeline = Pipeline::prepare(workspace, &report, period).await?;
    pipeline.engine.check_bills(&workspace.bills(&report, period)?).await?;
    let answer = run(&pipeline, model, limit).await;
    workspace.output.remove(&pipeline.staging()).await?;
    answer
}

async fn run(pipeline: &Pipeline, model: &str, limit: usize) -> Result<Answer> {
    let wanted = pipeline.compiled.model(model)?;
    let ancestors = pipeline.compiled.ancestors(model);
    let is_table =
        |name: &str| pipeline.compiled.models.get(name).is_some_and(|m| m.materialization == Materialization::Table);
    for parent in pipeline.in_order().filter(|m| ancestors.contains(&m.name) && is_table(&m.name)) {
        pipeline.write(parent).await?;
    }
    pipeline.rows_of(wanted, limit).await
}
