//! `build`, `run` and `test`: runs models and tests in graph order and publishes what is whole.

mod execute;
mod failed;
mod keep;
mod outcome;
mod publish;
mod results;
mod steps;
mod stop;
mod summary;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use failed::Failed;
use outcome::WarnsOnce;
pub use outcome::{Answered, Event, Idle, Outcome, PeriodReport, Progress, Status, StepKind};
pub use results::run_results;
pub use stop::{Signal, Stop};
use tokio::runtime::Handle;

use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::compile::select::Selection;
use crate::compile::{self, Materialization};
use crate::cur::Report;
use crate::planned_run::{PlannedRun, WantedReport, Workspace, table};
use crate::publish::Publication;
use crate::publish::{Lease, RunRecord, layout};

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunScope {
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
    pub scope: RunScope,
    /// Which of them.
    pub selection: Selection,
    /// How many rows of a failed test to keep.
    pub failing_rows: usize,
    /// Whether to run a period, too, whose tables would come out as they are published.
    pub full_refresh: bool,
    /// Where steps run. They may keep its threads busy for long, while signals, leases and the store are heard elsewhere.
    pub steps: Handle,
    /// Hears when it is to end early.
    pub stop: Stop,
}

/// How long a stopped run waits for writes that it let go of.
const SETTLE: Duration = Duration::from_millis(200);

/// How long a stopped run may take to tidy up, as a store that does not answer must not keep it.
const TIDY: Duration = Duration::from_secs(6);

/// How often a run starts over because the report changed while it was read.
const ATTEMPTS: usize = 3;

/// Builds every wanted period, oldest first, and before them those whose report has changed since they were published,
/// if no period is named. Of what these come to nothing hinders the wanted ones.
///
/// # Errors
/// What is wrong before any period begins: the report, or the periods. The last report has what ended the build.
pub async fn build(workspace: &Workspace, job: &BuildJob, progress: &dyn Progress) -> Result<Vec<PeriodReport>> {
    let progress = &WarnsOnce::new(progress);
    let found = job.stop.or(workspace.report()).await?;
    for name in &found.report.empty {
        progress.event(Event::Warning(format!("`{name}` has 0 bytes and is skipped")));
    }
    let restatements = job.stop.or(restatements(workspace, &found, job, progress)).await?;
    let periods: Vec<Period> = restatements.iter().chain(&found.wanted).copied().collect();
    for words in found.report.remarks(&periods) {
        progress.event(Event::Warning(words));
    }
    let mut reports = Vec::new();
    for period in periods {
        let is_restatement = restatements.contains(&period);
        let built = build_period(workspace, period, job, progress).await;
        let goes_on = built.is_ok() || is_restatement && job.stop.asked().is_none();
        reports.push(built.unwrap_or_else(|error| {
            let error = if is_restatement { error.while_doing(format!("running {period} again")) } else { error };
            PeriodReport { error: Some(error), ..PeriodReport::of(period) }
        }));
        if !goes_on {
            break;
        }
    }
    Ok(reports)
}

/// The closed months that are to be run again. Only a whole build of the newest period looks for them.
async fn restatements(
    workspace: &Workspace,
    found: &WantedReport,
    job: &BuildJob,
    progress: &dyn Progress,
) -> Result<Vec<Period>> {
    if job.scope == RunScope::Test || !job.selection.is_everything() || workspace.job.periods != Periods::Newest {
        return Ok(Vec::new());
    }
    let restatements = workspace.restatements(found).await?;
    for restatement in &restatements {
        progress.event(Event::Restatement(restatement));
    }
    let is_run = restatements.iter().filter(|restatement| restatement.is_run());
    let periods: Vec<Period> = is_run.map(|restatement| restatement.period).collect();
    if let (Some(newest), false) = (found.wanted.last(), periods.is_empty()) {
        // What is wrong with the project is said once, and not again for each month.
        workspace.compile(*newest)?;
    }
    Ok(periods)
}

