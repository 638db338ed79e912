//! The shipped project over the bundled sample: every unit test and every data test of it is a trial of its own name,
//! so that an analyst's new test needs no Rust to be part of `cargo test`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::harness::{self, Outcome, Ran};

/// All that there is in the bundled sample.
const EVERY_PERIOD: &str = "0001-01..9999-12";

/// Settings under which every layer is there.
const EVERY_LAYER: &str = r#"{focus: {versions: ["1.2", "1.4"]}}"#;

/// One build of every period, which all trials look into.
static BUILD: LazyLock<Result<Build, String>> = LazyLock::new(|| build().map_err(harness::words));

struct Build {
    project: PathBuf,
    ran: Ran,
    results: Vec<Value>,
    periods: BTreeSet<String>,
}

/// A trial for each test of the shipped project, and some for all of it.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("shipped::builds_and_publishes_every_period", builds),
        Trial::test("shipped::names_of_tests_are_unique", names_are_unique),
        Trial::test("shipped::result_tables_open_and_hold_rows", tables_hold_rows),
        Trial::test("shipped::without_a_version_there_is_no_focus", no_focus),
        Trial::test("shipped::customers_get_data_sets_of_focus", data_sets),
    ];
    match tests() {
        Ok(tests) => trials.extend(
            tests
                .into_iter()
                .map(|(kind, name)| Trial::test(format!("shipped::{kind}::{name}"), move || passes(&kind, &name))),
        ),
        Err(failed) => trials.push(Trial::test("shipped::tests_can_be_listed", move || Err(failed))),
    }
    trials
}

/// (kind, name) of every test, from `apportion list`.
fn tests() -> Result<Vec<(String, String)>, Failed> {
    let listed =
        harness::apportion(harness::repository(), &["list", "--format", "json", "--vars", EVERY_LAYER])?.exits(0)?;
    let entries: Vec<Value> = serde_json::from_str(&listed.stdout)?;
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let all = entries.iter().map(|entry| (word(entry, "kind"), word(entry, "name")));
    Ok(all.filter(|(kind, _)| ["test", "unit_test"].contains(&kind.as_str())).collect())
}

fn build() -> Result<Build, Failed> {
    let project = harness::shipped_project("shipped")?;
    let ran = harness::apportion(&project, &["build", "--period", EVERY_PERIOD, "--vars", EVERY_LAYER])?;
    let path = project.join("target/apportion/run_results.json");
    let text = std::fs::read_to_string(path).map_err(|_| format!("there are no results\n{}", ran.stderr))?;
    let document: Value = serde_json::from_str(&text)?;
    let results = document["results"].as_array().cloned().unwrap_or_default();
    let periods =
        results.iter().filter_map(|r| r["adapter_response"]["billing_period"].as_str().map(str::to_owned)).collect();
    Ok(Build { project, ran, results, periods })
}

fn built() -> Result<&'static Build, Failed> {
    BUILD.as_ref().map_err(|words| words.as_str().into())
}

fn passes(kind: &str, name: &str) -> Outcome {
    let build = built()?;
    let id = format!("{kind}.apportion.{name}");
    for period in &build.periods {
        let of_test = |result: &&Value| {
            result["unique_id"] == id.as_str() && result["adapter_response"]["billing_period"] == *period
        };
        let mut found = build.results.iter().filter(of_test).peekable();
        if found.peek().is_none() {
            return Err(format!("`{id}` has no result for {period}\n{}", build.ran.stderr).into());
        }
        for result in found {
            let status = result["status"].as_str().unwrap_or_default();
            if !["pass", "warn"].contains(&status) {
                let message = result["message"].as_str().unwrap_or_default();
                let told = told(&build.ran.stderr, name);
                return Err(format!("{period}: {status}: {message}\n{told}").into());
            }
        }
    }
    Ok(())
}

/// The paragraph of `stderr` that says what is wrong in the test `name`.
fn told<'a>(stderr: &'a str, name: &str) -> &'a str {
    let quoted = format!("`{name}`");
    stderr.split("\n\n").find(|part| part.lines().next().is_some_and(|line| line.contains(&quoted))).unwrap_or("")
}

