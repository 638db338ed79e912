//! What is remembered of a closed month that failed: it would fail again, and is not run until something has changed.

use serde::{Deserialize, Serialize};

use super::outcome::{Idle, Outcome, PeriodReport, Status};
use super::period::PeriodBuild;
use crate::common::error::{Error, ErrorKind, Result};
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::publish::{PRIVATE, RunRecord};
use crate::storage::Location;

/// How many steps are named.
const NAMED: usize = 5;

/// A run of a month that came to nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Failed {
    run_id: String,
    delivery: String,
    models: String,
    settings: String,
    build: String,
    command: String,
    is_by_payer: bool,
    is_broken: bool,
    steps: Vec<String>,
}

impl Failed {
    /// What is kept of `run`; nothing if nothing failed, or if it may go well when it is simply repeated.
    fn new(run: &RunRecord, is_by_payer: bool, outcomes: &[Outcome]) -> Option<Self> {
        let mut is_broken = false;
        let mut steps = Vec::new();
        let bad = outcomes.iter().filter(|outcome| outcome.status.is_bad());
        for outcome in bad.filter(|outcome| !matches!(outcome.status, Status::Skipped(_))) {
            if let Status::Error(error) = &outcome.status {
                if matches!(error.kind(), ErrorKind::Later | ErrorKind::Environment) {
                    return None;
                }
                is_broken = true;
            }
            steps.push(format!("{} `{}`", outcome.kind.name(), outcome.name));
        }
        (!steps.is_empty()).then(|| Self {
            run_id: run.run_id.clone(),
            delivery: run.delivery.clone(),
            models: run.models.clone(),
            settings: run.settings.clone(),
            build: run.build.clone(),
            command: run.command.clone(),
            is_by_payer,
            is_broken,
            steps,
        })
    }

    /// What is kept of `period`, if it is over and its last run failed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn read(workspace: &Workspace, period: Period) -> Result<Option<Self>> {
        if !is_closed(workspace, period) {
            return Ok(None);
        }
        let found = workspace.output.get(&path(period)).await?;
        Ok(found.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()))
    }

    /// Keeps it, if `period` is over: in a month that goes on there is soon something new.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn keep(&self, workspace: &Workspace, period: Period) -> Result<()> {
        if !is_closed(workspace, period) {
            return Ok(());
        }
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|e| Error::bug("could not write a failure as JSON").caused_by(&e))?;
        workspace.output.put(&path(period), bytes.into()).await
    }

    /// Forgets it.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn forget(output: &Location, period: Period) -> Result<()> {
        output.delete(&output.path(&path(period))).await
    }

    /// Whether `run` is the same, but for its models, which take longer to be known.
    pub(super) fn may_be(&self, run: &RunRecord, is_by_payer: bool) -> bool {
        (&self.delivery, &self.settings, &self.build) == (&run.delivery, &run.settings, &run.build)
            && (&self.command, self.is_by_payer) == (&run.command, is_by_payer)
    }

    /// Why a run with these `models`, which may be the same, need not be tried.
    pub(super) fn repeats(&self, models: &str) -> Option<Idle> {
        (self.models == models).then(|| {
            let more = self.steps.len().saturating_sub(NAMED);
            let mut steps = self.steps[..self.steps.len() - more].join(", ");
            if more > 0 {
                steps.push_str(&format!(" and {more} more"));
            }
            Idle::Failed { run: self.run_id.clone(), is_broken: self.is_broken, steps }
        })
    }
}

impl PeriodBuild<'_> {
    /// Keeps that `run` of a whole project has failed; forgets what was kept if it has not.
    pub(super) async fn remember_failure(&self, report: &PeriodReport, run: &RunRecord) -> Result<()> {
        let Self { workspace, job, period, .. } = *self;
        if !job.selection.is_everything() {
            return Ok(());
        }
        match Failed::new(run, workspace.is_by_payer(), &report.outcomes) {
            Some(failed) => failed.keep(workspace, period).await,
            None if Failed::read(workspace, period).await?.is_some() => Failed::forget(&workspace.output, period).await,
            None => Ok(()),
        }
    }
}

fn is_closed(workspace: &Workspace, period: Period) -> bool {
    workspace.job.run_date >= format!("{}-01", period.next())
}

fn path(period: Period) -> String {
    format!("{PRIVATE}/failed/{period}.json")
}
