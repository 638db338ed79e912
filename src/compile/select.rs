//! dbt's node selection: `+account_costs`, `staging`, `tag:x`, `stg_*`, unions by space, intersections by comma.

use std::collections::BTreeSet;

use super::node::Compiled;
use crate::common::error::{Error, Result};

/// What the method for what is modified begins with.
const STATE: &str = "state:";

/// Which models a command is about.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What to take; everything if empty.
    pub select: Vec<String>,
    /// What to leave out.
    pub exclude: Vec<String>,
}

impl Selection {
    /// The names of the selected models and tests; `modified` are those that are not as in the published run, if that is
    /// known.
    ///
    /// # Errors
    /// When a part of the selection matches nothing, or asks for what is modified and that is not known.
    pub fn pick(&self, compiled: &Compiled, modified: Option<&BTreeSet<String>>) -> Result<BTreeSet<String>> {
        let graph = Graph { compiled, modified };
        let mut picked = match self.select.as_slice() {
            [] => names(compiled).map(|named| named.name.to_owned()).collect(),
            select => union(select, &graph)?,
        };
        for name in union(&self.exclude, &graph)? {
            picked.remove(&name);
        }
        Ok(picked)
    }

    /// Whether it asks for what is modified.
    pub fn wants_modified(&self) -> bool {
        let parts = self.select.iter().chain(&self.exclude);
        let mut words = parts.flat_map(|part| part.split([',', ' ']));
        words.any(|word| reach(word).word.starts_with(STATE))
    }

    /// Whether nothing was asked for in particular.
    pub fn is_everything(&self) -> bool {
        self.select.is_empty() && self.exclude.is_empty()
    }
}

/// What is selected from.
struct Graph<'a> {
    compiled: &'a Compiled,
    modified: Option<&'a BTreeSet<String>>,
}

fn union(parts: &[String], graph: &Graph<'_>) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for part in parts.iter().flat_map(|part| part.split_whitespace()) {
        let mut methods = part.split(',').map(|one| one_method(one, graph));
        let mut here = methods.next().transpose()?.unwrap_or_default();
        for more in methods {
            let more = more?;
            here.retain(|name| more.contains(name));
        }
        found.extend(here);
    }
    Ok(found)
}

/// `2+name+`: how many generations of parents and children to add.
struct Reach<'a> {
    parents: usize,
    word: &'a str,
    children: usize,
}

fn reach(text: &str) -> Reach<'_> {
    let (parents, rest) = match text.split_once('+') {
        Some((count, rest)) if count.chars().all(|c| c.is_ascii_digit()) && !rest.is_empty() => {
            (count.parse().unwrap_or(usize::MAX), rest)
        }
        _ => (0, text),
    };
    match rest.rsplit_once('+') {
        Some((word, count)) if count.chars().all(|c| c.is_ascii_digit()) => {
            Reach { parents, word, children: count.parse().unwrap_or(usize::MAX) }
        }
        _ => Reach { parents, word: rest, children: 0 },
    }
}

fn one_method(text: &str, graph: &Graph<'_>) -> Result<BTreeSet<String>> {
    let compiled = graph.compiled;
    let Reach { parents, word, children } = reach(text);
    let (method, value) = word.split_once(':').unwrap_or(("", word));
    let known = ["", "tag", "path", "source", "resource_type", "config.materialized", "state"];
    if !known.contains(&method) {
        return Err(Error::user(format!("there is no selection method `{method}:`"))
            .did_you_mean(method, known)
            .hint("methods: tag:, path:, source:, resource_type:, config.materialized:, state:"));
    }
    let matched: BTreeSet<String> = match method {
        "state" => modified(value, graph)?,
        _ => {
            let matching = names(compiled).filter(|node| node.matches(method, value, compiled));
            matching.map(|node| node.name.to_owned()).collect()
        }
    };
    if matched.is_empty() && method != "state" {
        let all: Vec<&str> = names(compiled).map(|node| node.name).collect();
        let layers = compiled.models.values().map(|model| model.layer.as_str());
        return Err(Error::user(format!("the selection `{text}` matches nothing"))
            .did_you_mean(value, all.iter().copied().chain(layers))
            .hint("`apportion list` shows what there is"));
    }
    let mut found = matched.clone();
    for name in &matched {
        found.extend(generations(name, parents, |n| parents_of(n, compiled)));
        found.extend(generations(name, children, |n| children_of(n, compiled)));
    }
    let attached = attached_tests(&found, compiled);
    found.extend(attached);
    Ok(found)
}