fn builds() -> Outcome {
    let build = built()?;
    if build.ran.code != Some(0) {
        return Err(build.ran.stderr.as_str().into());
    }
    if build.periods.len() < 2 {
        return Err(format!("the bundled sample should hold two periods, not {:?}", build.periods).into());
    }
    Ok(())
}

fn names_are_unique() -> Outcome {
    let mut seen = BTreeSet::new();
    match tests()?.into_iter().find(|test| !seen.insert(test.clone())) {
        Some((kind, name)) => Err(format!("two tests are called {kind} `{name}`").into()),
        None => Ok(()),
    }
}

fn tables_hold_rows() -> Outcome {
    let build = built()?;
    for table in ["account_costs", "line_item_costs", "reconciliation"] {
        let id = format!("model.apportion.{table}");
        let written = build.results.iter().filter(|result| result["unique_id"] == id.as_str());
        let rows: Vec<u64> = written.filter_map(|r| r["adapter_response"]["rows_affected"].as_u64()).collect();
        if rows.len() != build.periods.len() || rows.contains(&0) {
            return Err(format!("`{table}` should hold rows in every period: {rows:?}").into());
        }
    }
    Ok(())
}

fn no_focus() -> Outcome {
    let listed = |words: &[&str]| -> Result<usize, Failed> {
        let listed = harness::apportion(harness::repository(), &[&["list", "--format", "json"], words].concat())?;
        let entries: Vec<Value> = serde_json::from_str(&listed.exits(0)?.stdout)?;
        let of_focus =
            |entry: &&Value| entry["kind"] == "model" && entry["path"].as_str().unwrap_or("").contains("/focus/");
        Ok(entries.iter().filter(of_focus).count())
    };
    let none = r#"{focus: {versions: "1.4"}}"#;
    harness::apportion(harness::repository(), &["list", "--vars", none])?
        .exits(2)?
        .says(r#"expected a list, as ["1.4"]"#)?;
    let one = r#"{focus: {versions: ["1.4"]}}"#;
    match (listed(&[])?, listed(&["--vars", one])?, listed(&["--vars", EVERY_LAYER])?) {
        (0, one, all) if one > 0 && all == one + 1 => Ok(()),
        counts => Err(format!("models of the layer focus without, with one and with both versions: {counts:?}").into()),
    }
}

fn data_sets() -> Outcome {
    let Build { project, .. } = built()?;
    let focus = |words: &[&str]| harness::apportion(project, &[&["focus", "--out", "sets"], words].concat());
    focus(&[])?.exits(0)?.says("6 data sets written")?;
    let before = harness::contents(&project.join("sets"))?;
    let names: Vec<&str> =
        before.iter().map(|(path, _)| path.as_str()).filter(|path| path.contains("/shop/")).collect();
    let wanted = ["1.2.json", "1.2.parquet", "1.4.json", "1.4.parquet"];
    if names != wanted.map(|name| format!("2026-10/customers/shop/focus-{name}")) {
        return Err(format!("a customer has {names:?}").into());
    }
    focus(&[])?.exits(0)?;
    if harness::contents(&project.join("sets"))? != before {
        return Err("the same month gives other bytes the second time".into());
    }
    focus(&["--group", "shop", "--format", "csv"])?.exits(0)?.says("2 data sets written")?;
    let text = std::fs::read_to_string(project.join("sets/2026-10/groups/shop/focus-1.4.csv"))?;
    let (header, rows) = text.split_once('\n').unwrap_or_default();
    if !header.contains(",BilledCost,") || header.contains("account_group") || !rows.contains("T00:00:00Z") {
        return Err(format!("the header is {header}").into());
    }
    focus(&["--customer", "shp"])?.exits(2)?.says("did you mean `shop`?")?;
    focus(&["--period", "2031-01"])?.exits(2)?.says("it has: 2026-09, 2026-10")?;
    harness::apportion(project, &["focus", "--out", "s3://bucket/sets"])?.exits(2)?.says("is no place on this machine")
}
