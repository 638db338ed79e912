//! What the page says of each part, gathered from the project, what it compiles to, and the last run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::last_run::RunResults;
use crate::common::settings::Settings;
use crate::common::version::VERSION;
use crate::compile::{Compiled, DataTest, Materialization, ModelNode, Question};
use crate::pages::{
    Attached, ColumnView, Graph, Kind, LayerView, Link, ModelView, Page, QuestionsView, SeedView, SettingView,
    SourceView, TestView, highlighted,
};
use crate::planned_run::Workspace;
use crate::project::properties::{ColumnProperties, ModelProperties, OF_TEST, TestUse};
use crate::project::{PUBLISHED, Project, Seed, TextFile};

/// The column of a seed that says where its rows come from.
const ORIGIN: &str = "source";
/// How many origins are told apart.
const ORIGINS: usize = 8;

/// What is made of what: sources, seeds and models.
pub(super) fn graph(project: &Project, compiled: &Compiled) -> Graph {
    let mut graph = Graph::default();
    project.sources.values().for_each(|one| graph.add(&source_name(&one.source, &one.table.name), Kind::Source));
    project.seeds.keys().for_each(|name| graph.add(name, Kind::Seed));
    for model in compiled.models.values() {
        graph.add(&model.name, Kind::Model);
        model.sql.refs.iter().for_each(|parent| graph.connect(parent, &model.name));
        let sources = model.sql.sources.iter();
        sources.for_each(|(source, table)| graph.connect(&source_name(source, table), &model.name));
    }
    graph
}

/// What the page says, but for the month.
pub(super) fn page(workspace: &Workspace, compiled: &Compiled, results: Option<&RunResults>, graph: &Graph) -> Page {
    let project = &workspace.project;
    let names = names(project, compiled);
    let gathered = Gathered { project, compiled, results, graph, names, fetched: &workspace.fetched };
    Page {
        project: project.config.name.clone(),
        generator: format!("apportion {VERSION}"),
        run: results.map(RunResults::run),
        layers: gathered.layers(),
        sources: gathered.sources(),
        seeds: project.seeds.values().map(|(seed, properties)| gathered.seed(seed, properties)).collect(),
        settings: gathered.settings(&workspace.vars),
        tests: gathered
            .compiled
            .data_tests
            .iter()
            .filter(|test| test.model.is_none())
            .map(|test| gathered.test(test))
            .collect(),
        questions: questions(compiled),
        ..Page::default()
    }
}

struct Gathered<'a> {
    project: &'a Project,
    compiled: &'a Compiled,
    results: Option<&'a RunResults>,
    graph: &'a Graph,
    /// What SQL may link to.
    names: BTreeSet<&'a str>,
    /// Seeds that a database has.
    fetched: &'a [TextFile],
}

fn names<'a>(project: &'a Project, compiled: &'a Compiled) -> BTreeSet<&'a str> {
    project.seeds.keys().chain(compiled.models.keys()).map(String::as_str).collect()
}

fn source_name(source: &str, table: &str) -> String {
    format!("{source}.{table}")
}

