//! Machines by the hour: EC2 instances, databases and cache nodes, with their list prices.
//!
//! Prices are per normalised unit (a `large` has four), so that every size of a family fits.

use super::chance;
use super::dictionary::{Dictionary, NewProduct, UnitPrice};
use super::exact::{Exact, exact};

/// A region.
#[derive(Debug)]
pub(super) struct Region {
    /// `us-east-1`
    pub(super) code: &'static str,
    /// `US East (N. Virginia)`
    pub(super) name: &'static str,
    /// What usage types of the region begin with.
    pub(super) prefix: &'static str,
}

/// Northern Virginia.
pub(super) static VIRGINIA: Region = Region { code: "us-east-1", name: "US East (N. Virginia)", prefix: "" };
/// Ireland.
pub(super) static IRELAND: Region = Region { code: "eu-west-1", name: "EU (Ireland)", prefix: "EU-" };
/// Oregon.
pub(super) static OREGON: Region = Region { code: "us-west-2", name: "US West (Oregon)", prefix: "USW2-" };

/// An instance family.
#[derive(Debug)]
pub(super) struct Family {
    /// `m5`, `db.m5`, `cache.m5`
    pub(super) name: &'static str,
    kind: &'static str,
    /// On-demand price of a normalised unit and hour (Linux, shared).
    unit: Exact,
    /// GiB of memory of a normalised unit.
    memory: i128,
    /// Whether a regional reservation fits every size.
    flexible: bool,
    /// An EC2 Instance Savings Plan's rate, and a Compute Savings Plan's, in percent.
    plans: (i128, i128),
}

const fn family(name: &'static str, kind: &'static str, unit: &str, memory: i128) -> Family {
    Family { name, kind, unit: exact(unit), memory, flexible: true, plans: (63, 73) }
}

/// General purpose.
pub(super) static M5: Family = family("m5", "General purpose", "0.024", 2);
/// Compute optimised.
pub(super) static C5: Family = family("c5", "Compute optimized", "0.02125", 1);
/// Memory optimised.
pub(super) static R5: Family = family("r5", "Memory optimized", "0.0315", 4);
/// Burstable, at Ireland's price.
pub(super) static T3: Family = family("t3", "General purpose", "0.0228", 2);
/// With a GPU: not size-flexible.
pub(super) static G4DN: Family =
    Family { flexible: false, plans: (67, 76), ..family("g4dn", "GPU instance", "0.06575", 2) };
/// Databases, general purpose.
pub(super) static DB_M5: Family = family("db.m5", "General purpose", "0.04275", 2);
/// Databases, memory optimised.
pub(super) static DB_R5: Family = family("db.r5", "Memory optimized", "0.0725", 4);
/// Cache nodes.
pub(super) static CACHE_M5: Family = family("cache.m5", "Standard", "0.039", 2);

/// What runs on a machine, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// EC2 with Linux on shared hardware.
    Linux,
    /// EC2 with Windows.
    Windows,
    /// EC2 with Linux on hardware of its own.
    Dedicated,
    /// RDS MySQL in one zone.
    MySql,
    /// RDS MySQL in two zones: counts double.
    MySqlMultiAz,
    /// Aurora MySQL.
    Aurora,
    /// ElastiCache Redis.
    Redis,
}

/// A machine that is billed by the hour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    /// Where.
    pub(super) region: &'static Region,
    /// Its family.
    pub(super) family: &'static Family,
    /// `large`
    pub(super) size: &'static str,
    /// What runs on it.
    pub(super) variant: Variant,
}

/// A machine in a table.
pub(super) const fn machine(
    region: &'static Region,
    family: &'static Family,
    size: &'static str,
    variant: Variant,
) -> Machine {
    Machine { region, family, size, variant }
}

impl Machine {
    /// `m5.large`
    pub(super) fn instance_type(&self) -> String {
        format!("{}.{}", self.family.name, self.size)
    }

    /// The normalisation factor times 4.
    pub(super) fn quarters(&self) -> i128 {
        let size = match self.size {
            "micro" => 2,
            "small" => 4,
            "medium" => 8,
            "large" => 16,
            "xlarge" => 32,
            "2xlarge" => 64,
            _ => 128,
        };
        if self.variant == Variant::MySqlMultiAz { size * 2 } else { size }
    }

