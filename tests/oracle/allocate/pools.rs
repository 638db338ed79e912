//! §5: which pool a line is in, in the order of the specification, and what the pools count.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::capacity::{self, Capacity, Slot};
use crate::oracle::allocate::commitments::{self, Commitment, service};
use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::number::{at_least_zero, exact, sum, to_ten_digits, whole, zero};
use crate::oracle::allocate::plans::{Planned, Rates, plan_pools, rates};
use crate::oracle::month::{Exact, Moment, SharingPolicy, Tables};

/// Pool and slot.
pub(super) type Place = (String, Moment);

/// A line in a pool.
#[derive(Clone, Debug)]
pub(super) struct Pooled<'a> {
    pub(super) item: &'a Item<'a>,
    pub(super) place: Place,
    pub(super) rule: String,
    pub(super) units: Exact,
    /// Whose commitment covered it, if one did.
    pub(super) owner: Option<String>,
}

impl Pooled<'_> {
    /// Whether another account's commitment covered it.
    pub(super) fn is_foreign(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| *owner != self.item.account)
    }
}

/// Uncovered usage that wants cover, with all pools that it fits, those of reservations first.
#[derive(Clone, Debug)]
pub(super) struct Uncovered<'a> {
    pub(super) item: &'a Item<'a>,
    /// Pool, rule and units in it.
    pub(super) fitting: Vec<(String, String, Exact)>,
    /// The units before they are rounded, in the same order: what prices by unit are made of.
    pub(super) unrounded: Vec<Exact>,
}

/// The pools of one payer and currency.
pub(super) struct Pools<'a> {
    pub(super) commitments: BTreeMap<String, Commitment>,
    /// All covered lines, in whatever slot.
    pub(super) covered: Vec<Pooled<'a>>,
    pub(super) uncovered: Vec<Uncovered<'a>>,
    pub(super) rates: Rates,
    pub(super) capacity: Capacity,
    pub(super) open: BTreeSet<Place>,
    /// Service of a pool's entries.
    pub(super) services: BTreeMap<String, String>,
}

/// Pools and what is in them.
pub(super) fn pools<'a>(items: &[&'a Item<'a>], slots: &[Slot], policy: SharingPolicy, tables: &Tables) -> Pools<'a> {
    let commitments = commitments::commitments(items, tables);
    let covered: Vec<Pooled<'a>> = items.iter().filter_map(|item| covered(item, &commitments)).collect();
    let capacity = capacity::capacity(items, &commitments, &covered, slots);
    let rates = rates(items, &commitments);
    let wants = |item: &&&Item<'_>| item.role == Role::Usage && !is_spot(item) && item.base > zero();
    let uncovered = items.iter().filter(wants).map(|item| uncovered(item, &rates, tables)).collect();
    // Only where a commitment covered another account's usage can anything move; `as_billed` moves nothing at all.
    let foreign = covered.iter().filter(|line| policy != SharingPolicy::AsBilled && line.is_foreign());
    let open = foreign.map(|line| line.place.clone()).collect();
    let services = services(items, &commitments);
    Pools { commitments, covered, uncovered, rates, capacity, open, services }
}

impl<'a> Pools<'a> {
    /// Lines of open slots by pool and slot: covered ones, and uncovered ones that the first open pool takes.
    pub(super) fn lines(&self) -> BTreeMap<Place, Vec<Pooled<'a>>> {
        let mut lines: BTreeMap<Place, Vec<Pooled<'a>>> = BTreeMap::new();
        for line in self.covered.iter().filter(|line| self.open.contains(&line.place)) {
            lines.entry(line.place.clone()).or_default().push(line.clone());
        }
        for Uncovered { item, fitting, .. } in &self.uncovered {
            let place = |pool: &str| (pool.to_owned(), item.slot());
            let taking = fitting.iter().find(|(pool, ..)| self.open.contains(&place(pool)));
            if let Some((pool, rule, units)) = taking {
                let (place, rule, units) = (place(pool), rule.clone(), units.clone());
                lines.entry(place.clone()).or_default().push(Pooled { item, place, rule, units, owner: None });
            }
        }
        lines
    }

    /// Whether uncovered usage of somebody (of an account, where one is given) fits a pool in a slot.
    pub(super) fn has_fitting(&self, (pool, slot): &Place, account: Option<&str>) -> bool {
        self.uncovered.iter().any(|line| {
            line.item.slot() == *slot
                && account.is_none_or(|account| line.item.account == account)
                && line.fitting.iter().any(|(fitting, _, units)| fitting == pool && *units > zero())
        })
    }

    /// Pools that have capacity in the period, or covered something.
    pub(super) fn known(&self) -> BTreeSet<&str> {
        let offered = self.capacity.offered.iter().filter(|(_, owners)| owners.values().any(|units| *units > zero()));
        let beyond = self.capacity.beyond.iter().filter(|(_, units)| **units > zero());
        let names = offered.map(|((pool, _), _)| pool).chain(beyond.map(|((pool, _), _)| pool));
        names.chain(self.covered.iter().map(|line| &line.place.0)).map(String::as_str).collect()
    }

    /// Plan pools that could cover the usage of a line.
    pub(super) fn plans_of(&self, item: &Item<'_>, tables: &Tables) -> Vec<Planned> {
        plan_pools(item, &self.rates, tables)
    }
}

