//! Text files of the project and the folders they lie in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::yaml::Span;
use crate::common::error::{Error, Place, Result};
use crate::common::parallel;

/// A file of the project with its text.
#[derive(Debug, Clone, Default)]
pub struct TextFile {
    /// Path below the project folder, with `/`.
    pub path: String,
    /// The whole text, shared by all that stands in the file.
    pub text: Arc<str>,
}

impl TextFile {
    /// Reads `root/path`. The byte order mark that editors of Windows write is no part of the text.
    ///
    /// # Errors
    /// When it cannot be read, or is not UTF-8.
    pub fn read(root: &Path, path: &str) -> Result<Self> {
        let full = root.join(path);
        let bytes = std::fs::read(&full).map_err(|e| Error::io("read", &full, &e))?;
        let text = String::from_utf8(bytes).map_err(|e| {
            Error::user(format!("`{path}` is not UTF-8 text"))
                .hint(format!("the first wrong byte is byte {}", e.utf8_error().valid_up_to()))
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(Self { path: path.to_owned(), text: text.into() })
    }

    /// The file name without folder and extension.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The line and column in this file.
    pub fn place_at(&self, line: usize, column: usize) -> Place {
        Place::in_text(PathBuf::from(&self.path), &self.text, line, column)
    }

    /// The place of a value in this file.
    pub fn place(&self, at: Span) -> Place {
        self.place_at(at.line, at.column)
    }
}

/// A hash over names and contents of files.
#[derive(Debug, Clone, Default)]
pub struct Hash(Sha256);

impl Hash {
    /// Takes in `name` and `content`; their lengths keep neighbours apart.
    pub fn add(&mut self, name: &str, content: impl AsRef<[u8]>) {
        for part in [name.as_bytes(), content.as_ref()] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// The hash, 64 hexadecimal digits.
    pub fn digits(&self) -> String {
        self.0.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// All files below the `folders` of `root` whose paths are `wanted`, sorted by folder and path. A folder may be missing.
///
/// # Errors
/// When a folder or a file cannot be read.
pub(super) fn read_all(root: &Path, folders: &[&str], wanted: impl Fn(&str) -> bool) -> Result<Vec<TextFile>> {
    let mut paths = Vec::new();
    for top in folders.iter().map(|folder| root.join(folder)).filter(|top| top.exists()) {
        for entry in WalkDir::new(&top).follow_links(true).sort_by_file_name() {
            let entry = entry
                .map_err(|e| Error::environment(format!("cannot read the folder `{}`", top.display())).caused_by(&e))?;
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let path = below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            if entry.file_type().is_file() && wanted(&path) {
                paths.push(path);
            }
        }
    }
    parallel::map(&paths, |path| TextFile::read(root, path)).into_iter().collect()
}

#[cfg(test)]
mod tests;
