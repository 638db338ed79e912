//! `query "SQL"`: read-only questions over the published tables of all periods.

use crate::engine::Answer;
use crate::engine::datafusion::query_published;
use crate::pipeline::Workspace;
use crate::words::error::Result;

/// Answers `sql`, a select over the published tables.
///
/// # Errors
/// When nothing is published, or the SQL is wrong or no select.
pub async fn query(workspace: &Workspace, sql: &str) -> Result<Answer> {
    query_published(&workspace.output, sql, usize::MAX, &workspace.limits).await
}
