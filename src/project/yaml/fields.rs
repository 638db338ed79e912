//! Mappings read key by key, so that what nobody reads is an error.

use std::str::FromStr;

use serde_json::Value;

use super::node::{Key, Node, Span, ValueKind};
use crate::common::error::{Error, Result};
use crate::common::settings::Settings;
use crate::project::TextFile;

/// A mapping that is being read. What is wrong with it is gathered, and told at the end.
pub(in crate::project) struct Fields<'a> {
    file: &'a TextFile,
    node: &'a Node,
    entries: &'a [(Key, Node)],
    /// The keys that are read here.
    known: Vec<&'a str>,
    /// Those that may be there and are passed over.
    passed: Vec<&'a str>,
    errors: Vec<Error>,
}

impl<'a> Fields<'a> {
    /// The mapping `node` of `file`, which may be empty.
    ///
    /// # Errors
    /// When it is something else.
    pub(in crate::project) fn of(file: &'a TextFile, node: &'a Node) -> Result<Self> {
        let entries: &[(Key, Node)] = match &node.kind {
            ValueKind::Map(entries) => entries,
            _ if node.is_null() => &[],
            _ => return Err(wrong(file, node, "a mapping, `key: value`")),
        };
        Ok(Self { file, node, entries, known: Vec::new(), passed: Vec::new(), errors: Vec::new() })
    }

