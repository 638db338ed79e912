//! Data tests: singular ones, which are files, and generic ones, which properties use.

use std::collections::BTreeSet;

use serde_json::Value;

use super::assemble::{Assembly, Checked, twice};
use super::node::{DataTest, Severity};
use super::tables;
use crate::project::properties::{TestUse, names};
use crate::project::{ColumnProperties, TextFile};
use crate::words::error::{Place, Result};
use crate::words::parallel;
use crate::words::settings::{Settings, merge};

impl<'a> Assembly<'a> {
    pub(super) fn data_tests(&mut self) {
        let files = self.project.tests.iter();
        let checked = self.checked(files.clone().map(|file| (file, file.stem())));
        for (file, checked) in files.zip(checked) {
            match checked {
                Ok(Checked { sql, recorded, .. }) => {
                    let (severity, tags) = settings_of_test(&recorded.config);
                    let name = file.stem().to_owned();
                    if let Some(twin) = self.compiled.data_tests.iter().find(|other| other.name == name) {
                        let place = Place::file(&file.path);
                        self.errors.push(twice("data test", &name, &twin.sql.file.path).at(place));
                        continue;
                    }
                    self.compiled.data_tests.push(DataTest { name, sql, severity, model: None, tags });
                }
                Err(error) => self.errors.push(error),
            }
        }
        let uses = self.uses();
        let mut taken: BTreeSet<String> = self.compiled.data_tests.iter().map(|test| test.name.clone()).collect();
        for (used, made) in uses.iter().zip(parallel::map(&uses, |used| self.generic_test(used))) {
            match made {
                Ok((mut test, given)) => {
                    test.name = given.unwrap_or_else(|| used.free_name(&taken));
                    taken.insert(test.name.clone());
                    self.compiled.data_tests.push(test);
                }
                Err(error) => self.errors.push(error),
            }
        }
    }

    fn uses(&self) -> Vec<TestOf<'a>> {
        let mut uses = Vec::new();
        for model in self.project.models.values() {
            if let Some(file) = &model.properties_file {
                uses.extend(declared(&model.name, file, &model.properties.columns, &model.properties.data_tests));
            }
            let grain = self.compiled.models.get(&model.name).map(|m| m.grain.clone()).unwrap_or_default();
            if !grain.is_empty() {
                uses.push(TestOf {
                    test: "unique_grain",
                    written: Settings::from_iter([("columns".to_owned(), Value::from(grain))]),
                    model: &model.name,
                    column: None,
                    file: model.properties_file.as_ref().unwrap_or(&model.file),
                });
            }
        }
        for (name, (seed, properties)) in &self.project.seeds {
            uses.extend(declared(name, &seed.file, &properties.columns, &properties.data_tests));
        }
        uses
    }

    /// The test without a name, and the name that is written.
    fn generic_test(&self, used: &TestOf<'_>) -> Result<(DataTest, Option<String>)> {
        let place = used.file.place_of(used.column.unwrap_or(used.test));
        let mut arguments = Settings::new();
        arguments.insert("model".to_owned(), Value::from(self.scope.relation(used.model)));
        if let Some(column) = used.column {
            arguments.insert("column_name".to_owned(), Value::from(column));
        }
        let (config, own): (Settings, Settings) = used
            .written
            .clone()
            .into_iter()
            .partition(|(key, _)| ["config", "severity", "tags", "name", "description"].contains(&key.as_str()));
        arguments.extend(own.into_iter().flat_map(|(key, value)| match (key.as_str(), value) {
            ("arguments", Value::Object(nested)) => nested.into_iter().collect::<Vec<_>>(),
            (_, value) => vec![(key, value)],
        }));
        let (mut sql, recorded) = self.renderer.render_test(used.test, &arguments, used.file, place)?;
        sql.refs.insert(used.model.to_owned());
        let mut merged = recorded.config;
        merge(&mut merged, &config);
        if let Some(Value::Object(nested)) = config.get("config") {
            merge(&mut merged, nested);
        }
        tables::check(&sql, &self.scope.schema, self.scope.dialect)?;
        let (severity, tags) = settings_of_test(&merged);
        let given = merged.get("name").and_then(Value::as_str).map(str::to_owned);
        Ok((DataTest { name: String::new(), sql, severity, model: Some(used.model.to_owned()), tags }, given))
    }
}

/// A generic test on a model or seed, or on a column of it.
struct TestOf<'a> {
    test: &'a str,
    /// Its arguments and settings.
    written: Settings,
    model: &'a str,
    column: Option<&'a str>,
    file: &'a TextFile,
}

impl TestOf<'_> {
    /// A name after what is tested, with a number if others have it.
    fn free_name(&self, taken: &BTreeSet<String>) -> String {
        let parts = [Some(self.test), Some(self.model), self.column];
        let base = parts.into_iter().flatten().collect::<Vec<_>>().join("_");
        let free = |name: &String| !taken.contains(name);
        let mut numbered = (2..).map(|n| format!("{base}_{n}"));
        if free(&base) { base.clone() } else { numbered.find(free).unwrap_or(base) }
    }
}

/// The tests that `file` declares of `model`: those of the whole, then those of its columns.
fn declared<'a>(
    model: &'a str,
    file: &'a TextFile,
    columns: &'a [ColumnProperties],
    whole: &'a [TestUse],
) -> impl Iterator<Item = TestOf<'a>> {
    let whole = whole.iter().map(|test| (None, test));
    let of_columns = columns.iter().flat_map(|c| c.data_tests.iter().map(|test| (Some(c.name.as_str()), test)));
    whole.chain(of_columns).filter_map(move |(column, test)| {
        let (test, written) = match test {
            TestUse::Name(name) => (name, Settings::new()),
            TestUse::WithArguments(map) => match map.iter().next()? {
                (name, Value::Object(arguments)) => (name, arguments.clone()),
                (name, _) => (name, Settings::new()),
            },
        };
        Some(TestOf { test, written, model, column, file })
    })
}

fn settings_of_test(config: &Settings) -> (Severity, Vec<String>) {
    let word = config.get("severity").and_then(Value::as_str).unwrap_or("error");
    let severity = if word.eq_ignore_ascii_case("warn") { Severity::Warn } else { Severity::Error };
    (severity, names(config.get("tags")))
}
