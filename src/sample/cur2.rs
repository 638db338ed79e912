//! The columns of CUR 2.0: always the same, what varies stands in maps, what is absent is null.

use super::columns::{CellSource, CurColumn, ResolvedLine, attribute, line_columns, pricing_columns};
use super::commitment_columns::{net_columns, plan_columns, reservation_columns};
use super::dictionary::ATTRIBUTES;
use super::exact::Exact;

/// Product attributes that have a column of their own.
const OWN: [&str; 15] = [
    "from_location",
    "from_location_type",
    "from_region_code",
    "instance_family",
    "instance_type",
    "location",
    "location_type",
    "operation",
    "product_family",
    "region_code",
    "servicecode",
    "sku",
    "to_location",
    "to_location_type",
    "usagetype",
];

/// Columns of the layout that the sample has no values for.
const EMPTY_TEXTS: [&str; 8] = [
    "line_item_user_identifier",
    "product_comment",
    "product_fee_code",
    "product_fee_description",
    "product_instancesku",
    "product_pricing_unit",
    "product_to_region_code",
    "split_line_item_parent_resource_id",
];

/// The columns, in order of their names as AWS has them.
pub(super) fn columns(has_net: bool) -> Vec<CurColumn> {
    let mut all = line_columns();
    all.extend(pricing_columns());
    all.extend(reservation_columns());
    all.extend(plan_columns());
    all.extend(net_columns().into_iter().map(|column| if has_net { column } else { emptied(column) }));
    all.extend(OWN.iter().filter_map(|name| attribute(&format!("product_{name}"), name)));
    all.extend(EMPTY_TEXTS.iter().map(|name| CurColumn::new(name, CellSource::NoText)));
    all.push(CurColumn::new("bill_payer_account_name", CellSource::Text(|row| &row.dictionary.accounts[0].name)));
    all.push(CurColumn::new("line_item_usage_account_name", CellSource::Text(|row| &row.account.name)));
    all.push(CurColumn::new("cost_category", CellSource::Texts(cost_category)));
    all.push(CurColumn::new("product", CellSource::Texts(product)));
    all.push(if has_net {
        CurColumn::new("resource_tags", CellSource::Texts(|row, add| tags(row, 4, add)))
    } else {
        CurColumn::new("resource_tags", CellSource::Texts(|row, add| tags(row, 3, add)))
    });
    let (map, total) = if has_net {
        (CellSource::Numbers(discount), CellSource::Number(|row| row.total_discount()))
    } else {
        (CellSource::Numbers(|_, _| {}), CellSource::NoNumber)
    };
    all.push(CurColumn::new("discount", map));
    all.push(CurColumn::new("discount_total_discount", total));
    all.push(CurColumn::new("discount_bundled_discount", CellSource::NoNumber));
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

fn emptied(column: CurColumn) -> CurColumn {
    let source = match column.source {
        CellSource::Number(_) => CellSource::NoNumber,
        _ => CellSource::NoText,
    };
    CurColumn { source, ..column }
}

fn cost_category<'a>(row: &ResolvedLine<'a>, add: &mut dyn FnMut(&'a str, &'a str)) {
    if !row.account.team.is_empty() {
        add("team", row.account.team);
    }
}

fn product<'a>(row: &ResolvedLine<'a>, add: &mut dyn FnMut(&'a str, &'a str)) {
    for (name, value) in ATTRIBUTES.iter().zip(&row.product.attributes) {
        if !value.is_empty() && !OWN.contains(name) {
            add(name, value);
        }
    }
}

fn tags<'a>(row: &ResolvedLine<'a>, count: usize, add: &mut dyn FnMut(&'a str, &'a str)) {
    let names = ["user_cost_center", "user_environment", "user_application", "user_team"];
    for (number, name) in names.into_iter().take(count).enumerate() {
        if !row.tag(number).is_empty() {
            add(name, row.tag(number));
        }
    }
}

fn discount(row: &ResolvedLine<'_>, add: &mut dyn FnMut(&'static str, Exact)) {
    if row.enterprise_discount() != Exact::ZERO {
        add("edp_discount", row.enterprise_discount());
    }
}
