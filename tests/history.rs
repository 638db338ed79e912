//! `history`: what was published, and what each publication was made of that the one before was not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::harness::{self, Outcome, Ran};
use crate::{published, report};

/// A trial for each way to look at it.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("history::each_publication_says_what_changed", changed),
        Trial::test("history::machines_get_all_that_is_kept", for_machines),
        Trial::test("history::a_run_is_shown_key_by_key", one_run),
        Trial::test("history::a_run_that_is_not_there_is_said", no_run),
        Trial::test("history::a_damaged_list_of_tables_is_brought_back", damaged),
        Trial::test("history::steps_on_the_way_stay_where_the_run_wrote_them", steps),
    ]
}

/// A project that was built, built under another setting, built again, and rolled back to the first run; with the
/// names of the runs, oldest first.
fn published() -> Result<(PathBuf, [String; 3]), Failed> {
    let project = harness::folder("history")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    report::make(&project.join("report"))?;
    let run = |args: &[&str]| harness::apportion(&project, args)?.exits(0);
    run(&["run"])?;
    run(&["build", "--vars", "{factor: 2}"])?;
    run(&["build", "--vars", "{factor: 2}", "--full-refresh"])?;
    let entries = entries(&run(&["history", "--format", "json"])?)?;
    let name = |index: usize| entries[index]["run_id"].as_str().unwrap_or_default().to_owned();
    let names = [name(0), name(1), name(2)];
    run(&["rollback", "--period", "2024-01", &names[0]])?;
    Ok((project, names))
}

fn entries(ran: &Ran) -> Result<Vec<Value>, Failed> {
    Ok(serde_json::from_str(&ran.stdout)?)
}

fn changed() -> Outcome {
    let (project, [first, second, third]) = published()?;
    let ran = harness::apportion(&project, &["history"])?.exits(0)?;
    // Without the times, which stand between the period and the run.
    let lines = ran.stdout.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.iter().copied().filter(|word| !word.contains(':') && word.matches('-').count() != 2).collect::<Vec<_>>()
    });
    let wanted = [
        "billing_period published_at run_id state command changed".to_owned(),
        format!("2024-01 {first} kept run"),
        format!("2024-01 {second} kept build settings"),
        format!("2024-01 {third} kept build nothing"),
        format!("2024-01 {first} published run rolled back"),
    ];
    let lines: Vec<String> = lines.map(|words| words.join(" ")).filter(|line| !line.starts_with("--")).collect();
    if lines == wanted { Ok(()) } else { Err(format!("the history is\n{}", ran.stdout).into()) }
}

fn for_machines() -> Outcome {
    let (project, _) = published()?;
    let ran = harness::apportion(&project, &["history", "--format", "json"])?.exits(0)?;
    let entries = entries(&ran)?;
    let last = entries.get(1).ok_or("there should be four publications")?;
    let told = ["billing_period", "state", "command", "changed", "version", "source", "settings", "tables"];
    let told: Vec<&Value> = told.iter().map(|key| &last[*key]).collect();
    let settings = json!({ "factor": 2, "slow": false });
    let wanted = json!(["2024-01", "kept", "build", "settings", env!("CARGO_PKG_VERSION"), "report", settings, 2]);
    if json!(told) != wanted {
        return Err(format!("told is {told:?}, not {wanted}").into());
    }
    for key in ["delivery", "models"] {
        if last[key].as_str().is_none_or(|hash| hash.len() != 64) {
            return Err(format!("`{key}` is no whole hash\n{last}").into());
        }
    }
    let csv = harness::apportion(&project, &["history", "--format", "csv"])?.exits(0)?;
    csv.says(",settings,tables\n")?;
    csv.says("\"{\"\"factor\"\":2,\"\"slow\"\":false}\",2\n")
}

