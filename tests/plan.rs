//! `plan`, `publish` and `state:modified`: what a run would change, and that exactly that is published.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::harness::{self, Outcome, Ran};
use crate::{published, report};

/// Questions as a project has them.
const QUESTIONS: [(&str, &str); 3] = [
    (
        "10_costs",
        "-- Costs
select a.account_id as account, b.amount as \"before\", a.amount as \"after\"
from {{ ref('costs') }} as a
left join {{ source('published', 'costs') }} as b on a.account_id = b.account_id
where a.amount is distinct from b.amount
order by a.account_id
",
    ),
    (
        "rows",
        "-- Rows
{% for table in result_tables() %}
select '{{ table.name }}' as \"table\", count(*) as others
from (select * from {{ ref(table.name) }} except select * from {{ source('published', table.name) }}) as x
having count(*) > 0
{{ 'union all' if not loop.last }}
{% endfor %}
",
    ),
    (
        "largest_difference",
        "select cast(coalesce(max(abs(a.amount - b.amount)), 0) as decimal(28,10)) as largest_difference
from {{ ref('costs') }} as a
inner join {{ source('published', 'costs') }} as b on a.account_id = b.account_id
",
    ),
];

/// A trial for each promise.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plan::what_was_looked_at_is_published", looked_at),
        Trial::test("plan::where_nothing_changes_nothing_is_run", unchanged),
        Trial::test("plan::what_is_not_what_was_looked_at_is_refused", refused),
        Trial::test("plan::too_much_and_failed_tests_end_with_1", too_much),
        Trial::test("plan::plans_outlive_builds_and_go_after_a_day", kept),
        Trial::test("plan::all_is_new_where_nothing_is_published", all_new),
        Trial::test("plan::a_new_table_had_no_rows_and_one_that_is_gone_is_a_change", new_and_gone),
        Trial::test("plan::people_machines_and_pull_requests_get_their_form", forms),
        Trial::test("plan::questions_that_are_missing_or_wrong_are_named", wrong_questions),
        Trial::test("plan::modified_models_are_selected", modified),
    ]
}

/// A project with questions, built once.
fn built(name: &str) -> Result<PathBuf, Failed> {
    let project = project(name)?;
    run(&project, &["build"])?.exits(0)?;
    Ok(project)
}

fn project(name: &str) -> Result<PathBuf, Failed> {
    let project = harness::folder(name)?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    report::make(&project.join("report"))?;
    std::fs::create_dir_all(project.join("sql/plan"))?;
    for (name, sql) in QUESTIONS {
        std::fs::write(project.join(format!("sql/plan/{name}.sql")), sql)?;
    }
    std::fs::write(
        project.join("models/results/costs.yml"),
        "models: [{name: costs, columns: [{name: billing_period, data_type: string}, \
         {name: account_id, data_type: string}, {name: amount, data_type: 'decimal(28,10)'}]}]\n",
    )?;
    edit(
        &project,
        "models/results/costs.sql",
        "sum(amount)",
        "sum(amount) + cast({{ var('factor') }} as decimal(28,10))",
    )?;
    Ok(project)
}

fn run(project: &Path, args: &[&str]) -> Result<Ran, Failed> {
    harness::apportion(project, args)
}

fn edit(project: &Path, file: &str, from: &str, to: &str) -> Outcome {
    let path = project.join(file);
    let text = std::fs::read_to_string(&path)?;
    if !text.contains(from) {
        return Err(format!("{file} has no `{from}`").into());
    }
    Ok(std::fs::write(path, text.replace(from, to))?)
}

/// Plans a factor, and returns the run that it says to publish.
fn planned(project: &Path, factor: u32) -> Result<String, Failed> {
    let ran = run(project, &["plan", "--vars", &format!("{{factor: {factor}}}")])?.exits(3)?;
    run_in(&ran.stdout)
}

fn run_in(text: &str) -> Result<String, Failed> {
    let (_, rest) = text.rsplit_once("apportion publish ").ok_or_else(|| format!("no run in\n{text}"))?;
    Ok(rest.split_whitespace().next().unwrap_or_default().trim_matches('`').to_owned())
}

/// What readers see: every account with its amount.
fn costs(project: &Path) -> Result<Vec<Value>, Failed> {
    let sql = "select account_id, cast(amount as double) as amount from costs order by 1";
    let ran = run(project, &["query", sql, "--format", "json"])?.exits(0)?;
    Ok(serde_json::from_str(&ran.stdout)?)
}

