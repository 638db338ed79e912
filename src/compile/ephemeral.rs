//! Ephemeral models, written into the SQL of their readers as common table expressions.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Materialization, ModelNode};
use super::origin::offset;

/// The SQL of `name` with every ephemeral model that it reads, directly or not, written in.
///
/// `order` holds parents first, so that an expression stands before those that read it. Only what the parser takes for
/// a table or for `with` is changed.
pub(super) fn inline(name: &str, models: &BTreeMap<String, ModelNode>, order: &[String], schema: &str) -> String {
    let Some(model) = models.get(name) else { return String::new() };
    let needed = needed(model, models);
    if needed.is_empty() {
        return model.sql.text.clone();
    }
    let mut expressions = Vec::new();
    for parent in order.iter().filter(|name| needed.contains(name.as_str())).filter_map(|name| models.get(name)) {
        let text = renamed(parent, &needed, schema);
        expressions.push(format!("__dbt__cte__{} as (\n{}\n)", parent.name, text.trim()));
    }
    let word = if model.sql.shape.is_recursive { "with recursive" } else { "with" };
    let joined = expressions.join(",\n");
    let body = renamed(model, &needed, schema);
    // Nothing before the first word of the query has been renamed, so its place is still the same.
    let head = model.sql.shape.start.and_then(|(line, column)| offset(&body, line, column)).unwrap_or(0);
    let (comments, statement) = body.split_at(head);
    let (comments, statement) = (comments.trim_start(), statement.trim_end());
    match model.sql.shape.after_with.and_then(|(line, column)| offset(&body, line, column)) {
        Some(after) => format!("{comments}{word} {joined},{}\n", &body[after..].trim_end()),
        None => format!("{comments}{word} {joined}\n{statement}\n"),
    }
}

/// The ephemeral models that `model` reads, directly or not.
fn needed<'a>(model: &'a ModelNode, models: &'a BTreeMap<String, ModelNode>) -> BTreeSet<&'a str> {
    let mut needed = BTreeSet::new();
    let mut open = vec![model];
    while let Some(reader) = open.pop() {
        for parent in reader.sql.refs.iter().filter_map(|name| models.get(name)) {
            if parent.materialization == Materialization::Ephemeral && needed.insert(parent.name.as_str()) {
                open.push(parent);
            }
        }
    }
    needed
}

/// The SQL of `model`, in which the `needed` ones have the names of their expressions.
fn renamed(model: &ModelNode, needed: &BTreeSet<&str>, schema: &str) -> String {
    let mut text = model.sql.text.clone();
    for table in model.sql.shape.tables.iter().rev() {
        let parent = table.name.strip_prefix(schema).and_then(|name| name.strip_prefix('.'));
        if let Some(parent) = parent.filter(|parent| needed.contains(parent))
            && let Some((start, end)) = bounds(&model.sql.text, table.start, table.end)
        {
            text.replace_range(start..end, &format!("__dbt__cte__{parent}"));
        }
    }
    text
}

/// The bytes from `start` to behind the last character at `end`, lines and columns.
fn bounds(text: &str, start: (usize, usize), end: (usize, usize)) -> Option<(usize, usize)> {
    Some((offset(text, start.0, start.1)?, offset(text, end.0, end.1)?))
}

#[cfg(test)]
mod tests;
