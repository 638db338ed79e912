//! What is remembered of a closed month that failed: it would fail again, and is not run until something has changed.

use serde::{Deserialize, Serialize};

use super::outcome::{Idle, Outcome, Status};
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
    pub(super) fn new(run: &RunRecord, is_by_payer: bool, outcomes: &[Outcome]) -> Option<Self> {
        let errors = || {
            outcomes.iter().filter_map(|outcome| match &outcome.status {
                Status::Error(error) => Some(error.as_ref()),
                _ => None,
            })
        };
        let passes = |error: &Error| matches!(error.kind(), ErrorKind::Later | ErrorKind::Environment);
        if errors().any(passes) {
            return None;
        }
        let is_cause = |status: &Status| status.is_bad() && !matches!(status, Status::Skipped(_));
        let mut causes = outcomes.iter().filter(|outcome| is_cause(&outcome.status)).peekable();
        causes.peek()?;
        Some(Self {
            run_id: run.run_id.clone(),
            delivery: run.delivery.clone(),
            models: run.models.clone(),
            settings: run.settings.clone(),
            build: run.build.clone(),
            command: run.command.clone(),
            is_by_payer,
            is_broken: errors().next().is_some(),
            steps: causes.map(|outcome| format!("{} `{}`", outcome.kind.name(), outcome.name)).collect(),
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
    pub(super) async fn keep(&self, workspace: &Workspace, period: Period) -> Result<()> {
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
    pub(super) async fn forget(output: &Location, period: Period) -> Result<()> {
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

fn is_closed(workspace: &Workspace, period: Period) -> bool {
    workspace.job.run_date >= format!("{}-01", period.next())
}

fn path(period: Period) -> String {
    format!("{PRIVATE}/failed/{period}.json")
}
