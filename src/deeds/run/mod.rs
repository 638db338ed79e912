//! `build`, `run` and `test`: runs models and tests in graph order and publishes what is whole.

mod execute;
mod outcome;
mod publish;
mod results;
mod steps;
mod stop;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

pub use outcome::{Event, Kind, Outcome, PeriodReport, Status, Watch};
pub use results::run_results;
pub use stop::{Signal, Stop};

use crate::compile::Materialization;
use crate::compile::select::Selection;
use crate::engine::publication::{Claim, RUNS};
use crate::engine::{Answer, Publication, Report};
use crate::pipeline::{Pipeline, Workspace, table};
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
    /// Whether to run a period, too, whose tables would come out as they are published.
    pub full_refresh: bool,
    /// Hears when it is to end early.
    pub stop: Stop,
}

/// How often a run starts over because the report changed while it was read.
const ATTEMPTS: usize = 3;

/// Builds every wanted period, oldest first; a period that fails does not stop the next.
///
/// # Errors
/// What is wrong before anything runs: the project, the report, the selection.
pub async fn build(workspace: &Workspace, job: &BuildJob, watch: &dyn Watch) -> Result<Vec<PeriodReport>> {
    let (report, periods) = job.stop.or(workspace.report()).await?;
    for name in &report.empty {
        watch.event(Event::Warning(format!("`{name}` has no bytes and is passed over")));
    }
    for words in report.remarks(&periods) {
        watch.event(Event::Warning(words));
    }
    let mut reports = Vec::new();
    for period in periods {
        job.stop.check()?;
        reports.push(build_period(workspace, period, job, watch).await?);
    }
    Ok(reports)
}

async fn build_period(
    workspace: &Workspace,
    period: Period,
    job: &BuildJob,
    watch: &dyn Watch,
) -> Result<PeriodReport> {
    let output = &workspace.output;
    if job.scope == Scope::Test {
        let (report, before) = (workspace.delivered().await?, Publication::read(output, period).await?);
        return Ok(run_period(workspace, &report, period, job, &before, watch).await?.1);
    }
    let claim = Claim::take(output, period, &workspace.job.run_id).await?;
    let built = build_claimed(workspace, period, job, &claim, watch).await;
    if built.is_err() && job.stop.asked().is_some() {
        // The next run removes what cannot be removed now.
        let _ = output.remove(&format!("{RUNS}/{period}/{}", workspace.job.run_id)).await;
    }
    claim.release().await;
    built
}

/// Runs and publishes `period`; starts over when the report changes meanwhile, so that no run mixes two deliveries.
async fn build_claimed(
    workspace: &Workspace,
    period: Period,
    job: &BuildJob,
    claim: &Claim,
    watch: &dyn Watch,
) -> Result<PeriodReport> {
    let output = &workspace.output;
    if Publication::is_locked(output, period).await? {
        return Err(Publication::locked(output, period));
    }
    let before = Publication::read(output, period).await?;
    job.stop.or(before.tidy(output)).await?;
    // Whoever left tests out has not tested.
    let command = if job.scope == Scope::Build && job.selection.is_everything() { "build" } else { "run" };
    for _ in 0..ATTEMPTS {
        let delivered = job.stop.or(workspace.delivered()).await?;
        let run = workspace.record(&delivered, period, command)?;
        if !job.full_refresh && job.selection.is_everything() && before.is_result_of(&run) {
            return unchanged(workspace, &delivered, period, &before).await;
        }
        let (pipeline, mut report) = run_period(workspace, &delivered, period, job, &before, watch).await?;
        if !report.is_whole() {
            // Why a model failed says more than why nothing could be tidied up after it.
            let _ = output.remove(&pipeline.staging()).await;
            return Ok(report);
        }
        if workspace.record(&job.stop.or(workspace.delivered()).await?, period, command)?.delivery == run.delivery {
            let tables = job.stop.or(publish::copy(workspace, &pipeline, &report.outcomes)).await?;
            // From here on nothing is let go of: a request that was sent may have been heard.
            let after = publish::publish(workspace, &tables, &before, claim, run).await?;
            after.remember(output).await?;
            after.tidy(output).await?;
            report.published = report.outcomes.iter().filter(|outcome| outcome.kind == Kind::Table).count();
            return Ok(report);
        }
        watch.event(Event::Warning(format!("the report of {period} has changed while it was read: starting over")));
        output.remove(&pipeline.staging()).await?;
    }
    Err(Error::environment(format!("the report of {period} keeps changing while it is read"))
        .hint("run again once AWS has delivered it; nothing was published"))
}

/// What there is to say of a period whose tables would come out as they are published.
async fn unchanged(
    workspace: &Workspace,
    delivered: &Report,
    period: Period,
    published: &Publication,
) -> Result<PeriodReport> {
    let started = Instant::now();
    let pipeline = Pipeline::prepare(workspace, delivered, period).await?;
    for model in pipeline.in_order() {
        if let Some(file) = published.file(&table(model)) {
            pipeline.read_published(model, &file).await?;
        }
    }
    let summary = answers(&pipeline).await?;
    let unchanged_since = published.newest().map(|run| run.run_id.clone());
    let seconds = started.elapsed().as_secs_f64();
    Ok(PeriodReport { period, outcomes: Vec::new(), published: 0, unchanged_since, summary, seconds })
}

/// Runs all steps; nothing is published yet.
async fn run_period(
    workspace: &Workspace,
    report: &Report,
    period: Period,
    job: &BuildJob,
    published: &Publication,
    watch: &dyn Watch,
) -> Result<(Arc<Pipeline>, PeriodReport)> {
    let started = Instant::now();
    let pipeline = Arc::new(job.stop.or(Pipeline::prepare(workspace, report, period)).await?);
    for words in &pipeline.compiled.logs {
        watch.event(Event::Said(words.clone()));
    }
    let selected = job.selection.pick(&pipeline.compiled)?;
    job.stop.or(read_unselected(&pipeline, published, job.scope, &selected)).await?;
    let steps = steps::plan(&pipeline.compiled, job.scope, &selected);
    watch.event(Event::Started { period, files: report.files_of(period)?.len(), steps: steps.len() });
    let threads = workspace.limits.threads.unwrap_or_else(available);
    let outcomes = execute::execute(&pipeline, steps, job, threads, watch).await;
    job.stop.check()?;
    let seconds = started.elapsed().as_secs_f64();
    let mut report =
        PeriodReport { period, outcomes, published: 0, unchanged_since: None, summary: Vec::new(), seconds };
    if report.is_whole() && is_complete(&pipeline, &selected, job.scope) {
        report.summary = job.stop.or(answers(&pipeline)).await?;
    }
    Ok((pipeline, report))
}

fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Tables that are read but not run are read as they were published.
async fn read_unselected(
    pipeline: &Pipeline,
    published: &Publication,
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
        let Some(file) = published.file(&table(model)) else {
            return Err(Error::data(format!(
                "`{}` is read but was never published for {}",
                model.name, pipeline.period
            ))
            .hint("put a `+` before what you select, so that what it reads is run too")
            .hint("or run everything once: `apportion build`"));
        };
        pipeline.read_published(model, &file).await?;
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
