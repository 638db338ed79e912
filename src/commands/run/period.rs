//! One period, run and published under a lease, or tested as it is published.

use std::time::Duration;

use tracing::{Instrument, info_span};

use super::outcome::{Event, PeriodReport, Progress};
use super::{BuildJob, RunScope};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::compile;
use crate::planned_run::Workspace;
use crate::publish::{Lease, Publication, RunRecord, layout};

/// How long a stopped run waits for writes that it let go of.
const SETTLE: Duration = Duration::from_millis(200);

/// How long a stopped run may take to tidy up, as a store that does not answer must not keep it.
const TIDY: Duration = Duration::from_secs(6);

/// How often a run starts over because the report changed while it was read.
const ATTEMPTS: usize = 3;

/// The build of one period.
pub(super) struct PeriodBuild<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) job: &'a BuildJob,
    pub(super) progress: &'a dyn Progress,
    pub(super) period: Period,
}

impl PeriodBuild<'_> {
    /// Runs and publishes the period, or tests what is published of it.
    pub(super) async fn run(&self) -> Result<PeriodReport> {
        let Self { workspace, job, period, .. } = *self;
        job.stop.check()?;
        let output = &workspace.output;
        if job.scope == RunScope::Test {
            let (report, before) = (workspace.delivered().await?, Publication::read(output, period).await?);
            let (planned, report) = self.attempt(&report, &before).await?;
            self.leave(&planned).await;
            let _ = output.remove(&planned.staging()).await;
            return Ok(report);
        }
        if job.scope == RunScope::Plan {
            let planned = self.plan().await;
            if planned.is_err() && job.stop.asked().is_some() {
                let _ = tokio::time::timeout(TIDY, self.remove_written()).await;
            }
            return planned;
        }
        let mut lease = Lease::take(output, period, &workspace.job.run_id).await?;
        let mut built = self.run_leased(&mut lease).await;
        let has_failed = built.as_ref().map_or(true, |report| !report.is_whole());
        if has_failed && let Err(lost) = lease.confirm().await {
            // Whoever has taken over has removed what this run wrote, so that it could not but fail.
            built = Err(lost);
        }
        if built.is_err() && job.stop.asked().is_some() {
            // The next run removes what cannot be removed now, and a lease that is not released runs out.
            let _ = tokio::time::timeout(TIDY, async {
                self.remove_written().await;
                lease.release().await;
            })
            .await;
        } else {
            lease.release().await;
        }
        built
    }

    /// Removes what a stopped run has written. A write that was let go of may still end a moment later.
    async fn remove_written(&self) {
        let (output, run_id) = (&self.workspace.output, &self.workspace.job.run_id);
        // Steps on the way are published where they were written; what cannot be told is left to the next run.
        let published = Publication::read(output, self.period).await;
        if !published.is_ok_and(|published| published.tables().all(|table| table.run.run_id != *run_id)) {
            return;
        }
        let written = layout::of_run(self.period, run_id);
        let _ = output.remove(&written).await;
        tokio::time::sleep(SETTLE).await;
        let _ = output.remove(&written).await;
    }

    /// Runs and publishes; starts over when the report changes meanwhile, so that no run mixes two deliveries.
    async fn run_leased(&self, lease: &mut Lease) -> Result<PeriodReport> {
        let Self { workspace, job, progress, period } = *self;
        let output = &workspace.output;
        if Publication::is_locked(output, period).await? {
            return Err(Publication::locked(output, period));
        }
        let before = lease.publication().clone();
        job.stop.or(lease.tidy()).await?;
        for attempt in 1..=ATTEMPTS {
            let delivered = job.stop.or(workspace.delivered()).await?;
            let run = workspace.record(&delivered, period, self.command())?;
            if let Some(report) = self.nothing_to_do(&delivered, &before, &run).await? {
                return Ok(report);
            }
            let (planned, report) = self.attempt(&delivered, &before).await?;
            let run = RunRecord { models: compile::hash(&workspace.project, &planned.compiled), ..run };
            if !report.is_whole() {
                self.leave(&planned).await;
                // Why a model failed says more than why nothing could be tidied up after it.
                let _ = output.remove(&planned.staging()).await;
                if lease.confirm().await.is_ok() {
                    let _ = self.remember_failure(&report, &run).await;
                }
                return Ok(report);
            }
            let now = job.stop.or(workspace.delivered()).await?;
            if workspace.record(&now, period, self.command())?.delivery == run.delivery {
                let published = self.publish_tables(&planned, lease, report, &run);
                return published.instrument(info_span!("publish")).await;
            }
            self.leave(&planned).await;
            progress.event(Event::Warning(format!(
                "the report of {period} changed while it was being read (attempt {attempt} of {ATTEMPTS})"
            )));
            output.remove(&planned.staging()).await?;
        }
        Err(Error::later(format!("the report of {period} keeps changing while it is being read"))
            .hint("run again once AWS has delivered it; nothing was published"))
    }

    /// The command as it is kept. Whoever left tests out has not tested.
    pub(super) fn command(&self) -> &'static str {
        let is_tested = matches!(self.job.scope, RunScope::Build | RunScope::Plan);
        if is_tested && self.job.selection.is_everything() { "build" } else { "run" }
    }
}
