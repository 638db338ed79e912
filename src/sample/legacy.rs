//! The legacy report's columns: one for every product attribute and tag; the set changes by month.

use super::book::ATTRIBUTES;
use super::columns::{Column, Source, attribute, line_columns, pricing_columns};
use super::commitment_columns::{net_columns, plan_columns, reservation_columns};

/// The columns of a period. Before discounts there are no net columns, and what is absent is an
/// empty text; after, absent texts of commitments are null, and there is a tag more.
pub(super) fn columns(has_net: bool) -> Vec<Column> {
    let mut all = line_columns();
    let products = ATTRIBUTES.iter().filter_map(|name| attribute(&format!("product_{name}"), name));
    all.extend(products);
    all.extend(pricing_columns());
    all.extend(reservation_columns());
    all.extend(plan_columns());
    all.push(Column::new("cost_category_team", Source::Text(|row| row.account.team)));
    all.push(Column::new("resource_tags_user_application", Source::Text(|row| row.tag(2))));
    all.push(Column::new("resource_tags_user_cost_center", Source::Text(|row| row.tag(0))));
    all.push(Column::new("resource_tags_user_environment", Source::Text(|row| row.tag(1))));
    if has_net {
        all.push(Column::new("resource_tags_user_team", Source::Text(|row| row.tag(3))));
        all.extend(net_columns());
        all.push(Column::new("discount_edp_discount", Source::Number(|row| row.enterprise_discount())));
        all.push(Column::new("discount_total_discount", Source::Number(|row| row.total_discount())));
    }
    for column in &mut all {
        let of_commitment =
            ["reservation_", "savings_plan_", "pricing_"].iter().any(|prefix| column.name.starts_with(prefix));
        column.is_null = has_net && of_commitment;
    }
    all
}
