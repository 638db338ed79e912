//! §6 and §10: every transfer as a double entry, and leaked units by lender and borrowers' group.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{ratio, sum, zero};
use crate::oracle::allocate::settle::Settled;
use crate::oracle::allocate::share::member;
use crate::oracle::allocate::slots::Slot;
use crate::oracle::allocate::unit_costs::Owned;
use crate::oracle::month::{Exact, LeakageKey, TransferKey};

/// Writes the transfers and the leakage of a slot.
pub(super) fn write(ledger: &mut Ledger<'_>, slot: &Slot, unit_costs: &BTreeMap<Owned, Exact>, facts: &Facts<'_>) {
    for settled in &slot.circles {
        let units = sum(settled.circle.borrowed.values());
        for (account, borrowed) in &settled.circle.borrowed {
            let paid = settled.paid.get(account).cloned().unwrap_or_default();
            entry(ledger, slot, settled, (account, "borrowed"), (borrowed, &paid));
        }
        for (account, lent) in &settled.circle.lent {
            let credited = settled.credited.get(account).cloned().unwrap_or_default();
            entry(ledger, slot, settled, (account, "lending_credit"), (lent, &-credited));
        }
        if settled.margin != zero() {
            let account = &facts.settings.margin_account;
            entry(ledger, slot, settled, (account, "margin"), (&units, &-&settled.margin));
        }
        if settled.circle.is_leakage {
            leakage(ledger, slot, settled, unit_costs, facts);
        }
    }
}

fn entry(ledger: &mut Ledger<'_>, slot: &Slot, settled: &Settled, who: (&str, &str), what: (&Exact, &Exact)) {
    let key = TransferKey {
        currency: ledger.currency.clone(),
        day: slot.place.1.to_string().chars().take(10).collect(),
        pool: slot.place.0.clone(),
        circle: settled.circle.name.clone(),
        account: who.0.to_owned(),
        kind: who.1.to_owned(),
    };
    let transfer = ledger.answer.transfers.entry(key).or_default();
    transfer.units += what.0;
    transfer.amount += what.1;
}

/// Where a lender must be paired with a borrower, the pair's units are lent * borrowed / total of the circle.
fn leakage(
    ledger: &mut Ledger<'_>,
    slot: &Slot,
    settled: &Settled,
    unit_costs: &BTreeMap<Owned, Exact>,
    facts: &Facts<'_>,
) {
    let total = sum(settled.circle.borrowed.values());
    for (lender, lent) in &settled.circle.lent {
        let e = unit_costs.get(&(slot.place.0.clone(), lender.clone())).cloned().unwrap_or_default();
        for (borrower, borrowed) in &settled.circle.borrowed {
            let units = ratio(&(lent * borrowed), &total);
            let key = LeakageKey {
                currency: ledger.currency.clone(),
                pool: slot.place.0.clone(),
                lender: lender.clone(),
                lender_group: member(facts.month, lender).group,
                borrower_group: member(facts.month, borrower).group,
            };
            let leaked = ledger.answer.leakage.entry(key).or_default();
            leaked.on_demand_cost += &units * &slot.price;
            leaked.effective_cost += &units * &e;
            leaked.units += units;
        }
    }
}
