//! What a bill must have shown, whatever is made of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Wanted;
use crate::oracle::month::{Decimal, Line, Month};

/// Situations by months of a thousand: less than half of what is drawn in the long run.
pub(super) const WANTED: &[Wanted] = &[
    ("two currencies", 40),
    ("one account", 20),
    ("more than twelve accounts", 10),
    ("an account is not registered", 155),
    ("an account does not share", 215),
    ("accounts are in divisions", 385),
    ("the payer is in no group", 240),
    ("an owner in no group covered others", 165),
    ("a closed owner", 60),
    ("a closed owner without a fee row", 20),
    ("a seed tells the owner", 55),
    ("a month without invoice", 75),
    ("a plan covered usage", 200),
    ("a plan and a reservation in one month", 165),
    ("no commitment", 70),
    ("a reservation without a fee row", 75),
    ("a zonal reservation idles", 60),
    ("an EC2 Instance plan covered instances", 65),
    ("a Compute plan covered instances", 60),
    ("a Compute plan covered Fargate", 30),
    ("a Compute plan covered Lambda", 15),
    ("a SageMaker plan", 15),
    ("a Database plan", 40),
    ("a plan idles beside a stranger's reservation", 45),
    ("a plan covered for nothing", 85),
    ("an unused capacity reservation is covered", 15),
    ("reserved RDS", 45),
    ("reserved caches", 60),
    ("reserved MemoryDB", 20),
    ("reserved OpenSearch", 20),
    ("reserved Redshift", 45),
    ("reserved DynamoDB", 45),
    ("a commitment that no rule knows", 30),
    ("a reservation for Redis covered Valkey", 30),
    ("Valkey on demand", 55),
    ("a returned plan", 60),
    ("an upfront fee of a plan", 110),
    ("a refund of a private discount under plans", 110),
    ("a Capacity Block", 20),
    ("an exchange", 10),
    ("a refund of a fee with its ARN", 40),
    ("a reservation's fee is not amortised", 40),
    ("a late fee without amortised part", 15),
    ("an amortised fee", 115),
    ("an RIFee says nothing of its unused part", 60),
    ("net columns that sum, with discounts in them", 65),
    ("net columns that do not sum", 70),
    ("net columns that nearly sum", 10),
    ("a discount outside the net columns", 30),
    ("discounts without net columns", 130),
    ("a refund or credit", 270),
    ("a contract beside support", 60),
    ("a group bears", 105),
    ("a rule has a pattern", 185),
    ("a rule has several parts", 105),
    ("a discount of a commitment", 20),
    ("customers have prices", 75),
    ("uncovered usage costs nothing", 65),
    ("several accounts have free usage of one tier", 115),
    ("an unused capacity reservation", 25),
    ("Spot", 75),
    ("rows of split cost", 110),
    ("rows of split cost that bear cost", 40),
    ("usage is corrected", 130),
    ("covered usage is corrected", 40),
];

/// A bill and what is looked up in it often.
struct Bill<'a> {
    month: &'a Month,
    accounts: BTreeSet<&'a str>,
}

impl<'a> Bill<'a> {
    fn any(&self, is_meant: impl Fn(&Line) -> bool) -> bool {
        self.month.lines.iter().any(is_meant)
    }

