//! What a run leaves below `target/apportion/` for people and tools to read.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compile::Compiled;
use crate::words::error::{Error, Result};

/// The folder of artifacts, below the project folder.
pub const FOLDER: &str = "target/apportion";
/// The folder of compiled SQL, below the project folder; paths in it are those of the project.
pub const COMPILED: &str = "target/apportion/compiled";

/// Writes the compiled SQL of every model, test and question.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_compiled(root: &Path, compiled: &Compiled) -> Result<()> {
    let folder = root.join(COMPILED);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| Error::io("empty the folder", &folder, &e))?;
    }
    for model in compiled.models.values() {
        write_text(&root.join(COMPILED).join(&model.sql.file.path), &model.compiled)?;
    }
    for test in &compiled.data_tests {
        let path = if test.model.is_some() {
            // A test of a model without YAML stands in the SQL file, which is no folder.
            let file = &test.sql.file.path;
            format!("{}/{}.sql", file.strip_suffix(".sql").unwrap_or(file), test.name)
        } else {
            test.sql.file.path.clone()
        };
        write_text(&root.join(COMPILED).join(path), &test.sql.text)?;
    }
    for question in &compiled.summary {
        write_text(&root.join(COMPILED).join(&question.sql.file.path), &question.sql.text)?;
    }
    Ok(())
}

/// Writes `value` as `target/apportion/<name>` below `root`, whole or not at all.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_json(root: &Path, name: &str, value: &Value) -> Result<PathBuf> {
    let path = root.join(FOLDER).join(name);
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::bug("no JSON").caused_by(&e))?;
    write_text(&path, &text)?;
    Ok(path)
}

fn write_text(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
    let draft = path.with_extension("draft");
    std::fs::write(&draft, text).map_err(|e| Error::io("write", &draft, &e))?;
    std::fs::rename(&draft, path).map_err(|e| Error::io("write", path, &e))
}
