//! Types as Athena calls them: in queries, which are Trino's, and in the columns of external tables, which are Hive's.

use arrow::datatypes::{DataType as Arrow, Field, Schema};

use crate::common::error::{Error, Result};
use crate::common::types;
use crate::cur::sql::athena::HiveColumn;

/// The type in queries of a column that a query gives.
pub(super) fn of_query(field: &Field) -> Result<String> {
    Ok(match field.data_type() {
        kind if types::is_string(kind) => "varchar".to_owned(),
        Arrow::Null => "varchar".to_owned(),
        Arrow::Timestamp(_, None) => "timestamp(3)".to_owned(),
        Arrow::Int32 | Arrow::Int16 | Arrow::Int8 | Arrow::UInt16 | Arrow::UInt8 => "integer".to_owned(),
        Arrow::Int64 | Arrow::UInt64 | Arrow::UInt32 => "bigint".to_owned(),
        Arrow::Decimal128(..) | Arrow::Float64 | Arrow::Boolean | Arrow::Date32 => types::name(field.data_type()),
        other => {
            return Err(Error::user(format!(
                "the column `{}` is {}, which is no type of a table on Athena",
                field.name(),
                types::name(other)
            ))
            .hint("cast it to string, bigint, integer, decimal(p,s), double, boolean, date or timestamp(3)"));
        }
    })
}

/// The columns of an external table over files that a query of these columns was written to.
pub(super) fn of_files(schema: &Schema) -> Result<Vec<HiveColumn>> {
    let columns = schema.fields().iter().map(|field| {
        let kind = match of_query(field)?.as_str() {
            "varchar" => "string".to_owned(),
            "timestamp(3)" => "timestamp".to_owned(),
            "integer" => "int".to_owned(),
            same => same.to_owned(),
        };
        Ok(HiveColumn { name: field.name().clone(), data_type: kind })
    });
    columns.collect()
}
