//! Publishing by payer: one whose check failed keeps the rows that were published before.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::Schema;

use super::outcome::{Outcome, Status, StepKind};
use crate::common::error::Result;
use crate::common::quote::{identifier, literal};
use crate::compile::ModelNode;
use crate::engine::{QuerySpec, rows};
use crate::planned_run::{PlannedRun, table};
use crate::publish::Publication;

/// The column that tells whose a row is.
const PAYER: &str = "payer_account_id";
/// The schemas of what is put together, and of what was published before.
const KEPT: &str = "kept";
const BEFORE: &str = "before";
/// The attempt under which a table with kept rows is written.
pub(super) const AGAIN: u32 = 2;

/// The payers whose rows are wrong, if every row that `sql` finds tells one.
///
/// # Errors
/// When the rows cannot be had a second time.
pub(super) async fn payers_of(planned: &PlannedRun, sql: &str) -> Result<Option<Vec<String>>> {
    let sql = format!("select distinct cast({PAYER} as varchar) as payer from (\n{sql}\n) as wrong_rows order by 1");
    let found = planned.executor.query(&sql, &[]).await?.first(usize::MAX).await?;
    Ok(rows::texts(&found.batches)?.into_iter().map(|row| row.into_iter().next().flatten()).collect())
}

/// Whether the rows of a test tell their payers.
pub(super) fn tells_payers(columns: &Schema) -> bool {
    columns.field_with_name(PAYER).is_ok()
}

/// The payers whose rows `outcomes` found wrong.
fn failed_payers(outcomes: &[Outcome]) -> BTreeSet<String> {
    let payers = outcomes.iter().filter_map(|outcome| match &outcome.status {
        Status::FailFor(_, payers) => Some(payers),
        _ => None,
    });
    payers.flatten().cloned().collect()
}

/// What payers keep of what was published before.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    /// Those whose rows tests found wrong.
    pub(super) payers: BTreeSet<String>,
    /// The tables in which they have earlier rows, with the rows that each has then.
    pub(super) rows: BTreeMap<String, u64>,
}

/// Writes every table that tells payers a second time, with the rows of those that failed as they were published
/// `before`. Who was not published before is left out.
///
/// # Errors
/// When a table cannot be read or written.
pub(super) async fn keep(planned: &PlannedRun, before: &Publication, outcomes: &[Outcome]) -> Result<KeptRows> {
    let payers = failed_payers(outcomes);
    let mut rows = BTreeMap::new();
    if payers.is_empty() {
        return Ok(KeptRows { payers, rows });
    }
    let listed: Vec<String> = payers.iter().map(|payer| literal(payer)).collect();
    for outcome in outcomes.iter().filter(|outcome| outcome.kind == StepKind::Table) {
        let model = planned.compiled.model(&outcome.name)?;
        let columns = planned.planner.schema(&planned.relation(&model.name)).await?;
        if !tells_payers(&columns) {
            continue;
        }
        let whole = format!("{KEPT}.{}", model.name);
        let sql = whole_table(planned, before, model, &columns, &listed.join(", ")).await?;
        planned.planner.add_query(QuerySpec { relation: whole.clone(), sql, is_table: true }).await?;
        let written = planned.executor.materialise(&whole, &planned.destination(model, AGAIN)).await?;
        rows.insert(model.name.clone(), written.rows);
    }
    Ok(KeptRows { payers, rows })
}

/// A select of the new rows of `model`, but for those of the payers `listed`, and of theirs from `before`, which it
/// makes known.
async fn whole_table(
    planned: &PlannedRun,
    before: &Publication,
    model: &ModelNode,
    columns: &Schema,
    listed: &str,
) -> Result<String> {
    let relation = planned.relation(&model.name);
    let names: Vec<String> = columns.fields().iter().map(|field| identifier(field.name())).collect();
    let mut sql =
        format!("select {} from {relation} where {PAYER} is null or {PAYER} not in ({listed})", names.join(", "));
    if let Some(files) = before.files(&table(model)) {
        let earlier = format!("{BEFORE}.{}", model.name);
        planned.add_published(&earlier, columns, &files).await?;
        sql.push_str(&format!("\nunion all\nselect {} from {earlier} where {PAYER} in ({listed})", names.join(", ")));
    }
    Ok(sql)
}
