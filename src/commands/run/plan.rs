//! `plan`: a run that stops before the instant, and in what it differs from what is published.

use std::collections::BTreeSet;

use super::outcome::{Answered, Idle, PeriodReport};
use super::period::PeriodBuild;
use super::publish::{is_gone, written_tables};
use super::{keep, summary};
use crate::common::error::{Error, Result};
use crate::compile::{self, ProjectState};
use crate::engine::rows;
use crate::planned_run::PlannedRun;
use crate::project::Project;
use crate::publish::{Plan, Publication, RunRecord};

/// The question of `sql/plan/` that says by how much the cost of an account differs; it is not told.
const LARGEST: &str = "largest_difference";
/// The one that says which tables have other rows: it has nothing to say if none has.
const ROWS: &str = "rows";
/// Both, with what they say.
const DECIDING: [(&str, &str); 2] = [(ROWS, "which tables have other rows"), (LARGEST, "by how much at most")];

/// In what a planned run differs from what is published.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The run.
    pub run: RunRecord,
    /// The run that is published, if one is.
    pub before: Option<RunRecord>,
    /// The project, part by part.
    pub project: ProjectState,
    /// The project that the published run was made of, if that is known.
    pub project_before: Option<ProjectState>,
    /// The questions and answers of `sql/plan/`.
    pub answers: Vec<Answered>,
    /// How much differs.
    pub verdict: Verdict,
}

/// How much differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether any row of a result table would be another.
    pub is_changed: bool,
    /// By how much the real cost of an account would be another at most, in its currency.
    pub largest_difference: String,
}

impl PeriodBuild<'_> {
    /// Runs the period without a lease, and keeps what `publish` needs.
    pub(super) async fn plan(&self) -> Result<PeriodReport> {
        let Self { workspace, job, period, .. } = *self;
        let output = &workspace.output;
        let before = Publication::read(output, period).await?;
        let delivered = job.stop.or(workspace.delivered()).await?;
        let run = workspace.record(&delivered, period, self.command())?;
        if !job.full_refresh && !before.is_empty() {
            let run = RunRecord { models: workspace.models_hash(period)?, ..run.clone() };
            if let Some(published) = before.newest().filter(|_| before.is_result_of(&run)) {
                let idle = Some(Idle::Published(published.run_id.clone()));
                return Ok(PeriodReport { idle, ..PeriodReport::of(period) });
            }
        }
        if !before.is_empty() {
            check_questions(&workspace.project)?;
        }
        let (planned, report) = self.attempt(&delivered, &before).await?;
        let run = RunRecord { models: compile::hash(&workspace.project, &planned.compiled), ..run };
        let report = self.compared(&planned, report, &before, &run).await;
        self.leave(&planned).await;
        if report.as_ref().map_or(true, |report| report.planned.is_none()) {
            let _ = output.remove(&planned.staging()).await;
        }
        report
    }

    /// Adds to `report` in what `run` differs from what was published `before`, and keeps its plan, if it is whole.
    async fn compared(
        &self,
        planned: &PlannedRun,
        mut report: PeriodReport,
        before: &Publication,
        run: &RunRecord,
    ) -> Result<PeriodReport> {
        let Self { workspace, job, period, .. } = *self;
        if !report.is_whole() {
            return Ok(report);
        }
        let now = job.stop.or(workspace.delivered()).await?;
        if workspace.record(&now, period, self.command())?.delivery != run.delivery {
            return Err(Error::later(format!("the report of {period} changed while it was being read"))
                .hint("plan again once AWS has delivered it"));
        }
        let kept = job.stop.or(keep::keep(planned, before, &report.outcomes)).await?;
        let Answers { told, verdict, accounts_changed } = job.stop.or(answers(planned, before)).await?;
        let tables = written_tables(planned, &report.outcomes, &kept, run)?;
        let project = ProjectState::of(&workspace.project, &planned.compiled);
        job.stop.or(self.keep_project(Some(&project), run)).await?;
        let mut plan = Plan::new(before, run, tables, &workspace.job.vars);
        plan.accounts_changed = accounts_changed;
        plan.write(&workspace.output).await?;
        report.kept_payers = kept.payers.into_iter().collect();
        report.planned = Some(Planned {
            run: run.clone(),
            before: before.newest().cloned(),
            project,
            project_before: workspace.published_project(before).await?,
            answers: told,
            verdict,
        });
        Ok(report)
    }
}

/// What the questions are answered with.
struct Answers {
    /// The answers of `sql/plan/` that have something to say.
    told: Vec<Answered>,
    verdict: Verdict,
    /// How many accounts really cost otherwise, for the event of a publication.
    accounts_changed: Option<u64>,
}

async fn answers(planned: &PlannedRun, before: &Publication) -> Result<Answers> {
    let mut known = BTreeSet::new();
    let mut told = Vec::new();
    let (mut is_changed, mut largest_difference) = (None, None);
    if before.is_empty() {
        let verdict = Verdict { is_changed: true, largest_difference: "0".to_owned() };
        return Ok(Answers { told, verdict, accounts_changed: None });
    }
    for question in &planned.compiled.plan {
        let answer = summary::compare(planned, question, before, &mut known).await;
        let answer = answer.map_err(|error| error.while_doing(format!("answering `{}`", question.sql.file.path)))?;
        let name = bare(&question.name);
        if name == ROWS {
            is_changed = Some(answer.rows > 0);
        }
        if name == LARGEST {
            largest_difference = rows::texts(&answer.batches)?.into_iter().flatten().flatten().next();
        } else if answer.rows > 0 {
            told.push(summary::answered(question, answer));
        }
    }
    let is_gone = before.tables().any(|table| is_gone(planned, &table.table));
    let verdict = Verdict {
        is_changed: is_changed.ok_or_else(|| no_question(ROWS, DECIDING[0].1))? || is_gone,
        largest_difference: largest_difference.ok_or_else(|| no_question(LARGEST, DECIDING[1].1))?,
    };
    let accounts_changed = summary::accounts_changed(planned, before, &mut known).await?;
    Ok(Answers { told, verdict, accounts_changed })
}

/// Refuses, before anything runs, a project without the questions whose answers decide how a plan ends.
fn check_questions(project: &Project) -> Result<()> {
    let is_there = |name: &str| project.plan.iter().any(|file| bare(file.stem()) == name);
    let missing = DECIDING.iter().find(|(name, _)| !is_there(name));
    missing.map_or(Ok(()), |(name, says)| Err(no_question(name, says)))
}

/// The name of a question without its place among others.
fn bare(name: &str) -> &str {
    name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_')
}

fn no_question(name: &str, says: &str) -> Error {
    Error::user(format!("no question `sql/plan/{name}.sql` says {says}")).hint("`apportion init` brings one")
}
