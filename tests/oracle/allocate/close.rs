//! §6, closing entries, and §10, `commitment_usage`: what became of every owner's commitments in the period.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::capacity::Owned;
use crate::oracle::allocate::commitments;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::ledger::{Ledger, Place};
use crate::oracle::allocate::number::{sum, zero};
use crate::oracle::allocate::pools::Pools;
use crate::oracle::allocate::slots::Slot;
use crate::oracle::month::{Exact, OwnerKey, OwnerUse, SharingPolicy};

/// Writes fee lines, entries and the use of commitments.
pub(super) fn close(
    ledger: &mut Ledger<'_>,
    items: &[&Item<'_>],
    pools: &Pools<'_>,
    slots: &[Slot<'_>],
    facts: &Facts<'_>,
) {
    fee_lines(ledger, items, pools, facts);
    for slot in slots {
        entries(ledger, slot, pools, facts);
    }
    for (key, used) in usage(ledger, items, pools, slots) {
        ledger.answer.commitment_usage.insert(key, used);
    }
}

/// Fee lines stay with their owner. What stands on another account moves to the owner, as an entry; unless all stays
/// as billed.
fn fee_lines(ledger: &mut Ledger<'_>, items: &[&Item<'_>], pools: &Pools<'_>, facts: &Facts<'_>) {
    for item in items.iter().filter(|item| item.role == Role::Fee) {
        let Some(commitment) = commitments::of(item, &pools.commitments) else { continue };
        let moves = item.is_foreign() && facts.settings.policy != SharingPolicy::AsBilled;
        let real = if moves { zero() } else { item.base.clone() };
        let place = Place { pool: Some(&commitment.pool), rule: Some(&commitment.rule), ..Place::default() };
        ledger.plain(item, &item.category, &place, (zero(), real));
        if moves {
            let service = pools.services.get(&commitment.pool).cloned().unwrap_or_default();
            ledger.entry(&commitment.owner, &service, "unused_commitment", &item.base);
        }
    }
}

/// What owners bear and get in a slot, and what nobody keeps.
fn entries(ledger: &mut Ledger<'_>, slot: &Slot<'_>, pools: &Pools<'_>, facts: &Facts<'_>) {
    let service = pools.services.get(&slot.place.0).cloned().unwrap_or_default();
    for (place, position) in slot.positions.iter().enumerate() {
        let over_circles = |of: &dyn Fn(&super::settle::Settled) -> Exact| sum(slot.circles.iter().map(of));
        let lent = over_circles(&|circle| circle.lent_commitment[place].clone());
        let credited = over_circles(&|circle| circle.credited[place].clone());
        let returned = position.returned() * &slot.moves[place].unit_cost;
        let unused = &position.given_base - returned - &lent;
        for (category, amount) in
            [("lent_commitment", lent), ("lending_credit", -credited), ("unused_commitment", unused)]
        {
            if amount != zero() {
                ledger.entry(&position.account, &service, category, &amount);
            }
        }
    }
    for circle in slot.circles.iter().filter(|circle| circle.margin != zero()) {
        ledger.entry(&facts.settings.margin_account, &service, "margin", &-&circle.margin);
    }
}

/// Own use, lent, leaked and unused units, which together are the capacity.
fn usage(
    ledger: &Ledger<'_>,
    items: &[&Item<'_>],
    pools: &Pools<'_>,
    slots: &[Slot<'_>],
) -> BTreeMap<OwnerKey, OwnerUse> {
    let mut owners = owners(items, pools);
    let mut add = |owned: &Owned, of: &dyn Fn(&mut OwnerUse)| {
        if let Some((_, used)) = owners.get_mut(owned) {
            of(used);
        }
    };
    for ((pool, _), offered) in &pools.capacity.offered {
        for (owner, units) in offered {
            add(&(pool.clone(), owner.clone()), &|used| used.capacity += units);
        }
    }
    for (owned, units) in &pools.capacity.beyond {
        add(owned, &|used| used.capacity += units);
    }
    for slot in slots {
        for (place, position) in slot.positions.iter().enumerate() {
            let owned = (slot.place.0.clone(), position.account.clone());
            add(&owned, &|used| used.own_use += &position.own_use);
            for circle in &slot.circles {
                let lent = &circle.circle.lent[place];
                add(&owned, &|used| if circle.circle.is_leakage { used.leaked += lent } else { used.lent += lent });
            }
        }
    }
    // Where nothing can move all is used as AWS put it.
    for line in pools.covered.iter().filter(|line| !pools.open.contains(&line.place)) {
        let Some(owner) = &line.owner else { continue };
        let owned = (line.place.0.clone(), owner.clone());
        add(&owned, &|used| if line.is_foreign() { used.lent += &line.units } else { used.own_use += &line.units });
    }
    let keyed = owners.into_iter().map(|((pool, owner), (kind, used))| {
        let unused = &used.capacity - &used.own_use - &used.lent - &used.leaked;
        let key = OwnerKey { currency: ledger.currency.clone(), owner, pool, kind: kind.to_owned() };
        (key, OwnerUse { unused, ..used })
    });
    keyed.collect()
}

/// All owners in all pools, with the amortised cost of covered and fee lines.
fn owners(items: &[&Item<'_>], pools: &Pools<'_>) -> BTreeMap<Owned, (&'static str, OwnerUse)> {
    let mut owners: BTreeMap<Owned, (&'static str, OwnerUse)> = BTreeMap::new();
    for commitment in pools.commitments.values() {
        let unit = commitment.unit.to_owned();
        let owned = (commitment.pool.clone(), commitment.owner.clone());
        owners.entry(owned).or_insert_with(|| (commitment.kind, OwnerUse { unit, ..OwnerUse::default() }));
    }
    for item in items.iter().filter(|item| matches!(item.role, Role::Covered | Role::Fee)) {
        let commitment = commitments::of(item, &pools.commitments);
        let owned = commitment.map(|commitment| (commitment.pool.clone(), commitment.owner.clone()));
        if let Some((_, used)) = owned.and_then(|owned| owners.get_mut(&owned)) {
            used.cost += &item.amortized;
        }
    }
    owners
}
