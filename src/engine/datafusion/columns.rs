//! Where a declared column's values are in a file, and how they become its type.

use arrow::datatypes::{DataType as Arrow, Schema};
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::{coalesce, get_field, nullif};
use datafusion::logical_expr::{Expr, ScalarUDF, cast, lit, try_cast};
use datafusion::prelude::ident;

use super::empty_as_null::EmptyAsNull;
use crate::engine::{SourceColumn, types};

/// Where a column's values are in a file: (path, kind), in order of preference.
pub(super) fn physical(column: &SourceColumn, schema: &Schema) -> Vec<(String, Arrow)> {
    let by_name = |name: &str| schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(name));
    let own = [column.name.clone()];
    let names = if column.from.is_empty() { own.as_slice() } else { column.from.as_slice() };
    let mut found = Vec::new();
    for name in names {
        if let Some((map, key)) = name.split_once('.') {
            if let Some(kind) = by_name(map).and_then(|field| map_value(field.data_type())) {
                let map = by_name(map).map_or(map, |field| field.name());
                found.push((format!("{map}.{key}"), kind));
            }
        } else if let Some(field) = by_name(name) {
            found.push((field.name().clone(), field.data_type().clone()));
        } else if let Some((map, key)) = in_map(name)
            && let Some(kind) = by_name(map).and_then(|field| map_value(field.data_type()))
        {
            found.push((format!("{map}.{key}"), kind));
        }
    }
    found
}

/// Columns that CUR 2.0 keeps in maps.
fn in_map(name: &str) -> Option<(&str, &str)> {
    ["product", "discount", "resource_tags", "cost_category"]
        .into_iter()
        .find_map(|map| Some((&name[..map.len()], name.strip_prefix(map)?.strip_prefix('_')?)))
}

fn map_value(kind: &Arrow) -> Option<Arrow> {
    let Arrow::Map(entries, _) = kind else { return None };
    let Arrow::Struct(fields) = entries.data_type() else { return None };
    fields.get(1).map(|field| field.data_type().clone())
}

/// The value at `path` as it is in the file.
pub(super) fn raw(path: &str) -> Expr {
    match path.split_once('.') {
        Some((map, key)) => get_field(ident(map), key),
        None => ident(path),
    }
}

/// A column's value in its declared type: the first that is there and not empty.
pub(super) fn value_of(column: &SourceColumn, schema: &Schema) -> Expr {
    let wanted = types::to_arrow(column.data_type);
    let mut values: Vec<Expr> =
        physical(column, schema).into_iter().map(|(path, kind)| converted(raw(&path), &kind, &wanted, false)).collect();
    match values.len() {
        0 => ScalarValue::try_from(&wanted).map_or_else(|_| lit(ScalarValue::Null), lit),
        1 => values.remove(0),
        _ => coalesce(values),
    }
}

fn empty_as_null(text: Expr) -> Expr {
    ScalarUDF::new_from_impl(EmptyAsNull::new()).call(vec![text])
}

/// `value` of `kind` as `wanted`: empty texts are null, a value of another form an error (or null if `lenient`).
pub(super) fn converted(value: Expr, kind: &Arrow, wanted: &Arrow, lenient: bool) -> Expr {
    let to = |value, kind: &Arrow| if lenient { try_cast(value, kind.clone()) } else { cast(value, kind.clone()) };
    if types::is_string(kind) {
        let text = if *kind == Arrow::Utf8View { empty_as_null(value) } else { nullif(value, lit("")) };
        return if types::is_string(wanted) { cast(text, wanted.clone()) } else { to(text, wanted) };
    }
    match (kind, wanted) {
        (Arrow::Dictionary(_, inner), _) => converted(cast(value, inner.as_ref().clone()), inner, wanted, lenient),
        (kind, wanted) if kind == wanted => value,
        (Arrow::Timestamp(_, Some(_)), Arrow::Timestamp(unit, None)) => {
            let utc = cast(value, Arrow::Timestamp(*unit, Some("+00:00".into())));
            cast(utc, wanted.clone())
        }
        _ => to(value, wanted),
    }
}
