//! From the project's files to the compiled graph, all errors gathered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::context::{ResultTable, TemplateContext};
use super::declared::{declared_columns, has_dimensions};
use super::dimensions::{DIMENSIONS, Dimension, dimensions};
use super::functions::Recorded;
use super::jinja::Renderer;
use super::node::{Compiled, Materialization, ModelNode, Question, Sql, UnitTestNode};
use super::{ephemeral, graph, tables};
use crate::common::error::{Error, Place, Result};
use crate::common::parallel;
use crate::common::settings::{Settings, is_true, merge};
use crate::project::load::folders;
use crate::project::properties::names;
use crate::project::{Model, PUBLISHED, Project, TextFile, UnitTest};
use crate::publish;

/// Compiles the project under `context`, whose names of models and sources are filled in here.
///
/// # Errors
/// All that is wrong with the templates, the SQL's dependencies, the layers and the tests.
pub fn compile(project: &Project, context: TemplateContext) -> Result<Compiled> {
    let mut assembly = Assembly::of(project, context)?;
    assembly.compile_models()?;
    assembly.compile_rest()
}

/// The questions of `project` that explain a figure, without anything else of it.
///
/// # Errors
/// All that is wrong with their templates and SQL.
pub fn explanations(project: &Project, context: TemplateContext) -> Result<Vec<Question>> {
    let mut assembly = Assembly::of(project, context)?;
    let questions = assembly.questions(&project.explanations, folders::EXPLAIN);
    Error::many(assembly.errors).map_or(Ok(questions), Err)
}

/// A project that is being compiled.
pub(super) struct Assembly<'a> {
    pub(super) project: &'a Project,
    pub(super) renderer: Renderer,
    pub(super) context: TemplateContext,
    pub(super) compiled: Compiled,
    /// Models that are not there: `config(enabled=false)`.
    disabled: BTreeSet<String>,
    pub(super) errors: Vec<Error>,
}

impl<'a> Assembly<'a> {
    fn of(project: &'a Project, mut context: TemplateContext) -> Result<Self> {
        context.schema.clone_from(&project.config.name);
        context.models = project.models.keys().chain(project.seeds.keys()).cloned().collect();
        context.sources = project.sources.keys().cloned().collect();
        let published = project.models.keys().map(String::as_str).chain([publish::TABLE]);
        context.sources.extend(published.map(|name| (PUBLISHED.to_owned(), name.to_owned())));
        let renderer = Renderer::new(context.clone(), &project.macros)?;
        let seeds = project.seeds.iter().map(|(name, (seed, _))| (name.clone(), seed.file.path.clone()));
        let compiled = Compiled { schema: context.schema.clone(), seeds: seeds.collect(), ..Compiled::default() };
        Ok(Self { project, renderer, context, compiled, disabled: BTreeSet::new(), errors: Vec::new() })
    }

    /// Compiles the tests and questions, too, and checks the layers.
    fn compile_rest(mut self) -> Result<Compiled> {
        let compiled = &mut self.compiled;
        for name in compiled.order.clone() {
            let inlined = ephemeral::inline(&name, &compiled.models, &compiled.order, &compiled.schema);
            if let Some(model) = compiled.models.get_mut(&name) {
                model.compiled = inlined;
            }
        }
        self.errors = graph::check_layers(&self.compiled.models, &self.context.schema, &self.project.config.layers);
        self.data_tests();
        self.refuse_published();
        self.unit_tests();
        // The tables are known, and questions may go through them.
        let _ = self.context.results.set(results(&self.compiled.models));
        self.compiled.summary = self.questions(&self.project.summary, folders::SUMMARY);
        self.compiled.counts = self.questions(&self.project.counts, folders::EVENTS);
        self.compiled.statements = self.questions(&self.project.statements, folders::STATEMENTS);
        self.compiled.plan = self.questions(&self.project.plan, folders::PLAN);
        self.compiled.explanations = self.questions(&self.project.explanations, folders::EXPLAIN);
        match Error::many(self.errors) {
            Some(error) => Err(error),
            None => Ok(self.compiled),
        }
    }

    /// Compiles the models, and puts them in order.
    fn compile_models(&mut self) -> Result<()> {
        let models = self.project.models.values();
        let dimensions = dimensions(&self.context.vars)?;
        let checked = self.checked(models.clone().map(|model| (&model.file, model.name.as_str())));
        for (model, checked) in models.zip(checked) {
            match checked.and_then(|Checked { sql, recorded }| model_node(model, sql, &recorded, &dimensions)) {
                Ok(Some(node)) => {
                    self.compiled.models.insert(node.name.clone(), node);
                }
                Ok(None) => {
                    self.disabled.insert(model.name.clone());
                }
                Err(error) => self.errors.push(error),
            }
        }
        let reading = self.compiled.models.values().filter_map(|model| Some((model, self.reads_disabled(&model.sql)?)));
        let reading: Vec<Error> = reading
            .map(|(model, disabled)| {
                Error::user(format!("`{}` reads `{disabled}`, which is not enabled", model.name))
                    .at(model.sql.place_of_table(&self.context.relation(disabled)))
                    .hint("`enabled` in its `config()` or `config:` is false")
            })
            .collect();
        self.errors.extend(reading);
        Error::many(std::mem::take(&mut self.errors)).map_or(Ok(()), Err)?;
        self.compiled.order = graph::order(&self.compiled.models, &self.compiled.schema)?;
        Ok(())
    }

