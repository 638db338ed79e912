//! Questions about what is published.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use serde_json::Value;

use super::{Workspace, inputs};
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::settings::merge;
use crate::compile::{self, Compiled, ProjectState, Question, TemplateContext, declared_columns, dimensions, schema};
use crate::engine::{Answer, Declared, Questions, Rows, query_published};
use crate::project::{Seed, TextFile};
use crate::publish::{Publication, layout};

/// A published month, and what explains its figures.
pub struct PublishedMonth {
    /// The questions of `sql/explain/`.
    pub questions: Vec<Question>,
    tables: Questions,
    /// The rows of seeds that are not read yet.
    seeds: BTreeMap<String, RecordBatch>,
    schema: String,
}

impl PublishedMonth {
    /// The answer to one of its questions.
    ///
    /// # Errors
    /// Whatever the engine says, in the question's file.
    pub async fn ask(&mut self, question: &Question) -> Result<Answer> {
        for name in &question.sql.refs {
            if let Some(rows) = self.seeds.remove(name) {
                self.tables.add_rows(&format!("{}.{name}", self.schema), rows)?;
            }
        }
        let answer = match self.tables.query(&question.sql.text).await {
            Ok(rows) => rows.first(usize::MAX).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| {
            let file = &question.sql.file.path;
            error
                .relocate(|place| question.sql.place(place.line, place.column))
                .while_doing(format!("answering `{file}`"))
        })
    }
}

impl Workspace {
    /// Answers `sql`, a select over the published tables of all periods, with the columns that models declare.
    ///
    /// # Errors
    /// When it names a table and nothing is published, or the SQL is wrong or not a select.
    pub async fn query(&self, sql: &str) -> Result<Rows> {
        query_published(&self.output, sql, self.declared()?, &self.limits).await
    }

    /// The tables of one publication, for selects that are to see the same, whatever is published meanwhile.
    ///
    /// # Errors
    /// When a column is declared wrongly, or the limits cannot be set up.
    pub fn published_tables(&self, publication: &Publication) -> Result<Questions> {
        Questions::of(publication, &self.output, self.declared()?, &self.limits)
    }

    /// What models declare of the tables that are published.
    fn declared(&self) -> Result<BTreeMap<String, Declared>> {
        let dimensions = dimensions(&self.vars)?;
        let models = self.project.models.values().map(|model| {
            let columns = schema(&declared_columns(model, &model.properties.config, &dimensions)?);
            Ok((model.name.clone(), Declared { columns, formerly: model.properties.meta_names("formerly") }))
        });
        models.collect()
    }

    /// A published month, to ask what explains a figure of it, with `parameters` by their names.
    ///
    /// # Errors
    /// All that is wrong with templates, dependencies and layers; when a question reads what is not published.
    pub async fn published_month(
        &self,
        publication: &Publication,
        parameters: BTreeMap<String, String>,
    ) -> Result<PublishedMonth> {
        let mut vars = self.vars.clone();
        // What the run was told: that decided.
        if let Some(Ok(Value::Object(of_run))) = publication.newest().map(|run| serde_json::from_str(&run.settings)) {
            merge(&mut vars, &of_run);
        }
        let context =
            TemplateContext { dialect: Dialect::DataFusion, parameters, ..self.context_of(publication.period, vars) };
        let questions = compile::explanations(&self.project, context)?;
        let seeds = &self.project.seeds;
        self.refuse_models(&questions, |name| !seeds.contains_key(name))?;
        Ok(PublishedMonth {
            tables: self.published_tables(publication)?,
            seeds: self.seeds_of(publication, &questions).await?,
            schema: self.project.config.name.clone(),
            questions,
        })
    }

    /// The rows of the seeds that `questions` read, as the run had them; of a run that kept none, as they are now.
    async fn seeds_of(
        &self,
        publication: &Publication,
        questions: &[Question],
    ) -> Result<BTreeMap<String, RecordBatch>> {
        let kept = self.published_project(publication).await?.unwrap_or_default();
        let names: BTreeSet<&String> = questions.iter().flat_map(|question| &question.sql.refs).collect();
        let seeds = names.into_iter().filter_map(|name| Some((name, self.project.seeds.get(name)?)));
        let rows = seeds.map(|(name, (seed, properties))| {
            let rows = match kept.seed(name) {
                Some(part) => {
                    let file = TextFile { path: part.path.clone(), text: part.text.as_str().into() };
                    inputs::seed_rows(&Seed::parse(file)?, properties)?
                }
                None => inputs::seed_rows(seed, properties)?,
            };
            Ok((name.clone(), rows))
        });
        rows.collect()
    }

    /// Refuses questions that read a model or seed by its own name of which that `is_wrong`.
    fn refuse_models(&self, questions: &[Question], is_wrong: impl Fn(&str) -> bool) -> Result<()> {
        let wrong = questions.iter().filter_map(|question| {
            let model = question.sql.refs.iter().find(|name| is_wrong(name))?;
            let error = Error::user(format!("`{}` reads the model `{model}`", question.sql.file.path));
            let error = error.at(question.sql.place_of_table(&format!("{}.{model}", self.project.config.name)));
            Some(error.hint(format!("read what is published of it: {{{{ source('published', '{model}') }}}}")))
        });
        Error::many(wrong.collect()).map_or(Ok(()), Err)
    }

    /// What the project was when the newest run of a publication was made of it; nothing if an earlier version published
    /// it, which kept no such thing.
    ///
    /// # Errors
    /// When the store does not answer, or what was kept is damaged.
    pub async fn published_project(&self, publication: &Publication) -> Result<Option<ProjectState>> {
        let Some(run) = publication.newest() else { return Ok(None) };
        let path = layout::of_project(publication.period, &run.run_id);
        let Some((bytes, _)) = self.output.get(&path).await? else { return Ok(None) };
        let state = serde_json::from_slice(&bytes);
        state.map(Some).map_err(|error| {
            Error::data(format!("`{}` is damaged", self.output.at(&path)))
                .caused_by(&error)
                .hint("a run of the month writes it anew: `apportion build --full-refresh`")
        })
    }

    /// The models, seeds and tests of `compiled` that are not as in the newest run of `publication`; nothing if that is not
    /// known.
    ///
    /// # Errors
    /// As [`Self::published_project`].
    pub async fn modified(&self, compiled: &Compiled, publication: &Publication) -> Result<Option<BTreeSet<String>>> {
        let before = self.published_project(publication).await?;
        Ok(before.map(|before| ProjectState::of(&self.project, compiled).modified_names(&before)))
    }

    /// The questions of what statements of `period` tell, for [`Self::query`], whatever engine runs the models.
    ///
    /// # Errors
    /// All that is wrong with templates, dependencies and layers; when one reads what is not published.
    pub fn statement_questions(&self, period: Period) -> Result<Vec<Question>> {
        let questions = self.compile_as(period, Dialect::DataFusion)?.statements;
        self.refuse_models(&questions, |_| true)?;
        Ok(questions)
    }
}