/// What is not as in the published run; nothing may be.
fn modified(value: &str, graph: &Graph<'_>) -> Result<BTreeSet<String>> {
    if value != "modified" {
        return Err(Error::user(format!("`state:` knows no `{value}`")).hint("write `state:modified`"));
    }
    let modified = graph.modified.ok_or_else(|| {
        Error::data("what is modified is not known: no run of this month is published that kept its models")
            .hint("run `apportion build` once; the next one can be told what has changed since")
    })?;
    Ok(names(graph.compiled).filter(|node| modified.contains(node.name)).map(|node| node.name.to_owned()).collect())
}

fn generations(name: &str, count: usize, step: impl Fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut edge = BTreeSet::from([name.to_owned()]);
    for _ in 0..count {
        let next: BTreeSet<String> = edge.iter().flat_map(|n| step(n)).filter(|n| !found.contains(n)).collect();
        if next.is_empty() {
            break;
        }
        found.extend(next.iter().cloned());
        edge = next;
    }
    found
}

fn parents_of(name: &str, compiled: &Compiled) -> BTreeSet<String> {
    let refs = compiled.models.get(name).map(|model| &model.sql.refs);
    refs.into_iter().flatten().cloned().collect()
}

fn children_of(name: &str, compiled: &Compiled) -> BTreeSet<String> {
    let children = compiled.models.values().filter(|model| model.sql.refs.contains(name));
    children.map(|model| model.name.clone()).collect()
}

/// Tests all of whose models are selected, or that are attached to a selected one.
fn attached_tests(models: &BTreeSet<String>, compiled: &Compiled) -> Vec<String> {
    let data = compiled.data_tests.iter().filter(|test| match &test.model {
        Some(model) => models.contains(model),
        None => {
            let mut read = test.sql.refs.iter().filter(|name| compiled.models.contains_key(*name)).peekable();
            read.peek().is_some() && read.all(|name| models.contains(name))
        }
    });
    let unit = compiled.unit_tests.iter().filter(|unit| models.contains(&unit.test.model));
    data.map(|t| t.name.clone()).chain(unit.map(|u| u.test.name.clone())).collect()
}

struct Named<'a> {
    name: &'a str,
    kind: &'static str,
    path: &'a str,
    tags: &'a [String],
}

fn names(compiled: &Compiled) -> impl Iterator<Item = Named<'_>> {
    let models =
        compiled.models.values().map(|m| Named { name: &m.name, kind: "model", path: &m.sql.file.path, tags: &m.tags });
    let data = compiled.data_tests.iter().map(|t| Named {
        name: &t.name,
        kind: "test",
        path: &t.sql.file.path,
        tags: &t.tags,
    });
    let unit = compiled.unit_tests.iter().map(|u| Named {
        name: &u.test.name,
        kind: "unit_test",
        path: &u.file.path,
        tags: &u.test.tags,
    });
    let seeds = compiled.seeds.iter().map(|(name, path)| Named { name, kind: "seed", path, tags: &[] });
    models.chain(seeds).chain(data).chain(unit)
}

impl Named<'_> {
    fn matches(&self, method: &str, value: &str, compiled: &Compiled) -> bool {
        let model = compiled.models.get(self.name);
        match method {
            "tag" => self.tags.iter().any(|tag| wild(value, tag)),
            "path" => self.is_below(value),
            "resource_type" => self.kind == value,
            "source" => {
                model.is_some_and(|m| m.sql.sources.iter().any(|(s, t)| s == value || wild(value, &format!("{s}.{t}"))))
            }
            "config.materialized" => model.is_some_and(|m| m.materialization.name() == value),
            _ => {
                let is_of_layer = model.is_some_and(|m| !value.is_empty() && m.layer == value);
                wild(value, self.name) || is_of_layer || (value.contains('/') && self.is_below(value))
            }
        }
    }

    fn is_below(&self, folder: &str) -> bool {
        let folder = folder.trim_end_matches('/');
        let rest = self.path.strip_prefix(folder);
        !folder.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Whether `name` is `pattern`, in which `*` is any run of characters.
fn wild(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let (between, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut open) = name.strip_prefix(head).and_then(|name| name.strip_suffix(tail)) else { return false };
    // What comes first is taken, so that the most is left for the others.
    between.split('*').all(|part| open.split_once(part).map(|(_, behind)| open = behind).is_some())
}

#[cfg(test)]
mod tests;
