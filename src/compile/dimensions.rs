//! Dimensions: columns of the report that results have under names of the user's (`vars: dimensions:`).

use serde_json::Value;

use crate::common::error::{Error, Result};
use crate::common::settings::Settings;

/// The setting that names them.
pub const DIMENSIONS: &str = "dimensions";

/// How one is written.
const EXAMPLE: &str = "write each as a name and a column of the report: `team: resource_tags.user_team`";

/// A column of the report that results have under a name of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The name in results.
    pub name: String,
    /// The column: `map.key` for a key of a map, which a legacy report has as a column `map_key`.
    pub column: String,
}

/// The dimensions that `vars` names, in their order.
///
/// # Errors
/// When a name cannot be one of a column, or the column is not a text.
pub fn dimensions(vars: &Settings) -> Result<Vec<Dimension>> {
    match vars.get(DIMENSIONS) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(named)) => named.iter().map(|(name, column)| dimension(name, column)).collect(),
        Some(other) => Err(Error::user(format!("`vars: {DIMENSIONS}:` is `{other}`, not a mapping")).hint(EXAMPLE)),
    }
}

fn dimension(name: &str, column: &Value) -> Result<Dimension> {
    if !is_name(name) {
        return Err(Error::user(format!("`{name}` under `vars: {DIMENSIONS}:` cannot be the name of a column"))
            .hint("use lower case letters, digits and underscores, with a letter first"));
    }
    match column.as_str().map(str::trim).filter(|column| !column.is_empty()) {
        Some(column) => Ok(Dimension { name: name.to_owned(), column: column.to_owned() }),
        None => Err(Error::user(format!("the dimension `{name}` names no column of the report")).hint(EXAMPLE)),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The error for a dimension that is called as one of the `columns` of `table`, beside which it would stand.
pub fn taken<'a>(dimensions: &[Dimension], columns: impl IntoIterator<Item = &'a str>, table: &str) -> Option<Error> {
    let columns: Vec<&str> = columns.into_iter().collect();
    let taken = dimensions.iter().find(|dimension| columns.contains(&dimension.name.as_str()))?;
    Some(
        Error::user(format!("the dimension `{}` has the name of a column of `{table}`", taken.name))
            .hint(format!("give it another name under `vars: {DIMENSIONS}:`, in `config.yaml` or in --vars")),
    )
}

#[cfg(test)]
mod tests;
