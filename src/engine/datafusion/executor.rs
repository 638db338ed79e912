//! Runs what a planner has planned, in this process.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use super::catalog::Catalog;
use super::errors::explain;
use super::{sql, write};
use crate::common::error::Result;
use crate::common::period::Period;
use crate::engine::{Destination, Executor, Rows, Written};

/// DataFusion in the session of a planner.
pub(super) struct LocalExecutor(Arc<Catalog>);

impl LocalExecutor {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        Self(catalog)
    }
}

#[async_trait]
impl Executor for LocalExecutor {
    async fn materialise(&self, relation: &str, destination: &Destination) -> Result<Written> {
        let (pending, plan) = self.0.pending(relation)?;
        let frame = DataFrame::new(self.0.context.state(), plan);
        let written = match write::write(frame, &self.0.output, destination).await {
            Ok(written) => written,
            Err(error) => return Err(self.0.why_source_failed().await.unwrap_or(error)),
        };
        pending.read_from(&self.0.output, std::slice::from_ref(&destination.path), destination.period)?;
        Ok(written)
    }

    async fn read_back(&self, relation: &str, paths: &[String], period: Period) -> Result<()> {
        let (pending, _) = self.0.pending(relation)?;
        pending.read_from(&self.0.output, paths, period)
    }

    async fn query(&self, sql: &str, sort_by: &[String]) -> Result<Rows> {
        let state = self.0.context.state();
        let plan = sql::plan(&state, sql).await.map_err(explain)?;
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
