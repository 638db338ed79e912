//! Answers as cells, so that the oracle's and the models' can be held side by side: one number for each value of a
//! result table, by table, row and column.

use std::collections::BTreeMap;

use super::month::{Answer, Exact, Month};

/// Which value: `account_costs`, `USD m00001-0 AmazonEC2 on_demand`, `real_cost`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// Result table, or what is summed from one.
    pub(crate) table: &'static str,
    /// Key of the row.
    pub(crate) row: String,
    /// Column of the table.
    pub(crate) column: &'static str,
}

/// Values by cell; a cell that is absent is 0.
pub(crate) type Cells = BTreeMap<Cell, Exact>;

/// Adds to the value of a cell.
pub(crate) fn add(cells: &mut Cells, table: &'static str, row: &str, column: &'static str, value: &Exact) {
    let cell = Cell { table, row: row.to_owned(), column };
    let sum = cells.entry(cell).or_insert_with(|| Exact::from_integer(0.into()));
    *sum += value;
}

/// The oracle's answer.
pub(crate) fn of_answer(month: &Month, answer: &Answer) -> Cells {
    let mut cells = Cells::new();
    let mut put = |table, row: &str, values: &[(&'static str, &Exact)]| {
        for (column, value) in values {
            add(&mut cells, table, row, column, value);
        }
    };
    for (key, cost) in &answer.account_costs {
        let row = format!("{} {} {} {}", key.currency, key.account, key.service, key.category);
        put("account_costs", &row, &[("base_cost", &cost.base), ("real_cost", &cost.real)]);
        put("totals", &key.currency, &[("base_cost", &cost.base), ("real_cost", &cost.real)]);
    }
    for (line, answered) in month.lines.iter().zip(&answer.lines) {
        if let Some(answered) = answered {
            let id = line.identity_line_item_id.as_deref().unwrap_or_default();
            let row = format!("{id} {} {}", answered.category, answered.allocation_key.as_deref().unwrap_or("-"));
            put("line_item_costs", &row, &[("base_cost", &answered.cost.base), ("real_cost", &answered.cost.real)]);
        }
    }
    for (key, used) in &answer.commitment_usage {
        let row = format!("{} {} {}", key.owner, key.pool, key.kind);
        let units = [("capacity", &used.capacity), ("own_use", &used.own_use), ("lent", &used.lent)];
        put("commitment_usage", &row, &units);
        put("commitment_usage", &row, &[("leaked", &used.leaked), ("unused", &used.unused), ("cost", &used.cost)]);
    }
    for (key, part) in &answer.tier_benefits {
        let row = format!("{} {}", key.group, key.account);
        put("tier_benefits", &row, &[("usage", &part.usage), ("free_usage", &part.free_usage)]);
        put("tier_benefits", &row, &[("standalone_cost", &part.standalone_cost), ("base_cost", &part.cost.base)]);
        put("tier_benefits", &row, &[("real_cost", &part.cost.real)]);
        put("totals", &key.group, &[("base_cost", &part.cost.base), ("real_cost", &part.cost.real)]);
    }
    for (key, transfer) in answer.transfers.iter().filter(|(key, _)| key.kind != "margin") {
        let row = format!("{} {} {} {} {}", key.day, key.pool, key.circle, key.account, key.kind);
        put("transfers", &row, &[("units", &transfer.units), ("amount", &transfer.amount)]);
    }
    for (key, leaked) in &answer.leakage {
        let row = format!("{} {} {} {}", key.pool, key.lender, key.lender_group, key.borrower_group);
        put("leakage", &row, &[("units", &leaked.units), ("on_demand_cost", &leaked.on_demand_cost)]);
        put("leakage", &row, &[("effective_cost", &leaked.effective_cost)]);
    }
    cells
}
