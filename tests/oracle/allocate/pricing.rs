//! What customers are charged: prices by the rules of plans, custom items, tax and currency.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{fact, number, text};
use crate::oracle::allocate::ledger::{Ledger, by_usage};
use crate::oracle::allocate::number::{exact, whole, zero};
use crate::oracle::allocate::tiers::used_in_group;
use crate::oracle::month::{Charged, ChargedKey, Decimal, Exact, PricePlan, PriceRule, TierKey};

/// What is priced: service, usage type, SKU and category.
struct Priced {
    account: String,
    service: String,
    usage_type: String,
    sku: String,
    category: String,
    real: Exact,
    list: Exact,
}

/// Writes `customer_charges` of a currency.
pub(super) fn price(ledger: &mut Ledger<'_>, items: &[&Item<'_>], facts: &Facts<'_>) {
    let priced = priced(ledger, items);
    let mut rows: BTreeMap<(String, String), Charged> = BTreeMap::new();
    let costs = ledger.answer.account_costs.iter().filter(|(key, _)| key.currency == ledger.currency);
    for (key, cost) in costs {
        let row = rows.entry((key.account.clone(), key.service.clone())).or_default();
        row.cost.base += &cost.base;
        row.cost.real += &cost.real;
    }
    let mut taxes: BTreeMap<(String, String), Exact> = BTreeMap::new();
    for one in &priced {
        let place = (one.account.clone(), one.service.clone());
        let price = rule_price(one, facts);
        if one.category == "tax" {
            *taxes.entry(place.clone()).or_default() += &price;
        }
        rows.entry(place).or_default().price += price;
    }
    for ((account, service), amount) in custom_items(ledger, &rows, &taxes, facts) {
        rows.entry((account, service)).or_default().custom_charges += amount;
    }
    for ((account, service), mut row) in rows {
        let plan = plan(&account, facts);
        let taxed = taxes.get(&(account.clone(), service.clone())).cloned().unwrap_or_default();
        row.customer_cost = &row.price + &row.custom_charges;
        row.difference = &row.customer_cost - &row.cost.base;
        let rate = plan.as_ref().map_or_else(zero, |plan| exact(plan.tax_percentage));
        row.tax = (&row.customer_cost - taxed) * rate / whole(100);
        row.invoice_amount = (&row.customer_cost + &row.tax) * currency_rate(&ledger.currency, plan.as_ref(), facts);
        let plan = plan.map_or_else(String::new, |plan| plan.price_plan);
        let key = ChargedKey { currency: ledger.currency.clone(), account, service, plan };
        ledger.answer.customer_charges.insert(key, row);
    }
}

/// Lines and entries with what they cost, and what they would at list prices.
fn priced(ledger: &Ledger<'_>, items: &[&Item<'_>]) -> Vec<Priced> {
    let tiered = tier_lists(ledger, items);
    let line = |item: &&Item<'_>| {
        let answered = ledger.answer.lines[item.index].as_ref()?;
        let public = exact(item.line.pricing_public_on_demand_cost);
        let real = answered.cost.real.clone();
        let list = match (item.role, answered.category.as_str()) {
            (_, "tiered") => tiered.get(&item.index).cloned().unwrap_or_default(),
            // What a rule gave to its bearers is their entries'.
            (Role::Usage, _) if answered.pool.is_none() && real == zero() && answered.cost.base != zero() => zero(),
            (Role::Usage | Role::Covered, _) if public != zero() => public,
            (Role::Fee, _) => zero(),
            _ => real.clone(),
        };
        Some(Priced {
            account: item.account.clone(),
            service: item.service.clone(),
            usage_type: item.usage_type.clone(),
            sku: item.line.product_sku.clone().unwrap_or_default(),
            category: answered.category.clone(),
            real,
            list,
        })
    };
    let mut priced: Vec<Priced> = items.iter().filter_map(line).collect();
    let of_commitments = ["unused_commitment", "lent_commitment", "lending_credit"];
    priced.extend(ledger.entries.iter().map(|(key, real)| Priced {
        account: key.account.clone(),
        service: key.service.clone(),
        usage_type: String::new(),
        sku: String::new(),
        category: key.category.clone(),
        real: real.clone(),
        list: if of_commitments.contains(&key.category.as_str()) { zero() } else { real.clone() },
    }));
    priced
}

/// Tiered usage costs at list prices what the tier table says for its account alone, spread over its lines by usage.
fn tier_lists(ledger: &Ledger<'_>, items: &[&Item<'_>]) -> BTreeMap<usize, Exact> {
    let mut lines: BTreeMap<TierKey, Vec<&Item<'_>>> = BTreeMap::new();
    for item in items {
        let group = ledger.answer.lines[item.index].as_ref().and_then(|line| line.tier_group.clone());
        let Some(group) = group else { continue };
        let key = TierKey { currency: ledger.currency.clone(), group, account: item.account.clone() };
        lines.entry(key).or_default().push(item);
    }
    let mut lists = BTreeMap::new();
    for (key, lines) in lines {
        let Some(part) = ledger.answer.tier_benefits.get(&key) else { continue };
        let usage: Vec<Exact> = lines.iter().map(|item| used_in_group(item, &part.zero_rated_part)).collect();
        let shares = by_usage(&part.list_cost, usage.iter().zip(lines.iter().map(|item| &item.base)));
        lists.extend(lines.iter().map(|item| item.index).zip(shares));
    }
    lists
}

