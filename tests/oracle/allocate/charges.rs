//! §9: charges that belong to everybody, by rules; and all that stays where AWS put it.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::ledger::{Ledger, Place};
use crate::oracle::allocate::like::like;
use crate::oracle::allocate::number::{at_least_zero, divide, zero};
use crate::oracle::allocate::weights::Measured;
use crate::oracle::month::{ChargePart, ChargeRule, Decimal, Exact};

/// A part of what a rule shares: how much of it, and who bears that.
struct Bearing<'a> {
    part: ChargePart,
    bearers: Vec<&'a str>,
}

/// What a rule takes, by service and category of the lines.
type Taken = BTreeMap<(String, String), Exact>;

/// Writes the lines that are in no pool and no tier group, and what their rules make of them.
pub(super) fn share(
    ledger: &mut Ledger<'_>,
    rest: &[&Item<'_>],
    (all, known): (&[&Item<'_>], &BTreeSet<usize>),
    facts: &Facts<'_>,
) {
    let mut rules: Vec<&ChargeRule> = facts.month.charge_rules.iter().chain(&facts.tables.charge_rules).collect();
    rules.sort_by_key(|rule| (rule.priority, &rule.rule));
    let margin = facts.settings.margin_account.as_str();
    let everybody: BTreeSet<&str> = all.iter().map(|item| item.account.as_str()).filter(|id| *id != margin).collect();
    let mut shared: BTreeMap<&str, (&ChargeRule, Taken)> = BTreeMap::new();
    for item in rest {
        let matching = rules.iter().find(|rule| matches(rule, item)).copied();
        let bearing = matching.filter(|rule| !parts(rule, &everybody, facts).is_empty());
        let category = if known.contains(&item.index) { "on_demand" } else { item.category.as_str() };
        let stays = if bearing.is_some() { zero() } else { item.base.clone() };
        let place = Place { rule: matching.map(|rule| rule.rule.as_str()), ..Place::default() };
        ledger.plain(item, category, &place, (zero(), stays));
        if let Some(rule) = bearing {
            let (_, taken) = shared.entry(&rule.rule).or_insert_with(|| (rule, Taken::new()));
            *taken.entry((item.service.clone(), category.to_owned())).or_default() += &item.base;
        }
    }
    // Every rule looks at the cost before any charge is shared.
    let before = Measured::of(ledger);
    for (rule, taken) in shared.into_values() {
        let parts = parts(rule, &everybody, facts);
        let percentages: Vec<Exact> = parts.iter().map(|one| one.part.percentage.exact()).collect();
        for ((service, category), amount) in taken {
            for (one, part) in parts.iter().zip(divide(&amount, &percentages, &[])) {
                let weights: Vec<Exact> = one.bearers.iter().map(|id| before.weight(&one.part, id, facts)).collect();
                let base: Vec<Exact> = one.bearers.iter().map(|id| at_least_zero(&before.base(id))).collect();
                for (account, share) in one.bearers.iter().zip(divide(&part, &weights, &base)) {
                    ledger.priced_entry((account, &service, "shared"), priced(&category), &share);
                }
            }
        }
    }
}

/// For prices a tax that was shared is still one.
fn priced(category: &str) -> &str {
    if category == "tax" { "tax" } else { "shared" }
}

/// Rules match lines in no pool and no tier group that are no fee lines of commitments.
fn matches(rule: &ChargeRule, item: &Item<'_>) -> bool {
    let fits = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| like(value, wanted));
    let description = item.line.line_item_line_item_description.as_deref().unwrap_or_default();
    item.role != Role::Fee
        && fits(&rule.line_item_type, &item.line.line_item_line_item_type)
        && fits(&rule.service_code, &item.service)
        && fits(&rule.usage_type, &item.usage_type)
        && fits(&rule.description, description)
        && fits(&rule.billing_entity, item.line.bill_billing_entity.as_deref().unwrap_or_default())
        && fits(&rule.account_id, &item.account)
}

/// The parts of a rule; a rule without parts is one. Where nobody bears one of them the charge stays, and there are none.
fn parts<'a>(rule: &ChargeRule, everybody: &BTreeSet<&'a str>, facts: &Facts<'_>) -> Vec<Bearing<'a>> {
    let several = facts.month.charge_parts.iter().chain(&facts.tables.charge_parts);
    let mut parts: Vec<ChargePart> = several.filter(|part| part.rule == rule.rule).cloned().collect();
    if rule.bearers != "parts" {
        parts.clear();
        parts.push(ChargePart {
            rule: rule.rule.clone(),
            part: 1,
            percentage: Decimal(100 * Decimal::ONE),
            bearers: rule.bearers.clone(),
            weight: rule.weight.clone(),
            weight_of: rule.weight_of.clone(),
        });
    }
    parts.sort_by_key(|part| part.part);
    let bearing = parts.into_iter().map(|part| Bearing { bearers: bearers(&part.bearers, everybody, facts), part });
    let bearing: Vec<Bearing<'a>> = bearing.collect();
    if bearing.iter().any(|one| one.bearers.is_empty()) { Vec::new() } else { bearing }
}

/// Accounts that the payer's bill of that currency knows: all, a group, or a list of accounts and groups.
fn bearers<'a>(words: &str, everybody: &BTreeSet<&'a str>, facts: &Facts<'_>) -> Vec<&'a str> {
    let is_named = |word: &str, account: &str| match word.strip_prefix("group:") {
        Some(group) => {
            let mut rows = facts.month.registry.iter();
            rows.any(|row| row.account_id == account && row.group.as_deref() == Some(group))
        }
        None => word == account,
    };
    let listed = words.strip_prefix("list:").or(words.starts_with("group:").then_some(words));
    let bears = |account: &&&str| match listed {
        Some(list) => list.split(';').any(|word| is_named(word, account)),
        None => words == "all",
    };
    everybody.iter().filter(bears).copied().collect()
}
