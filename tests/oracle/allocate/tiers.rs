//! §8: usage that AWS prices on the organisation's sum, and how its cost is shared.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{number, text};
use crate::oracle::allocate::ledger::{Ledger, Place, by_usage};
use crate::oracle::allocate::number::{
    absolute, at_least_zero, divide, exact, in_proportion, ratio, smaller, sum, whole, zero,
};
use crate::oracle::allocate::policies::water_filling;
use crate::oracle::allocate::shapley::shapley;
use crate::oracle::month::{Cost, Decimal, Exact, FreePolicy, Tables, TierKey, TierPart, TierPolicy};

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
        sum(self.0.iter().map(part))
    }
}

/// Usage of a tier group.
struct Group<'a> {
    rule: String,
    allowance: Option<String>,
    rates: TierTable,
    lines: Vec<&'a Item<'a>>,
}

/// Shares all tier groups; the lines that are in none are handed back.
pub(super) fn share<'a>(ledger: &mut Ledger<'_>, items: &[&'a Item<'a>], facts: &Facts<'_>) -> Vec<&'a Item<'a>> {
    let mut groups: BTreeMap<String, Group<'a>> = BTreeMap::new();
    let mut rest = Vec::new();
    for item in items {
        let Some((name, rule)) = tier_group(item, facts.tables) else {
            rest.push(*item);
            continue;
        };
        let group = groups.entry(name.clone()).or_insert_with(|| {
            let rows = facts.tables.seed("tier_rates").iter();
            let rows = rows.filter(|row| format!("{}/{}", text(row, "tier_table"), text(row, "region")) == name);
            Group {
                rule: text(rule, "rule").to_owned(),
                allowance: rule.get("allowance").cloned(),
                rates: TierTable::read(rows, "from_quantity", "to_quantity"),
                lines: Vec::new(),
            }
        });
        group.lines.push(item);
    }
    let free = allowed(&groups, facts.tables);
    for (name, group) in &groups {
        share_group(ledger, name, group, (&free[name], facts));
    }
    rest
}

/// Free quantity of each group: its part, by zero-rated usage, of the allowance that groups share, and never more than
/// its zero-rated usage. What was billed at zero beyond it is nobody's but its own.
fn allowed(groups: &BTreeMap<String, Group<'_>>, tables: &Tables) -> BTreeMap<String, Exact> {
    let zero_rated = |group: &Group<'_>| quantity(group.lines.iter().copied().filter(is_free));
    let free = |group: &Group<'_>| {
        let Some(allowance) = &group.allowance else { return zero() };
        let row = tables.seed("tier_allowances").iter().find(|row| text(row, "allowance") == allowance);
        let all = row.map_or_else(zero, |row| number(row, "quantity"));
        let sharing = groups.values().filter(|other| other.allowance.as_ref() == Some(allowance));
        let taken = sum(sharing.map(zero_rated));
        let own = zero_rated(group);
        smaller(&own, &(all * ratio(&own, &taken)))
    };
    groups.iter().map(|(name, group)| (name.clone(), free(group))).collect()
}

