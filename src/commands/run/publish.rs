//! Puts the tables of a run where readers look for them, all in one instant.

use bytes::Bytes;
use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream};

use super::keep::{self, KeptRows};
use super::outcome::{Event, Outcome, PeriodReport, StepKind};
use super::period::PeriodBuild;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::compile::{Compiled, ProjectState};
use crate::engine::Written;
use crate::planned_run::{PlannedRun, Workspace, table};
use crate::publish::{Lease, Publication, PublishedTable, RunRecord, WrittenFiles, layout};
use crate::readers::AthenaReaders;
use crate::storage::Location;

/// Copies that are asked for at a time: a bucket takes as long for a small file as for a large one.
const COPIES: usize = 8;

impl PeriodBuild<'_> {
    /// Has readers see the tables of `run`.
    pub(super) async fn publish_tables(
        &self,
        planned: &PlannedRun,
        lease: &mut Lease,
        mut report: PeriodReport,
        run: &RunRecord,
    ) -> Result<PeriodReport> {
        let (kept, tables) = match self.in_place(planned, lease, &report, run).await {
            Ok(made) => made,
            Err(error) => {
                self.leave(planned).await;
                return Err(error);
            }
        };
        // From here on nothing is let go of: a request that was sent may have been heard.
        let before: Vec<_> = lease.publication().tables().cloned().collect();
        let (beside, gone) =
            if self.job.selection.is_everything() { (Vec::new(), before) } else { (before, Vec::new()) };
        publish(self.workspace, lease, beside, tables, run, report.accounts_changed).await?;
        for table in gone.iter().filter(|table| is_gone(planned, &table.table)) {
            self.progress.event(Event::Warning(format!(
                "no model makes `{}` any more: nothing of {} is published of it",
                table.table, self.period
            )));
        }
        self.leave(planned).await;
        // Readers see it: what fails now is the next run's to do, and no failure of this one.
        let tidied = match lease.note_and_tidy().await {
            Ok(()) => self.remember_failure(&report, run).await,
            untidy => untidy,
        };
        if let Err(error) = tidied {
            self.progress.event(Event::Warning(format!(
                "{} is published, but not everything was tidied up; the next run does the rest: {}",
                self.period,
                error.message()
            )));
        }
        report.cost = planned.executor.cost();
        report.kept_payers = kept.payers.into_iter().collect();
        report.published = report.outcomes.iter().filter(|outcome| outcome.kind == StepKind::Table).count();
        Ok(report)
    }

    /// Puts the tables of `run` where readers will look for them; returns what payers keep, and the tables.
    async fn in_place(
        &self,
        planned: &PlannedRun,
        lease: &Lease,
        report: &PeriodReport,
        run: &RunRecord,
    ) -> Result<(KeptRows, Vec<PublishedTable>)> {
        let stop = &self.job.stop;
        let kept = stop.or(keep::keep(planned, lease.publication(), &report.outcomes)).await?;
        let tables = written_tables(planned, &report.outcomes, &kept, run)?;
        stop.or(put_in_place(&self.workspace.output, self.period, &tables)).await?;
        let project = stop.or(self.project_after(planned, lease.publication(), &report.outcomes)).await?;
        stop.or(self.keep_project(project.as_ref(), run)).await?;
        stop.or(register(self.workspace, &planned.compiled, self.period, &tables)).await?;
        Ok((kept, tables))
    }

    /// What the project is that readers see the tables of once those of `outcomes` are published over those of `before`;
    /// nothing if that is not known, as some stay of which nobody knows what they were made of.
    async fn project_after(
        &self,
        planned: &PlannedRun,
        before: &Publication,
        outcomes: &[Outcome],
    ) -> Result<Option<ProjectState>> {
        let now = ProjectState::of(&self.workspace.project, &planned.compiled);
        if self.job.selection.is_everything() {
            return Ok(Some(now));
        }
        let ran = outcomes.iter().map(|outcome| outcome.name.clone()).collect();
        let before = self.workspace.published_project(before).await?;
        Ok(before.map(|before| now.after_run(&before, &ran, &planned.compiled)))
    }

    /// Keeps with the run what the `project` is, and the seeds of a database: they may be others tomorrow, and explain
    /// what is published.
    pub(super) async fn keep_project(&self, project: Option<&ProjectState>, run: &RunRecord) -> Result<()> {
        let Workspace { output, fetched, .. } = self.workspace;
        if let Some(project) = project {
            let text =
                serde_json::to_vec(project).map_err(|e| Error::bug("what a project is is no JSON").caused_by(&e))?;
            output.put(&layout::of_project(self.period, &run.run_id), text.into()).await?;
        }
        for seed in fetched {
            let path = layout::of_seed(seed.stem(), self.period, &run.run_id);
            output.put(&path, Bytes::copy_from_slice(seed.text.as_bytes())).await?;
        }
        Ok(())
    }
}

