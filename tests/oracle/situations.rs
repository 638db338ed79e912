//! What must have happened in the months of a run, so that agreement means something.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;

use super::month::{Answer, Exact, Month, Settings, SharingMode, SharingPolicy};
use super::run::Compared;
use crate::harness::Outcome;

/// How many months of a hundred must show a situation, at the least.
type Wanted = (&'static str, usize);

/// Situations that no setting switches off.
const ALWAYS: &[Wanted] = &[
    ("usage was borrowed", 5),
    ("an owner used its own", 10),
    ("capacity was left unused", 8),
    ("a plan covered usage", 5),
    ("a plan and a reservation in one month", 2),
    ("usage stayed on demand", 15),
    ("an owner came first and was scaled", 1),
    ("tiers were crossed", 5),
    ("usage was free", 5),
    ("a charge was shared", 3),
    ("a payer has net columns", 8),
    ("two currencies", 1),
    ("one account", 3),
    ("an account is not registered", 5),
    ("an account does not share", 5),
    ("no commitment", 3),
    ("a line was left out", 3),
    ("a refund or credit", 5),
    ("a reservation without a fee row", 1),
];

/// Fails, naming all of them, if a situation did not occur often enough.
pub(crate) fn occurred(settings: &Settings, compared: &[Compared<'_>]) -> Outcome {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for one in compared {
        for situation in situations(one.month, &one.answer) {
            *counted.entry(situation).or_default() += 1;
        }
    }
    let mut wanted = ALWAYS.to_vec();
    let is_shared = settings.policy != SharingPolicy::AsBilled;
    match settings.mode {
        SharingMode::Restricted if is_shared => wanted.push(("a commitment leaked", 3)),
        SharingMode::OwnerOnly if is_shared => wanted.push(("a commitment leaked", 5)),
        // Only accounts that do not share leak where the whole organisation shares.
        SharingMode::Open | SharingMode::Prioritized if is_shared => wanted.push(("a commitment leaked", 1)),
        _ => {}
    }
    let leaks = matches!(settings.mode, SharingMode::Restricted | SharingMode::OwnerOnly);
    if is_shared && leaks && settings.leakage_benefit.lender.is_none() {
        wanted.push(("the margin account got something", 1));
    }
    let rare: Vec<String> = wanted
        .iter()
        .map(|(situation, percent)| (situation, counted.get(situation).copied().unwrap_or(0), percent))
        .filter(|(_, count, percent)| count * 100 < **percent * compared.len())
        .map(|(situation, count, percent)| format!("`{situation}` in {count} months, not in {percent} %"))
        .collect();
    if rare.is_empty() { Ok(()) } else { Err(Failed::from(format!("too rare: {}", rare.join(", ")))) }
}

fn situations(month: &Month, answer: &Answer) -> BTreeSet<&'static str> {
    let zero = Exact::from_integer(0.into());
    let lines = || month.lines.iter();
    let has_category =
        |name: &str| answer.account_costs.iter().any(|(key, cost)| key.category == name && cost.real != zero);
    let is_of_type = |name: &str| lines().any(|line| line.line_item_line_item_type == name);
    let owners = || answer.commitment_usage.values();
    let accounts: BTreeSet<_> = lines().map(|line| &line.line_item_usage_account_id).collect();
    let currencies: BTreeSet<_> = lines().map(|line| &line.line_item_currency_code).collect();
    let registered = |account: &str| month.registry.iter().any(|row| row.account_id == account);
    let arns = |name: &str| {
        let of_type = month.lines.iter().filter(|line| line.line_item_line_item_type == name);
        of_type.filter_map(|line| line.reservation_reservation_a_r_n.as_deref()).collect::<BTreeSet<_>>()
    };
    let (covering, billed) = (arns("DiscountedUsage"), arns("RIFee"));
    let seen = [
        ("usage was borrowed", answer.transfers.iter().any(|(key, one)| key.kind == "borrowed" && one.units > zero)),
        ("an owner used its own", owners().any(|used| used.own_use > zero)),
        ("capacity was left unused", owners().any(|used| used.unused > zero)),
        ("a plan covered usage", is_of_type("SavingsPlanCoveredUsage")),
        (
            "a plan and a reservation in one month",
            is_of_type("SavingsPlanCoveredUsage") && is_of_type("DiscountedUsage"),
        ),
        ("usage stayed on demand", has_category("on_demand")),
        ("an owner came first and was scaled", is_scaled(month, answer)),
        ("tiers were crossed", is_crossed(month, answer)),
        ("usage was free", answer.tier_benefits.values().any(|part| part.free_usage > zero)),
        ("a charge was shared", has_category("shared")),
        ("a payer has net columns", lines().any(|line| line.line_item_net_unblended_cost.is_some())),
        ("two currencies", currencies.len() > 1),
        ("one account", accounts.len() == 1),
        ("an account is not registered", accounts.iter().any(|one| one.as_deref().is_some_and(|id| !registered(id)))),
        ("an account does not share", month.registry.iter().any(|row| row.shares == Some(false))),
        ("no commitment", answer.commitment_usage.is_empty()),
        ("a line was left out", answer.lines.iter().any(Option::is_none)),
        ("a refund or credit", is_of_type("Refund") || is_of_type("Credit")),
        ("a reservation without a fee row", covering.difference(&billed).next().is_some()),
        ("a commitment leaked", owners().any(|used| used.leaked > zero)),
        ("the margin account got something", has_category("margin")),
    ];
    seen.into_iter().filter(|(_, is_seen)| *is_seen).map(|(situation, _)| situation).collect()
}

/// In a month of one slot and one pool: an owner has capacity left, and yet usage on demand.
fn is_scaled(month: &Month, answer: &Answer) -> bool {
    let slots: BTreeSet<_> = month.lines.iter().map(|line| line.line_item_usage_start_date).collect();
    let zero = Exact::from_integer(0.into());
    let idle = answer.commitment_usage.iter().filter(|(_, used)| used.unused > zero && used.own_use > zero);
    slots.len() <= 3
        && idle.into_iter().any(|(key, _)| {
            answer.lines.iter().zip(&month.lines).any(|(answered, line)| {
                line.line_item_usage_account_id.as_ref() == Some(&key.owner)
                    && answered.as_ref().is_some_and(|one| {
                        one.category == "on_demand" && one.allocation_key.as_ref() == Some(&key.pool)
                    })
            })
        })
}

/// Some tier group was billed at two rates and more, free usage apart.
fn is_crossed(month: &Month, answer: &Answer) -> bool {
    let mut rates: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (answered, line) in answer.lines.iter().zip(&month.lines) {
        let group =
            answered.as_ref().filter(|one| one.category == "tiered").and_then(|one| one.allocation_key.as_ref());
        if let (Some(group), Some(rate)) = (group, line.line_item_unblended_rate.as_ref().filter(|rate| *rate != "0")) {
            rates.entry(group).or_default().insert(rate);
        }
    }
    rates.values().any(|rates| rates.len() > 1)
}
