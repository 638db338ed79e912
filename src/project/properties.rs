//! The YAML files beside the SQL: dbt's `version: 2` properties.

use serde::Deserialize;
use serde_json::Value;

use crate::words::settings::Settings;

/// One properties file. Keys that dbt knows and apportion has no use for are accepted and left alone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertiesFile {
    /// Always 2.
    #[serde(default)]
    pub version: Option<u32>,
    /// Models described here.
    #[serde(default)]
    pub models: Vec<ModelProperties>,
    /// Seeds described here.
    #[serde(default)]
    pub seeds: Vec<ModelProperties>,
    /// Sources described here.
    #[serde(default)]
    pub sources: Vec<SourceProperties>,
    /// Unit tests of models.
    #[serde(default)]
    pub unit_tests: Vec<UnitTest>,
    /// Descriptions of singular tests.
    #[serde(default)]
    pub data_tests: Vec<Value>,
    /// Descriptions of macros.
    #[serde(default)]
    pub macros: Vec<Value>,
    /// Descriptions of analyses.
    #[serde(default)]
    pub analyses: Vec<Value>,
}

/// What is declared of a model or seed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelProperties {
    /// The model's name.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub description: String,
    /// Configuration, overruled by `config()` in the file.
    #[serde(default)]
    pub config: Settings,
    /// apportion's own properties: `grain`, `sort_by`.
    #[serde(default)]
    pub meta: Settings,
    /// Words to select by.
    #[serde(default)]
    pub tags: Option<Value>,
    /// The columns, in order.
    #[serde(default)]
    pub columns: Vec<ColumnProperties>,
    /// Tests of the whole model.
    #[serde(default, alias = "tests")]
    pub data_tests: Vec<TestUse>,
    /// Accepted from dbt.
    #[serde(default)]
    pub docs: Option<Value>,
    /// Accepted from dbt.
    #[serde(default)]
    pub constraints: Option<Value>,
}

/// What is declared of a column.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnProperties {
    /// The column's name.
    pub name: String,
    /// What it holds, with its unit.
    #[serde(default)]
    pub description: String,
    /// The declared type.
    #[serde(default)]
    pub data_type: Option<String>,
    /// apportion's own properties: `required`, `from`.
    #[serde(default)]
    pub meta: Settings,
    /// Tests of this column.
    #[serde(default, alias = "tests")]
    pub data_tests: Vec<TestUse>,
    /// Accepted from dbt.
    #[serde(default)]
    pub tags: Option<Value>,
    /// Accepted from dbt.
    #[serde(default)]
    pub config: Option<Value>,
    /// Accepted from dbt.
    #[serde(default)]
    pub constraints: Option<Value>,
}

/// A generic test as it is used: its name alone, or the name with arguments.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum TestUse {
    /// `- not_null`
    Name(String),
    /// `- accepted_values: { values: [...] }`
    WithArguments(Settings),
}

/// A source with its tables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceProperties {
    /// The source's name, the first argument of `source()`.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Its tables.
    pub tables: Vec<SourceTable>,
    /// Accepted from dbt.
    #[serde(default)]
    pub schema: Option<Value>,
    /// Accepted from dbt.
    #[serde(default)]
    pub database: Option<Value>,
    /// Accepted from dbt.
    #[serde(default)]
    pub meta: Settings,
    /// Accepted from dbt.
    #[serde(default)]
    pub config: Settings,
}

/// A table of a source, with every column that staging may read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTable {
    /// The table's name, the second argument of `source()`.
    pub name: String,
    /// What it holds.
    #[serde(default)]
    pub description: String,
    /// The columns; a table of the source `published` has those of its file.
    #[serde(default)]
    pub columns: Vec<ColumnProperties>,
    /// Accepted from dbt.
    #[serde(default)]
    pub meta: Settings,
    /// Accepted from dbt.
    #[serde(default)]
    pub config: Settings,
    /// Tests of the table.
    #[serde(default, alias = "tests")]
    pub data_tests: Vec<TestUse>,
}

/// A unit test: the model's result on rows given by hand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitTest {
    /// The test's name.
    pub name: String,
    /// What it shows.
    #[serde(default)]
    pub description: String,
    /// The model under test.
    pub model: String,
    /// The inputs; one that is not given is empty.
    #[serde(default)]
    pub given: Vec<Given>,
    /// The rows that must come out, in any order.
    pub expect: Expect,
    /// Settings for this test alone.
    #[serde(default)]
    pub overrides: Overrides,
    /// Accepted from dbt.
    #[serde(default)]
    pub config: Settings,
    /// Words to select by.
    #[serde(default)]
    pub tags: Option<Value>,
}

/// An input of a unit test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// `ref('x')` or `source('x', 'y')`.
    pub input: String,
    /// Rows; columns that are left out are null. A seed without `rows` is read as it stands in its file.
    #[serde(default)]
    pub rows: Option<Vec<Settings>>,
    /// Only `dict`.
    #[serde(default)]
    pub format: Option<String>,
}

/// What a unit test expects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Rows; only the columns named in them are compared.
    pub rows: Vec<Settings>,
    /// Only `dict`.
    #[serde(default)]
    pub format: Option<String>,
}

/// Settings for one unit test.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// Laid over the project's vars.
    #[serde(default)]
    pub vars: Settings,
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
