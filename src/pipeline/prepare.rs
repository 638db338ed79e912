//! From a compiled project to an engine that knows all its tables, before anything runs.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::sql::sqlparser::ast::Query;
use tokio::runtime::Handle;
use tokio::task::{JoinSet, spawn_blocking};

use super::workspace::Workspace;
use super::{artifacts, contracts, inputs};
use crate::compile::node::Sql;
use crate::compile::{Compiled, Materialization, ModelNode};
use crate::engine::publication::{RUNS, kept};
use crate::engine::{Answer, Destination, Engine, QuerySpec, Report, Written};
use crate::project::PUBLISHED;
use crate::words::error::{Error, Result};
use crate::words::parallel;
use crate::words::period::Period;

/// A project planned for one billing period.
pub struct Pipeline {
    /// The period.
    pub period: Period,
    /// The compiled project.
    pub compiled: Arc<Compiled>,
    /// The engine that knows all its tables.
    pub engine: Arc<dyn Engine>,
    /// The run.
    pub run_id: String,
    /// The rows of the seeds, by their names in SQL.
    pub(super) seeds: BTreeMap<String, RecordBatch>,
}

impl Pipeline {
    /// Compiles the project for `period`, makes sources, seeds and models known to an engine, and checks
    /// contracts, sums and the report's columns. Nothing is run.
    ///
    /// # Errors
    /// All that can be known to be wrong before running.
    pub async fn prepare(workspace: &Workspace, report: &Report, period: Period) -> Result<Self> {
        let (engine, compiled) = parallel::both(|| Self::engine_with_seeds(workspace), || workspace.compile(period));
        let (mut compiled, (engine, seeds)) = (compiled?, engine?);
        let queries = std::mem::take(&mut compiled.queries);
        let compiled = Arc::new(compiled);
        let (root, texts) = (workspace.project.root.clone(), Arc::clone(&compiled));
        let writing = spawn_blocking(move || artifacts::write_compiled(&root, &texts));
        let run_id = workspace.job.run_id.clone();
        let pipeline = Self { period, compiled, engine, run_id, seeds };
        let planned = pipeline.plan(workspace, report, queries).await;
        writing.await.map_err(|e| Error::bug("writing broke off").caused_by(&e))??;
        planned.map(|()| pipeline)
    }

    /// An engine that knows the seeds, and their rows by their names in SQL.
    fn engine_with_seeds(workspace: &Workspace) -> Result<(Arc<dyn Engine>, BTreeMap<String, RecordBatch>)> {
        let engine = workspace.engine()?;
        let mut seeds = BTreeMap::new();
        for (name, (seed, properties)) in &workspace.project.seeds {
            let relation = format!("{}.{name}", workspace.project.config.name);
            let rows = inputs::seed_rows(seed, properties)?;
            engine.add_rows(&relation, rows.clone())?;
            seeds.insert(relation, rows);
        }
        Ok((Arc::from(engine), seeds))
    }

    /// Makes the report's tables and the models known to the engine.
    async fn plan(&self, workspace: &Workspace, report: &Report, queries: BTreeMap<String, Box<Query>>) -> Result<()> {
        for source in workspace.project.sources.values().filter(|source| source.source != PUBLISHED) {
            self.engine.add_source(inputs::source_spec(source, report, self.period)?).await?;
        }
        self.plan_models(queries).await?;
        self.engine.check_source()
    }

    /// Plans every model as soon as its parents are; those below one that cannot be planned are left out.
    async fn plan_models(&self, mut queries: BTreeMap<String, Box<Query>>) -> Result<()> {
        let mut planned: BTreeMap<String, Option<Result<SchemaRef>>> = BTreeMap::new();
        let mut waiting = self.longest_way_first();
        let mut tasks = JoinSet::new();
        // One more than there are threads, so that none has to wait for the next to be found.
        let at_once = Handle::current().metrics().num_workers() + 1;
        loop {
            let is_ready = |model: &&ModelNode| self.parents(model).all(|parent| planned.contains_key(parent));
            while tasks.len() < at_once
                && let Some(next) = waiting.iter().position(is_ready)
            {
                let model = waiting.remove(next);
                let can_be = self.parents(model).all(|parent| matches!(planned.get(parent), Some(Some(Ok(_)))));
                let query = queries.remove(&model.name).filter(|_| can_be);
                tasks.spawn(plan(Arc::clone(&self.engine), Arc::clone(&self.compiled), model.name.clone(), query));
            }
            let Some(ended) = tasks.join_next().await else { break };
            let (name, schema) = ended.map_err(|e| Error::bug("planning broke off").caused_by(&e))?;
            planned.insert(name, schema);
        }
        let errors = self.in_order().flat_map(|model| match planned.remove(&model.name).flatten() {
            Some(Ok(schema)) => contracts::broken(model, &schema),
            Some(Err(error)) => vec![locate(error, &model.sql)],
            None => Vec::new(),
        });
        Error::many(errors.collect()).map_or(Ok(()), Err)
    }

