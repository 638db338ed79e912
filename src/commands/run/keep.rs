//! Publishing by payer: one whose check failed keeps the rows that were published before.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::Schema;

use super::outcome::{Outcome, Status, StepKind};
use crate::common::error::Result;
use crate::common::query_text::{Naming, QueryText};
use crate::common::quote::{identifier, literal};
use crate::compile::ModelNode;
use crate::engine::{QuerySpec, QuerySql, Written, rows};
use crate::planned_run::{PlannedRun, table};
use crate::publish::Publication;

/// The column that tells whose a row is.
const PAYER: &str = "payer_account_id";
/// The schemas of what is put together, and of what was published before.
const KEPT: &str = "kept";
const BEFORE: &str = "before";

/// The payers whose rows are wrong, if every row that `sql` finds tells one.
///
/// # Errors
/// When the rows cannot be had a second time.
pub(super) async fn payers_of(planned: &PlannedRun, sql: QuerySql) -> Result<Option<Vec<String>>> {
    let payers = format!("select distinct cast({PAYER} as varchar) as payer from (\n");
    let sql = sql.within(&payers, "\n) as wrong_rows order by 1");
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
    /// The tables in which they have earlier rows, as each is written then.
    pub(super) written: BTreeMap<String, Written>,
}

/// Writes every table that tells payers a second time, with the rows of those that failed as they were published
/// `before`. Who was not published before is left out.
///
/// # Errors
/// When a table cannot be read or written.
pub(super) async fn keep(planned: &PlannedRun, before: &Publication, outcomes: &[Outcome]) -> Result<KeptRows> {
    let payers = failed_payers(outcomes);
    let mut written = BTreeMap::new();
    if payers.is_empty() {
        return Ok(KeptRows { payers, written });
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
        planned.add_query(&QuerySpec { relation: whole.clone(), sql, is_table: true }).await?;
        let attempt = outcome.written.attempt + 1;
        let again = planned.executor.materialise(&whole, &planned.destination(model, attempt)).await?;
        written.insert(model.name.clone(), again);
    }
    Ok(KeptRows { payers, written })
}

/// A select of the new rows of `model`, but for those of the payers `listed`, and of theirs from `before`, which it
/// makes known.
async fn whole_table(
    planned: &PlannedRun,
    before: &Publication,
    model: &ModelNode,
    columns: &Schema,
    listed: &str,
) -> Result<QuerySql> {
    let names: Vec<String> = columns.fields().iter().map(|field| identifier(field.name())).collect();
    let select = format!("select {} from ", names.join(", "));
    let mut sql = QueryText::default()
        .text(&select)
        .relation(&planned.relation(&model.name), Naming::Bare)
        .text(&format!(" where {PAYER} is null or {PAYER} not in ({listed})"));
    if let Some(files) = before.files(&table(model)) {
        let earlier = format!("{BEFORE}.{}", model.name);
        planned.add_published(&earlier, columns, &files).await?;
        sql = sql
            .text(&format!("\nunion all\n{select}"))
            .relation(&earlier, Naming::Bare)
            .text(&format!(" where {PAYER} in ({listed})"));
    }
    Ok(QuerySql::portable(sql))
}
