//! What the parser found where in a model's SQL.

use std::collections::BTreeMap;

/// A line and column of the compiled SQL, from 1.
pub(super) type Position = (usize, usize);

/// What the parser found where.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// The first word.
    pub start: Option<Position>,
    /// Behind `with`, or `with recursive`, if the query begins so.
    pub after_with: Option<Position>,
    /// Whether it begins with `with recursive`.
    pub is_recursive: bool,
    /// The tables with a schema, in the order of the text.
    pub tables: Vec<TableUse>,
    /// The columns of the result that have a name of their own.
    pub columns: BTreeMap<String, Position>,
}

/// A table as it is named in SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableUse {
    /// Where the name begins.
    pub start: Position,
    /// Where it has ended.
    pub end: Position,
    /// The name with its schema.
    pub name: String,
}
