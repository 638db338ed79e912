//! From the prices of a list to tables by region.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::common::error::{Error, Result};

use super::offer::{Listed, PriceList};
use super::tiers::{self, Tiers};

/// The tables of a list.
#[derive(Debug, Default)]
pub(super) struct PriceTables {
    /// Tiers by table and region, with the SKU they are from.
    pub(super) found: BTreeMap<(String, String), (Tiers, String)>,
    /// What is free, by table or by tier group.
    pub(super) free: BTreeMap<String, String>,
    /// Usage types whose prices have no region code.
    pub(super) without_region: BTreeSet<String>,
}

impl PriceTables {
    /// Prices in more than one tier, or free up to a quantity; of the tables `wanted`, or of all if there are none.
    ///
    /// # Errors
    /// When a price cannot be read, or two give one region different tiers.
    pub(super) fn of(list: &PriceList, wanted: &[String]) -> Result<Self> {
        let mut tables = Self::default();
        let mut prices = Vec::new();
        for listed in &list.prices {
            let table = &listed.rule.table;
            if !wanted.is_empty() && !wanted.contains(table) {
                continue;
            }
            let tiers = tiers::checked(listed, &list.offer)?;
            match (listed.is_allowance, tiers.free) {
                (true, Some(free)) => drop(tables.free.insert(table.clone(), format!("{free} {}", tiers.unit))),
                (true, None) => {}
                (false, _) => prices.push((listed, tiers)),
            }
        }
        // An allowance makes two tiers of one price: free, and paid.
        let allowed: BTreeSet<String> = tables.free.keys().cloned().collect();
        for (listed, tiers) in prices {
            let is_tiered = tiers.tiers.len() > 1 || tiers.free.is_some() || allowed.contains(&listed.rule.table);
            if is_tiered && !tiers.tiers.is_empty() {
                tables.add(listed, tiers)?;
            }
        }
        Ok(tables)
    }

    fn add(&mut self, listed: &Listed, tiers: Tiers) -> Result<()> {
        let table = &listed.rule.table;
        let Some(region) = listed.rule.region(&listed.usage_type, &listed.region) else {
            self.without_region.insert(listed.usage_type.clone());
            return Ok(());
        };
        if let Some(free) = tiers.free {
            self.free.insert(format!("{table}/{region}"), format!("{free} {}", tiers.unit));
        }
        match self.found.entry((table.clone(), region.to_owned())) {
            Entry::Vacant(entry) => {
                entry.insert((tiers, listed.sku.clone()));
                Ok(())
            }
            Entry::Occupied(entry) if entry.get().0.tiers == tiers.tiers && entry.get().0.unit == tiers.unit => Ok(()),
            Entry::Occupied(entry) => {
                let (one, other) = (&entry.get().1, &listed.sku);
                let error = Error::data(format!("the SKUs {one} and {other} give `{table}/{region}` different tiers"))
                    .hint("give one a rule of its own that names no table, or import only other tables with `--table`");
                Err(listed.dimensions.first().map(|dimension| dimension.spot.blame(error.clone())).unwrap_or(error))
            }
        }
    }
}
