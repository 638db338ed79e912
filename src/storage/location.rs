//! A folder or URL as an object store and a path in it.

use std::path::{Component, Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, UpdateVersion};
use url::Url;

use super::refusal::Access;
use super::s3;
use crate::common::error::{Error, Result};
use crate::common::s3::S3Options;

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
    /// The store, if it is a bucket.
    bucket: Option<s3::Retrying>,
}

impl Location {
    /// Opens `name`: a folder, relative to `base`, a `file://` URL, or `s3://bucket/prefix` by way of `options`.
    ///
    /// # Errors
    /// When the scheme is unknown, or the path or the bucket's name is not valid.
    pub async fn open(name: &str, base: &FilePath, options: &S3Options) -> Result<Self> {
        match name.split_once("://") {
            None => Self::folder(name, &base.join(name)),
            Some(("file", path)) => Self::folder(name, FilePath::new(path)),
            Some(("s3" | "s3a", path)) => Self::bucket(name, path, options).await,
            Some((scheme, _)) => Err(Error::user(format!("`{name}`: `{scheme}://` is not supported"))
                .hint("name a folder, a file:// URL, or s3://bucket/prefix")),
        }
    }

    async fn bucket(name: &str, path: &str, options: &S3Options) -> Result<Self> {
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(no_place_in_s3(name, &"it names no bucket"));
        }
        let root = Url::parse(&format!("s3://{bucket}/")).map_err(|e| no_place_in_s3(name, &e))?;
        let prefix = Path::parse(prefix.trim_end_matches('/')).map_err(|e| no_place_in_s3(name, &e))?;
        let bucket = s3::open(bucket, options).await?;
        Ok(Self { name: name.to_owned(), root, store: Arc::new(bucket.clone()), prefix, bucket: Some(bucket) })
    }

    fn folder(name: &str, folder: &FilePath) -> Result<Self> {
        let absolute = std::path::absolute(folder).map_err(|e| Error::io("find", folder, &e))?;
        let prefix = Path::from_absolute_path(without_dots(&absolute)).map_err(|e| no_path(name, &e))?;
        let root = Url::parse("file:///").map_err(|e| no_path(name, &e))?;
        Ok(Self { name: name.to_owned(), root, store: Arc::new(LocalFileSystem::new()), prefix, bucket: None })
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

    /// The absolute path, or the URL in S3, of the object at `path`.
    pub fn url(&self, path: &Path) -> String {
        if self.is_s3() { format!("{}{path}", self.root) } else { format!("/{path}") }
    }

    /// All objects below `below`, sorted by path; none if there is no such folder.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn list(&self, below: &str) -> Result<Vec<ObjectMeta>> {
        let prefix = self.path(below);
        let found: Result<Vec<ObjectMeta>, _> = self.store.list(Some(&prefix)).try_collect().await;
        let mut found = found.map_err(|error| self.refused(Access::List, &prefix, &error))?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    /// The name of the object at `below`, as the user would write it.
    pub fn at(&self, below: &str) -> String {
        self.display(&self.path(below))
    }

    /// The object at `below` with its version, if there is one.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn get(&self, below: &str) -> Result<Option<(Bytes, UpdateVersion)>> {
        let path = self.path(below);
        let found = match self.store.get(&path).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(|error| self.refused(Access::Read, &path, &error))?,
        };
        let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
        let bytes = found.bytes().await.map_err(|error| self.refused(Access::Read, &path, &error))?;
        Ok(Some((bytes, version)))
    }

    /// Puts `bytes` at `below`, whole.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn put(&self, below: &str, bytes: Bytes) -> Result<()> {
        let path = self.path(below);
        self.store.put(&path, bytes.into()).await.map(drop).map_err(|error| self.refused(Access::Write, &path, &error))
    }

    /// Puts `bytes` at `below` if there is nothing; whether there was not.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn put_new(&self, below: &str, bytes: Bytes) -> Result<bool> {
        let path = self.path(below);
        match self.store.put_opts(&path, bytes.into(), PutMode::Create.into()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::Precondition { .. } | object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.refused(Access::Write, &path, &error)),
        }
    }

    /// Puts `bytes` at `below` if the object there still has `version`, or if there still is none; returns the new
    /// version, or `None` if somebody else was faster.
    ///
    /// A file system cannot compare: there, whoever calls this holds a lock.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn put_if(
        &self,
        below: &str,
        bytes: Bytes,
        version: Option<UpdateVersion>,
    ) -> Result<Option<UpdateVersion>> {
        let path = self.path(below);
        let mode = match version {
            _ if !self.is_s3() => PutMode::Overwrite,
            Some(version) => PutMode::Update(version),
            None => PutMode::Create,
        };
        match self.store.put_opts(&path, bytes.clone().into(), mode.into()).await {
            Ok(put) => Ok(Some(put.into())),
            Err(object_store::Error::Precondition { .. } | object_store::Error::AlreadyExists { .. }) => {
                // It may have been ourselves, if the answer to a first try was lost on its way.
                let found = self.get(below).await?;
                Ok(found.filter(|(there, _)| *there == bytes).map(|(_, version)| version))
            }
            Err(error) => Err(self.refused(Access::Write, &path, &error)),
        }
    }

    /// The file that is the object at `below`, in a folder that is there; `None` in a bucket, which has no files.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn file(&self, below: &str) -> Result<Option<PathBuf>> {
        if self.is_s3() {
            return Ok(None);
        }
        let file = FilePath::new("/").join(self.path(below).as_ref());
        let folder = file.parent().unwrap_or(&file);
        std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
        Ok(Some(file))
    }

    /// Looks whether there is an object at `below`.
    ///
    /// # Errors
    /// When there is none, or the store does not answer, or says no.
    pub async fn check(&self, below: &str) -> Result<()> {
        let path = self.path(below);
        self.store.head(&path).await.map(drop).map_err(|error| self.refused(Access::Read, &path, &error))
    }

    /// How many bytes the object at `below` has.
    ///
    /// # Errors
    /// When there is none, or the store does not answer, or says no.
    pub async fn size(&self, below: &str) -> Result<u64> {
        let path = self.path(below);
        let there = self.store.head(&path).await.map_err(|error| self.refused(Access::Read, &path, &error))?;
        Ok(there.size)
    }

    /// Puts one object in the place of another, whole; it stays where it was, too.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn copy(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.path(from), self.path(to));
        let copied = match &self.bucket {
            Some(bucket) => bucket.copy_whole(&from, &to).await,
            None => self.store.copy(&from, &to).await,
        };
        copied.map_err(|error| self.refused(Access::Write, &to, &error))
    }

    /// Removes one object.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn delete(&self, path: &Path) -> Result<()> {
        let removed = self.store.delete(path).await;
        removed.map_err(|error| self.refused(Access::Remove, path, &error))?;
        self.remove_empty_folders(path.as_ref().rsplit_once('/').map_or("", |(folder, _)| folder));
        Ok(())
    }

    /// Removes everything below `below`, and what was begun and not written whole; returns how many objects there were.
    ///
    /// # Errors
    /// When the store does not answer, or says no.
    pub async fn remove(&self, below: &str) -> Result<usize> {
        if let Some(bucket) = &self.bucket {
            let folder = self.path(below);
            bucket.give_up(&folder).await.map_err(|error| self.refused(Access::AbortUploads, &folder, &error))?;
        }
        let objects = self.list(below).await?;
        let count = objects.len();
        let paths = futures::stream::iter(objects.into_iter().map(|object| Ok(object.location))).boxed();
        let removed: Result<Vec<Path>, _> = self.store.delete_stream(paths).try_collect().await;
        removed.map_err(|error| self.refused(Access::Remove, &self.path(below), &error))?;
        self.remove_empty_folders(self.path(below).as_ref());
        Ok(count)
    }

    /// Removes what was being written below `below` when a process was killed, in the folders that are `ours`: they are
    /// asked by their path below `below`. On a file system drafts have a `#` in their names, and no list shows them.
    pub fn remove_drafts(&self, below: &str, ours: impl Fn(&FilePath) -> bool) {
        if self.is_s3() {
            return;
        }
        let top = FilePath::new("/").join(self.path(below).as_ref());
        let drafts = walkdir::WalkDir::new(&top).into_iter().flatten().filter(is_draft);
        for draft in drafts.collect::<Vec<_>>() {
            let folder = draft.path().parent().and_then(|folder| folder.strip_prefix(&top).ok());
            if folder.is_some_and(&ours) {
                // The next run tries again.
                let _ = std::fs::remove_file(draft.path());
            }
        }
        if !below.is_empty() {
            self.remove_empty_folders(self.path(below).as_ref());
        }
    }

    /// Folders exist only on a file system; there, those left empty go too, up to the location itself.
    fn remove_empty_folders(&self, path: &str) {
        if self.is_s3() {
            return;
        }
        let root = FilePath::new("/");
        let (location, top) = (root.join(self.prefix.as_ref()), root.join(path));
        let folders = walkdir::WalkDir::new(&top).contents_first(true).into_iter().flatten();
        let inside = folders.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
        let above = top.ancestors().skip(1).take_while(|folder| **folder != location).map(FilePath::to_owned);
        for folder in inside.chain(above.collect::<Vec<_>>()) {
            // A folder that is not empty stays, and so it should.
            let _ = std::fs::remove_dir(folder);
        }
    }

    /// A URL by which anybody can read the object at `below`, for so many `seconds`; none where this is a folder.
    /// It ends earlier where the credentials do that sign it.
    ///
    /// # Errors
    /// When there are no credentials to sign it with.
    pub async fn link(&self, below: &str, seconds: u64) -> Result<Option<String>> {
        let Some(bucket) = &self.bucket else { return Ok(None) };
        let path = self.path(below);
        let link = bucket.link(&path, Duration::from_secs(seconds)).await;
        link.map(|link| Some(link.into())).map_err(|error| self.refused(Access::Read, &path, &error))
    }

    /// Whether it is a bucket, where an object can be replaced on a condition.
    pub fn is_s3(&self) -> bool {
        self.root.scheme() == "s3"
    }
}

fn no_place_in_s3(name: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::user(format!("`{name}` is not a location in S3")).caused_by(cause).hint("write it as s3://bucket/prefix")
}

fn no_path(name: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::user(format!("`{name}` is not a usable path")).caused_by(cause)
}

/// Whether a file is being written, or was when a process was killed.
fn is_draft(entry: &walkdir::DirEntry) -> bool {
    entry.file_name().to_string_lossy().contains(".parquet#")
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

#[cfg(test)]
mod tests;
