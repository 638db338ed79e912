//! §11: what holds in every slot of every month, whatever the settings; checked on the oracle's own answers.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};

use crate::harness;
use crate::oracle::allocate::capacity::slots as intervals;
use crate::oracle::allocate::examples::report::Report;
use crate::oracle::allocate::items::Item;
use crate::oracle::allocate::number::{sum, whole, zero};
use crate::oracle::allocate::pools::pools;
use crate::oracle::allocate::share::totals;
use crate::oracle::allocate::slots::{Slot, slots};
use crate::oracle::allocate::{allocate, bills};
use crate::oracle::month::{CostBasis, Exact, LineAnswer, Month, Settings, SharingPolicy, Tables, TierPolicy};
use crate::oracle::{MONTHS, combinations, draw, environment, tables};

type Checked = Result<(), String>;

/// The trial.
pub(super) fn trials() -> Vec<Trial> {
    vec![Trial::test("oracle::allocate::invariants_hold", invariants_hold)]
}

/// Random months under all settings. The circles are those of the specification, whatever the project's are.
fn invariants_hold() -> Result<(), Failed> {
    let count = environment("APPORTION_ORACLE_MONTHS", MONTHS)?.div_ceil(15);
    let seed = environment("APPORTION_ORACLE_SEED", 1)?;
    let mut tables = tables::read(harness::repository())?;
    tables.seeds.extend(Report::new().tables.seeds.into_iter().filter(|(name, _)| name == "sharing_circles"));
    let mut seen = Seen::default();
    for (number, (name, settings)) in combinations::all().into_iter().enumerate() {
        let first = u32::try_from(number)? * count;
        for number in first..first + count {
            let month = draw::month(u64::from(seed), number);
            let checked = check(&month, &settings, &tables, &mut seen);
            checked.map_err(|error| format!("{name}, month {number}: {error}"))?;
        }
    }
    let rarest = seen.open.min(seen.returned).min(seen.borrowed_more).min(seen.stayed).min(seen.leaked);
    if rarest > 0 { Ok(()) } else { Err(format!("nothing was seen of something: {seen:?}").into()) }
}

/// Slots in which something happened, so that what holds means something.
#[derive(Debug, Default)]
struct Seen {
    open: usize,
    returned: usize,
    borrowed_more: usize,
    stayed: usize,
    leaked: usize,
}

impl Seen {
    fn add(&mut self, slot: &Slot<'_>) {
        let any = |is_so: &dyn Fn(usize) -> bool| usize::from((0..slot.positions.len()).any(is_so));
        self.open += 1;
        self.returned += any(&|place| slot.positions[place].returned() > zero());
        self.borrowed_more += any(&|place| slot.moves[place].borrowed > slot.positions[place].foreign);
        self.stayed += any(&|place| slot.moves[place].stays > zero());
        self.leaked += usize::from(slot.circles.iter().any(|settled| settled.circle.is_leakage));
    }
}

fn check(month: &Month, settings: &Settings, tables: &Tables, seen: &mut Seen) -> Checked {
    conserved(month, settings, tables)?;
    let bills = bills(month, settings, tables);
    let intervals = intervals(bills.values().flatten());
    for items in bills.values() {
        let items: Vec<&Item<'_>> = items.iter().collect();
        let pools = pools(&items, &intervals, settings.policy, tables);
        for slot in slots(&pools, (month, settings, tables)) {
            seen.add(&slot);
            let told = |error: String| format!("{} {}: {error}", slot.place.0, slot.place.1);
            units(&slot).and_then(|()| costs(&slot)).map_err(told)?;
            unmoved(&slot, settings).map_err(told)?;
        }
    }
    Ok(())
}

fn holds(what: &str, is_so: bool) -> Checked {
    if is_so { Ok(()) } else { Err(what.to_owned()) }
}

/// 1: the sum of real cost is that of base cost, by currency; transfers sum to 0; use of commitments to capacity.
fn conserved(month: &Month, settings: &Settings, tables: &Tables) -> Checked {
    let answer = allocate(month, settings, tables);
    let mut sums: BTreeMap<&str, (Exact, Exact)> = BTreeMap::new();
    for (key, cost) in &answer.account_costs {
        let (base, real) = sums.entry(&key.currency).or_default();
        *base += &cost.base;
        *real += &cost.real;
    }
    let mut transfers: BTreeMap<(&str, &str, &str, &str), Exact> = BTreeMap::new();
    for (key, transfer) in &answer.transfers {
        *transfers.entry((&key.currency, &key.day, &key.pool, &key.circle)).or_default() += &transfer.amount;
    }
    let lines = answer.lines.iter().flatten().map(|line| &line.cost.base);
    holds("base cost is that of the lines", sum(lines) == sum(sums.values().map(|(base, _)| base)))?;
    holds("real cost sums to base cost", sums.values().all(|(base, real)| base == real))?;
    holds("transfers sum to 0", transfers.values().all(|amount| *amount == zero()))?;
    holds("unused units are not negative", answer.commitment_usage.values().all(|used| used.unused >= zero()))?;
    if settings.policy == SharingPolicy::AsBilled && settings.tiers == TierPolicy::AsBilled {
        let is_shared = |line: &LineAnswer| line.cost.base != line.cost.real && line.pool.is_some();
        holds("nothing moves as billed", !answer.lines.iter().flatten().any(is_shared))?;
    }
    Ok(())
}

