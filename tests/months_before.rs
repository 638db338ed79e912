//! Months that earlier versions have published, beside those of this one.
//!
//! `tests/months_before` was written by the shipped project over small samples: 2026-07 by a state of 0.1.0 that had
//! the table `margin` and whose `tier_benefits` named no payer, 2026-08 by the last of 0.1.0.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome};
use crate::rows;

/// The months of before.
const BEFORE: [&str; 2] = ["2026-07", "2026-08"];
/// The month that is published beside them.
const NEW: &str = "2026-09";
/// Tables with a column and the months of before in which they have it.
const GROWN: [(&str, &str, &str); 3] = [
    ("account_costs", "account_name", ""),
    ("line_item_costs", "list_cost", ""),
    ("tier_benefits", "payer_account_id", "2026-08"),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("months_before::what_they_lack_is_null", read),
        Trial::test("months_before::a_new_month_stands_beside_them", beside),
        Trial::test("months_before::they_are_brought_up_and_rolled_back", brought_up),
        Trial::test("months_before::what_cannot_be_compared_is_not", incomparable),
    ]
}

/// The shipped project with what earlier versions have published, and a report of all three months.
fn project() -> Result<PathBuf, Failed> {
    let project = harness::shipped_project("months-before")?;
    let report = project.join("data/sample").display().to_string();
    if Path::new(&report).exists() {
        std::fs::remove_dir_all(&report)?;
    }
    let size = ["--rows", "300", "--accounts", "5", "--periods", "3", "--last-period", NEW];
    harness::apportion(&project, &[["sample", "--out", &report].as_slice(), &size].concat())?.exits(0)?;
    let published = project.join("data/out");
    std::fs::create_dir_all(&published)?;
    harness::copy(&fixture(), &published)?;
    Ok(project)
}

fn fixture() -> PathBuf {
    harness::repository().join("tests/months_before")
}

/// The files of `table` of `period` below `folder`: as readers take it, and as the run wrote it.
fn files(folder: &Path, table: &str, period: &str) -> Result<Vec<PathBuf>, Failed> {
    let all = harness::contents(folder)?.into_iter().map(|(path, _)| path);
    let own =
        |path: &String| path.contains(period) && path.split('/').any(|part| part.trim_end_matches(".parquet") == table);
    Ok(all.filter(own).map(|path| folder.join(path)).collect())
}

/// The real cost that was published of a month of before, in units of the last digit, and of how many rows.
fn published(period: &str) -> Result<(i128, usize), Failed> {
    let files = files(&fixture(), "account_costs", period)?;
    let rows = rows::results(&std::fs::read(files.first().ok_or("nothing is published")?)?)?;
    Ok((rows.iter().filter_map(|row| row.amounts.get("real_cost")).sum(), rows.len()))
}

fn ask(project: &Path, sql: &str) -> Result<String, Failed> {
    Ok(harness::apportion(project, &["query", sql, "--format", "csv"])?.exits(0)?.stdout)
}

/// Fails unless `account_costs` has what was published of `period`, without the columns that came later.
fn is_as_before(project: &Path, period: &str) -> Outcome {
    let sql = format!(
        "select sum(real_cost), count(*), count(account_name), count(list_cost) from account_costs where \
         billing_period = '{period}'"
    );
    let (cost, rows) = published(period)?;
    let digits = 10_i128.pow(10);
    let wanted = format!("{}.{:010},{rows},0,0", cost / digits, cost % digits);
    let found = ask(project, &sql)?;
    if found.lines().nth(1) == Some(&wanted) {
        Ok(())
    } else {
        Err(format!("{period} is {found}, not {wanted}").into())
    }
}

/// Fails unless all rows of `table` have a `column` in `period`, and there are some.
fn has(project: &Path, table: &str, column: &str, period: &str) -> Outcome {
    let sql = format!("select count(*), count({column}) from {table} where billing_period = '{period}'");
    let found = ask(project, &sql)?;
    match found.lines().nth(1).and_then(|counts| counts.split_once(',')) {
        Some((all, with)) if all == with && all != "0" => Ok(()),
        _ => Err(format!("`{column}` in {table} of {period}: {found}").into()),
    }
}

fn read() -> Outcome {
    let project = project()?;
    BEFORE.into_iter().try_for_each(|period| is_as_before(&project, period))?;
    for (table, column, months) in GROWN {
        let rows = ask(&project, &format!("select distinct billing_period from {table} order by 1"))?;
        let with = ask(&project, &format!("select distinct billing_period from {table} where {column} is not null"))?;
        let wanted = [format!("billing_period\n{}\n", BEFORE.join("\n")), format!("billing_period\n{months}\n")];
        if [rows.trim(), with.trim()] != [wanted[0].trim(), wanted[1].trim()] {
            return Err(format!("`{column}` in {table}: {rows}{with}").into());
        }
    }
    // A table that no month has is named as one that is not published.
    harness::apportion(&project, &["query", "select * from daily_costs"])?
        .exits(2)?
        .says("table 'daily_costs' not found")
}

fn beside() -> Outcome {
    let project = project()?;
    harness::apportion(&project, &["run", "--period", NEW])?.exits(0)?;
    BEFORE.into_iter().try_for_each(|period| is_as_before(&project, period))?;
    has(&project, "account_costs", "account_name", NEW)?;
    has(&project, "daily_costs", "period_start", NEW)?;
    // What was called otherwise answers to both names, in all months.
    let charges =
        |table| ask(&project, &format!("select * from {table} order by billing_period, account_id, service_code"));
    let (old_name, new_name) = (charges("margin")?, charges("customer_charges")?);
    let months = |text: &str| [BEFORE[0], BEFORE[1], NEW].iter().all(|period| text.contains(*period));
    if old_name != new_name || !months(&new_name) {
        return Err(format!("margin is\n{old_name}and customer_charges\n{new_name}").into());
    }
    let views = harness::apportion(&project, &["views", "--format", "duckdb"])?.exits(0)?;
    views.says("/margin/")?;
    views.says("/customer_charges/")
}

fn brought_up() -> Outcome {
    let project = project()?;
    let months = format!("{}..{}", BEFORE[0], BEFORE[1]);
    harness::apportion(&project, &["build", "--period", &months])?
        .exits(0)?
        .says("Changes: what accounts really cost")?;
    let is_new = || {
        BEFORE.into_iter().try_for_each(|period| {
            has(&project, "account_costs", "account_name", period)?;
            has(&project, "daily_costs", "list_cost", period)
        })
    };
    is_new()?;
    for period in BEFORE {
        harness::apportion(&project, &["rollback", "--period", period])?.exits(0)?;
        is_as_before(&project, period)?;
    }
    // There is no publication of the tables that came later any more.
    let days = harness::apportion(&project, &["query", "select * from daily_costs"])?;
    days.exits(2)?;
    harness::apportion(&project, &["run", "--period", &months])?.exits(0)?;
    is_new()
}

fn incomparable() -> Outcome {
    let project = project()?;
    for file in files(&project.join("data/out"), "account_costs", BEFORE[1])? {
        let batch = rows::read(&file)?;
        let kept = (0..batch.num_columns()).filter(|place| batch.schema().field(*place).name() != "currency_code");
        rows::write(&batch.project(&kept.collect::<Vec<_>>())?, &file)?;
    }
    let ran = harness::apportion(&project, &["run", "--period", BEFORE[1]])?.exits(0)?;
    ran.says("\nnot comparable ")?;
    if ran.stdout.contains("\nall accounts ") {
        Err(format!("a difference is told\n{}", ran.stdout).into())
    } else {
        Ok(())
    }
}
