//! A memory limit is one of the whole process: what does not fit goes to disk, and the tables are the same.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Files, Outcome};
use crate::published;

/// Rows of the report: more than the limit holds at once.
const ROWS: &str = "1500000";

/// A limit under which nothing goes to disk, whatever the machine has.
const PLENTY: &str = "64GB";

/// The limit, in MB.
const LIMIT: u64 = 800;

/// What a run took and gave.
struct Run {
    /// The most that it held, in MB.
    peak: u64,
    /// Whether anything went to disk for want of memory.
    spilled: bool,
    tables: Files,
}

/// The trials.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("memory::a_limit_holds_and_changes_no_table", holds),
        Trial::test("memory::too_little_is_said_with_its_cure", too_little),
    ]
}

fn holds() -> Outcome {
    let source = sample(ROWS)?;
    let free = run(&source, &["--memory-limit", PLENTY])?;
    let limited = run(&source, &["--memory-limit", &format!("{LIMIT}MB")])?;
    harness::say(&format!("{} MB with plenty, {} MB within {LIMIT}", free.peak, limited.peak));
    if free.peak <= LIMIT || free.spilled {
        return Err(format!("with plenty, {} MB are no more than {LIMIT}: nothing is tried", free.peak).into());
    }
    if limited.peak > LIMIT || !limited.spilled {
        return Err(format!("{} MB within {LIMIT}; went to disk: {}", limited.peak, limited.spilled).into());
    }
    let differing = free.tables.iter().zip(&limited.tables).filter(|(one, other)| one != other);
    match differing.map(|(one, _)| one.0.as_str()).collect::<Vec<_>>().as_slice() {
        [] if free.tables.len() == limited.tables.len() => Ok(()),
        paths => Err(format!("other tables: {}", paths.join(", ")).into()),
    }
}

fn too_little() -> Outcome {
    let project = harness::shipped_project("too-little")?;
    let ended = harness::apportion(&project, &["run", "--memory-limit", "1MB"])?.exits(2)?;
    let all = format!("{}{}", ended.stdout, ended.stderr);
    for words in ["there is not enough memory", "raise --memory-limit", "nothing was published"] {
        if !all.contains(words) {
            return Err(format!("it should say `{words}`\n{all}").into());
        }
    }
    if project.join("data/out/published_runs").exists() {
        return Err("a run that lacks memory should publish nothing".into());
    }
    Ok(())
}

fn sample(rows: &str) -> Result<std::path::PathBuf, Failed> {
    let folder = harness::folder("memory-sample")?;
    let out = folder.display().to_string();
    let args = ["sample", "--accounts", "85", "--periods", "1", "--rows", rows, "--out", &out];
    harness::apportion(&folder, &args)?.exits(0)?;
    Ok(folder)
}

/// A run of the shipped project over `source`, watched while it goes on.
fn run(source: &Path, more: &[&str]) -> Result<Run, Failed> {
    let project = harness::shipped_project("memory")?;
    let mut command = Command::new(harness::binary());
    command.current_dir(&project).args(["run", "--profile", "--threads", "2", "--source"]).arg(source).args(more);
    let log = project.join("log");
    let errors = project.join("errors");
    command.stdout(std::fs::File::create(&log)?).stderr(std::fs::File::create(&errors)?);
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The kernel keeps the highest value, so that only what is within the last moment can be missed.
        peak = peak.max(high_water(&status).unwrap_or(0));
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let said = std::fs::read_to_string(&log)?;
    if !ended.success() {
        return Err(format!("the run ended with {ended}\n{}", std::fs::read_to_string(&errors)?).into());
    }
    Ok(Run {
        peak: peak * 1024 / 1_000_000,
        spilled: spilled(&said)?,
        tables: published::results(&harness::contents(&project.join("data/out"))?)?,
    })
}

/// The most memory that a process ever held, in KiB.
fn high_water(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether the table of the profile shows that anything went to disk.
fn spilled(said: &str) -> Result<bool, Failed> {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("table "));
    let head: Vec<&str> = lines.next().ok_or("there is no profile")?.split_whitespace().collect();
    let column = head.iter().position(|name| *name == "spilled_mb").ok_or("the profile does not tell")?;
    let rows = lines.take_while(|line| !line.is_empty());
    Ok(rows.filter_map(|row| row.split_whitespace().nth(column)?.parse::<f64>().ok()).any(|megabytes| megabytes > 0.0))
}
