//! §6: one pool and slot, from demand and capacity to what every account pays.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::as_billed;
use crate::oracle::allocate::number::{absolute, at_least_zero, divide, sum, zero};
use crate::oracle::allocate::pools::{Place, Pooled};
use crate::oracle::allocate::settle::{Settled, settle};
use crate::oracle::allocate::share::{Position, circles, member, owner_first};
use crate::oracle::allocate::unit_costs::{Owned, on_demand_unit_price};
use crate::oracle::month::{Exact, Month, Settings, SharingPolicy};

/// What an account's own lines in a slot cost it, each category by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UsageCost {
    /// F * e.
    pub(super) own: Exact,
    pub(super) borrowed: Exact,
    pub(super) on_demand: Exact,
}

/// What became of a pool in a slot.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) place: Place,
    /// p.
    pub(super) price: Exact,
    /// Own use in units, by account.
    pub(super) own_use: BTreeMap<String, Exact>,
    pub(super) circles: Vec<Settled>,
    pub(super) usage: BTreeMap<String, UsageCost>,
}

/// Shares one pool in one slot.
pub(super) fn share(
    place: &Place,
    lines: &[&Pooled<'_>],
    capacity: &BTreeMap<String, Exact>,
    unit_costs: &BTreeMap<Owned, Exact>,
    (month, settings): (&Month, &Settings),
) -> Slot {
    let price = on_demand_unit_price(lines.iter().copied());
    if settings.policy == SharingPolicy::AsBilled {
        return as_billed::share(place, lines, price);
    }
    let covered = sum(lines.iter().filter(|line| line.owner.is_some()).map(|line| &line.units));
    let mut positions = positions(lines, capacity, month);
    owner_first(&mut positions, &covered);
    let e = |owner: &str| unit_costs.get(&(place.0.clone(), owner.to_owned())).cloned().unwrap_or_default();
    let circles: Vec<Settled> = circles(&positions, &covered, settings.mode, settings.policy)
        .into_iter()
        .map(|circle| settle(circle, &price, &e, settings))
        .collect();
    let mut usage: BTreeMap<String, UsageCost> = BTreeMap::new();
    for line in lines {
        usage.entry(line.item.account.clone()).or_default();
    }
    let uncovered = uncovered_costs(&positions, &circles, lines);
    for (account, cost) in &mut usage {
        let position = positions.iter().find(|position| position.account == *account);
        cost.own = position.map_or_else(zero, |position| &position.own_use * e(account));
        cost.borrowed = sum(circles.iter().filter_map(|circle| circle.paid.get(account)));
        cost.on_demand = uncovered.get(account).cloned().unwrap_or_default();
    }
    let own_use = positions.into_iter().map(|position| (position.account, position.own_use)).collect();
    Slot { place: place.clone(), price, own_use, circles, usage }
}

fn own_lines<'a>(lines: &[&'a Pooled<'a>], account: &str) -> impl Iterator<Item = &'a Pooled<'a>> {
    lines.iter().filter(move |line| line.item.account == account).copied()
}

fn positions(lines: &[&Pooled<'_>], capacity: &BTreeMap<String, Exact>, month: &Month) -> Vec<Position> {
    let using = lines.iter().map(|line| &line.item.account);
    let accounts: BTreeSet<&String> = using.chain(capacity.keys()).collect();
    let position = |account: &String| Position {
        account: account.clone(),
        member: member(month, account),
        demand: sum(lines.iter().filter(|line| line.item.account == *account).map(|line| &line.units)),
        capacity: capacity.get(account).cloned().unwrap_or_default(),
        own_use: zero(),
    };
    accounts.into_iter().map(position).collect()
}

/// O, the base cost of the uncovered lines, divided by (R - B) * p of each account. Where that is 0 for all, the base
/// cost that is divided is that of the uncovered lines of each account.
fn uncovered_costs(positions: &[Position], circles: &[Settled], lines: &[&Pooled<'_>]) -> BTreeMap<String, Exact> {
    let users: Vec<&Position> =
        positions.iter().filter(|p| lines.iter().any(|line| line.item.account == p.account)).collect();
    let weight = |position: &&Position| {
        let borrowed = sum(circles.iter().filter_map(|circle| circle.circle.borrowed.get(&position.account)));
        let on_demand = &position.demand - &position.own_use - borrowed;
        at_least_zero(&on_demand) * at_least_zero(&on_demand_unit_price(own_lines(lines, &position.account)))
    };
    let uncovered = |position: &&Position| -> Vec<Exact> {
        let lines = own_lines(lines, &position.account);
        lines.filter(|line| line.owner.is_none()).map(|line| line.item.base.clone()).collect()
    };
    let total = sum(&users.iter().flat_map(uncovered).collect::<Vec<Exact>>());
    let weights: Vec<Exact> = users.iter().map(weight).collect();
    let base: Vec<Exact> = users.iter().map(|p| absolute(&sum(&uncovered(p)))).collect();
    users.iter().map(|p| p.account.clone()).zip(divide(&total, &weights, &base)).collect()
}
