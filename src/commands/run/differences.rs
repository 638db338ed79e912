//! What a planned run is made of that the published one was not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use similar::TextDiff;

use super::plan::Planned;
use crate::common::error::{Error, Result};
use crate::common::settings::flattened;
use crate::compile::{Modified, Part};
use crate::publish::RunRecord;

/// Something that is another than in the published run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The report was delivered anew.
    Report,
    /// A setting, with its values; none where there was, or is, no such setting.
    Setting(String, Option<String>, Option<String>),
    /// A model, seed, source or test: its kind, its name, and whether it is `changed`, `new` or `gone`.
    Part(String, String, &'static str),
    /// Which models and seeds are others is not known, as the published run kept none of them.
    Parts,
    /// The program.
    Version(String, String),
}

impl Difference {
    /// It in one line.
    pub fn words(&self) -> String {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
        match self {
            Self::Report => "report: delivered anew".to_owned(),
            Self::Setting(name, before, after) => format!("setting {name}: {}, was {}", value(after), value(before)),
            Self::Part(kind, name, word) => format!("{kind} {name}: {word}"),
            Self::Parts => "models: others, by a run that kept none of them".to_owned(),
            Self::Version(before, after) => format!("apportion: {after}, was {before}"),
        }
    }

    /// It for machines.
    pub fn json(&self) -> Value {
        match self {
            Self::Report => json!({ "what": "report" }),
            Self::Setting(name, before, after) => {
                json!({ "what": "setting", "name": name, "before": before, "after": after })
            }
            Self::Part(kind, name, word) => json!({ "what": kind, "name": name, "change": word }),
            Self::Parts => json!({ "what": "models" }),
            Self::Version(before, after) => json!({ "what": "version", "before": before, "after": after }),
        }
    }
}

impl Planned {
    /// What differs, settings first.
    pub fn differences(&self) -> Vec<Difference> {
        let Some(before) = &self.before else { return Vec::new() };
        let mut all = settings(before, &self.run);
        if self.project_before.is_some() {
            let parts = self.modified();
            let named = parts.iter().filter_map(|one| Some((one.part()?, one.word())));
            all.extend(named.map(|(part, word)| Difference::Part(part.kind.clone(), part.name.clone(), word)));
        } else if before.models != self.run.models {
            all.push(Difference::Parts);
        }
        if before.delivery != self.run.delivery {
            all.push(Difference::Report);
        }
        if (&before.version, &before.build) != (&self.run.version, &self.run.build) {
            all.push(Difference::Version(version(before), version(&self.run)));
        }
        all
    }

    /// How the files of `names`, or of all models and seeds that differ, are others than they were: unified diffs. Where a
    /// file is the same, the SQL that it is compiled to.
    ///
    /// # Errors
    /// When a name is of nothing that differs.
    pub fn diffs(&self, names: &[String]) -> Result<Vec<String>> {
        let parts = self.modified();
        let parts: Vec<&Modified<'_>> = parts.iter().filter(|one| has_file(one)).collect();
        let known = || parts.iter().filter_map(|one| one.part()).map(|part| part.name.as_str());
        if let Some(name) = names.iter().find(|name| !known().any(|known| known == name.as_str())) {
            return Err(Error::user(format!("no model or seed `{name}` is another than in the published run"))
                .did_you_mean(name, known()));
        }
        let wanted = parts
            .into_iter()
            .filter(|one| names.is_empty() || one.part().is_some_and(|part| names.contains(&part.name)));
        Ok(wanted.map(diff).collect())
    }

    fn modified(&self) -> Vec<Modified<'_>> {
        self.project_before.as_ref().map(|before| self.project.modified(before)).unwrap_or_default()
    }
}

fn has_file(one: &Modified<'_>) -> bool {
    one.part().is_some_and(|part| !part.path.is_empty())
}

fn version(run: &RunRecord) -> String {
    format!("{} ({})", run.version, run.build.get(..8).unwrap_or(&run.build))
}

/// The settings that are others.
fn settings(before: &RunRecord, after: &RunRecord) -> Vec<Difference> {
    let of = |run: &RunRecord| -> BTreeMap<String, String> {
        let parsed = serde_json::from_str(&run.settings).unwrap_or_else(|_| Value::from(run.settings.as_str()));
        flattened("", &parsed).into_iter().collect()
    };
    let (before, after) = (of(before), of(after));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let all = names.map(|name| (name, before.get(name), after.get(name)));
    all.filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| Difference::Setting(name.clone(), before.cloned(), after.cloned()))
        .collect()
}

/// One part as a unified diff.
fn diff(one: &Modified<'_>) -> String {
    let text = |part: Option<&Part>, of: fn(&Part) -> &str| part.map(of).unwrap_or_default().to_owned();
    let path = one.part().map(|part| part.path.clone()).unwrap_or_default();
    let written: fn(&Part) -> &str = |part| &part.text;
    let compiled: fn(&Part) -> &str = |part| &part.compiled;
    for (of, name) in [(written, path.clone()), (compiled, format!("compiled {path}"))] {
        let (before, after) = (text(one.before, of), text(one.after, of));
        if before != after {
            return TextDiff::from_lines(&before, &after).unified_diff().header(&name, &name).to_string();
        }
    }
    format!("{path}: declared otherwise: its columns, its grain or how it is kept\n")
}

#[cfg(test)]
mod tests;
