//! Sources and their tables.

use super::data_tests::{test_use, tests};
use super::{ColumnProperties, column};
use crate::common::error::{Error, Result};
use crate::project::TextFile;
use crate::project::yaml::{Fields, Node, Span};

/// A source with its tables.
#[derive(Debug, Clone)]
pub(in crate::project) struct SourceProperties {
    /// The source's name, the first argument of `source()`.
    pub(in crate::project) name: String,
    /// Where it stands.
    pub(in crate::project) at: Span,
    /// Its tables.
    pub(in crate::project) tables: Vec<SourceTable>,
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

pub(super) fn source(file: &TextFile, node: &Node) -> Result<SourceProperties> {
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
        let refused = Error::user(format!("`{}` tests a source, and such tests are not run", test.name))
            .at(file.place(test.at))
            .hint("test the staging model that reads the source");
        fields.keep::<()>(Err(refused));
    }
    fields.pass(&OF_TABLE);
    fields.done()?;
    Ok(read)
}
