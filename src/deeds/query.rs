//! `query "SQL"`: read-only questions over the published tables of all periods.

use crate::engine::Rows;
use crate::engine::datafusion::query_published;
use crate::pipeline::Workspace;
use crate::words::error::Result;

/// Answers `sql`, a select over the published tables.
///
/// # Errors
/// When it names a table and nothing is published, or the SQL is wrong or not a select.
pub async fn query(workspace: &Workspace, sql: &str) -> Result<Rows> {
    query_published(&workspace.output, sql, &workspace.limits).await
}
