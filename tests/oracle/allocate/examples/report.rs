//! Small reports for the examples: one hour in which accounts run instances, own reservations and use storage.

use std::collections::BTreeMap;

use crate::oracle::allocate::allocate;
use crate::oracle::month::{
    Answer, Benefit, CostBasis, CostMetric, Decimal, Exact, FreePolicy, Line, Moment, Month, Seed, Settings,
    SharingMode, SharingPolicy, Tables, TierPolicy,
};

/// 2026-03-01 00:00:00.
const HOUR: Moment = Moment(1_772_323_200);

/// A decimal number of the specification.
pub(super) fn decimal(text: &str) -> Result<Decimal, String> {
    text.replace(',', "").parse()
}

/// The settings as they are shipped.
pub(super) fn shipped() -> Settings {
    let one = Decimal(Decimal::ONE);
    Settings {
        cost_basis: CostBasis::Amortized,
        cost_metric: CostMetric::Auto,
        margin_account: "margin".to_owned(),
        mode: SharingMode::Open,
        policy: SharingPolicy::Proportional,
        benefit: Benefit { borrower: one, lender: Some(Decimal(0)) },
        leakage_benefit: Benefit { borrower: Decimal(0), lender: None },
        tiers: TierPolicy::Standalone,
        free: FreePolicy::MaxMin,
    }
}

/// A report and the facts that it needs.
#[derive(Default)]
pub(super) struct Report {
    pub(super) month: Month,
    pub(super) tables: Tables,
}

impl Report {
    /// An empty report of one payer, with what AWS says of instances.
    pub(super) fn new() -> Self {
        let mut report = Self::default();
        report.month.payer = "payer".to_owned();
        report.seed("line_item_types", "line_item_type,category,role", TYPES);
        report.seed("instance_usage_types", "service_code,usage_name,pool_prefix,tenancy", INSTANCES);
        report.seed("ec2_platforms", "operation,platform", &["RunInstances,linux"]);
        report.seed("instance_size_factors", "size,factor", SIZES);
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

    fn line(&mut self, account: &str, kind: &str, service: &str, usage_type: &str) -> &mut Line {
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
        let cost = times(hours, price)?;
        let line = self.line(account, "Usage", "AmazonEC2", &format!("BoxUsage:{instance}"));
        line.line_item_usage_amount = Some(decimal(hours)?);
        line.line_item_unblended_cost = cost;
        line.pricing_public_on_demand_cost = Some(cost);
        Ok(())
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
        Ok(())
    }

    /// Usage of a tiered service, with what AWS billed for it.
    pub(super) fn uses(&mut self, account: &str, usage_type: &str, quantity: &str, cost: &str) -> Result<(), String> {
        let line = self.line(account, "Usage", "AmazonS3", usage_type);
        line.line_item_usage_amount = Some(decimal(quantity)?);
        line.line_item_unblended_cost = decimal(cost)?;
        Ok(())
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
    "DiscountedUsage,own_commitment,covered",
    "RIFee,unused_commitment,commitment_fee",
    "Fee,fee,commitment_fee",
];

const INSTANCES: &[&str] = &["AmazonEC2,BoxUsage,ec2,shared", "AmazonEC2,HeavyUsage,ec2,shared"];

const SIZES: &[&str] = &["small,1", "medium,2", "large,4", "xlarge,8", "2xlarge,16"];
