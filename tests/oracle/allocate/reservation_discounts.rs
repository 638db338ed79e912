//! §8: volume discounts of reservations, which AWS gives to who buys last, by all active reservations of a region.

use std::collections::BTreeMap;

use crate::oracle::allocate::Facts;
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::number;
use crate::oracle::allocate::ledger::Ledger;
use crate::oracle::allocate::number::{ratio, sum, whole, zero};
use crate::oracle::allocate::owners::{arn_field, owners};
use crate::oracle::month::{Cost, Exact, ListValue, PERIOD, TierKey, TierPart, TierPolicy};

/// A reservation with a list value.
struct Listed<'a> {
    row: &'a ListValue,
    region: String,
    owner: String,
}

/// What an account's active reservations of a region are worth, cost and saved.
#[derive(Default)]
struct Saving {
    cost: Exact,
    value: Exact,
    saved: Exact,
    /// What the own percentage leaves of cost at list prices, less cost.
    more_alone: Exact,
}

/// Writes the entries by which the discount moves from where AWS gave it.
pub(super) fn share(ledger: &mut Ledger<'_>, items: &[&Item<'_>], facts: &Facts<'_>) {
    let owners = owners(facts.month);
    let listed: Vec<Listed<'_>> = facts.month.list_values.iter().map(|row| listed(row, &owners)).collect();
    let mut regions: BTreeMap<&str, BTreeMap<&str, Saving>> = BTreeMap::new();
    for one in listed.iter().filter(|one| is_active(one.row) && is_billed(items, &one.row.commitment_arn)) {
        let cost = cost(items, &one.row.commitment_arn);
        let percentage = |of: &dyn Fn(&Listed<'_>) -> bool| percentage(one, &listed, of, facts);
        let given = percentage(&|_| true);
        let at_list = &cost / (whole(1) - &given);
        let alone = percentage(&|other| other.owner == one.owner);
        let saving = regions.entry(&one.region).or_default().entry(&one.owner).or_default();
        saving.value += one.row.list_value.exact();
        saving.saved += &at_list - &cost;
        saving.cost += &cost;
        saving.more_alone += &at_list * (whole(1) - alone) - &cost;
    }
    for (name, accounts) in regions {
        region(ledger, name, &accounts, facts);
    }
}

fn region(ledger: &mut Ledger<'_>, name: &str, accounts: &BTreeMap<&str, Saving>, facts: &Facts<'_>) {
    let value = sum(accounts.values().map(|saving| &saving.value));
    let saved = sum(accounts.values().map(|saving| &saving.saved));
    let group = format!("reservations/{name}");
    let mut kept = zero();
    for (account, saving) in accounts {
        let amount = match facts.settings.tiers {
            TierPolicy::AsBilled => zero(),
            TierPolicy::Keep => saving.more_alone.clone(),
            _ => &saving.saved - &saved * ratio(&saving.value, &value),
        };
        kept += &amount;
        let key = TierKey { currency: ledger.currency.clone(), group: group.clone(), account: (*account).to_owned() };
        let part = TierPart {
            usage: saving.value.clone(),
            standalone_cost: &saving.cost + &saving.more_alone,
            cost: Cost { base: saving.cost.clone(), real: &saving.cost + &amount },
            ..TierPart::default()
        };
        ledger.answer.tier_benefits.insert(key, part);
        if amount != zero() {
            ledger.entry(account, "AmazonEC2", "tiered", &amount);
        }
    }
    ledger.tier_margin(&facts.settings.margin_account, &group, "AmazonEC2", &kept);
}

fn listed<'a>(row: &'a ListValue, owners: &BTreeMap<String, String>) -> Listed<'a> {
    let arn = &row.commitment_arn;
    let named = arn_field(arn, 4).unwrap_or_default().to_owned();
    let region = arn_field(arn, 3).unwrap_or_default().to_owned();
    Listed { row, region, owner: owners.get(arn).cloned().unwrap_or(named) }
}

/// Whether a reservation is active in some moment of the period.
fn is_active(row: &ListValue) -> bool {
    row.valid_from.get(..7).is_some_and(|from| from <= PERIOD)
        && row.valid_until.as_deref().and_then(|until| until.get(..7)).is_none_or(|until| until >= PERIOD)
}

/// Whether the bills of the currency have a line of a reservation: an active one has, in its own currency.
fn is_billed(items: &[&Item<'_>], arn: &str) -> bool {
    items.iter().any(|item| item.commitment.as_ref().is_some_and(|bought| bought.arn == arn))
}

/// What all lines of a reservation cost in the period.
fn cost(items: &[&Item<'_>], arn: &str) -> Exact {
    let bears = |item: &&&Item<'_>| {
        matches!(item.role, Role::Covered | Role::Fee)
            && item.commitment.as_ref().is_some_and(|bought| bought.arn == arn)
    };
    sum(items.iter().filter(bears).map(|item| &item.base))
}

/// The discount, as a part of 1, by what was active in the region when the reservation was bought.
fn percentage(one: &Listed<'_>, all: &[Listed<'_>], of: &dyn Fn(&Listed<'_>) -> bool, facts: &Facts<'_>) -> Exact {
    let order = |row: &ListValue| (row.valid_from.clone(), row.commitment_arn.clone());
    let was_active = |other: &&Listed<'_>| {
        other.region == one.region
            && order(other.row) < order(one.row)
            && other.row.valid_until.as_ref().is_none_or(|until| *until > one.row.valid_from)
    };
    let before = all.iter().filter(was_active).filter(|other| of(other));
    let before = sum(before.map(|other| other.row.list_value.exact()));
    let rows = facts.tables.seed("reservation_discount_tiers").iter();
    let tier = rows.filter(|row| {
        let end = row.get("to_value").filter(|end| !end.is_empty());
        number(row, "from_value") <= before && end.is_none_or(|_| number(row, "to_value") > before)
    });
    let percentage = tier.map(|row| number(row, "percentage")).max().unwrap_or_default();
    percentage / whole(100)
}
