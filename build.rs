//! Says which build this is: a hash of the sources and of all that they are built with, and the commit.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

fn main() {
    let mut hash = Sha256::new();
    let mut files: Vec<_> =
        walkdir::WalkDir::new("src").into_iter().flatten().map(walkdir::DirEntry::into_path).collect();
    files.retain(|path| path.is_file());
    files.push("Cargo.lock".into());
    files.sort();
    for file in &files {
        // Lengths keep neighbours apart.
        for part in [file.to_string_lossy().as_bytes(), &std::fs::read(file).unwrap_or_default()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let mut build = String::new();
    for byte in hash.finalize().iter().take(6) {
        let _ = write!(build, "{byte:02x}");
    }
    println!("cargo::rustc-env=APPORTION_BUILD={build}");
    let commit = commit().unwrap_or_default();
    let of_commit = if commit.is_empty() { String::new() } else { format!(", commit {commit}") };
    println!("cargo::rustc-env=APPORTION_COMMIT={commit}");
    println!("cargo::rustc-env=APPORTION_VERSION={} (build {build}{of_commit})", env!("CARGO_PKG_VERSION"));
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
}

/// The commit that is checked out, if this is a repository of its own and git is there.
fn commit() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    // Each commit moves one of these.
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(file).exists() {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    let said = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    said.status.success().then(|| text.trim().to_owned())
}
