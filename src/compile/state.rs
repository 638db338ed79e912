//! What a project was when a run was made of it, part by part: for who wants to know later what has changed since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::hash::{MODEL, SEED, SOURCE, facts};
use super::node::{Compiled, Materialization};
use crate::project::{Hash, Project};

/// All parts of a project that decide what comes out of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectState {
    /// Models, seeds, sources and tests.
    pub parts: Vec<Part>,
}

/// A model, seed, source or test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A hash of all of it that decides.
    pub hash: String,
    /// The path of the file of a model or seed.
    pub path: String,
    /// What stands in it.
    pub text: String,
    /// The SQL of a model after Jinja.
    pub compiled: String,
}

/// A part that is another than it was.
#[derive(Debug, Clone)]
pub struct Modified<'a> {
    /// What it was, if it was there.
    pub before: Option<&'a Part>,
    /// What it is, if it is there.
    pub after: Option<&'a Part>,
}

impl ProjectState {
    /// The state of `project`, as it is compiled.
    pub fn of(project: &Project, compiled: &Compiled) -> Self {
        let sent = compiled.as_sent();
        let parts = facts(project, sent).into_iter().map(|(kind, name, facts)| {
            let mut hash = Hash::default();
            hash.add(kind, facts.to_string());
            let model = sent.models.get(&name).filter(|_| kind == MODEL);
            let seed = project.seeds.get(&name).filter(|_| kind == SEED);
            let file = model.map(|model| &model.sql.file).or(seed.map(|(seed, _)| &seed.file));
            Part {
                kind: kind.to_owned(),
                hash: hash.digits(),
                path: file.map(|file| file.path.clone()).unwrap_or_default(),
                text: file.map(|file| file.text.to_string()).unwrap_or_default(),
                compiled: model.map(|model| model.sql.text.clone()).unwrap_or_default(),
                name,
            }
        });
        Self { parts: parts.collect() }
    }

    /// What is published after a run of some models of this, `compiled`, over what was published `before`: a table, or a
    /// test, is that of now if it was among those that `ran`; all else, if all tables were that are made of it.
    pub fn after_run(&self, before: &Self, ran: &BTreeSet<String>, compiled: &Compiled) -> Self {
        let (old, reached) = (before.by_key(), reached(ran, compiled));
        let parts = self.parts.iter().filter_map(|part| {
            let name = part.name.as_str();
            let is_new = match part.kind.as_str() {
                MODEL => reached.contains(name),
                SEED => readers(compiled, name).all(|reader| reached.contains(reader)),
                SOURCE => readers_of_source(compiled, name).all(|reader| reached.contains(reader)),
                _ => ran.contains(name),
            };
            if is_new { Some(part) } else { old.get(&part.key()).copied() }
        });
        Self { parts: parts.cloned().collect() }
    }

    /// A seed.
    pub fn seed(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == SEED && part.name == name)
    }

    /// The parts in which this differs from what was `before`, in the order of this, and then those that are gone.
    pub fn modified<'a>(&'a self, before: &'a Self) -> Vec<Modified<'a>> {
        let (old, new) = (before.by_key(), self.by_key());
        let present = self.parts.iter().filter_map(|part| {
            let before = old.get(&part.key()).copied();
            let is_same = before.is_some_and(|before| before.hash == part.hash);
            (!is_same).then_some(Modified { before, after: Some(part) })
        });
        let gone = before.parts.iter().filter(|part| !new.contains_key(&part.key()));
        present.chain(gone.map(|part| Modified { before: Some(part), after: None })).collect()
    }

    /// The names of models, seeds and tests that are here and were another `before`, or not there.
    pub fn modified_names(&self, before: &Self) -> BTreeSet<String> {
        self.modified(before).iter().filter_map(|one| one.after).map(|part| part.name.clone()).collect()
    }

    fn by_key(&self) -> BTreeMap<(&str, &str), &Part> {
        self.parts.iter().map(|part| (part.key(), part)).collect()
    }
}

/// The models that are, for readers, as they are now once some `ran`: tables of these, and what only such tables read.
fn reached<'a>(ran: &BTreeSet<String>, compiled: &'a Compiled) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    for model in compiled.order.iter().rev().filter_map(|name| compiled.models.get(name)) {
        let is_there = match model.materialization {
            Materialization::Table => ran.contains(&model.name),
            _ => readers(compiled, &model.name).all(|reader| reached.contains(reader)),
        };
        if is_there {
            reached.insert(model.name.as_str());
        }
    }
    reached
}

/// The models that read the model or seed `name`.
fn readers<'a>(compiled: &'a Compiled, name: &'a str) -> impl Iterator<Item = &'a str> {
    compiled.models.values().filter(move |model| model.sql.refs.contains(name)).map(|model| model.name.as_str())
}

/// The models that read the table `name` of a source.
fn readers_of_source<'a>(compiled: &'a Compiled, name: &'a str) -> impl Iterator<Item = &'a str> {
    let is_read = move |(source, table): &(String, String)| format!("{source}.{table}") == name;
    compiled.models.values().filter(move |model| model.sql.sources.iter().any(is_read)).map(|model| model.name.as_str())
}

impl Part {
    fn key(&self) -> (&str, &str) {
        (&self.kind, &self.name)
    }
}

impl<'a> Modified<'a> {
    /// The part as it is, or was.
    pub fn part(&self) -> Option<&'a Part> {
        self.after.or(self.before)
    }

    /// In a word: `new`, `gone` or `changed`.
    pub fn word(&self) -> &'static str {
        match (self.before, self.after) {
            (None, _) => "new",
            (_, None) => "gone",
            _ => "changed",
        }
    }
}

#[cfg(test)]
mod tests;
