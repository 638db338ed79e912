//! Runs what a planner has planned on Athena.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;

use super::client::Queries;
use super::external::Tables;
use super::failure::Failure;
use super::relations::{Files, FilesKind, Reads, Relation, Relations, expression};
use super::statement::{self, Comment, NewTable, Statement};
use super::{RunName, answer, files, workgroup};
use crate::common::athena::AthenaOptions;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::s3::S3Options;
use crate::engine::datafusion::LocalExecutor;
use crate::engine::{Destination, Executor, Planner, QueryCost, QuerySpec, QuerySql, Rows, SourceSpec, Written};
use crate::publish::layout;
use crate::storage::Location;

/// Athena for one run and billing period.
pub struct AthenaExecutor {
    planner: Planner,
    local: LocalExecutor,
    run: RunName,
    queries: Arc<Queries>,
    tables: Tables,
    relations: Relations,
}

impl AthenaExecutor {
    /// Athena by `options` for what `planner` plans; its workgroup is looked at, and nothing is made yet.
    ///
    /// # Errors
    /// When the output is in no bucket, no region or credentials are known, or the workgroup is of no use.
    pub async fn open(planner: &Planner, options: &AthenaOptions, s3: &S3Options, run: RunName) -> Result<Self> {
        let local = planner.local();
        let output = local.output().clone();
        in_bucket(&output)?;
        let queries = Arc::new(Queries::open(options, s3, &run.run_id).await?);
        workgroup::check(&queries).await?;
        let folder = layout::of_run(run.period, &run.run_id);
        let tables = Tables::new(Arc::clone(&queries), output, folder, run.prefix());
        Ok(Self { planner: planner.clone(), local, run, queries, tables, relations: Relations::default() })
    }

    /// What tells, in a statement, whose it is.
    fn comment(&self) -> Comment {
        let RunName { run_id, period } = self.run.clone();
        Comment { run_id, period, output: self.tables.url("") }
    }

    /// The statement that makes the table of `relation` in `folder`, after `expressions`.
    fn creation(&self, relation: &str, folder: &str, expressions: &str) -> Result<Statement> {
        let (query, schema) = self.relations.unwritten(relation)?;
        let name = self.tables.quoted(&self.tables.name_of(relation));
        let table = NewTable { name: &name, folder: &self.tables.url(folder), schema: &schema };
        let text = statement::create_table(&table, expressions, &query.render(expression))?;
        let subject = relation.rsplit('.').next().unwrap_or(relation);
        Statement::query(&self.comment(), &format!("`{subject}`"), &text)
    }

    /// Runs the query of `relation`. Returns the attempt that went well, and what all cost.
    async fn run_query(
        &self,
        relation: &str,
        expressions: &str,
        destination: &Destination,
    ) -> Result<(u32, QueryCost)> {
        let schema = &self.relations.schema(relation)?;
        let name = &self.tables.name_of(relation);
        self.tables.add(name);
        let ran = self.queries.run(|attempt| async move {
            if attempt > 1 {
                self.queries.drop_table(name).await?;
            }
            let attempt = of_run(destination, attempt);
            self.tables.add_folder(&files::own_folder(destination, attempt, schema));
            self.creation(relation, &files::folder(destination, attempt, schema), expressions)
        });
        match ran.await {
            Ok(ran) => Ok((of_run(destination, ran.attempt), ran.cost)),
            Err(Failure::Exhausted(error)) => Err(self.with_window(error, relation)),
            Err(failure) => Err(failure.error()),
        }
    }

    /// `error` of `relation`, for which Athena has not enough, with where most of it may have gone.
    fn with_window(&self, error: Error, relation: &str) -> Error {
        match self.local.widest_window(relation) {
            Some(window) => error.hint(format!("its widest window is `{window}`")),
            None => error,
        }
    }

    /// `error` of a query that has `read`; where a value of the report was the cause, it is named.
    async fn explained(&self, error: Error, read: &Reads) -> Error {
        if read.has_report() { self.local.why_source_failed().await.unwrap_or(error) } else { error }
    }

    /// Makes files known as `name`.
    fn add_files(&self, name: &str, kind: FilesKind, size: u64) {
        self.relations.set(name, Relation::Files(Arc::new(Files::new(kind, size))));
    }

