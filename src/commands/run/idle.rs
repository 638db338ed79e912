//! Why a period may need no run: it would come out as it is published, or fail as it did before.

use std::time::Instant;

use super::failed::Failed;
use super::outcome::{Idle, PeriodReport};
use super::period::PeriodBuild;
use super::summary;
use crate::common::error::Result;
use crate::common::period::Periods;
use crate::compile::Materialization;
use crate::cur::Report;
use crate::planned_run::{PlannedRun, table};
use crate::publish::{Publication, RunRecord};

impl PeriodBuild<'_> {
    /// What there is to say instead of `run`, if it would come out as what is published, or fail as it did before. Of
    /// `run` all is known but its models, which take longer.
    pub(super) async fn nothing_to_do(
        &self,
        delivered: &Report,
        before: &Publication,
        run: &RunRecord,
    ) -> Result<Option<PeriodReport>> {
        let Self { workspace, job, period, .. } = *self;
        if job.selection.wants_modified() && !before.is_empty() {
            let compiled = workspace.compile_to_run(period)?;
            let modified = job.stop.or(workspace.modified(&compiled, before)).await?;
            let selected = job.selection.pick(&compiled, modified.as_ref())?;
            let idle = before.newest().filter(|_| selected.is_empty()).map(|run| Idle::Unmodified(run.run_id.clone()));
            return Ok(idle.map(|idle| PeriodReport { idle: Some(idle), ..PeriodReport::of(period) }));
        }
        if job.full_refresh || !job.selection.is_everything() {
            return Ok(None);
        }
        let failed =
            Failed::read(workspace, period).await?.filter(|failed| failed.may_be(run, workspace.is_by_payer()));
        if before.is_empty() && failed.is_none() {
            return Ok(None);
        }
        let run = RunRecord { models: workspace.models_hash(period)?, ..run.clone() };
        if before.is_result_of(&run)
            && let Some(unchanged) = self.unchanged(delivered, before).await?
        {
            return Ok(Some(unchanged));
        }
        let idle = match job.stop.or(self.rolled_back(before, &run)).await? {
            None => failed.and_then(|failed| failed.repeats(&run.models)),
            idle => idle,
        };
        Ok(idle.map(|idle| PeriodReport { idle: Some(idle), ..PeriodReport::of(period) }))
    }

    /// What there is to say of a period whose tables would come out as they are published; nothing if some were never
    /// chosen.
    async fn unchanged(&self, delivered: &Report, published: &Publication) -> Result<Option<PeriodReport>> {
        let started = Instant::now();
        let planned = PlannedRun::prepare(self.workspace, delivered, self.period).await?;
        for model in planned.in_order().filter(|model| model.materialization == Materialization::Table) {
            let Some(files) = published.files(&table(model)) else { return Ok(None) };
            planned.read_published(model, &files).await?;
        }
        let summary = summary::answers(&planned).await?;
        let idle = published.newest().map(|run| Idle::Published(run.run_id.clone()));
        let seconds = started.elapsed().as_secs_f64();
        let compiled = Some(planned.compiled);
        Ok(Some(PeriodReport { compiled, idle, summary, seconds, ..PeriodReport::of(self.period) }))
    }

    /// Why `run` has nothing to do if somebody has taken back what it would publish. Whoever names the period wants it.
    async fn rolled_back(&self, before: &Publication, run: &RunRecord) -> Result<Option<Idle>> {
        if self.workspace.job.periods != Periods::Newest {
            return Ok(None);
        }
        let from = before.rolled_back_from(&self.workspace.output).await?.filter(|from| from.is_result_of(run));
        let runs = from.as_ref().and_then(Publication::newest).zip(before.newest());
        Ok(runs.map(|(from, to)| Idle::RolledBack { from: from.run_id.clone(), to: to.run_id.clone() }))
    }
}
