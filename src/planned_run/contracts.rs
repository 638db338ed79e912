//! Contracts: what a model declares of its columns, held against what its plan gives.

use arrow::datatypes::Schema;

use crate::common::error::Error;
use crate::common::types;
use crate::compile::ModelNode;

/// Every way in which `schema` is not what `model` declares.
pub(super) fn broken(model: &ModelNode, schema: &Schema) -> Vec<Error> {
    let mut errors = Vec::new();
    for column in &model.columns {
        let Ok(field) = schema.field_with_name(&column.name) else {
            let known = schema.fields().iter().map(|field| field.name().as_str());
            errors.push(
                Error::user(format!("`{}` declares the column `{}` but does not return it", model.name, column.name))
                    .at(model.place_of_column(column))
                    .did_you_mean(&column.name, known),
            );
            continue;
        };
        if let Some(declared) = column.data_type
            && !types::is(field.data_type(), declared)
        {
            errors.push(
                Error::user(format!(
                    "`{}.{}` is declared {declared} but is {}",
                    model.name,
                    column.name,
                    types::name(field.data_type())
                ))
                .at(model.place_of_column(column))
                .hint(format!("write cast(... as {declared}) in `{}`", model.sql.file.path)),
            );
        }
    }
    for (key, names) in [("sort_by", &model.sort_by), ("grain", &model.grain)] {
        for name in names.iter().filter(|name| schema.field_with_name(name).is_err()) {
            let known = schema.fields().iter().map(|field| field.name().as_str());
            errors.push(
                Error::user(format!("`{key}` of `{}` names `{name}`, which is not one of its columns", model.name))
                    .at(model.place_of_meta(key, name))
                    .did_you_mean(name, known),
            );
        }
    }
    if model.is_contract {
        let declared = |name: &str| model.columns.iter().any(|column| column.name == name);
        for field in schema.fields().iter().filter(|field| !declared(field.name())) {
            errors.push(
                Error::user(format!("`{}` returns the column `{}` but does not declare it", model.name, field.name()))
                    .at(model.sql.place_of_column(field.name()))
                    .hint("its contract is enforced: declare the column, or leave it out"),
            );
        }
    }
    errors
}
