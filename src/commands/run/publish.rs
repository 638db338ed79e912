//! Puts the tables of a run where readers look for them, all in one instant.

use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream};

use super::keep::{AGAIN, KeptRows};
use super::outcome::{Outcome, StepKind};
use crate::common::error::Result;
use crate::planned_run::{PlannedRun, Workspace, table};
use crate::publish::{Lease, PublishedTable, RunRecord};

/// Copies that are asked for at a time: a bucket takes as long for a small file as for a large one.
const COPIES: usize = 8;

/// Copies the written results to their places, where readers do not take them yet; returns all written tables of `run`.
pub(super) async fn copy(
    workspace: &Workspace,
    planned: &PlannedRun,
    outcomes: &[Outcome],
    kept: &KeptRows,
    run: &RunRecord,
) -> Result<Vec<PublishedTable>> {
    let written = outcomes.iter().filter(|outcome| outcome.kind == StepKind::Table);
    let copies = written.map(async |outcome| {
        let model = planned.compiled.model(&outcome.name)?;
        let table = match kept.rows.get(&model.name) {
            None => PublishedTable::new(&table(model), planned.period, run, 1, outcome.rows),
            Some(rows) => {
                let whole = PublishedTable::new(&table(model), planned.period, run, AGAIN, *rows);
                PublishedTable { kept_payers: kept.payers.iter().cloned().collect(), ..whole }
            }
        };
        table.put_in_place(&workspace.output, planned.period).await?;
        Ok(table)
    });
    stream::iter(copies).buffered(COPIES).try_collect().await
}

/// Has readers see `tables` beside those published before.
///
/// Until this is done nothing has changed for readers, and whatever failed leaves only files that nobody reads.
pub(super) async fn publish(lease: &mut Lease, mut tables: Vec<PublishedTable>) -> Result<()> {
    let now = Utc::now();
    tables.iter_mut().for_each(|table| table.run.published_at = now);
    lease.publish(tables).await
}
