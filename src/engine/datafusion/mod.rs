//! The engine that is built in: Apache DataFusion.
#![allow(clippy::disallowed_types, reason = "this is the one place that knows DataFusion's session")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{MemTable, MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;

use super::{Answer, Bill, Bills, Destination, Engine, QuerySpec, SourceSpec, Written};
use crate::common::error::{Error, Result};
use crate::common::parallel;
use crate::common::period::Period;
use crate::storage::Location;

mod account_id;
mod alike;
mod answer;
mod bills;
mod columns;
mod empty_as_null;
mod encode;
mod errors;
mod file_order;
mod imports;
mod memory;
mod mul_div;
mod order_by;
mod parquet;
mod pending;
mod periods;
mod plan_checks;
mod profile;
mod publication;
mod runs;
mod session;
mod source;
mod step;
mod sums;
mod ties;
mod to_decimal;
mod views;
mod write;

pub use memory::{gigabytes, usual_memory};
pub use periods::periods;
pub use publication::query_published;
pub use session::{Limits, version};

use errors::explain;
use pending::Pending;
use source::ReportTable;
use views::{View, Views};

/// DataFusion over one output, for one billing period.
pub struct DataFusionEngine {
    context: SessionContext,
    output: Location,
    limits: Limits,
    known: Mutex<Known>,
}

/// What has been made known so far.
#[derive(Debug, Default)]
struct Known {
    tables: BTreeMap<String, (Arc<Pending>, LogicalPlan)>,
    views: Views,
    sources: BTreeMap<String, Arc<ReportTable>>,
}

impl DataFusionEngine {
    /// An engine that reads and writes tables in `output`, within `limits`.
    ///
    /// # Errors
    /// When the limits cannot be set up.
    pub fn new(output: Location, limits: &Limits) -> Result<Self> {
        let context = session::open(limits)?;
        context.register_object_store(&output.root, Arc::clone(&output.store));
        Ok(Self { context, output, limits: *limits, known: Mutex::default() })
    }

    fn with_known<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn register(&self, relation: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        let reference = TableReference::parse_str(relation);
        let catalog = self.context.catalog("datafusion").ok_or_else(|| Error::bug("there is no catalog"))?;
        if let Some(schema) = reference.schema() {
            // Queries are added at the same time, and only one may make their schema.
            self.with_known(|_| match catalog.schema(schema) {
                Some(_) => Ok(None),
                None => catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new())),
            })
            .map_err(explain)?;
        }
        self.context.register_table(reference, table).map(drop).map_err(explain)
    }

    /// `plan` with the plans of the views that it reads.
    fn with_views(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let views = self.with_known(|known| known.views.clone());
        views::inline(plan, &views).map_err(explain)
    }

    /// Lets plans read objects of `location`.
    fn reaches(&self, location: &Location) {
        self.context.register_object_store(&location.root, Arc::clone(&location.store));
    }

    fn pending(&self, relation: &str) -> Result<(Arc<Pending>, LogicalPlan)> {
        self.with_known(|known| known.tables.get(relation).cloned())
            .ok_or_else(|| Error::bug(format!("`{relation}` was never planned as a table")))
    }
}

#[async_trait]
impl Engine for DataFusionEngine {
    fn fresh(&self) -> Result<Box<dyn Engine>> {
        Ok(Box::new(Self::new(self.output.clone(), &self.limits)?))
    }

    async fn add_source(&self, spec: SourceSpec) -> Result<()> {
        self.reaches(&spec.location);
        let relation = spec.relation.clone();
        let table = Arc::new(ReportTable::open(&self.context, spec).await?);
        self.register(&relation, Arc::clone(&table) as Arc<dyn TableProvider>)?;
        self.with_known(|known| known.sources.insert(relation, table));
        Ok(())
    }

