//! Views: planned once, by their names, and put into the plans that read them when these run.
//!
//! The planner walks through all that a query reads many times, so that a view whose plan were part of every reader's
//! would be walked through again for each of their columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::{Transformed, TransformedResult};
use datafusion::common::{Result as EngineResult, internal_err};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;

/// The plans of views by their names.
pub(super) type Views = BTreeMap<String, Arc<LogicalPlan>>;

/// The columns of a view.
#[derive(Debug)]
pub(super) struct View(pub(super) SchemaRef);

#[async_trait]
impl TableProvider for View {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        internal_err!("a view was read that is not in the plan")
    }
}

/// `plan` with the plans of all `views` that it reads, and that these read, in their places.
pub(super) fn inline(plan: LogicalPlan, views: &Views) -> EngineResult<LogicalPlan> {
    plan.transform_down_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
        let Some(view) = views.get(&scan.table_name.to_string()) else { return Ok(Transformed::no(node)) };
        let view = LogicalPlanBuilder::from(view.as_ref().clone()).alias(scan.table_name.clone())?;
        view.build().map(Transformed::yes)
    })
    .data()
}
