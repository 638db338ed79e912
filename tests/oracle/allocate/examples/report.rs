//! Small reports for the examples: one hour in which accounts run instances, own reservations and use storage.

use std::collections::BTreeMap;

use crate::oracle::allocate::allocate;
use crate::oracle::month::{Answer, Decimal, Exact, Line, Moment, Month, Registered, Seed, Settings, Tables};

/// 2026-03-01 00:00:00.
const HOUR: Moment = Moment(1_772_323_200);

/// A decimal number of the specification.
pub(super) fn decimal(text: &str) -> Result<Decimal, String> {
    text.replace(',', "").parse()
}

/// A report and the facts that it needs.
#[derive(Default)]
pub(in crate::oracle::allocate) struct Report {
    pub(in crate::oracle::allocate) month: Month,
    pub(in crate::oracle::allocate) tables: Tables,
}

impl Report {
    /// An empty report of one payer, with what AWS says of instances.
    pub(in crate::oracle::allocate) fn new() -> Self {
        let mut report = Self::default();
        report.month.payer = "payer".to_owned();
        report.seed("line_item_types", "line_item_type,category,role", TYPES);
        report.seed("instance_usage_types", "service_code,usage_name,pool_prefix,tenancy", INSTANCES);
        report.seed("ec2_platforms", "operation,platform", &["RunInstances,linux"]);
        report.seed("instance_size_factors", "size,factor", SIZES);
        report.seed("sharing_circles", CIRCLE, CIRCLES);
        report.seed("savings_plan_offerings", "offering_type,pool_prefix,is_by_family,priority,usage_name", OFFERINGS);
        report.seed("amortized_fee_kinds", "arn_part", &[":reserved-instances/"]);
        report
    }

    /// Adds rows to a seed, written as in its file.
    pub(super) fn seed(&mut self, name: &str, columns: &str, rows: &[&str]) {
        let seed: &mut Seed = self.tables.seeds.entry(name.to_owned()).or_default();
        seed.extend(rows.iter().map(|row| {
            let cells = columns.split(',').zip(row.split(',')).filter(|(_, cell)| !cell.is_empty());
            cells.map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect::<BTreeMap<String, String>>()
        }));
    }

    /// The account is in a group.
    pub(super) fn group(&mut self, account: &str, group: &str) {
        let (account_id, group) = (account.to_owned(), Some(group.to_owned()));
        self.month.registry.push(Registered { account_id, group, ..Registered::default() });
    }

    /// A line of the hour.
    pub(super) fn line(&mut self, account: &str, kind: &str, service: &str, usage_type: &str) -> &mut Line {
        self.month.lines.push(Line {
            line_item_usage_account_id: Some(account.to_owned()),
            line_item_line_item_type: kind.to_owned(),
            line_item_product_code: service.to_owned(),
            line_item_usage_type: Some(usage_type.to_owned()),
            line_item_operation: Some("RunInstances".to_owned()),
            line_item_usage_start_date: HOUR,
            line_item_usage_end_date: Some(Moment(HOUR.0 + 3600)),
            product_region: Some("r".to_owned()),
            ..Line::default()
        });
        let last = self.month.lines.len() - 1;
        &mut self.month.lines[last]
    }

    /// Instances that ran for some hours on demand, at a price of an hour.
    pub(super) fn runs(&mut self, account: &str, instance: &str, hours: &str, price: &str) -> Result<(), String> {
        self.demands(account, ("AmazonEC2", &format!("BoxUsage:{instance}")), hours, price)
    }

    /// The same covered by a reservation of an owner; `prices` are on demand and reserved.
    pub(super) fn covered(
        &mut self,
        (account, owner): (&str, &str),
        instance: &str,
        hours: &str,
        prices: (&str, &str),
    ) -> Result<(), String> {
        let (on_demand, effective) = (times(hours, prices.0)?, times(hours, prices.1)?);
        let line = self.line(account, "DiscountedUsage", "AmazonEC2", &format!("BoxUsage:{instance}"));
        line.line_item_usage_amount = Some(decimal(hours)?);
        line.pricing_public_on_demand_cost = Some(on_demand);
        line.reservation_reservation_a_r_n = Some(arn(owner));
        line.reservation_effective_cost = Some(effective);
        Ok(())
    }

    /// An owner's reservations of an instance type for the hour, all of them used.
    pub(super) fn owns(&mut self, owner: &str, instance: &str, reserved: &str) -> Result<(), String> {
        let line = self.line(owner, "RIFee", "AmazonEC2", &format!("HeavyUsage:{instance}"));
        line.line_item_usage_end_date = Some(Moment(HOUR.0 + 3599));
        line.reservation_reservation_a_r_n = Some(arn(owner));
        line.reservation_total_reserved_units = Some(decimal(reserved)?);
        line.reservation_unused_amortized_upfront_fee_for_billing_period = Some(Decimal(0));
        line.reservation_unused_recurring_fee = Some(Decimal(0));
        Ok(())
    }

    /// Usage of a tiered service, with what AWS billed for it.
    pub(super) fn uses(&mut self, account: &str, usage_type: &str, quantity: &str, cost: &str) -> Result<(), String> {
        let line = self.line(account, "Usage", "AmazonS3", usage_type);
        line.line_item_usage_amount = Some(decimal(quantity)?);
        line.line_item_unblended_cost = decimal(cost)?;
        Ok(())
    }

