//! `init DIR`: a new project folder from the shipped models.

use std::path::Path;

use rust_embed::RustEmbed;

use crate::common::error::{Error, Result};

/// The shipped project. A development build reads it from the repository at run time.
#[derive(RustEmbed)]
#[folder = "."]
#[include = "config.yaml"]
#[include = "dashboards/*"]
#[include = "dbt_project.yml"]
#[include = "docs/templates/*"]
#[include = "models/*"]
#[include = "sql/*"]
#[include = "statements/*"]
#[include = "data/seeds/*"]
#[include = "data/sample/*"]
struct Shipped;

/// Writes the shipped project into `folder`; returns how many files.
///
/// # Errors
/// When the folder is not empty, or cannot be written.
pub fn init(folder: &Path) -> Result<usize> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(Error::user(format!("`{}` is not empty", folder.display()))
            .hint("name a folder that does not exist yet; nothing was written"));
    }
    let mut files = 0;
    for name in Shipped::iter() {
        let Some(file) = Shipped::get(&name) else { continue };
        let path = folder.join(name.as_ref());
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|e| Error::io("create the folder", parent, &e))?;
        std::fs::write(&path, &file.data).map_err(|e| Error::io("write", &path, &e))?;
        files += 1;
    }
    if files == 0 {
        return Err(Error::bug("the shipped project is empty"));
    }
    let ignored = folder.join(".gitignore");
    std::fs::write(&ignored, "target/\n/data/out/\n").map_err(|e| Error::io("write", &ignored, &e))?;
    Ok(files)
}
