//! The YAML files beside the SQL: dbt's `version: 2` properties.
//!
//! A key that nobody reads is an error. Keys that dbt reads and that change nothing in what apportion computes are
//! passed over: they are listed here, for each kind of mapping.

use serde_json::Value;

use super::files::TextFile;
use super::yaml::{self, Fields, Node, Span, ValueKind};
use crate::common::error::{Error, Result};
use crate::common::settings::Settings;

/// What `config:` of a model, seed or test may say, and `config()` in SQL.
pub const CONFIG: [&str; 7] = ["materialized", "schema", "tags", "meta", "contract", "severity", "column_types"];
/// What `config:` may say to dbt that makes no difference here.
pub const CONFIG_OF_DBT: [&str; 11] = [
    "docs",
    "event_time",
    "full_refresh",
    "grants",
    "group",
    "on_configuration_change",
    "on_schema_change",
    "persist_docs",
    "quote_columns",
    "store_failures",
    "store_failures_as",
];
/// What a generic test may have beside its arguments.
pub const OF_TEST: [&str; 6] = ["arguments", "config", "description", "name", "severity", "tags"];

/// One properties file.
#[derive(Debug, Clone, Default)]
pub struct PropertiesFile {
    /// Models described here.
    pub models: Vec<ModelProperties>,
    /// Seeds described here.
    pub seeds: Vec<ModelProperties>,
    /// Sources described here.
    pub sources: Vec<SourceProperties>,
    /// Unit tests of models.
    pub unit_tests: Vec<UnitTest>,
    /// Singular tests described here.
    pub data_tests: Vec<TestProperties>,
}

/// What is declared of a model or seed.
#[derive(Debug, Clone, Default)]
pub struct ModelProperties {
    /// The model's name.
    pub name: String,
    /// Where the name stands.
    pub at: Span,
    /// What it holds.
    pub description: String,
    /// Configuration, overruled by `config()` in the file.
    pub config: Settings,
    /// apportion's own properties: `grain`, `sort_by`.
    pub meta: Settings,
    /// Words to select by.
    pub tags: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<ColumnProperties>,
    /// Tests of the whole model.
    pub data_tests: Vec<TestUse>,
    /// All of it, to look up where something stands.
    pub node: Option<Node>,
}

/// What is declared of a column.
#[derive(Debug, Clone, Default)]
pub struct ColumnProperties {
    /// The column's name.
    pub name: String,
    /// Where the name stands.
    pub at: Span,
    /// What it holds, with its unit.
    pub description: String,
    /// The declared type.
    pub data_type: Option<String>,
    /// Where the type stands, or the name.
    pub data_type_at: Span,
    /// apportion's own properties: `required`, `from`.
    pub meta: Settings,
    /// Tests of this column.
    pub data_tests: Vec<TestUse>,
}

/// A generic test as it is used.
#[derive(Debug, Clone)]
pub struct TestUse {
    /// The test's name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// Its arguments and settings, however they are nested.
    pub written: Settings,
}

/// What is declared of a singular test.
#[derive(Debug, Clone)]
pub struct TestProperties {
    /// The test's name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// Its settings, overruled by `config()` in the file.
    pub config: Settings,
}

/// A source with its tables.
#[derive(Debug, Clone)]
pub struct SourceProperties {
    /// The source's name, the first argument of `source()`.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// Its tables.
    pub tables: Vec<SourceTable>,
}

/// A table of a source, with every column that staging may read.
#[derive(Debug, Clone)]
pub struct SourceTable {
    /// The table's name, the second argument of `source()`.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// What it holds.
    pub description: String,
    /// The columns; a table of the source `published` has those of its file.
    pub columns: Vec<ColumnProperties>,
}

/// A unit test: the model's result on rows given by hand.
#[derive(Debug, Clone)]
pub struct UnitTest {
    /// The test's name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// What it shows.
    pub description: String,
    /// The model under test.
    pub model: String,
    /// Where the model's name stands.
    pub model_at: Span,
    /// The inputs; one that is not given is empty.
    pub given: Vec<Given>,
    /// The rows that must come out, in any order; only the columns named in them are compared.
    pub expect: Vec<GivenRow>,
    /// Settings for this test alone, laid over the project's.
    pub vars: Settings,
    /// Words to select by.
    pub tags: Vec<String>,
}

