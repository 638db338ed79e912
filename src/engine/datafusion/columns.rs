//! Where a declared column's values are in a file, and how they become its type.

use arrow::datatypes::{DataType as Arrow, Field, Schema};
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::{coalesce, get_field, nullif};
use datafusion::logical_expr::{Expr, ScalarUDF, cast, lit, try_cast};
use datafusion::prelude::ident;

use super::account_id::account_id;
use super::empty_as_null::EmptyAsNull;
use super::to_decimal::{self, to_decimal};
use crate::engine::{SourceColumn, types};

/// What CUR 2.0 keeps in maps.
pub(super) const MAPS: [&str; 4] = ["product", "discount", "resource_tags", "cost_category"];

/// Where a column's values are in a file: (path, kind), in order of preference.
pub(super) fn physical(column: &SourceColumn, schema: &Schema) -> Vec<(String, Arrow)> {
    let by_name = |name: &str| named(schema, name).next();
    let mut found = Vec::new();
    for name in names(column) {
        if let Some((map, key)) = name.split_once('.') {
            if let Some(kind) = by_name(map).and_then(|field| map_value(field.data_type())) {
                let map = by_name(map).map_or(map, |field| field.name());
                found.push((format!("{map}.{key}"), kind));
            }
        } else if let Some(field) = by_name(name) {
            found.push((field.name().clone(), field.data_type().clone()));
        } else if let Some((map, key)) = in_map(name)
            && let Some(field) = by_name(map)
            && let Some(kind) = map_value(field.data_type())
        {
            found.push((format!("{}.{key}", field.name()), kind));
        }
    }
    found
}

/// The names of columns of a file that a column could be read from, where there are several for one name.
pub(super) fn twice<'a>(column: &SourceColumn, schema: &'a Schema) -> Option<Vec<&'a str>> {
    let several = |name: &str| {
        let found: Vec<&str> = named(schema, name).map(|field| field.name().as_str()).collect();
        (found.len() > 1).then_some(found)
    };
    names(column).iter().find_map(|name| {
        let field = name.split_once('.').map_or(name.as_str(), |(map, _)| map);
        let is_there = named(schema, field).next().is_some();
        several(if is_there { field } else { in_map(field)?.0 })
    })
}

/// The names that a column may have in a file, in order of preference.
fn names(column: &SourceColumn) -> &[String] {
    if column.from.is_empty() { std::slice::from_ref(&column.name) } else { &column.from }
}

/// The columns called `name`, in capitals or not.
pub(super) fn named<'a>(schema: &'a Schema, name: &str) -> impl Iterator<Item = &'a Field> {
    schema.fields().iter().map(AsRef::as_ref).filter(move |field: &&Field| field.name().eq_ignore_ascii_case(name))
}

/// Columns that CUR 2.0 keeps in maps: the map and the key.
fn in_map(name: &str) -> Option<(&'static str, &str)> {
    MAPS.into_iter().find_map(|map| Some((map, name.strip_prefix(map)?.strip_prefix('_')?)))
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
        physical(column, schema).into_iter().map(|(path, kind)| value_at(column, &path, &kind, false)).collect();
    match values.len() {
        0 => ScalarValue::try_from(&wanted).map_or_else(|_| lit(ScalarValue::Null), lit),
        1 => values.remove(0),
        _ => coalesce(values),
    }
}

/// A column's value in its declared type, by one of its paths; what is none is an error (or null if `lenient`).
pub(super) fn value_at(column: &SourceColumn, path: &str, kind: &Arrow, lenient: bool) -> Expr {
    match kind {
        Arrow::Dictionary(_, inner) if column.is_account_id => {
            account_id(cast(raw(path), inner.as_ref().clone()), lenient)
        }
        _ if column.is_account_id => account_id(raw(path), lenient),
        _ => converted(raw(path), kind, &types::to_arrow(column.data_type), lenient),
    }
}

fn empty_as_null(text: Expr) -> Expr {
    ScalarUDF::new_from_impl(EmptyAsNull::new()).call(vec![text])
}

/// `value` of `kind` as `wanted`: empty texts are null, a value of another form an error (or null if `lenient`).
pub(super) fn converted(value: Expr, kind: &Arrow, wanted: &Arrow, lenient: bool) -> Expr {
    let to = |value, kind: &Arrow| if lenient { try_cast(value, kind.clone()) } else { cast(value, kind.clone()) };
    let text = |value| if *kind == Arrow::Utf8View { empty_as_null(value) } else { nullif(value, lit("")) };
    match (kind, wanted) {
        (kind, Arrow::Decimal128(precision, scale)) if to_decimal::is_for(kind) => {
            let value = if types::is_string(kind) { text(value) } else { value };
            to_decimal(value, *precision, *scale, lenient)
        }
        (kind, wanted) if types::is_string(kind) && types::is_string(wanted) => cast(text(value), wanted.clone()),
        (kind, wanted) if types::is_string(kind) => to(text(value), wanted),
        (Arrow::Dictionary(_, inner), _) => converted(cast(value, inner.as_ref().clone()), inner, wanted, lenient),
        (kind, wanted) if kind == wanted => value,
        (Arrow::Timestamp(_, Some(_)), Arrow::Timestamp(unit, None)) => {
            let utc = cast(value, Arrow::Timestamp(*unit, Some("+00:00".into())));
            cast(utc, wanted.clone())
        }
        _ => to(value, wanted),
    }
}
