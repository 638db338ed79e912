//! Tests as YAML uses and describes them.

use serde_json::Value;

use super::config;
use crate::common::error::{Error, Result};
use crate::common::settings::Settings;
use crate::project::TextFile;
use crate::project::yaml::{Fields, Key, Node, Span, ValueKind};

/// What a generic test may have beside its arguments.
pub const OF_TEST: [&str; 6] = ["arguments", "config", "description", "name", "severity", "tags"];

/// A generic test as it is used.
#[derive(Debug, Clone)]
pub struct TestUse {
    /// The test's name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// Its arguments and settings, however they are nested.
    pub written: Settings,
}

/// What is declared of a singular test.
#[derive(Debug, Clone)]
pub struct TestProperties {
    /// The test's name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
    /// Its settings, overruled by `config()` in the file.
    pub config: Settings,
}

/// `data_tests:`, or `tests:` as dbt called it before.
pub(super) fn tests<'a, T>(fields: &mut Fields<'a>, read: impl Fn(&'a TextFile, &'a Node) -> Result<T>) -> Vec<T> {
    let mut found = fields.each("data_tests", &read);
    found.extend(fields.each("tests", &read));
    found
}

/// `- not_null`, `- accepted_values: { values: [...] }`, with `severity:`, `config:` and the like below the test's name
/// or beside it.
pub(super) fn test_use(file: &TextFile, node: &Node) -> Result<TestUse> {
    let entries = match &node.kind {
        ValueKind::Scalar(Value::String(name)) => {
            return Ok(TestUse { name: name.clone(), at: node.at, written: Settings::new() });
        }
        ValueKind::Map(entries) => entries,
        _ => return Err(no_test(file, node, "this is not a test")),
    };
    let mut names = entries.iter().filter(|(key, _)| !OF_TEST.contains(&key.name.as_str()));
    let (Some((key, below)), None) = (names.next(), names.next()) else {
        return Err(no_test(file, node, "each item of the list has to name one test"));
    };
    let mut written = match below.value() {
        Value::Object(written) => written,
        Value::Null => Settings::new(),
        _ => return Err(no_test(file, node, "the arguments of a test are a mapping, `name: value`")),
    };
    for (beside, value) in entries.iter().filter(|(other, _)| other.name != key.name) {
        if written.insert(beside.name.clone(), value.value()).is_some() {
            return Err(Error::user(format!("`{}` is both beside the test and below it", beside.name))
                .at(file.place(beside.at)));
        }
    }
    for (_, config_node) in entries.iter().chain(below_entries(below)).filter(|(key, _)| key.name == "config") {
        config(file, config_node)?;
    }
    Ok(TestUse { name: key.name.clone(), at: key.at, written })
}

fn no_test(file: &TextFile, node: &Node, message: &str) -> Error {
    Error::user(message)
        .at(file.place(node.at))
        .hint("write `- not_null`, or `- accepted_values:` with its arguments below")
}

fn below_entries(node: &Node) -> &[(Key, Node)] {
    match &node.kind {
        ValueKind::Map(entries) => entries,
        _ => &[],
    }
}

pub(super) fn singular_test(file: &TextFile, node: &Node) -> Result<TestProperties> {
    let mut fields = Fields::of(file, node)?;
    let (name, at) = fields.required("name");
    let read = TestProperties { name, at, config: fields.one("config", config).unwrap_or_default() };
    fields.pass(&["description", "docs"]);
    fields.done()?;
    Ok(read)
}
