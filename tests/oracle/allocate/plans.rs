//! §5: pools of Savings Plans, and the rates at which usage counts in them.

use std::collections::BTreeMap;

use crate::oracle::allocate::commitments::{self, Commitment};
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{fact, text};
use crate::oracle::allocate::number::{exact, zero};
use crate::oracle::month::{Decimal, Exact, Tables};

/// A plan pool that could cover a line, and what a unit of the line's usage counts there.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) offering: String,
    pub(super) pool: String,
    /// Commitment (dividend) by usage (divisor).
    pub(super) rate: (Exact, Exact),
}

/// Rates by offering, usage type and operation.
pub(super) type Rates = BTreeMap<[String; 3], (Exact, Exact)>;

/// Known rates: commitment and usage of all covered lines of the period that bear a cost.
pub(super) fn rates(items: &[&Item<'_>], commitments: &BTreeMap<String, Commitment>) -> Rates {
    let mut rates = Rates::new();
    for item in items.iter().filter(|item| item.role == Role::Covered) {
        let commitment = commitments::of(item, commitments);
        let Some(offering) = commitment.and_then(|commitment| commitment.offering.clone()) else { continue };
        let cost = exact(item.line.savings_plan_savings_plan_effective_cost);
        if cost <= zero() {
            continue;
        }
        let rate = rates.entry([offering, item.usage_type.clone(), item.operation.clone()]).or_default();
        rate.0 += cost;
        rate.1 += exact(item.line.line_item_usage_amount);
    }
    rates.retain(|_, (_, usage)| *usage > zero());
    rates
}

/// Offerings in the order in which AWS applies them.
pub(super) fn offerings(tables: &Tables) -> Vec<&BTreeMap<String, String>> {
    let mut rows: Vec<_> = tables.seed("savings_plan_offerings").iter().collect();
    rows.sort_by_key(|row| text(row, "priority").parse::<i64>().unwrap_or(i64::MAX));
    rows
}

/// The plan pools that could cover a line and whose rate for it is known, in the order of the offerings.
pub(super) fn plan_pools(item: &Item<'_>, rates: &Rates, tables: &Tables) -> Vec<Planned> {
    let planned = |row: &BTreeMap<String, String>| {
        let offering = text(row, "offering_type");
        let reported = rates.get(&[offering.to_owned(), item.usage_type.clone(), item.operation.clone()]).cloned();
        let rate = reported.or_else(|| seeded_rate(offering, item, tables))?;
        let family = item.kind.as_ref().and_then(|kind| kind.ec2_family.clone());
        let pool = pool(row, &item.region, family)?;
        Some(Planned { offering: offering.to_owned(), pool, rate })
    };
    offerings(tables).into_iter().filter_map(planned).collect()
}

/// The pool of an offering: by region and family, or one for all.
pub(super) fn pool(row: &BTreeMap<String, String>, region: &str, family: Option<String>) -> Option<String> {
    let prefix = text(row, "pool_prefix");
    if text(row, "is_by_family") != "true" {
        return Some(prefix.to_owned());
    }
    if region.is_empty() {
        return None;
    }
    Some(format!("{prefix}/{region}/{}", family?))
}

fn seeded_rate(offering: &str, item: &Item<'_>, tables: &Tables) -> Option<(Exact, Exact)> {
    let keys =
        [("offering_type", offering), ("usage_type", item.usage_type.as_str()), ("operation", item.operation.as_str())];
    let rate = fact(tables, "savings_plan_rates", &keys)?.get("rate")?.parse::<Decimal>().ok()?;
    Some((rate.exact(), Decimal(Decimal::ONE).exact()))
}
