//! What a change of the report must do to the results: other names rename them, ten times the cost is ten times the
//! real cost, and an account that uses nothing changes nobody.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome, words};
use crate::published::{self, Rows};
use crate::rows::{self, Row};

/// An account that the generator does not draw; it comes after all others.
const IDLE: &str = "999999999999";

/// Settings under which every kind of transfer occurs.
const SETTINGS: &str = "{sharing: {mode: prioritized, benefit: {borrower: 0.5, lender: 0.25}}}";

/// Result tables that must have rows; those that there are besides are compared, too.
const COMPARED: &[&str] = &[
    "account_costs",
    "line_item_costs",
    "transfers",
    "transfer_pairs",
    "leakage",
    "commitment_usage",
    "tier_benefits",
];

/// Columns that count what the report meters, or are no amounts of money.
const QUANTITIES: &[&str] = &["usage_amount", "free_usage", "utilization", "tax_percentage"];

/// Columns that count units of a pool.
const UNITS: &[&str] =
    &["units", "capacity", "own_use", "lent", "leaked", "unused", "used_by_owner", "used_by_others", "idle"];

/// Shares that are divided anew are rounded anew, at the tenth digit; some hundred of them make an amount.
const ROUNDING: i128 = 1_000;

static SMALL: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| small().map_err(words));
static PLAIN: LazyLock<Result<Rows, String>> =
    LazyLock::new(|| source().and_then(|source| run("plain", source, &accounts(source)?)).map_err(words));

/// A trial for each change.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("metamorphic::names_in_the_same_order_rename_results", || renamed(|place, _| place, 0)),
        Trial::test("metamorphic::names_in_another_order_rename_results", || {
            renamed(|place, count| count - 1 - place, ROUNDING)
        }),
        Trial::test("metamorphic::ten_times_the_cost", scaled),
        Trial::test("metamorphic::an_account_without_usage_changes_nobody", idle),
    ]
}

fn source() -> Result<&'static Path, Failed> {
    SMALL.as_deref().map_err(|words| words.as_str().into())
}

fn plain() -> Result<&'static Rows, Failed> {
    PLAIN.as_ref().map_err(|words| words.as_str().into())
}

/// A small report of one period.
fn small() -> Result<PathBuf, Failed> {
    let folder = harness::folder("metamorphic")?;
    let out = folder.display().to_string();
    let size = ["--accounts", "6", "--periods", "1", "--rows", "3000", "--seed", "3"];
    harness::apportion(&folder, &[&["sample", "--out", &out], size.as_slice()].concat())?.exits(0)?;
    Ok(folder)
}

/// All accounts of a report, sorted.
fn accounts(source: &Path) -> Result<Vec<String>, Failed> {
    let mut found = BTreeSet::new();
    for path in rows::files(source)? {
        let report = rows::read(&path)?;
        for name in ["line_item_usage_account_id", "bill_payer_account_id"] {
            found.extend(rows::texts(&report, name)?);
        }
    }
    Ok(found.into_iter().collect())
}

/// Runs the shipped models over `source` and reads what was published. The accounts are in two groups by turns, have
/// three priorities, and one of them does not share.
fn run(name: &str, source: &Path, accounts: &[String]) -> Result<Rows, Failed> {
    let project = harness::shipped_project(name)?;
    let mut registry = "account_id,name,group,division,email,priority,shares,valid_from,valid_until\n".to_owned();
    for (place, account) in accounts.iter().enumerate() {
        let (group, shares) = (["north", "south"][place % 2], place != 4);
        registry += &format!("{account},,{group},coast,,{},{shares},2012-01-01,\n", place % 3);
    }
    std::fs::write(project.join("data/seeds/account_registry.csv"), registry)?;
    let source = source.display().to_string();
    harness::apportion(&project, &["run", "--source", &source, "--vars", SETTINGS])?.exits(0)?;
    let tables = published::rows(&project.join("data/out"))?;
    for table in COMPARED {
        if tables.get(*table).is_none_or(Vec::is_empty) {
            return Err(format!("`{table}` has no rows, so nothing would be compared").into());
        }
    }
    Ok(tables)
}

