//! What accounts run: usage that commitments may cover, and the lines of what nothing covered.

use rand::Rng;

use super::catalog::{Kind, PLAN_ONLY, POOLS};
use super::{Draw, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// Usage of one account in one slot that is not covered yet.
pub(super) struct Need {
    pub(super) account: String,
    pub(super) slot: Moment,
    pub(super) region: &'static str,
    pub(super) service: &'static str,
    pub(super) usage_type: String,
    pub(super) operation: &'static str,
    /// Family, where a plan of one family can cover it; none where only Compute Savings Plans can, if anything.
    pub(super) family: Option<&'static str>,
    pub(super) is_for_plans: bool,
    /// Its pool in the catalog, and units of one hour of it in the pool.
    pub(super) pool: Option<usize>,
    pub(super) factor: Decimal,
    /// What the report says of the factor.
    pub(super) reported_factor: Option<Decimal>,
    pub(super) price: Decimal,
    /// Whether the report has a public price; if not, it has none for all of the pool.
    pub(super) is_listed: bool,
    pub(super) usage: Decimal,
}

impl Draw {
    /// Usage of one to four kinds.
    pub(super) fn needs(&mut self) -> Vec<Need> {
        let mut needs = Vec::new();
        for _ in 0..self.rng.random_range(0..=4) {
            if self.chance(15) {
                self.plan_only_needs(&mut needs);
            } else {
                let pool = self.rng.random_range(0..POOLS.len());
                let region = self.one_of(&["us-east-1", "us-east-1", "us-east-1", "eu-west-1"]);
                self.instance_needs(pool, region, &mut needs);
            }
        }
        needs
    }

    fn instance_needs(&mut self, pool: usize, region: &'static str, needs: &mut Vec<Need>) {
        let is_reported = self.chance(80);
        let is_listed = !self.chance(3);
        for kind in POOLS[pool] {
            for &(size, hundredths) in kind.sizes {
                let price = self.price();
                let factor = Decimal(hundredths * Decimal::ONE / 100);
                for account in self.accounts.clone() {
                    if !self.chance(40) {
                        continue;
                    }
                    let price = if self.chance(5) { self.price() } else { price };
                    for slot in self.slots.clone() {
                        let usage = self.instance_hours();
                        needs.push(Need {
                            account: account.clone(),
                            slot,
                            region,
                            service: kind.service,
                            usage_type: usage_type(region, kind.name, size),
                            operation: kind.operation,
                            family: kind.family,
                            is_for_plans: kind.service == "AmazonEC2",
                            pool: Some(pool),
                            factor: if kind.is_flexible { factor } else { Decimal(Decimal::ONE) },
                            reported_factor: (is_reported && factor.0 > 0).then_some(factor),
                            price,
                            is_listed,
                            usage,
                        });
                    }
                }
            }
        }
    }

    fn plan_only_needs(&mut self, needs: &mut Vec<Need>) {
        let &(service, usage_type, operation) = &PLAN_ONLY[self.rng.random_range(0..PLAN_ONLY.len())];
        let price = self.price();
        for account in self.accounts.clone() {
            for slot in self.slots.clone() {
                if self.chance(50) {
                    let usage = self.instance_hours();
                    needs.push(Need {
                        account: account.clone(),
                        slot,
                        region: "us-east-1",
                        service,
                        usage_type: usage_type.to_owned(),
                        operation,
                        family: None,
                        is_for_plans: true,
                        pool: None,
                        factor: Decimal(Decimal::ONE),
                        reported_factor: None,
                        price,
                        is_listed: true,
                        usage,
                    });
                }
            }
        }
    }

    /// Hours of some instances in a slot: whole ones, parts of them, sometimes none.
    fn instance_hours(&mut self) -> Decimal {
        let whole = Decimal::ONE * i128::from(self.slot_seconds) / 3600;
        let count = self.rng.random_range(1..=3);
        Decimal(match self.rng.random_range(0..24) {
            0 => 0,
            1..=3 => whole / 4 * count,
            4 => whole * 1_000_000 * count,
            5 => 100 * count,
            6..=8 => whole * count - self.rng.random_range(1..3600) * 100_000_000 / 36,
            _ => whole * count,
        })
    }

    /// The line of some usage.
    pub(super) fn usage_line(&mut self, line_item_type: &str, need: &Need, usage: Decimal) -> Line {
        let line = self.line(line_item_type, &need.account, need.slot);
        let resource = self.one_of(&[None, Some("i-1"), Some("i-2")]);
        let is_zoned = self.chance(10);
        Line {
            line_item_product_code: need.service.to_owned(),
            line_item_usage_type: Some(need.usage_type.clone()),
            line_item_operation: Some(need.operation.to_owned()),
            line_item_availability_zone: is_zoned.then(|| format!("{}a", need.region)),
            line_item_resource_id: resource.map(str::to_owned),
            line_item_usage_amount: Some(usage),
            line_item_normalization_factor: need.reported_factor,
            line_item_unblended_rate: Some(need.price.to_string()),
            line_item_unblended_cost: times(need.price, usage),
            product_region: (!is_zoned).then(|| need.region.to_owned()),
            pricing_public_on_demand_cost: need.is_listed.then(|| times(need.price, usage)),
            pricing_unit: Some("Hrs".to_owned()),
            ..line
        }
    }

    /// Lines of what is not covered.
    pub(super) fn uncovered(&mut self, needs: Vec<Need>) {
        for need in needs {
            if need.usage.0 == 0 && self.chance(70) {
                continue;
            }
            let mut line = self.usage_line("Usage", &need, need.usage);
            match self.rng.random_range(0..20) {
                0 => line.line_item_unblended_cost = Decimal(0),
                1 => line.line_item_unblended_cost.0 = line.line_item_unblended_cost.0 * 9 / 10,
                _ => {}
            }
            self.push(line);
        }
    }
}

/// A usage type as AWS writes it: with a prefix outside us-east-1.
pub(super) fn usage_type(region: &str, name: &str, size: &str) -> String {
    let prefix = if region == "us-east-1" { "" } else { "EU-" };
    format!("{prefix}{name}:{size}")
}

/// Kinds of a pool of the catalog.
pub(super) fn kinds(pool: usize) -> &'static [Kind] {
    POOLS[pool]
}
