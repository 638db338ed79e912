//! From a compiled project to an engine that knows all its tables, before anything runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use tokio::runtime::Handle;
use tokio::task::{JoinSet, spawn_blocking};

use super::planning::{self, Planned};
use super::workspace::Workspace;
use super::{contracts, inputs};
use crate::common::error::{Error, Place, Result};
use crate::common::parallel;
use crate::common::period::Period;
use crate::compile::node::Sql;
use crate::compile::{Compiled, ModelNode};
use crate::cur::Report;
use crate::engine::{Answer, Destination, Engine, Written};
use crate::project::PUBLISHED;
use crate::publish::layout;

/// A project planned for one billing period.
pub struct PlannedRun {
    /// The period.
    pub period: Period,
    /// The compiled project.
    pub compiled: Arc<Compiled>,
    /// The engine that knows all its tables.
    pub engine: Arc<dyn Engine>,
    /// What is lost for want of columns that the report lacks.
    pub without: Vec<String>,
    /// The run.
    pub run_id: String,
    /// Whether a payer whose check fails keeps earlier rows, and the others are published.
    pub is_by_payer: bool,
    /// The rows of the seeds, by their names in SQL.
    pub(super) seeds: BTreeMap<String, RecordBatch>,
    /// The folder of compiled SQL, as the user would write it.
    texts: String,
}

impl PlannedRun {
    /// Compiles the project for `period`, makes sources, seeds and models known to an engine, and checks
    /// contracts, sums and the report's columns. Nothing is run.
    ///
    /// # Errors
    /// All that can be known to be wrong before running.
    pub async fn prepare(workspace: &Workspace, report: &Report, period: Period) -> Result<Self> {
        let runtime = Handle::current();
        let (opened, models) =
            parallel::both(|| Opened::new(workspace, report, period, &runtime), || workspace.compile_models(period));
        let (mut models, Opened { engine, seeds, mut sources }) = (models?, opened?);

        // The models are planned while the tests are compiled.
        let (unplanned, planner) = (planning::unplanned(&mut models), Arc::clone(&engine));
        let mut planning = JoinSet::new();
        planning.spawn(async move {
            joined(&mut sources).await??;
            planning::plan(planner, unplanned).await
        });
        let compiled = Arc::new(models.finish()?);
        let (artifacts, texts) = (workspace.artifacts.clone(), Arc::clone(&compiled));
        let writing = spawn_blocking(move || artifacts.write_compiled(&texts));
        let schemas = joined(&mut planning).await?;
        writing.await.map_err(|e| Error::bug("writing ended unexpectedly").caused_by(&e))??;

        let (run_id, without) = (workspace.job.run_id.clone(), Vec::new());
        let texts = workspace.artifacts.compiled();
        let is_by_payer = workspace.is_by_payer();
        let mut planned = Self { period, compiled, engine, without, run_id, is_by_payer, seeds, texts };
        planned.without = planned.check(schemas?)?;
        Ok(planned)
    }

    /// Checks what was `planned`: contracts, and the report's columns. Returns what is lost for want of some.
    fn check(&self, mut planned: Planned) -> Result<Vec<String>> {
        let errors = self.in_order().flat_map(|model| match planned.remove(&model.name).flatten() {
            Some(Ok(schema)) => contracts::broken(model, &schema),
            Some(Err(error)) => vec![self.locate(error, &model.sql)],
            None => Vec::new(),
        });
        Error::many(errors.collect()).map_or(Ok(()), Err)?;
        self.engine.check_source()
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
        let destination = Destination {
            path: self.staged(model, 1),
            sort_by: model.sort_by.clone(),
            period: self.period,
            is_result: model.schema.is_none(),
        };
        let written = self.engine.write(&self.relation(&model.name), &destination).await;
        written.map_err(|error| self.locate(error, &model.sql))
    }

