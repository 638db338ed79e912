//! What both shapes of a price list say, before anything is believed.

use crate::common::error::{Error, Place};

use super::rules::{Rule, Rules};

/// A price list: which, and of when.
#[derive(Debug, Clone, Default)]
pub(super) struct Offer {
    /// The service, for instance `AmazonS3`.
    pub(super) code: String,
    /// Its version, for instance `20260918174747`.
    pub(super) version: String,
    /// When it was published, as written.
    pub(super) published: String,
}

/// An on-demand price that a rule is for.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// The product.
    pub(super) sku: String,
    /// Its usage type.
    pub(super) usage_type: String,
    /// Its region code; empty where the list has none.
    pub(super) region: String,
    /// The rule.
    pub(super) rule: Rule,
    /// Whether this is what AWS gives over all regions, and not the price of one.
    pub(super) is_allowance: bool,
    /// From when on, as written.
    pub(super) effective: String,
    /// The tiers, in any order.
    pub(super) dimensions: Vec<Dimension>,
}

impl Listed {
    /// A product by (SKU, usage type, region), if a rule is for it; without tiers yet.
    pub(super) fn of(rules: &Rules, service: &str, product: (&str, &str, &str)) -> Option<Self> {
        let (sku, usage_type, region) = product;
        let allowance = rules.find_allowance(service, usage_type);
        let rule = allowance.or_else(|| rules.find(service, usage_type))?;
        Some(Self {
            sku: sku.to_owned(),
            usage_type: usage_type.to_owned(),
            region: region.to_owned(),
            rule: rule.clone(),
            is_allowance: allowance.is_some(),
            effective: String::new(),
            dimensions: Vec::new(),
        })
    }
}

/// A tier as it is written.
#[derive(Debug, Clone)]
pub(super) struct Dimension {
    pub(super) begin: String,
    pub(super) end: String,
    pub(super) unit: String,
    pub(super) rate: String,
    pub(super) currency: String,
    pub(super) spot: Spot,
}

/// Where in a price list something stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The file, with the line of a CSV.
    pub(super) place: Place,
    /// The path in a JSON; empty in a CSV.
    pub(super) path: String,
}

impl Spot {
    /// The error, at this spot.
    pub(super) fn blame(&self, error: Error) -> Error {
        let error = error.at(self.place.clone());
        if self.path.is_empty() { error } else { error.while_doing(format!("reading `{}`", self.path)) }
    }
}

/// What a file gave.
#[derive(Debug, Clone)]
pub(super) struct PriceList {
    /// Which list it is.
    pub(super) offer: Offer,
    /// The prices that a rule is for.
    pub(super) prices: Vec<Listed>,
}

/// A file that is not a price list of a service.
pub(super) fn no_price_list(place: Place, why: &str) -> Error {
    Error::data(format!("`{}` is not a price list: {why}", place.file.display()))
        .at(place)
        .hint("use a service's file as AWS publishes it, index.json or index.csv; Savings Plans have separate lists")
}