fn covered<'a>(item: &'a Item<'a>, commitments: &BTreeMap<String, Commitment>) -> Option<Pooled<'a>> {
    if item.role != Role::Covered {
        return None;
    }
    let commitment = commitments::of(item, commitments)?;
    let usage = exact(item.line.line_item_usage_amount);
    let effective = match commitment.kind {
        "savings_plan" => exact(item.line.savings_plan_savings_plan_effective_cost),
        _ => exact(item.line.reservation_effective_cost),
    };
    let units = match commitment.kind {
        // The unit is one dollar of commitment, whatever private discounts make of it.
        _ if commitment.is_unknown() => effective,
        "savings_plan" => effective,
        // Where the usage type does not tell the size, an hour counts as one unit.
        _ if commitment.is_normalized => usage * item.kind.as_ref().map_or_else(|| whole(1), normalized_units),
        _ => usage,
    };
    let place = (commitment.pool.clone(), item.slot());
    // Corrections with negative usage have no units.
    let units = to_ten_digits(&at_least_zero(&units));
    Some(Pooled { item, place, rule: commitment.rule.clone(), units, owner: Some(commitment.owner.clone()) })
}

/// Units of an hour of usage in a pool of normalised hours, whatever pool the usage itself would make.
fn normalized_units(kind: &super::kinds::Kind) -> Exact {
    if kind.is_normalized { kind.units.clone() } else { kind.size.clone().unwrap_or_else(|| whole(1)) }
}

fn is_spot(item: &Item<'_>) -> bool {
    item.usage_type.contains("SpotUsage")
}

fn uncovered<'a>(item: &'a Item<'a>, rates: &Rates, tables: &Tables) -> Uncovered<'a> {
    let usage = exact(item.line.line_item_usage_amount);
    let mut fitting = Vec::new();
    if let Some(kind) = &item.kind {
        for pool in std::iter::once(&kind.pool).chain(&kind.also) {
            fitting.push((pool.clone(), kind.rule.clone(), &usage * &kind.units));
        }
    }
    for Planned { offering, pool, rate } in plan_pools(item, rates, tables) {
        fitting.push((pool, offering, &usage * rate.0 / rate.1));
    }
    let unrounded = fitting.iter().map(|(_, _, units)| at_least_zero(units)).collect();
    for (_, _, units) in &mut fitting {
        *units = to_ten_digits(&at_least_zero(units));
    }
    Uncovered { item, fitting, unrounded }
}

/// The service of each pool: that of the fee rows of its commitments, else of what they covered.
fn services(items: &[&Item<'_>], commitments: &BTreeMap<String, Commitment>) -> BTreeMap<String, String> {
    let mut rows: BTreeMap<&str, Vec<&Item<'_>>> = BTreeMap::new();
    for item in items.iter().filter(|item| matches!(item.role, Role::Covered | Role::Fee)) {
        if let Some(commitment) = commitments::of(item, commitments) {
            rows.entry(&commitment.pool).or_default().push(item);
        }
    }
    rows.into_iter().map(|(pool, rows)| (pool.to_owned(), service(&rows))).collect()
}

/// What owners' commitments in a pool cost in the period by unit that they covered: e (§6), amortised always.
pub(super) fn effective_unit_costs(covered: &[Pooled<'_>]) -> BTreeMap<(String, String), Exact> {
    let mut lines: BTreeMap<(String, String), Vec<&Pooled<'_>>> = BTreeMap::new();
    for line in covered {
        if let Some(owner) = &line.owner {
            lines.entry((line.place.0.clone(), owner.clone())).or_default().push(line);
        }
    }
    let cost = |lines: &[&Pooled<'_>]| {
        let units = sum(lines.iter().map(|line| &line.units));
        let cost = sum(lines.iter().map(|line| &line.item.amortized));
        super::number::ratio(&cost, &units)
    };
    lines.into_iter().map(|(owned, lines)| (owned, cost(&lines))).collect()
}