    /// A model that `sql` reads and that is not there.
    pub(super) fn reads_disabled<'s>(&self, sql: &'s Sql) -> Option<&'s str> {
        sql.refs.iter().map(String::as_str).find(|name| self.is_disabled(name))
    }

    /// Whether the model `name` is not there.
    pub(super) fn is_disabled(&self, name: &str) -> bool {
        self.disabled.contains(name)
    }

    /// What `files` are rendered to, each under its name, and whether that is a query.
    pub(super) fn checked(&mut self, files: impl Iterator<Item = (&'a TextFile, &'a str)>) -> Vec<Result<Checked>> {
        let files: Vec<_> = files.collect();
        let checked = parallel::map(&files, |(file, name)| {
            let (mut sql, recorded) = self.renderer.render(file, name, None)?;
            tables::check(&mut sql, &self.context.schema, self.context.dialect)?;
            Ok(Checked { sql, recorded })
        });
        let logs = checked.iter().flatten().flat_map(|checked| &checked.recorded.logs);
        self.compiled.logs.extend(logs.cloned());
        checked
    }

    /// What was published before is for questions alone: with it, the same report would give other tables in each run.
    fn refuse_published(&mut self) {
        let models = self.compiled.models.values().map(|model| &model.sql);
        for sql in models.chain(self.compiled.data_tests.iter().map(|test| &test.sql)) {
            if let Some((source, table)) = sql.sources.iter().find(|(source, _)| source == PUBLISHED) {
                let refused = Error::user(format!("only questions may read `{source}.{table}`"))
                    .at(sql.place_of_table(&format!("{source}.{table}")))
                    .hint(format!("compare with it in a file under `{}/`", folders::SUMMARY))
                    .hint("a model or test would give a different answer each time it runs");
                self.errors.push(refused);
            }
        }
    }

    fn unit_tests(&mut self) {
        let tests =
            self.project.unit_tests.iter().filter(|(test, _)| test.is_enabled && !self.is_disabled(&test.model));
        let tests: Vec<&(UnitTest, TextFile)> = tests.collect();
        let nodes = parallel::map(&tests, |(test, file)| self.unit_test(test, file));
        for ((test, file), node) in tests.into_iter().zip(nodes) {
            if let Some(twin) = self.compiled.unit_tests.iter().find(|other| other.test.name == test.name) {
                let first = twin.file.place(twin.test.at);
                self.errors.push(twice("unit test", &test.name, &first).at(file.place(test.at)));
                continue;
            }
            match node {
                Ok(node) => self.compiled.unit_tests.push(node),
                Err(error) => self.errors.push(error.at(file.place(test.at))),
            }
        }
    }

    fn unit_test(&self, test: &UnitTest, file: &TextFile) -> Result<UnitTestNode> {
        let model = self.project.models.get(&test.model);
        let model = model.ok_or_else(|| Error::bug(format!("the model `{}` is missing", test.model)))?;
        let sql = match self.compiled.models.get(&test.model) {
            Some(own) if test.vars.is_empty() => own.sql.clone(),
            _ => {
                let mut vars = self.context.vars.clone();
                merge(&mut vars, &test.vars);
                self.renderer.render(&model.file, &model.name, Some(vars))?.0
            }
        };
        let mut given = BTreeMap::new();
        for input in &test.given {
            let place = file.place(input.at);
            let name = self.input_name(&input.input).map_err(|error| error.at(place.clone()))?;
            let (schema, bare) = name.split_once('.').unwrap_or(("", name.as_str()));
            let read = sql.refs.contains(bare) || sql.sources.contains(&(schema.to_owned(), bare.to_owned()));
            if !read {
                return Err(Error::user(format!("the model `{}` does not read `{name}`", test.model))
                    .at(place)
                    .did_you_mean(bare, sql.refs.iter().map(String::as_str)));
            }
            if given.insert(name.clone(), input.rows.clone()).is_some() {
                return Err(Error::user(format!("`{name}` is given twice")).at(place).hint("combine the rows of both"));
            }
        }
        Ok(UnitTestNode { test: test.clone(), file: file.clone(), sql, given })
    }

    fn input_name(&self, input: &str) -> Result<String> {
        let words: Vec<&str> = input.split(['\'', '"']).collect();
        match words.as_slice() {
            ["ref(", name, ")"] => Ok(self.context.relation(name)),
            ["source(", source, _, table, ")"] => Ok(format!("{source}.{table}")),
            _ => Err(Error::user(format!("`{input}` is not an input of a unit test"))
                .hint("write ref('model') or source('source', 'table')")),
        }
    }

    fn questions(&mut self, files: &'a [TextFile], folder: &str) -> Vec<Question> {
        let checked = self.checked(files.iter().map(|file| (file, file.stem())));
        let mut questions = Vec::new();
        for (file, checked) in files.iter().zip(checked) {
            match checked {
                Ok(Checked { sql, .. }) if self.reads_disabled(&sql).is_some() => {}
                Ok(Checked { sql, .. }) => {
                    let first = file.text.lines().next().unwrap_or("");
                    let title = first.strip_prefix("--").map_or(file.stem(), str::trim).to_owned();
                    let name = file.path.trim_start_matches(folder).trim_matches('/').trim_end_matches(".sql");
                    questions.push(Question { name: name.to_owned(), title, sql });
                }
                Err(error) => self.errors.push(error),
            }
        }
        questions
    }
}

