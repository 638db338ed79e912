//! Tiered prices: the organisation's sum decides, in the order in which usage is metered.

use super::catalog::{Region, located, on_demand};
use super::chance;
use super::dictionary::{Dictionary, NewProduct, UnitPrice};
use super::exact::{Exact, exact};
use super::sold::Sold;

/// A tier: to where it reaches (whole units, counted over the month), its rate and its words.
type TierRate = (i128, &'static str, &'static str);

/// The reach of the last tier.
const ENDLESS: i128 = i128::MAX / 1_000_000_000_000;

/// S3 Standard storage: 50 TB, 450 TB, above (1 TB = 1024 GB).
const STORAGE: [TierRate; 3] = [
    (51_200, "0.023", "$0.023 per GB - first 50 TB / month of storage used"),
    (512_000, "0.022", "$0.022 per GB - next 450 TB / month of storage used"),
    (ENDLESS, "0.021", "$0.021 per GB - storage used / month over 500 TB"),
];

/// Transfer to the internet: 10 TB, 40 TB, 100 TB, above.
const TRANSFER: [TierRate; 4] = [
    (10_240, "0.09", "$0.090 per GB - first 10 TB / month data transfer out beyond the global free tier"),
    (51_200, "0.085", "$0.085 per GB - next 40 TB / month data transfer out"),
    (153_600, "0.07", "$0.070 per GB - next 100 TB / month data transfer out"),
    (ENDLESS, "0.05", "$0.050 per GB - greater than 150 TB / month data transfer out"),
];

/// Calls of functions beyond the free ones.
const CALLS: [TierRate; 1] = [(ENDLESS, "0.0000002", "AWS Lambda - Total Requests - US East (Northern Virginia)")];

const FREE_TRANSFER: &str = "$0.000 per GB - data transfer out under the monthly global free tier";
const FREE_CALLS: &str = "AWS Lambda - Requests Free Tier - 1,000,000 Requests - US East (Northern Virginia)";

/// A free quantity that several tier tables draw on.
#[derive(Debug)]
struct Free {
    quantity: Exact,
    used: Exact,
}

/// A tier table and how far the month has come in it.
#[derive(Debug)]
struct TierMeter {
    sku: String,
    free: Option<(usize, u32)>,
    steps: Vec<(Exact, u32)>,
    used: Exact,
}

/// A part of a metered quantity, at one price.
pub(super) type PricedQuantity = (u32, Exact);

/// All tier tables of the organisation.
#[derive(Debug)]
pub(super) struct TierMeters {
    free: [Free; 2],
    tiers: Vec<TierMeter>,
}

impl TierMeters {
    /// No tables yet; 100 GB of transfer and a million calls are free.
    pub(super) fn new() -> Self {
        let free = |number| Free { quantity: Exact::whole(number), used: Exact::ZERO };
        Self { free: [free(100), free(1_000_000)], tiers: Vec::new() }
    }

    /// Begins a month.
    pub(super) fn restart(&mut self) {
        self.free.iter_mut().for_each(|free| free.used = Exact::ZERO);
        self.tiers.iter_mut().for_each(|tier| tier.used = Exact::ZERO);
    }

