//! Questions about what is published.

use super::Workspace;
use crate::common::error::Result;
use crate::compile::{declared_columns, dimensions, schema};
use crate::engine::{Declared, Rows, query_published};

impl Workspace {
    /// Answers `sql`, a select over the published tables of all periods, with the columns that models declare.
    ///
    /// # Errors
    /// When it names a table and nothing is published, or the SQL is wrong or not a select.
    pub async fn query(&self, sql: &str) -> Result<Rows> {
        let dimensions = dimensions(&self.vars)?;
        let models = self.project.models.values().map(|model| {
            let columns = schema(&declared_columns(model, &model.properties.config, &dimensions)?);
            Ok((model.name.clone(), Declared { columns, formerly: model.properties.meta_names("formerly") }))
        });
        query_published(&self.output, sql, &models.collect::<Result<_>>()?, &self.limits).await
    }
}
