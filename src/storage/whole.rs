//! Files on this machine that are there whole, or not at all.

use std::path::{Path, PathBuf};

use crate::common::error::{Error, Result};

/// A file that is being written beside its place, and is gone if it does not get there.
#[derive(Debug)]
pub struct Draft {
    /// Where it is written.
    pub path: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// One for `place`, whose folder is made.
    ///
    /// # Errors
    /// When the folder cannot be made, or the place is one of a store.
    pub fn of(place: &Path) -> Result<Self> {
        if place.to_string_lossy().contains("://") {
            return Err(Error::user(format!("`{}` is no place on this machine", place.display()))
                .hint("write into a folder, and copy from there"));
        }
        let folder = place.parent().unwrap_or(place);
        std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let path = place.with_file_name(format!(".{name}-{}.draft", std::process::id()));
        Ok(Self { path, place: place.to_owned() })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When it cannot be put there.
    pub fn keep(self) -> Result<()> {
        std::fs::rename(&self.path, &self.place).map_err(|e| Error::io("write", &self.place, &e))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Where it is in its place by now there is nothing to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes `bytes` as the file `place`, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(place: &Path, bytes: &[u8]) -> Result<()> {
    let draft = Draft::of(place)?;
    std::fs::write(&draft.path, bytes).map_err(|e| Error::io("write", &draft.path, &e))?;
    draft.keep()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_gone_and_stores_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("new/file");
        write_whole(&place, b"one").expect("a file");
        let draft = Draft::of(&place).expect("a draft");
        std::fs::write(&draft.path, "two").expect("a draft");
        drop(draft);
        let names: Vec<_> = std::fs::read_dir(folder.path().join("new")).expect("a folder").flatten().collect();
        assert_eq!((names.len(), std::fs::read(&place).expect("a file")), (1, b"one".to_vec()));
        let refused = Draft::of(Path::new("s3://bucket/sets/file")).expect_err("a store");
        assert!(refused.message().contains("no place on this machine"), "{refused}");
    }
}
