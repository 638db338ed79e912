//! Examples of reservations, 1 to 5, 9, 18 and 19.

use super::report::Report;
use super::{Example, Tried, same};
use crate::oracle::allocate::number::whole;
use crate::oracle::allocate::policies::borrow;
use crate::oracle::combinations::shipped;
use crate::oracle::month::{Benefit, Decimal, Exact, Settings, SharingMode, SharingPolicy};

/// By name.
pub(super) const EXAMPLES: &[Example] = &[
    ("01_an_owner_keeps_three_of_five", keeps_three_of_five),
    ("02_units_of_sizes", units_of_sizes),
    ("03_an_owner_is_covered_whole", owner_is_covered_whole),
    ("04_two_owners_lend_four_each", two_owners_lend),
    ("05_ten_units_for_three", ten_units_for_three),
    ("09_what_aws_could_not_use_lends_nothing", idle_lends_nothing),
    ("18_nothing_moves_between_circles", two_lenders_of_one_borrower),
    ("19_an_owner_that_rides_on_others_claims_nothing", rides_on_others),
];

/// Example 1. AWS gave all five reservations to b; the result does not depend on that.
fn keeps_three_of_five() -> Tried {
    let mut report = Report::new();
    report.owns("s", "t2.small", "5")?;
    report.covered(("b", "s"), "t2.small", "5", ("0.10", "0.02"))?;
    report.runs("b", "t2.small", "1", "0.10")?;
    report.runs("s", "t2.small", "3", "0.10")?;
    let (one, none) = (Decimal(Decimal::ONE), Decimal(0));
    same("default", report.real_costs(&shipped()).values(), &["0.44", "0.06"])?;
    let benefit = Benefit { borrower: none, lender: Some(one) };
    let lenders = Settings { benefit, ..shipped() };
    same("all to the lender", report.real_costs(&lenders).values(), &["0.60", "-0.10"])?;
    let alone = Settings { mode: SharingMode::OwnerOnly, ..shipped() };
    let costs = report.real_costs(&alone);
    same("owner_only", [&costs["b"], &costs["s"], &costs["margin"]], &["0.60", "0.10", "-0.20"])?;
    let as_billed = Settings { policy: SharingPolicy::AsBilled, ..shipped() };
    same("as billed", report.real_costs(&as_billed).values(), &["0.20", "0.30"])
}

/// Example 2: both m4.large are covered; of the t2.large half.
fn units_of_sizes() -> Tried {
    let mut report = Report::new();
    report.owns("a", "m4.xlarge", "1")?;
    report.covered(("a", "a"), "m4.large", "2", ("0.10", "0.05"))?;
    let answer = report.answer(&shipped());
    let usage: Vec<&Exact> =
        answer.commitment_usage.values().flat_map(|used| [&used.capacity, &used.own_use]).collect();
    same("m4", usage, &["8", "8"])?;
    let mut report = Report::new();
    report.owns("a", "t2.medium", "1")?;
    report.covered(("a", "a"), "t2.large", "0.5", ("0.10", "0.05"))?;
    report.runs("a", "t2.large", "0.5", "0.10")?;
    let answer = report.answer(&shipped());
    let usage: Vec<&Exact> =
        answer.commitment_usage.values().flat_map(|used| [&used.capacity, &used.own_use]).collect();
    same("t2", usage, &["2", "2"])?;
    same("half is on demand", report.real_costs(&shipped()).values(), &["0.075"])
}

/// Example 3. AWS covered 24 units of the owner and 8 of the other account.
fn owner_is_covered_whole() -> Tried {
    let mut report = Report::new();
    report.owns("owner", "m4.xlarge", "4")?;
    report.covered(("owner", "owner"), "m4.xlarge", "1", ("0.20", "0.08"))?;
    report.covered(("owner", "owner"), "m4.2xlarge", "1", ("0.40", "0.16"))?;
    report.runs("owner", "m4.xlarge", "1", "0.20")?;
    report.covered(("other", "owner"), "m4.xlarge", "1", ("0.20", "0.08"))?;
    report.runs("other", "m4.xlarge", "1", "0.20")?;
    same("costs", report.real_costs(&shipped()).values(), &["0.40", "0.32"])
}

