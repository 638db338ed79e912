//! What a meter measures: hours of a machine, or a service such as storage, transfer or functions.

use serde::Deserialize;

use super::attributes::Attributes;
use super::catalog::{Machine, Region, in_region, located, on_demand};
use super::chance;
use super::dictionary::{Dictionary, Invoice, NONE, NewProduct, UnitPrice};
use super::exact::Exact;
use super::sold::Sold;
use super::tables::{Named, Table, by_name};
use super::tiers::{TierMeters, TierRate, paid_tiers, tier_table};

static SERVICES: Table<Service> = Table::new("services", include_str!("data/services.csv"));

/// What a meter measures.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Measure {
    /// Hours of a machine.
    Hours(Machine),
    /// Units of a service.
    Units(RegionalService),
}

/// A service where it is used.
#[derive(Debug, Deserialize)]
pub(super) struct RegionalService {
    /// The service.
    #[serde(deserialize_with = "by_name")]
    pub(super) service: &'static Service,
    #[serde(deserialize_with = "by_name")]
    region: &'static Region,
}

/// Everything metered that is no machine.
#[derive(Debug, Deserialize)]
pub(super) struct Service {
    /// Its name in the tables.
    #[serde(rename = "service")]
    pub(super) name: String,
    product_code: String,
    /// The usage type without the region's prefix.
    usage_type: String,
    operation: String,
    listing: Listing,
    /// What a unit costs; none where it has tiers.
    rate: Option<Exact>,
    #[serde(rename = "pricing_unit")]
    unit: String,
    /// Its tiers, where it has some.
    #[serde(deserialize_with = "tier_table")]
    tiers: Vec<&'static TierRate>,
    /// What a Compute Savings Plan charges for it, if it covers it.
    compute_plan_rate: Option<Exact>,
    /// Decimals of a quantity that varies; none for one that is always the same.
    decimals: Option<u32>,
    /// The pattern of its resources' ids.
    resource_id: String,
    description: String,
    #[serde(flatten)]
    attributes: Attributes,
}

impl Named for Service {
    fn table() -> &'static Table<Self> {
        &SERVICES
    }

    fn called(&self) -> &str {
        &self.name
    }
}

/// How AWS lists a service; it decides which columns have values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Listing {
    /// At one price.
    OnDemand,
    /// By tiers.
    Tiered,
    /// By tiers, with the source and the destination of the data.
    Transfer,
    /// At the price of the hour, which AWS does not name; most product columns stay blank.
    Spot,
    /// By another vendor, on an invoice of its own.
    Marketplace,
}

impl Measure {
    /// Its entries in the dictionary.
    pub(super) fn sold(&self, dictionary: &mut Dictionary, tiers: &mut TierMeters) -> Sold {
        match self {
            Self::Hours(machine) => Sold {
                product: machine.product(dictionary),
                price: machine.price(dictionary),
                tier: NONE,
                plan_rates: machine.plan_rates(),
            },
            Self::Units(units) => units.sold(dictionary, tiers),
        }
    }

    /// How its resources are named, given an account and a hash.
    pub(super) fn resource_id(&self, account: &str, hash: u64) -> String {
        let (pattern, region) = match self {
            Self::Hours(machine) => (&machine.platform.resource_id, machine.region),
            Self::Units(units) => (&units.service.resource_id, units.region),
        };
        chance::id(pattern, &region.code, account, hash)
    }

    /// Decimals of a quantity that varies; none for one that is always the same.
    pub(super) fn decimals(&self) -> Option<u32> {
        match self {
            Self::Hours(_) => None,
            Self::Units(units) => units.service.decimals,
        }
    }
}

impl RegionalService {
    fn sold(&self, dictionary: &mut Dictionary, tiers: &mut TierMeters) -> Sold {
        let service = self.service;
        let public_rate = match service.listing {
            Listing::OnDemand => service.rate.unwrap_or_default(),
            Listing::Tiered | Listing::Transfer => {
                paid_tiers(&service.tiers).next().map_or(Exact::ZERO, |tier| tier.rate)
            }
            Listing::Spot | Listing::Marketplace => Exact::ZERO,
        };
        let product = self.product(dictionary, public_rate);
        if matches!(service.listing, Listing::Tiered | Listing::Transfer) {
            return tiers.sold(dictionary, product, &service.tiers, &service.unit);
        }
        let plan_rates = (Exact::ZERO, service.compute_plan_rate.unwrap_or_default());
        Sold { product, price: service.price(dictionary, product), tier: NONE, plan_rates }
    }

    fn product(&self, dictionary: &mut Dictionary, public_rate: Exact) -> u32 {
        let (service, region) = (self.service, self.region);
        let is_foreign = service.listing == Listing::Marketplace;
        let prefix = if is_foreign { "" } else { &region.prefix };
        let usage_type = format!("{prefix}{}", service.usage_type);
        // Transfer from instances and from buckets is one meter, so the SKU depends on the usage alone.
        let sku_of = if is_foreign { &service.name } else { &usage_type };
        let sku = chance::sku(chance::mix_text(dictionary.seed, sku_of));
        dictionary.product(format!("{usage_type}/{}", service.operation), |_| {
            let new = NewProduct::new(&service.product_code, &usage_type, &service.operation)
                .with_all(&service.attributes)
                .with("sku", sku);
            let new = match service.listing {
                Listing::OnDemand => located(new, region).with("operation", &service.operation),
                Listing::Tiered | Listing::Marketplace => located(new, region),
                Listing::Transfer => in_region(new, &region.code)
                    .with("from_location", &region.name)
                    .with("from_location_type", "AWS Region")
                    .with("from_region_code", &region.code),
                Listing::Spot => in_region(new, &region.code),
            };
            match service.listing {
                Listing::Spot => new,
                Listing::Marketplace => NewProduct { invoice: Invoice::Marketplace, ..new },
                _ => NewProduct { public_rate, ..new.with("usagetype", usage_type.clone()) },
            }
        })
    }
}

impl Service {
    /// Its one price in the dictionary.
    fn price(&'static self, dictionary: &mut Dictionary, product: u32) -> u32 {
        let (rate, description) = (self.rate.unwrap_or_default(), self.description.clone());
        if self.listing == Listing::OnDemand {
            let sku = dictionary.products[product as usize].sku.clone();
            return dictionary.price(format!("on demand/{sku}"), || on_demand(&sku, rate, &self.unit, description));
        }
        let rate_text = if self.listing == Listing::Spot { String::new() } else { rate.text() };
        dictionary.price(self.name.clone(), || UnitPrice {
            unit: &self.unit,
            description,
            rate,
            rate_text,
            ..UnitPrice::default()
        })
    }
}
