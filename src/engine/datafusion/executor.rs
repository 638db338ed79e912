//! Runs what a planner has planned, in this process.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;

use super::catalog::Catalog;
use super::errors::explain;
use super::parquet::{self, Footer};
use super::{plan_checks, sql, write};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::engine::{Destination, Executor, QuerySql, Rows, Written};
use crate::publish::layout;
use crate::storage::{Access, Location};

/// Footers that are asked for at a time.
const AT_ONCE: usize = 16;

/// DataFusion in the session of a planner.
pub(in crate::engine) struct LocalExecutor(Arc<Catalog>);

impl LocalExecutor {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        Self(catalog)
    }

    /// Where tables are.
    pub(in crate::engine) fn output(&self) -> &Location {
        &self.0.output
    }

    /// Writes the rows of the files at `paths`, which somebody else made of the table query `relation`, as this engine
    /// would have; they are read from there from then on.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub(in crate::engine) async fn write_anew(
        &self,
        relation: &str,
        paths: &[String],
        destination: &Destination,
        attempt: u32,
    ) -> Result<Written> {
        let (pending, _) = self.0.pending(relation)?;
        let rows = pending.rows_in(&self.0.output, paths, destination.period)?;
        let frame = DataFrame::new(self.0.context.state(), rows);
        let written = write::write(frame, &self.0.output, destination, attempt).await?;
        let paths = layout::files(&destination.of(attempt), written.files);
        pending.read_from(&self.0.output, &paths, destination.period)?;
        Ok(Written { operators: Vec::new(), ..written })
    }

    /// Reads the table query `relation` from the files at `paths` from now on; returns how many rows they have.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(in crate::engine) async fn adopt(&self, relation: &str, paths: &[String], period: Period) -> Result<u64> {
        let output = &self.0.output;
        let footers = paths.iter().map(async |path| {
            let path = output.path(path);
            let object = output.store.head(&path).await.map_err(|error| output.refused(Access::Read, &path, &error))?;
            parquet::footer(&self.0.context, output, &object).await
        });
        let footers = stream::iter(footers.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect::<Vec<Footer>>().await?;
        self.read_back(relation, paths, period).await?;
        Ok(footers.iter().map(Footer::rows).sum())
    }

    /// The window of the table query `relation` that is likely to have the most rows in one place, in words of SQL.
    pub(in crate::engine) fn widest_window(&self, relation: &str) -> Option<String> {
        let (_, plan) = self.0.pending(relation).ok()?;
        plan_checks::widest_window(&self.0.context.state().optimize(&plan).ok()?)
    }

    /// If a source has values that are none of their declared type, which one, and in which file.
    pub(in crate::engine) async fn why_source_failed(&self) -> Option<Error> {
        self.0.why_source_failed().await
    }
}

#[async_trait]
impl Executor for LocalExecutor {
    async fn materialise(&self, relation: &str, destination: &Destination) -> Result<Written> {
        let (pending, plan) = self.0.pending(relation)?;
        let frame = DataFrame::new(self.0.context.state(), plan);
        let attempt = destination.attempt;
        let written = match write::write(frame, &self.0.output, destination, attempt).await {
            Ok(written) => written,
            Err(error) => return Err(self.0.why_source_failed().await.unwrap_or(error)),
        };
        let paths = layout::files(&destination.of(attempt), written.files);
        pending.read_from(&self.0.output, &paths, destination.period)?;
        Ok(written)
    }

    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        let (pending, _) = self.0.pending(relation)?;
        pending.read_from(&self.0.output, paths, period)
    }

    async fn query(&self, sql: &QuerySql, sort_by: &[String]) -> Result<Rows> {
        let state = self.0.context.state();
        let plan = sql::plan(&state, &sql.planned).await.map_err(explain)?;
        let frame = write::sorted(DataFrame::new(state, plan), sort_by, true)?;
        Ok(explained(frame.execute_stream().await.map_err(explain)?, Arc::clone(&self.0)))
    }
}

/// The rows of `stream`; of what fails it says which value of the report was the cause, if one was.
fn explained(stream: SendableRecordBatchStream, catalog: Arc<Catalog>) -> Rows {
    let schema = stream.schema();
    let batches = stream.then(move |batch| {
        let catalog = Arc::clone(&catalog);
        async move {
            match batch {
                Ok(batch) => Ok(batch),
                Err(error) => Err(catalog.why_source_failed().await.unwrap_or_else(|| explain(error))),
            }
        }
    });
    Rows { schema, batches: batches.boxed() }
}
