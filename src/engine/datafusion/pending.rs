//! A table that is planned before it is written: its columns are known, its rows come later.

use std::sync::{Arc, OnceLock};

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result as EngineResult};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{
    EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, cast, lit,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::ident;

use super::errors::explain;
use super::write::{PARTITION, in_files};
use super::{file_order, parquet};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::types;
use crate::storage::Location;

/// A table that will be written.
#[derive(Debug)]
pub(super) struct Pending {
    schema: SchemaRef,
    written: OnceLock<ViewTable>,
}

impl Pending {
    pub(super) fn new(schema: &Schema) -> Self {
        Self { schema: types::as_written(schema), written: OnceLock::new() }
    }

    /// From now on, reads the files at `paths` in `output`.
    pub(super) fn read_from(&self, output: &Location, paths: &[String], period: Period) -> Result<()> {
        let plan = self.rows_in(output, paths, period)?;
        self.written
            .set(ViewTable::new(plan, None))
            .map_err(|_| Error::bug(format!("`{}` was written twice in one run", paths.concat())))
    }

    /// The rows of the files at `paths` in `output`, which are of `period`.
    pub(super) fn rows_in(&self, output: &Location, paths: &[String], period: Period) -> Result<LogicalPlan> {
        let in_file = in_files(&self.schema);
        let columns = self.schema.fields().iter().map(|field| {
            if field.name() == PARTITION {
                cast(lit(period.to_string()), field.data_type().clone()).alias(PARTITION)
            } else {
                ident(field.name())
            }
        });
        let files: Vec<_> = paths.iter().map(|path| output.path(path)).collect();
        let rows = if files.is_empty() {
            let schema = DFSchema::try_from(in_file);
            schema
                .map(|schema| EmptyRelation { produce_one_row: false, schema: Arc::new(schema) })
                .map(|none| LogicalPlanBuilder::from(LogicalPlan::EmptyRelation(none)))
        } else {
            parquet::scan(output, files.iter(), Arc::new(in_file))
        };
        rows.and_then(|rows| rows.project(columns.collect::<Vec<_>>()))
            .and_then(LogicalPlanBuilder::build)
            .map_err(explain)
    }
}

#[async_trait]
impl TableProvider for Pending {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Exact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        match self.written.get() {
            Some(table) => file_order::hidden(table.scan(state, projection, filters, limit).await?),
            None => datafusion::common::internal_err!("a table was read before it was written"),
        }
    }
}
