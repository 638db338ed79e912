//! §6, policy `as_billed`, the control case: units are shared as AWS shared them, and real cost is base cost.

use std::collections::BTreeMap;

use crate::oracle::allocate::number::zero;
use crate::oracle::allocate::pools::{Place, Pooled};
use crate::oracle::allocate::settle::Settled;
use crate::oracle::allocate::share::Circle;
use crate::oracle::allocate::slots::{Slot, UsageCost};
use crate::oracle::month::Exact;

/// Shares one pool in one slot as AWS did: among all, whatever `sharing.mode` wishes, since leakage that were undone
/// would not be as billed.
pub(super) fn share(place: &Place, lines: &[&Pooled<'_>], price: Exact) -> Slot {
    let mut own_use: BTreeMap<String, Exact> = BTreeMap::new();
    let mut usage: BTreeMap<String, UsageCost> = BTreeMap::new();
    let mut organization = empty();
    for line in lines {
        let (account, base) = (&line.item.account, &line.item.base);
        let cost = usage.entry(account.clone()).or_default();
        match &line.owner {
            None => cost.on_demand += base,
            Some(owner) if owner == account => {
                *own_use.entry(account.clone()).or_default() += &line.units;
                cost.own += base;
            }
            Some(owner) => {
                cost.borrowed += base;
                let Settled { circle, paid, lent_cost, credited, .. } = &mut organization;
                *circle.borrowed.entry(account.clone()).or_default() += &line.units;
                *circle.lent.entry(owner.clone()).or_default() += &line.units;
                *paid.entry(account.clone()).or_default() += base;
                *lent_cost.entry(owner.clone()).or_default() += base;
                *credited.entry(owner.clone()).or_default() += base;
            }
        }
    }
    Slot { place: place.clone(), price, own_use, circles: vec![organization], usage }
}

fn empty() -> Settled {
    let none = BTreeMap::<String, Exact>::new;
    let circle = Circle { name: "organization".to_owned(), is_leakage: false, borrowed: none(), lent: none() };
    Settled { circle, paid: none(), lent_cost: none(), credited: none(), margin: zero() }
}
