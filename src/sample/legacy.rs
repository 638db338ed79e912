//! The legacy report's columns: one for every product attribute and tag; the set changes by month.

use super::attributes::Attribute;
use super::columns::{CellSource, CurColumn, columns, line_columns, pricing_columns};
use super::commitment_columns::{net_columns, plan_columns, reservation_columns};

/// What the columns that absent texts may make null begin with.
const OF_COMMITMENTS: [&str; 3] = ["reservation_", "savings_plan_", "pricing_"];

/// The columns of a period. Before discounts there are no net columns, and what is absent is an
/// empty text; after, absent texts of commitments are null, and there is a tag more.
pub(super) fn period_columns(attributes: &[Attribute], has_net: bool) -> Vec<CurColumn> {
    use CellSource::{Number, Text};
    let mut all = line_columns();
    for (number, attribute) in attributes.iter().enumerate() {
        all.push(CurColumn::new(&format!("product_{}", attribute.name), CellSource::Attribute(number)));
    }
    all.extend(pricing_columns());
    all.extend(reservation_columns());
    all.extend(plan_columns());
    all.extend(columns([
        ("cost_category_team", Text(|row| row.account.team)),
        ("resource_tags_user_application", Text(|row| row.tag(2))),
        ("resource_tags_user_cost_center", Text(|row| row.tag(0))),
        ("resource_tags_user_environment", Text(|row| row.tag(1))),
    ]));
    if has_net {
        all.push(CurColumn::new("resource_tags_user_team", Text(|row| row.tag(3))));
        all.extend(net_columns());
        all.push(CurColumn::new("discount_edp_discount", Number(|row| row.enterprise_discount())));
        all.push(CurColumn::new("discount_total_discount", Number(|row| row.total_discount())));
    }
    for column in &mut all {
        column.is_null = has_net && OF_COMMITMENTS.iter().any(|prefix| column.name.starts_with(prefix));
    }
    all
}
