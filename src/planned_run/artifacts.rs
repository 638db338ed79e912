//! What a run leaves below `target/apportion/` for people and tools to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::common::error::{Error, Result};
use crate::common::secrets::masked;
use crate::compile::Compiled;

/// Where artifacts are if nothing else is said, below the project folder.
pub const FOLDER: &str = "target/apportion";
/// The ending of a file that is being written.
const DRAFT: &str = "draft";

/// The folder of artifacts.
#[derive(Debug, Clone)]
pub struct Artifacts {
    folder: PathBuf,
    /// As the user would write it.
    name: String,
}

impl Artifacts {
    /// Those of the project in `root`, in `typed` if that is given.
    pub(super) fn new(root: &Path, typed: Option<&Path>) -> Self {
        match typed {
            Some(typed) => Self { folder: typed.to_owned(), name: typed.display().to_string() },
            None => Self { folder: root.join(FOLDER), name: FOLDER.to_owned() },
        }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of compiled SQL, as the user would write it; paths in it are those of the project.
    pub fn compiled(&self) -> String {
        format!("{}/compiled", self.name.trim_end_matches('/'))
    }

    /// Writes the compiled SQL of every model, test and question (of a unit test, its model's under the test's
    /// settings), and of `sources` by their paths; removes what earlier runs compiled besides.
    ///
    /// Two runs at once do not disturb each other: a file is replaced whole, and only strangers are removed. A file that
    /// holds its text already stays.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_compiled(&self, compiled: &Compiled, sources: &BTreeMap<String, String>) -> Result<()> {
        let compiled = compiled.as_sent();
        let folder = self.folder.join("compiled");
        let mut written = BTreeSet::new();
        let sources = sources.iter().map(|(path, text)| (path.clone(), text.as_str()));
        for (path, text) in texts(compiled).chain(sources) {
            let path = folder.join(path);
            if !std::fs::read(&path).is_ok_and(|kept| kept == text.as_bytes()) {
                write_text(&path, text)?;
            }
            written.insert(path);
        }
        for entry in walkdir::WalkDir::new(&folder).contents_first(true).into_iter().flatten() {
            let is_draft = entry.path().extension().is_some_and(|extension| extension == DRAFT);
            // What another run has removed in the meantime is gone, and a folder that is not empty stays.
            if entry.file_type().is_dir() {
                let _ = std::fs::remove_dir(entry.path());
            } else if !is_draft && !written.contains(entry.path()) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Writes `value` as the file `name`, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|e| Error::bug("could not write an artifact as JSON").caused_by(&e))?;
        write_text(&self.folder.join(name), &masked(&text))
    }

    /// Writes `text` as the file `name`, whole or not at all, and gives its path as the user would write it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<String> {
        write_text(&self.folder.join(name), &masked(text))?;
        Ok(format!("{}/{name}", self.name.trim_end_matches('/')))
    }
}

/// Every compiled text with its path below the folder of compiled SQL.
fn texts(compiled: &Compiled) -> impl Iterator<Item = (String, &str)> {
    let models = compiled.models.values().map(|model| (model.sql.file.path.clone(), model.compiled.as_str()));
    let tests = compiled.data_tests.iter().map(|test| {
        // A test of a model without YAML stands in the SQL file, which is no folder.
        let file = &test.sql.file.path;
        let folder = file.strip_suffix(".sql").unwrap_or(file);
        let path = if test.model.is_some() { format!("{folder}/{}.sql", test.name) } else { file.clone() };
        (path, test.sql.text.as_str())
    });
    let units = compiled.unit_tests.iter().map(|unit| {
        let path = format!("{}/{}.sql", unit.file.path, unit.test.name);
        (path, unit.sql.text.as_str())
    });
    let questions = compiled
        .summary
        .iter()
        .chain(&compiled.counts)
        .chain(&compiled.plan)
        .map(|q| (q.sql.file.path.clone(), q.sql.text.as_str()));
    models.chain(tests).chain(units).chain(questions)
}

fn write_text(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|e| elsewhere(Error::io("create the folder", folder, &e)))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!("{name}-{}.{DRAFT}", std::process::id()));
    std::fs::write(&draft, text).map_err(|e| elsewhere(Error::io("write", &draft, &e)))?;
    std::fs::rename(&draft, path).map_err(|e| elsewhere(Error::io("write", path, &e)))
}

fn elsewhere(error: Error) -> Error {
    error.hint("put artifacts elsewhere with --target-path or APPORTION_TARGET_PATH")
}
