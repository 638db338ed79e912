//! §9: by what weight an account bears a shared charge.

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::kinds::{fact, number, text};
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{at_least_zero, larger, sum, to_ten_digits, whole, zero};
use crate::oracle::allocate::tiers::TierTable;
use crate::oracle::month::{ChargePart, CostKey, Exact};

/// Costs before any charge is shared, all of one currency.
pub(super) struct Measured {
    /// Real cost of what AWS itself sells.
    real: Vec<(CostKey, Exact)>,
    base: Vec<(CostKey, Exact)>,
}

impl Measured {
    /// What the ledger has so far.
    pub(super) fn of(ledger: &Ledger<'_>) -> Self {
        let costs = ledger.answer.account_costs.iter().filter(|(key, _)| key.currency == ledger.currency);
        let (mut real, mut base) = (Vec::new(), Vec::new());
        for (key, cost) in costs {
            let others = ledger.of_others.get(key).cloned().unwrap_or_default();
            real.push((key.clone(), &cost.real - others));
            base.push((key.clone(), cost.base.clone()));
        }
        Self { real, base }
    }

    /// Base cost of an account.
    pub(super) fn base(&self, account: &str) -> Exact {
        sum(self.base.iter().filter(|(key, _)| key.account == account).map(|(_, cost)| cost))
    }

    fn cost(&self, account: &str, counts: impl Fn(&CostKey) -> bool) -> Exact {
        let counting = self.real.iter().filter(|(key, _)| key.account == account && is_measured(key) && counts(key));
        at_least_zero(&sum(counting.map(|(_, cost)| cost)))
    }

    /// The weight of an account in a part of a rule.
    pub(super) fn weight(&self, part: &ChargePart, account: &str, facts: &Facts<'_>) -> Exact {
        let wanted = part.weight_of.as_deref();
        let is_usage = |key: &CostKey| {
            let of_usage = ["on_demand", "own_commitment", "borrowed", "tiered", "usage"];
            of_usage.contains(&key.category.as_str()) && wanted.is_none_or(|service| service == key.service)
        };
        match part.weight.as_deref() {
            Some("real_cost") => self.cost(account, |_| true),
            Some("usage_cost") => self.cost(account, is_usage),
            Some("support") => {
                // What costs nothing, to the last digit of a cost (§4), draws no support, not even the minimum.
                let measured = self.cost(account, |_| true);
                if to_ten_digits(&measured) > zero() {
                    support(&measured, wanted.unwrap_or_default(), facts)
                } else {
                    zero()
                }
            }
            Some("fixed") => {
                let shares = facts.month.charge_shares.iter();
                let own = shares.filter(|share| share.rule == part.rule && share.account_id == account);
                sum(own.map(|share| share.weight.exact()))
            }
            _ => whole(1),
        }
    }
}

/// Support, taxes, credits, refunds and discounts never weigh.
fn is_measured(key: &CostKey) -> bool {
    let never = ["tax", "credit", "refund", "discount", "shared", "margin"];
    !never.contains(&key.category.as_str()) && !key.service.contains("Support")
}

/// What an account weighs for support: its measured cost, where AWS prices the sum of all that are enrolled; else what
/// the plan would cost it alone, at least the minimum. That is a cost, of ten digits (§4).
fn support(measured: &Exact, plan: &str, facts: &Facts<'_>) -> Exact {
    let facts_of_plan = fact(facts.tables, "support_plans", &[("support_plan", plan)]);
    if facts_of_plan.is_none_or(|row| text(row, "base") == "organization") {
        return measured.clone();
    }
    let rows = facts.tables.seed("support_tiers").iter();
    let rows = rows.filter(|row| text(row, "support_plan") == plan);
    let table = TierTable::read(rows, "from_amount", "to_amount");
    let least = facts_of_plan.filter(|row| row.contains_key("minimum_amount"));
    let least = least.map_or_else(zero, |row| number(row, "minimum_amount"));
    larger(&to_ten_digits(&table.cost(measured)), &least)
}
