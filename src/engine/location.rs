//! A folder or URL as an object store and a path in it.

use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use url::Url;

use crate::words::error::{Error, Result};

/// A place below which objects lie.
#[derive(Debug, Clone)]
pub struct Location {
    /// As the user named it.
    pub name: String,
    /// The store's root, for an engine to find the store by.
    pub root: Url,
    /// The store.
    pub store: Arc<dyn ObjectStore>,
    /// The path in the store.
    pub prefix: Path,
}

impl Location {
    /// Opens `name`: a folder, relative to `base`, or a `file://` URL.
    ///
    /// # Errors
    /// When the scheme is unknown or the path is none.
    pub fn open(name: &str, base: &FilePath) -> Result<Self> {
        let folder = match name.split_once("://") {
            None => base.join(name),
            Some(("file", path)) => PathBuf::from(path),
            Some((scheme, _)) => {
                return Err(Error::user(format!("`{name}`: stores of kind `{scheme}://` are not supported"))
                    .hint("name a folder, or a file:// URL"));
            }
        };
        let absolute = std::path::absolute(&folder).map_err(|e| Error::io("find", &folder, &e))?;
        let wrong = |error: &dyn std::fmt::Display| {
            Error::user(format!("`{name}` is no path that can be used")).caused_by(error)
        };
        let plain = without_dots(&absolute);
        let prefix = Path::from_absolute_path(&plain).map_err(|e| wrong(&e))?;
        let root = Url::parse("file:///").map_err(|e| wrong(&e))?;
        Ok(Self { name: name.to_owned(), root, store: Arc::new(LocalFileSystem::new()), prefix })
    }

    /// The path of `below`, a relative path with `/`.
    pub fn path(&self, below: &str) -> Path {
        below.split('/').filter(|part| !part.is_empty()).fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// The name of an object below this location, as the user would write it.
    pub fn display(&self, path: &Path) -> String {
        let below = path.as_ref().strip_prefix(self.prefix.as_ref()).unwrap_or(path.as_ref());
        format!("{}/{}", self.name.trim_end_matches('/'), below.trim_start_matches('/'))
    }

    /// All objects below `below`, sorted by path; none if there is no such folder.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn list(&self, below: &str) -> Result<Vec<ObjectMeta>> {
        let prefix = self.path(below);
        let found: Result<Vec<ObjectMeta>, _> = self.store.list(Some(&prefix)).try_collect().await;
        let mut found = found.map_err(|error| self.refused("list", &prefix, &error))?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    /// Whether there is an object at `below`.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn exists(&self, below: &str) -> Result<bool> {
        match self.store.head(&self.path(below)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.refused("read", &self.path(below), &error)),
        }
    }

    /// Puts one object in the place of another, whole; it stays where it was, too.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn copy(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.path(from), self.path(to));
        self.store.copy(&from, &to).await.map_err(|error| self.refused("write", &to, &error))
    }

    /// Removes everything below `below`; returns how many objects there were.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn remove(&self, below: &str) -> Result<usize> {
        let objects = self.list(below).await?;
        let count = objects.len();
        let paths = futures::stream::iter(objects.into_iter().map(|object| Ok(object.location))).boxed();
        let removed: Result<Vec<Path>, _> = self.store.delete_stream(paths).try_collect().await;
        removed.map_err(|error| self.refused("remove", &self.path(below), &error))?;
        self.remove_empty_folders(below);
        Ok(count)
    }

    /// Folders exist only on a file system; there, those left empty go too, up to the location itself.
    fn remove_empty_folders(&self, below: &str) {
        if self.root.scheme() != "file" {
            return;
        }
        let location = FilePath::new("/").join(self.prefix.as_ref());
        let top = location.join(below);
        let folders = walkdir::WalkDir::new(&top).contents_first(true).into_iter().flatten();
        let inside = folders.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
        let above = top.ancestors().skip(1).take_while(|folder| **folder != location).map(FilePath::to_owned);
        for folder in inside.chain(above.collect::<Vec<_>>()) {
            // A folder that is not empty stays, and so it should.
            let _ = std::fs::remove_dir(folder);
        }
    }

    /// The error for a store that said no.
    pub fn refused(&self, doing: &str, path: &Path, error: &object_store::Error) -> Error {
        let name = self.display(path);
        let plain = Error::environment(format!("cannot {doing} `{name}`"));
        match error {
            object_store::Error::NotFound { .. } => plain.hint("there is nothing of that name"),
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                plain.hint(format!("give this user the right to {doing} it"))
            }
            other => {
                let words = other.to_string();
                let denied = words.contains("Permission denied") || words.contains("os error 13");
                let full = words.contains("No space left");
                let plain = plain.caused_by(&words);
                if denied {
                    plain.hint(format!("give this user the right to {doing} it"))
                } else if full {
                    plain.hint("the disk is full: free some space and run again; what was published is untouched")
                } else {
                    plain
                }
            }
        }
    }
}

/// `/a/b/../c` as `/a/c`; what stands before `..` is looked up first, as it may be a link.
fn without_dots(path: &FilePath) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain = plain.canonicalize().unwrap_or(plain);
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}
