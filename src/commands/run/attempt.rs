//! One attempt at a period: its steps on the report as it is delivered. Nothing is published yet.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tracing::{Instrument, info_span};

use super::outcome::{Event, PeriodReport};
use super::period::PeriodBuild;
use super::{RunScope, execute, steps, summary};
use crate::common::error::{Error, Result};
use crate::compile::{Compiled, Materialization};
use crate::cur::Report;
use crate::planned_run::{PlannedRun, table};
use crate::publish::Publication;

impl PeriodBuild<'_> {
    /// Runs all steps on the `delivered` report.
    pub(super) async fn attempt(
        &self,
        delivered: &Report,
        published: &Publication,
    ) -> Result<(Arc<PlannedRun>, PeriodReport)> {
        let Self { workspace, job, period, .. } = *self;
        let planned = Arc::new(
            job.stop.or(PlannedRun::ready(workspace, delivered, period).instrument(info_span!("plan"))).await?,
        );
        match self.attempt_on(&planned, delivered, published).await {
            Ok(report) => Ok((planned, report)),
            Err(error) => {
                self.leave(&planned).await;
                Err(error)
            }
        }
    }

    /// Lets go of what still runs elsewhere for `planned`, and of what was made for it alone.
    pub(super) async fn leave(&self, planned: &PlannedRun) {
        planned.executor.stop().await;
        if self.job.stop.asked().is_none()
            && let Err(error) = planned.executor.tidy().await
        {
            self.progress.event(Event::Warning(format!("not everything was tidied up: {}", error.message())));
        }
    }

    async fn attempt_on(
        &self,
        planned: &Arc<PlannedRun>,
        delivered: &Report,
        published: &Publication,
    ) -> Result<PeriodReport> {
        let Self { workspace, job, progress, period } = *self;
        let started = Instant::now();
        if job.scope != RunScope::Test {
            let bills = workspace.bills(delivered, period)?;
            job.stop.or(planned.planner.check_bills(&bills)).await?;
            for words in &planned.without {
                progress.event(Event::Warning(words.clone()));
            }
        }
        for words in &planned.compiled.logs {
            progress.event(Event::Said(words.clone()));
        }
        let modified = match job.selection.wants_modified() {
            true => job.stop.or(workspace.modified(&planned.compiled, published)).await?,
            false => None,
        };
        let selected = job.selection.pick(&planned.compiled, modified.as_ref())?;
        job.stop.or(read_unselected(planned, published, job.scope, &selected)).await?;
        let steps = steps::plan(&planned.compiled, job.scope, &selected);
        progress.event(Event::Started { period, files: delivered.files_of(period)?.len(), steps: steps.len() });
        let threads = workspace.limits.threads.unwrap_or_else(available);
        let at_once = planned.executor.concurrency().unwrap_or(threads);
        let outcomes = execute::execute(planned, steps, job, at_once, progress).await;
        job.stop.check()?;
        let seconds = started.elapsed().as_secs_f64();
        let compiled = Some(Arc::clone(&planned.compiled));
        let mut report = PeriodReport { compiled, outcomes, seconds, ..PeriodReport::of(period) };
        if report.is_whole() && is_complete(planned, &selected, job.scope) {
            report.summary = job.stop.or(summary::answers(planned)).await?;
            let has_events = workspace.target()?.events.is_some();
            let changes = job.stop.or(summary::changes(planned, published, has_events, progress)).await?;
            report.summary.extend(changes.summary);
            report.accounts_changed = changes.accounts;
        }
        report.cost = planned.executor.cost();
        Ok(report)
    }
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
    let unselected = unselected(&planned.compiled, scope, selected);
    let tables = planned.in_order().filter(|model| model.materialization == Materialization::Table);
    for model in tables.filter(|model| unselected.contains(&model.name)) {
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

/// What `selected` models and tests read that is not run.
fn unselected(compiled: &Compiled, scope: RunScope, selected: &BTreeSet<String>) -> BTreeSet<String> {
    // When only tests are run, no model is, and one is read because a test reads it.
    let nothing = BTreeSet::new();
    let run = if scope == RunScope::Test { &nothing } else { selected };
    let mut read: BTreeSet<String> = BTreeSet::new();
    for name in selected {
        let tests = compiled.data_tests.iter().filter(|test| test.name == *name);
        for name in tests.flat_map(|test| &test.sql.refs).chain(run.get(name)) {
            read.extend(compiled.ancestors(name));
            read.insert(name.clone());
        }
    }
    read.retain(|name| !run.contains(name));
    read
}

/// Whether all that the summary's questions read has been run.
fn is_complete(planned: &PlannedRun, selected: &BTreeSet<String>, scope: RunScope) -> bool {
    matches!(scope, RunScope::Run | RunScope::Build)
        && planned.compiled.models.keys().all(|name| selected.contains(name))
}
