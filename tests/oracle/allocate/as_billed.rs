//! §6, policy `as_billed`, the control case: units are shared as AWS shared them, and real cost is base cost.

use std::collections::BTreeMap;

use crate::oracle::allocate::number::zero;
use crate::oracle::allocate::pools::{Place, Pooled};
use crate::oracle::allocate::settle::Settled;
use crate::oracle::allocate::share::{Circle, Round, circle_of, member, rounds};
use crate::oracle::allocate::slots::{Slot, UsageCost};
use crate::oracle::month::{Exact, Month, Settings};

/// Shares one pool in one slot as AWS did. What one account's commitment covered of another's usage is in the first
/// circle that both are in.
pub(super) fn share(
    place: &Place,
    lines: &[&Pooled<'_>],
    price: Exact,
    (month, settings): (&Month, &Settings),
) -> Slot {
    let mut own_use: BTreeMap<String, Exact> = BTreeMap::new();
    let mut usage: BTreeMap<String, UsageCost> = BTreeMap::new();
    let mut circles: BTreeMap<String, Settled> = BTreeMap::new();
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
                let (lender, borrower) = (member(month, owner), member(month, account));
                let common = |round: &&Round| {
                    let circle = circle_of(**round, &lender);
                    circle.is_some() && circle == circle_of(**round, &borrower)
                };
                let round = rounds(settings.mode).iter().find(common).copied().unwrap_or(Round::Leakage);
                let name = circle_of(round, &lender).unwrap_or_default();
                let settled = circles.entry(name.clone()).or_insert_with(|| empty(name, round == Round::Leakage));
                let add = |amounts: &mut BTreeMap<String, Exact>, who: &String, amount: &Exact| {
                    *amounts.entry(who.clone()).or_default() += amount;
                };
                add(&mut settled.circle.borrowed, account, &line.units);
                add(&mut settled.circle.lent, owner, &line.units);
                add(&mut settled.paid, account, base);
                add(&mut settled.lent_cost, owner, base);
                add(&mut settled.credited, owner, base);
            }
        }
    }
    Slot { place: place.clone(), price, own_use, circles: circles.into_values().collect(), usage }
}

fn empty(name: String, is_leakage: bool) -> Settled {
    let circle = Circle { name, is_leakage, borrowed: BTreeMap::new(), lent: BTreeMap::new() };
    let none = BTreeMap::new;
    Settled { circle, paid: none(), lent_cost: none(), credited: none(), margin: zero() }
}
