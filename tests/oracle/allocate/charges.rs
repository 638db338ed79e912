//! §9: charges that belong to everybody, by rules; and all that stays where AWS put it.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::text;
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{divide, sum, to_ten_digits, whole, zero};
use crate::oracle::allocate::tiers::TierTable;
use crate::oracle::month::{ChargeRule, Cost, CostKey, Exact};

/// Cost of an account by service and category.
type Costs = BTreeMap<CostKey, Cost>;

/// Writes the lines that are in no pool and no tier group, and what their rules make of them.
pub(super) fn share(ledger: &mut Ledger<'_>, rest: &[&Item<'_>], all: &[&Item<'_>], facts: &Facts<'_>) {
    let mut rules: Vec<&ChargeRule> = facts.month.charge_rules.iter().chain(&facts.tables.charge_rules).collect();
    rules.sort_by_key(|rule| (rule.priority, &rule.rule));
    let everybody: BTreeSet<&str> = all.iter().map(|item| item.account.as_str()).collect();
    let mut shared: BTreeMap<&str, (&ChargeRule, BTreeMap<String, Exact>)> = BTreeMap::new();
    for item in rest {
        let rule = rules.iter().find(|rule| matches(rule, item)).copied();
        let rule = rule.filter(|rule| !bearers(rule, &everybody).is_empty());
        let stays = if rule.is_some() { zero() } else { item.base.clone() };
        ledger.line(item, &item.category, None, &[(item.category.as_str(), stays)]);
        if let Some(rule) = rule {
            let (_, services) = shared.entry(&rule.rule).or_insert_with(|| (rule, BTreeMap::new()));
            *services.entry(item.service.clone()).or_default() += &item.base;
        }
    }
    // Every rule looks at the cost before any charge is shared.
    let before: Costs =
        ledger.answer.account_costs.iter().filter(|(key, _)| key.currency == ledger.currency).map(owned).collect();
    for (rule, services) in shared.into_values() {
        let bearers = bearers(rule, &everybody);
        let weights: Vec<Exact> = bearers.iter().map(|account| weight(rule, account, &before, facts)).collect();
        let base: Vec<Exact> =
            bearers.iter().map(|account| total(&before, account, |_| true, |cost| &cost.base)).collect();
        for (service, amount) in services {
            for (account, part) in bearers.iter().zip(divide(&amount, &weights, &base)) {
                ledger.cost(account, &service, "shared").real += part;
            }
        }
    }
}

fn owned((key, cost): (&CostKey, &Cost)) -> (CostKey, Cost) {
    (key.clone(), cost.clone())
}

/// Rules match charges, and usage in no pool and no tier group. Covered lines and fees of a commitment keep their cost.
fn matches(rule: &ChargeRule, item: &Item<'_>) -> bool {
    let any_or = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    matches!(item.role, Role::Charge | Role::Usage)
        && any_or(&rule.line_item_type, &item.line.line_item_line_item_type)
        && any_or(&rule.service_code, &item.service)
        && any_or(&rule.usage_type, &item.usage_type)
        && any_or(&rule.account_id, &item.account)
}

/// Who bears a charge: accounts that the payer's bill of that currency knows, or nobody, and then it stays.
fn bearers<'a>(rule: &ChargeRule, everybody: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let listed = |account: &&&str| match rule.bearers.strip_prefix("list:") {
        Some(list) => list.split(';').any(|listed| listed == **account),
        None => rule.bearers == "all",
    };
    everybody.iter().filter(listed).copied().collect()
}

/// The weight of an account in a rule.
fn weight(rule: &ChargeRule, account: &str, costs: &Costs, facts: &Facts<'_>) -> Exact {
    let wanted = rule.weight_of.as_deref();
    let is_usage = |key: &CostKey| {
        let of_usage = ["on_demand", "own_commitment", "borrowed", "tiered", "usage"];
        of_usage.contains(&key.category.as_str()) && wanted.is_none_or(|service| service == key.service)
    };
    let is_supported = |key: &CostKey| !["tax", "credit", "refund", "discount"].contains(&key.category.as_str());
    match rule.weight.as_deref() {
        Some("real_cost") => total(costs, account, |_| true, |cost| &cost.real),
        Some("usage_cost") => total(costs, account, is_usage, |cost| &cost.real),
        Some("support") => {
            let rows = facts.tables.seeds.get("support_tiers").into_iter().flatten();
            let plan = rows.filter(|row| Some(text(row, "support_plan")) == wanted);
            let table = TierTable::read(plan, "from_amount", "to_amount");
            // What the account would pay for support is a cost, of ten digits (§4): what rounds to nothing is none.
            to_ten_digits(&table.cost(&total(costs, account, is_supported, |cost| &cost.real)))
        }
        Some("fixed") => {
            let shares = facts.month.charge_shares.iter();
            let own = shares.filter(|share| share.rule == rule.rule && share.account_id == account);
            sum(&own.map(|share| share.weight.exact()).collect::<Vec<Exact>>())
        }
        _ => whole(1),
    }
}

fn total(costs: &Costs, account: &str, counts: impl Fn(&CostKey) -> bool, amount: impl Fn(&Cost) -> &Exact) -> Exact {
    sum(costs.iter().filter(|(key, _)| key.account == account && counts(key)).map(|(_, cost)| amount(cost)))
}
