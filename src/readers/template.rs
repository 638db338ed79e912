//! Renders the templates.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error as JinjaError, UndefinedBehavior};
use serde::Serialize;

use super::Reader;
use crate::common::error::{Error, Result};
use crate::common::quote::literal;

const TEMPLATES: [(&str, &str); 8] = [
    ("athena.sql", include_str!("athena.sql")),
    (REGISTERED, include_str!("registered.sql")),
    ("dbt.yml", include_str!("dbt.yml")),
    ("duckdb.sql", include_str!("duckdb.sql")),
    ("postgres.sql", include_str!("postgres.sql")),
    ("shared.sql", include_str!("shared.sql")),
    ("spark.sql", include_str!("spark.sql")),
    ("trino.sql", include_str!("trino.sql")),
];

/// The template of [`registered`].
const REGISTERED: &str = "registered.sql";

/// What templates know.
#[derive(Debug, Serialize)]
pub(super) struct File {
    /// Where the output is, for the reader.
    pub(super) location: String,
    /// The columns of `published_runs` in its files.
    pub(super) runs: Vec<Column>,
    /// The reader's type of text.
    pub(super) text_type: String,
    /// The tables, by name.
    pub(super) tables: Vec<Table>,
    /// The tables of files, by their folders, where somebody registers their partitions.
    pub(super) registered: BTreeMap<String, String>,
}

/// What the template of tables in PostgreSQL knows.
#[derive(Debug, Serialize)]
pub(super) struct Database<'a> {
    /// The schema.
    pub(super) schema: &'a str,
    /// The columns of `published_runs`.
    pub(super) runs: Vec<Column>,
    /// The tables, by name.
    pub(super) tables: &'a [Table],
    /// Whether `accounts` says whose accounts are whose.
    pub(super) has_customers: bool,
}

/// A table to make views of.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    /// What it holds, in one line.
    pub(super) description: String,
    /// The folders that its months lie in: its name, and those that it had before.
    pub(super) folders: Vec<String>,
    /// The columns as declared.
    pub(super) columns: Vec<Column>,
    /// The columns in the order for BI tools.
    pub(super) bi: Vec<Column>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type as the reader calls it.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// What it holds.
    pub(super) description: String,
    /// Whether the table lacks it, and it is the first day of the month.
    pub(super) is_made_up: bool,
    /// What the account is called whose id this is, if its name is to stand beside it: `lender_account`.
    pub(super) account: Option<String>,
}

impl Column {
    /// A column with a type of the reader's.
    pub(super) fn new(name: &str, kind: String, description: &str) -> Self {
        Self { name: name.to_owned(), kind, description: description.to_owned(), is_made_up: false, account: None }
    }
}

/// The statements that make Athena's tables and views where partitions are registered, in their order.
///
/// # Errors
/// When a template is wrong, which is ours to mend.
pub(super) fn registered(file: &File) -> Result<Vec<String>> {
    let text = environment(Reader::Athena).and_then(|it| it.get_template(REGISTERED)?.render(Serde(file)));
    let text = text.map_err(|error| Error::bug("a template of views is wrong").caused_by(&format!("{error:#}")))?;
    Ok(text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect())
}

/// The file for `reader`.
///
/// # Errors
/// When a template is wrong, which is ours to mend.
pub(super) fn render(reader: Reader, file: &impl Serialize) -> Result<String> {
    let text = environment(reader).and_then(|it| it.get_template(reader.template())?.render(Serde(file)));
    text.map_err(|error| Error::bug("a template of views is wrong").caused_by(&format!("{error:#}")))
}

fn environment(reader: Reader) -> Result<Environment<'static>, JinjaError> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("quoted", move |name: String| reader.quoted(&name));
    environment.add_filter("literal", |text: String| literal(&text));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}