impl Gathered<'_> {
    fn layers(&self) -> Vec<LayerView> {
        let layer = |name: &str, description: &str| LayerView {
            name: name.to_owned(),
            description: description.to_owned(),
            models: Vec::new(),
        };
        let config = &self.project.config;
        let described = config.described_layers.iter().map(String::as_str).chain(std::iter::repeat(""));
        let mut layers: Vec<LayerView> =
            config.layers.iter().zip(described).map(|(name, what)| layer(name, what)).collect();
        for model in self.compiled.order.iter().filter_map(|name| self.compiled.models.get(name)) {
            let at = layers.iter().position(|layer| layer.name == model.layer).unwrap_or_else(|| {
                layers.push(layer(&model.layer, ""));
                layers.len() - 1
            });
            layers[at].models.push(self.model(model));
        }
        layers.retain(|layer| !layer.models.is_empty());
        layers
    }

    fn model(&self, model: &ModelNode) -> ModelView {
        let declared = self.project.models.get(&model.name);
        let of = |name: &str| declared?.properties.columns.iter().find(|column| column.name == name);
        let columns = model.columns.iter().map(|column| ColumnView {
            name: column.name.clone(),
            data_type: column.data_type.map(|data_type| data_type.to_string()).unwrap_or_default(),
            description: column.description.clone(),
            tests: of(&column.name).map(tests_of).unwrap_or_default(),
        });
        let own = self.compiled.data_tests.iter().filter(|test| test.model.as_ref() == Some(&model.name));
        let tests = own.map(|test| Attached {
            name: test.name.clone(),
            description: String::new(),
            last: self.results.and_then(|results| results.of("test", &test.name)),
        });
        let unit_tests = self.compiled.unit_tests.iter().filter(|unit| unit.test.model == model.name);
        let unit_tests = unit_tests.map(|unit| Attached {
            name: unit.test.name.clone(),
            description: unit.test.description.clone(),
            last: self.results.and_then(|results| results.of("unit_test", &unit.test.name)),
        });
        ModelView {
            name: model.name.clone(),
            path: model.sql.file.path.clone(),
            description: model.description.clone(),
            materialized: model.materialization.name(),
            is_result: model.materialization == Materialization::Table && model.schema.is_none(),
            grain: model.grain.clone(),
            sort_by: model.sort_by.clone(),
            tags: model.tags.clone(),
            columns: columns.collect(),
            tests: tests.collect(),
            unit_tests: unit_tests.collect(),
            settings: model.sql.settings.iter().cloned().collect(),
            reads: links(self.graph.read(&model.name)),
            read_by: links(self.graph.readers(&model.name)),
            asked_by: self.asked_by(&model.name),
            written_html: highlighted(&model.sql.file.text, &self.names),
            compiled_html: highlighted(&model.compiled, &BTreeSet::new()),
            last: self.results.and_then(|results| results.of("model", &model.name)),
        }
    }

    /// The tests and questions that read the model, by their paths.
    fn asked_by(&self, model: &str) -> Vec<String> {
        let published = (PUBLISHED.to_owned(), model.to_owned());
        let tests = self.compiled.data_tests.iter().filter(|test| test.model.is_none()).map(|test| &test.sql);
        let questions = folders(self.compiled).into_iter().flat_map(|(_, questions)| questions).map(|one| &one.sql);
        let reading = tests.chain(questions).filter(|sql| sql.refs.contains(model) || sql.sources.contains(&published));
        let paths: BTreeSet<String> = reading.map(|sql| sql.file.path.clone()).collect();
        paths.into_iter().collect()
    }

    fn sources(&self) -> Vec<SourceView> {
        let sources = self.project.sources.values().map(|one| {
            let name = source_name(&one.source, &one.table.name);
            let columns = one.table.columns.iter();
            SourceView {
                description: one.table.description.clone(),
                columns: columns.map(declared).collect(),
                read_by: links(self.graph.readers(&name)),
                name,
            }
        });
        sources.collect()
    }

    fn seed(&self, seed: &Seed, properties: &ModelProperties) -> SeedView {
        let columns = seed.described(properties).into_iter().map(|(name, known)| {
            let data_type = known.and_then(|column| column.data_type.clone()).unwrap_or_default();
            let description = known.map(|column| column.description.clone()).unwrap_or_default();
            ColumnView { name: name.to_owned(), data_type, description, tests: known.map(tests_of).unwrap_or_default() }
        });
        SeedView {
            name: seed.name.clone(),
            path: seed.file.path.clone(),
            description: properties.description.clone(),
            columns: columns.collect(),
            rows: (!self.is_fetched(seed)).then_some(seed.rows.len()),
            origins: origins(seed),
            read_by: links(self.graph.readers(&seed.name)),
        }
    }

    /// Whether a database has the rows of the seed, which nobody has asked.
    fn is_fetched(&self, seed: &Seed) -> bool {
        self.fetched.iter().any(|file| file.stem() == seed.name)
    }

    fn settings(&self, vars: &Settings) -> Vec<SettingView> {
        let described = self.project.config.described.iter();
        let settings = described.map(|setting| {
            let value = setting.path.split('.').try_fold(None::<&Value>, |value, key| {
                Some(Some(value.map_or_else(|| vars.get(key), |value| value.get(key))?))
            });
            let is_heading = self.project.config.described.iter().any(|other| is_below(&other.path, &setting.path));
            SettingView {
                name: setting.path.clone(),
                value: value.flatten().filter(|_| !is_heading).map(words),
                description: setting.description.clone(),
                choices: setting.choices.clone(),
                read_by: if is_heading { Vec::new() } else { self.readers_of_setting(&setting.path) },
            }
        });
        settings.collect()
    }

    /// The models that read a setting, what is below it, or the whole of what it is below of.
    fn readers_of_setting(&self, path: &str) -> Vec<Link> {
        let reads = |model: &&ModelNode| {
            let own = &model.sql.settings;
            let whole = |name: &String| is_below(path, name) && !own.iter().any(|other| is_below(other, name));
            own.iter().any(|name| name == path || is_below(name, path) || whole(name))
        };
        let models = self.compiled.order.iter().filter_map(|name| self.compiled.models.get(name)).filter(reads);
        models.map(|model| Link { name: model.name.clone(), kind: Kind::Model }).collect()
    }

    fn test(&self, test: &DataTest) -> TestView {
        let reads = test.sql.refs.iter().map(|name| {
            let kind = if self.compiled.seeds.contains_key(name) { Kind::Seed } else { Kind::Model };
            Link { name: name.clone(), kind }
        });
        TestView {
            name: test.name.clone(),
            path: test.sql.file.path.clone(),
            description: first_comment(&test.sql.file.text),
            reads: reads.collect(),
            last: self.results.and_then(|results| results.of("test", &test.name)),
        }
    }
}

