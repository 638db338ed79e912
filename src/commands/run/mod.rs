//! `build`, `run` and `test`: runs models and tests in graph order and publishes what is whole.

mod attempt;
mod differences;
mod execute;
mod failed;
mod idle;
mod keep;
mod outcome;
mod period;
mod plan;
mod publish;
mod publish_plan;
mod results;
mod spans;
mod steps;
mod stop;
mod summary;

pub use differences::Difference;
use outcome::WarnsOnce;
pub use outcome::{Answered, Event, Idle, Outcome, PeriodReport, Progress, Status, StepKind};
use period::PeriodBuild;
pub use plan::{Planned, Verdict};
pub use publish_plan::{PublishedPlan, only_plan, publish_plan, vars_of_plan};
pub use results::run_results;
pub use stop::{Signal, Stop};
use tokio::runtime::Handle;
use tracing::{Instrument, info_span};

use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::select::Selection;
use crate::planned_run::{RestatementState, WantedReport, Workspace};

/// What is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunScope {
    /// Models only.
    Run,
    /// Tests only, on what is published.
    Test,
    /// Models and tests, each test right after its models.
    Build,
    /// As `Build`, but nothing is published.
    Plan,
}

impl RunScope {
    /// The command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Test => "test",
            Self::Build => "build",
            Self::Plan => "plan",
        }
    }
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

/// Builds every wanted period, oldest first, and before them those whose report has changed since they were published,
/// if no period is named. Of what these come to nothing hinders the wanted ones.
///
/// # Errors
/// What is wrong before any period begins: the report, or the periods. The last report has what ended the build.
pub async fn build(workspace: &Workspace, job: &BuildJob, progress: &dyn Progress) -> Result<Vec<PeriodReport>> {
    let progress = &WarnsOnce::new(progress);
    let found = job.stop.or(workspace.report().instrument(info_span!("report"))).await?;
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
        let span = spans::of_month(period);
        // In a box: futures inside of futures become too deep for the compiler.
        let month = Box::pin(async { PeriodBuild { workspace, job, progress, period }.run().await });
        let built = month.instrument(span.clone()).await;
        spans::end_month(&span, &built);
        let goes_on = built.is_ok() || is_restatement && job.stop.asked().is_none();
        let report = built.unwrap_or_else(|error| {
            let error = if is_restatement { error.while_doing(format!("running {period} again")) } else { error };
            PeriodReport { error: Some(error), ..PeriodReport::of(period) }
        });
        reports.push(PeriodReport { delivered_at: found.report.delivered_at(period), ..report });
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
    let is_publishing = matches!(job.scope, RunScope::Run | RunScope::Build);
    if !is_publishing || !job.selection.is_everything() || workspace.job.periods != Periods::Newest {
        return Ok(Vec::new());
    }
    let restatements = workspace.restatements(found).await?;
    let teller = workspace.teller()?;
    for restatement in &restatements {
        progress.event(Event::Restatement(restatement));
        if let RestatementState::Locked(delivery) = &restatement.state {
            teller.owe_locked_month_changed(restatement.period, &restatement.run_id, delivery).await?;
        }
    }
    let is_run = restatements.iter().filter(|restatement| restatement.is_run());
    let periods: Vec<Period> = is_run.map(|restatement| restatement.period).collect();
    if let (Some(newest), false) = (found.wanted.last(), periods.is_empty()) {
        // What is wrong with the project is said once, and not again for each month.
        workspace.compile(*newest)?;
    }
    Ok(periods)
}