async fn build_period(
    workspace: &Workspace,
    period: Period,
    job: &BuildJob,
    progress: &dyn Progress,
) -> Result<PeriodReport> {
    job.stop.check()?;
    let output = &workspace.output;
    if job.scope == RunScope::Test {
        let (report, before) = (workspace.delivered().await?, Publication::read(output, period).await?);
        return Ok(run_period(workspace, &report, period, job, &before, progress).await?.1);
    }
    let mut lease = Lease::take(output, period, &workspace.job.run_id).await?;
    let mut built = build_leased(workspace, period, job, &mut lease, progress).await;
    let has_failed = built.as_ref().map_or(true, |report| !report.is_whole());
    if has_failed && let Err(lost) = lease.confirm().await {
        // Whoever has taken over has removed what this run wrote, so that it could not but fail.
        built = Err(lost);
    }
    if built.is_err() && job.stop.asked().is_some() {
        // The next run removes what cannot be removed now, and a lease that is not released runs out.
        let _ = tokio::time::timeout(TIDY, async {
            remove_written(workspace, period).await;
            lease.release().await;
        })
        .await;
    } else {
        lease.release().await;
    }
    built
}

/// Removes what a stopped run has written. A write that was let go of may still end a moment later.
async fn remove_written(workspace: &Workspace, period: Period) {
    // Steps on the way are published where they were written; what cannot be told is left to the next run.
    let published = Publication::read(&workspace.output, period).await;
    if !published.is_ok_and(|published| published.tables().all(|table| table.run.run_id != workspace.job.run_id)) {
        return;
    }
    let written = layout::of_run(period, &workspace.job.run_id);
    let _ = workspace.output.remove(&written).await;
    tokio::time::sleep(SETTLE).await;
    let _ = workspace.output.remove(&written).await;
}

/// Runs and publishes `period`; starts over when the report changes meanwhile, so that no run mixes two deliveries.
async fn build_leased(
    workspace: &Workspace,
    period: Period,
    job: &BuildJob,
    lease: &mut Lease,
    progress: &dyn Progress,
) -> Result<PeriodReport> {
    let output = &workspace.output;
    if Publication::is_locked(output, period).await? {
        return Err(Publication::locked(output, period));
    }
    let before = lease.publication().clone();
    job.stop.or(lease.tidy()).await?;
    // Whoever left tests out has not tested.
    let command = if job.scope == RunScope::Build && job.selection.is_everything() { "build" } else { "run" };
    for attempt in 1..=ATTEMPTS {
        let delivered = job.stop.or(workspace.delivered()).await?;
        let run = workspace.record(&delivered, period, command)?;
        if let Some(report) = nothing_to_do(workspace, &delivered, period, job, &before, &run).await? {
            return Ok(report);
        }
        let (planned, report) = run_period(workspace, &delivered, period, job, &before, progress).await?;
        let run = RunRecord { models: compile::hash(&workspace.project, &planned.compiled), ..run };
        if !report.is_whole() {
            // Why a model failed says more than why nothing could be tidied up after it.
            let _ = output.remove(&planned.staging()).await;
            if lease.confirm().await.is_ok() {
                let _ = remember_failure(workspace, period, job, &report, &run).await;
            }
            return Ok(report);
        }
        if workspace.record(&job.stop.or(workspace.delivered()).await?, period, command)?.delivery == run.delivery {
            return publish_tables(workspace, &planned, job, lease, report, &run, progress).await;
        }
        progress.event(Event::Warning(format!(
            "the report of {period} changed while it was being read (attempt {attempt} of {ATTEMPTS})"
        )));
        output.remove(&planned.staging()).await?;
    }
    Err(Error::later(format!("the report of {period} keeps changing while it is being read"))
        .hint("run again once AWS has delivered it; nothing was published"))
}

