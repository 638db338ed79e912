//! `explain`: parts that sum to the figure, whoever asks and of whatever; a question that leaves out a part is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::harness::{self, Dice, Outcome, Ran};

/// How many figures of each kind are explained, drawn from the sample.
const LINES: usize = 3;

/// A trial for each promise.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("explain::accounts_are_explained_to_the_last_digit", accounts),
        Trial::test("explain::services_categories_and_pools_are_explained", narrower),
        Trial::test("explain::lines_are_explained_to_the_last_digit", lines),
        Trial::test("explain::commitments_and_customers_are_explained", commitments_and_customers),
        Trial::test("explain::a_customer_is_told_nothing_of_others", as_customer),
        Trial::test("explain::a_part_that_is_left_out_is_refused", mutations),
        Trial::test("explain::people_see_cents_and_what_rounding_leaves", for_people),
        Trial::test("explain::what_is_not_there_is_said", nothing),
        Trial::test("explain::settings_and_seeds_are_those_of_the_run", of_the_run),
    ]
}

/// The shipped project with its sample published.
static PUBLISHED: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let project = harness::shipped_project("explain").map_err(harness::words)?;
    let built = harness::apportion(&project, &["run"]).and_then(|ran| ran.exits(0));
    built.map(|_| project).map_err(harness::words)
});

fn sample() -> Result<&'static Path, Failed> {
    PUBLISHED.as_deref().map_err(|words| words.as_str().into())
}

/// The rows of a query over what is published.
fn rows(project: &Path, sql: &str) -> Result<Vec<BTreeMap<String, String>>, Failed> {
    let ran = harness::apportion(project, &["query", sql, "--format", "csv"])?.exits(0)?;
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    let rows: Result<Vec<_>, _> = reader.deserialize().collect();
    Ok(rows?)
}

/// A decimal in units of its tenth digit.
fn units(text: &str) -> Result<i128, Failed> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    Ok(format!("{whole}{fraction:0<10}").parse()?)
}

fn explained(project: &Path, words: &[&str]) -> Result<Value, Failed> {
    let ran = harness::apportion(project, &[&["explain", "--format", "json"], words].concat())?.exits(0)?;
    Ok(serde_json::from_str(&ran.stdout)?)
}

/// Fails unless the figure is `wanted`, by currency, and the answers under `splits` have parts that sum to it.
fn check(found: &Value, wanted: &BTreeMap<String, i128>, splits: &[&str], of: &str) -> Outcome {
    let answers = found["answers"].as_object().ok_or("no answers")?;
    let sums = |rows: &Value, column: &str| -> Result<BTreeMap<String, i128>, Failed> {
        let mut sums = BTreeMap::new();
        for row in rows.as_array().into_iter().flatten() {
            let currency = row["currency"].as_str().unwrap_or_default().to_owned();
            *sums.entry(currency).or_insert(0) += units(row[column].as_str().unwrap_or("0"))?;
        }
        Ok(sums)
    };
    let first = answers.values().next().ok_or("no answer")?;
    let figure = sums(first, "figure")?;
    if figure != *wanted {
        return Err(format!("{of}: the figure is {figure:?}, and tables say {wanted:?}").into());
    }
    for name in splits {
        let parts = sums(answers.get(*name).ok_or_else(|| format!("{of}: there is no `{name}`"))?, "part")?;
        if parts != figure {
            return Err(format!("{of}: `{name}` sums to {parts:?}, and the figure is {figure:?}").into());
        }
    }
    Ok(())
}

/// The sums of `amount` over `rows` by `key`, and of each by currency.
fn by(
    rows: &[BTreeMap<String, String>],
    key: &[&str],
) -> Result<BTreeMap<Vec<String>, BTreeMap<String, i128>>, Failed> {
    let mut all: BTreeMap<Vec<String>, BTreeMap<String, i128>> = BTreeMap::new();
    for row in rows {
        let of = key.iter().map(|name| row[*name].clone()).collect();
        *all.entry(of).or_default().entry(row["currency"].clone()).or_insert(0) += units(&row["amount"])?;
    }
    Ok(all)
}

fn account_costs(project: &Path) -> Result<Vec<BTreeMap<String, String>>, Failed> {
    rows(
        project,
        "select account_id, service_code, category, real_cost as amount, currency_code as currency from account_costs",
    )
}

fn accounts() -> Outcome {
    let project = sample()?;
    let costs = account_costs(project)?;
    let all = by(&costs, &["account_id"])?;
    for (key, wanted) in every(&all, 5) {
        let found = explained(project, &["--account", &key[0]])?;
        check(&found, wanted, &["from_the_bill", "categories", "lines"], &key[0])?;
    }
    if all.len() > 10 { Ok(()) } else { Err("the sample has few accounts".into()) }
}

/// So many entries of a map, evenly spread.
fn every<K: Ord, V>(all: &BTreeMap<K, V>, count: usize) -> impl Iterator<Item = (&K, &V)> {
    all.iter().step_by(all.len().div_ceil(count).max(1))
}

