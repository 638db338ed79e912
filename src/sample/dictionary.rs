//! The dictionary: every text that lines refer to by number.
//!
//! A line carries small numbers; products, prices, resources, accounts, commitments and time
//! slots are here once. That keeps an hour of a large month in little memory.

use std::collections::BTreeMap;

use super::attributes::{Attribute, Attributes};
use super::chance;
use super::exact::Exact;

/// The number that refers to nothing.
pub(super) const NONE: u32 = u32::MAX;

/// Which invoice a line stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Invoice {
    /// The month's usage.
    Monthly,
    /// Upfront payments, invoiced on the day.
    Purchase,
    /// Money back for an earlier month.
    Refund,
    /// Software of other vendors.
    Marketplace,
}

/// What is sold: usage type, operation, product columns and the public rate.
#[derive(Debug)]
pub(super) struct Product {
    /// Number of the service, for sums by service.
    pub(super) service: u32,
    /// `line_item_product_code`.
    pub(super) code: &'static str,
    /// `line_item_usage_type`.
    pub(super) usage_type: String,
    /// `line_item_operation`.
    pub(super) operation: String,
    /// The normalisation factor times 4; 0 where sizes do not count.
    pub(super) quarters: i128,
    /// The public on-demand rate; of tiered usage the dearest tier's.
    pub(super) public_rate: Exact,
    /// The same with 10 decimals.
    pub(super) public_text: String,
    /// The name of the product, or `""`.
    pub(super) name: String,
    /// The SKU, or `""`.
    pub(super) sku: String,
    /// Whether it is storage in S3, for which there is a private price.
    pub(super) is_storage: bool,
    /// Values of the dictionary's attributes, `""` where absent.
    pub(super) attributes: Vec<String>,
    /// The invoice it is charged on.
    pub(super) invoice: Invoice,
}

/// What a unit of a product costs on a line, and the words that go with it.
#[derive(Debug, Clone, Default)]
pub(super) struct UnitPrice {
    /// `pricing_rate_id`.
    pub(super) rate_id: String,
    /// `pricing_rate_code`.
    pub(super) rate_code: String,
    /// `OnDemand`, `Reserved` or nothing.
    pub(super) term: &'static str,
    /// `1yr` on reserved lines.
    pub(super) lease: &'static str,
    /// `standard` on reserved lines.
    pub(super) class: &'static str,
    /// `No Upfront`, `Partial Upfront`, `All Upfront` on reserved lines.
    pub(super) option: &'static str,
    /// `pricing_unit`.
    pub(super) unit: &'static str,
    /// `line_item_line_item_description`.
    pub(super) description: String,
    /// The unblended rate.
    pub(super) rate: Exact,
    /// The same with 10 decimals, or `""` where AWS names no rate.
    pub(super) rate_text: String,
}

/// Something that is metered: its id, its zone and its tags.
#[derive(Debug)]
pub(super) struct Resource {
    /// `line_item_resource_id`, `""` where AWS names none.
    pub(super) id: String,
    /// `line_item_availability_zone`.
    pub(super) zone: &'static str,
    /// Cost centre, environment, application, team; `""` where untagged.
    pub(super) tags: [&'static str; 4],
}

/// A linked account.
#[derive(Debug)]
pub(super) struct Account {
    /// Twelve digits.
    pub(super) id: String,
    /// Its name in the organisation.
    pub(super) name: String,
    /// Value of the cost category `team`.
    pub(super) team: &'static str,
}

/// The texts of a Reserved Instance or Savings Plan.
#[derive(Debug, Default)]
pub(super) struct Commitment {
    /// True for a Savings Plan.
    pub(super) is_plan: bool,
    /// Its ARN, with the owner in field 5.
    pub(super) arn: String,
    /// Number of the subscription (Reserved Instances).
    pub(super) subscription: String,
    /// Number of reservations.
    pub(super) count: String,
    /// Zone of a zonal reservation, else `""`.
    pub(super) zone: &'static str,
    /// First instant, as AWS writes it.
    pub(super) start: String,
    /// Last instant.
    pub(super) end: String,
    /// `No Upfront` and so on.
    pub(super) option: &'static str,
    /// `ComputeSavingsPlans` or `EC2InstanceSavingsPlans`.
    pub(super) offering: &'static str,
    /// Family of an EC2 Instance Savings Plan.
    pub(super) family: &'static str,
    /// Region name of an EC2 Instance Savings Plan.
    pub(super) region: &'static str,
}

/// A usage interval, in seconds since 1970.
#[derive(Debug)]
pub(super) struct Slot {
    /// Usage start.
    pub(super) start: i64,
    /// Usage end.
    pub(super) end: i64,
    /// `identity_time_interval`.
    pub(super) label: String,
}

/// All texts of a job.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    /// Seed of the job.
    pub(super) seed: u64,
    /// The attributes that products may have.
    pub(super) attributes: &'static [Attribute],
    /// Linked accounts; the first is the payer.
    pub(super) accounts: Vec<Account>,
    /// Products.
    pub(super) products: Vec<Product>,
    /// Prices.
    pub(super) prices: Vec<UnitPrice>,
    /// Resources; the first is none.
    pub(super) resources: Vec<Resource>,
    /// Reserved Instances and Savings Plans.
    pub(super) commitments: Vec<Commitment>,
    /// Intervals of the period at hand: its hours, the whole month, then others.
    pub(super) slots: Vec<Slot>,
    /// Number of the slot that is the whole month.
    pub(super) month_slot: u32,
    /// Invoice ids of the period, by [`Invoice`].
    pub(super) invoices: [String; 4],
    /// Product codes in order of their first use.
    pub(super) services: Vec<&'static str>,
    product_keys: BTreeMap<String, u32>,
    price_keys: BTreeMap<String, u32>,
}

