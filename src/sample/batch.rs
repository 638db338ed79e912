//! From lines to arrays: the values of one column for a group of rows.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, Float64Builder, MapBuilder, MapFieldNames, StringBuilder, TimestampMillisecondArray,
    new_null_array,
};

use super::columns::{CellSource, CurColumn, ResolvedLine};
use super::exact::Exact;
use crate::common::error::{Error, Result};

/// The values of a column.
///
/// # Errors
/// When an amount has more digits than a double carries.
pub(super) fn values(column: &CurColumn, rows: &[ResolvedLine<'_>]) -> Result<ArrayRef> {
    Ok(match column.source {
        CellSource::Text(text) => texts(column, rows, text),
        CellSource::Attribute(number) => texts(column, rows, |row| &row.product.attributes[number]),
        CellSource::Made(make) => {
            let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
            let mut text = String::new();
            for row in rows {
                text.clear();
                make(row, &mut text);
                append(&mut builder, &text, column.is_null);
            }
            Arc::new(builder.finish())
        }
        CellSource::Number(number) => {
            let doubles: Result<Vec<f64>> = rows.iter().map(|row| number(row).double()).collect();
            Arc::new(Float64Array::from(doubles?))
        }
        CellSource::Time(time) => {
            let times = rows.iter().map(|row| time(row) * 1000);
            Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC"))
        }
        CellSource::Texts(each) => text_maps(rows, each)?,
        CellSource::Numbers(each) => number_maps(rows, each)?,
        CellSource::NoText | CellSource::NoNumber => new_null_array(column.field().data_type(), rows.len()),
    })
}

fn texts<'a>(column: &CurColumn, rows: &[ResolvedLine<'a>], text: impl Fn(&ResolvedLine<'a>) -> &'a str) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
    for row in rows {
        append(&mut builder, text(row), column.is_null);
    }
    Arc::new(builder.finish())
}

fn append(builder: &mut StringBuilder, text: &str, is_null: bool) {
    if text.is_empty() && is_null {
        builder.append_null();
    } else {
        builder.append_value(text);
    }
}

fn names() -> Option<MapFieldNames> {
    Some(MapFieldNames { entry: "key_value".to_owned(), key: "key".to_owned(), value: "value".to_owned() })
}

fn broken(error: arrow::error::ArrowError) -> Error {
    Error::bug("a map of the sample is not valid").caused_by(&error)
}

fn text_maps<'a>(
    rows: &[ResolvedLine<'a>],
    each: for<'b> fn(&ResolvedLine<'b>, &mut dyn FnMut(&'b str, &'b str)),
) -> Result<ArrayRef> {
    let mut maps = MapBuilder::new(names(), StringBuilder::new(), StringBuilder::new());
    for row in rows {
        each(row, &mut |key, value| {
            maps.keys().append_value(key);
            maps.values().append_value(value);
        });
        maps.append(true).map_err(broken)?;
    }
    Ok(Arc::new(maps.finish()))
}

fn number_maps(
    rows: &[ResolvedLine<'_>],
    each: fn(&ResolvedLine<'_>, &mut dyn FnMut(&'static str, Exact)),
) -> Result<ArrayRef> {
    let mut maps = MapBuilder::new(names(), StringBuilder::new(), Float64Builder::new());
    for row in rows {
        let mut outcome = Ok(());
        each(row, &mut |key, value| match value.double() {
            Ok(double) => {
                maps.keys().append_value(key);
                maps.values().append_value(double);
            }
            Err(error) => outcome = Err(error),
        });
        outcome?;
        maps.append(true).map_err(broken)?;
    }
    Ok(Arc::new(maps.finish()))
}