fn narrower() -> Outcome {
    let project = sample()?;
    let costs = account_costs(project)?;
    let mut dice = Dice(7);
    for (name, column) in [("--service", "service_code"), ("--category", "category")] {
        let all: Vec<_> = by(&costs, &["account_id", column])?.into_iter().collect();
        for _ in 0..LINES {
            let (key, wanted) = &all[usize::try_from(dice.roll(all.len() as u64))?];
            let found = explained(project, &["--account", &key[0], name, &key[1]])?;
            check(&found, wanted, &["from_the_bill", "categories", "lines"], &key.join(" "))?;
        }
    }
    let lines = rows(
        project,
        "select account_id, pool_key, sum(real_cost) as amount, currency_code as currency from line_item_costs \
         where pool_key <> '' group by 1, 2, 4 order by 1, 2",
    )?;
    let pools: Vec<_> = by(&lines, &["account_id", "pool_key"])?.into_iter().collect();
    for _ in 0..LINES {
        let (key, wanted) = &pools[usize::try_from(dice.roll(pools.len() as u64))?];
        let found = explained(project, &["--account", &key[0], "--pool", &key[1]])?;
        check(&found, wanted, &["categories", "lines"], &key.join(" "))?;
    }
    Ok(())
}

fn lines() -> Outcome {
    let project = sample()?;
    let all = rows(
        project,
        "select line_item_id, cast(date_trunc('hour', usage_start) as varchar) as hour, \
         sum(real_cost) as amount, currency_code as currency \
         from line_item_costs where line_item_id <> '' group by 1, 2, 4 order by 1, 2",
    )?;
    let (whole, hours) = (by(&all, &["line_item_id"])?, by(&all, &["line_item_id", "hour"])?);
    let hours: Vec<_> = hours.into_iter().collect();
    let mut dice = Dice(11);
    for _ in 0..LINES {
        let (key, of_hour) = &hours[usize::try_from(dice.roll(hours.len() as u64))?];
        let found = explained(project, &["--line", &key[0]])?;
        check(&found, &whole[&key[..1]], &["parts", "days"], &key[0])?;
        let found = explained(project, &["--line", &key[0], "--at", &key[1]])?;
        check(&found, of_hour, &["parts", "days"], &key.join(" "))?;
    }
    Ok(())
}

fn commitments_and_customers() -> Outcome {
    let project = sample()?;
    let all = rows(
        project,
        "select commitment_arn, sum(cost) as amount, currency_code as currency from commitments group by 1, 3",
    )?;
    for (key, wanted) in every(&by(&all, &["commitment_arn"])?, LINES) {
        let found = explained(project, &["--commitment", &key[0]])?;
        check(&found, wanted, &["accounts", "usage"], &key[0])?;
    }
    let all = rows(project, "select customer, total as amount, currency_code as currency from statement_totals")?;
    for (key, wanted) in by(&all, &["customer"])? {
        let found = explained(project, &["--customer", &key[0]])?;
        check(&found, &wanted, &["accounts", "services"], &key[0])?;
    }
    Ok(())
}

fn as_customer() -> Outcome {
    let project = sample()?;
    let accounts = rows(project, "select account_id, account_name, account_group, customer from accounts")?;
    for own in accounts.iter().filter(|account| !account["customer"].is_empty()).step_by(3) {
        let ran = run(project, &["explain", "--format", "json", "--as-customer", "--account", &own["account_id"]])?;
        let text = ran.exits(0)?.stdout;
        let foreign = accounts.iter().filter(|other| other["customer"] != own["customer"]);
        for other in foreign {
            let name = format!("\"{}\"", other["account_name"]);
            let id = &other["account_id"];
            if id.len() == 12 && text.contains(id.as_str()) || text.contains(&name) || text.contains("\"margin\"") {
                return Err(format!("{} is told of {id}", own["account_id"]).into());
            }
        }
    }
    // A question that forgets whom it tells is refused.
    let project = mutated("explain-foreign")?;
    let file = project.join("sql/explain/account/95_others.sql");
    let sql = "-- Others\nselect account_id as account from {{ source('published', 'accounts') }}\n";
    std::fs::write(file, sql)?;
    let customer = accounts.iter().find(|account| !account["customer"].is_empty()).ok_or("nobody is a customer")?;
    let words = ["explain", "--account", &customer["account_id"]];
    run(&project, &words)?.exits(0)?.says("Others, 2026-10")?;
    let ran = run(&project, &[words.as_slice(), &["--as-customer"]].concat())?.exits(2)?;
    ran.says("`others` would tell a customer of `")
}

/// A copy of the project, to be changed, over the same tables.
fn mutated(name: &str) -> Result<PathBuf, Failed> {
    let (published, project) = (sample()?, harness::folder(name)?);
    std::fs::copy(published.join("config.yaml"), project.join("config.yaml"))?;
    for part in ["models", "sql", "data/seeds", "data/out"] {
        std::fs::create_dir_all(project.join(part))?;
        harness::copy(&published.join(part), &project.join(part))?;
    }
    Ok(project)
}