    fn of_type(&self, name: &'static str) -> impl Iterator<Item = &'a Line> {
        self.month.lines.iter().filter(move |line| line.line_item_line_item_type == name)
    }

    fn arns(&self, name: &'static str) -> BTreeSet<&'a str> {
        self.of_type(name).filter_map(Line::arn).collect()
    }

    fn is_known(&self, account: &str) -> bool {
        self.accounts.contains(account) || self.month.registry.iter().any(|row| row.account_id == account)
    }
}

/// Which situations a bill shows.
pub(super) fn situations(month: &Month) -> Vec<(&'static str, bool)> {
    let accounts = month.lines.iter().filter_map(|line| line.line_item_usage_account_id.as_deref()).collect();
    let bill = Bill { month, accounts };
    let mut seen = of_accounts(&bill);
    seen.extend(of_coverage(&bill));
    seen.extend(of_services(&bill));
    seen.extend(of_purchases(&bill));
    seen.extend(of_net(&bill));
    seen.extend(of_charges(&bill));
    seen.extend(of_usage(&bill));
    seen
}

/// The account in the ARN that a line bears.
fn owner(line: &Line) -> Option<&str> {
    line.arn()?.split(':').nth(4)
}

fn is_usage(line: &Line) -> bool {
    line.line_item_line_item_type == "Usage"
}

fn has_words(line: &Line, words: &str) -> bool {
    line.line_item_line_item_description.as_deref().is_some_and(|text| text.starts_with(words))
}

fn is_service(line: &Line, service: &str) -> bool {
    line.line_item_product_code == service
}

fn units(value: Option<Decimal>) -> i128 {
    value.unwrap_or_default().0
}

fn of_accounts(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let month = bill.month;
    let currencies: BTreeSet<_> = month.lines.iter().map(|line| &line.line_item_currency_code).collect();
    let covered = || bill.of_type("DiscountedUsage").chain(bill.of_type("SavingsPlanCoveredUsage"));
    let of_fees = |name| bill.of_type(name).filter_map(Line::arn).collect::<BTreeSet<_>>();
    let billed: BTreeSet<&str> = ["RIFee", "SavingsPlanRecurringFee", "Fee"].into_iter().flat_map(of_fees).collect();
    let is_closed = |line: &&Line| owner(line).is_some_and(|owner| !bill.is_known(owner));
    let ungrouped: BTreeSet<&str> =
        month.registry.iter().filter(|row| row.group.is_none()).map(|row| row.account_id.as_str()).collect();
    let is_seeded = |line: &Line| {
        let number = |arn: &str| arn.rsplit(['/', ':', '%']).next().unwrap_or_default().to_owned();
        line.arn()
            .is_some_and(|arn| month.commitment_owners.iter().any(|row| number(&row.commitment_arn) == number(arn)))
    };
    vec![
        ("two currencies", currencies.len() > 1),
        ("one account", bill.accounts.len() == 1),
        ("more than twelve accounts", bill.accounts.len() > 12),
        (
            "an account is not registered",
            bill.accounts.iter().any(|account| !month.registry.iter().any(|row| row.account_id == *account)),
        ),
        ("an account does not share", month.registry.iter().any(|row| row.shares == Some(false))),
        ("accounts are in divisions", month.registry.iter().any(|row| row.division.is_some())),
        ("the payer is in no group", ungrouped.contains(month.payer.as_str())),
        (
            "an owner in no group covered others",
            covered().any(|line| {
                let account = line.line_item_usage_account_id.as_deref();
                owner(line).is_some_and(|owner| ungrouped.contains(owner) && Some(owner) != account)
            }),
        ),
        ("a closed owner", covered().any(|line| is_closed(&line))),
        (
            "a closed owner without a fee row",
            covered().any(|line| is_closed(&line) && !line.arn().is_some_and(|arn| billed.contains(arn))),
        ),
        ("a seed tells the owner", covered().any(is_seeded)),
        ("a month without invoice", month.lines.iter().all(|line| line.bill_invoice_id.is_none())),
    ]
}

fn of_coverage(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let (covering, billed) = (bill.arns("DiscountedUsage"), bill.arns("RIFee"));
    let is_planned = bill.of_type("SavingsPlanCoveredUsage").next().is_some();
    let is_idle_in_zone = |line: &Line| {
        line.line_item_availability_zone.is_some() && line.arn().is_some_and(|arn| !covering.contains(arn))
    };
    let of_offering = |name: &'static str, service: &'static str| {
        bill.of_type("SavingsPlanCoveredUsage")
            .any(|line| line.savings_plan_offering_type.as_deref() == Some(name) && is_service(line, service))
    };
    let is_of_nothing = |line: &Line| {
        units(line.line_item_usage_amount) > 0 && line.savings_plan_savings_plan_effective_cost == Some(Decimal(0))
    };
    vec![
        ("a plan covered usage", is_planned),
        ("a plan and a reservation in one month", is_planned && !covering.is_empty()),
        ("no commitment", !bill.any(|line| line.arn().is_some())),
        ("a reservation without a fee row", covering.difference(&billed).next().is_some()),
        ("a zonal reservation idles", bill.of_type("RIFee").any(is_idle_in_zone)),
        ("an EC2 Instance plan covered instances", of_offering("EC2InstanceSavingsPlans", "AmazonEC2")),
        ("a Compute plan covered instances", of_offering("ComputeSavingsPlans", "AmazonEC2")),
        ("a Compute plan covered Fargate", of_offering("ComputeSavingsPlans", "AmazonECS")),
        ("a Compute plan covered Lambda", of_offering("ComputeSavingsPlans", "AWSLambda")),
        ("a SageMaker plan", of_offering("SageMakerSavingsPlans", "AmazonSageMaker")),
        ("a Database plan", of_offering("DatabaseSavingsPlans", "AmazonRDS")),
        ("a plan idles beside a stranger's reservation", has_idle_plan(bill)),
        ("a plan covered for nothing", bill.of_type("SavingsPlanCoveredUsage").any(is_of_nothing)),
        (
            "an unused capacity reservation is covered",
            bill.of_type("DiscountedUsage")
                .any(|line| line.line_item_usage_type.as_deref().is_some_and(|text| text.contains("UnusedBox"))),
        ),
    ]
}

/// An account whose own plan has commitment left in a slot in which a stranger's reservation covers it.
fn has_idle_plan(bill: &Bill<'_>) -> bool {
    let idle: BTreeSet<_> = bill
        .of_type("SavingsPlanRecurringFee")
        .filter(|line| units(line.savings_plan_total_commitment_to_date) > units(line.savings_plan_used_commitment))
        .filter_map(|line| Some((owner(line)?, line.line_item_usage_start_date)))
        .collect();
    bill.of_type("DiscountedUsage").any(|line| {
        let account = line.line_item_usage_account_id.as_deref().unwrap_or_default();
        is_service(line, "AmazonEC2")
            && owner(line) != Some(account)
            && idle.contains(&(account, line.line_item_usage_start_date))
    })
}

fn of_services(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let reserved = |service: &'static str| bill.of_type("DiscountedUsage").any(|line| is_service(line, service));
    let valkey = |line: &Line| line.line_item_operation.as_deref().is_some_and(|text| text.ends_with("Valkey"));
    let redis: BTreeSet<&str> = bill.of_type("RIFee").filter(|line| !valkey(line)).filter_map(Line::arn).collect();
    vec![
        ("reserved RDS", reserved("AmazonRDS")),
        ("reserved caches", reserved("AmazonElastiCache")),
        ("reserved MemoryDB", reserved("AmazonMemoryDB")),
        ("reserved OpenSearch", reserved("AmazonES")),
        ("reserved Redshift", reserved("AmazonRedshift")),
        ("reserved DynamoDB", reserved("AmazonDynamoDB")),
        ("a commitment that no rule knows", reserved("AmazonQuantum")),
        (
            "a reservation for Redis covered Valkey",
            bill.of_type("DiscountedUsage")
                .any(|line| valkey(line) && line.arn().is_some_and(|arn| redis.contains(arn))),
        ),
        ("Valkey on demand", bill.any(|line| is_usage(line) && valkey(line))),
    ]
}

fn of_purchases(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let amortised: BTreeSet<&str> = bill
        .month
        .lines
        .iter()
        .filter(|line| {
            units(line.reservation_amortized_upfront_fee_for_billing_period) != 0
                || units(line.reservation_amortized_upfront_cost_for_usage) != 0
        })
        .filter_map(Line::arn)
        .collect();
    let is_late = |line: &Line| line.line_item_usage_start_date.to_string().as_str() >= "2026-03-30";
    let is_alone = |line: &Line| line.arn().is_some_and(|arn| !amortised.contains(arn));
    let of_reservation = |line: &Line| line.arn().is_some_and(|arn| arn.contains(":reserved") || arn.contains(":ri:"));
    let fees = || bill.of_type("Fee").filter(|line| line.arn().is_some());
    let of_kind = |kind: &'static str| fees().any(|line| line.arn().is_some_and(|arn| arn.contains(kind)));
    let bought = bill.arns("Fee");
    vec![
        ("a returned plan", bill.any(|line| line.arn().is_none() && has_words(line, "Refund for one-time fee for"))),
        ("an upfront fee of a plan", bill.of_type("SavingsPlanUpfrontFee").next().is_some()),
        (
            "a refund of a private discount under plans",
            bill.of_type("Refund").any(|line| {
                is_service(line, "ComputeSavingsPlans") && !has_words(line, "Refund for") && line.arn().is_none()
            }),
        ),
        ("a Capacity Block", of_kind(":capacity-reservation/")),
        ("an exchange", of_kind(":reserved-instance-exchange/")),
        (
            "a refund of a fee with its ARN",
            bill.of_type("Refund").any(|line| line.arn().is_some_and(|arn| bought.contains(arn))),
        ),
        (
            "a reservation's fee is not amortised",
            fees().any(|line| of_reservation(line) && is_alone(line) && !is_late(line)),
        ),
        (
            "a late fee without amortised part",
            fees().any(|line| of_reservation(line) && is_alone(line) && is_late(line)),
        ),
        ("an amortised fee", fees().any(|line| !is_alone(line))),
        (
            "an RIFee says nothing of its unused part",
            bill.of_type("RIFee").any(|line| line.reservation_unused_recurring_fee.is_none()),
        ),
    ]
}

fn of_net(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let has_net = bill.any(|line| !line.is_discount() && line.line_item_net_unblended_cost.is_some());
    let is_counted = |line: &Line| line.is_discount() && units(line.line_item_net_unblended_cost) != 0;
    let is_inside = |line: &Line| line.is_discount() && units(line.line_item_net_unblended_cost) == 0;
    let mut off: BTreeMap<_, i128> = BTreeMap::new();
    for line in &bill.month.lines {
        let gross = line.line_item_unblended_cost.0;
        let net = match line.line_item_net_unblended_cost {
            Some(net) => net.0,
            None if line.is_discount() => 0,
            None => gross,
        };
        *off.entry(&line.line_item_currency_code).or_default() += net - gross;
    }
    vec![
        (
            "net columns that sum, with discounts in them",
            has_net && bill.any(is_inside) && off.values().all(|&off| off == 0),
        ),
        ("net columns that do not sum", has_net && off.values().any(|off| off.abs() > 100_000_000)),
        ("net columns that nearly sum", has_net && off.values().any(|off| (1..=100_000_000).contains(&off.abs()))),
        ("a discount outside the net columns", has_net && bill.any(is_counted)),
        ("discounts without net columns", !has_net && bill.any(Line::is_discount)),
    ]
}

fn of_charges(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let month = bill.month;
    let is_pattern = |text: &Option<String>| text.as_deref().is_some_and(|text| text.contains(['%', '_']));
    let is_support = |line: &Line| line.line_item_product_code.starts_with("AWSSupport");
    let is_contract = |line: &Line| {
        line.bill_billing_entity.as_deref() == Some("AWS Marketplace") && line.line_item_unblended_cost.0 > 0
    };
    let bearers = || {
        month.charge_rules.iter().map(|rule| &rule.bearers).chain(month.charge_parts.iter().map(|part| &part.bearers))
    };
    vec![
        ("a refund or credit", bill.any(|line| matches!(line.line_item_line_item_type.as_str(), "Refund" | "Credit"))),
        ("a contract beside support", bill.any(is_support) && bill.any(is_contract)),
        ("a group bears", bearers().any(|bearers| bearers.contains("group:"))),
        (
            "a rule has a pattern",
            month.charge_rules.iter().any(|rule| {
                [&rule.line_item_type, &rule.service_code, &rule.usage_type, &rule.description]
                    .into_iter()
                    .any(is_pattern)
            }),
        ),
        ("a rule has several parts", !month.charge_parts.is_empty()),
        ("a discount of a commitment", bill.any(|line| line.is_discount() && line.arn().is_some())),
        ("customers have prices", !month.price_plans.is_empty()),
    ]
}

fn of_usage(bill: &Bill<'_>) -> Vec<(&'static str, bool)> {
    let usage_type =
        |line: &Line, part: &str| line.line_item_usage_type.as_deref().is_some_and(|text| text.contains(part));
    let is_split = |line: &Line| line.line_item_operation.as_deref().is_some_and(|text| text.ends_with("-EC2"));
    let is_instance = |line: &Line| usage_type(line, "BoxUsage:") && !is_split(line);
    let is_free = |line: &Line| line.line_item_unblended_cost.0 == 0 && units(line.line_item_usage_amount) > 0;
    let mut free: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in bill.month.lines.iter().filter(|line| line.product_sku.is_some() && is_free(line)) {
        free.entry(&line.product_sku).or_default().insert(&line.line_item_usage_account_id);
    }
    vec![
        ("uncovered usage costs nothing", bill.any(|line| is_usage(line) && is_instance(line) && is_free(line))),
        ("several accounts have free usage of one tier", free.values().any(|accounts| accounts.len() > 1)),
        ("an unused capacity reservation", bill.any(|line| usage_type(line, "UnusedBox"))),
        ("Spot", bill.any(|line| usage_type(line, "SpotUsage"))),
        ("rows of split cost", bill.any(|line| is_split(line) && line.line_item_unblended_cost.0 == 0)),
        ("rows of split cost that bear cost", bill.any(|line| is_split(line) && line.line_item_unblended_cost.0 != 0)),
        ("usage is corrected", bill.any(|line| is_usage(line) && units(line.line_item_usage_amount) < 0)),
        ("covered usage is corrected", bill.any(|line| line.arn().is_some() && units(line.line_item_usage_amount) < 0)),
    ]
}
