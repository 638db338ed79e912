//! Data tests: singular ones, which are files, and generic ones, which properties use.

use std::collections::BTreeSet;

use serde_json::Value;

use super::assemble::{Assembly, Checked, is_enabled, twice};
use super::node::{DataTest, GenericTest, Severity};
use super::tables;
use crate::common::error::{Error, Place, Result};
use crate::common::parallel;
use crate::common::settings::{Settings, merge};
use crate::project::load::{described_twice, nothing_described};
use crate::project::properties::{OF_TEST, names};
use crate::project::{ColumnProperties, Span, TestUse, TextFile};

impl<'a> Assembly<'a> {
    pub(super) fn data_tests(&mut self) {
        let files = self.project.tests.iter();
        let checked = self.checked(files.clone().map(|file| (file, file.stem())));
        for (file, checked) in files.zip(checked) {
            match checked.and_then(|checked| self.singular_test(file, checked)) {
                Ok(test) => self.compiled.data_tests.extend(test),
                Err(error) => self.errors.push(error),
            }
        }
        self.check_described();
        let uses = self.uses();
        let mut taken: BTreeSet<String> = self.compiled.data_tests.iter().map(|test| test.name.clone()).collect();
        for (used, made) in uses.iter().zip(parallel::map(&uses, |used| self.generic_test(used))) {
            match made {
                // As in dbt, a test is there if all that it reads is.
                Ok(None) => {}
                Ok(Some((test, _))) if self.reads_disabled(&test.sql).is_some() => {}
                Ok(Some((mut test, given))) => {
                    test.name = given.unwrap_or_else(|| used.free_name(&taken));
                    taken.insert(test.name.clone());
                    self.compiled.data_tests.push(test);
                }
                Err(error) => self.errors.push(error),
            }
        }
    }

    /// The test, if it and all models that it reads are enabled.
    fn singular_test(&self, file: &TextFile, Checked { sql, recorded, .. }: Checked) -> Result<Option<DataTest>> {
        let name = file.stem().to_owned();
        if let Some(twin) = self.compiled.data_tests.iter().find(|other| other.name == name) {
            let first = Place::file(&twin.sql.file.path);
            return Err(twice("data test", &name, &first).at(Place::file(&file.path)));
        }
        let declared = self.project.test_properties.iter().find(|(test, _)| test.name == name);
        let mut config = declared.map(|(test, _)| test.config.clone()).unwrap_or_default();
        merge(&mut config, &recorded.config);
        let place = || declared.map_or_else(|| Place::file(&file.path), |(test, file)| file.place(test.at));
        let is_enabled = is_enabled(&config).map_err(|error| error.at(place()))?;
        if !is_enabled || self.reads_disabled(&sql).is_some() {
            return Ok(None);
        }
        let (severity, tags) = settings_of_test(&config).map_err(|error| error.at(place()))?;
        Ok(Some(DataTest { name, sql, severity, model: None, generic: None, tags }))
    }

    /// What is described has to be there, once.
    fn check_described(&mut self) {
        let names: Vec<&str> = self.project.tests.iter().map(|file| file.stem()).collect();
        let described = &self.project.test_properties;
        for (index, (test, file)) in described.iter().enumerate() {
            if !names.contains(&test.name.as_str()) {
                let known = names.iter().copied();
                self.errors.push(nothing_described("data test", &test.name, file, test.at, known));
            }
            if let Some((first, other)) = described[..index].iter().find(|(other, _)| other.name == test.name) {
                let first = other.place(first.at);
                self.errors.push(described_twice("data test", &test.name, file.place(test.at), &first));
            }
        }
    }

    fn uses(&self) -> Vec<TestOf<'a>> {
        let mut uses = Vec::new();
        for model in self.project.models.values().filter(|model| !self.is_disabled(&model.name)) {
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
                    at: model.properties.at,
                });
            }
        }
        for (name, (seed, properties)) in &self.project.seeds {
            if let Some(file) = &seed.properties_file {
                uses.extend(declared(name, file, &properties.columns, &properties.data_tests));
            }
        }
        uses
    }

    /// The test without a name, and the name that is written; nothing if it is not enabled.
    fn generic_test(&self, used: &TestOf<'_>) -> Result<Option<(DataTest, Option<String>)>> {
        let place = used.file.place(used.at);
        let (config, own): (Settings, Settings) = used
            .written
            .clone()
            .into_iter()
            .partition(|(key, _)| key != "arguments" && OF_TEST.contains(&key.as_str()));
        let own = own.into_iter().flat_map(|(key, value)| match (key.as_str(), value) {
            ("arguments", Value::Object(nested)) => nested.into_iter().collect::<Vec<_>>(),
            (_, value) => vec![(key, value)],
        });
        let mut arguments: Settings = own.collect();
        if let Some(column) = used.column {
            arguments.insert("column_name".to_owned(), Value::from(column));
        }
        let (column, test) = (used.column.map(str::to_owned), used.test.to_owned());
        let generic = Some(GenericTest { test, column, arguments: arguments.clone() });
        arguments.insert("model".to_owned(), Value::from(self.context.relation(used.model)));
        let (mut sql, recorded) = self.renderer.render_test(used.test, &arguments, used.file, place.clone())?;
        sql.refs.insert(used.model.to_owned());
        let mut merged = recorded.config;
        merge(&mut merged, &config);
        if let Some(Value::Object(nested)) = config.get("config") {
            merge(&mut merged, nested);
        }
        tables::check(&mut sql, &self.context.schema, self.context.dialect).map_err(|error| error.at(place.clone()))?;
        if !is_enabled(&merged).map_err(|error| error.at(place.clone()))? {
            return Ok(None);
        }
        let (severity, tags) = settings_of_test(&merged).map_err(|error| error.at(place))?;
        let given = merged.get("name").and_then(Value::as_str).map(str::to_owned);
        let model = Some(used.model.to_owned());
        Ok(Some((DataTest { name: String::new(), sql, severity, model, generic, tags }, given)))
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
    /// Where it is used.
    at: Span,
}

impl TestOf<'_> {
    /// A name after what is tested, with a number if others have it.
    fn free_name(&self, taken: &BTreeSet<String>) -> String {
        let parts = [Some(self.test), Some(self.model), self.column];
        let base = parts.into_iter().flatten().collect::<Vec<_>>().join("_");
        let (mut name, mut number) = (base.clone(), 1);
        while taken.contains(&name) {
            number += 1;
            name = format!("{base}_{number}");
        }
        name
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
    whole.chain(of_columns).map(move |(column, test)| TestOf {
        test: &test.name,
        written: test.written.clone(),
        model,
        column,
        file,
        at: test.at,
    })
}

fn settings_of_test(config: &Settings) -> Result<(Severity, Vec<String>)> {
    let word = config.get("severity").map_or("error", |word| word.as_str().unwrap_or_default());
    let severity = match word.to_lowercase().as_str() {
        "warn" => Severity::Warn,
        "error" => Severity::Error,
        _ => return Err(Error::user(format!("`{word}` is not a severity")).hint("severities: error, warn")),
    };
    Ok((severity, names(config.get("tags"))))
}

#[cfg(test)]
mod tests;