/// Example 4.
fn two_owners_lend() -> Tried {
    let mut report = Report::new();
    report.owns("one", "t2.large", "1")?;
    report.owns("two", "t2.large", "1")?;
    report.covered(("user", "one"), "t2.large", "1", ("0.10", "0.05"))?;
    report.covered(("user", "two"), "t2.large", "1", ("0.10", "0.05"))?;
    let answer = report.answer(&shipped());
    same("lent", answer.commitment_usage.values().map(|used| &used.lent), &["4", "4"])?;
    let borrowed = answer.transfers.iter().filter(|(key, _)| key.kind == "borrowed");
    same("borrowed", borrowed.map(|(_, transfer)| &transfer.units), &["8"])
}

/// Example 5.
fn ten_units_for_three() -> Tried {
    let demands = [2, 4, 12].map(whole);
    let divided = |policy| borrow(policy, &whole(10), &demands, &[Some(2), None, Some(1)]);
    let thirds = ["1.1111111111", "2.2222222222", "6.6666666667"];
    same("proportional", &divided(SharingPolicy::Proportional), &thirds)?;
    same("max_min", &divided(SharingPolicy::MaxMin), &["2", "4", "4"])?;
    same("priority", &divided(SharingPolicy::Priority), &["0", "0", "10"])
}

/// Example 9.
fn idle_lends_nothing() -> Tried {
    let mut report = Report::new();
    for (owner, reserved) in [("a", "2"), ("b", "1"), ("c", "1")] {
        report.owns(owner, "t2.large", reserved)?;
    }
    report.covered(("a", "a"), "t2.large", "1", ("0.10", "0.05"))?;
    report.runs("a", "t2.large", "1", "0.10")?;
    report.covered(("b", "b"), "t2.large", "1", ("0.10", "0.04"))?;
    report.covered(("d", "c"), "t2.large", "1", ("0.10", "0.06"))?;
    let answer = report.answer(&shipped());
    let own: Vec<&Exact> = answer.commitment_usage.values().map(|used| &used.own_use).collect();
    same("own use", own, &["4", "4", "0"])?;
    same("lent", answer.commitment_usage.values().map(|used| &used.lent), &["0", "0", "4"])?;
    let borrowed = answer.transfers.iter().filter(|(key, _)| key.kind == "borrowed");
    same("borrowed", borrowed.map(|(_, transfer)| &transfer.units), &["2", "2"])?;
    same("costs", report.real_costs(&shipped()).values(), &["0.13", "0.04", "0", "0.08"])
}

/// Example 18.
fn two_lenders_of_one_borrower() -> Tried {
    let mut report = Report::new();
    for (account, group) in [("a", "one"), ("c", "one"), ("b", "two")] {
        report.group(account, group);
    }
    report.owns("a", "t2.large", "1")?;
    report.owns("b", "t2.large", "1")?;
    report.covered(("c", "a"), "t2.large", "1", ("0.20", "0.01"))?;
    report.covered(("c", "b"), "t2.large", "1", ("0.20", "0.09"))?;
    for mode in [SharingMode::Prioritized, SharingMode::Open] {
        let costs = report.real_costs(&Settings { mode, ..shipped() });
        same("costs", costs.values(), &["0", "0", "0.10"])?;
    }
    Ok(())
}

/// Example 19.
fn rides_on_others() -> Tried {
    let mut report = Report::new();
    report.owns("a", "t2.large", "2")?;
    report.owns("b", "t2.large", "1")?;
    report.covered(("a", "a"), "t2.large", "1", ("0.10", "0.05"))?;
    report.covered(("a", "b"), "t2.large", "1", ("0.10", "0.07"))?;
    same("costs", report.real_costs(&shipped()).values(), &["0.12", "0"])?;
    let answer = report.answer(&shipped());
    same("own use", answer.commitment_usage.values().map(|used| &used.own_use), &["4", "0"])?;
    same("unused", answer.commitment_usage.values().map(|used| &used.unused), &["4", "0"])
}