    /// Reads a table model from `files`, below the output, as it was published before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read_published(&self, model: &ModelNode, files: &[String]) -> Result<()> {
        self.engine.read_back(&self.relation(&model.name), files, self.period).await
    }

    /// Makes the published `table` known as a source, from its `files` below the output.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub async fn add_published(&self, table: &str, files: &[String]) -> Result<()> {
        self.engine.add_published(&format!("{PUBLISHED}.{table}"), files, self.period).await
    }

    /// Runs a query of the project; keeps at most `keep` rows.
    ///
    /// # Errors
    /// Whatever the engine says, at the query's line where it knows it.
    pub async fn select(&self, sql: &Sql, keep: usize) -> Result<Answer> {
        self.engine.select(&sql.text, &[], keep).await.map_err(|error| self.locate(error, sql))
    }

    /// The first rows of a model, at most `keep`, in the order of its table.
    ///
    /// # Errors
    /// Whatever the engine says, at the model's line where it knows it.
    pub async fn rows_of(&self, model: &ModelNode, keep: usize) -> Result<Answer> {
        let rows = self.engine.select(&model.sql.text, &model.sort_by, keep).await;
        rows.map_err(|error| self.locate(error, &model.sql))
    }

    /// Puts an engine's error at the analyst's line, and names the compiled file.
    pub(super) fn locate(&self, error: Error, sql: &Sql) -> Error {
        let is_in_sql = error.place().is_some();
        let error = error.relocate(|place| sql.place(place.line, place.column)).at(Place::file(&sql.file.path));
        if is_in_sql { error.hint(format!("the compiled SQL is in `{}/{}`", self.texts, sql.file.path)) } else { error }
    }

    /// The file a table is written to on this `attempt`, below the output.
    pub fn staged(&self, model: &ModelNode, attempt: u32) -> String {
        layout::files(&layout::written(&table(model), self.period, &self.run_id, attempt), 1).concat()
    }

    /// Where all tables of this run and period are written, below the output.
    pub fn staging(&self) -> String {
        layout::of_run(self.period, &self.run_id)
    }
}

/// An engine that knows the seeds.
struct Opened {
    engine: Arc<dyn Engine>,
    /// Their rows, by their names in SQL.
    seeds: BTreeMap<String, RecordBatch>,
    /// A task that makes the report's tables known, too.
    sources: JoinSet<Result<()>>,
}

impl Opened {
    fn new(workspace: &Workspace, report: &Report, period: Period, runtime: &Handle) -> Result<Self> {
        let engine: Arc<dyn Engine> = Arc::from(workspace.engine()?);
        let of_report = inputs::of_report(&workspace.project);
        let specs: Result<Vec<_>> = of_report.map(|source| inputs::source_spec(source, report, period)).collect();
        let (specs, reader) = (specs?, Arc::clone(&engine));
        let mut sources = JoinSet::new();
        let reading = async move {
            for spec in specs {
                reader.add_source(spec).await?;
            }
            Ok(())
        };
        sources.spawn_on(reading, runtime);
        let mut seeds = BTreeMap::new();
        for (name, (seed, properties)) in &workspace.project.seeds {
            let relation = format!("{}.{name}", workspace.project.config.name);
            let rows = inputs::seed_rows(seed, properties)?;
            engine.add_rows(&relation, rows.clone())?;
            seeds.insert(relation, rows);
        }
        Ok(Self { engine, seeds, sources })
    }
}

/// What the one task of `tasks` gives.
async fn joined<T: 'static>(tasks: &mut JoinSet<T>) -> Result<T> {
    let ended = tasks.join_next().await.ok_or_else(|| Error::bug("there is no task"))?;
    ended.map_err(|e| Error::bug("a task ended unexpectedly").caused_by(&e))
}

/// A table's name with its schema, as a path: `account_costs`, `working/stg_lines`.
pub fn table(model: &ModelNode) -> String {
    let schema = model.schema.as_ref().map(|schema| format!("{schema}/")).unwrap_or_default();
    format!("{schema}{}", model.name)
}
