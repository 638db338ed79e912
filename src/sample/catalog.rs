//! Machines by the hour: EC2 instances, databases and cache nodes, with their list prices.
//!
//! Prices are per normalised unit (a `large` has four), so that every size of a family fits.

use serde::Deserialize;

use super::attributes::Attributes;
use super::chance;
use super::dictionary::{Dictionary, NewProduct, UnitPrice};
use super::exact::Exact;
use super::tables::{Named, Table, named};

static FAMILIES: Table<Family> = Table::new("families", include_str!("data/families.csv"));
static PLATFORMS: Table<Platform> = Table::new("platforms", include_str!("data/platforms.csv"));
static REGIONS: Table<Region> = Table::new("regions", include_str!("data/regions.csv"));

/// A region.
#[derive(Debug, Deserialize)]
pub(super) struct Region {
    /// `us-east-1`
    #[serde(rename = "region_code")]
    pub(super) code: String,
    /// `US East (N. Virginia)`
    #[serde(rename = "location")]
    pub(super) name: String,
    /// What usage types of the region begin with.
    #[serde(rename = "usage_type_prefix")]
    pub(super) prefix: String,
}

impl Named for Region {
    fn table() -> &'static Table<Self> {
        &REGIONS
    }

    fn called(&self) -> &str {
        &self.code
    }
}

/// An instance family.
#[derive(Debug, Deserialize)]
pub(super) struct Family {
    /// `m5`, `db.m5`, `cache.m5`
    #[serde(rename = "instance_family")]
    pub(super) name: String,
    kind: String,
    /// On-demand price of a normalised unit and hour (Linux, shared).
    rate: Exact,
    /// GiB of memory of a normalised unit.
    memory: i128,
    /// Whether a regional reservation fits every size.
    size_flexible: bool,
    /// An EC2 Instance Savings Plan's rate, in percent of the price.
    instance_plan_percent: i128,
    /// A Compute Savings Plan's rate, in percent of the price.
    compute_plan_percent: i128,
}

impl Named for Family {
    fn table() -> &'static Table<Self> {
        &FAMILIES
    }

    fn called(&self) -> &str {
        &self.name
    }
}

/// What runs on a machine, and how.
#[derive(Debug, Deserialize)]
pub(super) struct Platform {
    /// `Linux`, `MySqlMultiAz`
    #[serde(rename = "platform")]
    pub(super) name: String,
    product_code: String,
    /// What its usage types have before the instance type: `BoxUsage`.
    usage: String,
    operation: String,
    /// How many instances it counts as.
    instances: i128,
    /// Its price, in percent of the family's.
    rate_percent: i128,
    /// What a normalised unit costs in addition.
    rate_more: Exact,
    /// An EC2 Instance Savings Plan's rate in percent, if it is not the family's.
    instance_plan_percent: Option<i128>,
    /// A Compute Savings Plan's rate in percent, if it is not the family's.
    compute_plan_percent: Option<i128>,
    /// Whether a regional reservation fits every size of a family that is flexible.
    size_flexible: bool,
    /// What reservations call it.
    pub(super) reserved_as: String,
    /// The pattern of its resources' ids.
    pub(super) resource_id: String,
    /// The pattern of its reservations' ARNs.
    pub(super) reservation_arn: String,
    /// The pattern of its prices' descriptions.
    description: String,
    #[serde(rename = "product_product_name")]
    product_name: String,
    #[serde(flatten)]
    attributes: Attributes,
}

impl Named for Platform {
    fn table() -> &'static Table<Self> {
        &PLATFORMS
    }

    fn called(&self) -> &str {
        &self.name
    }
}

/// A machine that is billed by the hour.
#[derive(Debug, Deserialize)]
#[serde(try_from = "MachineCells")]
pub(super) struct Machine {
    /// Where.
    pub(super) region: &'static Region,
    /// Its family.
    family: &'static Family,
    /// What runs on it.
    pub(super) platform: &'static Platform,
    /// `m5.large`
    pub(super) instance_type: String,
    /// The normalisation factor times 4.
    pub(super) quarters: i128,
}

/// The cells of a row that name a machine.
#[derive(Deserialize)]
struct MachineCells {
    region: String,
    instance_type: String,
    platform: String,
}

impl TryFrom<MachineCells> for Machine {
    type Error = String;

    fn try_from(cells: MachineCells) -> Result<Self, String> {
        let instance_type = cells.instance_type;
        let (family, size) = instance_type.rsplit_once('.').unwrap_or_default();
        let quarters = match size {
            "micro" => 2,
            "small" => 4,
            "medium" => 8,
            "large" => 16,
            "xlarge" => 32,
            "2xlarge" => 64,
            _ => return Err(format!("`{instance_type}` has no known size")),
        };
        let platform: &Platform = named(&cells.platform)?;
        Ok(Self {
            region: named(&cells.region)?,
            family: named(family)?,
            platform,
            quarters: quarters * platform.instances,
            instance_type,
        })
    }
}