    /// Splits a quantity metered now: free first, then tier by tier.
    pub(super) fn split(&mut self, tier: u32, quantity: Exact, pieces: &mut Vec<PricedQuantity>) {
        pieces.clear();
        let Some(tier) = self.tiers.get_mut(tier as usize) else { return };
        let mut left = quantity;
        if let Some((free, price)) = tier.free {
            let free = &mut self.free[free];
            let part = left.min(free.quantity - free.used);
            if part > Exact::ZERO {
                free.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
        for &(reach, price) in &tier.steps {
            let part = left.min(reach - tier.used);
            if part > Exact::ZERO {
                tier.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
    }

    /// Transfer to the internet; from instances and from buckets it is one meter.
    pub(super) fn transfer(&mut self, dictionary: &mut Dictionary, region: &'static Region, bucket: bool) -> Sold {
        let usage_type = format!("{}DataTransfer-Out-Bytes", region.prefix);
        let sku = chance::sku(chance::mix_text(dictionary.seed, &usage_type));
        let (code, name, operation) = if bucket {
            ("AmazonS3", "Amazon Simple Storage Service", "GetObject")
        } else {
            ("AmazonEC2", "Amazon Elastic Compute Cloud", "RunInstances")
        };
        let product = dictionary.product(format!("{usage_type}/{operation}"), |_| {
            let new = NewProduct::new(code, &usage_type, operation)
                .with("product_name", name)
                .with("servicecode", "AWSDataTransfer")
                .with("servicename", "AWS Data Transfer")
                .with("product_family", "Data Transfer")
                .with("from_location", region.name)
                .with("from_location_type", "AWS Region")
                .with("from_region_code", region.code)
                .with("to_location", "External")
                .with("to_location_type", "Other")
                .with("transfer_type", "AWS Outbound")
                .with("region", region.code)
                .with("region_code", region.code)
                .with("sku", sku.clone())
                .with("usagetype", usage_type.clone());
            NewProduct { public_rate: exact(TRANSFER[0].1), ..new }
        });
        self.sold(dictionary, product, Some((0, FREE_TRANSFER)), ("GB", &TRANSFER))
    }

    /// S3 Standard storage.
    pub(super) fn storage(&mut self, dictionary: &mut Dictionary, region: &'static Region) -> Sold {
        let usage_type = format!("{}TimedStorage-ByteHrs", region.prefix);
        let product = dictionary.product(usage_type.clone(), |hash| {
            let new = NewProduct::new("AmazonS3", &usage_type, "StandardStorage")
                .with("product_name", "Amazon Simple Storage Service")
                .with("servicecode", "AmazonS3")
                .with("servicename", "Amazon Simple Storage Service")
                .with("product_family", "Storage")
                .with("storage_class", "General Purpose")
                .with("sku", chance::sku(hash))
                .with("usagetype", usage_type.clone());
            NewProduct { public_rate: exact(STORAGE[0].1), ..located(new, region) }
        });
        self.sold(dictionary, product, None, ("GB-Mo", &STORAGE))
    }

    /// Calls of functions.
    pub(super) fn calls(&mut self, dictionary: &mut Dictionary) -> Sold {
        let product = dictionary.product("Request".to_owned(), |hash| {
            let new = NewProduct::new("AWSLambda", "Request", "Invoke")
                .with("product_name", "AWS Lambda")
                .with("servicecode", "AWSLambda")
                .with("servicename", "AWS Lambda")
                .with("product_family", "Serverless")
                .with("group", "AWS-Lambda-Requests")
                .with("sku", chance::sku(hash))
                .with("usagetype", "Request");
            NewProduct { public_rate: exact(CALLS[0].1), ..located(new, &super::catalog::VIRGINIA) }
        });
        self.sold(dictionary, product, Some((1, FREE_CALLS)), ("Requests", &CALLS))
    }

    /// The tier table of a product's SKU, made when it is first asked for.
    fn sold(
        &mut self,
        dictionary: &mut Dictionary,
        product: u32,
        free: Option<(usize, &str)>,
        (unit, steps): (&'static str, &[TierRate]),
    ) -> Sold {
        let sku = dictionary.products[product as usize].sku().to_owned();
        let known = self.tiers.iter().position(|tier| tier.sku == sku);
        let number = known.unwrap_or_else(|| {
            let free = free.map(|(counter, words)| {
                let price = UnitPrice { description: words.to_owned(), ..UnitPrice::default() };
                let price = UnitPrice { rate_text: Exact::ZERO.text(), ..price };
                (counter, dictionary.price(format!("free/{sku}"), || price))
            });
            let steps = steps.iter().map(|&(reach, rate, words)| {
                let price =
                    dictionary.price(format!("{rate}/{sku}"), || on_demand(&sku, exact(rate), unit, words.to_owned()));
                (Exact::whole(reach), price)
            });
            let steps = steps.collect();
            self.tiers.push(TierMeter { sku, free, steps, used: Exact::ZERO });
            self.tiers.len() - 1
        });
        Sold {
            product,
            price: self.tiers[number].steps[0].1,
            tier: number as u32,
            plan_rates: (Exact::ZERO, Exact::ZERO),
        }
    }
}
