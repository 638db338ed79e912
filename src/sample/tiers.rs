//! Tiered prices: the organisation's sum decides the tier, in the order in which usage is metered.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::catalog::on_demand;
use super::dictionary::{Dictionary, NONE, UnitPrice};
use super::exact::Exact;
use super::sold::Sold;
use super::tables::Table;

/// The tiers of all tier tables.
pub(super) static TIERS: Table<TierRate> = Table::new("tiers", include_str!("data/tiers.csv"));

/// The reach of the last tier.
const ENDLESS: Exact = Exact::whole(i128::MAX / 1_000_000_000_000);

/// A tier of a tier table, or a quantity that is free before them.
#[derive(Debug, Deserialize)]
pub(super) struct TierRate {
    /// The tier table.
    pub(super) tiers: String,
    /// Up to how many units of a month it applies; the last tier has no end.
    up_to: Option<i128>,
    /// What a unit costs; 0 where it is free.
    pub(super) rate: Exact,
    /// Its description on the bill.
    pub(super) description: String,
}

impl TierRate {
    /// Up to which quantity of a month it applies.
    pub(super) fn reach(&self) -> Exact {
        self.up_to.map_or(ENDLESS, Exact::whole)
    }

    /// Whether it is a free quantity.
    pub(super) fn is_free(&self) -> bool {
        self.rate == Exact::ZERO
    }
}

/// Reads a cell that names a tier table or is blank: the tiers, in order.
pub(super) fn tier_table<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<&'static TierRate>, D::Error> {
    let name = String::deserialize(cell)?;
    let all = TIERS.rows().map_err(|error| D::Error::custom(error.message()))?;
    let tiers: Vec<&TierRate> = all.iter().filter(|tier| tier.tiers == name).collect();
    if tiers.iter().all(|tier| tier.is_free()) && !name.is_empty() {
        return Err(D::Error::custom(format!("there are no tiers `{name}` that cost something")));
    }
    Ok(tiers)
}

/// The tiers that cost something; the dearest comes first.
pub(super) fn paid_tiers(tiers: &[&'static TierRate]) -> impl Iterator<Item = &'static TierRate> {
    tiers.iter().copied().filter(|tier| !tier.is_free())
}

/// A free quantity that several meters draw on, and how much of it the month has used.
#[derive(Debug)]
struct Free {
    tier: &'static TierRate,
    used: Exact,
}

/// The tiers of an SKU and how far the month has come in them.
#[derive(Debug)]
struct TierMeter {
    sku: String,
    /// Number of the free quantity, and its price.
    free: Option<(usize, u32)>,
    /// The reach of each tier, and its price.
    steps: Vec<(Exact, u32)>,
    used: Exact,
}

/// A part of a metered quantity, at one price.
pub(super) type PricedQuantity = (u32, Exact);

/// The meters of all that is sold by tiers.
#[derive(Debug, Default)]
pub(super) struct TierMeters {
    free: Vec<Free>,
    meters: Vec<TierMeter>,
}

impl TierMeters {
    /// Begins a month.
    pub(super) fn restart(&mut self) {
        self.free.iter_mut().for_each(|free| free.used = Exact::ZERO);
        self.meters.iter_mut().for_each(|meter| meter.used = Exact::ZERO);
    }

    /// Splits a quantity metered now: free first, then tier by tier.
    pub(super) fn split(&mut self, meter: u32, quantity: Exact, pieces: &mut Vec<PricedQuantity>) {
        pieces.clear();
        let Some(meter) = self.meters.get_mut(meter as usize) else { return };
        let mut left = quantity;
        if let Some((free, price)) = meter.free {
            let free = &mut self.free[free];
            let part = left.min(free.tier.reach() - free.used);
            if part > Exact::ZERO {
                free.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
        for &(reach, price) in &meter.steps {
            let part = left.min(reach - meter.used);
            if part > Exact::ZERO {
                meter.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
    }

    /// How a product with these tiers is sold; its meter is made when its SKU is first asked for.
    pub(super) fn sold(
        &mut self,
        dictionary: &mut Dictionary,
        product: u32,
        tiers: &[&'static TierRate],
        unit: &'static str,
    ) -> Sold {
        let sku = dictionary.products[product as usize].sku.clone();
        let known = self.meters.iter().position(|meter| meter.sku == sku);
        let number = known.unwrap_or_else(|| {
            let meter = self.meter(dictionary, sku, tiers, unit);
            self.meters.push(meter);
            self.meters.len() - 1
        });
        let price = self.meters[number].steps.first().map_or(NONE, |(_, price)| *price);
        Sold { product, price, tier: number as u32, plan_rates: (Exact::ZERO, Exact::ZERO) }
    }

    fn meter(
        &mut self,
        dictionary: &mut Dictionary,
        sku: String,
        tiers: &[&'static TierRate],
        unit: &'static str,
    ) -> TierMeter {
        let free = tiers.iter().find(|tier| tier.is_free()).map(|tier| {
            let (description, rate_text) = (tier.description.clone(), Exact::ZERO.text());
            let price = UnitPrice { description, rate_text, ..UnitPrice::default() };
            (self.free(tier), dictionary.price(format!("free/{sku}"), || price))
        });
        let mut steps = Vec::new();
        for tier in paid_tiers(tiers) {
            let price = dictionary.price(format!("{}/{sku}", tier.rate.short(0)), || {
                on_demand(&sku, tier.rate, unit, tier.description.clone())
            });
            steps.push((tier.reach(), price));
        }
        TierMeter { sku, free, steps, used: Exact::ZERO }
    }

    /// The number of a free quantity.
    fn free(&mut self, tier: &'static TierRate) -> usize {
        let known = self.free.iter().position(|free| std::ptr::eq(free.tier, tier));
        known.unwrap_or_else(|| {
            self.free.push(Free { tier, used: Exact::ZERO });
            self.free.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error as ValueError, StrDeserializer};

    use super::*;

    #[test]
    fn a_tier_table_that_is_not_there_is_named() {
        for (cell, tiers) in [("storage", Some(3)), ("transfer", Some(5)), ("", Some(0)), ("nothing", None)] {
            let read = tier_table(StrDeserializer::<ValueError>::new(cell));
            assert_eq!(read.ok().map(|read| read.len()), tiers, "{cell}");
        }
    }
}
