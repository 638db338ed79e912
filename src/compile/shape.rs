//! What the parser found where in a model's SQL.

use std::collections::BTreeMap;

use crate::common::query_text::Naming;

/// A line and column of the compiled SQL, from 1.
pub(super) type Position = (usize, usize);

/// What the parser found where.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// The first word.
    pub(super) start: Option<Position>,
    /// Behind `with`, or `with recursive`, if the query begins so.
    pub(super) after_with: Option<Position>,
    /// Whether it begins with `with recursive`.
    pub(super) is_recursive: bool,
    /// The tables with a schema, in the order of the text.
    pub(super) tables: Vec<TableUse>,
    /// The columns of the result that have a name of their own.
    pub(super) columns: BTreeMap<String, Position>,
}

/// A table as it is named in SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TableUse {
    /// Where the name begins.
    pub(super) start: Position,
    /// Where it has ended.
    pub(super) end: Position,
    /// The name with its schema.
    pub(super) name: String,
    /// What the name is for.
    pub(super) naming: Naming,
}