impl Machine {
    /// The on-demand price of an hour.
    pub(super) fn rate(&self) -> Exact {
        let unit = self.family.rate.percent(self.platform.rate_percent) + self.platform.rate_more;
        unit.of(self.quarters, 4)
    }

    /// The rates of an EC2 Instance and a Compute Savings Plan; none but for EC2.
    pub(super) fn plan_rates(&self) -> (Exact, Exact) {
        let (family, platform) = (self.family, self.platform);
        let instance = platform.instance_plan_percent.unwrap_or(family.instance_plan_percent);
        let compute = platform.compute_plan_percent.unwrap_or(family.compute_plan_percent);
        (self.rate().percent(instance).rounded(5), self.rate().percent(compute).rounded(5))
    }

    /// Which machines a regional reservation of this one fits.
    pub(super) fn pool_key(&self) -> String {
        let (region, family, platform) = (&self.region.code, self.family, self.platform);
        if family.size_flexible && platform.size_flexible {
            format!("{region}/{}/{}", family.name, platform.reserved_as)
        } else {
            format!("{region}/{}/{}", self.instance_type, platform.name)
        }
    }

    /// Which machines a zonal reservation of this one fits.
    pub(super) fn zone_key(&self, zone: &str) -> String {
        format!("{zone}/{}/{}", self.instance_type, self.platform.name)
    }

    /// Which machines an EC2 Instance Savings Plan of this one covers.
    pub(super) fn family_key(&self) -> Option<String> {
        let has_plans = self.plan_rates().0 > Exact::ZERO;
        has_plans.then(|| plan_key(self.region, self.family))
    }

    /// The usage's product in the dictionary.
    pub(super) fn product(&self, dictionary: &mut Dictionary) -> u32 {
        let (platform, family) = (self.platform, self.family);
        let usage_type = format!("{}{}:{}", self.region.prefix, platform.usage, self.instance_type);
        dictionary.product(format!("{usage_type}/{}", platform.operation), |hash| {
            let memory = Exact::whole(family.memory * self.quarters).of(1, 4).short(0);
            let new = NewProduct::new(&platform.product_code, &usage_type, &platform.operation)
                .with("product_name", &platform.product_name)
                .with_all(&platform.attributes)
                .with("sku", chance::sku(hash))
                .with("usagetype", usage_type.clone())
                .with("operation", &platform.operation)
                .with("instance_type", &self.instance_type)
                .with("instance_type_family", family.name.rsplit('.').next().unwrap_or(&family.name))
                .with("instance_family", &family.kind)
                .with("normalization_size_factor", Exact::whole(self.quarters).of(1, 4).short(0))
                .with("memory", format!("{memory} GiB"))
                .with("vcpu", (self.quarters / 8).max(2).to_string());
            NewProduct { quarters: self.quarters, public_rate: self.rate(), ..located(new, self.region) }
        })
    }

    /// The product of a reservation's fee lines: AWS leaves type, platform and tenancy blank there.
    pub(super) fn fee_product(&self, dictionary: &mut Dictionary) -> u32 {
        let platform = self.platform;
        let usage_type = format!("{}HeavyUsage:{}", self.region.prefix, self.instance_type);
        let key = format!("{usage_type}/{}/{}", platform.operation, self.quarters);
        dictionary.product(key, |hash| {
            let new = NewProduct::new(&platform.product_code, &usage_type, &platform.operation)
                .with("product_name", &platform.product_name)
                .with("sku", chance::sku(hash));
            NewProduct { quarters: self.quarters, ..in_region(new, &self.region.code) }
        })
    }

    /// The on-demand price in the dictionary.
    pub(super) fn price(&self, dictionary: &mut Dictionary) -> u32 {
        let product = self.product(dictionary);
        let sku = dictionary.products[product as usize].sku.clone();
        dictionary.price(format!("on demand/{sku}"), || {
            let rate = self.rate();
            let words = self.platform.description.replace("{rate}", &rate.short(2));
            on_demand(&sku, rate, "Hrs", words.replace("{instance_type}", &self.instance_type))
        })
    }
}

/// The key of the pool that an EC2 Instance Savings Plan of a region and family covers.
pub(super) fn plan_key(region: &Region, family: &Family) -> String {
    format!("plan/{}/{}", region.code, family.name)
}

/// Adds the columns with a region's code and its location.
pub(super) fn located(new: NewProduct, region: &Region) -> NewProduct {
    in_region(new, &region.code).with("location", &region.name).with("location_type", "AWS Region")
}

/// Adds the columns with a region's code, which may be `""`.
pub(super) fn in_region(new: NewProduct, code: &str) -> NewProduct {
    new.with("region", code).with("region_code", code)
}

/// A price on demand. The rate code is the SKU, the offer term and the rate.
pub(super) fn on_demand(sku: &str, rate: Exact, unit: &'static str, description: String) -> UnitPrice {
    let step = chance::sku(chance::mix_text(rate.0 as u64, sku));
    UnitPrice {
        rate_code: format!("{sku}.JRTCKXETXF.{}", &step[..10]),
        term: "OnDemand",
        unit,
        description,
        rate,
        rate_text: rate.text(),
        ..UnitPrice::default()
    }
}
