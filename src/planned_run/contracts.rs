//! Contracts: what a model declares of its columns, held against what its plan gives.

use arrow::datatypes::Schema;

use crate::common::error::Error;
use crate::common::types;
use crate::compile::ModelNode;
use crate::compile::node::Column;

/// Every way in which `schema` is not what `model` declares.
pub(super) fn broken(model: &ModelNode, schema: &Schema) -> Vec<Error> {
    let mut errors: Vec<Error> = model.columns.iter().filter_map(|column| not_given(model, column, schema)).collect();
    for (key, names) in [("sort_by", &model.sort_by), ("grain", &model.grain)] {
        for name in names.iter().filter(|name| schema.field_with_name(name).is_err()) {
            errors.push(
                Error::user(format!("`{key}` of `{}` names `{name}`, which is not one of its columns", model.name))
                    .at(model.place_of_meta(key, name))
                    .did_you_mean(name, names_of(schema)),
            );
        }
    }
    if model.is_contract {
        for name in names_of(schema).filter(|name| !model.columns.iter().any(|column| column.name == *name)) {
            errors.push(
                Error::user(format!("`{}` returns the column `{name}` but does not declare it", model.name))
                    .at(model.sql.place_of_column(name))
                    .hint("its contract is enforced: declare the column, or leave it out"),
            );
        }
    }
    errors
}

/// What is wrong if `schema` has no `column`, or has it in another type.
fn not_given(model: &ModelNode, column: &Column, schema: &Schema) -> Option<Error> {
    let Ok(field) = schema.field_with_name(&column.name) else {
        return Some(
            Error::user(format!("`{}` declares the column `{}` but does not return it", model.name, column.name))
                .at(model.place_of_column(column))
                .did_you_mean(&column.name, names_of(schema)),
        );
    };
    let declared = column.data_type.filter(|declared| !types::is(field.data_type(), *declared))?;
    Some(
        Error::user(format!(
            "`{}.{}` is declared {declared} but is {}",
            model.name,
            column.name,
            types::name(field.data_type())
        ))
        .at(model.place_of_column(column))
        .hint(format!("write cast(... as {declared}) in `{}`", model.sql.file.path)),
    )
}

fn names_of(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.fields().iter().map(|field| field.name().as_str())
}
