//! §5: the units that owners' commitments offer in each slot.

use std::collections::BTreeMap;

use crate::oracle::allocate::commitments::Commitment;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::kind;
use crate::oracle::allocate::number::{exact, whole, zero};
use crate::oracle::allocate::pools::{Place, Pooled};
use crate::oracle::month::{Exact, Moment, Tables};

/// Units by pool and slot, and by owner.
pub(super) type Capacity = BTreeMap<Place, BTreeMap<String, Exact>>;

/// A slot and its end, both in seconds.
pub(super) type Slot = (i64, i64);

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Capacity by pool, slot and owner.
pub(super) fn capacity(
    items: &[&Item<'_>],
    commitments: &BTreeMap<String, Commitment>,
    covered: &[Pooled<'_>],
    facts: (&Tables, &[Slot]),
) -> Capacity {
    let (tables, slots) = facts;
    let mut offered = Capacity::new();
    let mut add = |pool: &str, slot: i64, owner: &str, units: Exact| {
        let owners = offered.entry((pool.to_owned(), Moment(slot))).or_default();
        *owners.entry(owner.to_owned()).or_default() += units;
    };
    for item in items.iter().filter(|item| item.role == Role::Fee) {
        let Some(commitment) = item.commitment.as_ref().and_then(|bought| commitments.get(&bought.arn)) else {
            continue;
        };
        match item.line.line_item_line_item_type.as_str() {
            "RIFee" => {
                let reserved = reserved_units(item, commitment, tables);
                for (slot, units) in spread(item, &reserved, slots) {
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
    at_least_observed(offered, covered)
}

/// Units that a fee row reserves in the period, in the unit of its pool. Normalised units are the report's own where it
/// has them.
pub(super) fn reserved_units(item: &Item<'_>, commitment: &Commitment, tables: &Tables) -> Exact {
    let reserved = exact(item.line.reservation_total_reserved_units);
    let normalized = exact(item.line.reservation_total_reserved_normalized_units);
    if !commitment.is_normalized {
        return reserved;
    }
    if normalized > zero() {
        return normalized;
    }
    kind(item, tables).map_or_else(zero, |kind| reserved * kind.units)
}

/// The row's units in each slot, in proportion to the seconds in which the row's interval, to the end of its last
/// second, overlaps it. `23:59:59` is the last second of a month; an end on the full hour is no second any more.
fn spread(item: &Item<'_>, reserved: &Exact, slots: &[Slot]) -> Vec<(i64, Exact)> {
    let start = item.slot().0;
    let end = item.line.line_item_usage_end_date.map_or(start, |end| end.0);
    let end = if end % 60 == 59 { end + 1 } else { end };
    let overlap = |slot: &Slot| (end.min(slot.1) - start.max(slot.0)).max(0);
    let part = |slot: &Slot| reserved * whole(overlap(slot)) / whole(end - start);
    slots.iter().filter(|slot| overlap(slot) > 0).map(|slot| (slot.0, part(slot))).collect()
}

/// The slots of the report: usage intervals of what a reservation can cover. An interval is an hour, or a day in a
/// daily report.
pub(super) fn slots(items: &[Item<'_>], tables: &Tables) -> Vec<Slot> {
    let usage = items.iter().filter(|item| matches!(item.role, Role::Usage | Role::Covered));
    let pool_usage: Vec<&Item<'_>> = usage.filter(|item| kind(item, tables).is_some()).collect();
    let seconds = |item: &&Item<'_>| item.line.line_item_usage_end_date.map_or(HOUR, |end| end.0 - item.slot().0);
    let is_daily = pool_usage.iter().map(seconds).min().is_some_and(|shortest| shortest > HOUR);
    let length = if is_daily { DAY } else { HOUR };
    let mut starts: Vec<i64> = pool_usage.iter().map(|item| item.slot().0).collect();
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|start| (start, start + length)).collect()
}

/// Never less than what AWS observably covered with an owner's commitments in the slot.
fn at_least_observed(mut offered: Capacity, covered: &[Pooled<'_>]) -> Capacity {
    let mut observed = Capacity::new();
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
