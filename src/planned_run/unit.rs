//! Unit tests: a model's SQL on rows given by hand.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::prepare::PlannedRun;
use crate::common::error::Result;
use crate::common::settings::Settings;
use crate::compile::UnitTestNode;
use crate::engine::{Answer, Executor, Planner, QuerySql, rows};
use crate::project::GivenRow;

type TextRow = Vec<Option<String>>;

/// In what the rows that came out differ from the expected ones.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The compared columns.
    pub columns: Vec<String>,
    /// Expected rows that did not come out.
    pub missing: Vec<TextRow>,
    /// Rows that came out and were not expected.
    pub unexpected: Vec<TextRow>,
}

impl PlannedRun {
    /// Runs a unit test; `None` if the rows are those expected, in any order.
    ///
    /// # Errors
    /// When a given or expected value does not fit its column, or the model's SQL fails.
    pub async fn unit_test(&self, unit: &UnitTestNode) -> Result<Option<Difference>> {
        let outcome = self.unit_outcome(unit).await;
        outcome.map_err(|error| error.at(unit.file.place(unit.test.at)))
    }

    async fn unit_outcome(&self, unit: &UnitTestNode) -> Result<Option<Difference>> {
        let planner = self.planner.fresh()?;
        let models = unit.sql.refs.iter().map(|name| self.relation(name));
        let sources = unit.sql.sources.iter().map(|(source, table)| format!("{source}.{table}"));
        for relation in models.chain(sources) {
            let schema = self.planner.schema(&relation).await?;
            let given = unit.given.get(&relation);
            let batch = match (given, self.seeds.get(&relation)) {
                (Some(None), Some(seed)) => seed.clone(),
                _ => {
                    let given = given.and_then(Option::as_deref).unwrap_or_default();
                    batch(given, &schema, unit).map_err(|e| e.while_doing(format!("reading `{relation}`")))?
                }
            };
            planner.add_rows(&relation, batch)?;
        }
        let schema = self.planner.schema(&self.relation(&unit.test.model)).await?;
        self.compare(unit, &planner, schema).await
    }

    async fn compare(&self, unit: &UnitTestNode, planner: &Planner, schema: SchemaRef) -> Result<Option<Difference>> {
        let expected = &unit.test.expect;
        let mut columns: Vec<String> = Vec::new();
        for name in expected.iter().flat_map(|row| row.cells.keys()) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let batch = batch(expected, &schema, unit).map_err(|e| e.while_doing("reading the expected rows"))?;
        let indexes: Vec<usize> = columns.iter().filter_map(|name| schema.index_of(name).ok()).collect();
        let mut missing = picked(&rows::texts(&[batch])?, &indexes);
        let answer = planned_answer(planner, &unit.sql.text).await;
        let answer = answer.map_err(|error| self.locate(error, &unit.sql))?;
        let mut unexpected: Vec<TextRow> = Vec::new();
        for row in picked(&rows::texts(&answer.batches)?, &indexes) {
            match missing.iter().position(|wanted| *wanted == row) {
                Some(at) => drop(missing.swap_remove(at)),
                None => unexpected.push(row),
            }
        }
        missing.sort();
        unexpected.sort();
        let equal = missing.is_empty() && unexpected.is_empty();
        Ok((!equal).then_some(Difference { columns, missing, unexpected }))
    }
}

/// All rows of `sql`, which runs where it is planned.
async fn planned_answer(planner: &Planner, sql: &str) -> Result<Answer> {
    planner.executor().query(&QuerySql::local(sql), &[]).await?.first(usize::MAX).await
}

/// The values of `rows` in the columns of these `indexes`.
fn picked(rows: &[TextRow], indexes: &[usize]) -> Vec<TextRow> {
    rows.iter().map(|row| indexes.iter().map(|i| row[*i].clone()).collect()).collect()
}

/// The rows that stand in the file of `unit`.
fn batch(written: &[GivenRow], schema: &SchemaRef, unit: &UnitTestNode) -> Result<RecordBatch> {
    let cells: Vec<&Settings> = written.iter().map(|row| &row.cells).collect();
    rows::batch(&cells, schema).map_err(|(error, row)| error.at(unit.file.place(written[row].at)))
}
