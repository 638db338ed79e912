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
    let values = names(column).iter().filter_map(|name| {
        let (field, key) = place(name, schema);
        let field = named(schema, field).next()?;
        Some(match key {
            Some(key) => (format!("{}.{key}", field.name()), map_value(field.data_type())?),
            None => (field.name().clone(), field.data_type().clone()),
        })
    });
    values.collect()
}

/// The names of columns of a file that a column could be read from, where there are several for one name.
pub(super) fn twice<'a>(column: &SourceColumn, schema: &'a Schema) -> Option<Vec<&'a str>> {
    names(column).iter().find_map(|name| {
        let found: Vec<&str> = named(schema, place(name, schema).0).map(|field| field.name().as_str()).collect();
        (found.len() > 1).then_some(found)
    })
}

/// The column of a file that `name` stands for, and the key where that is a map.
fn place<'a>(name: &'a str, schema: &Schema) -> (&'a str, Option<&'a str>) {
    let of_map = || in_map(name).filter(|_| named(schema, name).next().is_none());
    name.split_once('.').or_else(of_map).map_or((name, None), |(map, key)| (map, Some(key)))
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
    let values = physical(column, schema).into_iter().map(|(path, kind)| value_at(column, &path, &kind, false));
    first_of(values.collect(), &wanted)
}

/// The first of `values` that is not null; null as `wanted` where there is none.
pub(super) fn first_of(mut values: Vec<Expr>, wanted: &Arrow) -> Expr {
    match values.len() {
        0 => lit(ScalarValue::try_from(wanted).unwrap_or(ScalarValue::Null)),
        1 => values.remove(0),
        _ => coalesce(values),
    }
}

/// A column's value in its declared type, by one of its paths; what is none is an error (or null if `lenient`).
pub(super) fn value_at(column: &SourceColumn, path: &str, kind: &Arrow, lenient: bool) -> Expr {
    if column.is_account_id {
        return account_id(raw(path), lenient);
    }
    converted(raw(path), kind, &types::to_arrow(column.data_type), lenient)
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
