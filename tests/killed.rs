//! A run that is killed leaves what was published as it was, and nothing that the next run stumbles over.
//!
//! The project is `tests/projects/killed`; its last table takes seconds when the setting `slow` is on, so that a kill
//! after any other table comes before anything is published.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Files, Outcome};
use crate::{published, report};

/// The word in the log after which the run is killed; the first kill comes before any word.
const MOMENTS: [&str; 4] = ["", "file of the report", "table stg_lines", "table costs"];

/// One trial for each moment, and one for what comes after.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = MOMENTS
        .iter()
        .map(|moment| {
            let name = if moment.is_empty() { "at_once".to_owned() } else { moment.replace(' ', "_") };
            Trial::test(format!("killed::{name}_keeps_what_was_published"), || keeps(moment))
        })
        .collect();
    trials.push(Trial::test("killed::the_next_run_publishes_and_clean_removes_leftovers", recovers));
    trials
}

/// A project with tables published under the factor 1.
fn at_factor_one() -> Result<(PathBuf, Files), Failed> {
    let project = harness::folder("killed")?;
    let cases = harness::repository().join("tests/projects");
    harness::copy(&cases.join("base"), &project)?;
    harness::copy(&cases.join("killed"), &project)?;
    report::make(&project.join("report"))?;
    harness::apportion(&project, &["build"])?.exits(0)?;
    if factor(&project)? != Some(1) {
        return Err("the tables of the first run should be published".into());
    }
    let files = tables(&project)?;
    Ok((project, files))
}

/// What readers see: everything but what only apportion reads.
fn tables(project: &Path) -> Result<Files, Failed> {
    let mut files = harness::contents(&project.join("out"))?;
    files.retain(|(path, _)| !path.starts_with(".apportion"));
    Ok(files)
}

fn factor(project: &Path) -> Result<Option<i64>, Failed> {
    published::factor(&harness::contents(&project.join("out"))?)
}

/// Starts a run that would change every table, and kills it once its log holds `moment`.
fn kill_at(project: &Path, moment: &str) -> Outcome {
    let args = ["build", "--vars", "{factor: 2, slow: true}"];
    let mut child = harness::command(project, &args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let log = BufReader::new(child.stderr.take().ok_or("there is no log")?);
    let mut said = String::new();
    if !moment.is_empty() {
        for line in log.lines() {
            let line = line?;
            said.push_str(&line);
            said.push('\n');
            if line.contains(moment) {
                break;
            }
        }
    }
    child.kill()?;
    let status = child.wait()?;
    if status.code().is_some() || !said.contains(moment) {
        return Err(format!("the run ended before it could be killed\n{said}").into());
    }
    Ok(())
}

fn keeps(moment: &str) -> Outcome {
    let (project, before) = at_factor_one()?;
    kill_at(&project, moment)?;
    if tables(&project)? != before {
        return Err("the published tables are not the old ones".into());
    }
    let asked = harness::apportion(&project, &["query", "select sum(amount) as total from costs"])?.exits(0)?;
    if !asked.stdout.contains("\n60.0000000000\n") {
        return Err(format!("the old total is 60, but a reader finds\n{}", asked.stdout).into());
    }
    Ok(())
}

fn recovers() -> Outcome {
    let (project, _) = at_factor_one()?;
    let runs = project.join("out/.apportion/runs/2024-01");
    let count = || std::fs::read_dir(&runs).map(Iterator::count);
    kill_at(&project, "table costs")?;
    if count()? != 2 {
        return Err("a killed run should have left something to remove".into());
    }
    let cleaned = harness::apportion(&project, &["clean"])?.exits(0)?;
    if count()? != 1 || factor(&project)? != Some(1) {
        return Err(format!("`clean` should remove what was not published, and only that\n{}", cleaned.stdout).into());
    }
    kill_at(&project, "table costs")?;
    harness::apportion(&project, &["build", "--vars", "{factor: 2}"])?.exits(0)?;
    if count()? != 2 || factor(&project)? != Some(2) {
        return Err("the next run should publish, and remove what the killed one left".into());
    }
    Ok(())
}