/// Has readers see the new `tables` of `run`, those published before that are to stay `beside` them, and nothing else.
///
/// Until this is done nothing has changed for readers, and whatever failed leaves only files that nobody reads.
pub(super) async fn publish(
    workspace: &Workspace,
    lease: &mut Lease,
    mut beside: Vec<PublishedTable>,
    mut tables: Vec<PublishedTable>,
    run: &RunRecord,
    accounts_changed: Option<u64>,
) -> Result<()> {
    let now = Utc::now();
    tables.iter_mut().for_each(|table| table.run.published_at = now);
    let (before, teller) = (lease.publication().clone(), workspace.teller()?);
    let announce = |at| teller.note(|author| author.month_published(run, &before, &tables, accounts_changed, at));
    beside.extend(tables.iter().cloned());
    lease.publish(beside, &announce).await
}

/// Whether no model of the run makes the result `table` any more, under whatever name.
pub(super) fn is_gone(planned: &PlannedRun, table: &str) -> bool {
    !layout::is_step(table) && !planned.compiled.models.values().any(|model| model.names().any(|name| name == table))
}

/// Has Athena find `tables` as soon as they are published, if the target is to be found there.
pub(super) async fn register(
    workspace: &Workspace,
    compiled: &Compiled,
    period: Period,
    tables: &[PublishedTable],
) -> Result<()> {
    let Workspace { output, job, .. } = workspace;
    let Some(readers) = AthenaReaders::open(workspace.target()?, output, &job.run_id).await? else { return Ok(()) };
    readers.register(compiled, period, &tables.iter().collect::<Vec<_>>()).await
}

/// Copies the written results among `tables` to their places, where readers do not take them yet.
pub(super) async fn put_in_place(output: &Location, period: Period, tables: &[PublishedTable]) -> Result<()> {
    let copies = tables.iter().map(async |table| {
        table.put_in_place(output, period).await?;
        table.check_place(output, period).await
    });
    stream::iter(copies).buffered(COPIES).try_collect().await
}

/// All written tables of `run`.
pub(super) fn written_tables(
    planned: &PlannedRun,
    outcomes: &[Outcome],
    kept: &KeptRows,
    run: &RunRecord,
) -> Result<Vec<PublishedTable>> {
    let written = outcomes.iter().filter(|outcome| outcome.kind == StepKind::Table);
    let tables = written.map(|outcome| {
        let model = planned.compiled.model(&outcome.name)?;
        let again = kept.written.get(&model.name);
        let &Written { attempt, files, rows, .. } = again.unwrap_or(&outcome.written);
        let written = WrittenFiles { attempt, count: files, rows };
        let mut table = PublishedTable::new(&table(model), planned.period, run, written);
        if again.is_some() {
            table.kept_payers.extend(kept.payers.iter().cloned());
        }
        Ok(table)
    });
    tables.collect()
}
