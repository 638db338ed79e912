//! The YAML files beside the SQL: dbt's `version: 2` properties.
//!
//! A key that nobody reads is an error. Keys that dbt reads and that change nothing in what apportion computes are
//! passed over: they are listed here, for each kind of mapping.

use serde_json::Value;

use super::files::TextFile;
use super::yaml::{self, Fields, Node, Span};
use crate::common::error::{Error, Result};
use crate::common::settings::Settings;
use data_tests::{singular_test, test_use, tests};
use sources::source;
use unit_tests::unit_test;

mod data_tests;
mod sources;
mod unit_tests;

pub use data_tests::{OF_TEST, TestProperties, TestUse};
pub(super) use sources::SourceProperties;
pub use sources::SourceTable;
pub use unit_tests::{GivenRow, UnitTest};

/// What `config:` of a model, seed or test may say, and `config()` in SQL.
pub const CONFIG: [&str; 8] =
    ["materialized", "schema", "tags", "meta", "contract", "severity", "column_types", "enabled"];
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

/// One properties file.
#[derive(Debug, Clone, Default)]
pub(super) struct PropertiesFile {
    /// Models described here.
    pub(super) models: Vec<ModelProperties>,
    /// Seeds described here.
    pub(super) seeds: Vec<ModelProperties>,
    /// Sources described here.
    pub(super) sources: Vec<SourceProperties>,
    /// Unit tests of models.
    pub(super) unit_tests: Vec<UnitTest>,
    /// Singular tests described here.
    pub(super) data_tests: Vec<TestProperties>,
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

impl PropertiesFile {
    /// Reads a properties file.
    ///
    /// # Errors
    /// When it is not YAML, or has a key that nobody reads; all that is wrong, each with its place.
    pub(super) fn read(file: &TextFile) -> Result<Self> {
        let node = yaml::read(file)?;
        let mut fields = Fields::of(file, &node)?;
        let read = Self {
            models: fields.each("models", |file, node| model(file, node, &OF_MODEL)),
            seeds: fields.each("seeds", seed),
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

fn seed(file: &TextFile, node: &Node) -> Result<ModelProperties> {
    let read = model(file, node, &OF_SEED)?;
    if read.config.contains_key("enabled") {
        return Err(Error::user(format!("the seed `{}` is there or is not: it has no `enabled`", read.name))
            .at(file.place(read.at))
            .hint("remove the file, or leave out the models that read it"));
    }
    Ok(read)
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

impl ModelProperties {
    /// A list of names under `meta:` (also under `config: meta:`), for instance `grain`.
    pub fn meta_names(&self, key: &str) -> Vec<String> {
        names(self.meta.get(key).or_else(|| self.config.get("meta")?.get(key)))
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
