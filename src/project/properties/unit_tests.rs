//! Unit tests: rows by hand, and what a model makes of them.

use serde_json::Value;

use super::{config, names};
use crate::common::error::{Error, Result};
use crate::common::settings::Settings;
use crate::project::TextFile;
use crate::project::yaml::{Fields, Node, Span};

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
    /// Whether it is run, if its model is there: `enabled`. What is no truth value there is Jinja, which is dbt's.
    pub is_enabled: bool,
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

pub(super) fn unit_test(file: &TextFile, node: &Node) -> Result<UnitTest> {
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
        is_enabled: match config.get("enabled") {
            Some(Value::Bool(enabled)) => *enabled,
            Some(Value::String(text)) if text.starts_with("{{") => true,
            Some(other) => {
                return Err(Error::user(format!("`enabled` is {other}, and neither true nor false")).at(file.place(at)));
            }
            None => true,
        },
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
