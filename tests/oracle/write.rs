//! Months as a report and seeds in a copy of the shipped project: every month is a payer.

use std::collections::BTreeMap;
use std::path::Path;

use libtest_mimic::Failed;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use serde_json::Value;

use super::draw::names;
use super::month::{Line, Month, PERIOD};
use crate::harness::{self, Outcome};
use crate::report;

/// A column of the report: its name and its type in `models/sources.yml`.
type Column = (String, String);

/// Columns that describe, or that stand for another, and decide nothing: no random line has them.
const DESCRIPTIVE: &[&str] = &[
    "billing_period",
    "bill_billing_period_start_date",
    "bill_payer_account_name",
    "line_item_usage_account_name",
    "pricing_lease_contract_length",
    "pricing_offering_class",
    "pricing_purchase_option",
    "pricing_rate_code",
    "pricing_rate_id",
    "pricing_term",
    "pricing_unit",
    "product_product_name",
    "reservation_end_time",
    "reservation_net_amortized_upfront_cost_for_usage",
    "reservation_number_of_reservations",
    "reservation_start_time",
    "reservation_units_per_reservation",
    "savings_plan_end_time",
    "savings_plan_payment_option",
    "savings_plan_purchase_term",
    "savings_plan_start_time",
    "resource_tags",
];

/// Lays the seeds of the tests over those of `project`, and further circles where they are asked for.
pub(crate) fn seeds(project: &Path, circles: Option<&str>) -> Outcome {
    harness::copy(&harness::repository().join("tests/oracle/seeds"), &project.join("data/seeds"))?;
    match circles {
        Some(rows) => Ok(std::fs::write(project.join("data/seeds/sharing_circles.csv"), rows)?),
        None => Ok(()),
    }
}

/// Adds what the months know themselves to the seeds of `project`.
pub(crate) fn registry(project: &Path, months: &[&Month]) -> Outcome {
    let mut accounts = Vec::new();
    for row in months.iter().flat_map(|month| &month.registry) {
        accounts.extend(registered(object(row)?));
    }
    let accounts = accounts.into_iter().map(Ok);
    fill(project, "account_registry", Above::Header, accounts)?;
    let of_all = |rows: &dyn Fn(&Month) -> Vec<Result<Cells, Failed>>| -> Vec<Result<Cells, Failed>> {
        months.iter().flat_map(|month| rows(month)).collect()
    };
    let owners = of_all(&|month| objects(&month.commitment_owners));
    let owners = owners.into_iter().map(|row| row.map(owner));
    fill(project, "commitment_owners", Above::Header, owners)?;
    fill(project, "shared_charge_rules", Above::Shipped, of_all(&|month| objects(&month.charge_rules)))?;
    fill(project, "shared_charge_parts", Above::Shipped, of_all(&|month| objects(&month.charge_parts)))?;
    fill(project, "shared_charge_shares", Above::Shipped, of_all(&|month| objects(&month.charge_shares)))?;
    fill(project, "price_plans", Above::Shipped, of_all(&|month| objects(&month.price_plans)))?;
    fill(project, "price_rules", Above::Shipped, of_all(&|month| objects(&month.price_rules)))?;
    let list_values = of_all(&|month| of_payer(month, objects(&month.list_values)));
    fill(project, "reservation_list_values", Above::Header, list_values)?;
    fill(project, "custom_line_items", Above::Header, of_all(&|month| of_payer(month, objects(&month.custom_items))))
}

/// A row by column name; what is null is left out.
type Cells = BTreeMap<String, String>;

/// Below what the drawn rows of a seed stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Header,
    Shipped,
}

fn objects<T: Serialize>(rows: &[T]) -> Vec<Result<Cells, Failed>> {
    rows.iter().map(object).collect()
}

fn object<T: Serialize>(row: &T) -> Result<Cells, Failed> {
    let Value::Object(fields) = serde_json::to_value(row)? else { return Err("a row is no map".into()) };
    Ok(fields.into_iter().filter_map(|(name, value)| Some((name, text(&value)?))).collect())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn of_payer(month: &Month, rows: Vec<Result<Cells, Failed>>) -> Vec<Result<Cells, Failed>> {
    let with_payer = |mut row: Cells| {
        row.insert("payer_account_id".to_owned(), month.payer.clone());
        row
    };
    rows.into_iter().map(|row| row.map(with_payer)).collect()
}

/// An owner's row, in the words of its seed.
fn owner(mut row: Cells) -> Cells {
    let account = row.remove("account_id");
    row.extend(account.map(|account| ("owner_account_id".to_owned(), account)));
    row
}

/// An account's row; of every fifth, that of its time in another group, too, which no more holds on the last day.
fn registered(row: Cells) -> Vec<Cells> {
    let dated = |mut row: Cells, column: &str, day: &str| {
        row.insert(column.to_owned(), day.to_owned());
        row
    };
    let account = row.get("account_id").cloned().unwrap_or_default();
    let row = dated(row, "name", &account);
    if !account.ends_with(['0', '5']) {
        return vec![row];
    }
    let before = dated(dated(row.clone(), "group", "before"), "valid_until", "2026-03-20");
    vec![before, dated(row, "valid_from", "2026-03-20")]
}

/// Writes rows into a seed, under the columns that it has.
fn fill(project: &Path, seed: &str, above: Above, rows: impl IntoIterator<Item = Result<Cells, Failed>>) -> Outcome {
    let path = project.join(format!("data/seeds/{seed}.csv"));
    if above == Above::Header {
        harness::empty_seed(&path)?;
    }
    harness::append_seed(&path, rows, &[("valid_from", "2026-01-01"), ("source", "drawn")])
}

/// How AWS lays a report out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A column for everything.
    Legacy,
    /// CUR 2.0, which keeps some of it in maps.
    Maps,
}

