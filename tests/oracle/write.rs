//! Months as a report and seeds in a copy of the shipped project: every month is a payer.

use std::path::Path;

use libtest_mimic::Failed;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::Value;

use super::month::{Line, Month, PERIOD};
use crate::harness::{self, Outcome};
use crate::report;

/// A column of the report: its name and its type in `models/sources.yml`.
type Column = (String, String);

/// Lays the seeds of the tests over those of `project`.
pub(crate) fn seeds(project: &Path) -> Outcome {
    harness::copy(&harness::repository().join("tests/oracle/seeds"), &project.join("data/seeds"))
}

/// Adds what the months know themselves to the seeds of `project`.
pub(crate) fn registry(project: &Path, months: &[&Month]) -> Outcome {
    let mut accounts = csv::Writer::from_path(project.join("data/seeds/accounts.csv"))?;
    accounts.write_record([
        "account_id",
        "name",
        "group",
        "email",
        "priority",
        "shares",
        "valid_from",
        "valid_until",
    ])?;
    for row in months.iter().flat_map(|month| &month.registry) {
        accounts.serialize((
            &row.account_id,
            &row.account_id,
            &row.group,
            "",
            row.priority,
            row.shares,
            "2026-01-01",
            "",
        ))?;
    }
    accounts.flush()?;
    let mut rules = appending(&project.join("data/seeds/shared_charge_rules.csv"))?;
    for rule in months.iter().flat_map(|month| &month.charge_rules) {
        rules.serialize((rule, "2026-01-01", "", "drawn"))?;
    }
    rules.flush()?;
    let mut shares = appending(&project.join("data/seeds/shared_charge_shares.csv"))?;
    for share in months.iter().flat_map(|month| &month.charge_shares) {
        shares.serialize((share, "2026-01-01", "", "drawn"))?;
    }
    Ok(shares.flush()?)
}

fn appending(path: &Path) -> Result<csv::Writer<std::fs::File>, Failed> {
    let file = std::fs::OpenOptions::new().append(true).open(path)?;
    Ok(csv::WriterBuilder::new().has_headers(false).from_writer(file))
}

/// Writes the report of all months into `folder`, as three files that differ as those of AWS may: in the order of
/// rows, in the types of columns, and in the name of the region.
pub(crate) fn report(folder: &Path, months: &[&Month]) -> Outcome {
    let columns = columns()?;
    let mut rows: Vec<(&str, &Line)> =
        months.iter().flat_map(|month| month.lines.iter().map(|line| (month.payer.as_str(), line))).collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(7));
    let folder = folder.join(format!("BILLING_PERIOD={PERIOD}"));
    std::fs::create_dir_all(&folder)?;
    for (number, part) in rows.chunks(rows.len().div_ceil(3).max(1)).enumerate() {
        let path = folder.join(format!("part-{number}.csv"));
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_path(path)?;
        writer.write_record(columns.iter().map(|(name, kind)| header(number, name, kind)))?;
        for row in part {
            writer.serialize(row)?;
        }
        writer.flush()?;
    }
    report::make(&folder)
}

fn header(file: usize, name: &str, kind: &str) -> String {
    let kind = match (kind, file) {
        ("string", 1) => "dictionary",
        ("timestamp", 1) => "timestamp_us",
        ("timestamp", _) => "timestamp_ms",
        ("decimal(28,10)", 2) => "string",
        ("decimal(28,10)", _) => "decimal(28 10)",
        (other, _) => other,
    };
    let name = if file == 1 && name == "product_region" { "product_region_code" } else { name };
    format!("{name}:{kind}")
}

/// The payer and the fields of [`Line`], in its order, with their types.
fn columns() -> Result<Vec<Column>, Failed> {
    let declared = declared()?;
    let Value::Object(fields) = serde_json::to_value(Line::default())? else { return Err("a line is no map".into()) };
    let drawn: Vec<String> =
        std::iter::once("bill_payer_account_id".to_owned()).chain(fields.keys().cloned()).collect();
    if let Some((name, _)) = declared.iter().find(|(name, _)| name != "billing_period" && !drawn.contains(name)) {
        return Err(format!("models/sources.yml has `{name}`, which no random line has").into());
    }
    let of = |name: String| {
        let found = declared.iter().find(|(declared, _)| *declared == name);
        found.cloned().ok_or_else(|| Failed::from(format!("models/sources.yml has no `{name}`")))
    };
    drawn.into_iter().map(of).collect()
}

/// The columns that `models/sources.yml` declares.
fn declared() -> Result<Vec<Column>, Failed> {
    #[derive(serde::Deserialize, Serialize)]
    struct Named {
        name: String,
        data_type: String,
    }
    let text = std::fs::read_to_string(harness::repository().join("models/sources.yml"))?;
    let document: Value = serde_yaml::from_str(&text)?;
    let columns: Vec<Named> = serde_json::from_value(document["sources"][0]["tables"][0]["columns"].clone())?;
    Ok(columns.into_iter().map(|column| (column.name, column.data_type)).collect())
}
