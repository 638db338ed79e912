//! §5: which pool a line is in, in the order of the specification, and what the pools count.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::capacity::{self, Capacity, Slot};
use crate::oracle::allocate::commitments::{Commitment, commitments, plan_pool};
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{number, text};
use crate::oracle::allocate::number::{at_least_zero, exact, ratio, smaller, whole, zero};
use crate::oracle::month::{Exact, Moment, Tables};

/// Pool and slot.
pub(super) type Place = (String, Moment);

/// A line in a pool.
#[derive(Clone, Debug)]
pub(super) struct Pooled<'a> {
    pub(super) item: &'a Item<'a>,
    pub(super) place: Place,
    pub(super) units: Exact,
    /// Whose commitment covered it, if one did.
    pub(super) owner: Option<String>,
}

/// The pools of one payer and currency.
#[derive(Debug)]
pub(super) struct Pools<'a> {
    pub(super) commitments: BTreeMap<String, Commitment>,
    pub(super) lines: Vec<Pooled<'a>>,
    pub(super) capacity: Capacity,
}

/// Puts every line into its pool, or into none.
pub(super) fn pools<'a>(items: &[&'a Item<'a>], slots: &[Slot], tables: &Tables) -> Pools<'a> {
    let commitments = commitments(items, tables);
    // 1. Covered lines: the pool of the commitment that covered them.
    let mut lines: Vec<Pooled<'a>> = items.iter().filter_map(|item| covered(item, &commitments)).collect();
    let capacity = capacity::capacity(items, &commitments, &lines, slots);
    let open: BTreeSet<&Place> = capacity
        .offered
        .iter()
        .filter(|(_, owners)| owners.values().any(|units| *units > zero()))
        .map(|(place, _)| place)
        .collect();
    let rates = rates(items, tables);
    for item in items.iter().filter(|item| item.role == Role::Usage && !is_spot(item)) {
        let choices = [reservation_pool(item)].into_iter().flatten().chain(plan_pools(item, &rates, tables));
        for (pool, units) in choices {
            let place = (pool, item.slot());
            if open.contains(&place) {
                lines.push(Pooled { item, place, units: at_least_zero(&units), owner: None });
                break;
            }
        }
    }
    Pools { commitments, lines, capacity }
}

fn covered<'a>(item: &'a Item<'a>, commitments: &BTreeMap<String, Commitment>) -> Option<Pooled<'a>> {
    if item.role != Role::Covered {
        return None;
    }
    let commitment = commitments.get(&item.commitment.as_ref()?.arn)?;
    let usage = exact(item.line.line_item_usage_amount);
    let units = match commitment.kind {
        // The unit is one dollar of commitment, whatever private discounts make of it.
        "savings_plan" => exact(item.line.savings_plan_savings_plan_effective_cost),
        // Where the usage type does not tell the size, an hour counts as one unit.
        _ if commitment.is_normalized => usage * item.kind.as_ref().map_or_else(|| whole(1), |kind| kind.units.clone()),
        _ => usage,
    };
    let place = (commitment.pool.clone(), item.slot());
    // Corrections with negative usage have no units.
    let units = at_least_zero(&units);
    Some(Pooled { item, place, units, owner: Some(commitment.owner.clone()) })
}

fn is_spot(item: &Item<'_>) -> bool {
    item.usage_type.contains("SpotUsage")
}

/// Step 2: the reservation pool that uncovered usage matches, with the units that the line would be in it.
fn reservation_pool(item: &Item<'_>) -> Option<(String, Exact)> {
    let kind = item.kind.as_ref()?;
    Some((kind.pool.clone(), exact(item.line.line_item_usage_amount) * &kind.units))
}

/// Offering, service, usage type, operation and region.
type RateKey = [String; 5];

/// Known Savings Plan rates: those of covered lines of the period.
///
/// Plans of one offering may have several rates for the same usage, by term and payment. The specification does not
/// say which one counts for usage that none covered; the lowest does, since AWS applies the highest saving first.
fn rates(items: &[&Item<'_>], tables: &Tables) -> BTreeMap<RateKey, Exact> {
    let mut rates: BTreeMap<RateKey, Exact> = BTreeMap::new();
    for item in items.iter().filter(|item| item.role == Role::Covered) {
        let Some(offering) = item.line.savings_plan_offering_type.clone() else { continue };
        let rate = reported_rate(item);
        if rate <= zero() || plan_pool(&offering, item, tables).is_none() {
            continue;
        }
        let known = rates.entry(rate_key(&offering, item)).or_insert_with(|| rate.clone());
        *known = smaller(known, &rate);
    }
    rates
}

fn rate_key(offering: &str, item: &Item<'_>) -> RateKey {
    let Item { service, usage_type, operation, region, .. } = item;
    [offering, service, usage_type, operation, region].map(str::to_owned)
}

/// The rate that a covered line shows, or else its commitment by unit of usage.
fn reported_rate(item: &Item<'_>) -> Exact {
    let shown = exact(item.line.savings_plan_savings_plan_rate);
    let used = exact(item.line.savings_plan_savings_plan_effective_cost);
    if shown == zero() { ratio(&used, &exact(item.line.line_item_usage_amount)) } else { shown }
}

/// Step 3: the Savings Plan pools that could cover a line and whose rate for it is known, those with the highest saving
/// first: EC2 Instance Savings Plans before Compute Savings Plans, as AWS applies them.
fn plan_pools(item: &Item<'_>, rates: &BTreeMap<RateKey, Exact>, tables: &Tables) -> Vec<(String, Exact)> {
    let mut offerings: Vec<_> = tables.seeds.get("savings_plan_offerings").into_iter().flatten().collect();
    offerings.sort_by_key(|row| text(row, "priority").parse::<i64>().unwrap_or(i64::MAX));
    let usage = exact(item.line.line_item_usage_amount);
    let choice = |offering: &str| {
        let reported = rates.get(&rate_key(offering, item)).cloned();
        let rate = reported.or_else(|| seeded_rate(offering, item, tables))?;
        Some((plan_pool(offering, item, tables)?, &usage * rate))
    };
    offerings.into_iter().filter_map(|row| choice(text(row, "offering_type"))).collect()
}

fn seeded_rate(offering: &str, item: &Item<'_>, tables: &Tables) -> Option<Exact> {
    let rows = tables.seeds.get("savings_plan_rates")?;
    let fits = |column: &str, value: &str, row: &BTreeMap<String, String>| text(row, column) == value;
    let row = rows.iter().find(|row| {
        fits("offering_type", offering, row)
            && fits("usage_type", &item.usage_type, row)
            && fits("operation", &item.operation, row)
    })?;
    Some(number(row, "rate"))
}
