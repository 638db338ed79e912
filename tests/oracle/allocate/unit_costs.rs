//! §5: what a unit of an owner's commitments costs it, and what it costs on demand.

use std::collections::BTreeMap;

use crate::oracle::allocate::capacity::offered_units;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::number::{exact, ratio, sum, zero};
use crate::oracle::allocate::pools::{Pooled, Pools};
use crate::oracle::month::Exact;

/// Pool and owner.
pub(super) type Owned = (String, String);

/// e: base cost (amortised, always) of what the owner's commitments in the pool covered in the period, by unit covered;
/// if they covered nothing, unused cost by unused unit.
pub(super) fn effective_unit_costs(pools: &Pools<'_>, items: &[&Item<'_>]) -> BTreeMap<Owned, Exact> {
    let mut covered: BTreeMap<Owned, (Exact, Exact)> = BTreeMap::new();
    let mut unused = covered.clone();
    for line in &pools.lines {
        let Some(owner) = &line.owner else { continue };
        let (cost, units) = covered.entry((line.place.0.clone(), owner.clone())).or_default();
        *cost += &line.item.amortized;
        *units += &line.units;
    }
    for item in items.iter().filter(|item| item.role == Role::Fee) {
        let Some(commitment) = item.commitment.as_ref().and_then(|bought| pools.commitments.get(&bought.arn)) else {
            continue;
        };
        let (cost, units) = unused.entry((commitment.pool.clone(), commitment.owner.clone())).or_default();
        if let Some(offered) = offered_units(item, commitment) {
            *cost += &item.amortized;
            *units += offered;
        }
    }
    let mut unit_costs: BTreeMap<Owned, Exact> = BTreeMap::new();
    for (owned, (cost, units)) in unused.into_iter().chain(covered) {
        if units != zero() {
            unit_costs.insert(owned, cost / units);
        }
    }
    unit_costs
}

/// p: public on-demand cost by unit over demand, of the lines of a pool in a slot, or of an account's among them.
pub(super) fn on_demand_unit_price<'a>(lines: impl Iterator<Item = &'a Pooled<'a>>) -> Exact {
    let (costs, units): (Vec<Exact>, Vec<Exact>) =
        lines.map(|line| (exact(line.item.line.pricing_public_on_demand_cost), line.units.clone())).unzip();
    ratio(&sum(&costs), &sum(&units))
}