impl Dictionary {
    /// An empty dictionary.
    pub(super) fn new(seed: u64, attributes: &'static [Attribute]) -> Self {
        Self { seed, attributes, ..Self::default() }
    }

    /// The whole month.
    pub(super) fn month(&self) -> &Slot {
        &self.slots[self.month_slot as usize]
    }

    /// The number of the product `key`, described when it is first asked for.
    pub(super) fn product(&mut self, key: String, make: impl FnOnce(u64) -> NewProduct) -> u32 {
        if let Some(&known) = self.product_keys.get(&key) {
            return known;
        }
        let new = make(chance::mix_text(self.seed, &key));
        let service = self.services.iter().position(|code| *code == new.code);
        let service = service.unwrap_or_else(|| {
            self.services.push(new.code);
            self.services.len() - 1
        }) as u32;
        self.products.push(new.into_product(service, self.attributes));
        let number = (self.products.len() - 1) as u32;
        self.product_keys.insert(key, number);
        number
    }

    /// The number of the price `key`, described when it is first asked for.
    pub(super) fn price(&mut self, key: String, make: impl FnOnce() -> UnitPrice) -> u32 {
        if let Some(&known) = self.price_keys.get(&key) {
            return known;
        }
        let mut price = make();
        let hash = chance::mix_text(self.seed, &key);
        price.rate_id = chance::digits(chance::mix(&[hash, 1]), 9);
        self.prices.push(price);
        let number = (self.prices.len() - 1) as u32;
        self.price_keys.insert(key, number);
        number
    }

    /// Adds a resource and gives its number.
    pub(super) fn resource(&mut self, resource: Resource) -> u32 {
        self.resources.push(resource);
        (self.resources.len() - 1) as u32
    }

    /// Adds a commitment and gives its number.
    pub(super) fn commitment(&mut self, commitment: Commitment) -> u32 {
        self.commitments.push(commitment);
        (self.commitments.len() - 1) as u32
    }
}

/// A product being described.
#[derive(Debug)]
pub(super) struct NewProduct {
    /// `line_item_product_code`.
    pub(super) code: &'static str,
    /// `line_item_usage_type`.
    pub(super) usage_type: String,
    /// `line_item_operation`.
    pub(super) operation: String,
    /// The normalisation factor times 4, or 0.
    pub(super) quarters: i128,
    /// The public on-demand rate.
    pub(super) public_rate: Exact,
    /// Attributes by name.
    pub(super) attributes: Vec<(&'static str, String)>,
    /// The invoice it is charged on.
    pub(super) invoice: Invoice,
}

impl NewProduct {
    /// A product of `code` with nothing but its usage type and operation.
    pub(super) fn new(code: &'static str, usage_type: &str, operation: &str) -> Self {
        Self {
            code,
            usage_type: usage_type.to_owned(),
            operation: operation.to_owned(),
            quarters: 0,
            public_rate: Exact::ZERO,
            attributes: Vec::new(),
            invoice: Invoice::Monthly,
        }
    }

    /// Adds an attribute; the last value of a name counts.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// Adds the attributes of a table's row.
    #[must_use]
    pub(super) fn with_all(mut self, attributes: &Attributes) -> Self {
        self.attributes.extend_from_slice(&attributes.0);
        self
    }

    fn into_product(self, service: u32, attributes: &[Attribute]) -> Product {
        Product {
            service,
            code: self.code,
            quarters: self.quarters,
            public_rate: self.public_rate,
            public_text: if self.public_rate == Exact::ZERO { String::new() } else { self.public_rate.text() },
            name: self.value("product_name"),
            sku: self.value("sku"),
            is_storage: !self.value("storage_class").is_empty(),
            attributes: attributes.iter().map(|attribute| self.value(&attribute.name)).collect(),
            invoice: self.invoice,
            usage_type: self.usage_type,
            operation: self.operation,
        }
    }

    /// The value of an attribute, or `""`.
    fn value(&self, name: &str) -> String {
        let found = self.attributes.iter().rev().find(|(known, _)| *known == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    }
}