    /// The on-demand price of an hour.
    pub(super) fn rate(&self) -> Exact {
        let unit = match self.variant {
            Variant::Windows => self.family.unit + exact("0.023"),
            Variant::Dedicated => self.family.unit.percent(106),
            _ => self.family.unit,
        };
        unit.of(self.quarters(), 4)
    }

    /// The rates of an EC2 Instance and a Compute Savings Plan; none but for EC2.
    pub(super) fn plan_rates(&self) -> (Exact, Exact) {
        let (family, compute) = match self.variant {
            Variant::Linux | Variant::Dedicated => self.family.plans,
            Variant::Windows => (81, 86),
            _ => return (Exact::ZERO, Exact::ZERO),
        };
        (self.rate().percent(family).rounded(5), self.rate().percent(compute).rounded(5))
    }

    /// Which machines a regional reservation of this one fits.
    pub(super) fn pool_key(&self) -> String {
        let (region, family) = (self.region.code, self.family.name);
        match self.variant {
            Variant::Linux if self.family.flexible => format!("{region}/{family}"),
            Variant::Linux | Variant::Windows | Variant::Dedicated => {
                format!("{region}/{}/{:?}", self.instance_type(), self.variant)
            }
            Variant::MySql | Variant::MySqlMultiAz => format!("{region}/{family}/MySQL"),
            Variant::Aurora | Variant::Redis => format!("{region}/{family}/{:?}", self.variant),
        }
    }

    /// Which machines a zonal reservation of this one fits.
    pub(super) fn zone_key(&self, zone: &str) -> String {
        format!("{zone}/{}/{:?}", self.instance_type(), self.variant)
    }

    /// Which machines an EC2 Instance Savings Plan of this one covers.
    pub(super) fn family_key(&self) -> Option<String> {
        let has_plans = self.plan_rates().0 > Exact::ZERO;
        has_plans.then(|| format!("plan/{}/{}", self.region.code, self.family.name))
    }

