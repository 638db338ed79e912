//! The columns of CUR 2.0: they are always the same; what varies is in maps, what is absent is null.

use super::attributes::Attribute;
use super::columns::{CellSource, CurColumn, ResolvedLine, columns, line_columns, pricing_columns};
use super::commitment_columns::{net_columns, plan_columns, reservation_columns};
use super::exact::Exact;

/// Keys of the map of tags; the last tag is new when there are net columns.
const TAGS: [&str; 4] = ["user_cost_center", "user_environment", "user_application", "user_team"];

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
pub(super) fn period_columns(attributes: &[Attribute], has_net: bool) -> Vec<CurColumn> {
    use CellSource::{NoNumber, NoText, Number, Numbers, Text, Texts};
    let mut all = line_columns();
    all.extend(pricing_columns());
    all.extend(reservation_columns());
    all.extend(plan_columns());
    all.extend(net_columns().into_iter().map(|column| if has_net { column } else { emptied(column) }));
    for (number, attribute) in attributes.iter().enumerate().filter(|(_, attribute)| attribute.own_column) {
        all.push(CurColumn::new(&format!("product_{}", attribute.name), CellSource::Attribute(number)));
    }
    all.extend(EMPTY_TEXTS.map(|name| CurColumn::new(name, NoText)));
    all.extend(columns([
        ("bill_payer_account_name", Text(|row| &row.dictionary.accounts[0].name)),
        ("line_item_usage_account_name", Text(|row| &row.account.name)),
        ("cost_category", Texts(cost_category)),
        ("product", Texts(product)),
        ("resource_tags", Texts(if has_net { tags } else { old_tags })),
        ("discount", Numbers(if has_net { discount } else { no_discount })),
        ("discount_total_discount", if has_net { Number(|row| row.total_discount()) } else { NoNumber }),
        ("discount_bundled_discount", NoNumber),
    ]));
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
    for (attribute, value) in row.dictionary.attributes.iter().zip(&row.product.attributes) {
        if !value.is_empty() && !attribute.own_column {
            add(&attribute.name, value);
        }
    }
}

fn tags<'a>(row: &ResolvedLine<'a>, add: &mut dyn FnMut(&'a str, &'a str)) {
    add_tags(row, &TAGS, add);
}

fn old_tags<'a>(row: &ResolvedLine<'a>, add: &mut dyn FnMut(&'a str, &'a str)) {
    add_tags(row, &TAGS[..3], add);
}

fn add_tags<'a>(row: &ResolvedLine<'a>, names: &[&'static str], add: &mut dyn FnMut(&'a str, &'a str)) {
    for (number, name) in names.iter().enumerate() {
        if !row.tag(number).is_empty() {
            add(name, row.tag(number));
        }
    }
}

fn no_discount(_: &ResolvedLine<'_>, _: &mut dyn FnMut(&'static str, Exact)) {}

fn discount(row: &ResolvedLine<'_>, add: &mut dyn FnMut(&'static str, Exact)) {
    if row.enterprise_discount() != Exact::ZERO {
        add("edp_discount", row.enterprise_discount());
    }
}