/// 2 and 3: where units are.
fn units(slot: &Slot<'_>) -> Checked {
    let circles: Vec<_> = slot.circles.iter().map(|settled| settled.circle.clone()).collect();
    let borrowed = totals(&slot.positions, &circles, |circle| &circle.borrowed);
    let lent = totals(&slot.positions, &circles, |circle| &circle.lent);
    for circle in &circles {
        holds("borrowed is lent", sum(&circle.borrowed) == sum(&circle.lent))?;
        let mut units = circle.borrowed.iter().chain(&circle.lent);
        holds("shared units are not negative", units.all(|units| *units >= zero()))?;
    }
    let covered = sum(slot.positions.iter().map(|p| &p.own + &p.foreign));
    let own = sum(slot.positions.iter().map(|p| &p.own_use));
    holds("claims fit", own <= covered)?;
    holds("all that is left is shared", sum(&borrowed) == covered - own)?;
    for (place, position) in slot.positions.iter().enumerate() {
        holds("own use is at least what AWS gave", position.own_use >= position.own)?;
        holds("own use fits", position.own_use <= position.demand())?;
        holds("nobody borrows more than it wants", borrowed[place] <= position.demand() - &position.own_use)?;
        holds("nobody lends more than it has", lent[place] <= &position.usable - &position.own_use)?;
        let is_met = position.own_use == position.demand();
        holds("owners come first", lent[place] == zero() || is_met)?;
    }
    for (line, parts) in slot.lines.iter().zip(&slot.parts) {
        let units = || parts.iter().map(|part| &part.units);
        let is_split = sum(units()) == line.units && units().all(|units| *units >= zero());
        holds("parts of a line are its units", is_split)?;
    }
    Ok(())
}

/// 1, by pool and slot: lines, entries and the margin are what AWS billed.
fn costs(slot: &Slot<'_>) -> Checked {
    let lines = sum(slot.parts.iter().flatten().map(|part| &part.real));
    let base = sum(slot.lines.iter().map(|line| &line.item.base));
    let mut entries = zero();
    for (place, position) in slot.positions.iter().enumerate() {
        entries += &position.given_base - position.returned() * &slot.moves[place].unit_cost;
        entries -= sum(slot.circles.iter().map(|circle| &circle.credited[place]));
    }
    let margin = sum(slot.circles.iter().map(|circle| &circle.margin));
    holds("a slot costs what it was billed", lines + entries - margin == base)?;
    for (line, parts) in slot.lines.iter().zip(&slot.parts).filter(|(line, _)| line.owner.is_none()) {
        let fits = parts.iter().all(|part| part.real >= zero()) && parts[0].real <= line.item.base;
        holds("uncovered cost is not negative, and never more than billed", fits)?;
    }
    for one in &slot.moves {
        holds("what stays is of the gift", one.stays >= zero() && one.stays <= one.gift)?;
        holds("what is taken over is not negative", one.taken_uncovered >= zero() && one.taken >= zero())?;
    }
    let mut values = slot.circles.iter().flat_map(|circle| circle.value.iter().zip(&circle.relief));
    holds("relief is of the value", values.all(|(value, relief)| relief <= value))
}

/// 5: who keeps the benefit and of whom no unit moved pays what it was billed, on every line.
fn unmoved(slot: &Slot<'_>, settings: &Settings) -> Checked {
    let is_borrowers = slot.circles.iter().all(|circle| circle.borrower == whole(1));
    if settings.cost_basis != CostBasis::Amortized || !is_borrowers {
        return Ok(());
    }
    for (position, one) in slot.positions.iter().zip(&slot.moves) {
        if one.borrowed != position.foreign || position.returned() != zero() {
            continue;
        }
        for (line, parts) in slot.lines.iter().zip(&slot.parts) {
            let is_moved = parts.len() > 1 || parts[0].real != line.item.base;
            let is_own = line.item.account == position.account;
            holds("who moved nothing pays what it was billed", !is_own || !is_moved)?;
        }
    }
    Ok(())
}