    /// Makes the published files at `paths` known as `name`, with columns of `schema`.
    async fn add_published(&self, name: &str, schema: SchemaRef, paths: &[String], period: Period) -> Result<()> {
        let output = &self.tables.output;
        let (mut urls, mut size) = (Vec::new(), 0);
        for path in paths {
            size += output.size(path).await?;
            urls.push(output.url(&output.path(path)));
        }
        self.add_files(name, FilesKind::Table(schema, period, urls), size);
        Ok(())
    }
}

#[async_trait]
impl Executor for AthenaExecutor {
    async fn attach_source(&self, spec: &SourceSpec) -> Result<()> {
        in_bucket(&spec.location)?;
        let size = spec.files.iter().map(|file| file.object.size).sum();
        self.add_files(&spec.relation, FilesKind::Report(self.planner.mapped_files(&spec.relation)?), size);
        Ok(())
    }

    async fn attach_seed(&self, relation: &str, rows: &RecordBatch) -> Result<()> {
        self.add_files(
            relation,
            FilesKind::Seed(relation.to_owned(), rows.clone()),
            rows.get_array_memory_size() as u64,
        );
        Ok(())
    }

    async fn attach_published(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        let schema = self.planner.schema(relation).await?;
        self.add_published(relation, schema, paths, period).await
    }

    async fn attach_query(&self, spec: &QuerySpec, schema: &SchemaRef) -> Result<()> {
        let query = spec.sql.sent.clone();
        if !spec.is_table {
            self.relations.set(&spec.relation, Relation::View(query));
            return Ok(());
        }
        let expressions = self.relations.reads(&query)?.outline(&self.tables)?;
        self.relations.set(&spec.relation, Relation::Unwritten(query, Arc::clone(schema)));
        self.creation(&spec.relation, &self.tables.folder, &expressions).map(drop)
    }

    async fn materialise(&self, relation: &str, destination: &Destination) -> Result<Written> {
        let (query, schema) = self.relations.unwritten(relation)?;
        let read = self.relations.reads(&query)?;
        let expressions = read.expressions(&self.tables).await?;
        let (attempt, cost) = match self.run_query(relation, &expressions, destination).await {
            Ok(ran) => ran,
            Err(error) => return Err(self.explained(error, &read).await),
        };
        let made = files::made(&self.tables.output, destination, attempt).await?;
        let is_small = destination.is_result && made.size <= self.queries.options.local_limit();
        let written = if is_small || made.paths.is_empty() {
            self.local.write_anew(relation, &made.paths, destination, attempt).await?
        } else {
            files::copy(&self.local, relation, &made, destination, attempt).await?
        };
        self.relations.set(relation, Relation::Written(schema, made.size));
        Ok(Written { cost: Some(cost), ..written })
    }

    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        self.local.read_back(relation, paths, period).await?;
        let schema = self.relations.schema(relation)?;
        self.add_published(relation, schema, paths, period).await
    }

    async fn query(&self, sql: &QuerySql, sort_by: &[String]) -> Result<Rows> {
        let read = self.relations.reads(&sql.sent)?;
        if read.size() <= self.queries.options.local_limit() {
            return self.local.query(sql, sort_by).await;
        }
        let schema = self.planner.schema_of(&sql.planned).await?;
        let expressions = read.expressions(&self.tables).await?;
        let text = if sort_by.is_empty() && sql.sent.has_head() {
            sql.sent.render_after(&expressions, expression)
        } else {
            statement::after(&expressions, &statement::sorted(&sql.sent.render(expression), &schema, sort_by))
        };
        match self.queries.run(|_| async { Statement::query(&self.comment(), "the question", &text) }).await {
            Ok(ran) => Ok(answer::rows_of(&self.queries, ran.id, &schema)),
            Err(failure) => Err(self.explained(failure.error(), &read).await),
        }
    }

    fn concurrency(&self) -> Option<usize> {
        Some(self.queries.options.concurrency())
    }

    fn cost(&self) -> Option<QueryCost> {
        Some(self.queries.cost())
    }

    async fn stop(&self) {
        self.queries.stop_all().await;
    }

    async fn tidy(&self) -> Result<()> {
        self.tables.drop_all().await
    }
}

/// Which attempt at `destination` the `attempt` of its query is; both count from 1.
fn of_run(destination: &Destination, attempt: u32) -> u32 {
    destination.attempt + attempt - 1
}

/// Refuses places that Athena does not read.
fn in_bucket(place: &Location) -> Result<()> {
    if place.is_s3() {
        return Ok(());
    }
    Err(Error::user(format!("`{}` is a folder: Athena reads and writes S3", place.name))
        .hint("set `source` and `output` of the target to places in S3: s3://bucket/prefix"))
}
