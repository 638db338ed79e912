//! Whole bills with figures worked out by hand: each folder of `tests/bills/<topic>/` is one payer's month, and its
//! `expected.txt` says what must come of it, under which settings.
//!
//! Payers do not touch each other, so all bills that are looked at under the same settings are one report and one run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome, words};
use crate::published::{self, Columns, Rows};
use crate::report;
use crate::rows::Row;

mod expected;

use expected::{Expected, Figures, Section};

/// The settings that a bill can name, and what they lay over those of the shipped project.
const SETTINGS: &[(&str, &str)] = &[
    ("shipped", "{}"),
    ("owner_only", "{sharing: {mode: owner_only}}"),
    ("prioritized", "{sharing: {mode: prioritized}}"),
    ("billed", "{cost_basis: billed}"),
    ("net", "{cost_metric: net}"),
    ("unblended", "{cost_metric: unblended}"),
];

/// Data tests look at results; unit tests have trials of their own.
const WITHOUT_UNIT_TESTS: [&str; 2] = ["--exclude", "resource_type:unit_test"];

/// The seed that says who the accounts are.
const REGISTRY: &str = "data/seeds/account_registry.csv";
const PLANS: &str = "data/seeds/price_plans.csv";

/// What came of a run: the project's folder, its tables and their columns of texts.
struct Run {
    project: PathBuf,
    tables: Rows,
    columns: Columns,
}

/// A payer's month.
struct Bill {
    name: String,
    folder: PathBuf,
    payer: String,
    expected: Expected,
}

static BILLS: LazyLock<Result<Vec<Bill>, String>> = LazyLock::new(|| bills().map_err(words));
/// One run for all bills under the same settings, made when the first of them is looked at.
static RUNS: LazyLock<BTreeMap<&str, OnceLock<Result<Run, String>>>> =
    LazyLock::new(|| SETTINGS.iter().map(|(name, _)| (*name, OnceLock::new())).collect());

/// A trial for each bill and settings, and two for all of them.
pub(crate) fn trials() -> Vec<Trial> {
    let bills = match BILLS.as_deref() {
        Ok(bills) => bills,
        Err(words) => return vec![Trial::test("bills::can_be_read", move || Err(words.as_str().into()))],
    };
    let mut trials = vec![
        Trial::test("bills::payers_and_accounts_are_apart", payers_are_apart),
        Trial::test("bills::every_data_test_holds_over_all_of_them", data_tests_hold),
    ];
    for bill in bills {
        for section in &bill.expected.sections {
            let name = format!("bills::{}::{}", bill.name, section.settings);
            trials.push(Trial::test(name, move || look(bill, section)));
        }
    }
    trials
}

/// All bills, by topic and name.
fn bills() -> Result<Vec<Bill>, Failed> {
    let root = harness::repository().join("tests/bills");
    let mut bills = Vec::new();
    for topic in folders(&root)? {
        for folder in folders(&topic)? {
            let name = folder.strip_prefix(&root)?.display().to_string().replace('/', "::");
            let bill = bill(&name, folder).map_err(|failed| format!("{name}: {}", words(failed)))?;
            bills.push(bill);
        }
    }
    Ok(bills)
}

fn bill(name: &str, folder: PathBuf) -> Result<Bill, Failed> {
    let expected = Expected::read(&std::fs::read_to_string(folder.join("expected.txt"))?)?;
    if let Some(section) = expected.sections.iter().find(|section| vars(&section.settings).is_none()) {
        return Err(format!("`{}` are not settings that bills are run under", section.settings).into());
    }
    let mut payers = column(&folder, "bill_payer_account_id")?;
    payers.dedup();
    let [payer] = payers.as_slice() else { return Err(format!("a bill has one payer, not {payers:?}").into()) };
    Ok(Bill { name: name.to_owned(), payer: payer.clone(), folder, expected })
}

fn folders(of: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries: Result<Vec<_>, _> = std::fs::read_dir(of)?.collect();
    let mut folders: Vec<PathBuf> =
        entries?.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// The CSV files below a folder, in the order of their names; none if there is no such folder.
fn files(below: &Path) -> Result<Vec<PathBuf>, Failed> {
    if !below.exists() {
        return Ok(Vec::new());
    }
    let entries: Result<Vec<_>, _> = walkdir::WalkDir::new(below).sort_by_file_name().into_iter().collect();
    let paths = entries?.into_iter().map(walkdir::DirEntry::into_path);
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "csv")).collect())
}

/// All values of a column of account ids in the files of a bill, with the zeros that numbers lose.
fn column(folder: &Path, name: &str) -> Result<Vec<String>, Failed> {
    let mut found = Vec::new();
    for path in files(&folder.join("report"))? {
        let mut reader = csv::Reader::from_path(path)?;
        let header = reader.headers()?.clone();
        let Some(at) = header.iter().position(|cell| cell.split(':').next() == Some(name)) else { continue };
        for record in reader.records() {
            found.push(format!("{:0>12}", &record?[at]));
        }
    }
    Ok(found)
}

fn vars(settings: &str) -> Option<&'static str> {
    SETTINGS.iter().find(|(name, _)| *name == settings).map(|(_, vars)| *vars)
}

