//! §8: usage that AWS prices on the organisation's sum, and how its cost is shared.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{number, text};
use crate::oracle::allocate::ledger::{Ledger, by_usage};
use crate::oracle::allocate::number::{
    absolute, at_least_zero, divide, exact, in_proportion, ratio, smaller, sum, zero,
};
use crate::oracle::allocate::policies::water_filling;
use crate::oracle::allocate::shapley::shapley;
use crate::oracle::month::{Cost, Decimal, Exact, FreePolicy, Seed, Tables, TierKey, TierPart, TierPolicy};

/// Tiers of a group: from (exclusive), to (inclusive, none in the last tier) and rate.
pub(super) struct TierTable(Vec<(Exact, Option<Exact>, Exact)>);

impl TierTable {
    /// The table with these columns in a seed.
    pub(super) fn read<'a>(rows: impl Iterator<Item = &'a BTreeMap<String, String>>, from: &str, to: &str) -> Self {
        let end = |row: &BTreeMap<String, String>| row.get(to)?.parse::<Decimal>().ok().map(Decimal::exact);
        Self(rows.map(|row| (number(row, from), end(row), number(row, "rate"))).collect())
    }

    /// What a quantity costs, tier by tier.
    pub(super) fn cost(&self, quantity: &Exact) -> Exact {
        let part = |(from, to, rate): &(Exact, Option<Exact>, Exact)| {
            let end = to.as_ref().map_or_else(|| quantity.clone(), |to| smaller(quantity, to));
            if end > *from { (end - from) * rate } else { zero() }
        };
        sum(&self.0.iter().map(part).collect::<Vec<Exact>>())
    }
}

/// Shares all tier groups; the lines that are in none are handed back.
pub(super) fn share<'a>(ledger: &mut Ledger<'_>, items: &[&'a Item<'a>], facts: &Facts<'_>) -> Vec<&'a Item<'a>> {
    let mut groups: BTreeMap<(String, String), Vec<&Item<'_>>> = BTreeMap::new();
    let mut rest = Vec::new();
    for item in items {
        match tier_group(item, facts.tables) {
            Some(group) => groups.entry(group).or_default().push(item),
            None => rest.push(*item),
        }
    }
    for ((table, region), lines) in groups {
        let rows = seed(facts.tables, "tier_rates").iter();
        let rows = rows.filter(|row| text(row, "tier_table") == table && text(row, "region") == region);
        let rates = TierTable::read(rows, "from_quantity", "to_quantity");
        share_group(ledger, &format!("{table}/{region}"), &lines, (&rates, facts));
    }
    rest
}

fn seed<'a>(tables: &'a Tables, name: &str) -> &'a Seed {
    const NONE: &Seed = &Seed::new();
    tables.seeds.get(name).unwrap_or(NONE)
}

/// Table and region of tiered usage, by the first rule that matches. Without rates for the region there is no group.
fn tier_group(item: &Item<'_>, tables: &Tables) -> Option<(String, String)> {
    if item.role != Role::Usage {
        return None;
    }
    let mut rules: Vec<_> = seed(tables, "tier_rules").iter().collect();
    rules.sort_by_key(|row| text(row, "priority").parse::<i64>().unwrap_or(i64::MAX));
    let any_or = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
    let rule = rules.into_iter().find(|row| {
        any_or(text(row, "service_code"), &item.service) && is_usage_name(&item.usage_type, text(row, "usage_name"))
    })?;
    let table = text(rule, "tier_table");
    let is_of =
        |row: &&BTreeMap<String, String>| text(row, "tier_table") == table && text(row, "region") == item.region;
    seed(tables, "tier_rates").iter().find(is_of)?;
    Some((table.to_owned(), item.region.clone()))
}

