//! Closed months whose report has changed since they were published: credits, refunds, support, taxes.
//!
//! Only the report counts. Whoever changes models or settings decides himself which months are to follow.

use std::collections::BTreeSet;
use std::fmt;

use futures::{StreamExt, TryStreamExt, stream};

use super::workspace::{WantedReport, Workspace};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::cur::Report;
use crate::publish::Publication;
use crate::publish::RunRecord;

/// How many periods are looked at at the same time.
const AT_ONCE: usize = 8;

/// A published period whose report has changed.
#[derive(Debug)]
pub struct Restatement {
    /// The period.
    pub period: Period,
    /// The run that is published.
    pub run_id: String,
    /// What that means.
    pub state: RestatementState,
}

/// What is to be said of a published period whose report has changed.
#[derive(Debug)]
pub enum RestatementState {
    /// It is run again; what besides the report would be another in the new run.
    Changed(Vec<&'static str>),
    /// No run may replace it; the hash is of the report that it is not made of.
    Locked(String),
    /// The report is that of the run of this name, which was rolled back.
    RolledBack(String),
    /// Whether the report has changed cannot be told.
    Unknown(Box<Error>),
}

impl Restatement {
    /// Whether the period is run again.
    pub fn is_run(&self) -> bool {
        matches!(self.state, RestatementState::Changed(_))
    }
}

impl fmt::Display for Restatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { period, run_id, state } = self;
        match state {
            RestatementState::Changed(others) if others.is_empty() => {
                write!(f, "{period}: the report has changed since run {run_id}; the month is run again")
            }
            RestatementState::Changed(others) => {
                let others = others.join(" and ");
                write!(
                    f,
                    "{period}: the report has changed since run {run_id}, and so have {others}; the month is run again"
                )
            }
            RestatementState::Locked(_) => write!(
                f,
                "{period} is locked, but its report has changed since run {run_id}: `apportion unlock --period \
                 {period}` lets the next run take it"
            ),
            RestatementState::RolledBack(from) => write!(
                f,
                "{period}: run {from} was rolled back to run {run_id}, and its report has not changed since; it stays \
                 (`--period {period}` runs it)"
            ),
            RestatementState::Unknown(error) => write!(
                f,
                "{period}: cannot tell whether the report has changed since it was published: {}",
                error.message()
            ),
        }
    }
}

impl Workspace {
    /// The published periods, but for the wanted ones, whose report is another than when they were published; oldest
    /// first. What has gone from the report is none of them.
    ///
    /// It costs one list of the output, and one object for each published period.
    ///
    /// # Errors
    /// When the output cannot be listed.
    pub async fn restatements(&self, found: &WantedReport) -> Result<Vec<Restatement>> {
        let published: BTreeSet<Period> = Publication::periods(&self.output).await?.into_iter().collect();
        let closed =
            published.into_iter().filter(|month| found.present.contains(month) && !found.wanted.contains(month));
        let looked_at = closed.map(|period| self.state(&found.report, period));
        let changed: Vec<Option<Restatement>> = stream::iter(looked_at).buffered(AT_ONCE).try_collect().await?;
        Ok(changed.into_iter().flatten().collect())
    }

    /// What has become of a published `period` since.
    async fn state(&self, report: &Report, period: Period) -> Result<Option<Restatement>> {
        let published = match Publication::read(&self.output, period).await {
            Ok(published) => published,
            Err(error) => return told(period, None, RestatementState::Unknown(Box::new(error))),
        };
        let Some(run) = published.newest() else { return Ok(None) };
        let now = match self.record(report, period, &run.command) {
            Ok(now) => now,
            Err(error) => return told(period, Some(run), RestatementState::Unknown(Box::new(error))),
        };
        if run.delivery == now.delivery {
            return Ok(None);
        }
        let later = published.rolled_back_from(&self.output).await?;
        let later = later.as_ref().and_then(Publication::newest).filter(|later| later.delivery == now.delivery);
        if let Some(later) = later {
            return told(period, Some(run), RestatementState::RolledBack(later.run_id.clone()));
        }
        if Publication::is_locked(&self.output, period).await? {
            return told(period, Some(run), RestatementState::Locked(now.delivery));
        }
        // What is wrong with the project is said by whoever runs it.
        let models = self.models_hash(period).unwrap_or_else(|_| run.models.clone());
        let now = RunRecord { models, ..now };
        let others = run.differences(&now).into_iter().filter(|what| *what != "report").collect();
        told(period, Some(run), RestatementState::Changed(others))
    }
}

/// What there is to tell of a published `period`.
fn told(period: Period, run: Option<&RunRecord>, state: RestatementState) -> Result<Option<Restatement>> {
    let run_id = run.map(|run| run.run_id.clone()).unwrap_or_default();
    Ok(Some(Restatement { period, run_id, state }))
}
