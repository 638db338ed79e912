//! What a run leaves in `target/apportion/` for other tools: `manifest.json`, `run_results.json`, compiled SQL.

use std::path::PathBuf;
use std::process::Stdio;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::harness::{self, Outcome};
use crate::report;

/// A trial for each artifact.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("artifacts::manifest_holds_the_graph", manifest),
        Trial::test("artifacts::run_results_hold_every_step", run_results),
        Trial::test("artifacts::compiled_sql_is_that_of_the_last_run", nothing_stale),
        Trial::test("artifacts::two_runs_at_once_do_not_disturb_each_other", two_at_once),
    ]
}

/// A copy of the base project.
fn base() -> Result<PathBuf, Failed> {
    let project = harness::folder("artifacts")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    report::make(&project.join("report"))?;
    Ok(project)
}

/// The artifact `name` of a build of the base project, and the compiled SQL of its model `costs`.
fn built(name: &str) -> Result<(Value, String), Failed> {
    let project = base()?;
    std::fs::write(project.join("models/results/costs.yml"), "models: [{name: costs, meta: {grain: [account_id]}}]\n")?;
    harness::apportion(&project, &["build"])?.exits(0)?;
    let artifacts = project.join("target/apportion");
    let document = serde_json::from_str(&std::fs::read_to_string(artifacts.join(name))?)?;
    Ok((document, std::fs::read_to_string(artifacts.join("compiled/models/results/costs.sql"))?))
}

fn equal(what: &str, found: &Value, wanted: &Value) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found}, not {wanted}").into()) }
}

fn manifest() -> Outcome {
    let (manifest, compiled) = built("manifest.json")?;
    let costs = &manifest["nodes"]["model.tiny.costs"];
    equal(
        "the parent of stg_lines",
        &manifest["parent_map"]["model.tiny.stg_lines"],
        &json!(["source.tiny.cur.line_items"]),
    )?;
    equal("the parent of costs", &manifest["parent_map"]["model.tiny.costs"], &json!(["model.tiny.stg_lines"]))?;
    equal("the child of stg_lines", &manifest["child_map"]["model.tiny.stg_lines"], &json!(["model.tiny.costs"]))?;
    equal("the test's parent", &manifest["parent_map"]["test.tiny.unique_grain_costs"], &json!(["model.tiny.costs"]))?;
    equal("the materialization", &costs["config"]["materialized"], &json!("table"))?;
    equal("the path", &costs["original_file_path"], &json!("models/results/costs.sql"))?;
    let path = costs["compiled_path"].as_str().unwrap_or_default();
    if !path.ends_with("compiled/models/results/costs.sql") || !compiled.contains("from tiny.stg_lines") {
        return Err(format!("`{path}` should hold the compiled SQL, which is\n{compiled}").into());
    }
    Ok(())
}

fn run_results() -> Outcome {
    let (results, _) = built("run_results.json")?;
    equal("the command", &results["args"]["which"], &json!("build"))?;
    let results = results["results"].as_array().cloned().unwrap_or_default();
    let told: Vec<Value> =
        results.iter().map(|r| json!([r["unique_id"], r["status"], r["adapter_response"]["billing_period"]])).collect();
    let wanted = json!([
        ["model.tiny.stg_lines", "success", "2024-01"],
        ["model.tiny.costs", "success", "2024-01"],
        ["test.tiny.unique_grain_costs", "pass", "2024-01"],
    ]);
    equal("the list of steps", &Value::from(told), &wanted)?;
    equal("the rows of costs", &results[1]["adapter_response"]["rows_affected"], &json!(2))
}

fn nothing_stale() -> Outcome {
    let project = base()?;
    harness::apportion(&project, &["compile"])?.exits(0)?;
    std::fs::rename(project.join("models/results/costs.sql"), project.join("models/results/spend.sql"))?;
    harness::apportion(&project, &["compile"])?.exits(0)?;
    let compiled = harness::contents(&project.join("target/apportion/compiled"))?;
    let names: Vec<String> = compiled.into_iter().map(|(path, _)| path).collect();
    equal("the compiled SQL", &Value::from(names), &json!(["models/results/spend.sql", "models/staging/stg_lines.sql"]))
}

fn two_at_once() -> Outcome {
    let project = base()?;
    for _ in 0..6 {
        let mut first = harness::command(&project, &["build", "--full-refresh", "--output", "one"])
            .stderr(Stdio::null())
            .spawn()?;
        let second = harness::apportion(&project, &["build", "--full-refresh", "--output", "two"])?.exits(0);
        let status = first.wait()?;
        second?;
        if !status.success() {
            return Err(format!("one of two runs ended with {status}").into());
        }
    }
    Ok(())
}
