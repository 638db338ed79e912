//! The oracle: §3 to §9 of the specification in exact fractions, written to be read beside it. Nothing is shared with
//! the models, and nothing is rounded.

mod as_billed;
mod base_cost;
mod capacity;
mod charges;
mod commitments;
mod examples;
mod items;
mod kinds;
mod ledger;
mod number;
mod owners;
mod policies;
mod pools;
mod settle;
mod shapley;
mod share;
mod slots;
mod tiers;
mod transfers;
mod unit_costs;

use std::collections::BTreeMap;

pub(crate) use examples::trials;

use crate::oracle::allocate::capacity::{Slot as Interval, slots as intervals};
use crate::oracle::allocate::items::{Item, currencies, items};
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::pools::{Place, Pooled, pools};
use crate::oracle::allocate::slots::{Slot, share};
use crate::oracle::allocate::unit_costs::effective_unit_costs;
use crate::oracle::month::{Answer, Cost, Month, Settings, Tables};

/// What the real cost of a payer's month is, by all the result tables tell.
pub(crate) fn allocate(month: &Month, settings: &Settings, tables: &Tables) -> Answer {
    let items = items(month, settings, tables);
    let intervals = intervals(&items);
    let mut answer = Answer { lines: vec![None; month.lines.len()], ..Answer::default() };
    for currency in currencies(&items) {
        let own: Vec<&Item<'_>> = items.iter().filter(|item| item.currency == currency).collect();
        let mut ledger = Ledger { answer: &mut answer, currency };
        allocate_currency(&mut ledger, &own, &intervals, &Facts { month, settings, tables });
    }
    answer.account_costs.retain(|_, cost| *cost != Cost::default());
    answer
}

/// What every step may look up.
pub(super) struct Facts<'a> {
    month: &'a Month,
    settings: &'a Settings,
    tables: &'a Tables,
}

/// One payer and currency: money never moves between them (§2).
fn allocate_currency(ledger: &mut Ledger<'_>, items: &[&Item<'_>], intervals: &[Interval], facts: &Facts<'_>) {
    let pools = pools(items, intervals, facts.tables);
    let unit_costs = effective_unit_costs(&pools, items);
    let mut by_place: BTreeMap<&Place, Vec<&Pooled<'_>>> = BTreeMap::new();
    for place in pools.capacity.offered.keys() {
        by_place.entry(place).or_default();
    }
    for line in &pools.lines {
        by_place.entry(&line.place).or_default().push(line);
    }
    let nobody = BTreeMap::new();
    let mut shared: Vec<Slot> = Vec::new();
    for (place, lines) in &by_place {
        let capacity = pools.capacity.offered.get(place).unwrap_or(&nobody);
        let slot = share(place, lines, capacity, &unit_costs, (facts.month, facts.settings));
        ledger.pool_lines(&slot, lines, facts.settings.policy);
        transfers::write(ledger, &slot, &unit_costs, facts);
        shared.push(slot);
    }
    owners::close(ledger, items, &pools, &shared, facts);
    let rest: Vec<&Item<'_>> = items.iter().filter(|item| ledger.answer.lines[item.index].is_none()).copied().collect();
    let rest = tiers::share(ledger, &rest, facts);
    charges::share(ledger, &rest, items, facts);
}