fn total(project: &Path) -> Result<f64, Failed> {
    Ok(costs(project)?.iter().filter_map(|row| row["amount"].as_f64()).sum())
}

fn looked_at() -> Outcome {
    let project = built("plan")?;
    let before = published::results(&harness::contents(&project.join("out"))?)?;
    let ran = run(&project, &["plan", "--vars", "{factor: 3}"])?.exits(3)?;
    for words in ["2024-01: planned beside what run ", "Costs, 2024-01", "Rows, 2024-01", "setting factor: 3, was 1"] {
        ran.says(words)?;
    }
    let run_id = run_in(&ran.stdout)?;
    if published::results(&harness::contents(&project.join("out"))?)? != before {
        return Err("the plan has changed what readers see".into());
    }
    let history = run(&project, &["history"])?.exits(0)?;
    history.says(&format!("{run_id}  planned"))?;
    let once = total(&project)?;
    run(&project, &["publish", &run_id])?.exits(0)?.says(&format!("2024-01: 2 tables of {run_id} published"))?;
    // Two accounts, each of which has the factor on top.
    if total(&project)? != once + 4.0 {
        return Err(format!("{} is published, not {once} and 4", total(&project)?).into());
    }
    let history = run(&project, &["history"])?.exits(0)?;
    history.says(&format!("{run_id}  published"))?;
    // What was planned is what a run of the same settings makes.
    run(&project, &["build", "--vars", "{factor: 3}"])?.exits(0)?.says("nothing to do")?;
    run(&project, &["publish", &run_id])?.exits(2)?.says(&format!("there is no plan `{run_id}`"))?;
    run(&project, &["rollback", "--period", "2024-01"])?.exits(0)?;
    if total(&project)? == once { Ok(()) } else { Err("a published plan is not rolled back".into()) }
}

fn unchanged() -> Outcome {
    let project = built("plan-unchanged")?;
    let ran = run(&project, &["plan"])?.exits(0)?;
    ran.says("nothing would change")?;
    if ran.stderr.contains("table costs") {
        return Err(format!("it was run\n{}", ran.stderr).into());
    }
    let ran = run(&project, &["plan", "--full-refresh"])?.exits(0)?;
    ran.says("2024-01: no row would be another")?;
    // A comment changes no row.
    edit(&project, "models/results/costs.sql", "group by", "-- by account\ngroup by")?;
    let ran = run(&project, &["plan"])?.exits(0)?;
    ran.says("model costs: changed")?;
    ran.says("2024-01: no row would be another")
}

fn refused() -> Outcome {
    let project = built("plan-refused")?;
    let (once, first) = (total(&project)?, planned(&project, 2)?);
    let publish = |run_id: &str, words: &str| run(&project, &["publish", run_id])?.exits(2)?.says(words);
    publish("plan-2024", "there is no plan `plan-2024`")?;
    let ran = run(&project, &["publish", &first, "--vars", "{factor: 5}"])?.exits(2)?;
    ran.says(&format!("settings of `{first}` are not those of now"))?;
    edit(&project, "models/results/costs.sql", "group by", "-- by account\ngroup by")?;
    publish(&first, &format!("models of `{first}` are not those of now"))?;
    edit(&project, "models/results/costs.sql", "-- by account\n", "")?;
    run(&project, &["lock", "--period", "2024-01"])?.exits(0)?;
    publish(&first, "2024-01 is locked")?;
    run(&project, &["unlock", "--period", "2024-01"])?.exits(0)?;
    let lines = project.join("report/BILLING_PERIOD=2024-01/lines.parquet");
    let (bytes, modified) = (std::fs::read(&lines)?, std::fs::metadata(&lines)?.modified()?);
    std::fs::write(&lines, &bytes)?;
    publish(&first, &format!("report of `{first}` are not those of now"))?;
    File::options().write(true).open(&lines)?.set_modified(modified)?;
    let second = planned(&project, 4)?;
    run(&project, &["publish", &second])?.exits(0)?;
    publish(&first, &format!("{second} was published since `{first}` was planned"))?;
    let third = planned(&project, 8)?;
    run(&project, &["rollback", "--period", "2024-01"])?.exits(0)?;
    publish(&third, &format!("was published since `{third}` was planned"))?;
    if total(&project)? == once { Ok(()) } else { Err("a refused plan was published".into()) }
}

