//! §6, closing entry, and §10, `commitment_usage`: what became of every owner's commitments in the period.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{sum, zero};
use crate::oracle::allocate::pools::Pools;
use crate::oracle::allocate::settle::Settled;
use crate::oracle::allocate::slots::Slot;
use crate::oracle::allocate::unit_costs::Owned;
use crate::oracle::month::{Exact, OwnerKey, OwnerUse, SharingPolicy};

/// An owner in a pool.
#[derive(Default)]
struct Account {
    kind: &'static str,
    service: String,
    /// Base cost of all that its commitments covered, and of its fee lines.
    cost: Exact,
    /// Real cost that stays on fee lines.
    on_fee_lines: Exact,
    own_cost: Exact,
    lent_cost: Exact,
    credited: Exact,
    usage: OwnerUse,
}

/// Writes fee lines, entries and the use of commitments.
pub(super) fn close(
    ledger: &mut Ledger<'_>,
    items: &[&Item<'_>],
    pools: &Pools<'_>,
    shared: &[Slot],
    facts: &Facts<'_>,
) {
    let mut owners = owners(pools);
    for line in &pools.lines {
        let owned = line.owner.as_ref().map(|owner| (line.place.0.clone(), owner.clone()));
        if let Some(owner) = owned.and_then(|owned| owners.get_mut(&owned)) {
            owner.cost += &line.item.base;
        }
    }
    fee_lines(ledger, items, pools, &mut owners, facts);
    for slot in shared {
        slot_of_owners(&mut owners, slot, pools.capacity.offered.get(&slot.place));
        margin(ledger, slot, pools, facts);
    }
    for (owned, units) in &pools.capacity.beyond {
        if let Some(account) = owners.get_mut(owned) {
            account.usage.capacity += units;
        }
    }
    for ((pool, owner), account) in owners {
        let unused = &account.cost - &account.own_cost - &account.lent_cost;
        let entries = [
            ("lent_commitment", account.lent_cost),
            ("lending_credit", -account.credited),
            ("unused_commitment", unused - account.on_fee_lines),
        ];
        let lending = service(pools, &pool);
        for (category, amount) in entries {
            let service = if category == "unused_commitment" { &account.service } else { &lending };
            ledger.cost(&owner, service, category).real += amount;
        }
        let OwnerUse { capacity, own_use, lent, leaked, .. } = account.usage;
        let unused = &capacity - &own_use - &lent - &leaked;
        let key = OwnerKey { currency: ledger.currency.clone(), owner, pool, kind: account.kind.to_owned() };
        let usage = OwnerUse { capacity, own_use, lent, leaked, unused, cost: account.cost };
        ledger.answer.commitment_usage.insert(key, usage);
    }
}

fn owners(pools: &Pools<'_>) -> BTreeMap<Owned, Account> {
    let mut owners: BTreeMap<Owned, Account> = BTreeMap::new();
    for commitment in pools.commitments.values() {
        let owned = (commitment.pool.clone(), commitment.owner.clone());
        let service = commitment.service.clone();
        let new = || Account { kind: commitment.kind, service: service.clone(), ..Account::default() };
        let account = owners.entry(owned).or_insert_with(new);
        // Entries of several commitments stand under one service, the first by name.
        if service < account.service {
            account.service = service;
        }
    }
    owners
}

/// Fee lines of commitments in a pool. The owner's keep their base cost, so that the closing entry carries only the
/// rest. What stands on another account moves to the owner's closing entry, and so does a negation, which takes back
/// what a covered line cost; unless all stays as billed.
fn fee_lines(
    ledger: &mut Ledger<'_>,
    items: &[&Item<'_>],
    pools: &Pools<'_>,
    owners: &mut BTreeMap<Owned, Account>,
    facts: &Facts<'_>,
) {
    for item in items.iter().filter(|item| item.role == Role::Fee) {
        let Some(commitment) = item.commitment.as_ref().and_then(|bought| pools.commitments.get(&bought.arn)) else {
            continue;
        };
        let is_negation = item.line.line_item_line_item_type == "SavingsPlanNegation";
        let keeps = item.is_owners() && !is_negation || facts.settings.policy == SharingPolicy::AsBilled;
        let real = if keeps { item.base.clone() } else { zero() };
        ledger.line(item, &item.category, Some(&commitment.pool), &[(item.category.as_str(), real.clone())]);
        if let Some(owner) = owners.get_mut(&(commitment.pool.clone(), commitment.owner.clone())) {
            owner.cost += &item.base;
            owner.on_fee_lines += real;
        }
    }
}

/// Adds what a slot did to the owners.
fn slot_of_owners(owners: &mut BTreeMap<Owned, Account>, slot: &Slot, capacity: Option<&BTreeMap<String, Exact>>) {
    let pool = &slot.place.0;
    for ((_, owner), account) in owners.iter_mut().filter(|((key, _), _)| key == pool) {
        let of = |amounts: &BTreeMap<String, Exact>| amounts.get(owner).cloned().unwrap_or_default();
        let lent = |is_leakage: bool| -> Exact {
            let circles = slot.circles.iter().filter(|settled| settled.circle.is_leakage == is_leakage);
            sum(&circles.map(|settled| of(&settled.circle.lent)).collect::<Vec<Exact>>())
        };
        account.own_cost += slot.usage.get(owner).map_or_else(zero, |cost| cost.own.clone());
        account.lent_cost += of_circles(&slot.circles, |settled| of(&settled.lent_cost));
        account.credited += of_circles(&slot.circles, |settled| of(&settled.credited));
        account.usage.capacity += capacity.map_or_else(zero, of);
        account.usage.own_use += of(&slot.own_use);
        account.usage.lent += lent(false);
        account.usage.leaked += lent(true);
    }
}

fn of_circles(circles: &[Settled], amount: impl Fn(&Settled) -> Exact) -> Exact {
    sum(&circles.iter().map(amount).collect::<Vec<Exact>>())
}

/// The service under which a pool's lending is booked: the first, by name, of those of its commitments.
fn service(pools: &Pools<'_>, pool: &str) -> String {
    let services = pools.commitments.values().filter(|commitment| commitment.pool == pool);
    services.map(|commitment| commitment.service.clone()).min().unwrap_or_default()
}

/// What neither lender nor borrower keeps.
fn margin(ledger: &mut Ledger<'_>, slot: &Slot, pools: &Pools<'_>, facts: &Facts<'_>) {
    for settled in &slot.circles {
        let service = service(pools, &slot.place.0);
        ledger.cost(&facts.settings.margin_account, &service, "margin").real -= &settled.margin;
    }
}
