//! Ephemeral models, written into the SQL of their readers as common table expressions.

use std::collections::BTreeMap;

use super::node::{Materialization, ModelNode};

/// The SQL of `name` with every ephemeral model that it reads, directly or not, written in.
///
/// `order` holds parents first, so that an expression stands before those that read it.
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
    let rename = |text: &str| {
        needed.iter().fold(text.trim().to_owned(), |text, parent| {
            replace_word(&text, &format!("{schema}.{parent}"), &format!("__dbt__cte__{parent}"))
        })
    };
    let expressions: Vec<String> = order
        .iter()
        .filter(|parent| needed.contains(parent))
        .filter_map(|parent| models.get(parent))
        .map(|parent| format!("__dbt__cte__{} as (\n{}\n)", parent.name, rename(&parent.sql.text)))
        .collect();
    let body = rename(&model.sql.text);
    let (comments, statement) = split_comments(&body);
    let head = statement.get(..4).map(str::to_lowercase);
    let joined = expressions.join(",\n");
    match statement.get(4..) {
        Some(rest) if head.as_deref() == Some("with") => format!("{comments}with {joined},{rest}\n"),
        _ => format!("{comments}with {joined}\n{statement}\n"),
    }
}

fn replace_word(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let after = &rest[at + from.len()..];
        let whole = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        out.push_str(&rest[..at]);
        out.push_str(if whole { to } else { from });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The comments at the head, and the statement.
fn split_comments(text: &str) -> (&str, &str) {
    let mut rest = text.trim_start();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, tail)| tail).trim_start();
    }
    text.split_at(text.len() - rest.len())
}