fn too_much() -> Outcome {
    let project = built("plan-too-much")?;
    let plan = |limit: &str| run(&project, &["plan", "--vars", "{factor: 2}", "--fail-above", limit]);
    plan("1")?.exits(3)?;
    plan("0.9999999999")?
        .exits(1)?
        .says("an account would really cost 1.0000000000 more or less: --fail-above 0.9999999999")?;
    plan("much")?.exits(2)?.says("it is an amount, for instance 100 or 0.50")?;
    std::fs::write(project.join("sql/tests/none.sql"), "select * from {{ ref('costs') }}")?;
    let failed = run(&project, &["plan", "--vars", "{factor: 2}"])?.exits(1)?;
    failed.says("none")?;
    let history = run(&project, &["history"])?.exits(0)?;
    let plans = history.stdout.matches("  planned").count();
    if plans != 2 {
        return Err(format!("there are {plans} plans, not 2\n{}", history.stdout).into());
    }
    let runs = std::fs::read_dir(project.join("out/runs/2024-01"))?.count();
    if runs == 3 { Ok(()) } else { Err(format!("{runs} runs have left files, not a build and two plans").into()) }
}

fn kept() -> Outcome {
    let project = built("plan-kept")?;
    let run_id = planned(&project, 2)?;
    let files = project.join("out/runs/2024-01").join(&run_id);
    run(&project, &["build", "--full-refresh"])?.exits(0)?;
    run(&project, &["clean"])?.exits(0)?;
    run(&project, &["history"])?.exits(0)?.says(&format!("{run_id}  planned"))?;
    if !files.join("costs/1/00000.parquet").exists() {
        return Err("a build has taken the files of a plan".into());
    }
    let old = SystemTime::now() - Duration::from_secs(25 * 60 * 60);
    for entry in walkdir::WalkDir::new(&files) {
        let entry = entry?;
        if entry.file_type().is_file() {
            File::options().write(true).open(entry.path())?.set_modified(old)?;
        }
    }
    let plan = project.join(format!("out/.apportion/plans/2024-01/{run_id}.json"));
    let mut facts: Value = serde_json::from_str(&std::fs::read_to_string(&plan)?)?;
    facts["planned_at"] = "2024-02-01T00:00:00Z".into();
    std::fs::write(&plan, facts.to_string())?;
    run(&project, &["publish", &run_id])?.exits(2)?.says("is more than a day old")?;
    if run(&project, &["history"])?.exits(0)?.stdout.contains("planned") {
        return Err("an old plan is listed".into());
    }
    run(&project, &["build", "--full-refresh"])?.exits(0)?;
    if plan.exists() || files.exists() {
        return Err("an old plan is still there".into());
    }
    std::fs::create_dir_all(project.join("out/.apportion/plans/2024-01"))?;
    std::fs::write(&plan, "{")?;
    run(&project, &["history"])?.exits(2)?.says("is damaged")
}

fn all_new() -> Outcome {
    let project = project("plan-new")?;
    let ran = run(&project, &["plan"])?.exits(3)?;
    ran.says("2024-01: nothing is published yet, all of it is new")?;
    run(&project, &["publish", &run_in(&ran.stdout)?])?.exits(0)?;
    if costs(&project)?.is_empty() { Err("nothing is published".into()) } else { Ok(()) }
}

fn new_and_gone() -> Outcome {
    let project = built("plan-tables")?;
    let model = "{{ config(materialized='table') }}\nselect billing_period, count(*) as lines from {{ ref('costs') }} group by 1\n";
    std::fs::write(project.join("models/results/counts.sql"), model)?;
    std::fs::write(
        project.join("models/results/counts.yml"),
        "models: [{name: counts, columns: [{name: billing_period, data_type: string}, {name: lines, data_type: bigint}]}]\n",
    )?;
    let ran = run(&project, &["plan"])?.exits(3)?;
    ran.says("counts       1")?;
    ran.says("model counts: new")?;
    run(&project, &["publish", &run_in(&ran.stdout)?])?.exits(0)?;
    std::fs::remove_file(project.join("models/results/counts.sql"))?;
    std::fs::remove_file(project.join("models/results/counts.yml"))?;
    run(&project, &["plan"])?.exits(3)?.says("model counts: gone")?;
    // A part of the project leaves it; the whole does not, and then there is nothing left to plan.
    run(&project, &["build", "--select", "costs"])?.exits(0)?;
    let counts = ["query", "select lines from counts"];
    run(&project, &counts)?.exits(0)?;
    let ran = run(&project, &["build", "--full-refresh"])?.exits(0)?;
    ran.says("no model makes `counts` any more: nothing of 2024-01 is published of it")?;
    run(&project, &counts)?.exits(2)?;
    run(&project, &["plan", "--full-refresh"])?.exits(0)?;
    run(&project, &["rollback", "--period", "2024-01"])?.exits(0)?;
    run(&project, &counts)?.exits(0).map(drop)
}