/// Writes the report of all months into `folder`: those of every third payer as CUR 2.0, those of the others in the
/// legacy layout, each as two files that differ as those of AWS may: in the order of rows, in the types of columns, and
/// in the name of the region.
pub(crate) fn report(folder: &Path, months: &[&Month]) -> Outcome {
    let columns = columns()?;
    for (layout, name) in [(Layout::Legacy, "legacy"), (Layout::Maps, "cur2")] {
        let mut rows: Vec<(&str, &Line)> = months
            .iter()
            .filter(|month| (layout == Layout::Maps) == is_in_maps(month))
            .flat_map(|month| month.lines.iter().map(|line| (month.payer.as_str(), line)))
            .collect();
        if rows.is_empty() {
            continue;
        }
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(7));
        let folder = folder.join(name).join(format!("BILLING_PERIOD={PERIOD}"));
        std::fs::create_dir_all(&folder)?;
        for (number, part) in rows.chunks(rows.len().div_ceil(2).max(1)).enumerate() {
            let path = folder.join(format!("part-{number}.csv"));
            let mut writer = csv::Writer::from_path(path)?;
            let headers = columns.iter().map(|(name, kind)| header(layout, number, name, kind));
            writer.write_record(headers.chain(extra(layout).iter().map(|(header, _)| (*header).to_owned())))?;
            for (payer, line) in part {
                writer.write_record(cells(layout, number, &columns, payer, line)?)?;
            }
            writer.flush()?;
        }
        report::make(&folder)?;
    }
    Ok(())
}

fn is_in_maps(month: &Month) -> bool {
    let number = names::month_of(&month.payer).and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number % 3 == 2)
}

/// Columns that no model reads, with what stands in them.
fn extra(layout: Layout) -> &'static [(&'static str, &'static str)] {
    match layout {
        Layout::Legacy => &[("product_instance_type:string", "m5.large")],
        Layout::Maps => &[("resource_tags:map", "user_team=web"), ("discount:map", "")],
    }
}

/// Whether the region is a key of the map `product`.
fn is_region_in_map(layout: Layout, file: usize) -> bool {
    layout == Layout::Maps && file == 1
}

fn header(layout: Layout, file: usize, name: &str, kind: &str) -> String {
    if name == "product_region" && is_region_in_map(layout, file) {
        return "product:map".to_owned();
    }
    let kind = match (kind, layout, file) {
        ("string", Layout::Legacy, 1) => "dictionary",
        ("timestamp", Layout::Legacy, 1) => "timestamp_us",
        ("timestamp", _, _) => "timestamp_ms",
        ("decimal(28,10)", Layout::Maps, _) => "string",
        ("decimal(28,10)", _, _) => "decimal(28 10)",
        (other, _, _) => other,
    };
    let is_code = name == "product_region" && (layout == Layout::Maps || file == 1);
    let name = if is_code { "product_region_code" } else { name };
    format!("{name}:{kind}")
}

fn cells(layout: Layout, file: usize, columns: &[Column], payer: &str, line: &Line) -> Result<Vec<String>, Failed> {
    let line = object(line)?;
    let cell = |(name, _): &Column| match (name.as_str(), line.get(name)) {
        ("bill_payer_account_id", _) => payer.to_owned(),
        ("product_region", Some(region)) if is_region_in_map(layout, file) => {
            format!("region={region};servicecode={}", line["line_item_product_code"])
        }
        ("product_region", None) if is_region_in_map(layout, file) => "servicecode=any".to_owned(),
        (_, cell) => cell.cloned().unwrap_or_default(),
    };
    let more = extra(layout).iter().map(|(_, cell)| (*cell).to_owned());
    Ok(columns.iter().map(cell).chain(more).collect())
}

/// The payer and the fields of [`Line`], with their types.
fn columns() -> Result<Vec<Column>, Failed> {
    let declared = declared()?;
    let Value::Object(fields) = serde_json::to_value(Line::default())? else { return Err("a line is no map".into()) };
    let is_drawn = |name: &str| name == "bill_payer_account_id" || fields.contains_key(name);
    let unknown = declared.iter().find(|(name, _)| !is_drawn(name) && !DESCRIPTIVE.contains(&name.as_str()));
    if let Some((name, _)) = unknown {
        return Err(format!("models/sources.yml has `{name}`, which no random line has").into());
    }
    if let Some(name) = fields.keys().find(|name| !declared.iter().any(|(declared, _)| declared == *name)) {
        return Err(format!("models/sources.yml has no `{name}`").into());
    }
    Ok(declared.into_iter().filter(|(name, _)| is_drawn(name)).collect())
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
