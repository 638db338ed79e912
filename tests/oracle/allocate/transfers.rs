//! §6 and §10: every transfer as a double entry, who paid whom, and what leaked.

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::circles::Member;
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{ratio, smaller, sum, zero};
use crate::oracle::allocate::pools::Pools;
use crate::oracle::allocate::settle::Settled;
use crate::oracle::allocate::slots::Slot;
use crate::oracle::month::{Decimal, Exact, LeakageKey, PairKey, TransferKey};

/// Writes the transfers, pairs and leakage of a slot.
pub(super) fn write(ledger: &mut Ledger<'_>, slot: &Slot<'_>, pools: &Pools<'_>, facts: &Facts<'_>) {
    for settled in &slot.circles {
        let units = sum(&settled.circle.borrowed);
        for (place, position) in slot.positions.iter().enumerate() {
            let (borrowed, lent) = (&settled.circle.borrowed[place], &settled.circle.lent[place]);
            entry(ledger, slot, settled, (&position.account, "borrowed"), (borrowed, &settled.paid[place]));
            entry(ledger, slot, settled, (&position.account, "lending_credit"), (lent, &-&settled.credited[place]));
        }
        if settled.margin != zero() {
            let account = &facts.settings.margin_account;
            entry(ledger, slot, settled, (account, "margin"), (&units, &-&settled.margin));
        }
        for (lender, borrower, units) in pairs(slot, settled) {
            pair(ledger, slot, settled, (lender, borrower, &units));
            if settled.circle.is_leakage {
                leakage(ledger, (slot, settled), (lender, borrower, &units), pools, facts);
            }
        }
    }
}

fn day(slot: &Slot<'_>) -> String {
    slot.place.1.to_string().chars().take(10).collect()
}

fn entry(ledger: &mut Ledger<'_>, slot: &Slot<'_>, settled: &Settled, who: (&str, &str), what: (&Exact, &Exact)) {
    if *what.0 == zero() && *what.1 == zero() {
        return;
    }
    let key = TransferKey {
        currency: ledger.currency.clone(),
        day: day(slot),
        pool: slot.place.0.clone(),
        circle: settled.circle.name.clone(),
        account: who.0.to_owned(),
        kind: who.1.to_owned(),
    };
    let transfer = ledger.answer.transfers.entry(key).or_default();
    transfer.units += what.0;
    transfer.amount += what.1;
}

/// Units from lender to borrower, by their places. In the unwanted circle a pair keeps what AWS gave, as far as both
/// still stand there; all else is paired by what each lends and borrows.
fn pairs(slot: &Slot<'_>, settled: &Settled) -> Vec<(usize, usize, Exact)> {
    let places = || 0..slot.positions.len();
    let (mut lent, mut borrowed) = (settled.circle.lent.clone(), settled.circle.borrowed.clone());
    let mut cells: Vec<(usize, usize, Exact)> = Vec::new();
    if settled.circle.is_leakage {
        for lender in places() {
            for borrower in places() {
                let lends = ratio(&settled.circle.lent[lender], &slot.positions[lender].given);
                let borrows = ratio(&settled.circle.borrowed[borrower], &slot.positions[borrower].foreign);
                let kept = rounded_down(&(as_billed(slot, lender, borrower) * smaller(&lends, &borrows)));
                lent[lender] -= &kept;
                borrowed[borrower] -= &kept;
                cells.push((lender, borrower, kept));
            }
        }
    }
    let total = sum(&lent);
    for lender in places() {
        for borrower in places() {
            cells.push((lender, borrower, ratio(&(&lent[lender] * &borrowed[borrower]), &total)));
        }
    }
    cells.retain(|(_, _, units)| *units != zero());
    cells
}

/// M: units that AWS gave from a lender to a borrower.
fn as_billed(slot: &Slot<'_>, lender: usize, borrower: usize) -> Exact {
    let (lender, borrower) = (&slot.positions[lender].account, &slot.positions[borrower].account);
    let between = slot.lines.iter().filter(|line| line.owner.as_ref() == Some(lender) && line.is_foreign());
    sum(between.filter(|line| line.item.account == *borrower).map(|line| &line.units))
}

fn rounded_down(units: &Exact) -> Exact {
    let digits = Exact::from_integer(Decimal::ONE.into());
    (units * &digits).floor() / digits
}

fn pair(
    ledger: &mut Ledger<'_>,
    slot: &Slot<'_>,
    settled: &Settled,
    (lender, borrower, units): (usize, usize, &Exact),
) {
    let key = PairKey {
        currency: ledger.currency.clone(),
        day: day(slot),
        pool: slot.place.0.clone(),
        circle: settled.circle.name.clone(),
        lender: slot.positions[lender].account.clone(),
        borrower: slot.positions[borrower].account.clone(),
    };
    let pair = ledger.answer.transfer_pairs.entry(key).or_default();
    pair.units += units;
    pair.paid += &settled.paid[borrower] * ratio(units, &settled.circle.borrowed[borrower]);
    pair.credited += &settled.credited[lender] * ratio(units, &settled.circle.lent[lender]);
}

/// A borrower's value and relief are divided over its pairs by units, and so is what its units cost a lender.
fn leakage(
    ledger: &mut Ledger<'_>,
    (slot, settled): (&Slot<'_>, &Settled),
    (lender, borrower, units): (usize, usize, &Exact),
    pools: &Pools<'_>,
    facts: &Facts<'_>,
) {
    let (from, to) = (&slot.positions[lender], &slot.positions[borrower]);
    let unit = pools.commitments.values().find(|commitment| commitment.pool == slot.place.0);
    let key = LeakageKey {
        currency: ledger.currency.clone(),
        pool: slot.place.0.clone(),
        unit: unit.map_or("", |commitment| commitment.unit).to_owned(),
        lender: from.account.clone(),
        lender_group: Member::of(facts.month, &from.account).group().to_owned(),
        borrower: to.account.clone(),
        borrower_group: Member::of(facts.month, &to.account).group().to_owned(),
    };
    let leaked = ledger.answer.leakage.entry(key).or_default();
    let borrows = ratio(units, &settled.circle.borrowed[borrower]);
    leaked.units += units;
    leaked.on_demand_cost += &settled.value[borrower] * &borrows;
    leaked.relief += &settled.relief[borrower] * &borrows;
    leaked.effective_cost += &settled.effective[lender] * ratio(units, &settled.circle.lent[lender]);
}
