//! Examples of base cost and charges, 13 to 15.

use super::report::{Report, decimal};
use super::{Example, Tried, same};
use crate::oracle::allocate::number::sum;
use crate::oracle::combinations::shipped;
use crate::oracle::month::ChargeRule;

/// By name.
pub(super) const EXAMPLES: &[Example] = &[
    ("13_a_returned_plan_and_a_refunded_discount", returned_plan),
    ("14_a_capacity_block_is_cost", capacity_block),
    ("15_a_marketplace_contract_draws_no_support", marketplace_contract),
];

/// Example 13.
fn returned_plan() -> Tried {
    let mut report = Report::new();
    let line = report.line("a", "SavingsPlanUpfrontFee", "ComputeSavingsPlans", "ComputeSP:1yrAllUpfront");
    line.savings_plan_savings_plan_a_r_n = Some("arn:aws:savingsplans::a:savingsplan/1".to_owned());
    line.line_item_unblended_cost = decimal("1000")?;
    for (account, cost, description) in [
        ("a", "-1000", "Refund for one-time fee for Savings Plan ID: 1"),
        ("b", "-8869.54", "Enterprise Program Discount"),
    ] {
        let line = report.line(account, "Refund", "ComputeSavingsPlans", "");
        line.line_item_unblended_cost = decimal(cost)?;
        line.line_item_line_item_description = Some(description.to_owned());
    }
    report.uses("b", "Requests", "1", "20000")?;
    let costs = report.real_costs(&shipped());
    // What comes to 0 has no row.
    same("costs", [&costs.get("a").cloned().unwrap_or_default(), &costs["b"]], &["0", "11130.46"])?;
    let billed = report.month.lines.iter().map(|line| line.line_item_unblended_cost.exact());
    same("amortised total", [&sum(costs.values())], &["11130.46"])?;
    same("invoice", [&sum(billed)], &["11130.46"])
}

/// Example 14.
fn capacity_block() -> Tried {
    let mut report = Report::new();
    let line = report.line("a", "Fee", "AmazonEC2", "CapacityBlock:p5.48xlarge");
    line.reservation_reservation_a_r_n = Some("arn:aws:ec2:r:a:capacity-reservation/cr-1".to_owned());
    line.line_item_unblended_cost = decimal("52861.44")?;
    same("costs", report.real_costs(&shipped()).values(), &["52861.44"])
}

/// Example 15: the payer itself uses nothing.
fn marketplace_contract() -> Tried {
    let mut report = Report::new();
    report.seed("support_plans", "support_plan,minimum_amount,base", &["business,100,account"]);
    report.seed("support_tiers", "support_plan,from_amount,to_amount,rate", &["business,0,10000,0.1"]);
    report.uses("a", "Requests", "1", "1000")?;
    report.uses("b", "Requests", "1", "1000")?;
    let line = report.line("a", "Fee", "contract", "");
    line.line_item_unblended_cost = decimal("2000000")?;
    line.bill_billing_entity = Some("AWS Marketplace".to_owned());
    report.fee("payer", "AWSSupportBusiness", "200")?;
    report.tables.charge_rules.push(ChargeRule {
        rule: "support".to_owned(),
        service_code: Some("AWSSupportBusiness".to_owned()),
        billing_entity: None,
        bearers: "all".to_owned(),
        weight: Some("support".to_owned()),
        weight_of: Some("business".to_owned()),
        ..ChargeRule::default()
    });
    let costs = report.real_costs(&shipped());
    same("costs", [&costs["a"], &costs["b"]], &["2001100", "1100"])
}