fn links<'a>(names: impl Iterator<Item = (&'a str, Kind)>) -> Vec<Link> {
    names.map(|(name, kind)| Link { name: name.to_owned(), kind }).collect()
}

fn declared(column: &ColumnProperties) -> ColumnView {
    ColumnView {
        name: column.name.clone(),
        data_type: column.data_type.clone().unwrap_or_default(),
        description: column.description.clone(),
        tests: tests_of(column),
    }
}

/// What is tested of a column, in words.
fn tests_of(column: &ColumnProperties) -> Vec<String> {
    column.data_tests.iter().map(test_words).collect()
}

/// A test as it is used: `accepted_values: a, b`.
fn test_words(test: &TestUse) -> String {
    let mut given = test.written.clone();
    let nested = given.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default();
    given.retain(|name, _| !OF_TEST.contains(&name.as_str()));
    given.extend(nested);
    let values: Vec<String> = given.values().map(words).collect();
    if values.is_empty() { test.name.clone() } else { format!("{}: {}", test.name, values.join("; ")) }
}

/// A value as one reads it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            entries.iter().map(|(name, value)| format!("{name}: {}", words(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Whether the setting `path` is below the mapping `above`.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

/// Where the rows of a seed come from, the most frequent first.
fn origins(seed: &Seed) -> Vec<(String, usize)> {
    let Some(at) = seed.header.iter().position(|name| name == ORIGIN) else { return Vec::new() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, row) in &seed.rows {
        *counts.entry(row.get(at).map_or("", String::as_str)).or_default() += 1;
    }
    counts.remove("");
    let mut all: Vec<(String, usize)> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    all.sort_by_key(|(_, count)| usize::MAX - count);
    let others: usize = all.iter().skip(ORIGINS).map(|(_, count)| count).sum();
    all.truncate(ORIGINS);
    if others > 0 {
        all.push(("others".to_owned(), others));
    }
    all
}

/// The comment before the SQL of a file, or nothing.
fn first_comment(text: &str) -> String {
    let is_sql = |line: &&str| line.starts_with("with") || line.starts_with("select");
    let head = text.lines().take_while(|line| !is_sql(line)).skip_while(|line| !line.starts_with("--"));
    let comment = head.map_while(|line| line.strip_prefix("--")).map(str::trim);
    comment.collect::<Vec<_>>().join(" ")
}

/// The folders of questions, with what asks them.
fn folders(compiled: &Compiled) -> [((&'static str, &'static str), &[Question]); 5] {
    [
        (("sql/summary", "Answered at the end of `apportion build`"), compiled.summary.as_slice()),
        (("sql/plan", "Asked by `apportion plan`"), compiled.plan.as_slice()),
        (("sql/explain", "Asked by `apportion explain`"), compiled.explanations.as_slice()),
        (("sql/statements", "Asked by `apportion statements build`"), compiled.statements.as_slice()),
        (("sql/events", "Counted for the event of a publication"), compiled.counts.as_slice()),
    ]
}

fn questions(compiled: &Compiled) -> Vec<QuestionsView> {
    let folders = folders(compiled).into_iter().filter(|(_, questions)| !questions.is_empty());
    let views = folders.map(|((folder, asked_by), questions)| QuestionsView {
        folder: folder.to_owned(),
        asked_by,
        questions: questions.iter().map(|one| (one.title.clone(), one.sql.file.path.clone())).collect(),
    });
    views.collect()
}
