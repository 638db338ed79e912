//! Values of a file in the declared types.

use super::kind::Kind;
use super::raw::{Raw, name_of};
use super::{ids, json, texts};
use crate::common::data_type::DataType;
use crate::common::quote::{identifier, literal};
use crate::cur::mapping::{ColumnMapping, Conversion, MappedValue, PhysicalColumn};

/// The first value that is there, or a JSON text of all; the value that cannot become the declared type, if one cannot.
pub(super) fn value_of(column: &ColumnMapping) -> Result<String, &MappedValue> {
    if column.is_object {
        return object_of(column);
    }
    let values = column.values.iter().map(|value| converted(value).ok_or(value));
    let values = values.collect::<Result<Vec<String>, _>>()?;
    Ok(match values.as_slice() {
        [] => null(column.data_type),
        [value] => value.clone(),
        values => format!("coalesce({})", values.join(", ")),
    })
}

/// The values of `column` as a JSON text by their members' names.
fn object_of(column: &ColumnMapping) -> Result<String, &MappedValue> {
    let filled = column.values.iter().filter(|value| Kind::of(&value.physical.data_type) != Some(Kind::Nothing));
    let members = filled.map(|value| {
        let text = match value.conversion {
            // Empty ones are left out in any case.
            Conversion::Text => raw(&value.physical),
            _ => converted(value).ok_or(value)?,
        };
        Ok((value.physical.member(&column.name), text))
    });
    Ok(json::of_columns(members.collect::<Result<Vec<_>, _>>()?))
}

/// `value` in its declared type; what cannot become it is an error when it is read. None where no value could.
pub(super) fn converted(value: &MappedValue) -> Option<String> {
    let kind = Kind::of(&value.physical.data_type)?;
    let place = Raw { value: kind.signed(raw(&value.physical)), path: value.physical.path() };
    match value.conversion {
        Conversion::AccountId => ids::account_id(&place, &kind),
        Conversion::Keep | Conversion::Utc => Some(place.value),
        Conversion::Json => json::of_map(&place.value, &kind),
        Conversion::Text => Some(place.not_empty()),
        Conversion::Decimal(..) | Conversion::Cast => cast(&place, &kind, value.data_type),
    }
}

fn null(data_type: DataType) -> String {
    format!("cast(null as {})", name_of(data_type))
}

fn raw(physical: &PhysicalColumn) -> String {
    let column = identifier(&physical.column);
    match &physical.key {
        Some(key) => format!("element_at({column}, {})", literal(key)),
        None => column,
    }
}

/// A value of `kind` as `to`. Binary numbers become the decimals that their shortest texts say, and whole ones by what
/// stands before the point.
fn cast(raw: &Raw, kind: &Kind, to: DataType) -> Option<String> {
    let (value, plain) = (&raw.value, format!("cast({} as {})", raw.value, name_of(to)));
    Some(match (kind, to) {
        (Kind::Nothing, _) => null(to),
        (Kind::Text, to) => texts::parsed(raw, to),
        (kind, DataType::String) => return texts::written(value, kind),
        (Kind::Real | Kind::Double, DataType::Decimal(..)) => plain,
        (kind, DataType::Decimal(..) | DataType::BigInt | DataType::Integer | DataType::Double) if kind.is_whole() => {
            plain
        }
        (Kind::Boolean, DataType::BigInt | DataType::Integer | DataType::Double) => plain,
        (Kind::Real | Kind::Double | Kind::Decimal(..), DataType::BigInt | DataType::Integer) => {
            format!("cast(truncate({value}) as {})", name_of(to))
        }
        (Kind::Real, DataType::Double) | (Kind::Decimal(..), DataType::Decimal(..)) => plain,
        (Kind::Decimal(_, scale), DataType::Double) => {
            format!("cast(replace(cast({value} as varchar), '.', '') as double) / 1e{scale}")
        }
        (Kind::Real | Kind::Double, DataType::Boolean) => format!("{value} <> 0"),
        (kind, DataType::Boolean) if kind.is_whole() => format!("{value} <> 0"),
        (Kind::Instant(zone), DataType::Date) => {
            format!("cast({} as date)", zone.as_ref().map_or(value.clone(), |zone| texts::in_zone(value, zone)))
        }
        (Kind::Instant(_), DataType::Timestamp | DataType::TimestampMillis) => value.clone(),
        (Kind::Date, DataType::Timestamp | DataType::TimestampMillis) => plain,
        _ => return None,
    })
}
