//! Answers as cells, so that the oracle's and the models' can be held side by side: one number for each value of a
//! result table, by table, row and column.

use std::collections::BTreeMap;

use super::month::{Answer, Exact, LineAnswer, Month};

/// Which value: `account_costs`, `USD 000000000001 AmazonEC2 on_demand`, `real_cost`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// Result table, or what is summed from one.
    pub(crate) table: &'static str,
    /// Key of the row.
    pub(crate) row: String,
    /// Column of the table.
    pub(crate) column: &'static str,
    /// Pool, tier group or else account that the row is about, by which its rounding is bounded.
    pub(crate) scope: String,
}

/// Values by cell; a cell that is absent is 0.
pub(crate) type Cells = BTreeMap<Cell, Exact>;

/// A row of a table: its name, the words of its key, and what its rounding is bounded by.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) table: &'static str,
    pub(crate) key: Vec<&'a str>,
    pub(crate) scope: &'a str,
}

impl Row<'_> {
    /// Adds to the value of a column.
    pub(crate) fn add(&self, cells: &mut Cells, column: &'static str, value: &Exact) {
        let words: Vec<&str> = self.key.iter().map(|word| if word.is_empty() { "-" } else { word }).collect();
        let (table, row, scope) = (self.table, words.join(" "), self.scope.to_owned());
        let sum = cells.entry(Cell { table, row, column, scope }).or_insert_with(|| Exact::from_integer(0.into()));
        *sum += value;
    }

    fn put(&self, cells: &mut Cells, values: &[(&'static str, &Exact)]) {
        for (column, value) in values {
            self.add(cells, column, value);
        }
    }
}

/// The first part of a line, as it was billed, or a further one.
pub(crate) fn part_word(is_first: bool) -> &'static str {
    if is_first { "billed" } else { "became" }
}

/// The oracle's answer.
pub(crate) fn of_answer(month: &Month, answer: &Answer) -> Cells {
    let mut cells = Cells::new();
    for (key, cost) in &answer.account_costs {
        let words = vec![key.currency.as_str(), &key.account, &key.service, &key.category];
        let values = [("base_cost", &cost.base), ("real_cost", &cost.real)];
        Row { table: "account_costs", key: words, scope: &key.account }.put(&mut cells, &values);
        Row { table: "totals", key: vec![&key.currency], scope: "" }.put(&mut cells, &values);
    }
    for (line, answered) in month.lines.iter().zip(&answer.lines) {
        if let Some(answered) = answered {
            of_line(&mut cells, line.identity_line_item_id.as_deref().unwrap_or_default(), answered);
        }
    }
    of_pools(&mut cells, answer);
    for (key, part) in &answer.tier_benefits {
        let words = vec![key.currency.as_str(), &key.group, &key.account];
        let costs = [("base_cost", &part.cost.base), ("real_cost", &part.cost.real)];
        let row = Row { table: "tier_benefits", key: words, scope: &key.group };
        row.put(&mut cells, &[("usage_amount", &part.usage), ("free_usage", &part.free_usage)]);
        row.put(&mut cells, &[("standalone_cost", &part.standalone_cost)]);
        row.put(&mut cells, &costs);
        Row { table: "totals", key: vec![&key.currency, &key.group], scope: "" }.put(&mut cells, &costs);
    }
    for (key, charged) in &answer.customer_charges {
        let words = vec![key.currency.as_str(), &key.account, &key.service, &key.plan];
        let row = Row { table: "customer_charges", key: words, scope: &key.account };
        row.put(&mut cells, &[("base_cost", &charged.cost.base), ("real_cost", &charged.cost.real)]);
        row.put(&mut cells, &[("price", &charged.price), ("custom_charges", &charged.custom_charges)]);
        row.put(&mut cells, &[("customer_cost", &charged.customer_cost), ("difference", &charged.difference)]);
        row.put(&mut cells, &[("tax", &charged.tax), ("invoice_amount", &charged.invoice_amount)]);
    }
    cells
}

/// A line: how many rows it has as billed, and what it became.
fn of_line(cells: &mut Cells, id: &str, line: &LineAnswer) {
    let word = |name: &Option<String>| name.clone().unwrap_or_default();
    let (pool, group, rule) = (word(&line.pool), word(&line.tier_group), word(&line.rule));
    let scope = if pool.is_empty() { group.clone() } else { pool.clone() };
    for (number, part) in line.parts.iter().enumerate() {
        let key = vec![id, part_word(number == 0), &part.category, &pool, &group, &rule];
        let row = Row { table: "line_item_costs", key, scope: &scope };
        row.put(cells, &[("units", &part.units), ("real_cost", &part.real)]);
        if number == 0 {
            row.put(cells, &[("base_cost", &line.cost.base), ("rows", &Exact::from_integer(1.into()))]);
        }
    }
}

/// Use of commitments, transfers, pairs and leakage.
fn of_pools(cells: &mut Cells, answer: &Answer) {
    for (key, used) in &answer.commitment_usage {
        let words = vec![key.currency.as_str(), &key.owner, &key.pool, &key.kind, &used.unit];
        let row = Row { table: "commitment_usage", key: words, scope: &key.pool };
        row.put(cells, &[("capacity", &used.capacity), ("own_use", &used.own_use), ("lent", &used.lent)]);
        row.put(cells, &[("leaked", &used.leaked), ("unused", &used.unused), ("cost", &used.cost)]);
    }
    for (key, transfer) in &answer.transfers {
        let words = vec![key.currency.as_str(), &key.day, &key.pool, &key.circle, &key.account, &key.kind];
        let row = Row { table: "transfers", key: words, scope: &key.pool };
        row.put(cells, &[("amount", &transfer.amount)]);
        if key.kind != "margin" {
            row.put(cells, &[("units", &transfer.units)]);
        }
    }
    for (key, pair) in &answer.transfer_pairs {
        let words = vec![key.currency.as_str(), &key.day, &key.pool, &key.circle, &key.lender, &key.borrower];
        let row = Row { table: "transfer_pairs", key: words, scope: &key.pool };
        row.put(cells, &[("units", &pair.units), ("paid", &pair.paid), ("credited", &pair.credited)]);
    }
    for (key, leaked) in &answer.leakage {
        let lender = [key.lender.as_str(), &key.lender_group];
        let borrower = [key.borrower.as_str(), &key.borrower_group];
        let words = [&[key.currency.as_str(), &key.pool, &key.unit][..], &lender, &borrower].concat();
        let row = Row { table: "leakage", key: words, scope: &key.pool };
        row.put(cells, &[("units", &leaked.units), ("on_demand_cost", &leaked.on_demand_cost)]);
        row.put(cells, &[("relief", &leaked.relief), ("effective_cost", &leaked.effective_cost)]);
    }
}
