//! The tables that the sample is made from: CSV files that are part of the program, each read once.
//!
//! Each stands beside the type of its rows. A row may name a row of another table. A table that cannot be read is a
//! bug of apportion.

use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::common::error::{Error, Result};

/// A table.
#[derive(Debug)]
pub(super) struct Table<Row> {
    name: &'static str,
    text: &'static str,
    rows: OnceLock<Result<Vec<Row>>>,
}

impl<Row: DeserializeOwned> Table<Row> {
    /// The table that this text is.
    pub(super) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, rows: OnceLock::new() }
    }

    /// Its rows, which are read when they are first asked for.
    ///
    /// # Errors
    /// When the table is malformed, or a row names a row that is in no table.
    pub(super) fn rows(&self) -> Result<&[Row]> {
        self.rows.get_or_init(|| self.read()).as_deref().map_err(Error::clone)
    }

    fn read(&self) -> Result<Vec<Row>> {
        let name = self.name;
        let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(self.text.as_bytes());
        let rows: Result<Vec<Row>, csv::Error> = reader.into_deserialize().collect();
        match rows {
            Ok(rows) if rows.is_empty() => Err(Error::bug(format!("the sample's table `{name}` has no rows"))),
            Ok(rows) => Ok(rows),
            Err(error) => Err(Error::bug(format!("the sample's table `{name}` cannot be read")).caused_by(&error)),
        }
    }
}

/// A row that others name.
pub(super) trait Named: DeserializeOwned + 'static {
    /// The table it is in.
    fn table() -> &'static Table<Self>;

    /// What others call it.
    fn called(&self) -> &str;
}

/// The row of this name.
///
/// # Errors
/// When there is none; the message is for the row that names it.
pub(super) fn named<Row: Named>(name: &str) -> Result<&'static Row, String> {
    let rows = Row::table().rows().map_err(|error| error.message().to_owned())?;
    rows.iter().find(|row| row.called() == name).ok_or_else(|| format!("there is no `{name}`"))
}

/// Reads a cell that names a row.
pub(super) fn by_name<'de, D: Deserializer<'de>, Row: Named>(cell: D) -> Result<&'static Row, D::Error> {
    named(&String::deserialize(cell)?).map_err(D::Error::custom)
}

/// Reads a cell that names a row or is blank.
pub(super) fn by_name_if_any<'de, D: Deserializer<'de>, Row: Named>(cell: D) -> Result<Option<&'static Row>, D::Error> {
    let name = String::deserialize(cell)?;
    if name.is_empty() { Ok(None) } else { named(&name).map(Some).map_err(D::Error::custom) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_rows_is_a_bug() {
        let table: Table<String> = Table::new("tiers", "tiers\n");
        assert!(table.rows().is_err_and(|error| error.message().contains("`tiers` has no rows")));
    }
}
