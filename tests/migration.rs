//! What version 0.1.0 has published is brought into the present layout by the first run that may change anything.
//!
//! `tests/migration/published` was written by 0.1.0 from the project `tests/projects/killed` with `stg_lines` as a step:
//! January under the factors 1 and 2, February under 1 and 3 and then rolled back to 1.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::harness::{self, Dice, Outcome};
use crate::{published, report};

/// How often a first run is killed.
const KILLS: u64 = 20;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("migration::what_an_earlier_version_published_is_read", read),
        Trial::test("migration::the_first_run_moves_every_month", moved),
        Trial::test("migration::rollback_works_across_the_change", rolled_back),
        Trial::test("migration::a_table_answers_to_its_old_name", old_name),
        Trial::test("migration::a_first_run_that_is_killed_leaves_what_was_published", killed),
    ]
}

/// A project with what 0.1.0 has published, and a report of January.
fn project() -> Result<PathBuf, Failed> {
    let project = harness::folder("migration")?;
    let tests = harness::repository().join("tests");
    harness::copy(&tests.join("projects/base"), &project)?;
    harness::copy(&tests.join("projects/killed"), &project)?;
    let model = project.join("models/staging/stg_lines.sql");
    let sql = std::fs::read_to_string(&model)?;
    std::fs::write(&model, sql.replace("materialized='table'", "materialized='table', schema='working'"))?;
    report::make(&project.join("report"))?;
    std::fs::create_dir_all(project.join("out"))?;
    harness::copy(&tests.join("migration/published"), &project.join("out"))?;
    Ok(project)
}

/// Fails unless `query` gives these sums of January and February, of a result and of a step.
fn shows(project: &std::path::Path, january: i64, february: i64) -> Outcome {
    for table in ["costs", "stg_lines"] {
        let sql = format!("select billing_period, sum(amount) as amount from {table} group by 1 order by 1");
        let asked = harness::apportion(project, &["query", &sql, "--format", "csv"])?.exits(0)?;
        let wanted = format!("billing_period,amount\n2024-01,{january}.0000000000\n2024-02,{february}.0000000000\n");
        if asked.stdout != wanted {
            return Err(format!("`{table}` is\n{}and not\n{wanted}", asked.stdout).into());
        }
    }
    Ok(())
}

fn history(project: &std::path::Path) -> Result<Vec<(String, String, String)>, Failed> {
    let ran = harness::apportion(project, &["history", "--format", "json"])?.exits(0)?;
    let entries: Vec<Value> = serde_json::from_str(&ran.stdout)?;
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    Ok(entries.iter().map(|e| (text(e, "billing_period"), text(e, "run_id"), text(e, "state"))).collect())
}

fn read() -> Outcome {
    let project = project()?;
    let before = harness::contents(&project.join("out"))?;
    shows(&project, 120, 60)?;
    if history(&project)?.len() != 5 {
        return Err(format!("the history is {:?}", history(&project)?).into());
    }
    if harness::contents(&project.join("out"))? == before { Ok(()) } else { Err("asking has changed files".into()) }
}

fn moved() -> Outcome {
    let project = project()?;
    let before = history(&project)?;
    // The month that is run fails its own test, so that nothing else than the move is published.
    let test = project.join("sql/tests/nothing_costs.sql");
    std::fs::write(&test, "select * from {{ ref('costs') }}")?;
    harness::apportion(&project, &["build", "--vars", "{factor: 5}"])?.exits(1)?;
    shows(&project, 120, 60)?;
    let tables = published::tables(&harness::contents(&project.join("out"))?)?;
    if tables.len() != 6 {
        return Err(format!("in the present layout are {:?}", tables.keys()).into());
    }
    if history(&project)? != before {
        return Err(format!("the history was {before:?} and is {:?}", history(&project)?).into());
    }
    std::fs::remove_file(&test)?;
    harness::apportion(&project, &["build", "--vars", "{factor: 5}"])?.exits(0)?;
    shows(&project, 300, 60)?;
    // The month that was run again has no files left that only 0.1.0 would read.
    let files = harness::contents(&project.join("out/costs/billing_period=2024-01"))?;
    if files.len() == 1 { Ok(()) } else { Err(format!("left are {} files", files.len()).into()) }
}

fn rolled_back() -> Outcome {
    let project = project()?;
    let runs = history(&project)?;
    let back = |period: &str, run: &str| {
        harness::apportion(&project, &["rollback", "--period", period, run])?.exits(0).map(drop)
    };
    back("2024-02", &runs[3].1)?;
    shows(&project, 120, 180)?;
    harness::apportion(&project, &["build", "--vars", "{factor: 5}"])?.exits(0)?;
    shows(&project, 300, 180)?;
    back("2024-01", &runs[0].1)?;
    shows(&project, 60, 180)?;
    harness::apportion(&project, &["rollback", "--period", "2024-01"])?.exits(0)?;
    shows(&project, 300, 180)?;
    published::tables(&harness::contents(&project.join("out"))?).map(drop)
}

fn old_name() -> Outcome {
    let project = project()?;
    let models = project.join("models/results");
    let sql = std::fs::read_to_string(models.join("costs.sql"))?;
    std::fs::write(
        models.join("account_costs.sql"),
        sql.replace("    account_id,\n", "    account_id, 1 as one,\n")
            .replace("by billing_period, account_id", "by billing_period, account_id, 3"),
    )?;
    std::fs::remove_file(models.join("costs.sql"))?;
    std::fs::write(
        models.join("account_costs.yml"),
        "version: 2\n\nmodels:\n  - name: account_costs\n    meta: { formerly: [costs] }\n",
    )?;
    let slow = std::fs::read_to_string(models.join("slow.sql"))?;
    std::fs::write(models.join("slow.sql"), slow.replace("ref('costs')", "ref('account_costs')"))?;
    harness::apportion(&project, &["build", "--vars", "{factor: 5}"])?.exits(0)?;
    for table in ["account_costs", "costs"] {
        let sql =
            format!("select billing_period, sum(amount) as amount, count(one) as n from {table} group by 1 order by 1");
        let asked = harness::apportion(&project, &["query", &sql, "--format", "csv"])?.exits(0)?;
        let wanted = "billing_period,amount,n\n2024-01,300.0000000000,2\n2024-02,60.0000000000,0\n";
        if asked.stdout != wanted {
            return Err(format!("`{table}` is\n{}", asked.stdout).into());
        }
    }
    Ok(())
}

fn killed() -> Outcome {
    let mut dice = Dice(7);
    for kill in 0..KILLS {
        let project = project()?;
        let mut command = harness::command(&project, &["build", "--vars", "{factor: 5}"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(Duration::from_micros(dice.roll(80_000)));
        child.kill()?;
        child.wait()?;
        let shown = |january| shows(&project, january, 60).map_err(|f| Failed::from(format!("kill {kill}: {f:?}")));
        if shown(120).is_err() {
            shown(300)?;
        }
        harness::apportion(&project, &["build", "--vars", "{factor: 7}"])?.exits(0)?;
        shown(420)?;
        published::tables(&harness::contents(&project.join("out"))?)?;
    }
    Ok(())
}
