//! The models' cells against the oracle's: what may differ by rounding, and what may not.
//!
//! Exact, to the last digit: base cost everywhere, usage of tiers, and real cost summed over a payer's currency and
//! over a tier group; but what a group pays where the margin account keeps the rest of it (`tiers.policy: keep`) is a
//! sum of shares.
//!
//! All else is a sum of shares. A share is off by at most 0.000000001 (§4); a value sums at most one share of each
//! kind (own use, borrowed, on demand, ...) of every line, and of every line of a fee. Where a share of units is
//! priced, its error is multiplied by the price of a unit. So the bound is 0.000000001 * lines * the dearest unit,
//! units being normalised by 1/4 at the least. A plan's rate that the report does not have is a quotient of 10 digits,
//! which multiplies usage: there the bound grows with the largest usage. Shared
//! charges are weighed by costs that are rounded already, so their bound grows with what is shared.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::cells::{Cell, Cells};
use super::month::{Decimal, Exact, Line, Month, TierPolicy};

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
pub(crate) fn differences(month: &Month, tiers: TierPolicy, expected: &Cells, found: &Cells) -> Vec<Difference> {
    let zero = Exact::from_integer(0.into());
    let bound = bound(month);
    let weighed = shared_cost(expected);
    let cells: BTreeSet<&Cell> = expected.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for cell in cells {
        let (expected, found) = (expected.get(cell).unwrap_or(&zero), found.get(cell).unwrap_or(&zero));
        let off = if expected > found { expected - found } else { found - expected };
        let allowed = match cell {
            exact if is_exact(exact, tiers) => zero.clone(),
            shared if is_shared(shared) => &bound * &weighed,
            _ => bound.clone(),
        };
        if off > allowed {
            differences.push(Difference { cell: cell.clone(), expected: expected.clone(), found: found.clone() });
        }
    }
    differences
}

fn is_exact(cell: &Cell, tiers: TierPolicy) -> bool {
    let is_kept = tiers == TierPolicy::Keep && cell.row.contains('/');
    (cell.table == "totals" && !is_kept)
        || cell.column == "base_cost"
        || (cell.table == "tier_benefits" && cell.column == "usage")
}

/// What a rule for shared charges gave an account.
fn is_shared(cell: &Cell) -> bool {
    cell.table == "account_costs" && cell.row.ends_with(" shared")
}

/// All that was shared, at least 1: its weights are rounded costs themselves.
fn shared_cost(cells: &Cells) -> Exact {
    let mut sum = Exact::from_integer(1.into());
    for (_, value) in cells.iter().filter(|(cell, _)| is_shared(cell)) {
        let zero = Exact::from_integer(0.into());
        sum = if *value > zero { sum + value } else { sum - value };
    }
    sum
}

fn bound(month: &Month) -> Exact {
    let one = Exact::from_integer(1.into());
    let dearest =
        month.lines.iter().flat_map(unit_prices).fold(one, |most, price| if price > most { price } else { most });
    let lines = Exact::from_integer(month.lines.len().into());
    Exact::new(4.into(), 1_000_000_000.into()) * lines * dearest * largest_usage_of_quotients(month)
}

/// The largest usage of the month, where a plan's rate has to be computed; at least 1.
fn largest_usage_of_quotients(month: &Month) -> Exact {
    let is_quotient = |line: &Line| {
        line.line_item_line_item_type == "SavingsPlanCoveredUsage" && line.savings_plan_savings_plan_rate.is_none()
    };
    let largest = month.lines.iter().filter_map(|line| line.line_item_usage_amount).max().unwrap_or_default();
    let one = Decimal(Decimal::ONE);
    if month.lines.iter().any(is_quotient) { largest.max(one).exact() } else { one.exact() }
}

/// What a unit of the line may cost in its pool: by usage, or by plan commitment.
fn unit_prices(line: &Line) -> Vec<Exact> {
    let costs = [
        Some(line.line_item_unblended_cost),
        line.pricing_public_on_demand_cost,
        line.reservation_effective_cost,
        line.savings_plan_savings_plan_effective_cost,
    ];
    let units = [line.line_item_usage_amount, line.savings_plan_savings_plan_effective_cost];
    let mut prices = Vec::new();
    for cost in costs.into_iter().flatten() {
        for units in units.into_iter().flatten().filter(|units| units.0 > 0) {
            prices.push(Exact::new(cost.0.abs().into(), units.0.into()));
        }
    }
    prices
}

/// The differences as a table for people, at most `most` of them.
pub(crate) fn told(differences: &[Difference], most: usize) -> String {
    let mut text = String::new();
    for difference in differences.iter().take(most) {
        let Cell { table, row, column } = &difference.cell;
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