/// An input of a unit test.
#[derive(Debug, Clone)]
pub struct Given {
    /// `ref('x')` or `source('x', 'y')`.
    pub input: String,
    /// Where it stands.
    pub at: Span,
    /// Rows; columns that are left out are null. A seed without `rows` is read as it stands in its file.
    pub rows: Option<Vec<GivenRow>>,
}

/// A row that is written by hand.
#[derive(Debug, Clone)]
pub struct GivenRow {
    /// Where it stands.
    pub at: Span,
    /// Its values by column.
    pub cells: Settings,
}

impl PropertiesFile {
    /// Reads a properties file.
    ///
    /// # Errors
    /// When it is not YAML, or has a key that nobody reads; all that is wrong, each with its place.
    pub fn read(file: &TextFile) -> Result<Self> {
        let node = yaml::read(file)?;
        let mut fields = Fields::of(file, &node)?;
        let read = Self {
            models: fields.each("models", |file, node| model(file, node, &OF_MODEL)),
            seeds: fields.each("seeds", |file, node| model(file, node, &OF_SEED)),
            sources: fields.each("sources", source),
            unit_tests: fields.each("unit_tests", unit_test),
            data_tests: tests(&mut fields, singular_test),
        };
        fields.pass(&["version", "analyses", "exposures", "groups", "macros", "metrics"]);
        fields.done()?;
        Ok(read)
    }
}

/// What dbt reads of a model besides.
const OF_MODEL: [&str; 7] =
    ["access", "constraints", "deprecation_date", "docs", "group", "latest_version", "time_spine"];
/// What dbt reads of a seed besides.
const OF_SEED: [&str; 2] = ["docs", "group"];

fn model(file: &TextFile, node: &Node, of_dbt: &[&'static str]) -> Result<ModelProperties> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = ModelProperties {
        name,
        at,
        description: fields.text("description").unwrap_or_default(),
        config: fields.one("config", config).unwrap_or_default(),
        meta: fields.settings("meta"),
        tags: fields.names("tags"),
        columns: fields.each("columns", column),
        data_tests: tests(&mut fields, test_use),
        node: Some(node.clone()),
    };
    fields.pass(of_dbt);
    fields.done()?;
    Ok(read)
}

/// `data_tests:`, or `tests:` as dbt called it before.
fn tests<'a, T>(fields: &mut Fields<'a>, read: impl Fn(&'a TextFile, &'a Node) -> Result<T>) -> Vec<T> {
    let mut found = fields.each("data_tests", &read);
    found.extend(fields.each("tests", &read));
    found
}

/// A mapping of settings, each of them known.
fn config(file: &TextFile, node: &Node) -> Result<Settings> {
    let mut fields = Fields::of(file, node)?;
    fields.know(&CONFIG);
    fields.pass(&CONFIG_OF_DBT);
    fields.done()?;
    Ok(node.value().as_object().cloned().unwrap_or_default())
}

fn column(file: &TextFile, node: &Node) -> Result<ColumnProperties> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = ColumnProperties {
        name,
        at,
        description: fields.text("description").unwrap_or_default(),
        data_type: fields.text("data_type"),
        data_type_at: fields.get("data_type").map_or(at, |node| node.at),
        meta: fields.settings("meta"),
        data_tests: tests(&mut fields, test_use),
    };
    fields.pass(&["config", "constraints", "quote", "tags"]);
    fields.done()?;
    Ok(read)
}

/// `- not_null`, `- accepted_values: { values: [...] }`, with `severity:`, `config:` and the like below the test's name
/// or beside it.
fn test_use(file: &TextFile, node: &Node) -> Result<TestUse> {
    let wrong = |message: &str| {
        Error::user(message)
            .at(file.place(node.at))
            .hint("write `- not_null`, or `- accepted_values:` with its arguments below")
    };
    let entries = match &node.kind {
        ValueKind::Scalar(Value::String(name)) => {
            return Ok(TestUse { name: name.clone(), at: node.at, written: Settings::new() });
        }
        ValueKind::Map(entries) => entries,
        _ => return Err(wrong("this is not a test")),
    };
    let mut names = entries.iter().filter(|(key, _)| !OF_TEST.contains(&key.name.as_str()));
    let (Some((key, below)), None) = (names.next(), names.next()) else {
        return Err(wrong("one test is named in each item of the list"));
    };
    let mut written = match below.value() {
        Value::Object(written) => written,
        Value::Null => Settings::new(),
        _ => return Err(wrong("the arguments of a test are a mapping, `name: value`")),
    };
    for (beside, value) in entries.iter().filter(|(other, _)| other.name != key.name) {
        if written.insert(beside.name.clone(), value.value()).is_some() {
            return Err(
                Error::user(format!("`{}` stands beside the test and below it", beside.name)).at(file.place(beside.at))
            );
        }
    }
    for (_, config_node) in entries.iter().chain(below_entries(below)).filter(|(key, _)| key.name == "config") {
        config(file, config_node)?;
    }
    Ok(TestUse { name: key.name.clone(), at: key.at, written })
}