fn run(project: &Path, words: &[&str]) -> Result<Ran, Failed> {
    harness::apportion(project, words)
}

/// In each question that splits a figure, the largest part is left out.
fn mutations() -> Outcome {
    let project = mutated("explain-mutations")?;
    let account =
        rows(&project, "select account_id from account_costs group by 1 order by sum(real_cost) desc limit 1")?;
    let line =
        rows(&project, "select line_item_id from line_item_costs where line_item_id <> '' and real_cost > 0 limit 1")?;
    let arn = rows(&project, "select commitment_arn from commitments where cost > 0 order by cost desc limit 1")?;
    let customer = rows(&project, "select customer from statement_totals limit 1")?;
    let subjects = [
        ("account", &account[0]["account_id"], vec!["30_from_the_bill", "40_categories", "90_lines"]),
        ("line", &line[0]["line_item_id"], vec!["30_parts", "40_days"]),
        ("commitment", &arn[0]["commitment_arn"], vec!["30_accounts", "40_usage"]),
        ("customer", &customer[0]["customer"], vec!["30_accounts", "40_services"]),
    ];
    for (subject, value, names) in subjects {
        let option = format!("--{subject}");
        run(&project, &["explain", &option, value])?.exits(0)?;
        for name in names {
            let path = project.join(format!("sql/explain/{subject}/{name}.sql"));
            let right = std::fs::read_to_string(&path)?;
            let (title, query) = right.split_once('\n').ok_or("a question without a title")?;
            let largest = format!("select max(part) from (\n{query}\n) as parts");
            let wrong = format!("{title}\nselect * from (\n{query}\n) as whole where part <> ({largest})");
            std::fs::write(&path, wrong)?;
            let ran = run(&project, &["explain", &option, value])?.exits(2)?;
            ran.says(" sum to ").map_err(|error| format!("{name}: {}", harness::words(error)))?;
            std::fs::write(&path, right)?;
        }
    }
    Ok(())
}

fn for_people() -> Outcome {
    let project = sample()?;
    let account =
        rows(project, "select account_id from account_costs group by 1 order by sum(real_cost) desc limit 1")?;
    let ran = run(project, &["explain", "--account", &account[0]["account_id"]])?.exits(0)?;
    ran.says("What the account really cost, 2026-10\n\n")?;
    let total = ran.stdout.lines().find(|line| line.starts_with("total")).ok_or("there is no total")?;
    let cents = total.split_whitespace().nth(1).unwrap_or_default();
    if cents.split_once('.').is_none_or(|(_, digits)| digits.len() != 2) {
        return Err(format!("the total is `{total}`").into());
    }
    let markdown =
        run(project, &["explain", "--account", &account[0]["account_id"], "--format", "markdown"])?.exits(0)?;
    markdown.says("#### What the account really cost, 2026-10\n\n| account |")
}

fn nothing() -> Outcome {
    let project = sample()?;
    let ran = run(project, &["explain", "--account", "999999999999"])?.exits(2)?;
    ran.says("there is no figure for account `999999999999` in 2026-10")?;
    run(project, &["explain"])?.exits(2)?.says("--account")?;
    run(project, &["explain", "--account", "1", "--line", "x"])?.exits(2)?.says("cannot be used with")?;
    run(project, &["explain", "--line", "x", "--at", "noon"])?.exits(2)?.says("for instance 2026-10-03T07:00")?;
    let ran = run(project, &["explain", "--account", "1", "--period", "2020-01"])?.exits(2)?;
    ran.says("not all of these months are published in")?;
    let ran = run(project, &["explain", "--customer", "shop", "--service", "AmazonEC2"])?.exits(2)?;
    ran.says("--service is for --account, and not for --customer")?;
    // What is typed is a value, and never SQL.
    let ran = run(project, &["explain", "--account", "x' or '1' = '1"])?.exits(2)?;
    ran.says("there is no figure for account `x' or '1' = '1`")
}

fn of_the_run() -> Outcome {
    let project = mutated("explain-of-the-run")?;
    let customer = "select account_id from accounts where customer <> '' order by 1 limit 1";
    let account = rows(&project, customer)?[0]["account_id"].clone();
    let explain = || run(&project, &["explain", "--account", &account])?.exits(0);
    let before = explain()?.stdout;
    let config = project.join("config.yaml");
    let text = std::fs::read_to_string(&config)?;
    std::fs::write(&config, text.replace("mode: open", "mode: owner_only"))?;
    let rules = project.join("data/seeds/shared_charge_rules.csv");
    let text = std::fs::read_to_string(&rules)?;
    std::fs::write(&rules, text.replace("business", "enterprise"))?;
    let after = explain()?.stdout;
    if after == before { Ok(()) } else { Err(format!("it was\n{before}\nand is\n{after}").into()) }
}
