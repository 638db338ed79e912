//! The folder `statements/`: templates, words, fonts and who sends; read once, so that templates open no file.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::WalkDir;

use crate::common::error::{Error, Place, Result};
use crate::project::Hash;

/// The folder in a project.
pub const FOLDER: &str = "statements";
/// What every template may use; other folders are templates.
const SHARED: [&str; 2] = ["fonts/", "words/"];

/// Its files, by their paths below it.
#[derive(Debug, Clone, Default)]
pub struct Templates(BTreeMap<String, Vec<u8>>);

impl Templates {
    /// Reads the folder of the project in `root`.
    ///
    /// # Errors
    /// When there is none, a file cannot be read, or something in it is a link: it could lead anywhere.
    pub fn read(root: &Path) -> Result<Self> {
        let top = root.join(FOLDER);
        if !top.is_dir() {
            return Err(Error::user(format!("there is no folder `{FOLDER}` in the project"))
                .hint("`apportion init` makes one; copy its folder `statements`"));
        }
        let mut files = BTreeMap::new();
        for entry in WalkDir::new(&top).sort_by_file_name() {
            let entry = entry
                .map_err(|e| Error::environment(format!("cannot read the folder `{}`", top.display())).caused_by(&e))?;
            let below = entry.path().strip_prefix(&top).unwrap_or(entry.path());
            let path = below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            if entry.path_is_symlink() {
                return Err(Error::user(format!("`{FOLDER}/{path}` is a symbolic link"))
                    .at(Place::file(format!("{FOLDER}/{path}")))
                    .hint("put the file itself there: templates read nothing outside of their folder"));
            }
            if entry.file_type().is_file() {
                let bytes = std::fs::read(entry.path()).map_err(|e| Error::io("read", entry.path(), &e))?;
                files.insert(path, bytes);
            }
        }
        Ok(Self(files))
    }

    /// A file, by its path below the folder.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// A file as text.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn text(&self, path: &str) -> Result<Option<&str>> {
        let Some(bytes) = self.get(path) else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Error::user(format!("`{}` is not UTF-8 text", self.name(path)))
                .hint(format!("the first wrong byte is byte {}", error.valid_up_to()))
        })?;
        Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(text)))
    }

    /// The rest of the paths that begin with `folder`, in their order.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter_map(move |path| path.strip_prefix(folder))
    }

    /// The folders of templates.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .0
            .keys()
            .filter(|path| !SHARED.iter().any(|shared| path.starts_with(shared)))
            .filter_map(|path| path.split_once('/').map(|(folder, _)| folder))
            .collect();
        names.dedup();
        names
    }

    /// The file's path in the project, as the user knows it.
    pub fn name(&self, path: &str) -> String {
        format!("{FOLDER}/{path}")
    }

    /// A hash of all that statements of `template` in `language` may be made of.
    pub fn hash(&self, template: &str, language: &str) -> String {
        let mut hash = Hash::default();
        let words = format!("words/{language}.json");
        for (path, bytes) in &self.0 {
            let is_used = match path.split_once('/') {
                None | Some(("fonts", _)) => true,
                Some(("words", _)) => *path == words,
                Some((folder, _)) => folder == template,
            };
            if is_used {
                hash.add(path, bytes);
            }
        }
        hash.digits()
    }
}