fn below_entries(node: &Node) -> &[(yaml::Key, Node)] {
    match &node.kind {
        ValueKind::Map(entries) => entries,
        _ => &[],
    }
}

fn singular_test(file: &TextFile, node: &Node) -> Result<TestProperties> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = TestProperties { name, at, config: fields.one("config", config).unwrap_or_default() };
    fields.pass(&["description", "docs"]);
    fields.done()?;
    Ok(read)
}

/// What dbt reads of a source besides.
const OF_SOURCE: [&str; 11] = [
    "config",
    "database",
    "description",
    "freshness",
    "loaded_at_field",
    "loader",
    "meta",
    "overrides",
    "quoting",
    "schema",
    "tags",
];
/// What dbt reads of a table besides.
const OF_TABLE: [&str; 7] = ["config", "external", "freshness", "loaded_at_field", "meta", "quoting", "tags"];

fn source(file: &TextFile, node: &Node) -> Result<SourceProperties> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = SourceProperties { name, at, tables: fields.each("tables", table) };
    fields.pass(&OF_SOURCE);
    fields.done()?;
    Ok(read)
}

fn table(file: &TextFile, node: &Node) -> Result<SourceTable> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = SourceTable {
        name,
        at,
        description: fields.text("description").unwrap_or_default(),
        columns: fields.each("columns", column),
    };
    let own = tests(&mut fields, test_use);
    if let Some(test) = own.iter().chain(read.columns.iter().flat_map(|column| &column.data_tests)).next() {
        let refused = Error::user(format!("`{}` is a test of a source, which is not run", test.name))
            .at(file.place(test.at))
            .hint("test the staging model that reads the source");
        fields.keep::<()>(Err(refused));
    }
    fields.pass(&OF_TABLE);
    fields.done()?;
    Ok(read)
}

fn unit_test(file: &TextFile, node: &Node) -> Result<UnitTest> {
    let mut fields = Fields::of(file, node)?;
    let ((name, at), (model, model_at)) = (fields.required("name"), fields.required("model"));
    let config = fields.one("config", config).unwrap_or_default();
    let mut tags = fields.names("tags");
    tags.extend(names(config.get("tags")));
    let read = UnitTest {
        name,
        at,
        description: fields.text("description").unwrap_or_default(),
        model,
        model_at,
        given: fields.each("given", given),
        expect: fields.one("expect", expect).unwrap_or_default(),
        vars: fields.one("overrides", overrides).unwrap_or_default(),
        tags,
    };
    fields.pass(&["meta"]);
    fields.done()?;
    Ok(read)
}

fn given(file: &TextFile, node: &Node) -> Result<Given> {
    let mut fields = Fields::of(file, node)?;
    let (input, at) = fields.required("input");
    let rows = fields.get("rows").is_some().then(|| fields.each("rows", row));
    let read = Given { input, at, rows };
    fields.word("format", &[("dict", ())]);
    fields.done()?;
    Ok(read)
}

fn expect(file: &TextFile, node: &Node) -> Result<Vec<GivenRow>> {
    let mut fields = Fields::of(file, node)?;
    let rows = fields.each("rows", row);
    fields.word("format", &[("dict", ())]);
    fields.done()?;
    Ok(rows)
}

fn row(file: &TextFile, node: &Node) -> Result<GivenRow> {
    Fields::of(file, node)?;
    Ok(GivenRow { at: node.at, cells: node.value().as_object().cloned().unwrap_or_default() })
}

fn overrides(file: &TextFile, node: &Node) -> Result<Settings> {
    let mut fields = Fields::of(file, node)?;
    let vars = fields.settings("vars");
    fields.done()?;
    Ok(vars)
}

impl ModelProperties {
    /// A list of names under `meta:` (also under `config: meta:`), for instance `grain`.
    pub fn meta_names(&self, key: &str) -> Vec<String> {
        let nested = || self.config.get("meta").and_then(|meta| meta.get(key));
        names(self.meta.get(key).or_else(nested))
    }
}

/// A value that is a name or a list of names.
pub fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
