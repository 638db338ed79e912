//! The result files are the same, bit for bit, whatever the threads, the files of the report, the order of its rows
//! and its layout.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Files, Outcome};
use crate::{published, rows};

/// The result files of a plain run, which every other run is held against.
static PLAIN: LazyLock<Result<Files, String>> = LazyLock::new(|| {
    let plain = sample("legacy").and_then(|source| results("plain", &source, "2"));
    plain.map_err(harness::words)
});

/// A trial for each thing that must not matter.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("determinism::one_thread_and_two", || same("one-thread", &sample("legacy")?, "1")),
        Trial::test("determinism::many_files_with_shuffled_rows", || {
            let shuffled = harness::folder("shuffled")?;
            rows::shuffle(&sample("legacy")?, &shuffled, 9)?;
            same("shuffled", &shuffled, "2")
        }),
        Trial::test("determinism::legacy_and_cur2", || same("cur2", &sample("cur2")?, "2")),
    ]
}

/// A small report of one period.
pub(crate) fn sample(layout: &str) -> Result<PathBuf, Failed> {
    let folder = harness::folder(&format!("sample-{layout}"))?;
    let out = folder.display().to_string();
    let size = ["--accounts", "6", "--periods", "1", "--rows", "3000", "--seed", "1"];
    let args = [&["sample", "--layout", layout, "--out", &out], size.as_slice()].concat();
    harness::apportion(&folder, &args)?.exits(0)?;
    Ok(folder)
}

/// The published result tables of a run over `source`, by path; those of the `working` schema are no results.
fn results(name: &str, source: &Path, threads: &str) -> Result<Files, Failed> {
    let project = harness::shipped_project(name)?;
    let source = source.display().to_string();
    harness::apportion(&project, &["run", "--source", &source, "--threads", threads])?.exits(0)?;
    published::results(&harness::contents(&project.join("data/out"))?)
}

fn same(name: &str, source: &Path, threads: &str) -> Outcome {
    same_as_plain(&results(name, source, threads)?)
}

/// Fails unless the tables are those of the plain run over `sample("legacy")`.
pub(crate) fn same_as_plain(other: &Files) -> Outcome {
    let plain = PLAIN.as_ref().map_err(|words| words.as_str())?;
    if plain.len() < 5 {
        return Err(format!("there should be more result files than {}", plain.len()).into());
    }
    let names = |files: &Files| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    if names(plain) != names(other) {
        return Err(format!("other files: {:?}, not {:?}", names(other), names(plain)).into());
    }
    let differing = plain.iter().zip(other).filter(|(one, two)| one.1 != two.1).map(|(one, _)| one.0.as_str());
    match differing.collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        paths => Err(format!("not the same, bit for bit: {}", paths.join(", ")).into()),
    }
}