fn forms() -> Outcome {
    let project = built("plan-forms")?;
    edit(&project, "models/results/costs.sql", "sum(amount) +", "sum(amount) + 2 +")?;
    let ran = run(&project, &["plan", "--format", "markdown", "--diff"])?.exits(3)?;
    for words in [
        "### 2024-01: planned beside",
        "#### Costs\n\n| account | before | after |",
        "| --- | ---: | ---: |\n",
        "- model costs: changed\n",
        "```diff\n--- models/results/costs.sql\n",
        "\n+    cast(sum(amount) + 2 +",
    ] {
        ran.says(words)?;
    }
    let ran = run(&project, &["plan", "--format", "json", "--diff", "costs"])?.exits(3)?;
    let told: Value = serde_json::from_str(&ran.stdout)?;
    let one = &told[0];
    let change = serde_json::json!({ "what": "model", "name": "costs", "change": "changed" });
    if one["is_changed"] != true || one["differences"] != serde_json::json!([change]) {
        return Err(format!("JSON says {told:#}").into());
    }
    if one["answers"]["10_costs"].as_array().is_none_or(Vec::is_empty)
        || one["diffs"].as_array().map(Vec::len) != Some(1)
    {
        return Err(format!("JSON says {told:#}").into());
    }
    let ran = run(&project, &["plan", "--diff", "cost"])?.exits(3)?;
    ran.says("Costs, 2024-01")?;
    ran.says("no model or seed `cost` is another than in the published run")?;
    ran.says("did you mean `costs`?")
}

fn wrong_questions() -> Outcome {
    let project = built("plan-questions")?;
    let rows = project.join("sql/plan/rows.sql");
    std::fs::write(&rows, "-- Rows\nselect no_column from {{ ref('costs') }}\n")?;
    let ran = run(&project, &["plan", "--vars", "{factor: 2}"])?.exits(2)?;
    ran.says("sql/plan/rows.sql:2:8")?;
    std::fs::remove_file(&rows)?;
    let ran = run(&project, &["plan", "--vars", "{factor: 2}"])?.exits(2)?;
    ran.says("no question `sql/plan/rows.sql` says which tables have other rows")?;
    edit(&project, "models/results/costs.sql", "select", "select /* {{ result_tables() }} */")?;
    run(&project, &["plan"])?.exits(2)?.says("only questions know the result tables")
}

fn modified() -> Outcome {
    let project = built("plan-modified")?;
    let list = |selector: &str| run(&project, &["list", "--select", selector]);
    list("state:modified")?.exits(0)?.says("(no rows)")?;
    let ran = run(&project, &["run", "--select", "state:modified+"])?.exits(0)?;
    ran.says("2024-01: no model, seed or test is another than in run ")?;
    edit(&project, "models/staging/stg_lines.sql", "as region", "as regions")?;
    let names = |ran: &Ran| {
        ran.stdout
            .lines()
            .skip(2)
            .filter_map(|line| line.split_whitespace().nth(1))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let found = list("state:modified")?.exits(0)?;
    if names(&found) != ["stg_lines"] {
        return Err(format!("modified is\n{}", found.stdout).into());
    }
    let found = list("state:modified+")?.exits(0)?;
    if names(&found) != ["stg_lines", "costs"] {
        return Err(format!("modified, with its children, is\n{}", found.stdout).into());
    }
    // What was left out is still modified, and what reads it was run.
    run(&project, &["run", "--select", "state:modified+,results"])?.exits(0)?.says("1 table published")?;
    let found = list("state:modified")?.exits(0)?;
    if names(&found) != ["stg_lines"] {
        return Err(format!("after a part of it, modified is\n{}", found.stdout).into());
    }
    run(&project, &["run", "--select", "state:modified+"])?.exits(0)?.says("2 tables published")?;
    list("state:modified")?.exits(0)?.says("(no rows)")?;
    for state in walkdir::WalkDir::new(project.join("out/runs")) {
        let state = state?;
        if state.file_name() == "project.json" {
            std::fs::remove_file(state.path())?;
        }
    }
    list("state:modified")?.exits(2)?.says("what is modified is not known")
}