/// Every account gets the name at another place of a list of new names; the results get it, too.
fn renamed(place: impl Fn(usize, usize) -> usize, tolerance: i128) -> Outcome {
    let old = accounts(source()?)?;
    let new: Vec<String> = (0..old.len()).map(|place| format!("{}", 500_000_000_001 + 7 * place)).collect();
    let names: Vec<(&str, &str)> =
        old.iter().enumerate().map(|(at, name)| (name.as_str(), new[place(at, old.len())].as_str())).collect();
    let replaced = |text: &str| names.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
    let target = harness::folder("renamed")?;
    rows::rewrite(source()?, &target, |report| rows::map_texts(report, &replaced))?;
    // In the old order, so that every account keeps its group, priority and wish.
    let registry: Vec<String> = names.iter().map(|(_, new)| (*new).to_owned()).collect();
    let results = run("renamed", &target, &registry)?;
    let mut expected = plain()?.clone();
    for text in expected.values_mut().flatten().flat_map(|row| row.texts.values_mut()) {
        *text = replaced(text);
    }
    same(&expected, &results, tolerance)
}

/// Whether the units of a pool are dollars: those of Savings Plans, and of commitments that no rule knows.
fn is_in_dollars(pool: &str) -> bool {
    pool.starts_with("sp/") || pool.starts_with("other/")
}

/// All money of the report times ten; so there are ten times as many units where they are dollars.
fn scaled() -> Outcome {
    let is_money = |name: &str| {
        ["cost", "fee", "commitment", "upfront_value", "savings_plan_rate"].iter().any(|word| name.contains(word))
    };
    let target = harness::folder("scaled")?;
    rows::rewrite(source()?, &target, |report| rows::map_numbers(report, is_money, |number| number * 10.0))?;
    let mut results = run("scaled", &target, &accounts(source()?)?)?;
    let mut expected = plain()?.clone();
    for row in expected.values_mut().flatten() {
        let in_dollars = row.texts.get("pool_key").is_some_and(|pool| is_in_dollars(pool));
        for (name, amount) in &mut row.amounts {
            let is_unit = UNITS.contains(&name.as_str());
            *amount *= if QUANTITIES.contains(&name.as_str()) || (is_unit && !in_dollars) { 1 } else { 10 };
        }
    }
    // Tables of support, and their minimum, do not scale.
    let is_support = |row: &Row| row.texts.get("service_code").is_some_and(|service| service.contains("Support"));
    for rows in expected.values_mut().chain(results.values_mut()) {
        rows.retain(|row| !is_support(row));
    }
    // Its checks count rows, too, and say amounts in words.
    expected.remove("reconciliation");
    results.remove("reconciliation");
    same(&expected, &results, 10 * ROUNDING)
}

/// An account more, which has every line of usage that others have, but of no amount; all others' rows stay.
fn idle() -> Outcome {
    let target = harness::folder("idle")?;
    rows::rewrite(source()?, &target, |report| {
        let usage = rows::rows_with(report, "line_item_line_item_type", "Usage")?;
        let usage = rows::map_numbers(&usage, |_| true, |_| 0.0)?;
        rows::both(report, &rows::set_text(&usage, "line_item_usage_account_id", IDLE)?)
    })?;
    let mut all = accounts(source()?)?;
    all.push(IDLE.to_owned());
    let mut results = run("idle", &target, &all)?;
    for rows in results.values_mut() {
        rows.retain(|row| row.texts.values().all(|text| !text.contains(IDLE)));
    }
    let mut expected = plain()?.clone();
    for tables in [&mut expected, &mut results] {
        for row in tables.get_mut("reconciliation").into_iter().flatten() {
            if row.texts["check_name"] == "line_items_read" {
                row.amounts.clear();
            }
        }
    }
    same(&expected, &results, 0)
}

/// Fails unless both have the same rows, in any order, with amounts that differ by at most `tolerance`.
fn same(expected: &Rows, results: &Rows, tolerance: i128) -> Outcome {
    let names = |tables: &Rows| tables.keys().cloned().collect::<Vec<_>>();
    if names(expected) != names(results) {
        return Err(format!("other tables: {:?}, not {:?}", names(results), names(expected)).into());
    }
    for (table, rows) in expected {
        let (mut rows, mut others) = (rows.clone(), results[table].clone());
        rows.sort();
        others.sort();
        if rows.len() != others.len() {
            return Err(format!("`{table}` has {} rows, not {}", others.len(), rows.len()).into());
        }
        for (row, other) in rows.iter().zip(&others) {
            let close = |(name, amount): (&String, &i128)| {
                other.amounts.get(name).is_some_and(|other| (other - amount).abs() <= tolerance)
            };
            if row.texts != other.texts || row.amounts.len() != other.amounts.len() || !row.amounts.iter().all(close) {
                return Err(format!("`{table}` has\n{other:?}\nnot\n{row:?}").into());
            }
        }
    }
    Ok(())
}
