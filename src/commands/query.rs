//! `query "SQL"`: read-only questions over the published tables of all periods.

use crate::common::error::Result;
use crate::engine::{Rows, query_published};
use crate::planned_run::Workspace;

/// Answers `sql`, a select over the published tables.
///
/// # Errors
/// When it names a table and nothing is published, or the SQL is wrong or not a select.
pub async fn query(workspace: &Workspace, sql: &str) -> Result<Rows> {
    let models = workspace.project.models.values();
    let formerly = models.map(|model| (model.name.clone(), model.properties.meta_names("formerly")));
    query_published(&workspace.output, sql, &formerly.collect(), &workspace.limits).await
}
