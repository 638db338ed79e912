//! Ephemeral models, written into the SQL of their readers as common table expressions.

use std::collections::BTreeMap;

use super::node::{Materialization, ModelNode};
use super::origin::offset;
use super::shape::Shape;

/// The SQL of `name` with every ephemeral model that it reads, directly or not, written in.
///
/// `order` holds parents first, so that an expression stands before those that read it. Only what the parser takes for
/// a table or for `with` is changed.
pub fn inline(name: &str, models: &BTreeMap<String, ModelNode>, order: &[String], schema: &str) -> String {
    let Some(model) = models.get(name) else { return String::new() };
    let is_ephemeral =
        |parent: &&String| models.get(*parent).is_some_and(|m| m.materialization == Materialization::Ephemeral);
    let mut needed: Vec<&String> = Vec::new();
    let mut open: Vec<&String> = model.sql.refs.iter().filter(is_ephemeral).collect();
    while let Some(next) = open.pop() {
        if !needed.contains(&next) {
            needed.push(next);
            open.extend(models.get(next).iter().flat_map(|m| m.sql.refs.iter().filter(is_ephemeral)));
        }
    }
    if needed.is_empty() {
        return model.sql.text.clone();
    }
    let renamed = |model: &ModelNode| {
        let Shape { tables, .. } = &model.sql.shape;
        let mut text = model.sql.text.clone();
        for table in tables.iter().rev() {
            let parent = table.name.strip_prefix(schema).and_then(|name| name.strip_prefix('.'));
            if let Some(parent) = parent.filter(|parent| needed.iter().any(|needed| needed == parent))
                && let Some((start, end)) = bounds(&model.sql.text, table.start, table.end)
            {
                text.replace_range(start..end, &format!("__dbt__cte__{parent}"));
            }
        }
        text
    };
    let parents = || order.iter().filter(|parent| needed.contains(parent)).filter_map(|parent| models.get(parent));
    let expressions: Vec<String> =
        parents().map(|parent| format!("__dbt__cte__{} as (\n{}\n)", parent.name, renamed(parent).trim())).collect();
    let is_recursive = model.sql.shape.is_recursive;
    let word = if is_recursive { "with recursive" } else { "with" };
    let joined = expressions.join(",\n");
    let body = renamed(model);
    // Nothing before the first word of the query has been renamed, so its place is still the same.
    let head = model.sql.shape.start.and_then(|(line, column)| offset(&body, line, column)).unwrap_or(0);
    let (comments, statement) = body.split_at(head);
    let (comments, statement) = (comments.trim_start(), statement.trim_end());
    match model.sql.shape.after_with.and_then(|(line, column)| offset(&body, line, column)) {
        Some(after) => format!("{comments}{word} {joined},{}\n", &body[after..].trim_end()),
        None => format!("{comments}{word} {joined}\n{statement}\n"),
    }
}

/// The bytes from `start` to behind the last character at `end`, lines and columns.
fn bounds(text: &str, start: (usize, usize), end: (usize, usize)) -> Option<(usize, usize)> {
    Some((offset(text, start.0, start.1)?, offset(text, end.0, end.1)?))
}

#[cfg(test)]
mod tests;