/// Whether a usage type is this one, with or without the prefix of a region (`EUW2-`).
fn is_usage_name(usage_type: &str, name: &str) -> bool {
    let prefix = usage_type.strip_suffix(name);
    let is_region = |prefix: &str| {
        let code = prefix.strip_suffix('-').unwrap_or_default();
        !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    prefix.is_some_and(|prefix| prefix.is_empty() || is_region(prefix))
}

fn share_group(ledger: &mut Ledger<'_>, group: &str, lines: &[&Item<'_>], (rates, facts): (&TierTable, &Facts<'_>)) {
    let mut by_account: BTreeMap<&str, Vec<&Item<'_>>> = BTreeMap::new();
    for item in lines {
        by_account.entry(&item.account).or_default().push(item);
    }
    let usage: Vec<Exact> = by_account.values().map(|lines| quantity(lines.iter().copied())).collect();
    let billed_free: Vec<Exact> =
        by_account.values().map(|lines| quantity(lines.iter().copied().filter(is_free))).collect();
    let free = free_usage(facts.settings.free, &usage, &billed_free);
    let paid: Vec<Exact> = usage.iter().zip(&free).map(|(usage, free)| usage - free).collect();
    let base: Vec<Exact> = by_account.values().map(|lines| sum(lines.iter().map(|item| &item.base))).collect();
    let absolute_base: Vec<Exact> = base.iter().map(absolute).collect();
    let pooled = sum(&base);
    // The observed price level: what was billed to what the table says, which differs where private rates apply.
    let list_cost = rates.cost(&sum(&paid));
    let level = ratio(&pooled, &list_cost);
    let alone: Vec<Exact> = paid.iter().map(|paid| rates.cost(paid) * &level).collect();
    let real = match facts.settings.tiers {
        // Where the table prices nothing there is no level: the shares follow base cost (§4).
        TierPolicy::Shapley | TierPolicy::Keep if list_cost == zero() => divide(&pooled, &alone, &absolute_base),
        TierPolicy::Standalone => divide(&pooled, &alone, &absolute_base),
        TierPolicy::Usage => divide(&pooled, &paid, &absolute_base),
        TierPolicy::Shapley => shapley(&paid, &|quantity| rates.cost(quantity) * &level),
        TierPolicy::Keep => alone.clone(),
        TierPolicy::AsBilled => base.clone(),
    };
    for (i, (account, lines)) in by_account.iter().enumerate() {
        let key =
            TierKey { currency: ledger.currency.clone(), group: group.to_owned(), account: (*account).to_owned() };
        let part = TierPart {
            usage: usage[i].clone(),
            free_usage: free[i].clone(),
            standalone_cost: alone[i].clone(),
            cost: Cost { base: base[i].clone(), real: real[i].clone() },
        };
        ledger.answer.tier_benefits.insert(key, part);
        let quantities: Vec<Exact> = lines.iter().map(|item| used(item)).collect();
        let parts = by_usage(&real[i], quantities.iter().zip(lines.iter().map(|item| &item.base)));
        for (item, part) in lines.iter().zip(parts) {
            let is_as_billed = facts.settings.tiers == TierPolicy::AsBilled;
            let part = if is_as_billed { item.base.clone() } else { part };
            ledger.line(item, "tiered", Some(group), &[("tiered", part)]);
        }
    }
    // `keep`: what pooling saved is the margin account's. It stands under the first service of the group.
    let saved = sum(&real) - pooled;
    if saved != zero() {
        let service = lines.iter().map(|item| item.service.clone()).min().unwrap_or_default();
        ledger.cost(&facts.settings.margin_account, &service, "margin").real -= saved;
    }
}

fn quantity<'a>(lines: impl Iterator<Item = &'a Item<'a>>) -> Exact {
    sum(&lines.map(used).collect::<Vec<Exact>>())
}

/// Free usage is billed at a rate of 0; without a rate its cost tells.
fn is_free(item: &&Item<'_>) -> bool {
    match &item.line.line_item_unblended_rate {
        Some(rate) => rate.parse::<Decimal>().is_ok_and(|rate| rate == Decimal(0)),
        None => item.base == zero(),
    }
}

/// The usage of a line; corrections with negative usage count as none.
fn used(item: &Item<'_>) -> Exact {
    at_least_zero(&exact(item.line.line_item_usage_amount))
}

/// The free quantity is what was billed free.
fn free_usage(policy: FreePolicy, usage: &[Exact], billed: &[Exact]) -> Vec<Exact> {
    let free = sum(billed);
    match policy {
        FreePolicy::MaxMin => water_filling(&free, usage),
        FreePolicy::Usage => in_proportion(&free, usage),
        FreePolicy::AsBilled => billed.to_vec(),
    }
}
