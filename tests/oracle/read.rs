//! The published result tables as cells, by payer.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type};
use libtest_mimic::Failed;

use super::cells::{Cells, Row, part_word};
use super::month::{Decimal, Exact, PERIOD};
use crate::{harness, published, rows};

/// Cells by payer.
pub(crate) type Published = BTreeMap<String, Cells>;

/// A result table: its name, the columns of a row's key, the column by which rounding is bounded, and those of numbers.
type Layout = (&'static str, &'static [&'static str], &'static str, &'static [&'static str]);

/// What the models say where the specification knows no rule.
const NO_RULE: &[&str] = &["no_pool_no_tier", "no_open_slot", "no_rule"];

const COSTS: &[&str] = &["base_cost", "real_cost"];

/// The result tables, in the words of `cells`.
const LAYOUTS: &[Layout] = &[
    ("account_costs", &["currency_code", "account_id", "service_code", "category"], "account_id", COSTS),
    (
        "line_item_costs",
        &["line_item_id", "part", "category", "pool_key", "tier_group", "rule"],
        "pool_key",
        &["units", "base_cost", "real_cost"],
    ),
    (
        "commitment_usage",
        &["currency_code", "owner_account_id", "pool_key", "kind", "unit"],
        "pool_key",
        &["capacity", "own_use", "lent", "leaked", "unused", "cost"],
    ),
    (
        "tier_benefits",
        &["currency_code", "tier_group", "account_id"],
        "tier_group",
        &["usage_amount", "free_usage", "standalone_cost", "base_cost", "real_cost"],
    ),
    (
        "transfers",
        &["currency_code", "usage_date", "pool_key", "circle", "account_id", "kind"],
        "pool_key",
        &["units", "amount"],
    ),
    (
        "transfer_pairs",
        &["currency_code", "usage_date", "pool_key", "circle", "lender_account_id", "borrower_account_id"],
        "pool_key",
        &["units", "paid", "credited"],
    ),
    (
        "leakage",
        &[
            "currency_code",
            "pool_key",
            "unit",
            "lender_account_id",
            "lender_group",
            "borrower_account_id",
            "borrower_group",
        ],
        "pool_key",
        &["units", "on_demand_cost", "relief", "effective_cost"],
    ),
    (
        "customer_charges",
        &["currency_code", "account_id", "service_code", "price_plan"],
        "account_id",
        &["base_cost", "real_cost", "price", "custom_charges", "customer_cost", "difference", "tax", "invoice_amount"],
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
    let (table, keys, scope, numbers) = *layout;
    let column = |name: &str| {
        let found: Option<&ArrayRef> = batch.column_by_name(name);
        found.ok_or_else(|| Failed::from(format!("`{table}` has no column `{name}`")))
    };
    let text = |name: &str| Ok::<StringArray, Failed>(cast(column(name)?, &DataType::Utf8)?.as_string::<i32>().clone());
    let payers = text("payer_account_id")?;
    let scopes = text(scope)?;
    let keys: Vec<StringArray> = keys.iter().map(|name| text(name)).collect::<Result<_, _>>()?;
    let mut values: Vec<(&'static str, Decimal128Array)> = Vec::new();
    for name in numbers {
        values.push((name, column(name)?.as_primitive::<Decimal128Type>().clone()));
    }
    for number in 0..batch.num_rows() {
        let cells = published.entry(payers.value(number).to_owned()).or_default();
        let words: Vec<&str> = keys.iter().map(|key| word(key, number)).collect();
        let of = |name: &str| values.iter().find(|(column, _)| *column == name).map(|(_, array)| exact(array, number));
        let mut row = Row { table, key: words, scope: word(&scopes, number) };
        match table {
            // Entries of the commitments' own are no line of the report; accounts have them.
            "line_item_costs" if row.key[0].is_empty() => continue,
            "line_item_costs" => {
                if row.key[3].is_empty() && row.key[4].is_empty() && NO_RULE.contains(&row.key[5]) {
                    row.key[5] = "";
                }
                row.scope = if row.scope.is_empty() { row.key[4] } else { row.scope };
                line(&mut row, cells);
            }
            "account_costs" => totals(cells, row.key[..1].to_vec(), &of),
            "tier_benefits" => totals(cells, row.key[..2].to_vec(), &of),
            _ => {}
        }
        for (name, array) in &values {
            let is_further = table == "line_item_costs" && *name == "base_cost" && row.key[1] != part_word(true);
            let is_margin = table == "transfers" && *name == "units" && row.key[5] == "margin";
            let value = exact(array, number);
            let is_nothing = is_further && value == Exact::default();
            if !is_nothing && !is_margin {
                row.add(cells, name, &value);
            }
        }
    }
    Ok(())
}

/// A cell of text; null is nothing.
fn word(column: &StringArray, number: usize) -> &str {
    if column.is_null(number) { "" } else { column.value(number) }
}

fn exact(column: &Decimal128Array, number: usize) -> Exact {
    if column.is_null(number) { Exact::default() } else { Decimal(column.value(number)).exact() }
}

/// A line's part 1 counts as a row of the report; which numbers further parts have is no matter.
fn line(row: &mut Row<'_>, cells: &mut Cells) {
    let is_first = row.key[1] == "1";
    row.key[1] = part_word(is_first);
    if is_first {
        row.add(cells, "rows", &Exact::from_integer(1.into()));
    }
}

/// Sums of costs, which hold to the last digit.
fn totals(cells: &mut Cells, key: Vec<&str>, of: &dyn Fn(&str) -> Option<Exact>) {
    let row = Row { table: "totals", key, scope: "" };
    for name in COSTS {
        row.add(cells, name, &of(name).unwrap_or_default());
    }
}