    /// How reservations call what runs on it.
    pub(super) fn platform(&self) -> &'static str {
        match self.variant {
            Variant::Linux | Variant::Dedicated => "Linux/UNIX (Amazon VPC)",
            Variant::Windows => "Windows (Amazon VPC)",
            Variant::MySql | Variant::MySqlMultiAz => "MySQL",
            Variant::Aurora => "Aurora MySQL",
            Variant::Redis => "Redis",
        }
    }

    fn service(&self) -> (&'static str, &'static str) {
        match self.variant {
            Variant::Linux | Variant::Dedicated | Variant::Windows => ("AmazonEC2", "Amazon Elastic Compute Cloud"),
            Variant::MySql | Variant::MySqlMultiAz | Variant::Aurora => {
                ("AmazonRDS", "Amazon Relational Database Service")
            }
            Variant::Redis => ("AmazonElastiCache", "Amazon ElastiCache"),
        }
    }

    /// `ec2`, `rds`, `elasticache`: the service in ARNs.
    pub(super) fn arn_service(&self) -> &'static str {
        match self.service().0 {
            "AmazonEC2" => "ec2",
            "AmazonRDS" => "rds",
            _ => "elasticache",
        }
    }

    fn usage(&self) -> (&'static str, &'static str) {
        match self.variant {
            Variant::Linux => ("BoxUsage", "RunInstances"),
            Variant::Windows => ("BoxUsage", "RunInstances:0002"),
            Variant::Dedicated => ("DedicatedUsage", "RunInstances"),
            Variant::MySql => ("InstanceUsage", "CreateDBInstance:0002"),
            Variant::MySqlMultiAz => ("Multi-AZUsage", "CreateDBInstance:0002"),
            Variant::Aurora => ("InstanceUsage", "CreateDBInstance:0016"),
            Variant::Redis => ("NodeUsage", "CreateCacheCluster:0002"),
        }
    }

    /// The usage's product in the book.
    pub(super) fn product(&self, dictionary: &mut Dictionary) -> u32 {
        let usage_type = format!("{}{}:{}", self.region.prefix, self.usage().0, self.instance_type());
        let key = format!("{usage_type}/{}", self.usage().1);
        dictionary.product(key, |hash| {
            let (code, name) = self.service();
            let new = NewProduct::new(code, &usage_type, self.usage().1)
                .with("product_name", name)
                .with("servicecode", code)
                .with("servicename", name)
                .with("sku", chance::sku(hash))
                .with("usagetype", usage_type.clone())
                .with("operation", self.usage().1);
            let new = self.describe(located(new, self.region));
            NewProduct { quarters: self.quarters(), public_rate: self.rate(), ..new }
        })
    }

    fn describe(&self, new: NewProduct) -> NewProduct {
        let (quarters, family) = (self.quarters(), self.family);
        let bare = family.name.rsplit('.').next().unwrap_or(family.name);
        let new = new
            .with("instance_type", self.instance_type())
            .with("instance_type_family", bare)
            .with("instance_family", family.kind)
            .with("normalization_size_factor", Exact::whole(quarters).of(1, 4).short(0))
            .with("memory", format!("{} GiB", Exact::whole(family.memory * quarters).of(1, 4).short(0)))
            .with("vcpu", (quarters / 8).max(2).to_string());
        let system = if self.variant == Variant::Windows { "Windows" } else { "Linux" };
        let tenancy = if self.variant == Variant::Dedicated { "Dedicated" } else { "Shared" };
        match self.variant {
            Variant::Linux | Variant::Windows | Variant::Dedicated => new
                .with("product_family", "Compute Instance")
                .with("capacitystatus", "Used")
                .with("operating_system", system)
                .with("tenancy", tenancy)
                .with("license_model", "No License required")
                .with("pre_installed_sw", "NA"),
            Variant::Redis => new.with("product_family", "Cache Instance").with("cache_engine", "Redis"),
            Variant::MySql | Variant::MySqlMultiAz | Variant::Aurora => new
                .with("product_family", "Database Instance")
                .with("database_engine", self.platform())
                .with("engine_code", if self.variant == Variant::Aurora { "16" } else { "2" })
                .with("license_model", "No license required")
                .with("deployment_option", self.deployment()),
        }
    }

    fn deployment(&self) -> &'static str {
        if self.variant == Variant::MySqlMultiAz { "Multi-AZ" } else { "Single-AZ" }
    }

    /// The product of a reservation's fee lines: AWS leaves type, platform and tenancy blank there.
    pub(super) fn fee_product(&self, dictionary: &mut Dictionary) -> u32 {
        let usage_type = format!("{}HeavyUsage:{}", self.region.prefix, self.instance_type());
        let key = format!("{usage_type}/{}/{}", self.usage().1, self.quarters());
        dictionary.product(key, |hash| {
            let (code, name) = self.service();
            let new = NewProduct::new(code, &usage_type, self.usage().1)
                .with("product_name", name)
                .with("region", self.region.code)
                .with("region_code", self.region.code)
                .with("sku", chance::sku(hash));
            NewProduct { quarters: self.quarters(), ..new }
        })
    }

    /// The on-demand price in the book.
    pub(super) fn price(&self, dictionary: &mut Dictionary) -> u32 {
        let product = self.product(dictionary);
        let sku = dictionary.products[product as usize].sku().to_owned();
        dictionary.price(format!("on demand/{sku}"), || {
            let rate = self.rate();
            let (dollars, kind) = (rate.short(2), self.instance_type());
            let description = match self.variant {
                Variant::Linux => format!("${dollars} per On Demand Linux {kind} Instance Hour"),
                Variant::Windows => format!("${dollars} per On Demand Windows {kind} Instance Hour"),
                Variant::Dedicated => {
                    format!("${dollars} per Dedicated Usage Linux {kind} Instance Hour")
                }
                Variant::Redis => format!("${dollars} per Cache node-hour (or partial hour) {kind} Redis"),
                _ => format!(
                    "${dollars} per RDS {kind} {} instance hour (or partial hour) running {}",
                    self.deployment(),
                    self.platform()
                ),
            };
            on_demand(&sku, rate, "Hrs", description)
        })
    }
}

/// Adds the columns that name a region.
pub(super) fn located(new: NewProduct, region: &Region) -> NewProduct {
    new.with("location", region.name)
        .with("location_type", "AWS Region")
        .with("region", region.code)
        .with("region_code", region.code)
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
