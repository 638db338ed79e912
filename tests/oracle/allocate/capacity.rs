//! §5: the units that owners' commitments offer in each slot.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::commitments::{self, Commitment};
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::number::{exact, whole, zero};
use crate::oracle::allocate::pools::{Place, Pooled};
use crate::oracle::month::{Exact, Moment};

/// Pool and owner.
pub(super) type Owned = (String, String);

/// Units by pool and slot, and by owner.
type Offered = BTreeMap<Place, BTreeMap<String, Exact>>;

/// What commitments offer.
#[derive(Debug)]
pub(super) struct Capacity {
    /// Units by pool and slot, and by owner.
    pub(super) offered: Offered,
    /// Reserved units of hours that are no slot, since the report has no usage in them, by pool and owner.
    pub(super) beyond: BTreeMap<Owned, Exact>,
}

/// A slot and its end, both in seconds.
pub(super) type Slot = (i64, i64);

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Capacity by pool, slot and owner.
pub(super) fn capacity(
    items: &[&Item<'_>],
    commitments: &BTreeMap<String, Commitment>,
    covered: &[Pooled<'_>],
    slots: &[Slot],
) -> Capacity {
    let mut offered = Offered::new();
    let mut beyond: BTreeMap<Owned, Exact> = BTreeMap::new();
    let mut add = |pool: &str, slot: i64, owner: &str, units: Exact| {
        let owners = offered.entry((pool.to_owned(), Moment(slot))).or_default();
        *owners.entry(owner.to_owned()).or_default() += units;
    };
    for item in items.iter().filter(|item| item.role == Role::Fee) {
        let Some(commitment) = commitments::of(item, commitments) else { continue };
        if commitment.is_unknown() {
            continue;
        }
        match item.line.line_item_line_item_type.as_str() {
            "RIFee" => {
                let reserved = reserved_units(item, commitment);
                let outside = beyond.entry((commitment.pool.clone(), commitment.owner.clone())).or_default();
                *outside += &reserved;
                for (slot, units) in spread(item, &reserved, slots) {
                    *outside -= &units;
                    add(&commitment.pool, slot, &commitment.owner, units);
                }
            }
            "SavingsPlanRecurringFee" => {
                let committed = exact(item.line.savings_plan_total_commitment_to_date);
                add(&commitment.pool, item.slot().0, &commitment.owner, committed);
            }
            _ => {}
        }
    }
    Capacity { offered: at_least_observed(offered, covered), beyond }
}

/// Units that a fee row reserves in the period, in the unit of its pool. Normalised units are the report's own where it
/// has them.
fn reserved_units(item: &Item<'_>, commitment: &Commitment) -> Exact {
    let reserved = exact(item.line.reservation_total_reserved_units);
    let normalized = exact(item.line.reservation_total_reserved_normalized_units);
    if !commitment.is_normalized {
        return reserved;
    }
    if normalized > zero() {
        return normalized;
    }
    item.kind.as_ref().map_or_else(zero, |kind| reserved * &kind.units)
}

/// The row's units in each slot, in proportion to the seconds in which the row's interval, to the end of its last
/// second, overlaps it. `23:59:59` is the last second of a month; an end on the full hour is no second any more.
fn spread(item: &Item<'_>, reserved: &Exact, slots: &[Slot]) -> Vec<(i64, Exact)> {
    let start = item.slot().0;
    let end = item.line.line_item_usage_end_date.map_or(start, |end| end.0);
    let end = if end % HOUR == 0 { end } else { end + 1 };
    let overlap = |slot: &Slot| (end.min(slot.1) - start.max(slot.0)).max(0);
    let part = |slot: &Slot| reserved * whole(overlap(slot)) / whole(end - start);
    slots.iter().filter(|slot| overlap(slot) > 0).map(|slot| (slot.0, part(slot))).collect()
}

/// The slots of the report: the usage intervals that its lines belong to, an hour, or a day in a daily report. Instances
/// are metered in whole slots, so the shortest of their intervals tells which.
pub(super) fn slots<'a>(items: impl Iterator<Item = &'a Item<'a>>) -> Vec<Slot> {
    let usage: Vec<&Item<'_>> = items.filter(|item| matches!(item.role, Role::Usage | Role::Covered)).collect();
    let seconds = |item: &Item<'_>| item.line.line_item_usage_end_date.map_or(0, |end| end.0 - item.slot().0);
    let of_instances = usage.iter().filter(|item| item.kind.is_some()).map(|item| seconds(item));
    let is_daily = of_instances.filter(|seconds| *seconds > 0).min().is_some_and(|shortest| shortest > HOUR);
    let length = if is_daily { DAY } else { HOUR };
    let starts: BTreeSet<i64> = usage.iter().map(|item| item.slot().0).collect();
    starts.into_iter().map(|start| (start, start + length)).collect()
}

/// Never less than what AWS observably covered with an owner's commitments in the slot.
fn at_least_observed(mut offered: Offered, covered: &[Pooled<'_>]) -> Offered {
    let mut observed = Offered::new();
    for line in covered {
        let Some(owner) = &line.owner else { continue };
        *observed.entry(line.place.clone()).or_default().entry(owner.clone()).or_default() += &line.units;
    }
    for (place, owners) in observed {
        for (owner, units) in owners {
            let known = offered.entry(place.clone()).or_default().entry(owner).or_default();
            if *known < units {
                *known = units;
            }
        }
    }
    offered
}
