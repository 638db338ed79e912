//! From a project to a planned run: compiled, known to an engine with all its tables, and checked before anything runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::workspace::Workspace;
use super::{contracts, inputs};
use crate::common::error::{Error, Place, Result};
use crate::common::period::Period;
use crate::compile::node::Sql;
use crate::compile::{Compiled, Materialization, ModelNode};
use crate::cur::Report;
use crate::engine::{Answer, Destination, Executor, Planner, QuerySpec, QuerySql, Written};
use crate::publish::layout;

/// A project planned for one billing period.
pub struct PlannedRun {
    /// The period.
    pub period: Period,
    /// The compiled project.
    pub compiled: Arc<Compiled>,
    /// What knows all its tables by their columns.
    pub planner: Planner,
    /// What runs it.
    pub executor: Arc<dyn Executor>,
    /// What is lost for want of columns that the report lacks.
    pub without: Vec<String>,
    /// Whether a payer whose check fails keeps earlier rows, and the others are published.
    pub is_by_payer: bool,
    /// The rows of the seeds, by their names in SQL.
    pub(super) seeds: BTreeMap<String, RecordBatch>,
    run_id: String,
    /// The folder of compiled SQL, as the user would write it.
    texts: String,
}

impl PlannedRun {
    /// Compiles the project for `period`, makes sources, seeds and models known to a planner, and checks contracts, sums
    /// and the report's columns. Nothing is run; queries would run where they are planned.
    ///
    /// # Errors
    /// All that can be known to be wrong before running.
    pub async fn prepare(workspace: &Workspace, report: &Report, period: Period) -> Result<Self> {
        let planner = workspace.planner()?;
        let executor = Arc::new(planner.executor());
        Self::on(workspace, report, period, (planner, executor)).await
    }

    /// As [`Self::prepare`], for the target's engine to run it.
    ///
    /// # Errors
    /// As there; when the engine is not built in, or is not set up for it.
    pub async fn ready(workspace: &Workspace, report: &Report, period: Period) -> Result<Self> {
        let planner = workspace.planner()?;
        let executor = workspace.executor(&planner, period).await?;
        Self::on(workspace, report, period, (planner, executor)).await
    }

    async fn on(
        workspace: &Workspace,
        report: &Report,
        period: Period,
        (planner, executor): (Planner, Arc<dyn Executor>),
    ) -> Result<Self> {
        let compiled = workspace.compile_to_run(period)?;
        workspace.artifacts.write_compiled(&compiled, &BTreeMap::new())?;
        let mut planned = Self {
            period,
            compiled: Arc::new(compiled),
            planner,
            executor,
            without: Vec::new(),
            run_id: workspace.job.run_id.clone(),
            is_by_payer: workspace.is_by_payer(),
            seeds: BTreeMap::new(),
            texts: workspace.artifacts.compiled(),
        };
        planned.attach(workspace, report).await?;
        planned.plan().await?;
        planned.without = planned.planner.check_source()?;
        Ok(planned)
    }

    /// Makes the report's tables and the seeds known.
    async fn attach(&mut self, workspace: &Workspace, report: &Report) -> Result<()> {
        let project = &workspace.project;
        for source in inputs::of_report(project) {
            let spec = inputs::source_spec(source, &workspace.vars, report, self.period)?;
            self.planner.add_source(spec.clone()).await?;
            self.executor.attach_source(&spec).await?;
        }
        for (name, (seed, properties)) in &project.seeds {
            let (relation, rows) = (self.relation(name), inputs::seed_rows(seed, properties)?);
            self.planner.add_rows(&relation, rows.clone())?;
            self.executor.attach_seed(&relation, &rows).await?;
            self.seeds.insert(relation, rows);
        }
        Ok(())
    }

    /// Plans every model and checks what it declares; of one that reads a model with an error nothing is said.
    async fn plan(&self) -> Result<()> {
        let mut errors = Vec::new();
        let mut unplanned: BTreeSet<&str> = BTreeSet::new();
        for model in self.in_order() {
            if model.sql.refs.iter().any(|parent| unplanned.contains(parent.as_str())) {
                unplanned.insert(&model.name);
                continue;
            }
            let spec = QuerySpec {
                relation: self.relation(&model.name),
                sql: self.query_sql(&model.sql),
                is_table: model.materialization == Materialization::Table,
            };
            match self.add_query(&spec).await {
                Ok(schema) => errors.extend(contracts::broken(model, &schema)),
                Err(error) => {
                    unplanned.insert(&model.name);
                    errors.push(self.locate(error, &model.sql));
                }
            }
        }
        Error::many(errors).map_or(Ok(()), Err)
    }