    /// Usage of a service on demand: so many units at a price.
    pub(super) fn demands(&mut self, account: &str, of: Usage<'_>, units: &str, price: &str) -> Result<(), String> {
        let cost = times(units, price)?;
        let line = self.line(account, "Usage", of.0, of.1);
        line.line_item_usage_amount = Some(decimal(units)?);
        line.line_item_unblended_cost = cost;
        line.pricing_public_on_demand_cost = Some(cost);
        Ok(())
    }

    /// The same covered by the Compute plan of an owner; `prices` are on demand and the plan's.
    pub(super) fn planned(
        &mut self,
        (account, owner): (&str, &str),
        of: Usage<'_>,
        units: &str,
        prices: (&str, &str),
    ) -> Result<(), String> {
        let (on_demand, commitment) = (times(units, prices.0)?, times(units, prices.1)?);
        let line = self.line(account, "SavingsPlanCoveredUsage", of.0, of.1);
        line.line_item_usage_amount = Some(decimal(units)?);
        line.line_item_unblended_cost = on_demand;
        line.savings_plan_savings_plan_a_r_n = Some(plan_arn(owner));
        line.savings_plan_savings_plan_effective_cost = Some(commitment);
        line.savings_plan_offering_type = Some("ComputeSavingsPlans".to_owned());
        Ok(())
    }

    /// The hour's fee of an owner's Compute plan: its commitment, and what of it was used.
    pub(super) fn plans(&mut self, owner: &str, commitment: &str, used: &str) -> Result<(), String> {
        let line = self.line(owner, "SavingsPlanRecurringFee", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront");
        line.savings_plan_savings_plan_a_r_n = Some(plan_arn(owner));
        line.savings_plan_total_commitment_to_date = Some(decimal(commitment)?);
        line.savings_plan_used_commitment = Some(decimal(used)?);
        Ok(())
    }

    /// What usage of a service would count in a Compute plan, where no line tells.
    pub(super) fn plan_rate(&mut self, of: Usage<'_>, rate: &str) {
        let row = format!("ComputeSavingsPlans,{},RunInstances,{rate}", of.1);
        self.seed("savings_plan_rates", "offering_type,usage_type,operation,rate", &[&row]);
    }

    /// A fee that bears no commitment.
    pub(super) fn fee(&mut self, account: &str, service: &str, cost: &str) -> Result<(), String> {
        self.line(account, "Fee", service, "").line_item_unblended_cost = decimal(cost)?;
        Ok(())
    }

    /// Real cost by account.
    pub(super) fn real_costs(&self, settings: &Settings) -> BTreeMap<String, Exact> {
        let mut costs: BTreeMap<String, Exact> = BTreeMap::new();
        for (key, cost) in self.answer(settings).account_costs {
            *costs.entry(key.account).or_default() += cost.real;
        }
        costs
    }

    /// All that the oracle answers.
    pub(super) fn answer(&self, settings: &Settings) -> Answer {
        allocate(&self.month, settings, &self.tables)
    }
}

/// Service and usage type.
pub(super) type Usage<'a> = (&'a str, &'a str);

/// An instance of the examples.
pub(super) const M5: Usage<'static> = ("AmazonEC2", "BoxUsage:m5.large");
/// A function of the examples.
pub(super) const LAMBDA: Usage<'static> = ("AWSLambda", "Lambda-GB-Second");
/// A container of the examples.
pub(super) const FARGATE: Usage<'static> = ("AmazonECS", "Fargate-vCPU-Hours:perCPU");

fn plan_arn(owner: &str) -> String {
    format!("arn:aws:savingsplans::{owner}:savingsplan/of-{owner}")
}

fn arn(owner: &str) -> String {
    format!("arn:aws:ec2:r:{owner}:reserved-instances/of-{owner}")
}

/// The product of two decimals, of which no digit may be lost.
fn times(a: &str, b: &str) -> Result<Decimal, String> {
    let product = decimal(a)?.0 * decimal(b)?.0;
    if product % Decimal::ONE == 0 { Ok(Decimal(product / Decimal::ONE)) } else { Err(format!("{a} * {b}")) }
}

const TYPES: &[&str] = &[
    "Usage,usage,usage",
    "SavingsPlanCoveredUsage,own_commitment,covered",
    "SavingsPlanRecurringFee,unused_commitment,commitment_fee",
    "SavingsPlanUpfrontFee,unused_commitment,commitment_fee",
    "Refund,refund,commitment_fee",
    "DiscountedUsage,own_commitment,covered",
    "RIFee,unused_commitment,commitment_fee",
    "Fee,fee,commitment_fee",
];

const INSTANCES: &[&str] = &["AmazonEC2,BoxUsage,ec2,shared", "AmazonEC2,HeavyUsage,ec2,shared"];

const SIZES: &[&str] = &["small,1", "medium,2", "large,4", "xlarge,8", "2xlarge,16"];

/// Columns of the seed of circles.
const CIRCLE: &str = "mode,circle_order,circle,divided_by,lends,borrows,if_ungrouped,is_wanted";

/// Its rows.
const CIRCLES: &[&str] = &[
    "open,1,organization,,all,all,,true",
    "prioritized,1,group,group,all,all,,true",
    "prioritized,2,organization,,all,all,,true",
    "restricted,1,group,group,all,all,,true",
    "restricted,2,ungrouped,,without_group,all,organization,true",
    "*,99,leakage,,all,all,,false",
];

const OFFERINGS: &[&str] =
    &["EC2InstanceSavingsPlans,sp/ec2,true,2,EC2SP", "ComputeSavingsPlans,sp/compute,false,5,ComputeSP"];