    fn add_rows(&self, relation: &str, rows: RecordBatch) -> Result<()> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).map_err(explain)?;
        self.register(relation, Arc::new(table))
    }

    async fn add_query(&self, spec: QuerySpec) -> Result<SchemaRef> {
        let plan = imports::plan_parsed(&self.context.state(), &spec.sql, spec.query).await.map_err(explain)?;
        plan_checks::arithmetic_is_safe(&plan)?;
        if let Some(name) = plan_checks::twice(&plan) {
            return Err(Error::user(format!("the column `{name}` appears twice in the result"))
                .hint("give one of them another name with `as`"));
        }
        if let Some(name) = plan_checks::too_wide(&plan) {
            return Err(Error::user(format!("the column `{name}` is a decimal of more than 38 digits"))
                .hint("cast it to decimal(38, s) or less: the cast is checked"));
        }
        let schema: SchemaRef = Arc::clone(plan.schema().inner());
        if spec.is_table {
            let pending = Arc::new(Pending::new(&schema));
            self.register(&spec.relation, Arc::clone(&pending) as Arc<dyn TableProvider>)?;
            self.with_known(|known| known.tables.insert(spec.relation, (pending, plan)));
        } else {
            self.register(&spec.relation, Arc::new(View(Arc::clone(&schema))))?;
            self.with_known(|known| known.views.insert(spec.relation, Arc::new(plan)));
        }
        Ok(schema)
    }

    async fn schema(&self, relation: &str) -> Result<SchemaRef> {
        let table = self.context.table_provider(TableReference::parse_str(relation)).await;
        table.map(|table| table.schema()).map_err(explain)
    }

    fn source_columns_read(&self) -> BTreeSet<(String, String)> {
        let state = self.context.state();
        self.columns_read(|plan| state.optimize(plan).ok())
    }

    fn check_source(&self) -> Result<Vec<String>> {
        let state = self.context.state();
        // What is read is never more than what is named, and to find what is named is quicker than to optimize.
        let named = self.columns_read(|plan| Some(plan_checks::without_unnamed_columns(plan, &state)));
        if self.refused(&named).is_none() && self.without(&named).is_empty() {
            return Ok(Vec::new());
        }
        let read = self.source_columns_read();
        self.refused(&read).map_or_else(|| Ok(self.without(&read)), Err)
    }

    async fn bills(&self, report: &Bills) -> Result<Vec<Bill>> {
        self.reaches(&report.location);
        bills::list(&self.context, report).await
    }

    async fn check_bills(&self, report: &Bills) -> Result<()> {
        self.reaches(&report.location);
        bills::check(&self.context, report).await
    }

    async fn write(&self, relation: &str, destination: &Destination) -> Result<Written> {
        let (pending, plan) = self.pending(relation)?;
        let frame = DataFrame::new(self.context.state(), self.with_views(plan)?);
        let written = match write::write(frame, &self.output, destination).await {
            Ok(written) => written,
            Err(error) => return Err(self.why_source_failed().await.unwrap_or(error)),
        };
        pending.read_from(&self.output, std::slice::from_ref(&destination.path), destination.period)?;
        Ok(written)
    }

    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        let (pending, _) = self.pending(relation)?;
        pending.read_from(&self.output, paths, period)
    }

    async fn add_published(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        let files: Vec<_> = paths.iter().map(|path| (period, path.clone())).collect();
        let table = publication::all_periods(&self.context, &self.output, &files).await?;
        self.register(relation, Arc::new(table))
    }

    async fn select(&self, sql: &str, sort_by: &[String], keep: usize) -> Result<Answer> {
        let state = self.context.state();
        let plan = imports::plan(&state, sql).await.map_err(explain)?;
        let frame = write::sorted(DataFrame::new(state, self.with_views(plan)?), sort_by, true)?;
        let stream = frame.execute_stream().await.map_err(explain)?;
        match answer::collect(stream, keep).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.why_source_failed().await.unwrap_or_else(|| explain(error))),
        }
    }
}

impl DataFusionEngine {
    /// The source columns that planned queries scan when `optimize` has done what it can.
    fn columns_read(
        &self,
        optimize: impl Fn(&LogicalPlan) -> Option<LogicalPlan> + Sync,
    ) -> BTreeSet<(String, String)> {
        self.with_known(|known| {
            let names: BTreeSet<&str> = known.sources.keys().map(String::as_str).collect();
            let plans = known.tables.values().map(|(_, plan)| plan).chain(known.views.values().map(Arc::as_ref));
            let reading: Vec<_> = plans.filter(|plan| plan_checks::reads(plan, &names)).collect();
            let read = parallel::map(&reading, |plan| {
                optimize(plan).map(|plan| plan_checks::columns_read(&plan, &names)).unwrap_or_default()
            });
            read.into_iter().flatten().collect()
        })
    }

    /// What is to be said of columns among `read` that a file lacks though they are required, or has twice.
    fn refused(&self, read: &BTreeSet<(String, String)>) -> Option<Error> {
        self.with_known(|known| {
            let refused = read.iter().filter_map(|(relation, column)| known.sources.get(relation)?.refused(column));
            Error::many(refused.collect())
        })
    }

    /// What is lost for want of columns among `read` that a file lacks.
    fn without(&self, read: &BTreeSet<(String, String)>) -> Vec<String> {
        self.with_known(|known| {
            read.iter().filter_map(|(relation, column)| known.sources.get(relation)?.without(column)).collect()
        })
    }

    /// If a source has values that are not of their declared type, which one, and in which file.
    async fn why_source_failed(&self) -> Option<Error> {
        let read = self.source_columns_read();
        let tables = self.with_known(|known| known.sources.clone());
        for (relation, table) in tables {
            let columns = read.iter().filter(|(r, _)| *r == relation).map(|(_, column)| column.as_str());
            if let Some(error) = table.unreadable_value(&self.context, &columns.collect()).await {
                return Some(error);
            }
        }
        None
    }
}
