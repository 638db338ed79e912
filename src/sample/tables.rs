//! The tables that the sample is made from: CSV files that are part of the program, each read once.
//!
//! A row may name a row of another table. A table that cannot be read is a bug of apportion.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::catalog::{Family, Platform, Region};
use super::dictionary::Attribute;
use super::roles::{AccountRole, Adjustment, PlanPurchase, Purchase, Workload};
use super::services::Service;
use super::tiers::TierRate;
use crate::common::error::{Error, Result};

/// The rows of a table, or what is wrong with it.
type Table<Row> = LazyLock<Result<Vec<Row>>>;

static ADJUSTMENTS: Table<Adjustment> = LazyLock::new(|| read("adjustments", include_str!("data/adjustments.csv")));
static ATTRIBUTES: Table<Attribute> = LazyLock::new(|| read("attributes", include_str!("data/attributes.csv")));
static FAMILIES: Table<Family> = LazyLock::new(|| read("families", include_str!("data/families.csv")));
static MACHINES: Table<Workload> = LazyLock::new(|| read("machines", include_str!("data/machines.csv")));
static METERS: Table<Workload> = LazyLock::new(|| read("meters", include_str!("data/meters.csv")));
static PLATFORMS: Table<Platform> = LazyLock::new(|| read("platforms", include_str!("data/platforms.csv")));
static REGIONS: Table<Region> = LazyLock::new(|| read("regions", include_str!("data/regions.csv")));
static RESERVATIONS: Table<Purchase> = LazyLock::new(|| read("reservations", include_str!("data/reservations.csv")));
static ROLES: Table<AccountRole> = LazyLock::new(|| read("roles", include_str!("data/roles.csv")));
static SAVINGS_PLANS: Table<PlanPurchase> =
    LazyLock::new(|| read("savings_plans", include_str!("data/savings_plans.csv")));
static SERVICES: Table<Service> = LazyLock::new(|| read("services", include_str!("data/services.csv")));
static TIERS: Table<TierRate> = LazyLock::new(|| read("tiers", include_str!("data/tiers.csv")));

/// The tables that decide what is billed. Regions, families, platforms and services are
/// reached through the rows that name them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables {
    /// Kinds of accounts; the first is the payer's.
    pub(super) roles: &'static [AccountRole],
    /// Machines that roles run.
    pub(super) machines: &'static [Workload],
    /// What else is metered by the hour.
    pub(super) meters: &'static [Workload],
    /// Reserved Instances that roles bought.
    pub(super) reservations: &'static [Purchase],
    /// Savings Plans that roles bought.
    pub(super) savings_plans: &'static [PlanPurchase],
    /// Credits and refunds of every month.
    pub(super) adjustments: &'static [Adjustment],
    /// The tiers of all tier tables.
    pub(super) tiers: &'static [TierRate],
    /// The attributes that products may have.
    pub(super) attributes: &'static [Attribute],
}

impl Tables {
    /// Reads the tables, unless they have been read before.
    ///
    /// # Errors
    /// When a table is malformed, or a row names a row that is in no table.
    pub(super) fn read() -> Result<Self> {
        Ok(Self {
            roles: rows(&ROLES)?,
            machines: rows(&MACHINES)?,
            meters: rows(&METERS)?,
            reservations: rows(&RESERVATIONS)?,
            savings_plans: rows(&SAVINGS_PLANS)?,
            adjustments: rows(&ADJUSTMENTS)?,
            tiers: rows(&TIERS)?,
            attributes: rows(&ATTRIBUTES)?,
        })
    }
}

/// A row that others name.
pub(super) trait Named: Sized + 'static {
    /// The table it is in.
    fn table() -> &'static Table<Self>;

    /// What others call it.
    fn called(&self) -> &str;
}

/// Implements [`Named`] for rows: in which table they are, and which field names them.
macro_rules! named {
    ($($row:ident in $table:ident by $cell:ident;)*) => {$(
        impl Named for $row {
            fn table() -> &'static Table<Self> {
                &$table
            }

            fn called(&self) -> &str {
                &self.$cell
            }
        }
    )*};
}

named! {
    AccountRole in ROLES by name;
    Attribute in ATTRIBUTES by name;
    Family in FAMILIES by name;
    Platform in PLATFORMS by name;
    Region in REGIONS by code;
    Service in SERVICES by name;
}

/// The row of this name.
///
/// # Errors
/// When there is none; the message is for the row that names it.
pub(super) fn named<Row: Named>(name: &str) -> Result<&'static Row, String> {
    let rows = rows(Row::table()).map_err(|error| error.message().to_owned())?;
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

/// Reads a cell that names a tier table or is blank: the tiers, in order.
pub(super) fn tier_table<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<&'static TierRate>, D::Error> {
    let name = String::deserialize(cell)?;
    let all = rows(&TIERS).map_err(|error| D::Error::custom(error.message()))?;
    let tiers: Vec<&TierRate> = all.iter().filter(|tier| tier.tiers == name).collect();
    if tiers.iter().all(|tier| tier.is_free()) && !name.is_empty() {
        return Err(D::Error::custom(format!("there are no tiers `{name}` that cost something")));
    }
    Ok(tiers)
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

/// The rows of a table.
fn rows<Row>(table: &'static Table<Row>) -> Result<&'static [Row]> {
    match &**table {
        Ok(rows) => Ok(rows),
        Err(error) => Err(error.clone()),
    }
}

/// Reads a table from its text.
fn read<Row: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<Row>> {
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let rows: Result<Vec<Row>, csv::Error> = reader.into_deserialize().collect();
    match rows {
        Ok(rows) if rows.is_empty() => Err(Error::bug(format!("the sample's table `{name}` has no rows"))),
        Ok(rows) => Ok(rows),
        Err(error) => Err(Error::bug(format!("the sample's table `{name}` cannot be read")).caused_by(&error)),
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error as ValueError, StrDeserializer};

    use super::*;

    #[test]
    fn all_tables_can_be_read() -> Result<()> {
        Tables::read().map(drop)
    }

    #[test]
    fn a_wrong_cell_is_named_with_its_line() {
        let header = "role,region,instance_type,platform,schedule,availability_zone";
        for (row, cause) in [
            ("nobody,us-east-1,m5.large,Linux,always,", "there is no `nobody`"),
            ("sandbox,us-east-1,m5.large,Linux,sometimes,", "`sometimes` is no schedule"),
        ] {
            let read: Result<Vec<Workload>> = read("machines", &format!("{header}\n{row}\n"));
            let words = read.map_or_else(|error| error.to_string(), |_| String::new());
            assert!(words.contains(cause) && words.contains("line: 2"), "{words}");
        }
    }

    #[test]
    fn a_table_without_rows_is_a_bug() {
        let read: Result<Vec<TierRate>> = read("tiers", "tiers,up_to,rate,description\n");
        assert!(read.is_err_and(|error| error.message().contains("has no rows")));
    }

    #[test]
    fn a_tier_table_that_is_not_there_is_named() {
        for (cell, tiers) in [("storage", Some(3)), ("transfer", Some(5)), ("", Some(0)), ("nothing", None)] {
            let read = tier_table(StrDeserializer::<ValueError>::new(cell));
            assert_eq!(read.ok().map(|read| read.len()), tiers, "{cell}");
        }
    }

    #[test]
    fn only_product_attributes_may_be_further_columns() {
        for (column, known) in [("product_group", true), ("product_grupe", false), ("group", false)] {
            let cells = BTreeMap::from([(column.to_owned(), Cell::Number(2))]);
            assert_eq!(Attributes::try_from(cells).is_ok(), known, "{column}");
        }
    }
}
