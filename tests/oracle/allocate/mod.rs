//! The oracle: §3 to §9 of the specification in exact fractions, written to be read beside it. Nothing is shared with
//! the models, and nothing is rounded.

mod base_cost;
mod capacity;
mod charges;
mod circles;
mod close;
mod commitments;
mod examples;
mod invariants;
mod items;
mod kinds;
mod ledger;
mod like;
mod lines;
mod metric;
mod moves;
mod number;
mod owners;
mod plans;
mod policies;
mod pools;
mod pricing;
mod relief;
mod reservation_discounts;
mod settle;
mod shapley;
mod share;
mod slots;
mod tiers;
mod transfers;
mod values;
mod weights;

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Trial;

use crate::oracle::allocate::capacity::{Slot as Interval, slots as intervals};
use crate::oracle::allocate::items::{Item, Sources, currencies, item, kept};
use crate::oracle::allocate::ledger::{Ledger, Place};
use crate::oracle::allocate::metric::book;
use crate::oracle::allocate::owners::owners;
use crate::oracle::allocate::pools::{Pools, pools};
use crate::oracle::allocate::slots::slots;
use crate::oracle::month::{Answer, Cost, Month, Settings, Tables};

/// The oracle itself against the examples and invariants of the specification.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = examples::trials();
    trials.extend(invariants::trials());
    trials
}

/// What the real cost of a payer's month is, by all the result tables tell.
pub(crate) fn allocate(month: &Month, settings: &Settings, tables: &Tables) -> Answer {
    let bills = bills(month, settings, tables);
    let intervals = intervals(bills.values().flatten());
    let mut answer = Answer { lines: vec![None; month.lines.len()], ..Answer::default() };
    for (currency, items) in &bills {
        let own: Vec<&Item<'_>> = items.iter().collect();
        let (of_others, entries) = (BTreeMap::new(), BTreeMap::new());
        let mut ledger = Ledger { answer: &mut answer, currency: currency.clone(), of_others, entries };
        allocate_currency(&mut ledger, &own, &intervals, &Facts { month, settings, tables });
    }
    answer.account_costs.retain(|_, cost| *cost != Cost::default());
    answer
}

/// The items of each currency.
fn bills<'a>(month: &'a Month, settings: &Settings, tables: &Tables) -> BTreeMap<String, Vec<Item<'a>>> {
    let owners = owners(month);
    let sources = Sources { month, settings, tables, owners: &owners };
    let bill = |currency: String| {
        let lines = kept(month, &currency);
        let only: Vec<_> = lines.iter().map(|(_, line)| *line).collect();
        let book = book(&only, settings.cost_metric, tables);
        let items = lines.iter().map(|(index, line)| item(*index, line, &book, &sources)).collect();
        (currency, items)
    };
    currencies(month).into_iter().map(bill).collect()
}

/// What every step may look up.
pub(super) struct Facts<'a> {
    month: &'a Month,
    settings: &'a Settings,
    tables: &'a Tables,
}

/// One payer and currency: money never moves between them (§2).
fn allocate_currency(ledger: &mut Ledger<'_>, items: &[&Item<'_>], intervals: &[Interval], facts: &Facts<'_>) {
    let pools = pools(items, intervals, facts.settings.policy, facts.tables);
    let slots = slots(&pools, (facts.month, facts.settings, facts.tables));
    for slot in &slots {
        for (line, parts) in slot.lines.iter().zip(&slot.parts) {
            let place = Place { pool: Some(&slot.place.0), rule: Some(&line.rule), ..Place::default() };
            ledger.line(line.item, &place, parts.clone());
        }
        transfers::write(ledger, slot, &pools, facts);
    }
    keep_closed(ledger, &pools);
    close::close(ledger, items, &pools, &slots, facts);
    let known = on_demand(&pools);
    let rest: Vec<&Item<'_>> = items.iter().filter(|item| ledger.answer.lines[item.index].is_none()).copied().collect();
    let rest = tiers::share(ledger, &rest, facts);
    reservation_discounts::share(ledger, items, facts);
    charges::share(ledger, &rest, (items, &known), facts);
    pricing::price(ledger, items, facts);
}

/// Covered lines of slots that are not open keep their base cost.
fn keep_closed(ledger: &mut Ledger<'_>, pools: &Pools<'_>) {
    for line in pools.covered.iter().filter(|line| !pools.open.contains(&line.place)) {
        let place = Place { pool: Some(&line.place.0), rule: Some(&line.rule), ..Place::default() };
        let (units, real) = (line.units.clone(), line.item.base.clone());
        ledger.plain(line.item, &line.item.category, &place, (units, real));
    }
}

/// Lines of uncovered usage that a pool of the period could cover, by their places in the month.
fn on_demand(pools: &Pools<'_>) -> BTreeSet<usize> {
    let known = pools.known();
    let could =
        pools.uncovered.iter().filter(|line| line.fitting.iter().any(|(pool, ..)| known.contains(pool.as_str())));
    could.map(|line| line.item.index).collect()
}
