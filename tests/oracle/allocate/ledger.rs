//! §10: what is written into the tables of costs.

use crate::oracle::allocate::items::Item;
use crate::oracle::allocate::number::{absolute, divide, zero};
use crate::oracle::allocate::pools::Pooled;
use crate::oracle::allocate::slots::Slot;
use crate::oracle::month::{Answer, Cost, CostKey, Exact, LineAnswer, SharingPolicy};

/// The answer of a month, open for one of its currencies.
pub(super) struct Ledger<'a> {
    pub(super) answer: &'a mut Answer,
    pub(super) currency: String,
}

impl Ledger<'_> {
    /// The row of `account_costs`.
    pub(super) fn cost(&mut self, account: &str, service: &str, category: &str) -> &mut Cost {
        let (account, service, category) = (account.to_owned(), service.to_owned(), category.to_owned());
        let key = CostKey { currency: self.currency.clone(), account, service, category };
        self.answer.account_costs.entry(key).or_default()
    }

    /// A line with its category, the pool or tier group that it is in, and its real cost by category.
    pub(super) fn line(&mut self, item: &Item<'_>, category: &str, key: Option<&str>, parts: &[(&str, Exact)]) {
        self.cost(&item.account, &item.service, category).base += &item.base;
        let mut real = zero();
        for (category, part) in parts {
            self.cost(&item.account, &item.service, category).real += part;
            real += part;
        }
        let cost = Cost { base: item.base.clone(), real };
        let allocation_key = key.map(str::to_owned);
        self.answer.lines[item.index] = Some(LineAnswer { category: category.to_owned(), allocation_key, cost });
    }

    /// §6: the account's cost in pool and slot, each category by itself, is spread over its own line items there, by
    /// units. With `as_billed` every line keeps its base cost.
    pub(super) fn pool_lines(&mut self, slot: &Slot, lines: &[&Pooled<'_>], policy: SharingPolicy) {
        for (account, cost) in &slot.usage {
            let own: Vec<&&Pooled<'_>> = lines.iter().filter(|line| line.item.account == *account).collect();
            let spread = |amount: &Exact| by_usage(amount, own.iter().map(|line| (&line.units, &line.item.base)));
            let parts = [spread(&cost.own), spread(&cost.borrowed), spread(&cost.on_demand)];
            for (place, line) in own.iter().enumerate() {
                let item = line.item;
                let category = if line.owner.is_some() { item.category.as_str() } else { "on_demand" };
                let key = Some(slot.place.0.as_str());
                if policy == SharingPolicy::AsBilled {
                    self.line(item, category, key, &[(category, item.base.clone())]);
                    continue;
                }
                let names = ["own_commitment", "borrowed", "on_demand"];
                let parts: Vec<(&str, Exact)> =
                    names.into_iter().zip(&parts).map(|(name, shares)| (name, shares[place].clone())).collect();
                self.line(item, category, key, &parts);
            }
        }
    }
}

/// An amount over lines by their quantity; if that is 0 for all, by base cost, whatever its sign, else equally.
pub(super) fn by_usage<'a>(amount: &Exact, lines: impl Iterator<Item = (&'a Exact, &'a Exact)>) -> Vec<Exact> {
    let (quantities, costs): (Vec<Exact>, Vec<Exact>) =
        lines.map(|(quantity, cost)| (quantity.clone(), absolute(cost))).unzip();
    divide(amount, &quantities, &costs)
}
