//! Questions about what is published.

use super::Workspace;
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::compile::{Question, declared_columns, dimensions, schema};
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

    /// The questions of what statements of `period` tell, for [`Self::query`], whatever engine runs the models.
    ///
    /// # Errors
    /// All that is wrong with templates, dependencies and layers; when one reads what is not published.
    pub fn statement_questions(&self, period: Period) -> Result<Vec<Question>> {
        let questions = self.compile_as(period, Dialect::DataFusion)?.statements;
        let wrong = questions.iter().filter_map(|question| {
            let model = question.sql.refs.first()?;
            let error = Error::user(format!("a statement reads the model `{model}`"));
            let error = error.at(question.sql.place_of_table(&format!("{}.{model}", self.project.config.name)));
            Some(error.hint(format!("read what is published of it: {{{{ source('published', '{model}') }}}}")))
        });
        Error::many(wrong.collect()).map_or(Ok(()), Err)?;
        Ok(questions)
    }
}