    /// Plans a query and makes it known. Returns its columns.
    ///
    /// # Errors
    /// What is wrong with the query, with the place in its SQL.
    pub async fn add_query(&self, spec: &QuerySpec) -> Result<SchemaRef> {
        let schema = self.planner.add_query(spec).await?;
        self.executor.attach_query(spec, &schema).await?;
        Ok(schema)
    }

    /// A query of the project, for planner and executor.
    pub fn query_sql(&self, sql: &Sql) -> QuerySql {
        QuerySql { planned: sql.text.clone(), sent: sql.query_text() }
    }

    /// The models, parents first.
    pub fn in_order(&self) -> impl Iterator<Item = &ModelNode> {
        self.compiled.order.iter().filter_map(|name| self.compiled.models.get(name))
    }

    /// A model's name in SQL.
    pub fn relation(&self, name: &str) -> String {
        format!("{}.{name}", self.compiled.schema)
    }

    /// Runs a table model and writes its rows to the staging folder.
    ///
    /// # Errors
    /// Whatever the engine says, at the model's line where it knows it.
    pub async fn write(&self, model: &ModelNode) -> Result<Written> {
        let written = self.executor.materialise(&self.relation(&model.name), &self.destination(model, 1)).await;
        written.map_err(|error| self.locate(error, &model.sql))
    }

    /// Reads a table model from `files`, below the output, as it was published before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read_published(&self, model: &ModelNode, files: &[String]) -> Result<()> {
        self.executor.read_back(&self.relation(&model.name), files, self.period).await
    }

    /// Makes a published table known as `relation`, from its `files` below the output. Those of the `columns` that they
    /// lack are null.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn add_published(&self, relation: &str, columns: &Schema, files: &[String]) -> Result<()> {
        self.planner.add_published(relation, files, self.period, columns).await?;
        self.executor.attach_published(relation, files, self.period).await
    }

    /// Makes a table known as `relation` that has `columns` and no rows.
    ///
    /// # Errors
    /// When there is such a table.
    pub async fn add_nothing(&self, relation: &str, columns: Schema) -> Result<()> {
        let rows = RecordBatch::new_empty(Arc::new(columns));
        self.planner.add_rows(relation, rows.clone())?;
        self.executor.attach_seed(relation, &rows).await
    }

    /// Runs a query of the project; keeps at most `keep` rows.
    ///
    /// # Errors
    /// Whatever the engine says, at the query's line where it knows it.
    pub async fn select(&self, sql: &Sql, keep: usize) -> Result<Answer> {
        self.answer(sql, &[], keep).await
    }

    /// The first rows of a model, at most `keep`, in the order of its table.
    ///
    /// # Errors
    /// Whatever the engine says, at the model's line where it knows it.
    pub async fn rows_of(&self, model: &ModelNode, keep: usize) -> Result<Answer> {
        self.answer(&model.sql, &model.sort_by, keep).await
    }

    async fn answer(&self, sql: &Sql, sort_by: &[String], keep: usize) -> Result<Answer> {
        let rows = self.executor.query(&self.query_sql(sql), sort_by).await;
        let answer = match rows {
            Ok(rows) => rows.first(keep).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| self.locate(error, sql))
    }

    /// Puts an engine's error at the analyst's line, and names the compiled file.
    pub(super) fn locate(&self, error: Error, sql: &Sql) -> Error {
        let is_in_sql = error.place().is_some();
        let error = error.relocate(|place| sql.place(place.line, place.column)).at(Place::file(&sql.file.path));
        if is_in_sql { error.hint(format!("the compiled SQL is in `{}/{}`", self.texts, sql.file.path)) } else { error }
    }

    /// Where a table is written, on this `attempt` or a later one.
    pub fn destination(&self, model: &ModelNode, attempt: u32) -> Destination {
        Destination {
            folder: layout::of_table(&table(model), self.period, &self.run_id),
            attempt,
            sort_by: model.sort_by.clone(),
            period: self.period,
            is_result: model.schema.is_none(),
        }
    }

    /// Where all tables of this run and period are written, below the output.
    pub fn staging(&self) -> String {
        layout::of_run(self.period, &self.run_id)
    }
}

/// A table's name with its schema, as a path: `account_costs`, `working/stg_lines`.
pub fn table(model: &ModelNode) -> String {
    let schema = model.schema.as_ref().map(|schema| format!("{schema}/")).unwrap_or_default();
    format!("{schema}{}", model.name)
}
