//! Examples of Savings Plans, 10 to 12, 16, 17, 20 and 21.

use super::report::{FARGATE, LAMBDA, M5, Report};
use super::{Example, Tried, same};
use crate::oracle::combinations::shipped;
use crate::oracle::month::{Settings, SharingMode, SharingPolicy};

/// By name.
pub(super) const EXAMPLES: &[Example] = &[
    ("10_a_reservation_of_another_changes_nothing", unrelated_reservation),
    ("11_each_borrower_pays_its_own_price", own_prices),
    ("12_an_own_idle_plan_relieves", idle_plan_relieves),
    ("16_an_own_plan_and_a_leaked_one", own_plan_and_leaked),
    ("17_on_demand_usage_takes_no_part_in_leakage", leakage_stays),
    ("20_nobody_pays_above_on_demand", half_each),
    ("21_who_saves_nothing_pays_nothing_for_moves", difference_stays),
];

fn alone() -> Settings {
    Settings { mode: SharingMode::OwnerOnly, ..shipped() }
}

/// Example 10.
fn unrelated_reservation() -> Tried {
    let mut report = Report::new();
    report.plans("o", "1.26", "1.26")?;
    report.planned(("x", "o"), M5, "2", ("0.096", "0.07"))?;
    report.planned(("y", "o"), FARGATE, "28", ("0.05", "0.04"))?;
    report.demands("x", M5, "10", "0.096")?;
    report.demands("y", FARGATE, "20", "0.05")?;
    let before = report.real_costs(&shipped());
    report.owns("z", "m5.large", "1")?;
    report.covered(("z", "z"), "m5.large", "1", ("0.096", "0.06"))?;
    let after = report.real_costs(&shipped());
    if before["x"] == after["x"] && before["y"] == after["y"] {
        return Ok(());
    }
    Err(format!("{before:?} became {after:?}").into())
}

/// Example 11.
fn own_prices() -> Tried {
    let mut report = Report::new();
    report.plans("o", "1.38", "1.38")?;
    report.planned(("x", "o"), M5, "10", ("0.096", "0.069"))?;
    report.planned(("w", "o"), LAMBDA, "10", ("0.0784", "0.069"))?;
    let costs = report.real_costs(&alone());
    same("costs", [&costs["x"], &costs["w"], &costs["o"], &costs["margin"]], &["0.960", "0.784", "1.38", "-1.744"])
}

/// Example 12.
fn idle_plan_relieves() -> Tried {
    let mut report = Report::new();
    report.owns("s", "m5.large", "1")?;
    report.covered(("x", "s"), "m5.large", "1", ("0.096", "0.06"))?;
    report.plans("x", "0.05", "0")?;
    report.plans("v", "0.07", "0.07")?;
    report.planned(("v", "v"), M5, "1", ("0.096", "0.07"))?;
    let answer = report.answer(&alone());
    let borrowed: Vec<_> = answer.transfers.iter().filter(|(key, _)| key.kind == "borrowed").collect();
    same("paid", borrowed.iter().map(|(_, one)| &one.amount), &["0.0274285714"])?;
    same("relief", answer.leakage.values().map(|leaked| &leaked.relief), &["0.0685714286"])?;
    same("with its plan", [&report.real_costs(&alone())["x"]], &["0.0774285714"])
}

/// Example 16.
fn own_plan_and_leaked() -> Tried {
    let mut report = Report::new();
    report.plans("x", "0.69", "0.69")?;
    report.plans("o", "0.69", "0.69")?;
    report.planned(("x", "x"), M5, "10", ("0.096", "0.069"))?;
    report.planned(("x", "o"), LAMBDA, "10", ("0.0784", "0.069"))?;
    let costs = report.real_costs(&alone());
    same("costs", [&costs["x"], &costs["o"]], &["1.474", "0.69"])
}

/// Example 17.
fn leakage_stays() -> Tried {
    let mut report = Report::new();
    report.plans("o", "0.69", "0.69")?;
    report.planned(("x", "o"), M5, "10", ("0.096", "0.069"))?;
    report.demands("k", LAMBDA, "10", "0.0784")?;
    report.plan_rate(LAMBDA, "0.069");
    for policy in [SharingPolicy::Proportional, SharingPolicy::MaxMin, SharingPolicy::Priority] {
        let settings = Settings { policy, ..alone() };
        let costs = report.real_costs(&settings);
        same("costs", [&costs["x"], &costs["k"]], &["0.960", "0.784"])?;
        let pairs: Vec<_> =
            report.answer(&settings).leakage.into_keys().map(|key| key.lender + &key.borrower).collect();
        if pairs != ["ox"] {
            return Err(format!("leaked from and to {pairs:?}").into());
        }
    }
    Ok(())
}

/// Example 20.
fn half_each() -> Tried {
    let mut report = Report::new();
    report.plans("o", "0.69", "0.69")?;
    report.planned(("x", "o"), LAMBDA, "10", ("0.0784", "0.069"))?;
    report.demands("k", M5, "10", "0.096")?;
    report.plan_rate(M5, "0.069");
    let costs = report.real_costs(&shipped());
    same("costs", [&costs["x"], &costs["k"]], &["0.737", "0.913"])
}

/// Example 21.
fn difference_stays() -> Tried {
    let mut report = Report::new();
    report.plans("o", "2", "2")?;
    report.planned(("x", "o"), LAMBDA, "2", ("1.15", "1"))?;
    report.demands("k1", M5, "1", "3")?;
    report.demands("k2", LAMBDA, "1", "1.15")?;
    report.plan_rate(M5, "1");
    let costs = report.real_costs(&shipped());
    same("costs", [&costs["x"], &costs["k1"], &costs["k2"]], &["2.15", "2.8604651163", "1.1395348837"])
}
