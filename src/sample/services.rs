//! Everything metered that is no machine: storage, transfer, functions, containers, software.

use super::catalog::{IRELAND, Machine, Region, VIRGINIA, located, on_demand};
use super::chance;
use super::dictionary::{Dictionary, Invoice, NONE, NewProduct, UnitPrice};
use super::exact::{Exact, exact};
use super::sold::Sold;
use super::tiers::TierMeters;

/// What a meter measures.
#[derive(Debug, Clone, Copy)]
pub(super) enum Measure {
    /// Hours of a machine.
    Hours(Machine),
    /// An EBS volume (GB-months).
    Volume,
    /// Hours of a NAT gateway.
    Gateway,
    /// Gigabytes through a NAT gateway.
    GatewayBytes,
    /// Hours of a spot instance.
    Spot,
    /// GB-seconds of a function.
    FunctionTime,
    /// Calls of a function.
    FunctionCalls,
    /// vCPU-hours of containers.
    ContainerCpu,
    /// GB-hours of containers.
    ContainerMemory,
    /// Transfer to the internet from instances.
    Out(&'static Region),
    /// Transfer to the internet from S3: the same meter.
    OutOfBucket(&'static Region),
    /// Transfer between zones.
    BetweenZones,
    /// S3 storage (GB-months).
    Storage(&'static Region),
    /// S3 writes and lists.
    Requests,
    /// CloudWatch metrics.
    Metrics,
    /// KMS keys.
    Keys,
    /// Software of another vendor.
    Software,
}

/// A flat-rate service in a few words.
struct Flat {
    code: &'static str,
    name: &'static str,
    usage_type: &'static str,
    operation: &'static str,
    family: &'static str,
    rate: Exact,
    unit: &'static str,
    words: &'static str,
}

const fn flat(
    code: (&'static str, &'static str),
    usage: (&'static str, &'static str),
    family: &'static str,
    price: (&str, &'static str),
    words: &'static str,
) -> Flat {
    Flat {
        code: code.0,
        name: code.1,
        usage_type: usage.0,
        operation: usage.1,
        family,
        rate: exact(price.0),
        unit: price.1,
        words,
    }
}

const EC2: (&str, &str) = ("AmazonEC2", "Amazon Elastic Compute Cloud");
const S3: (&str, &str) = ("AmazonS3", "Amazon Simple Storage Service");
const ECS: (&str, &str) = ("AmazonECS", "Amazon Elastic Container Service");
const LAMBDA: (&str, &str) = ("AWSLambda", "AWS Lambda");

fn flat_service(what: Measure) -> Option<Flat> {
    Some(match what {
        Measure::Volume => flat(
            EC2,
            ("EBS:VolumeUsage.gp3", "CreateVolume-Gp3"),
            "Storage",
            ("0.08", "GB-Mo"),
            "$0.08 per GB-month of General Purpose (gp3) provisioned storage - US East (Northern Virginia)",
        ),
        Measure::Gateway => flat(
            EC2,
            ("NatGateway-Hours", "NatGateway"),
            "NAT Gateway",
            ("0.045", "Hrs"),
            "$0.045 per NAT Gateway Hour",
        ),
        Measure::GatewayBytes => flat(
            EC2,
            ("NatGateway-Bytes", "NatGateway"),
            "NAT Gateway",
            ("0.045", "GB"),
            "$0.045 per GB Data Processed by NAT Gateways",
        ),
        Measure::BetweenZones => flat(
            EC2,
            ("DataTransfer-Regional-Bytes", "InterZone-Out"),
            "Data Transfer",
            ("0.01", "GB"),
            "$0.010 per GB - regional data transfer - in/out/between EC2 AZs or using elastic IPs or ELB",
        ),
        Measure::Requests => flat(
            S3,
            ("Requests-Tier1", "PutObject"),
            "API Request",
            ("0.000005", "Requests"),
            "$0.005 per 1,000 PUT, COPY, POST, or LIST requests",
        ),
        Measure::Metrics => flat(
            ("AmazonCloudWatch", "AmazonCloudWatch"),
            ("CW:MetricMonitorUsage", "MetricStorage:AWS/EC2"),
            "Metric",
            ("0.3", "Metrics"),
            "$0.30 per metric-month for the first 10,000 metrics - US East (Northern Virginia)",
        ),
        Measure::Keys => flat(
            ("awskms", "AWS Key Management Service"),
            ("us-east-1-KMS-Keys", "unknown"),
            "Encryption Key",
            ("1", "Keys"),
            "$1 per customer managed KMS key version in US East (N. Virginia)",
        ),
        _ => return flat_compute_service(what),
    })
}

/// What a Compute Savings Plan covers beside machines.
fn flat_compute_service(what: Measure) -> Option<Flat> {
    Some(match what {
        Measure::FunctionTime => flat(
            LAMBDA,
            ("Lambda-GB-Second", "Invoke"),
            "Serverless",
            ("0.0000166667", "Lambda-GB-Second"),
            "AWS Lambda - Total Compute - US East (Northern Virginia)",
        ),
        Measure::ContainerCpu => flat(
            ECS,
            ("USE1-Fargate-vCPU-Hours:perCPU", "FargateTask"),
            "Compute",
            ("0.04048", "hours"),
            "AWS Fargate - vCPU - US East (N.Virginia)",
        ),
        Measure::ContainerMemory => flat(
            ECS,
            ("USE1-Fargate-GB-Hours", "FargateTask"),
            "Compute",
            ("0.004445", "hours"),
            "AWS Fargate - Memory - US East (N.Virginia)",
        ),
        _ => return None,
    })
}

impl Measure {
    /// Its entries in the book.
    pub(super) fn sold(self, dictionary: &mut Dictionary, tiers: &mut TierMeters) -> Sold {
        let plain = |(product, price)| Sold { product, price, tier: NONE, plan_rates: (Exact::ZERO, Exact::ZERO) };
        match self {
            Self::Hours(machine) => Sold {
                plan_rates: machine.plan_rates(),
                ..plain((machine.product(dictionary), machine.price(dictionary)))
            },
            Self::Spot => plain(spot(dictionary)),
            Self::Software => plain(software(dictionary)),
            Self::Out(region) => tiers.transfer(dictionary, region, false),
            Self::OutOfBucket(region) => tiers.transfer(dictionary, region, true),
            Self::Storage(region) => tiers.storage(dictionary, region),
            Self::FunctionCalls => tiers.calls(dictionary),
            _ => {
                let sold = flat_service(self).map(|flat| flat.sold(dictionary));
                Sold { plan_rates: (Exact::ZERO, self.compute_rate()), ..plain(sold.unwrap_or((NONE, NONE))) }
            }
        }
    }

    /// What a Compute Savings Plan charges for it; 0 where it covers it not.
    fn compute_rate(self) -> Exact {
        match self {
            Self::FunctionTime => exact("0.0000146667"),
            Self::ContainerCpu => exact("0.0323840000"),
            Self::ContainerMemory => exact("0.0035560000"),
            _ => Exact::ZERO,
        }
    }

    /// How its resources are named, given an account and a hash.
    pub(super) fn resource_id(self, account: &str, hash: u64) -> String {
        let short = chance::hex(hash, 8);
        match self {
            Self::Hours(machine) => match machine.arn_service() {
                "ec2" => format!("i-0{}", chance::hex(hash, 16)),
                service => {
                    let kind = if service == "rds" { "db" } else { "cluster" };
                    format!("arn:aws:{service}:{}:{account}:{kind}:{kind}-{short}", machine.region.code)
                }
            },
            Self::Spot | Self::Out(_) | Self::BetweenZones => format!("i-0{}", chance::hex(hash, 16)),
            Self::Volume => format!("vol-0{}", chance::hex(hash, 16)),
            Self::Gateway | Self::GatewayBytes => {
                format!("arn:aws:ec2:us-east-1:{account}:natgateway/nat-0{}", chance::hex(hash, 16))
            }
            Self::FunctionTime | Self::FunctionCalls => {
                format!("arn:aws:lambda:us-east-1:{account}:function:worker-{short}")
            }
            Self::ContainerCpu | Self::ContainerMemory => {
                format!("arn:aws:ecs:us-east-1:{account}:task/app/{}", chance::hex(hash, 32))
            }
            Self::Storage(_) | Self::Requests | Self::OutOfBucket(_) => format!("data-{account}-{short}"),
            Self::Keys => format!("arn:aws:kms:us-east-1:{account}:key/{}", chance::uuid(hash)),
            Self::Metrics | Self::Software => String::new(),
        }
    }

    /// Its region.
    pub(super) fn region(self) -> &'static Region {
        match self {
            Self::Hours(machine) => machine.region,
            Self::Out(region) | Self::OutOfBucket(region) | Self::Storage(region) => region,
            _ => &VIRGINIA,
        }
    }
}

impl Flat {
    fn sold(&self, dictionary: &mut Dictionary) -> (u32, u32) {
        let product = dictionary.product(self.usage_type.to_owned(), |hash| {
            let new = NewProduct::new(self.code, self.usage_type, self.operation)
                .with("product_name", self.name)
                .with("servicecode", self.code)
                .with("servicename", self.name)
                .with("product_family", self.family)
                .with("sku", chance::sku(hash))
                .with("usagetype", self.usage_type)
                .with("operation", self.operation);
            NewProduct { public_rate: self.rate, ..located(new, &VIRGINIA) }
        });
        let sku = dictionary.products[product as usize].sku().to_owned();
        let price = dictionary
            .price(format!("on demand/{sku}"), || on_demand(&sku, self.rate, self.unit, self.words.to_owned()));
        (product, price)
    }
}

/// Spot instances: AWS names no rate and leaves the product columns blank.
fn spot(dictionary: &mut Dictionary) -> (u32, u32) {
    let product = dictionary.product("SpotUsage:c5.large".to_owned(), |hash| {
        NewProduct::new(EC2.0, "SpotUsage:c5.large", "RunInstances:SV001")
            .with("product_name", EC2.1)
            .with("region", VIRGINIA.code)
            .with("region_code", VIRGINIA.code)
            .with("sku", chance::sku(hash))
    });
    let price = dictionary.price("spot/c5.large".to_owned(), || UnitPrice {
        description: "c5.large Linux/UNIX Spot Instance-hour in US East (N. Virginia) in VPC Zone #1".to_owned(),
        rate: exact("0.0334"),
        ..UnitPrice::default()
    });
    (product, price)
}

/// Software of another vendor, on an invoice of its own.
fn software(dictionary: &mut Dictionary) -> (u32, u32) {
    let product = dictionary.product("marketplace".to_owned(), |hash| {
        let new = NewProduct::new("7h3kq9wz2m5xr8tb4vn6cj1ya", "SoftwareUsage:t3.medium", "Hourly")
            .with("product_name", "Example Log Search")
            .with("servicecode", "AWSMarketplace")
            .with("sku", chance::sku(hash));
        NewProduct { invoice: Invoice::Marketplace, ..located(new, &IRELAND) }
    });
    let price = dictionary.price("marketplace".to_owned(), || UnitPrice {
        unit: "Hrs",
        description: "Example Log Search - t3.medium, hourly software fee".to_owned(),
        rate: exact("0.07"),
        rate_text: exact("0.07").text(),
        ..UnitPrice::default()
    });
    (product, price)
}