/// What there is to say instead of `run`, if it would come out as what is published, or fail as it did before. Of `run`
/// all is known but its models, which take longer.
async fn nothing_to_do(
    workspace: &Workspace,
    delivered: &Report,
    period: Period,
    job: &BuildJob,
    before: &Publication,
    run: &RunRecord,
) -> Result<Option<PeriodReport>> {
    if job.full_refresh || !job.selection.is_everything() {
        return Ok(None);
    }
    let failed = Failed::read(workspace, period).await?.filter(|failed| failed.may_be(run, workspace.is_by_payer()));
    if before.is_empty() && failed.is_none() {
        return Ok(None);
    }
    let run = RunRecord { models: workspace.models_hash(period)?, ..run.clone() };
    if before.is_result_of(&run) {
        return unchanged(workspace, delivered, period, before).await.map(Some);
    }
    let idle = match job.stop.or(rolled_back(workspace, before, &run)).await? {
        None => failed.and_then(|failed| failed.repeats(&run.models)),
        idle => idle,
    };
    Ok(idle.map(|idle| PeriodReport { idle: Some(idle), ..PeriodReport::of(period) }))
}

/// Keeps that `run` of a whole project has failed; forgets what was kept if it has not.
async fn remember_failure(
    workspace: &Workspace,
    period: Period,
    job: &BuildJob,
    report: &PeriodReport,
    run: &RunRecord,
) -> Result<()> {
    if !job.selection.is_everything() {
        return Ok(());
    }
    match Failed::new(run, workspace.is_by_payer(), &report.outcomes) {
        Some(failed) => failed.keep(workspace, period).await,
        None if Failed::read(workspace, period).await?.is_some() => Failed::forget(&workspace.output, period).await,
        None => Ok(()),
    }
}

/// Has readers see the tables of `run`.
async fn publish_tables(
    workspace: &Workspace,
    planned: &PlannedRun,
    job: &BuildJob,
    lease: &mut Lease,
    mut report: PeriodReport,
    run: &RunRecord,
    progress: &dyn Progress,
) -> Result<PeriodReport> {
    let kept = job.stop.or(keep::keep(planned, lease.publication(), &report.outcomes)).await?;
    let tables = job.stop.or(publish::copy(workspace, planned, &report.outcomes, &kept, run)).await?;
    // From here on nothing is let go of: a request that was sent may have been heard.
    publish::publish(lease, tables).await?;
    // Readers see it: what fails now is the next run's to do, and no failure of this one.
    let tidied = match lease.note_and_tidy().await {
        Ok(()) => remember_failure(workspace, report.period, job, &report, run).await,
        untidy => untidy,
    };
    if let Err(error) = tidied {
        progress.event(Event::Warning(format!(
            "{} is published, but not everything was tidied up; the next run does the rest: {}",
            report.period,
            error.message()
        )));
    }
    report.kept_payers = kept.payers.into_iter().collect();
    report.published = report.outcomes.iter().filter(|outcome| outcome.kind == StepKind::Table).count();
    Ok(report)
}

/// What there is to say of a period whose tables would come out as they are published.
async fn unchanged(
    workspace: &Workspace,
    delivered: &Report,
    period: Period,
    published: &Publication,
) -> Result<PeriodReport> {
    let started = Instant::now();
    let planned = PlannedRun::prepare(workspace, delivered, period).await?;
    for model in planned.in_order() {
        if let Some(files) = published.files(&table(model)) {
            planned.read_published(model, &files).await?;
        }
    }
    let summary = summary::answers(&planned).await?;
    let idle = published.newest().map(|run| Idle::Published(run.run_id.clone()));
    let seconds = started.elapsed().as_secs_f64();
    let compiled = Some(planned.compiled);
    Ok(PeriodReport { compiled, idle, summary, seconds, ..PeriodReport::of(period) })
}