/// Those of the `models` that readers are given.
fn results(models: &BTreeMap<String, ModelNode>) -> Vec<ResultTable> {
    let tables = models.values().filter(|model| {
        model.materialization == Materialization::Table && model.schema.is_none() && !model.columns.is_empty()
    });
    let tables = tables.map(|model| ResultTable {
        name: model.name.clone(),
        grain: model.grain.clone(),
        columns: model.columns.iter().map(|column| (column.name.clone(), column.data_type)).collect(),
    });
    tables.collect()
}

/// A file that was rendered to a query.
pub(super) struct Checked {
    pub(super) sql: Sql,
    pub(super) recorded: Recorded,
}

/// The model, if it is enabled.
fn model_node(model: &Model, sql: Sql, recorded: &Recorded, dimensions: &[Dimension]) -> Result<Option<ModelNode>> {
    let mut config = model.properties.config.clone();
    merge(&mut config, &recorded.config);
    if !is_enabled(&config).map_err(|error| error.at(Place::file(&model.file.path)))? {
        return Ok(None);
    }
    let word = config.get("materialized").map_or("view", |word| word.as_str().unwrap_or_default());
    let materialization = Materialization::read(word).map_err(|error| error.at(place_of_materialized(model)))?;
    let mut tags = model.properties.tags.clone();
    tags.extend(names(config.get("tags")));
    let has_dimensions = has_dimensions(model, &config);
    let mut grain = names_of_meta(&config, model, "grain");
    if let Some(index) = grain.iter().position(|name| has_dimensions && name == DIMENSIONS) {
        grain.splice(index..=index, dimensions.iter().map(|dimension| dimension.name.clone()));
    }
    Ok(Some(ModelNode {
        name: model.name.clone(),
        layer: model.layer.clone(),
        sql,
        compiled: String::new(),
        materialization,
        schema: config.get("schema").and_then(Value::as_str).map(str::to_owned),
        tags,
        grain,
        sort_by: names_of_meta(&config, model, "sort_by"),
        formerly: names_of_meta(&config, model, "formerly"),
        columns: declared_columns(model, &config, dimensions)?,
        properties: model.properties.node.clone(),
        is_contract: has_dimensions || is_true(config.get("contract"), "enforced"),
        description: model.properties.description.clone(),
        properties_file: model.properties_file.clone(),
    }))
}

/// Whether `enabled` in `config` is true, or is not there.
pub(super) fn is_enabled(config: &Settings) -> Result<bool> {
    match config.get("enabled") {
        None => Ok(true),
        Some(Value::Bool(enabled)) => Ok(*enabled),
        Some(other) => Err(Error::user(format!("`enabled` is {other}, and neither true nor false"))),
    }
}

/// Where YAML says how `model` is kept, or else its file.
fn place_of_materialized(model: &Model) -> Place {
    let (Some(file), Some(node)) = (&model.properties_file, &model.properties.node) else {
        return Place::file(&model.file.path);
    };
    let written = node.child("config").and_then(|config| config.child("materialized"));
    file.place(written.unwrap_or(node).at)
}

/// The names under the `key` of `meta:` in `config`, or else in YAML.
fn names_of_meta(config: &Settings, model: &Model, key: &str) -> Vec<String> {
    let here = names(config.get("meta").and_then(|meta| meta.get(key)));
    if here.is_empty() { model.properties.meta_names(key) } else { here }
}

pub(super) fn twice(what: &str, name: &str, first: &Place) -> Error {
    let line = if first.line > 0 { format!(", line {}", first.line) } else { String::new() };
    Error::user(format!("there are two {what}s called `{name}`"))
        .hint(format!("the other one is in `{}`{line}; give one of them another name", first.file.display()))
}
