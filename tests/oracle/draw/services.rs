//! Services priced by tiers, as AWS bills them: the tier of a line depends on what everybody metered before it.

use rand::Rng;

use super::{Draw, times};
use crate::oracle::month::{Decimal, Line};

/// A kind of tiered usage: services, usage type, tiers as (from, rate in units of the last digit).
struct Tiered {
    services: &'static [&'static str],
    usage_type: &'static str,
    region: &'static str,
    tiers: &'static [(i128, i128)],
    /// What one amount of usage is multiplied with.
    scale: i128,
}

const CENT: i128 = Decimal::ONE / 100;

/// The tiers of `tests/oracle/seeds/tier_rates.csv`, on which the prices of most lines rest.
const KINDS: &[Tiered] = &[
    Tiered {
        services: &["AmazonS3"],
        usage_type: "TimedStorage-ByteHrs",
        region: "us-east-1",
        tiers: &[(0, 23 * CENT / 10), (100, 22 * CENT / 10), (500, 21 * CENT / 10)],
        scale: 1,
    },
    Tiered {
        services: &["AmazonEC2", "AmazonEC2", "AmazonS3"],
        usage_type: "DataTransfer-Out-Bytes",
        region: "us-east-1",
        tiers: &[(0, 9 * CENT), (10, 85 * CENT / 10), (40, 7 * CENT), (100, 5 * CENT)],
        scale: 1,
    },
    Tiered {
        services: &["AmazonS3"],
        usage_type: "EU-DataTransfer-Out-Bytes",
        region: "eu-west-1",
        tiers: &[(0, 9 * CENT), (1024, 85 * CENT / 10)],
        scale: 1,
    },
    Tiered {
        services: &["AWSLambda"],
        usage_type: "Request",
        region: "us-east-1",
        tiers: &[(0, CENT / 50_000)],
        scale: 50_000,
    },
];

impl Draw {
    /// Tiered usage of some kinds; some months have private rates, or free usage, within the allowance or beyond.
    pub(super) fn tiers(&mut self) {
        for kind in KINDS {
            if !self.chance(35) {
                continue;
            }
            let percent = if self.chance(25) { 80 } else { 100 };
            let most = self.one_of(&[5, 30, 30, 300]);
            let mut free =
                if self.chance(45) { self.rng.random_range(1..=most) * Decimal::ONE * kind.scale } else { 0 };
            let mut metered = 0;
            for account in self.metered_accounts() {
                let mut usage = self.quantity() * kind.scale;
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
            if self.chance(8) {
                // A negotiated zero for what would cost something.
                let account = self.account();
                self.tier_line(kind, &account, Decimal::ONE * 500 * kind.scale, 0);
            }
        }
    }

    /// Whose usage is metered, in this order: some accounts, some of them several times; of many, mostly all.
    fn metered_accounts(&mut self) -> Vec<String> {
        if self.accounts.len() > 12 && self.chance(85) {
            return self.accounts.clone();
        }
        (0..self.rng.random_range(1..=8)).map(|_| self.account()).collect()
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
        let rate = Decimal(rate);
        let cost = times(rate, Decimal(usage));
        let cost = if self.chance(3) { Decimal(0) } else { cost };
        let service = self.one_of(kind.services);
        if self.chance(2) {
            let usage = Decimal(-usage / 5);
            let correction = self.line("Usage", account, slot);
            self.push(of_tier(correction, kind, service, (usage, rate, times(rate, usage))));
        }
        self.push(of_tier(line, kind, service, (Decimal(usage), rate, cost)));
    }

    /// Usage in no pool and no tier group: of other services, Spot, hosts, tiers of a region without a table, and rows
    /// of split cost allocation, which are left out unless they bear cost.
    pub(super) fn plain_usage(&mut self) {
        for _ in 0..self.rng.random_range(0..=4) {
            let (service, usage_type, operation) = self.one_of(&[
                ("AmazonEC2", "SpotUsage:m5.large", "RunInstances:SV001"),
                ("AmazonEC2", "EBSOptimized:m5.large", "RunInstances"),
                ("AmazonEC2", "HostBoxUsage:m5.large", "RunInstances"),
                ("AmazonEC2", "HostUsage:m5", "RunInstances"),
                ("AmazonCloudFront", "US-DataTransfer-Out-Bytes", "GET"),
                ("AmazonS3", "APS1-TimedStorage-ByteHrs", "StandardStorage"),
                ("AmazonEC2", "BoxUsage:m5.large", "EKSPod-EC2"),
                ("AmazonECS", "BoxUsage:m5.large", "ECSTask-EC2"),
                ("AmazonKinesis", "Storage-ShardHour", "PutRecords"),
                ("AmazonKinesis", "Storage-ShardHour", "PutRecords"),
            ]);
            let account = self.account();
            let slot = self.slot();
            let line = self.line("Usage", &account, slot);
            let region = if usage_type.starts_with("APS1") { "ap-southeast-1" } else { "us-east-1" };
            let usage = self.quantity();
            let price = self.price().0.min(Decimal::ONE);
            let is_free = operation.ends_with("-EC2") && self.chance(70);
            let cost = if is_free { Decimal(0) } else { times(Decimal(price), Decimal(usage)) };
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

fn of_tier(line: Line, kind: &Tiered, service: &str, (usage, rate, cost): (Decimal, Decimal, Decimal)) -> Line {
    Line {
        line_item_product_code: service.to_owned(),
        line_item_usage_type: Some(kind.usage_type.to_owned()),
        line_item_operation: Some("Any".to_owned()),
        line_item_usage_amount: Some(usage),
        line_item_unblended_rate: Some(format!("{rate}")),
        line_item_unblended_cost: cost,
        product_region: Some(kind.region.to_owned()),
        product_sku: Some(format!("SKU-{}", kind.usage_type)),
        pricing_public_on_demand_cost: Some(times(Decimal(kind.tiers[0].1), usage)),
        ..line
    }
}

/// Rate of the next unit after `metered`, and how much fits into its tier.
fn tier(kind: &Tiered, metered: i128) -> (i128, Option<i128>) {
    let next = kind.tiers.iter().position(|(from, _)| from * Decimal::ONE > metered);
    let current = next.unwrap_or(kind.tiers.len()) - 1;
    (kind.tiers[current].1, next.map(|next| kind.tiers[next].0 * Decimal::ONE - metered))
}
