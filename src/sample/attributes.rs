//! The attributes that products may have: columns of their own in the report, and cells of the sample's tables.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tables::{Named, Table, named};

/// The attributes that products may have.
pub(super) static ATTRIBUTES: Table<Attribute> = Table::new("attributes", include_str!("data/attributes.csv"));

/// A product attribute that lines may carry.
#[derive(Debug, Deserialize)]
pub(super) struct Attribute {
    /// Its column in the legacy report, without `product_`.
    #[serde(rename = "attribute")]
    pub(super) name: String,
    /// Whether CUR 2.0 has a column for it; the others are in a map there.
    pub(super) own_column: bool,
}

impl Named for Attribute {
    fn table() -> &'static Table<Self> {
        &ATTRIBUTES
    }

    fn called(&self) -> &str {
        &self.name
    }
}

/// The product attributes of a row: its cells in columns that begin with `product_`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, Cell>")]
pub(super) struct Attributes(pub(super) Vec<(&'static str, String)>);

/// A cell of a column that is no field of the row; `csv` reads digits as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Cell {
    Text(String),
    Number(u64),
}

impl TryFrom<BTreeMap<String, Cell>> for Attributes {
    type Error = String;

    fn try_from(cells: BTreeMap<String, Cell>) -> Result<Self, String> {
        let mut all = Vec::new();
        for (column, cell) in cells {
            let name = column.strip_prefix("product_").ok_or_else(|| format!("there is no column `{column}`"))?;
            let value = match cell {
                Cell::Text(text) if text.is_empty() => continue,
                Cell::Text(text) => text,
                Cell::Number(number) => number.to_string(),
            };
            all.push((named::<Attribute>(name)?.name.as_str(), value));
        }
        Ok(Self(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_product_attributes_may_be_further_columns() {
        for (column, known) in [("product_group", true), ("product_grupe", false), ("group", false)] {
            let cells = BTreeMap::from([(column.to_owned(), Cell::Number(2))]);
            assert_eq!(Attributes::try_from(cells).is_ok(), known, "{column}");
        }
    }
}
