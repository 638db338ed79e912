//! Plans queries, so that what is wrong with them is known before anything runs.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;

use super::catalog::{Catalog, SourceColumns};
use super::errors::explain;
use super::executor::LocalExecutor;
use super::pending::Pending;
use super::session::Limits;
use super::source::ReportTable;
use super::{bills, plan_checks, published, sql};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::cur::sql::MappedFiles;
use crate::cur::{Bill, Bills};
use crate::engine::{Executor, QuerySpec, SourceSpec};
use crate::storage::Location;

/// Knows the tables of a billing period by their columns, whatever engine is to run them.
#[derive(Clone)]
pub struct Planner(pub(super) Arc<Catalog>);

impl Planner {
    /// A planner for tables in `output` that reads files within `limits`.
    ///
    /// # Errors
    /// When the limits cannot be set up.
    pub fn new(output: Location, limits: &Limits) -> Result<Self> {
        Ok(Self(Arc::new(Catalog::new(output, *limits)?)))
    }

    /// One that knows nothing yet, with the same output and limits.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn fresh(&self) -> Result<Self> {
        Self::new(self.0.output.clone(), &self.0.limits)
    }

    /// What runs all that is planned here, in this process.
    pub fn executor(&self) -> impl Executor + use<> {
        self.local()
    }

    /// The same, for an executor that has some of its work done here.
    pub(in crate::engine) fn local(&self) -> LocalExecutor {
        LocalExecutor::new(Arc::clone(&self.0))
    }

    /// The columns that a query gives.
    ///
    /// # Errors
    /// What is wrong with the query, with the place in its SQL.
    pub(in crate::engine) async fn schema_of(&self, sql: &str) -> Result<SchemaRef> {
        let plan = sql::plan(&self.0.context.state(), sql).await.map_err(explain)?;
        Ok(Arc::clone(plan.schema().inner()))
    }

    /// Makes a table of the report known.
    ///
    /// # Errors
    /// When a file cannot be read, or has a column that can never become the declared type.
    pub async fn add_source(&self, spec: SourceSpec) -> Result<()> {
        self.0.reach(&spec.location);
        let relation = spec.relation.clone();
        let table = Arc::new(ReportTable::open(&self.0.context, spec).await?);
        self.0.register(&relation, Arc::clone(&table) as Arc<dyn TableProvider>)?;
        self.0.known().sources.insert(relation, table);
        Ok(())
    }

    /// Makes rows in memory known under `relation`.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn add_rows(&self, relation: &str, rows: RecordBatch) -> Result<()> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).map_err(explain)?;
        self.0.register(relation, Arc::new(table))
    }

    /// Makes a table known that was published before, from its files below the output. Those of the `columns` that they
    /// lack are null.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn add_published(
        &self,
        relation: &str,
        paths: &[String],
        period: Period,
        columns: &Schema,
    ) -> Result<()> {
        let files: Vec<_> = paths.iter().map(|path| (period, path.clone())).collect();
        let table = published::all_periods(&self.0.context, &self.0.output, &files, columns).await?;
        self.0.register(relation, Arc::new(table))
    }

    /// Plans a query, checks its arithmetic and columns, and makes it known. Returns its columns.
    ///
    /// # Errors
    /// What is wrong with the query, with the place in its SQL.
    pub async fn add_query(&self, spec: &QuerySpec) -> Result<SchemaRef> {
        let state = self.0.context.state();
        let statement = sql::parse(&state, &spec.sql.planned).map_err(explain)?;
        let named = state.resolve_table_references(&statement).map_err(explain)?;
        let plan = sql::plan_parsed(&state, statement).await.map_err(explain)?;
        plan_checks::arithmetic_is_safe(&plan)?;
        check_columns(&plan)?;
        let schema: SchemaRef = Arc::clone(plan.schema().inner());
        if named.iter().any(|name| self.0.known().sources.contains_key(&name.to_string())) {
            self.0.known().readers.push(plan.clone());
        }
        if spec.is_table {
            let pending = Arc::new(Pending::new(&schema));
            self.0.register(&spec.relation, Arc::clone(&pending) as Arc<dyn TableProvider>)?;
            self.0.known().tables.insert(spec.relation.clone(), (pending, plan));
        } else {
            self.0.register(&spec.relation, Arc::new(ViewTable::new(plan, None)))?;
        }
        Ok(schema)
    }

    /// The columns of `relation`.
    ///
    /// # Errors
    /// When it is not known.
    pub async fn schema(&self, relation: &str) -> Result<SchemaRef> {
        let table = self.0.context.table_provider(TableReference::parse_str(relation)).await;
        table.map(|table| table.schema()).map_err(explain)
    }

    /// The columns of the report that all planned queries read, as (relation, column).
    ///
    /// # Errors
    /// When a plan cannot be optimized.
    pub fn source_columns_read(&self) -> Result<SourceColumns> {
        self.0.source_columns_read()
    }

    /// Checks that no file lacks a required column that is read, or has one that is read twice. Returns what is lost
    /// for want of other columns that are read.
    ///
    /// # Errors
    /// All such columns, gathered.
    pub fn check_source(&self) -> Result<Vec<String>> {
        let read = self.source_columns_read()?;
        let known = self.0.known();
        let columns = read.iter().filter_map(|(relation, name)| Some((known.sources.get(relation)?, name)));
        let refused = columns.clone().filter_map(|(table, name)| table.refused(name));
        Error::many(refused.collect()).map_or(Ok(()), Err)?;
        Ok(columns.filter_map(|(table, name)| table.without(name)).collect())
    }

    /// The files of the report's table `relation`, with where they have the declared columns.
    ///
    /// # Errors
    /// When it is not known.
    pub fn mapped_files(&self, relation: &str) -> Result<Vec<MappedFiles>> {
        let table = self.0.known().sources.get(relation).cloned();
        Ok(table.ok_or_else(|| Error::bug(format!("`{relation}` is not a source")))?.mapped_files())
    }

    /// What the folders of a report hold of a period.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn bills(&self, report: &Bills) -> Result<Vec<Bill>> {
        self.0.reach(&report.location);
        bills::list(&self.0.context, report).await
    }

    /// Checks that nothing in the folders of a report would be added up twice, or into another period.
    ///
    /// # Errors
    /// What would be.
    pub async fn check_bills(&self, report: &Bills) -> Result<()> {
        self.0.reach(&report.location);
        bills::check(&self.0.context, report).await
    }
}

/// Refuses columns that no table can have.
fn check_columns(plan: &LogicalPlan) -> Result<()> {
    if let Some(name) = plan_checks::twice(plan) {
        return Err(Error::user(format!("the column `{name}` appears twice in the result"))
            .hint("give one of them another name with `as`"));
    }
    if let Some(name) = plan_checks::too_wide(plan) {
        return Err(Error::user(format!("the column `{name}` is a decimal of more than 38 digits"))
            .hint("cast it to decimal(38, s) or less: the cast is checked"));
    }
    Ok(())
}
