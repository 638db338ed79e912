//! Declared types and what they are in Arrow.

use arrow::datatypes::{DataType as Arrow, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

use super::data_type::DataType;

/// The Arrow type of a declared one.
pub fn to_arrow(data_type: DataType) -> Arrow {
    match data_type {
        DataType::String => Arrow::Utf8View,
        DataType::Decimal(precision, scale) => Arrow::Decimal128(precision, scale),
        DataType::BigInt => Arrow::Int64,
        DataType::Integer => Arrow::Int32,
        DataType::Double => Arrow::Float64,
        DataType::Boolean => Arrow::Boolean,
        DataType::Date => Arrow::Date32,
        DataType::Timestamp => Arrow::Timestamp(TimeUnit::Nanosecond, None),
        DataType::TimestampMillis => Arrow::Timestamp(TimeUnit::Millisecond, None),
    }
}

/// Whether a column of `arrow` type is what was declared; all string kinds are one.
pub fn is(arrow: &Arrow, declared: DataType) -> bool {
    is_string(arrow) && declared == DataType::String || *arrow == to_arrow(declared)
}

/// The SQL word for an Arrow type.
pub fn name(arrow: &Arrow) -> String {
    match arrow {
        arrow if is_string(arrow) => "string".to_owned(),
        Arrow::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        Arrow::Int64 => "bigint".to_owned(),
        Arrow::UInt64 => "unsigned bigint".to_owned(),
        Arrow::Int32 => "integer".to_owned(),
        Arrow::Float64 => "double".to_owned(),
        Arrow::Boolean => "boolean".to_owned(),
        Arrow::Date32 => "date".to_owned(),
        Arrow::Timestamp(TimeUnit::Nanosecond, None) => "timestamp".to_owned(),
        Arrow::Timestamp(TimeUnit::Millisecond, None) => "timestamp(3)".to_owned(),
        other => other.to_string(),
    }
}

/// Whether it is text of any kind.
pub fn is_string(arrow: &Arrow) -> bool {
    matches!(arrow, Arrow::Utf8 | Arrow::Utf8View | Arrow::LargeUtf8)
}

/// The columns as they come back from a written file: nullable, with one kind of string.
pub fn as_written(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let kind = if is_string(field.data_type()) { Arrow::Utf8View } else { field.data_type().clone() };
        Field::new(field.name(), kind, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