fn one_run() -> Outcome {
    let (project, [first, second, _]) = published()?;
    let ran = harness::apportion(&project, &["history", &second])?.exits(0)?;
    let lines = ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let lines: Vec<Vec<&str>> = lines.collect();
    let wanted = [
        vec!["key", "value", "before"],
        vec!["billing_period", "2024-01"],
        vec!["state", "kept"],
        vec!["tables", "2"],
        vec!["run_id", &second, &first],
        vec!["command", "build", "run"],
        vec!["source", "report"],
        vec!["settings.factor", "2", "1"],
        vec!["settings.slow", "false"],
    ];
    match wanted.iter().find(|wanted| !lines.contains(wanted)) {
        None => Ok(()),
        Some(missing) => Err(format!("there is no line {missing:?} in\n{}", ran.stdout).into()),
    }
}

fn no_run() -> Outcome {
    let (project, [first, ..]) = published()?;
    let typed = format!("{first}0");
    let ran = harness::apportion(&project, &["history", &typed])?.exits(2)?;
    ran.says(&format!("error: there is no run `{typed}` in the history\n"))?;
    ran.says("hint: run `apportion history` to list all runs")
}

fn damaged() -> Outcome {
    let (project, [_, _, last]) = published()?;
    let list = project.join("out/published_runs/billing_period=2024-01/data.parquet");
    std::fs::write(&list, "not Parquet")?;
    let run = |args: &[&str]| harness::apportion(&project, args);
    for args in [["build"].as_slice(), &["query", "select * from costs"]] {
        let refused = run(args)?.exits(2)?;
        refused.says("the list of published tables is damaged")?;
        refused.says("hint: `apportion rollback` brings an earlier one back")?;
    }
    run(&["rollback", "--period", "2024-01", &last])?.exits(0)?;
    run(&["query", "select sum(amount) from costs"])?.exits(0)?.says("60.0000000000")?;
    published::tables(&harness::contents(&project.join("out"))?).map(drop)
}

fn steps() -> Outcome {
    let project = harness::folder("history-steps")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    report::make(&project.join("report"))?;
    let model = project.join("models/staging/stg_lines.sql");
    let sql = std::fs::read_to_string(&model)?;
    let step = sql.replace("materialized='table'", "materialized='table', schema='working'");
    std::fs::write(&model, step)?;
    let run = |args: &[&str]| harness::apportion(&project, args);
    run(&["run"])?.exits(0)?;
    run(&["run", "--full-refresh"])?.exits(0)?;
    let runs = entries(&run(&["history", "--format", "json"])?.exits(0)?)?;
    let name = |index: usize| runs[index]["run_id"].as_str().unwrap_or_default();
    let files = harness::contents(&project.join("out"))?;
    published::tables(&files)?;
    let copies: Vec<&str> =
        files.iter().map(|(path, _)| path.as_str()).filter(|path| path.contains("stg_lines")).collect();
    if copies != [0, 1].map(|index| format!("runs/2024-01/{}/stg_lines/1/00000.parquet", name(index))) {
        return Err(format!("the step lies at {copies:?}").into());
    }
    run(&["query", "select count(*) as n from stg_lines"])?.exits(0)?.says("3")?;
    run(&["run", "--select", "costs"])?.exits(0)?.says("1 table published")?;

    let gone = format!("runs/2024-01/{}/stg_lines/1/00000.parquet", name(0));
    std::fs::remove_file(project.join("out").join(&gone))?;
    let before = published::tables(&harness::contents(&project.join("out"))?)?;
    let refused = run(&["rollback", "--period", "2024-01", name(0)])?.exits(2)?;
    refused.says(&format!("error: cannot read `out/{gone}`\n"))?;
    refused.says(&format!("without it, `{}` cannot be brought back", name(0)))?;
    let after = published::tables(&harness::contents(&project.join("out"))?)?;
    let ids = |tables: &BTreeMap<String, published::Table>| {
        tables.iter().map(|(table, kept)| (table.clone(), kept.run_id.clone())).collect::<Vec<_>>()
    };
    if ids(&before) == ids(&after) { Ok(()) } else { Err("a refused rollback has changed what is published".into()) }
}