/// Why `run` has nothing to do if somebody has taken back what it would publish. Whoever names the period wants it.
async fn rolled_back(workspace: &Workspace, before: &Publication, run: &RunRecord) -> Result<Option<Idle>> {
    if workspace.job.periods != Periods::Newest {
        return Ok(None);
    }
    let from = before.rolled_back_from(&workspace.output).await?.filter(|from| from.is_result_of(run));
    let runs = from.as_ref().and_then(Publication::newest).zip(before.newest());
    Ok(runs.map(|(from, to)| Idle::RolledBack { from: from.run_id.clone(), to: to.run_id.clone() }))
}

/// Runs all steps; nothing is published yet.
async fn run_period(
    workspace: &Workspace,
    report: &Report,
    period: Period,
    job: &BuildJob,
    published: &Publication,
    progress: &dyn Progress,
) -> Result<(Arc<PlannedRun>, PeriodReport)> {
    let started = Instant::now();
    let planned = Arc::new(job.stop.or(PlannedRun::prepare(workspace, report, period)).await?);
    if job.scope != RunScope::Test {
        let bills = workspace.bills(report, period)?;
        job.stop.or(planned.planner.check_bills(&bills)).await?;
        for words in &planned.without {
            progress.event(Event::Warning(words.clone()));
        }
    }
    for words in &planned.compiled.logs {
        progress.event(Event::Said(words.clone()));
    }
    let selected = job.selection.pick(&planned.compiled)?;
    job.stop.or(read_unselected(&planned, published, job.scope, &selected)).await?;
    let steps = steps::plan(&planned.compiled, job.scope, &selected);
    progress.event(Event::Started { period, files: report.files_of(period)?.len(), steps: steps.len() });
    let threads = workspace.limits.threads.unwrap_or_else(available);
    let outcomes = execute::execute(&planned, steps, job, threads, progress).await;
    job.stop.check()?;
    let seconds = started.elapsed().as_secs_f64();
    let compiled = Some(Arc::clone(&planned.compiled));
    let mut report = PeriodReport { compiled, outcomes, seconds, ..PeriodReport::of(period) };
    if report.is_whole() && is_complete(&planned, &selected, job.scope) {
        report.summary = job.stop.or(summary::answers(&planned)).await?;
        report.summary.extend(job.stop.or(summary::changes(&planned, published, progress)).await?);
    }
    Ok((planned, report))
}

fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Tables that are read but not run are read as they were published.
async fn read_unselected(
    planned: &PlannedRun,
    published: &Publication,
    scope: RunScope,
    selected: &BTreeSet<String>,
) -> Result<()> {
    let runs = |name: &str| scope != RunScope::Test && selected.contains(name);
    let mut needed: BTreeSet<String> = BTreeSet::new();
    for name in selected {
        let tests = planned.compiled.data_tests.iter().filter(|test| test.name == *name);
        // When only tests are run, a model is read because a test reads it.
        let model = (scope != RunScope::Test).then_some(name);
        for name in tests.flat_map(|test| &test.sql.refs).chain(model) {
            needed.extend(planned.compiled.ancestors(name));
            if !runs(name) {
                needed.insert(name.clone());
            }
        }
    }
    for model in planned.in_order() {
        let is_read = needed.contains(&model.name) && !runs(&model.name);
        if !is_read || model.materialization != Materialization::Table {
            continue;
        }
        let Some(files) = published.files(&table(model)) else {
            return Err(Error::data(format!(
                "`{}` is read but was never published for {}",
                model.name, planned.period
            ))
            .hint("put a `+` before what you select, so that what it reads is run too")
            .hint("or run everything once: `apportion build`"));
        };
        planned.read_published(model, &files).await?;
    }
    Ok(())
}

/// Whether all that the summary's questions read has been run.
fn is_complete(planned: &PlannedRun, selected: &BTreeSet<String>, scope: RunScope) -> bool {
    scope != RunScope::Test && planned.compiled.models.keys().all(|name| selected.contains(name))
}