/// The price by the first rule of the account's plan that matches; without one, real cost.
fn rule_price(one: &Priced, facts: &Facts<'_>) -> Exact {
    let Some(plan) = plan(&one.account, facts) else { return one.real.clone() };
    let seeded = facts.tables.seed("price_rules").iter().map(seeded_rule);
    let mut rules: Vec<PriceRule> = facts.month.price_rules.iter().cloned().chain(seeded).collect();
    rules.retain(|rule| rule.price_plan == plan.price_plan);
    rules.sort_by(|a, b| (a.priority, &a.rule).cmp(&(b.priority, &b.rule)));
    let any_or = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    let rule = rules.iter().find(|rule| {
        any_or(&rule.service_code, &one.service)
            && any_or(&rule.usage_type, &one.usage_type)
            && any_or(&rule.sku, &one.sku)
            && any_or(&rule.category, &one.category)
    });
    let Some(rule) = rule else { return one.real.clone() };
    let basis = if rule.basis == "list_price" { &one.list } else { &one.real };
    basis * (whole(100) + exact(rule.percentage)) / whole(100)
}

fn seeded_rule(row: &BTreeMap<String, String>) -> PriceRule {
    let cell = |name: &str| row.get(name).cloned();
    PriceRule {
        price_plan: text(row, "price_plan").to_owned(),
        priority: text(row, "priority").parse().unwrap_or(i64::MAX),
        rule: text(row, "rule").to_owned(),
        service_code: cell("service_code"),
        usage_type: cell("usage_type"),
        sku: cell("sku"),
        category: cell("category"),
        basis: text(row, "basis").to_owned(),
        percentage: cell("percentage").and_then(|number| number.parse::<Decimal>().ok()),
    }
}

/// The plan of an account: its own, its group's, or that of all; the margin account is no customer.
fn plan(account: &str, facts: &Facts<'_>) -> Option<PricePlan> {
    if account == facts.settings.margin_account {
        return None;
    }
    let cell = |row: &BTreeMap<String, String>, name: &str| row.get(name).cloned();
    let seeded = facts.tables.seed("price_plans").iter().map(|row| PricePlan {
        account_id: cell(row, "account_id"),
        account_group: cell(row, "account_group"),
        price_plan: text(row, "price_plan").to_owned(),
        tax_percentage: cell(row, "tax_percentage").and_then(|number| number.parse::<Decimal>().ok()),
        invoice_currency_code: cell(row, "invoice_currency_code"),
    });
    let plans: Vec<PricePlan> = facts.month.price_plans.iter().cloned().chain(seeded).collect();
    let group = facts.month.registry.iter().find(|row| row.account_id == account).and_then(|row| row.group.clone());
    let own = plans.iter().find(|plan| plan.account_id.as_deref() == Some(account));
    let of_group = || plans.iter().find(|plan| plan.account_group.is_some() && plan.account_group == group);
    let of_all = || plans.iter().find(|plan| plan.account_id.is_none() && plan.account_group.is_none());
    own.or_else(of_group).or_else(of_all).cloned()
}

/// Flat items, and percentages of the price without taxes of AWS.
fn custom_items(
    ledger: &Ledger<'_>,
    rows: &BTreeMap<(String, String), Charged>,
    taxes: &BTreeMap<(String, String), Exact>,
    facts: &Facts<'_>,
) -> Vec<((String, String), Exact)> {
    let mut charges = Vec::new();
    for item in &facts.month.custom_items {
        let service = item.service_code.clone();
        if item.kind == "flat" {
            if item.currency_code.as_deref() == Some(&ledger.currency) {
                let service = service.unwrap_or_else(|| item.item.clone());
                charges.push(((item.account_id.clone(), service), item.value.exact()));
            }
            continue;
        }
        for (place, row) in rows {
            let is_account = item.account_id.is_empty() || item.account_id == place.0;
            let is_customer = place.0 != facts.settings.margin_account;
            if is_account && is_customer && service.as_ref().is_none_or(|service| *service == place.1) {
                let taxed = taxes.get(place).cloned().unwrap_or_default();
                charges.push((place.clone(), (&row.price - taxed) * item.value.exact() / whole(100)));
            }
        }
    }
    charges
}

/// What one unit of the bill's currency is worth in that of the invoice.
fn currency_rate(currency: &str, plan: Option<&PricePlan>, facts: &Facts<'_>) -> Exact {
    let Some(wanted) = plan.and_then(|plan| plan.invoice_currency_code.as_deref()) else { return whole(1) };
    if wanted == currency {
        return whole(1);
    }
    let keys = [("from_currency_code", currency), ("to_currency_code", wanted)];
    fact(facts.tables, "currency_rates", &keys).map_or_else(|| whole(1), |row| number(row, "rate"))
}
