//! Closed months that AWS changes late: they are run again and what changed is told, and a month that is locked, rolled
//! back or broken stands in nobody's way.

use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::harness::{self, Outcome, Ran};
use crate::report;

/// A trial.
type Check = fn() -> Outcome;

const HEADER: &str = "identity_line_item_id:string,line_item_usage_account_id:string,\
    line_item_usage_start_date:timestamp_ms,line_item_unblended_cost:double";

/// What has changed of `costs`, as an analyst would ask.
const QUESTION: &str = "-- Changes
with both as (
    select account_id, amount as cost_before, cast(0 as decimal(28, 10)) as cost_after
    from {{ source('published', 'costs') }}
    union all
    select account_id, cast(0 as decimal(28, 10)), amount
    from {{ ref('costs') }}
)
select account_id, sum(cost_before) as \"before\", sum(cost_after) as \"after\"
from both
group by account_id
having sum(cost_before) <> sum(cost_after)
order by account_id
";

const PUBLISHED: &str = "version: 2\nsources: [{ name: published, tables: [{ name: costs }] }]\n";

/// A trial for each thing that a closed month can come to.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, Check); 11] = [
        ("a_changed_month_is_run_again_and_others_are_left_alone", run_again),
        ("months_are_run_again_oldest_first", oldest_first),
        ("only_the_report_counts", only_the_report),
        ("a_locked_month_is_warned_of", locked),
        ("a_month_that_is_gone_is_left_alone", gone),
        ("a_rollback_stays_until_the_report_changes_again", rolled_back),
        ("a_rollback_of_the_newest_month_stays_too", newest_rolled_back),
        ("trouble_in_a_closed_month_does_not_hinder_the_newest", trouble),
        ("who_names_a_month_or_a_model_means_no_other", named),
        ("changes_are_told_to_machines_too", for_machines),
        ("tables_that_were_others_before_are_no_failure", others_before),
    ];
    all.into_iter().map(|(name, trial)| Trial::test(format!("late::{name}"), trial)).collect()
}

/// A project of which January to March 2024 are published, each with 10 for one account and 20 for another.
struct Months {
    project: PathBuf,
}

impl Months {
    fn published() -> Result<Self, Failed> {
        let project = harness::folder("late")?;
        harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
        std::fs::remove_dir_all(project.join("report"))?;
        let months = Self { project };
        for month in 1..=3 {
            months.deliver(month, 10)?;
        }
        months.write("sql/summary/changes.sql", QUESTION)?;
        months.write("models/published.yml", PUBLISHED)?;
        let first = months.run(&["build", "--period", "2024-01..2024-03"])?.exits(0)?;
        is_silent(&first, "Changes")?;
        Ok(months)
    }

    fn write(&self, path: &str, text: &str) -> Outcome {
        let file = self.project.join(path);
        std::fs::create_dir_all(file.parent().ok_or("no folder")?)?;
        Ok(std::fs::write(file, text)?)
    }

    /// The report of a month with another amount for the first account.
    fn deliver(&self, month: u32, amount: i32) -> Outcome {
        let at = format!("2024-{month:02}-01T00:00:00");
        let text = format!("{HEADER}\na,111111111111,{at},{amount}\nb,222222222222,{at},20\n");
        self.write(&format!("report/BILLING_PERIOD=2024-{month:02}/lines.csv"), &text)?;
        report::make(&self.project.join("report"))
    }

    fn run(&self, args: &[&str]) -> Result<Ran, Failed> {
        harness::apportion(&self.project, args)
    }

    /// Fails unless readers find these totals in the three months.
    fn totals(&self, wanted: [i32; 3]) -> Outcome {
        let sum = "select billing_period, cast(sum(amount) as bigint) as total from costs";
        let question = format!("{sum} group by billing_period order by billing_period");
        let asked = self.run(&["query", "--format", "csv", &question])?.exits(0)?;
        let [one, two, three] = wanted;
        let text = format!("billing_period,total\n2024-01,{one}\n2024-02,{two}\n2024-03,{three}\n");
        if asked.stdout == text { Ok(()) } else { Err(format!("not {wanted:?}, but\n{}", asked.stdout).into()) }
    }
}

fn is_silent(ran: &Ran, words: &str) -> Outcome {
    match ran.says(words) {
        Ok(()) => Err(format!("it should not say `{words}`\n{}{}", ran.stdout, ran.stderr).into()),
        Err(_) => Ok(()),
    }
}

