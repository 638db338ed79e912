//! `query "SQL"`: read-only questions over the published tables of all periods.

use crate::common::error::Result;
use crate::compile::{declared_columns, dimensions, schema};
use crate::engine::{Declared, Rows, query_published};
use crate::planned_run::Workspace;

/// Answers `sql`, a select over the published tables.
///
/// # Errors
/// When it names a table and nothing is published, or the SQL is wrong or not a select.
pub async fn query(workspace: &Workspace, sql: &str) -> Result<Rows> {
    let dimensions = dimensions(&workspace.vars)?;
    let models = workspace.project.models.values().map(|model| {
        let columns = schema(&declared_columns(model, &model.properties.config, &dimensions)?);
        Ok((model.name.clone(), Declared { columns, formerly: model.properties.meta_names("formerly") }))
    });
    query_published(&workspace.output, sql, &models.collect::<Result<_>>()?, &workspace.limits).await
}
