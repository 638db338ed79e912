//! Rows of the engine as rows of statements.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};

use crate::common::error::{Error, Result};
use crate::common::types;
use crate::statements::{Cell, MONEY_SCALE, Row};

/// The rows of `batches`.
///
/// # Errors
/// When a column has a type that statements cannot show.
pub(super) fn of(batches: &[RecordBatch]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        let mut all: Vec<Row> = vec![Vec::with_capacity(batch.num_columns()); batch.num_rows()];
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            let cells =
                cells(column).map_err(|error| error.while_doing(format!("reading column `{}`", field.name())))?;
            for (row, cell) in all.iter_mut().zip(cells) {
                row.push((field.name().clone(), cell));
            }
        }
        rows.append(&mut all);
    }
    Ok(rows)
}

/// The values of a column.
fn cells(column: &ArrayRef) -> Result<Vec<Cell>> {
    let as_kind =
        |kind: &DataType| cast(column, kind).map_err(|error| Error::data("a value cannot be shown").caused_by(&error));
    let all = 0..column.len();
    Ok(match column.data_type() {
        DataType::Null => vec![Cell::Null; column.len()],
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => {
            let texts = as_kind(&DataType::Utf8)?;
            let texts = texts.as_string::<i32>();
            all.map(|row| or_null(&texts, row, || Cell::Text(texts.value(row).to_owned()))).collect()
        }
        DataType::Boolean => {
            let flags = column.as_boolean();
            all.map(|row| or_null(flags, row, || Cell::Flag(flags.value(row)))).collect()
        }
        kind if kind.is_integer() => {
            let numbers = as_kind(&DataType::Int64)?;
            let numbers = numbers.as_primitive::<Int64Type>();
            all.map(|row| or_null(numbers, row, || Cell::Whole(numbers.value(row)))).collect()
        }
        kind if kind.is_floating() => {
            let numbers = as_kind(&DataType::Float64)?;
            let numbers = numbers.as_primitive::<Float64Type>();
            all.map(|row| or_null(numbers, row, || Cell::Ratio(numbers.value(row)))).collect()
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>();
            all.map(|row| or_null(days, row, || days.value_as_date(row).map_or(Cell::Null, Cell::Date))).collect()
        }
        DataType::Decimal128(_, scale) => {
            let digits = column.as_primitive::<Decimal128Type>();
            let scale = usize::try_from(*scale).unwrap_or_default();
            let cell = |digits: i128| {
                if scale == MONEY_SCALE { Cell::Money(digits) } else { Cell::Decimal(digits, scale) }
            };
            all.map(|row| or_null(digits, row, || cell(digits.value(row)))).collect()
        }
        other => {
            return Err(Error::user(format!("a statement cannot show a value of type {}", types::name(other)))
                .hint("cast it to varchar, date, bigint, boolean or a decimal"));
        }
    })
}

fn or_null(array: &dyn Array, row: usize, cell: impl Fn() -> Cell) -> Cell {
    if array.is_null(row) { Cell::Null } else { cell() }
}