    /// All keys with their values.
    pub(in crate::project) fn entries(&self) -> &'a [(Key, Node)] {
        self.entries
    }

    /// The value of `key`, unless it is null.
    pub(in crate::project) fn get(&mut self, key: &'a str) -> Option<&'a Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let found = self.entries.iter().find(|(own, _)| own.name == key);
        found.map(|(_, node)| node).filter(|node| !node.is_null())
    }

    /// Keys that are known and not read here.
    pub(in crate::project) fn pass(&mut self, keys: &[&'a str]) {
        self.passed.extend(keys);
    }

    /// Keys that somebody else reads.
    pub(in crate::project) fn know(&mut self, keys: &[&'a str]) {
        self.known.extend(keys);
    }

    /// A text.
    pub(in crate::project) fn text(&mut self, key: &'a str) -> Option<String> {
        let node = self.get(key)?;
        match &node.kind {
            ValueKind::Scalar(Value::String(text)) | ValueKind::Environment(text) => Some(text.clone()),
            ValueKind::Scalar(_) => {
                self.errors.push(wrong(self.file, node, "a string").hint("put it in quotes"));
                None
            }
            _ => self.refuse(node, "a string"),
        }
    }

    /// A text that has to be there, with its place; empty if it is not, which is an error at the end.
    pub(in crate::project) fn required(&mut self, key: &'a str) -> (String, Span) {
        let found = self.entries.iter().find(|(own, _)| own.name == key);
        if found.is_none_or(|(_, node)| node.is_null()) {
            self.errors.push(Error::user(format!("`{key}` is missing here")).at(self.file.place(self.node.at)));
        }
        let at = found.map_or(self.node.at, |(_, node)| node.at);
        (self.text(key).unwrap_or_default(), at)
    }

    /// `true` or `false`.
    pub(in crate::project) fn flag(&mut self, key: &'a str) -> Option<bool> {
        let node = self.get(key)?;
        match &node.kind {
            ValueKind::Scalar(Value::Bool(flag)) => Some(*flag),
            ValueKind::Environment(text) if text.parse::<bool>().is_ok() => text.parse().ok(),
            _ => self.refuse(node, "true or false"),
        }
    }

    /// A whole number from 0.
    pub(in crate::project) fn count<T: FromStr>(&mut self, key: &'a str) -> Option<T> {
        self.number(key, "a whole number")
    }

    /// A number of the kind that is `wanted`.
    pub(in crate::project) fn number<T: FromStr>(&mut self, key: &'a str, wanted: &str) -> Option<T> {
        let node = self.get(key)?;
        let number = match &node.kind {
            ValueKind::Scalar(Value::Number(number)) => number.to_string().parse().ok(),
            ValueKind::Environment(text) => text.parse().ok(),
            _ => None,
        };
        number.or_else(|| self.refuse(node, wanted))
    }

    /// One of `words`, each with what it means.
    pub(in crate::project) fn word<T: Clone>(&mut self, key: &'a str, words: &[(&str, T)]) -> Option<T> {
        let node = self.get(key)?;
        let text = match &node.kind {
            ValueKind::Scalar(Value::String(text)) | ValueKind::Environment(text) => text.as_str(),
            _ => "",
        };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(meaning.clone());
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let error = wrong(self.file, node, &format!("one of {}", names.join(", ")));
        self.errors.push(error.did_you_mean(text, names));
        None
    }

    /// A mapping whose keys are not looked at.
    pub(in crate::project) fn settings(&mut self, key: &'a str) -> Settings {
        let Some(node) = self.get(key) else { return Settings::new() };
        match node.value() {
            Value::Object(settings) => settings,
            _ => self.refuse(node, "a mapping, `key: value`").unwrap_or_default(),
        }
    }

    /// A text or a list of texts.
    pub(in crate::project) fn names(&mut self, key: &'a str) -> Vec<String> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let found = match &node.kind {
            ValueKind::List(items) => items.iter().map(text_of).collect(),
            _ => text_of(node).map(|text| vec![text]),
        };
        found.or_else(|| self.refuse(node, "a string or a list of strings")).unwrap_or_default()
    }

    /// What `read` makes of each item of a list.
    pub(in crate::project) fn each<T>(
        &mut self,
        key: &'a str,
        read: impl Fn(&'a TextFile, &'a Node) -> Result<T>,
    ) -> Vec<T> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let ValueKind::List(items) = &node.kind else {
            return self.refuse(node, "a list").unwrap_or_default();
        };
        items.iter().filter_map(|item| self.keep(read(self.file, item))).collect()
    }

    /// What `read` makes of a value.
    pub(in crate::project) fn one<T>(
        &mut self,
        key: &'a str,
        read: impl Fn(&'a TextFile, &'a Node) -> Result<T>,
    ) -> Option<T> {
        let node = self.get(key)?;
        self.keep(read(self.file, node))
    }

    /// What came out well; else the error is kept.
    pub(in crate::project) fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// All that is wrong, and every key that nobody knows.
    pub(in crate::project) fn done(mut self) -> Result<()> {
        for (key, _) in self.entries {
            let name = key.name.as_str();
            if self.known.contains(&name) || self.passed.contains(&name) {
                continue;
            }
            self.errors.push(
                Error::user(format!("the key `{}` is not known here", key.name))
                    .at(self.file.place(key.at))
                    .did_you_mean(&key.name, self.known.iter().chain(&self.passed).copied())
                    .hint(format!("known here: {}", self.known.join(", "))),
            );
        }
        Error::many(self.errors).map_or(Ok(()), Err)
    }

    fn refuse<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        self.errors.push(wrong(self.file, node, wanted));
        None
    }
}

fn text_of(node: &Node) -> Option<String> {
    match &node.kind {
        ValueKind::Scalar(Value::String(text)) | ValueKind::Environment(text) => Some(text.clone()),
        _ => None,
    }
}

fn wrong(file: &TextFile, node: &Node, wanted: &str) -> Error {
    let found = match &node.kind {
        ValueKind::Scalar(Value::Null) => "nothing".to_owned(),
        ValueKind::Scalar(value) => format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        ValueKind::Environment(text) => format!("`{text}`, from the environment,"),
        ValueKind::List(_) => "a list".to_owned(),
        ValueKind::Map(_) => "a mapping".to_owned(),
    };
    Error::user(format!("this is {found} and should be {wanted}")).at(file.place(node.at))
}

#[cfg(test)]
mod tests;
