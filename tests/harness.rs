//! What every group of trials needs: folders that go away, copies of projects, the real binary.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use libtest_mimic::Failed;
use tempfile::TempDir;

/// How a trial ends.
pub(crate) type Outcome = Result<(), Failed>;

static ROOT: Mutex<Option<TempDir>> = Mutex::new(None);
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A new empty folder; all of them are removed when the tests end.
pub(crate) fn folder(name: &str) -> Result<PathBuf, Failed> {
    let mut root = ROOT.lock().unwrap_or_else(PoisonError::into_inner);
    if root.is_none() {
        *root = Some(tempfile::Builder::new().prefix("apportion-tests-").tempdir()?);
    }
    let Some(root) = root.as_ref() else { return Err("there is no folder for tests".into()) };
    let path = root.path().join(format!("{:03}-{name}", COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

/// Says figures that a trial found, when the tests are run with `APPORTION_TALK=1`.
pub(crate) fn say(words: &str) {
    if std::env::var_os("APPORTION_TALK").is_some() {
        // Whoever does not listen misses nothing.
        let _ = writeln!(std::io::stderr(), "{words}");
    }
}

/// The words of what failed, which a static can keep.
pub(crate) fn words(failed: Failed) -> String {
    failed.message().unwrap_or("failed").to_owned()
}

/// Removes the folders of all trials.
pub(crate) fn clean_up() {
    drop(ROOT.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// The folder of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_apportion"))
}

/// Copies the folder `from`, with all below it, onto `to`.
pub(crate) fn copy(from: &Path, to: &Path) -> Outcome {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// A copy of the project that this repository ships, as a user of a fresh clone has it.
pub(crate) fn shipped_project(name: &str) -> Result<PathBuf, Failed> {
    let project = folder(name)?;
    for file in ["config.yaml", "dbt_project.yml"] {
        std::fs::copy(repository().join(file), project.join(file))?;
    }
    for part in ["models", "sql", "data/seeds", "data/sample"] {
        let from = repository().join(part);
        if from.exists() {
            std::fs::create_dir_all(project.join(part))?;
            copy(&from, &project.join(part))?;
        }
    }
    Ok(project)
}

/// Leaves nothing of a seed but its header.
pub(crate) fn empty_seed(path: &Path) -> Outcome {
    let text = read_seed(path)?;
    Ok(std::fs::write(path, format!("{}\n", text.lines().next().unwrap_or_default()))?)
}

/// Writes rows, by column name, below those of a seed, under its own columns. What a row does not say is as `defaults`
/// say, else empty; what the seed has no column for is refused.
pub(crate) fn append_seed(
    path: &Path,
    rows: impl IntoIterator<Item = Result<BTreeMap<String, String>, Failed>>,
    defaults: &[(&str, &str)],
) -> Outcome {
    let mut text = read_seed(path)?;
    text.truncate(text.trim_end().len());
    text.push('\n');
    let header = csv::Reader::from_reader(text.as_bytes()).headers()?.clone();
    let default = |column: &str| defaults.iter().find(|(name, _)| *name == column).map_or("", |(_, cell)| *cell);
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(text.into_bytes());
    for row in rows {
        let row = row?;
        if let Some(unknown) = row.keys().find(|name| !header.iter().any(|column| column == name.as_str())) {
            return Err(format!("{} has no column `{unknown}`", path.display()).into());
        }
        let cell = |column: &str| row.get(column).map_or_else(|| default(column), String::as_str);
        writer.write_record(header.iter().map(cell))?;
    }
    Ok(std::fs::write(path, writer.into_inner().map_err(|error| error.to_string())?)?)
}

fn read_seed(path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// What a command said, and how it ended.
pub(crate) struct Ran {
    pub(crate) words: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command of the binary, to be run in `folder`.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder).args(args).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    command
}

/// Runs the binary in `folder`.
pub(crate) fn apportion(folder: &Path, args: &[&str]) -> Result<Ran, Failed> {
    ran(args, command(folder, args))
}

/// Runs `command`, which was made of `args`.
pub(crate) fn ran(args: &[&str], mut command: Command) -> Result<Ran, Failed> {
    let output = command.output()?;
    Ok(Ran {
        words: args.join(" "),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}

impl Ran {
    /// Fails, with all that was said, unless it ended with `code`.
    pub(crate) fn exits(self, code: i32) -> Result<Self, Failed> {
        if self.code == Some(code) {
            return Ok(self);
        }
        let ended = self.code.map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        Err(format!(
            "`apportion {}` ended with {ended}, not {code}\n--- stdout\n{}--- stderr\n{}",
            self.words, self.stdout, self.stderr
        )
        .into())
    }

    /// Fails, with all that was said, unless `words` were.
    pub(crate) fn says(&self, words: &str) -> Outcome {
        if self.stdout.contains(words) || self.stderr.contains(words) {
            return Ok(());
        }
        Err(format!("not said: {words}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr).into())
    }
}

/// Files by path, with what is in them.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// All files below `folder`; none if there is no such folder.
pub(crate) fn contents(folder: &Path) -> Result<Files, Failed> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let below = entry.path().strip_prefix(folder)?.display().to_string();
            found.push((below, std::fs::read(entry.path())?));
        }
    }
    Ok(found)
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from 0 to `sides` - 1.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}
