//! What an allocation must have shown, by its settings.

use std::collections::{BTreeMap, BTreeSet};

use super::Wanted;
use crate::oracle::month::{
    Answer, Exact, LineAnswer, Moment, Month, Settings, SharingMode, SharingPolicy, TierPolicy,
};

/// Situations that no setting switches off, by months of a thousand.
const ALWAYS: &[Wanted] = &[
    ("an owner used its own", 100),
    ("capacity was left unused", 80),
    ("usage stayed on demand", 150),
    ("tiers were crossed", 50),
    ("usage was free", 50),
    ("a charge was shared", 30),
    ("a line was left out", 30),
    ("no commitment", 30),
];

/// Situations of every mode in which units move.
const SHARED: &[Wanted] = &[
    ("units returned to an owner", 20),
    ("uncovered cost moved", 10),
    ("nothing moved in an open slot", 20),
    ("idle capacity with nobody on demand", 20),
    ("an owner idles while somebody is on demand", 10),
];

/// What must have happened under these settings.
pub(super) fn wanted(settings: &Settings) -> Vec<Wanted> {
    let mut wanted = ALWAYS.to_vec();
    if settings.tiers == TierPolicy::Shapley {
        wanted.push(("more accounts than are gone through one by one", 5));
    }
    if settings.policy == SharingPolicy::AsBilled {
        return wanted;
    }
    wanted.extend_from_slice(SHARED);
    let (leaked, circles) = match settings.mode {
        SharingMode::OwnerOnly => (50, 0),
        SharingMode::Restricted => (30, 5),
        // Only accounts that do not share leak where the whole organization shares.
        SharingMode::Prioritized => (10, 10),
        SharingMode::Open => (10, 0),
    };
    wanted.push(("a commitment leaked", leaked));
    if circles > 0 {
        wanted.push(("two circles of a pool on a day", circles));
    }
    if settings.mode != SharingMode::OwnerOnly {
        wanted.extend([("usage was borrowed by choice", 50), ("two lenders in a circle", 5)]);
    }
    if matches!(settings.mode, SharingMode::OwnerOnly | SharingMode::Restricted) {
        wanted.push(("a leak with relief", 3));
        if settings.leakage_benefit.lender.is_none() {
            wanted.push(("the margin account got something", 10));
        }
    }
    wanted
}

/// Which situations an allocation shows.
pub(super) fn situations(month: &Month, answer: &Answer) -> Vec<(&'static str, bool)> {
    let zero = Exact::from_integer(0.into());
    let has_category =
        |name: &str| answer.account_costs.iter().any(|(key, cost)| key.category == name && cost.real != zero);
    let owners = || answer.commitment_usage.values();
    let is_by_choice = |circle: &str| circle != "leakage";
    let mut seen = vec![
        ("an owner used its own", owners().any(|used| used.own_use > zero)),
        ("capacity was left unused", owners().any(|used| used.unused > zero)),
        ("a commitment leaked", owners().any(|used| used.leaked > zero)),
        ("no commitment", answer.commitment_usage.is_empty()),
        ("usage stayed on demand", has_category("on_demand")),
        ("tiers were crossed", is_crossed(month, answer)),
        ("usage was free", answer.tier_benefits.values().any(|part| part.free_usage > zero)),
        ("more accounts than are gone through one by one", answer.is_sampled),
        ("a charge was shared", has_category("shared")),
        ("a line was left out", answer.lines.iter().any(Option::is_none)),
        ("the margin account got something", has_category("margin")),
        ("a leak with relief", answer.leakage.values().any(|leaked| leaked.relief > zero)),
        (
            "usage was borrowed by choice",
            answer
                .transfers
                .iter()
                .any(|(key, one)| key.kind == "borrowed" && one.units > zero && is_by_choice(&key.circle)),
        ),
    ];
    seen.extend(of_circles(answer));
    seen.extend(of_lines(month, answer));
    seen
}

/// Who lent in which circles.
fn of_circles(answer: &Answer) -> Vec<(&'static str, bool)> {
    let mut lenders: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    let mut circles: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for key in answer.transfer_pairs.keys().filter(|key| key.circle != "leakage") {
        let place = (&key.currency, &key.day, &key.pool);
        lenders.entry((place, &key.circle)).or_default().insert(&key.lender);
        circles.entry(place).or_default().insert(&key.circle);
    }
    vec![
        ("two lenders in a circle", lenders.values().any(|lenders| lenders.len() > 1)),
        ("two circles of a pool on a day", circles.values().any(|circles| circles.len() > 1)),
    ]
}

/// The lines of a pool in a slot, with what they became.
type Places<'a> = BTreeMap<(&'a str, Moment), Vec<&'a LineAnswer>>;

/// What moved in slots in which commitments covered others.
fn of_lines(month: &Month, answer: &Answer) -> Vec<(&'static str, bool)> {
    let mut open: Places<'_> = Places::new();
    for (line, answered) in month.lines.iter().zip(&answer.lines) {
        let Some(answered) = answered else { continue };
        let is_usage = matches!(answered.category.as_str(), "own_commitment" | "borrowed" | "on_demand");
        if let Some(pool) = answered.pool.as_deref().filter(|_| is_usage && line.line_item_usage_amount.is_some()) {
            open.entry((pool, line.line_item_usage_start_date)).or_default().push(answered);
        }
    }
    open.retain(|_, lines| lines.iter().any(|line| line.category == "borrowed"));
    let became = |billed: &'static str, part: &'static str| {
        open.values().flatten().any(|line| line.category == billed && became(line, part))
    };
    let idle: BTreeSet<&str> = {
        let zero = Exact::from_integer(0.into());
        let unused = answer.commitment_usage.iter().filter(|(_, used)| used.unused > zero);
        unused.map(|(key, _)| key.pool.as_str()).collect()
    };
    let is_on_demand = |lines: &[&LineAnswer]| lines.iter().any(|line| line.category == "on_demand");
    let is_idle =
        |is_wanted: bool| open.iter().any(|((pool, _), lines)| idle.contains(pool) && is_on_demand(lines) == is_wanted);
    vec![
        ("units returned to an owner", became("borrowed", "own_commitment") || became("on_demand", "own_commitment")),
        ("uncovered cost moved", became("borrowed", "on_demand")),
        ("nothing moved in an open slot", open.values().any(|lines| !lines.iter().any(|line| is_moved(line)))),
        ("idle capacity with nobody on demand", is_idle(false)),
        ("an owner idles while somebody is on demand", is_idle(true)),
    ]
}

/// Whether some units of the line became a part that they were not billed as.
fn became(line: &LineAnswer, category: &str) -> bool {
    let zero = Exact::from_integer(0.into());
    line.parts.iter().any(|part| part.category == category && part.category != line.category && part.units > zero)
}

fn is_moved(line: &LineAnswer) -> bool {
    ["own_commitment", "borrowed", "on_demand"].iter().any(|category| became(line, category))
}

/// Some tier group was billed at two rates and more, free usage apart.
fn is_crossed(month: &Month, answer: &Answer) -> bool {
    let mut rates: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (answered, line) in answer.lines.iter().zip(&month.lines) {
        let group = answered.as_ref().and_then(|one| one.tier_group.as_ref());
        if let (Some(group), Some(rate)) = (group, line.line_item_unblended_rate.as_ref().filter(|rate| *rate != "0")) {
            rates.entry(group).or_default().insert(rate);
        }
    }
    rates.values().any(|rates| rates.len() > 1)
}