fn all() -> Result<&'static [Bill], Failed> {
    BILLS.as_deref().map_err(|words| words.as_str().into())
}

/// Holds what came of a bill under some settings against what was expected.
fn look(bill: &Bill, section: &Section) -> Outcome {
    if let Some(refused) = &section.refused {
        let project = project(&bill.name, &[bill])?;
        let args = arguments("build", &section.settings);
        return harness::apportion(&project, &[&args, WITHOUT_UNIT_TESTS.as_slice()].concat())?.exits(1)?.says(refused);
    }
    let run = run(&section.settings)?;
    let wrong: Vec<String> =
        section.figures.iter().flat_map(|figures| differences(figures, &bill.payer, run)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let all = run.tables.get("account_costs").into_iter().flatten().filter(|row| is_of(row, &bill.payer));
    Err(format!("{}\n--- account_costs\n{}", wrong.join("\n"), all.map(expected::shown).collect::<String>()).into())
}

/// What is not as the line of an `expected.txt` says. A misspelt column would be empty in every row, so it is refused.
fn differences(figures: &Figures, payer: &str, run: &Run) -> Vec<String> {
    let table = &figures.table;
    let (Some(rows), Some(columns)) = (run.tables.get(table), run.columns.get(table)) else {
        return vec![format!("there is no table `{table}`")];
    };
    if let Some(column) = figures.columns().find(|column| !columns.contains(*column)) {
        return vec![format!("`{table}` has no texts in `{column}`")];
    }
    let rows: Vec<&Row> = rows.iter().filter(|row| is_of(row, payer) && figures.is_about(row)).collect();
    figures.differences(&rows)
}

fn is_of(row: &Row, payer: &str) -> bool {
    row.texts.get("payer_account_id").is_some_and(|of| of == payer)
}

/// The run of all bills under these settings.
fn run(settings: &str) -> Result<&'static Run, Failed> {
    let run = RUNS.get(settings).ok_or("settings without a run")?;
    run.get_or_init(|| run_all(settings).map_err(words)).as_ref().map_err(|words| words.as_str().into())
}

fn run_all(settings: &str) -> Result<Run, Failed> {
    let meant = |section: &Section| section.settings == settings && section.refused.is_none();
    let bills: Vec<&Bill> = all()?.iter().filter(|bill| bill.expected.sections.iter().any(meant)).collect();
    let project = project(settings, &bills)?;
    harness::apportion(&project, &arguments("run", settings))?.exits(0)?;
    let output = project.join("data/out");
    let (tables, columns) = (published::rows(&output)?, published::text_columns(&output)?);
    Ok(Run { project, tables, columns })
}

fn arguments(command: &'static str, settings: &str) -> Vec<&'static str> {
    vec![command, "--source", "report", "--vars", vars(settings).unwrap_or("{}")]
}

/// A copy of the shipped project with the report and the seeds of these bills.
fn project(name: &str, bills: &[&Bill]) -> Result<PathBuf, Failed> {
    let project = harness::shipped_project(&format!("bills-{}", name.replace("::", "-")))?;
    for bill in bills {
        let below = bill.name.replace("::", "/");
        let target = project.join("report").join(below);
        std::fs::create_dir_all(&target)?;
        harness::copy(&bill.folder.join("report"), &target)?;
    }
    report::make(&project.join("report"))?;
    seeds(&project, bills)?;
    Ok(project)
}

/// Writes the rows of the bills' own seeds to those of the project, in its columns. What a bill does not say is empty,
/// but for the day from which a row holds. The shipped registry knows none of the accounts, and is left out, as are the
/// price plans of its groups.
fn seeds(project: &Path, bills: &[&Bill]) -> Outcome {
    for seed in [REGISTRY, PLANS] {
        harness::empty_seed(&project.join(seed))?;
    }
    for bill in bills {
        for path in files(&bill.folder.join("seeds"))? {
            let name = path.file_name().ok_or("a seed without a name")?;
            append(&path, &project.join("data/seeds").join(name))
                .map_err(|failed| Failed::from(format!("{}: seed {}: {}", bill.name, name.display(), words(failed))))?;
        }
    }
    Ok(())
}

fn append(rows: &Path, seed: &Path) -> Outcome {
    let rows = csv::Reader::from_path(rows)?.into_deserialize::<BTreeMap<String, String>>();
    let rows = rows.map(|row| row.map_err(Failed::from));
    harness::append_seed(seed, rows, &[("valid_from", "2012-01-01")])
}

/// Bills that shared a payer or an account could make up for each other's faults.
fn payers_are_apart() -> Outcome {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for bill in all()? {
        let mut ids = column(&bill.folder, "line_item_usage_account_id")?;
        ids.push(bill.payer.clone());
        for id in ids {
            let other = seen.entry(id.clone()).or_insert(&bill.name);
            if *other != bill.name {
                return Err(format!("{id} is in {} and in {other}", bill.name).into());
            }
        }
    }
    Ok(())
}

/// Every data test of the shipped project holds over what came of all bills under the settings it ships with.
fn data_tests_hold() -> Outcome {
    let run = run("shipped")?;
    let args = arguments("test", "shipped");
    harness::apportion(&run.project, &[&args, WITHOUT_UNIT_TESTS.as_slice()].concat())?.exits(0)?;
    Ok(())
}