fn run_again() -> Outcome {
    let months = Months::published()?;
    months.deliver(1, 15)?;
    let ran = months.run(&["build"])?.exits(0)?;
    ran.says("2024-01: the report has changed since run 2")?;
    ran.says("; the month is run again\n2024-01: 1 file of the report")?;
    ran.says("2024-03: report, models and settings are those of run")?;
    is_silent(&ran, "2024-02")?;
    let told = "account_id           before          after
------------  -------------  -------------
111111111111  10.0000000000  15.0000000000
";
    ran.says(&format!("\nChanges, 2024-01\n\n{told}"))?;
    months.totals([35, 30, 30])?;
    let again = months.run(&["build"])?.exits(0)?;
    is_silent(&again, "2024-01")?;
    is_silent(&again, "Changes")?;
    // Another delivery of the same amounts is run, and nothing has changed.
    months.deliver(1, 15)?;
    let same = months.run(&["build"])?.exits(0)?;
    same.says("2024-01: 2 models; 2 tables published")?;
    is_silent(&same, "Changes")
}

fn oldest_first() -> Outcome {
    let months = Months::published()?;
    for month in [3, 2, 1] {
        months.deliver(month, 15)?;
    }
    let ran = months.run(&["run"])?.exits(0)?;
    let begun: Vec<&str> = ran.stderr.lines().filter(|line| line.contains(" of the report, ")).collect();
    if begun.iter().map(|line| &line[..7]).collect::<Vec<_>>() != ["2024-01", "2024-02", "2024-03"] {
        return Err(format!("the order is {begun:?}").into());
    }
    months.totals([35, 35, 35])
}

fn only_the_report() -> Outcome {
    let months = Months::published()?;
    let model = "models/staging/stg_lines.sql";
    let text = std::fs::read_to_string(months.project.join(model))?;
    months.write(
        model,
        &text.replace(
            "line_item_unblended_cost as",
            "cast(line_item_unblended_cost + line_item_unblended_cost as decimal(28,10)) as",
        ),
    )?;
    let ran = months.run(&["build", "--full-refresh"])?.exits(0)?;
    is_silent(&ran, "2024-01")?;
    months.totals([30, 30, 60])?;
    months.deliver(1, 15)?;
    months.run(&["build"])?.exits(0)?.says(", and so have models; the month is run again")?;
    months.totals([70, 30, 60])
}

fn locked() -> Outcome {
    let months = Months::published()?;
    months.run(&["lock", "--period", "2024-01"])?.exits(0)?;
    months.deliver(1, 15)?;
    months.deliver(3, 15)?;
    let ran = months.run(&["build"])?.exits(0)?;
    ran.says("warning: 2024-01 is locked, but its report has changed since run 2")?;
    ran.says("`apportion unlock --period 2024-01`")?;
    months.totals([30, 30, 35])?;
    months.run(&["debug"])?.exits(0)?.says("late     2024-01 is locked")?;
    months.run(&["unlock", "--period", "2024-01"])?.exits(0)?;
    months.run(&["build"])?.exits(0)?;
    months.totals([35, 30, 35])
}

fn gone() -> Outcome {
    let months = Months::published()?;
    std::fs::remove_dir_all(months.project.join("report/BILLING_PERIOD=2024-01"))?;
    let ran = months.run(&["build"])?.exits(0)?;
    is_silent(&ran, "2024-01")?;
    months.totals([30, 30, 30])
}

fn rolled_back() -> Outcome {
    let months = Months::published()?;
    months.deliver(1, 15)?;
    months.run(&["build"])?.exits(0)?;
    let back = months.run(&["rollback", "--period", "2024-01"])?.exits(0)?;
    back.says("again, until the report changes; `apportion lock --period 2024-01` keeps it")?;
    let ran = months.run(&["build"])?.exits(0)?;
    ran.says(" was rolled back to run ")?;
    ran.says("and its report has not changed since; it stays (`--period 2024-01` runs it)")?;
    months.totals([30, 30, 30])?;
    months.deliver(1, 16)?;
    months.run(&["build"])?.exits(0)?.says("2024-01: the report has changed since run 2")?;
    months.totals([36, 30, 30])?;
    months.run(&["rollback", "--period", "2024-01"])?.exits(0)?;
    months.run(&["build", "--period", "2024-01"])?.exits(0)?.says("tables published")?;
    months.totals([36, 30, 30])
}

