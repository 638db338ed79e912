//! A run that is killed leaves what was published as it was, and nothing that the next run stumbles over.
//!
//! The project is `tests/projects/killed`; its last table takes seconds when the setting `slow` is on, so that a kill
//! after any other table comes before anything is published.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Files, Outcome};
use crate::report;

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
fn published() -> Result<(PathBuf, Files), Failed> {
    let project = harness::folder("killed")?;
    let cases = harness::repository().join("tests/projects");
    harness::copy(&cases.join("base"), &project)?;
    harness::copy(&cases.join("killed"), &project)?;
    report::make(&project.join("report"))?;
    harness::apportion(&project, &["build"])?.exits(0)?;
    let files = tables(&project)?;
    if files.len() != 3 {
        return Err(format!("three tables should be published, not {}", files.len()).into());
    }
    Ok((project, files))
}

/// What readers see: everything but the staging folder.
fn tables(project: &Path) -> Result<Files, Failed> {
    let mut files = harness::contents(&project.join("out"))?;
    files.retain(|(path, _)| !path.starts_with(".staging"));
    Ok(files)
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
    let (project, before) = published()?;
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
    let (project, before) = published()?;
    kill_at(&project, "table costs")?;
    let staging = project.join("out/.staging");
    if harness::contents(&staging)?.is_empty() {
        return Err("a killed run should have left something for `clean` to remove".into());
    }
    harness::apportion(&project, &["build", "--vars", "{factor: 2}"])?.exits(0)?;
    let after = tables(&project)?;
    let is_new = before.iter().zip(&after).all(|(old, new)| old.0 == new.0 && old.1 != new.1);
    if after.len() != before.len() || !is_new {
        return Err("every table should be a new one".into());
    }
    harness::apportion(&project, &["clean"])?.exits(0)?;
    if staging.exists() || tables(&project)? != after {
        return Err("`clean` should remove leftovers, and only those".into());
    }
    Ok(())
}
