//! The published result tables as cells, by the prefix of the payer's names.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type};
use libtest_mimic::Failed;

use super::cells::{Cells, add};
use super::month::{Decimal, PERIOD};
use crate::{harness, published, rows};

/// Cells by payer; a payer's prefix is its id up to and with the hyphen.
pub(crate) type Published = BTreeMap<String, Cells>;

/// A result table: its name, the column that tells the payer, the columns of a row's key, and those of numbers.
type Layout = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const COSTS: &[&str] = &["base_cost", "real_cost"];

/// Tables without a payer column are told apart by an account, since accounts of months differ. Margin rows of
/// `transfers` bear no account of theirs; `account_costs` has the payer's margin.
const LAYOUTS: &[Layout] = &[
    ("account_costs", "payer_account_id", &["currency_code", "account_id", "service_code", "category"], COSTS),
    ("line_item_costs", "payer_account_id", &["line_item_id", "category", "allocation_key"], COSTS),
    (
        "commitment_usage",
        "owner_account_id",
        &["owner_account_id", "pool_key", "kind"],
        &["capacity", "own_use", "lent", "leaked", "unused", "cost"],
    ),
    (
        "tier_benefits",
        "account_id",
        &["tier_group", "account_id"],
        &["usage", "free_usage", "standalone_cost", "base_cost", "real_cost"],
    ),
    ("transfers", "account_id", &["usage_date", "pool_key", "circle", "account_id", "kind"], &["units", "amount"]),
    (
        "leakage",
        "lender_account_id",
        &["pool_key", "lender_account_id", "lender_group", "borrower_group"],
        &["units", "on_demand_cost", "effective_cost"],
    ),
];

/// All result tables below `output`.
pub(crate) fn published(output: &Path) -> Result<Published, Failed> {
    let tables = published::tables(&harness::contents(output)?)?;
    let mut published = Published::new();
    for layout in LAYOUTS {
        let path = format!("{}/billing_period={PERIOD}", layout.0);
        let table = tables.get(&path).ok_or_else(|| format!("`{path}` is not published"))?;
        read(layout, &rows::parse(&table.bytes)?, &mut published)?;
    }
    Ok(published)
}

fn read(layout: &Layout, batch: &RecordBatch, published: &mut Published) -> Result<(), Failed> {
    let (table, payer, keys, numbers) = *layout;
    let column = |name: &str| {
        let found: Option<&ArrayRef> = batch.column_by_name(name);
        found.ok_or_else(|| Failed::from(format!("`{table}` has no column `{name}`")))
    };
    let text = |name: &str| Ok::<StringArray, Failed>(cast(column(name)?, &DataType::Utf8)?.as_string::<i32>().clone());
    let payers = text(payer)?;
    let keys: Vec<StringArray> = keys.iter().map(|name| text(name)).collect::<Result<_, _>>()?;
    let mut values: Vec<(&'static str, Decimal128Array)> = Vec::new();
    for name in numbers {
        values.push((name, column(name)?.as_primitive::<Decimal128Type>().clone()));
    }
    for row in 0..batch.num_rows() {
        let Some((payer, _)) = payers.value(row).split_once('-') else { continue };
        let cells = published.entry(format!("{payer}-")).or_default();
        let part = |key: &StringArray| if key.is_null(row) { "-".to_owned() } else { key.value(row).to_owned() };
        let key = keys.iter().map(part).collect::<Vec<_>>();
        // Entries of the commitments' own are no line of the report; accounts have them.
        if table == "line_item_costs" && keys[0].is_null(row) {
            continue;
        }
        let total = match table {
            "account_costs" | "tier_benefits" => Some(key[0].clone()),
            _ => None,
        };
        let key = key.join(" ");
        for (name, array) in &values {
            let value = Decimal(array.value(row)).exact();
            add(cells, table, &key, name, &value);
            if let Some(total) = total.as_ref().filter(|_| COSTS.contains(name)) {
                add(cells, "totals", total, name, &value);
            }
        }
    }
    Ok(())
}
