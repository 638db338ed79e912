//! `build`, `run` and `test`: runs models and tests in graph order and publishes what is whole.

mod execute;
mod outcome;
mod publish;
mod results;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

pub use outcome::{Event, Kind, Outcome, PeriodReport, Status, Watch};
pub use results::run_results;

use crate::compile::Materialization;
use crate::compile::select::Selection;
use crate::engine::{Answer, Report};
use crate::pipeline::{Pipeline, Workspace};
use crate::words::error::{Error, Result};
use crate::words::period::Period;

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Models only.
    Run,
    /// Tests only, on what is published.
    Test,
    /// Models and tests, each test right after its models.
    Build,
}

/// What a command asks for.
#[derive(Debug, Clone)]
pub struct BuildJob {
    /// Models, tests or both.
    pub scope: Scope,
    /// Which of them.
    pub selection: Selection,
    /// How many rows of a failed test to keep.
    pub failing_rows: usize,
}

/// Builds every wanted period, oldest first; a period that fails does not stop the next.
///
/// # Errors
/// What is wrong before anything runs: the project, the report, the selection.
pub async fn build(workspace: &Workspace, job: &BuildJob, watch: &dyn Watch) -> Result<Vec<PeriodReport>> {
    let (report, periods) = workspace.report().await?;
    for name in &report.empty {
        watch.event(Event::Warning(format!("`{name}` has no bytes and is passed over")));
    }
    let mut reports = Vec::new();
    for period in periods {
        reports.push(build_period(workspace, &report, period, job, watch).await?);
    }
    Ok(reports)
}

async fn build_period(
    workspace: &Workspace,
    report: &Report,
    period: Period,
    job: &BuildJob,
    watch: &dyn Watch,
) -> Result<PeriodReport> {
    let started = Instant::now();
    let pipeline = Arc::new(Pipeline::prepare(workspace, report, period).await?);
    for words in &pipeline.compiled.logs {
        watch.event(Event::Said(words.clone()));
    }
    let selected = job.selection.pick(&pipeline.compiled)?;
    read_unselected(&pipeline, workspace, job.scope, &selected).await?;
    let steps = steps::plan(&pipeline.compiled, job.scope, &selected);
    watch.event(Event::Started { period, files: report.files_of(period).len(), steps: steps.len() });
    let threads = workspace.limits.threads.unwrap_or_else(available);
    let outcomes = execute::execute(&pipeline, steps, job.failing_rows, threads, watch).await;
    let whole = outcomes.iter().all(|outcome| !outcome.status.is_bad());
    let result = if whole && job.scope != Scope::Test {
        publish::publish(&pipeline, &workspace.output, &outcomes).await
    } else {
        Ok(0)
    };
    let published = finish(&pipeline, workspace, result, whole).await?;
    let summary =
        if whole && is_complete(&pipeline, &selected, job.scope) { answers(&pipeline).await? } else { Vec::new() };
    if whole {
        workspace.output.remove(&format!("{}/{}", crate::pipeline::STAGING, workspace.job.run_id)).await?;
    }
    Ok(PeriodReport { period, outcomes, published, summary, seconds: started.elapsed().as_secs_f64() })
}

fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whatever happened, what was not published does not stay behind.
async fn finish(pipeline: &Pipeline, workspace: &Workspace, published: Result<usize>, whole: bool) -> Result<usize> {
    if published.as_ref().is_ok_and(|tables| *tables > 0) {
        return published;
    }
    match workspace.output.remove(&pipeline.staging).await {
        // Why a model failed says more than why nothing could be tidied up after it.
        Err(error) if whole && published.is_ok() => Err(error),
        _ => published,
    }
}

/// Tables that are read but not run are read as they were published.
async fn read_unselected(
    pipeline: &Pipeline,
    workspace: &Workspace,
    scope: Scope,
    selected: &BTreeSet<String>,
) -> Result<()> {
    let runs = |name: &str| scope != Scope::Test && selected.contains(name);
    let mut needed: BTreeSet<String> = BTreeSet::new();
    for name in selected {
        let tests = pipeline.compiled.data_tests.iter().filter(|test| test.name == *name);
        // When only tests are run, a model is read because a test reads it.
        let model = (scope != Scope::Test).then_some(name);
        for name in tests.flat_map(|test| &test.sql.refs).chain(model) {
            needed.extend(pipeline.compiled.ancestors(name));
            if !runs(name) {
                needed.insert(name.clone());
            }
        }
    }
    for model in pipeline.in_order() {
        let is_read = needed.contains(&model.name) && !runs(&model.name);
        if !is_read || model.materialization != Materialization::Table {
            continue;
        }
        if !workspace.output.exists(&pipeline.published(model)).await? {
            return Err(Error::data(format!(
                "`{}` is read but was never published for {}",
                model.name, pipeline.period
            ))
            .hint("put a `+` before what you select, so that what it reads is run too")
            .hint("or run everything once: `apportion build`"));
        }
        pipeline.read_published(model).await?;
    }
    Ok(())
}

/// Whether all that the summary's questions read has been run.
fn is_complete(pipeline: &Pipeline, selected: &BTreeSet<String>, scope: Scope) -> bool {
    scope != Scope::Test && pipeline.compiled.models.keys().all(|name| selected.contains(name))
}

async fn answers(pipeline: &Pipeline) -> Result<Vec<(String, Answer)>> {
    let mut answers = Vec::new();
    for question in &pipeline.compiled.summary {
        let answer = pipeline.select(&question.sql, 1_000).await?;
        answers.push((question.title.clone(), answer));
    }
    Ok(answers)
}