fn newest_rolled_back() -> Outcome {
    let months = Months::published()?;
    months.deliver(3, 15)?;
    months.run(&["build"])?.exits(0)?;
    months.run(&["rollback", "--period", "2024-03"])?.exits(0)?;
    let ran = months.run(&["build"])?.exits(0)?;
    ran.says("2024-03: run 2")?;
    ran.says(", and report, models and settings are still those of 2")?;
    ran.says("; nothing to do (--full-refresh runs it anyway)")?;
    months.totals([30, 30, 30])?;
    months.run(&["build", "--full-refresh"])?.exits(0)?;
    months.totals([30, 30, 35])?;
    months.run(&["rollback", "--period", "2024-03"])?.exits(0)?;
    // Whoever mends a rule wants the month again.
    months.write("models/staging/note.sql", "select 1 as one\n")?;
    months.run(&["build"])?.exits(0)?.says("tables published")?;
    months.totals([30, 30, 35])
}

fn trouble() -> Outcome {
    let months = Months::published()?;
    let text = format!(
        "{}\na,111111111111,2024-01-01T00:00:00\n",
        HEADER.trim_end_matches(",line_item_unblended_cost:double")
    );
    months.write("report/BILLING_PERIOD=2024-01/lines.csv", &text)?;
    report::make(&months.project.join("report"))?;
    months.deliver(2, 15)?;
    months.deliver(3, 15)?;
    let ran = months.run(&["build"])?.exits(2)?;
    ran.says("line_item_unblended_cost")?;
    ran.says("\n  while running 2024-01 again\n")?;
    ran.says("2024-02: 2 models; 2 tables published")?;
    ran.says("2024-03: 2 models; 2 tables published")?;
    months.totals([30, 35, 35])?;
    // What hinders every month is said once.
    months.write("models/results/costs.sql", "select * from {{ ref('stg_line') }}")?;
    let ran = months.run(&["build"])?.exits(2)?;
    let said = ran.stderr.matches("there is no model or seed `stg_line`").count();
    if said == 1 { Ok(()) } else { Err(format!("said {said} times\n{}", ran.stderr).into()) }
}

fn named() -> Outcome {
    let months = Months::published()?;
    months.deliver(1, 15)?;
    for args in [["build", "--period", "2024-03"].as_slice(), &["build", "--select", "costs"], &["test"]] {
        let ran = months.run(args)?.exits(0)?;
        is_silent(&ran, "2024-01")?;
    }
    months.totals([30, 30, 30])
}

fn for_machines() -> Outcome {
    let months = Months::published()?;
    months.deliver(1, 15)?;
    let ran = months.run(&["build", "--log-format", "json"])?.exits(0)?;
    let lines: Vec<Value> = ran.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let row = serde_json::json!({ "account_id": "111111111111", "before": "10.0000000000", "after": "15.0000000000" });
    let wanted = serde_json::json!({ "billing_period": "2024-01", "summary": "changes", "row": row });
    if lines != [wanted] {
        return Err(format!("told to machines is\n{}", ran.stdout).into());
    }
    let log: Vec<Value> = ran.stderr.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let late: Vec<&Value> = log.iter().filter(|line| line["late"] == "changed").collect();
    match late.as_slice() {
        [line] if line["billing_period"] == "2024-01" => Ok(()),
        _ => Err(format!("the log should name the month\n{}", ran.stderr).into()),
    }
}

fn others_before() -> Outcome {
    let months = Months::published()?;
    let model = "models/results/costs.sql";
    let text = std::fs::read_to_string(months.project.join(model))?;
    months.write(model, &text.replace("as amount", "as cost"))?;
    months.write("sql/summary/changes.sql", &QUESTION.replace("amount", "cost"))?;
    months.write("sql/summary/lines.sql", "select count(*) as row_count from {{ source('published', 'lines') }}")?;
    months
        .write("models/published.yml", &PUBLISHED.replace("[{ name: costs }]", "[{ name: costs }, { name: lines }]"))?;
    let ran = months.run(&["build", "--period", "2024-01"])?.exits(0)?;
    ran.says("warning: cannot answer `sql/summary/changes.sql` from what run 2")?;
    ran.says("there is no column `cost`\n  --> sql/summary/changes.sql:3:")?;
    ran.says("warning: cannot answer `sql/summary/lines.sql` from what run 2")?;
    ran.says("there was no table `lines`")?;
    ran.says("2024-01: 2 models; 2 tables published")?;
    let ran = months.run(&["build", "--period", "2024-01", "--full-refresh"])?.exits(0)?;
    is_silent(&ran, "changes.sql")
}
