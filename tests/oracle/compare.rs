//! The models' cells against the oracle's: what may differ by rounding, and what may not.
//!
//! Exact, to the last digit: base cost everywhere, usage of tiers, and real cost summed over a payer's currency and
//! over a tier group.
//!
//! All else is a sum of shares. A share is off by at most 0.000000001 (§4); a value sums at most one share of each
//! kind (own use, borrowed, on demand, ...) of every line, and of every line of a fee. Where a share of units is
//! priced, its error is multiplied by the price of a unit. So the bound is 0.000000001 * lines * the dearest unit,
//! units being normalised by 1/4 at the least.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::cells::{Cell, Cells};
use super::month::{Decimal, Exact, Line, Month};

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
pub(crate) fn differences(month: &Month, expected: &Cells, found: &Cells) -> Vec<Difference> {
    let zero = Exact::from_integer(0.into());
    let bound = bound(month);
    let cells: BTreeSet<&Cell> = expected.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for cell in cells {
        let (expected, found) = (expected.get(cell).unwrap_or(&zero), found.get(cell).unwrap_or(&zero));
        let off = if expected > found { expected - found } else { found - expected };
        let allowed = if is_exact(cell) { &zero } else { &bound };
        if off > *allowed {
            differences.push(Difference { cell: cell.clone(), expected: expected.clone(), found: found.clone() });
        }
    }
    differences
}

fn is_exact(cell: &Cell) -> bool {
    cell.table == "totals" || cell.column == "base_cost" || (cell.table == "tier_benefits" && cell.column == "usage")
}

fn bound(month: &Month) -> Exact {
    let one = Exact::from_integer(1.into());
    let dearest =
        month.lines.iter().flat_map(unit_prices).fold(one, |most, price| if price > most { price } else { most });
    let lines = Exact::from_integer(month.lines.len().into());
    Exact::new(4.into(), 1_000_000_000.into()) * lines * dearest
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