    /// The models, those first after which the most SQL is still to be planned, one model after the other.
    fn longest_way_first(&self) -> Vec<&ModelNode> {
        let mut models: Vec<&ModelNode> = self.in_order().collect();
        let mut ways: BTreeMap<&str, usize> = BTreeMap::new();
        for model in models.iter().rev() {
            let way = ways.get(model.name.as_str()).copied().unwrap_or(0) + model.sql.text.len();
            ways.insert(&model.name, way);
            for parent in self.parents(model) {
                let longest = ways.entry(parent).or_default();
                *longest = way.max(*longest);
            }
        }
        models.sort_by_key(|model| Reverse(ways.get(model.name.as_str()).copied()));
        models
    }

    /// The models that `model` reads.
    fn parents<'a>(&'a self, model: &'a ModelNode) -> impl Iterator<Item = &'a String> {
        model.sql.refs.iter().filter(|name| self.compiled.models.contains_key(*name))
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
            path: self.staged(model),
            sort_by: model.sort_by.clone(),
            period: self.period,
            is_result: model.schema.is_none(),
        };
        let written = self.engine.write(&self.relation(&model.name), &destination).await;
        written.map_err(|error| locate(error, &model.sql))
    }

    /// Reads a table model from `file`, below the output, as it was published before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read_published(&self, model: &ModelNode, file: &str) -> Result<()> {
        self.engine.read_back(&self.relation(&model.name), file, self.period).await
    }

    /// Makes the published `table` known as a source, from its `file` below the output.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn add_published(&self, table: &str, file: &str) -> Result<()> {
        self.engine.add_published(&format!("{PUBLISHED}.{table}"), file, self.period).await
    }

    /// Runs a query of the project; keeps at most `keep` rows.
    ///
    /// # Errors
    /// Whatever the engine says, at the query's line where it knows it.
    pub async fn select(&self, sql: &Sql, keep: usize) -> Result<Answer> {
        self.engine.select(&sql.text, keep).await.map_err(|error| locate(error, sql))
    }

    /// The file a table is written to, below the output.
    pub fn staged(&self, model: &ModelNode) -> String {
        kept(&table(model), self.period, &self.run_id)
    }

    /// Where all tables of this run and period are written, below the output.
    pub fn staging(&self) -> String {
        format!("{RUNS}/{}/{}", self.period, self.run_id)
    }
}

/// The columns of the model `name`; none without its query.
async fn plan(
    engine: Arc<dyn Engine>,
    compiled: Arc<Compiled>,
    name: String,
    query: Option<Box<Query>>,
) -> (String, Option<Result<SchemaRef>>) {
    let (Some(model), Some(query)) = (compiled.models.get(&name), query) else { return (name, None) };
    let relation = format!("{}.{name}", compiled.schema);
    let is_table = model.materialization == Materialization::Table;
    let spec = QuerySpec { relation: &relation, sql: &model.sql.text, query, is_table };
    let schema = engine.add_query(spec).await;
    (name, Some(schema))
}

/// A table's name with its schema, as a path: `account_costs`, `working/stg_lines`.
pub fn table(model: &ModelNode) -> String {
    let schema = model.schema.as_ref().map(|schema| format!("{schema}/")).unwrap_or_default();
    format!("{schema}{}", model.name)
}

/// Puts an engine's error at the analyst's line, and names the compiled file.
pub(super) fn locate(error: Error, sql: &Sql) -> Error {
    let is_in_sql = error.place().is_some();
    let error = error.relocate(|place| sql.place(place.line, place.column));
    let error = error.at(crate::words::error::Place::file(&sql.file.path));
    if is_in_sql {
        error.hint(format!("the compiled SQL is in `{}/{}`", artifacts::COMPILED, sql.file.path))
    } else {
        error
    }
}
