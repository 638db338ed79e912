//! The models' cells against the oracle's: what may differ by rounding, and what may not.
//!
//! Exact, to the last digit: base cost everywhere, usage of tiers, and real cost summed over a payer's currency and
//! over a tier group; but what a group pays where the margin account keeps the rest of it (`tiers.policy: keep`) is a
//! sum of shares.
//!
//! All else is a sum of shares. A share is off by at most 0.000000001 (§4); a value sums at most one share of each
//! kind (own use, borrowed, on demand, ...) of every line of its pool, since what an account takes over others give up.
//! Where a share of units is priced, its error is multiplied by the price of a unit. So the bound of a pool, or of a
//! tier group, is 0.000000004 * its lines * its dearest unit, and that of an account the sum over the pools and groups
//! in which it uses or owns something. Shared charges are weighed by costs that are rounded already, so their bound
//! grows with what is shared; prices take a percentage and a currency rate of costs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::cells::{Cell, Cells};
use super::month::{Answer, Decimal, Exact, Line, LineAnswer, Month, Settings, TierPolicy};

/// A value that differs by more than rounding explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where.
    pub(crate) cell: Cell,
    /// What the specification gives.
    pub(crate) expected: Exact,
    /// What the models give.
    pub(crate) found: Exact,
}

/// All differences of a month, in the order of tables and rows.
pub(crate) fn differences(
    month: &Month,
    answer: &Answer,
    settings: &Settings,
    (expected, found): (&Cells, &Cells),
) -> Vec<Difference> {
    let zero = Exact::from_integer(0.into());
    let bounds = Bounds::of(month, answer, settings, expected);
    let cells: BTreeSet<&Cell> = expected.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for cell in cells.into_iter().filter(|cell| !answer.is_sampled || !is_sampled(cell)) {
        let (expected, found) = (expected.get(cell).unwrap_or(&zero), found.get(cell).unwrap_or(&zero));
        let off = if expected > found { expected - found } else { found - expected };
        if off > bounds.allowed(cell, settings) {
            differences.push(Difference { cell: cell.clone(), expected: expected.clone(), found: found.clone() });
        }
    }
    differences
}

/// What models sample where too many accounts share a tier group, and what rests on it.
fn is_sampled(cell: &Cell) -> bool {
    let is_of_tiers = ["tier_benefits", "customer_charges"].contains(&cell.table);
    let is_shared = cell.row.ends_with(" tiered") || cell.row.ends_with(" shared") || cell.row.contains(" tiered ");
    cell.column != "base_cost" && (is_of_tiers || (cell.table != "totals" && is_shared))
}

fn is_exact(cell: &Cell, tiers: TierPolicy) -> bool {
    let is_kept = tiers == TierPolicy::Keep && cell.row.contains('/');
    (cell.table == "totals" && !is_kept) || cell.column == "base_cost" || cell.column == "rows"
}

/// What a rule for shared charges gave an account.
fn is_shared(cell: &Cell) -> bool {
    cell.table == "account_costs" && cell.row.ends_with(" shared")
}

/// By how much values may be off.
struct Bounds {
    /// By pool and tier group.
    scopes: BTreeMap<String, Exact>,
    /// By account that uses or owns something in them.
    accounts: BTreeMap<String, Exact>,
    /// Of all together.
    all: Exact,
    /// All that was shared, at least 1: its weights are rounded costs themselves.
    shared: Exact,
}