/// Name of the group of tiered usage, and the first rule that matches. Without rates there is no group: those of the
/// region, of the words before the name (edge locations), or of the whole organisation.
fn tier_group<'a>(item: &Item<'_>, tables: &'a Tables) -> Option<(String, &'a BTreeMap<String, String>)> {
    if item.role != Role::Usage {
        return None;
    }
    let mut rules: Vec<_> = tables.seed("tier_rules").iter().collect();
    rules.sort_by_key(|row| text(row, "priority").parse::<i64>().unwrap_or(i64::MAX));
    let any_or = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
    let rule = rules.into_iter().find(|row| {
        let name = text(row, "usage_name");
        any_or(text(row, "service_code"), &item.service)
            && if text(row, "tables_by") == "global" {
                item.usage_type == name
            } else {
                is_usage_name(&item.usage_type, name)
            }
    })?;
    let region = match text(rule, "tables_by") {
        "global" => "global",
        "prefix" => item.usage_type.strip_suffix(text(rule, "usage_name"))?.strip_suffix('-')?,
        _ => &item.region,
    };
    let table = text(rule, "tier_table");
    tables.seed("tier_rates").iter().find(|row| text(row, "tier_table") == table && text(row, "region") == region)?;
    Some((format!("{table}/{region}"), rule))
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

fn share_group(ledger: &mut Ledger<'_>, name: &str, group: &Group<'_>, (free, facts): (&Exact, &Facts<'_>)) {
    let mut by_account: BTreeMap<&str, Vec<&Item<'_>>> = BTreeMap::new();
    for item in &group.lines {
        by_account.entry(&item.account).or_default().push(item);
    }
    let all_free = quantity(group.lines.iter().copied().filter(is_free));
    let billed_free: Vec<Exact> = by_account
        .values()
        .map(|lines| free * ratio(&quantity(lines.iter().copied().filter(is_free)), &all_free))
        .collect();
    let paid = |lines: &Vec<&Item<'_>>| quantity(lines.iter().copied().filter(|item| !is_free(item)));
    let usage: Vec<Exact> = by_account.values().zip(&billed_free).map(|(lines, free)| paid(lines) + free).collect();
    let base: Vec<Exact> = by_account.values().map(|lines| sum(lines.iter().map(|item| &item.base))).collect();
    let shared = Sharing::new(usage, &billed_free, base, (&group.rates, facts));
    ledger.answer.is_sampled |= facts.settings.tiers == TierPolicy::Shapley
        && shared.paid.iter().filter(|paid| **paid > zero()).count() > MOST_EXACT;
    let zero_rated_part = ratio(free, &all_free);
    for (i, (account, lines)) in by_account.iter().enumerate() {
        let (currency, account) = (ledger.currency.clone(), (*account).to_owned());
        let part = TierPart {
            usage: shared.usage[i].clone(),
            free_usage: shared.free[i].clone(),
            standalone_cost: shared.alone[i].clone(),
            list_cost: shared.listed[i].clone(),
            zero_rated_part: zero_rated_part.clone(),
            cost: Cost { base: shared.base[i].clone(), real: shared.real[i].clone() },
        };
        ledger.answer.tier_benefits.insert(TierKey { currency, group: name.to_owned(), account }, part);
        let quantities: Vec<Exact> = lines.iter().map(|item| used_in_group(item, &zero_rated_part)).collect();
        let parts = by_usage(&shared.real[i], quantities.iter().zip(lines.iter().map(|item| &item.base)));
        for (item, part) in lines.iter().zip(parts) {
            let is_as_billed = facts.settings.tiers == TierPolicy::AsBilled;
            let part = if is_as_billed { item.base.clone() } else { part };
            let place = Place { tier_group: Some(name), rule: Some(&group.rule), ..Place::default() };
            ledger.plain(item, "tiered", &place, (zero(), part));
        }
    }
    // `keep`: what pooling saved is the margin account's. It stands under the first service of the group.
    let saved = sum(&shared.real) - sum(&shared.base);
    let service = group.lines.iter().map(|item| item.service.as_str()).min().unwrap_or_default();
    ledger.tier_margin(&facts.settings.margin_account, name, service, &saved);
}

/// What of a line's usage is in the group: of zero-rated usage the part that the allowance covers.
pub(super) fn used_in_group(item: &Item<'_>, zero_rated_part: &Exact) -> Exact {
    if is_free(&item) { used(item) * zero_rated_part } else { used(item) }
}

/// Accounts of a group that `shapley` goes through one by one; beyond, models sample orders.
const MOST_EXACT: usize = 12;

/// How a group is shared, by account.
struct Sharing {
    usage: Vec<Exact>,
    free: Vec<Exact>,
    paid: Vec<Exact>,
    alone: Vec<Exact>,
    /// The same at the prices of the table.
    listed: Vec<Exact>,
    base: Vec<Exact>,
    real: Vec<Exact>,
}

impl Sharing {
    fn new(
        usage: Vec<Exact>,
        billed_free: &[Exact],
        base: Vec<Exact>,
        (rates, facts): (&TierTable, &Facts<'_>),
    ) -> Self {
        let free = free_usage(facts.settings.free, &usage, billed_free);
        let paid: Vec<Exact> = usage.iter().zip(&free).map(|(usage, free)| usage - free).collect();
        let absolute_base: Vec<Exact> = base.iter().map(absolute).collect();
        let pooled = sum(&base);
        // The observed price level: what was billed to what the table says, which differs where private rates apply.
        let list_cost = rates.cost(&sum(&paid));
        let level = if list_cost == zero() { whole(1) } else { &pooled / &list_cost };
        let listed: Vec<Exact> = paid.iter().map(|paid| rates.cost(paid)).collect();
        let alone: Vec<Exact> = listed.iter().map(|cost| cost * &level).collect();
        let real = match facts.settings.tiers {
            // Where the table prices nothing the shares follow base cost (§4).
            TierPolicy::Shapley | TierPolicy::Keep if list_cost == zero() => divide(&pooled, &alone, &absolute_base),
            TierPolicy::Standalone => divide(&pooled, &alone, &absolute_base),
            TierPolicy::Usage => divide(&pooled, &paid, &absolute_base),
            TierPolicy::Shapley => of_paying(&paid, |paid| shapley(paid, &|quantity| rates.cost(quantity) * &level)),
            TierPolicy::Keep => alone.clone(),
            TierPolicy::AsBilled => base.clone(),
        };
        Self { usage, free, paid, alone, listed, base, real }
    }
}

/// Who pays for nothing has a share of nothing.
fn of_paying(paid: &[Exact], shares: impl Fn(&[Exact]) -> Vec<Exact>) -> Vec<Exact> {
    let paying: Vec<Exact> = paid.iter().filter(|paid| **paid > zero()).cloned().collect();
    let mut shares = shares(&paying).into_iter();
    paid.iter().map(|paid| if *paid > zero() { shares.next().unwrap_or_default() } else { zero() }).collect()
}

fn quantity<'a>(lines: impl Iterator<Item = &'a Item<'a>>) -> Exact {
    sum(lines.map(used))
}

/// Free usage is billed at a rate of 0; without a rate its cost tells.
fn is_free(item: &&Item<'_>) -> bool {
    match &item.line.line_item_unblended_rate {
        Some(rate) => rate.parse::<Decimal>().is_ok_and(|rate| rate == Decimal(0)),
        None => item.base == zero(),
    }
}

/// The usage of a line; corrections with negative usage count as none.
pub(super) fn used(item: &Item<'_>) -> Exact {
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
