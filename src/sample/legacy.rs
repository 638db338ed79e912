//! The legacy report's columns: one for every product attribute and tag; the set changes by month.

use super::columns::{CellSource, CurColumn, attribute, line_columns, pricing_columns};
use super::commitment_columns::{net_columns, plan_columns, reservation_columns};
use super::dictionary::ATTRIBUTES;

/// The columns of a period. Before discounts there are no net columns, and what is absent is an
/// empty text; after, absent texts of commitments are null, and there is a tag more.
pub(super) fn columns(has_net: bool) -> Vec<CurColumn> {
    let mut all = line_columns();
    let products = ATTRIBUTES.iter().filter_map(|name| attribute(&format!("product_{name}"), name));
    all.extend(products);
    all.extend(pricing_columns());
    all.extend(reservation_columns());
    all.extend(plan_columns());
    all.push(CurColumn::new("cost_category_team", CellSource::Text(|row| row.account.team)));
    all.push(CurColumn::new("resource_tags_user_application", CellSource::Text(|row| row.tag(2))));
    all.push(CurColumn::new("resource_tags_user_cost_center", CellSource::Text(|row| row.tag(0))));
    all.push(CurColumn::new("resource_tags_user_environment", CellSource::Text(|row| row.tag(1))));
    if has_net {
        all.push(CurColumn::new("resource_tags_user_team", CellSource::Text(|row| row.tag(3))));
        all.extend(net_columns());
        all.push(CurColumn::new("discount_edp_discount", CellSource::Number(|row| row.enterprise_discount())));
        all.push(CurColumn::new("discount_total_discount", CellSource::Number(|row| row.total_discount())));
    }
    for column in &mut all {
        let of_commitment =
            ["reservation_", "savings_plan_", "pricing_"].iter().any(|prefix| column.name.starts_with(prefix));
        column.is_null = has_net && of_commitment;
    }
    all
}
