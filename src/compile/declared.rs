//! The columns that the YAML of a model declares, and the dimensions beside them.

use arrow::datatypes::{Field, Schema};
use serde_json::Value;

use super::dimensions::{DIMENSIONS, Dimension, taken};
use super::node::Column;
use crate::common::data_type::DataType;
use crate::common::error::{Error, Result};
use crate::common::settings::{Settings, is_true};
use crate::common::types::to_arrow;
use crate::project::{ColumnProperties, Model, TextFile};

/// Whether `model`, configured by `config`, has the dimensions as columns (`meta: { dimensions: true }`).
pub(super) fn has_dimensions(model: &Model, config: &Settings) -> bool {
    is_true(config.get("meta"), DIMENSIONS)
        || model.properties.meta.get(DIMENSIONS).and_then(Value::as_bool) == Some(true)
}

/// The columns that are declared of `model`, configured by `config`, and the `dimensions` if it has them.
///
/// # Errors
/// When a type is unknown, or a dimension is called as a column.
pub fn declared_columns(model: &Model, config: &Settings, dimensions: &[Dimension]) -> Result<Vec<Column>> {
    let file = model.properties_file.as_ref();
    let declared = model.properties.columns.iter().map(|column| declared_column(column, file));
    let mut columns = declared.collect::<Result<Vec<_>>>()?;
    if !has_dimensions(model, config) {
        return Ok(columns);
    }
    taken(dimensions, columns.iter().map(|column| column.name.as_str()), &model.name).map_or(Ok(()), Err)?;
    let at = model.properties.node.as_ref().map(|node| node.at).unwrap_or_default();
    columns.extend(dimensions.iter().map(|dimension| Column {
        name: dimension.name.clone(),
        at,
        data_type: Some(DataType::String),
        description: format!("`{}` of the report", dimension.column),
    }));
    Ok(columns)
}

/// The `columns` that are declared with a type.
pub fn schema<'a>(columns: impl IntoIterator<Item = &'a Column>) -> Schema {
    let typed = columns.into_iter().filter_map(|column| Some((&column.name, column.data_type?)));
    Schema::new(typed.map(|(name, data_type)| Field::new(name, to_arrow(data_type), true)).collect::<Vec<_>>())
}

fn declared_column(column: &ColumnProperties, file: Option<&TextFile>) -> Result<Column> {
    let data_type = column.data_type.as_deref().map(str::parse).transpose().map_err(|error: Error| match file {
        Some(file) => error.at(file.place(column.data_type_at)),
        None => error,
    })?;
    let description = column.description.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Column { name: column.name.clone(), at: column.at, data_type, description })
}