impl Bounds {
    fn of(month: &Month, answer: &Answer, settings: &Settings, expected: &Cells) -> Self {
        let one = || Exact::from_integer(1.into());
        let mut found: BTreeMap<&str, (Exact, Exact)> = BTreeMap::new();
        let mut users: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (line, answered) in month.lines.iter().zip(&answer.lines) {
            let Some((scope, answered)) = answered.as_ref().and_then(|one| Some((scope(one)?, one))) else { continue };
            let (lines, dearest) = found.entry(scope).or_insert_with(|| (Exact::default(), one()));
            *lines += one();
            for price in unit_prices(line, answered) {
                if price > *dearest {
                    *dearest = price;
                }
            }
            users.insert((line.line_item_usage_account_id.as_deref().unwrap_or(&month.payer), scope));
        }
        let owners = answer.commitment_usage.keys().map(|key| (key.owner.as_str(), key.pool.as_str()));
        users.extend(owners);
        let digit = Exact::new(4.into(), 1_000_000_000.into());
        let bound = |(lines, dearest): &(Exact, Exact)| &digit * lines * dearest;
        let scopes: BTreeMap<String, Exact> =
            found.iter().map(|(scope, of)| ((*scope).to_owned(), bound(of))).collect();
        let mut accounts: BTreeMap<String, Exact> = BTreeMap::new();
        for (account, scope) in users {
            *accounts.entry(account.to_owned()).or_default() += scopes.get(scope).cloned().unwrap_or_default();
        }
        let all: Exact = scopes.values().fold(digit.clone(), |sum, bound| sum + bound);
        // What neither lender nor borrower keeps comes from everywhere.
        accounts.insert(settings.margin_account.clone(), all.clone());
        Self { scopes, accounts, all, shared: shared_cost(expected) }
    }

    fn allowed(&self, cell: &Cell, settings: &Settings) -> Exact {
        let digit = Exact::new(4.into(), 1_000_000_000.into());
        let of_scope = self.scopes.get(&cell.scope).or_else(|| self.accounts.get(&cell.scope));
        let own = digit + of_scope.cloned().unwrap_or_default();
        match cell {
            exact if is_exact(exact, settings.tiers) => Exact::default(),
            shared if is_shared(shared) => &self.all * &self.shared,
            priced if priced.table == "customer_charges" => {
                Exact::from_integer(10.into()) * (own + &self.all * &self.shared)
            }
            totals if totals.table == "totals" => self.all.clone(),
            _ => own,
        }
    }
}

fn scope(line: &LineAnswer) -> Option<&str> {
    line.pool.as_deref().or(line.tier_group.as_deref())
}

fn shared_cost(cells: &Cells) -> Exact {
    let mut sum = Exact::from_integer(1.into());
    for (_, value) in cells.iter().filter(|(cell, _)| is_shared(cell)) {
        let zero = Exact::from_integer(0.into());
        sum = if *value > zero { sum + value } else { sum - value };
    }
    sum
}

/// What a unit of the line may cost in its pool or tier group.
fn unit_prices(line: &Line, answered: &LineAnswer) -> Vec<Exact> {
    let costs = [
        Some(line.line_item_unblended_cost),
        line.line_item_net_unblended_cost,
        line.pricing_public_on_demand_cost,
        line.reservation_effective_cost,
        line.savings_plan_savings_plan_effective_cost,
    ];
    let in_pool: Exact = answered.parts.iter().fold(Exact::default(), |sum, part| sum + &part.units);
    let usage = line.line_item_usage_amount.map(Decimal::exact).unwrap_or_default();
    let mut prices = Vec::new();
    for cost in costs.into_iter().flatten() {
        for units in [&in_pool, &usage].into_iter().filter(|units| **units > Exact::default()) {
            prices.push(Exact::new(cost.0.abs().into(), Decimal::ONE.into()) / units);
        }
    }
    prices
}

/// The differences as a table for people, at most `most` of them.
pub(crate) fn told(differences: &[Difference], most: usize) -> String {
    let mut text = String::new();
    for difference in differences.iter().take(most) {
        let Cell { table, row, column, .. } = &difference.cell;
        let (expected, found) = (rounded(&difference.expected), rounded(&difference.found));
        let _ = writeln!(text, "  {table}.{column} [{row}]: specification {expected}, models {found}");
    }
    if differences.len() > most {
        let _ = writeln!(text, "  and {} more", differences.len() - most);
    }
    text
}

/// To 12 digits, which tells a difference in the last of ours.
fn rounded(value: &Exact) -> String {
    let digits = Exact::from_integer(1_000_000_000_000_i64.into());
    let scaled = (value * &digits).round().to_integer();
    match i128::try_from(scaled) {
        Ok(scaled) => format!("{}{:02}", Decimal(scaled / 100), scaled.abs() % 100),
        Err(_) => value.to_string(),
    }
}
