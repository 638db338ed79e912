//! §6: what covered usage would have cost on demand, line by line, in the metric that is read.

use std::collections::BTreeMap;

use crate::oracle::allocate::items::Item;
use crate::oracle::allocate::number::{exact, ratio, sum, to_ten_digits, zero};
use crate::oracle::allocate::pools::{Pooled, Pools};
use crate::oracle::month::Exact;

/// Sums over the uncovered lines of the period that match a pool and cost something.
#[derive(Default)]
struct OnDemand {
    /// Base cost and public cost of those that have a public cost.
    listed_base: Exact,
    public: Exact,
    /// Base cost of all.
    base: Exact,
    /// Units of all by kind of usage, each sum of ten digits as quantities are (§4).
    units: BTreeMap<[String; 4], Exact>,
}

impl OnDemand {
    fn units(&self) -> Exact {
        sum(self.units.values().map(to_ten_digits))
    }
}

/// On-demand prices of the pools.
pub(super) struct Prices(BTreeMap<String, OnDemand>);

impl Prices {
    /// The prices of the bill that is read.
    pub(super) fn of(pools: &Pools<'_>) -> Self {
        let mut prices: BTreeMap<String, OnDemand> = BTreeMap::new();
        for line in &pools.uncovered {
            let public = exact(line.item.line.pricing_public_on_demand_cost);
            for ((pool, ..), units) in line.fitting.iter().zip(&line.unrounded) {
                let price = prices.entry(pool.clone()).or_default();
                price.base += &line.item.base;
                let Item { service, usage_type, region, operation, .. } = line.item;
                let kind = [service, usage_type, region, operation].map(Clone::clone);
                *price.units.entry(kind).or_default() += units;
                if public > zero() {
                    price.listed_base += &line.item.base;
                    price.public += &public;
                }
            }
        }
        Self(prices)
    }

    /// What a covered line would have cost; 0 for uncovered ones, which bear their own cost.
    pub(super) fn value(&self, line: &Pooled<'_>) -> Exact {
        let Some(_) = &line.owner else { return zero() };
        if line.item.line.line_item_line_item_type == "SavingsPlanCoveredUsage" {
            return line.item.invoiced.clone();
        }
        let none = OnDemand::default();
        let price = self.0.get(&line.place.0).unwrap_or(&none);
        let public = exact(line.item.line.pricing_public_on_demand_cost);
        if public > zero() {
            let is_priced = price.public > zero();
            return if is_priced { public * &price.listed_base / &price.public } else { public };
        }
        let units = price.units();
        if units > zero() { &line.units * ratio(&price.base, &units) } else { line.item.base.clone() }
    }
}

/// The values of the lines of a slot.
pub(super) fn values(prices: &Prices, lines: &[Pooled<'_>]) -> Vec<Exact> {
    lines.iter().map(|line| prices.value(line)).collect()
}
