//! §10: what is written into the tables of costs.

use std::collections::BTreeMap;

use crate::oracle::allocate::items::Item;
use crate::oracle::allocate::number::{absolute, divide, zero};
use crate::oracle::month::{Answer, Cost, CostKey, Exact, LineAnswer, Part, TierKey, TierPart};

/// What a line is in, and the rule that says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Place<'a> {
    pub(super) pool: Option<&'a str>,
    pub(super) tier_group: Option<&'a str>,
    pub(super) rule: Option<&'a str>,
}

/// The answer of a month, open for one of its currencies.
pub(super) struct Ledger<'a> {
    pub(super) answer: &'a mut Answer,
    pub(super) currency: String,
    /// Real cost of lines that AWS did not sell itself.
    pub(super) of_others: BTreeMap<CostKey, Exact>,
    /// Real cost of entries, by the category that prices look at.
    pub(super) entries: BTreeMap<CostKey, Exact>,
}

impl Ledger<'_> {
    /// The key of a row of `account_costs`.
    pub(super) fn key(&self, account: &str, service: &str, category: &str) -> CostKey {
        let (account, service, category) = (account.to_owned(), service.to_owned(), category.to_owned());
        CostKey { currency: self.currency.clone(), account, service, category }
    }

    fn cost(&mut self, key: CostKey) -> &mut Cost {
        self.answer.account_costs.entry(key).or_default()
    }

    /// An entry that AWS did not bill.
    pub(super) fn entry(&mut self, account: &str, service: &str, category: &str, amount: &Exact) {
        self.priced_entry((account, service, category), category, amount);
    }

    /// An entry that prices see under another category.
    pub(super) fn priced_entry(
        &mut self,
        (account, service, category): (&str, &str, &str),
        priced: &str,
        amount: &Exact,
    ) {
        let key = self.key(account, service, category);
        self.cost(key).real += amount;
        let key = self.key(account, service, priced);
        *self.entries.entry(key).or_default() += amount;
    }

    /// What accounts pay in a tier group beyond what it was billed is the margin account's: its row there, and an entry.
    pub(super) fn tier_margin(&mut self, margin: &str, group: &str, service: &str, kept: &Exact) {
        if *kept == zero() {
            return;
        }
        let key = TierKey { currency: self.currency.clone(), group: group.to_owned(), account: margin.to_owned() };
        let cost = Cost { base: zero(), real: -kept };
        self.answer.tier_benefits.insert(key, TierPart { cost, ..TierPart::default() });
        self.entry(margin, service, "margin", &-kept);
    }

    /// A line with its category, what it is in, and its parts, the first of which is the category as billed.
    pub(super) fn line(&mut self, item: &Item<'_>, place: &Place<'_>, parts: Vec<Part>) {
        let category = parts[0].category.clone();
        let key = self.key(&item.account, &item.service, &category);
        self.cost(key).base += &item.base;
        let mut real = zero();
        for part in &parts {
            let key = self.key(&item.account, &item.service, &part.category);
            self.cost(key.clone()).real += &part.real;
            if !item.is_of_aws() {
                *self.of_others.entry(key).or_default() += &part.real;
            }
            real += &part.real;
        }
        self.answer.lines[item.index] = Some(LineAnswer {
            category,
            pool: place.pool.map(str::to_owned),
            tier_group: place.tier_group.map(str::to_owned),
            rule: place.rule.map(str::to_owned),
            cost: Cost { base: item.base.clone(), real },
            parts,
        });
    }

    /// A line of one part.
    pub(super) fn plain(&mut self, item: &Item<'_>, category: &str, place: &Place<'_>, (units, real): (Exact, Exact)) {
        self.line(item, place, vec![Part { category: category.to_owned(), units, real }]);
    }
}

/// An amount over lines by their quantity; if that is 0 for all, by base cost, whatever its sign, else equally.
pub(super) fn by_usage<'a>(amount: &Exact, lines: impl Iterator<Item = (&'a Exact, &'a Exact)>) -> Vec<Exact> {
    let (quantities, costs): (Vec<Exact>, Vec<Exact>) =
        lines.map(|(quantity, cost)| (quantity.clone(), absolute(cost))).unzip();
    divide(amount, &quantities, &costs)
}
