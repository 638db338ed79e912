//! What accounts run: usage that commitments may cover, and the lines of what nothing covered.

use rand::Rng;

use super::catalog::{Kind, PLAN_ONLY, POOLS};
use super::{Draw, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// Usage of one account in one slot that is not covered yet.
#[derive(Clone)]
pub(super) struct Need {
    pub(super) account: String,
    pub(super) slot: Moment,
    pub(super) region: &'static str,
    /// Letter of the Availability Zone.
    pub(super) zone: char,
    pub(super) service: &'static str,
    pub(super) usage_type: String,
    pub(super) operation: &'static str,
    /// Family, where a plan of one family can cover it.
    pub(super) family: Option<&'static str>,
    /// Its pool in the catalog, its rank there, and units of one hour of it in the pool.
    pub(super) pool: Option<usize>,
    pub(super) rank: u8,
    pub(super) factor: Decimal,
    /// What the report says of the factor.
    pub(super) reported_factor: Option<Decimal>,
    pub(super) price: Decimal,
    /// Public price; none if the report has none for all of the pool.
    pub(super) list_price: Option<Decimal>,
    /// What was used, and what of it nothing has covered yet.
    pub(super) drawn: Decimal,
    pub(super) usage: Decimal,
}

impl Draw {
    /// Usage of one to four kinds.
    pub(super) fn needs(&mut self) -> Vec<Need> {
        let mut needs = Vec::new();
        let most = if self.accounts.len() > 7 || self.is_dense { 2 } else { 4 };
        for _ in 0..self.rng.random_range(0..=most) {
            if self.chance(25) {
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
        let is_private = self.chance(20);
        for kind in POOLS[pool] {
            if !self.chance(kind.percent) {
                continue;
            }
            for &size in kind.sizes {
                let price = self.price();
                let list_price = if is_private { Decimal(price.0 * 5 / 4) } else { price };
                let need = Need {
                    region,
                    pool: Some(pool),
                    price,
                    list_price: is_listed.then_some(list_price),
                    ..of_kind(kind, region, size, is_reported)
                };
                self.run(&need, needs);
            }
        }
    }

    fn plan_only_needs(&mut self, needs: &mut Vec<Need>) {
        let &(service, usage_type, operation) = &PLAN_ONLY[self.rng.random_range(0..PLAN_ONLY.len())];
        let price = self.price();
        let need = Need { price, list_price: Some(price), ..plain(service, usage_type.to_owned(), operation) };
        self.run(&need, needs);
    }

    /// Some accounts run what `need` says, in every slot.
    fn run(&mut self, need: &Need, needs: &mut Vec<Need>) {
        let percent = match self.accounts.len() {
            8.. => 20,
            _ if self.is_dense => 80,
            _ => 45,
        };
        for account in self.accounts.clone() {
            if !self.chance(percent) {
                continue;
            }
            let zone = self.one_of(&['a', 'a', 'b']);
            let own_price = if self.chance(5) { self.price() } else { need.price };
            for slot in self.slots.clone() {
                let usage = self.instance_hours();
                let account = account.clone();
                needs.push(Need { account, slot, zone, price: own_price, drawn: usage, usage, ..need.clone() });
            }
        }
    }

    /// Hours of some instances in a slot: whole ones, parts of them, sometimes none.
    fn instance_hours(&mut self) -> Decimal {
        let whole = Decimal::ONE * i128::from(self.slot_seconds) / 3600;
        let count = self.rng.random_range(1..=3);
        Decimal(match self.rng.random_range(0..30) {
            0 => 0,
            1..=3 => whole / 4 * count,
            4 => whole * 1_000_000 * count,
            5 => 100 * count,
            6 => count,
            7..=9 => whole * count - self.rng.random_range(1..3600) * 100_000_000 / 36,
            10 => whole / 3 * count,
            _ => whole * count,
        })
    }

    /// The line of some usage.
    pub(super) fn usage_line(&mut self, line_item_type: &str, need: &Need, usage: Decimal) -> Line {
        let line = self.line(line_item_type, &need.account, need.slot);
        let resource = self.one_of(&[None, Some("i-1"), Some("i-2")]);
        let has_region = !self.chance(10);
        let is_zoned = !has_region || self.chance(20);
        Line {
            line_item_product_code: need.service.to_owned(),
            line_item_usage_type: Some(need.usage_type.clone()),
            line_item_operation: Some(need.operation.to_owned()),
            line_item_availability_zone: is_zoned.then(|| format!("{}{}", need.region, need.zone)),
            line_item_resource_id: resource.map(str::to_owned),
            line_item_usage_amount: Some(usage),
            line_item_normalization_factor: need.reported_factor,
            line_item_unblended_rate: Some(need.price.to_string()),
            line_item_unblended_cost: times(need.price, usage),
            product_region: has_region.then(|| need.region.to_owned()),
            pricing_public_on_demand_cost: need.list_price.map(|price| times(price, usage)),
            ..line
        }
    }

    /// Lines of what is not covered; some cost nothing, some less than the price says, some correct others.
    pub(super) fn uncovered(&mut self, needs: Vec<Need>) {
        for need in needs {
            if need.usage.0 == 0 && self.chance(70) {
                continue;
            }
            let mut line = self.usage_line("Usage", &need, need.usage);
            match self.rng.random_range(0..25) {
                0 => line.line_item_unblended_cost = Decimal(0),
                1 => line.line_item_unblended_cost.0 = line.line_item_unblended_cost.0 * 9 / 10,
                2 => {
                    let correction = self.usage_line("Usage", &need, Decimal(-need.usage.0 / 4));
                    self.push(correction);
                }
                _ => {}
            }
            self.push(line);
        }
    }
}

/// Usage of a size of a kind, by nobody yet.
fn of_kind(kind: &Kind, region: &str, size: (&str, i128), is_reported: bool) -> Need {
    let factor = Decimal(size.1 * Decimal::ONE / 100);
    Need {
        family: kind.family,
        rank: kind.rank,
        factor: if kind.is_flexible { factor } else { Decimal(Decimal::ONE) },
        reported_factor: (is_reported && factor.0 > 0).then_some(factor),
        ..plain(kind.service, usage_type(region, kind.name, size.0), kind.operation)
    }
}

fn plain(service: &'static str, usage_type: String, operation: &'static str) -> Need {
    Need {
        account: String::new(),
        slot: Moment(0),
        region: "us-east-1",
        zone: 'a',
        service,
        usage_type,
        operation,
        family: None,
        pool: None,
        rank: 0,
        factor: Decimal(Decimal::ONE),
        reported_factor: None,
        price: Decimal(0),
        list_price: None,
        drawn: Decimal(0),
        usage: Decimal(0),
    }
}

/// A usage type as AWS writes it: with a prefix outside us-east-1, and without a type where it names none.
pub(super) fn usage_type(region: &str, name: &str, size: &str) -> String {
    let prefix = if region == "us-east-1" { "" } else { "EU-" };
    if size.is_empty() { format!("{prefix}{name}") } else { format!("{prefix}{name}:{size}") }
}
