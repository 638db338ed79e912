//! Services priced by tiers, as AWS bills them: the tier of a line depends on what everybody metered before it.

use rand::Rng;

use super::{Draw, times};
use crate::oracle::month::{Decimal, Line};

/// A kind of tiered usage: service, usage type, unit, tiers as (from, rate in 0.0001).
struct Tiered {
    service: &'static str,
    usage_type: &'static str,
    region: &'static str,
    unit: &'static str,
    tiers: &'static [(i128, i128)],
}

/// The tiers of `tests/oracle/seeds/tier_rates.csv`, on which the prices of most lines rest.
const KINDS: &[Tiered] = &[
    Tiered {
        service: "AmazonS3",
        usage_type: "TimedStorage-ByteHrs",
        region: "us-east-1",
        unit: "GB-Mo",
        tiers: &[(0, 230), (100, 220), (500, 210)],
    },
    Tiered {
        service: "AmazonEC2",
        usage_type: "DataTransfer-Out-Bytes",
        region: "us-east-1",
        unit: "GB",
        tiers: &[(0, 900), (10, 850), (40, 700), (100, 500)],
    },
    Tiered {
        service: "AmazonS3",
        usage_type: "EU-DataTransfer-Out-Bytes",
        region: "eu-west-1",
        unit: "GB",
        tiers: &[(0, 900), (1024, 850)],
    },
];

impl Draw {
    /// Tiered usage of some kinds; some months have private rates or free usage.
    pub(super) fn tiers(&mut self) {
        for kind in KINDS {
            if !self.chance(35) {
                continue;
            }
            let percent = if self.chance(25) { 80 } else { 100 };
            let mut free = if self.chance(40) { self.rng.random_range(1..=30) * Decimal::ONE } else { 0 };
            let mut metered = 0;
            for _ in 0..self.rng.random_range(1..=8) {
                let account = self.account();
                let mut usage = self.quantity();
                let given = usage.min(free);
                if given > 0 {
                    free -= given;
                    usage -= given;
                    self.tier_line(kind, &account, given, 0);
                }
                while usage > 0 {
                    let (rate, room) = tier(kind, metered);
                    let part = room.map_or(usage, |room| usage.min(room));
                    self.tier_line(kind, &account, part, rate * percent / 100);
                    metered += part;
                    usage -= part;
                }
            }
        }
    }

    /// An amount of something metered.
    fn quantity(&mut self) -> i128 {
        match self.rng.random_range(0..20) {
            0 => 0,
            1 => 1,
            2 => self.rng.random_range(1..1_000_000) * 1_000_000_000_000,
            3..=8 => Decimal::ONE * self.rng.random_range(1..=20),
            _ => self.rng.random_range(1..300_000_000) * 10_000,
        }
    }

    fn tier_line(&mut self, kind: &Tiered, account: &str, usage: i128, rate: i128) {
        let slot = self.slot();
        let line = self.line("Usage", account, slot);
        let rate = Decimal(rate * Decimal::ONE / 10_000);
        let cost = times(rate, Decimal(usage));
        let cost = if self.chance(3) { Decimal(0) } else { cost };
        self.push(Line {
            line_item_product_code: kind.service.to_owned(),
            line_item_usage_type: Some(kind.usage_type.to_owned()),
            line_item_operation: Some("Any".to_owned()),
            line_item_usage_amount: Some(Decimal(usage)),
            line_item_unblended_rate: Some(format!("{rate}")),
            line_item_unblended_cost: cost,
            product_region: Some(kind.region.to_owned()),
            product_sku: Some(format!("SKU-{}", kind.usage_type)),
            pricing_public_on_demand_cost: Some(times(Decimal(900 * Decimal::ONE / 10_000), Decimal(usage))),
            pricing_unit: Some(kind.unit.to_owned()),
            ..line
        });
    }

    /// Usage in no pool and no tier group: of other services, Spot, tiers of a region without a table, and rows of
    /// split cost allocation, which are left out.
    pub(super) fn plain_usage(&mut self) {
        for _ in 0..self.rng.random_range(0..=4) {
            let (service, usage_type, operation) = self.one_of(&[
                ("AmazonEC2", "SpotUsage:m5.large", "RunInstances:SV001"),
                ("AmazonEC2", "EBSOptimized:m5.large", "RunInstances"),
                ("AmazonCloudFront", "US-DataTransfer-Out-Bytes", "GET"),
                ("AmazonS3", "APS1-TimedStorage-ByteHrs", "StandardStorage"),
                ("AmazonEC2", "BoxUsage:m5.large", "EKSPod-EC2"),
                ("AmazonKinesis", "Storage-ShardHour", "PutRecords"),
            ]);
            let account = self.account();
            let slot = self.slot();
            let line = self.line("Usage", &account, slot);
            let region = if usage_type.starts_with("APS1") { "ap-southeast-1" } else { "us-east-1" };
            let usage = self.quantity();
            let price = self.price().0.min(Decimal::ONE);
            let cost = times(Decimal(price), Decimal(usage));
            let entity = if self.chance(10) { "AWS Marketplace" } else { "AWS" };
            self.push(Line {
                bill_billing_entity: Some(entity.to_owned()),
                line_item_product_code: service.to_owned(),
                line_item_usage_type: Some(usage_type.to_owned()),
                line_item_operation: Some(operation.to_owned()),
                line_item_usage_amount: Some(Decimal(usage)),
                line_item_unblended_cost: cost,
                product_region: Some(region.to_owned()),
                pricing_public_on_demand_cost: Some(cost),
                ..line
            });
        }
    }
}

/// Rate of the next unit after `metered`, and how much fits into its tier.
fn tier(kind: &Tiered, metered: i128) -> (i128, Option<i128>) {
    let next = kind.tiers.iter().position(|(from, _)| from * Decimal::ONE > metered);
    let current = next.unwrap_or(kind.tiers.len()) - 1;
    (kind.tiers[current].1, next.map(|next| kind.tiers[next].0 * Decimal::ONE - metered))
}
