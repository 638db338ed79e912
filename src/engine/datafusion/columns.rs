//! Expressions for a mapping of physical to declared columns.

use arrow::datatypes::{DataType as Arrow, Field, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::{coalesce, get_field, nullif};
use datafusion::logical_expr::{Expr, ScalarUDF, cast, lit, try_cast};
use datafusion::prelude::ident;

use super::account_id::account_id;
use super::empty_as_null::EmptyAsNull;
use super::json_object::{json_of_columns, json_of_map};
use super::to_decimal::to_decimal;
use crate::common::types;
use crate::cur::mapping::{ColumnMapping, Conversion, MappedValue, PhysicalColumn};

/// The values of `column` as they are in the file.
pub(super) fn raw(column: &PhysicalColumn) -> Expr {
    match &column.key {
        Some(key) => get_field(ident(&column.column), key.as_str()),
        None => ident(&column.column),
    }
}

/// A declared column's value: the first that is there and not empty, or a JSON text of all.
pub(super) fn value_of(mapping: &ColumnMapping) -> Expr {
    let values: Vec<Expr> = mapping.values.iter().map(|value| mapped(value, false)).collect();
    if mapping.is_object {
        let members = mapping.values.iter().map(|value| value.physical.member(&mapping.name));
        return json_of_columns(members.collect(), values);
    }
    first_of(values, &types::to_arrow(mapping.data_type))
}

/// The first of `values` that is not null; null as `wanted` where there is none.
pub(super) fn first_of(mut values: Vec<Expr>, wanted: &Arrow) -> Expr {
    match values.len() {
        0 => lit(ScalarValue::try_from(wanted).unwrap_or(ScalarValue::Null)),
        1 => values.remove(0),
        _ => coalesce(values),
    }
}

/// `value` in its declared type; what cannot become it is an error (or null if `lenient`).
pub(super) fn mapped(value: &MappedValue, lenient: bool) -> Expr {
    let (raw, kind, wanted) = (raw(&value.physical), &value.physical.data_type, types::to_arrow(value.data_type));
    match kind {
        Arrow::Dictionary(_, values) => {
            converted(cast(raw, values.as_ref().clone()), values, value.conversion, wanted, lenient)
        }
        kind => converted(raw, kind, value.conversion, wanted, lenient),
    }
}

/// The instants of the column `field`; what is none is an error.
pub(super) fn instant(field: &Field) -> Expr {
    mapped(&MappedValue::instant(field), false)
}

fn converted(value: Expr, kind: &Arrow, conversion: Conversion, wanted: Arrow, lenient: bool) -> Expr {
    match conversion {
        Conversion::AccountId => account_id(value, lenient),
        Conversion::Keep => value,
        Conversion::Json => json_of_map(value),
        Conversion::Text => cast(not_empty(value, kind), wanted),
        Conversion::Decimal(precision, scale) => to_decimal(not_empty(value, kind), precision, scale, lenient),
        Conversion::Utc => {
            let unit = if let Arrow::Timestamp(unit, _) = wanted { unit } else { TimeUnit::Nanosecond };
            cast(cast(value, Arrow::Timestamp(unit, Some("+00:00".into()))), wanted)
        }
        Conversion::Cast if lenient => try_cast(not_empty(value, kind), wanted),
        Conversion::Cast => cast(not_empty(value, kind), wanted),
    }
}

/// `value` of `kind`, or null if it is the empty text.
pub(super) fn not_empty(value: Expr, kind: &Arrow) -> Expr {
    match kind {
        Arrow::Utf8View => ScalarUDF::new_from_impl(EmptyAsNull::new()).call(vec![value]),
        kind if types::is_string(kind) => nullif(value, lit("")),
        _ => value,
    }
}
