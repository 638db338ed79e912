//! Tiered prices: the organisation's sum decides the tier, in the order in which usage is metered.

use serde::Deserialize;

use super::catalog::on_demand;
use super::dictionary::{Dictionary, NONE, UnitPrice};
use super::exact::Exact;
use super::services::Service;
use super::sold::Sold;

/// The reach of the last tier.
const ENDLESS: Exact = Exact::whole(i128::MAX / 1_000_000_000_000);

/// A tier of a tier table, or a quantity that is free before them.
#[derive(Debug, Deserialize)]
pub(super) struct TierRate {
    /// The tier table.
    pub(super) tiers: String,
    /// Up to how many units of a month it applies; the last tier has no end.
    up_to: Option<i128>,
    /// What a unit costs; 0 where it is free.
    pub(super) rate: Exact,
    /// Its description on the bill.
    pub(super) description: String,
}

impl TierRate {
    /// Up to which quantity of a month it applies.
    pub(super) fn reach(&self) -> Exact {
        self.up_to.map_or(ENDLESS, Exact::whole)
    }

    /// Whether it is a free quantity.
    pub(super) fn is_free(&self) -> bool {
        self.rate == Exact::ZERO
    }
}

/// A free quantity that several meters draw on, and how much of it the month has used.
#[derive(Debug)]
struct Free {
    tier: &'static TierRate,
    used: Exact,
}

/// The tiers of an SKU and how far the month has come in them.
#[derive(Debug)]
struct TierMeter {
    sku: String,
    /// Number of the free quantity, and its price.
    free: Option<(usize, u32)>,
    /// The reach of each tier, and its price.
    steps: Vec<(Exact, u32)>,
    used: Exact,
}

/// A part of a metered quantity, at one price.
pub(super) type PricedQuantity = (u32, Exact);

/// The meters of all that is sold by tiers.
#[derive(Debug, Default)]
pub(super) struct TierMeters {
    free: Vec<Free>,
    meters: Vec<TierMeter>,
}

impl TierMeters {
    /// Begins a month.
    pub(super) fn restart(&mut self) {
        self.free.iter_mut().for_each(|free| free.used = Exact::ZERO);
        self.meters.iter_mut().for_each(|meter| meter.used = Exact::ZERO);
    }

    /// Splits a quantity metered now: free first, then tier by tier.
    pub(super) fn split(&mut self, meter: u32, quantity: Exact, pieces: &mut Vec<PricedQuantity>) {
        pieces.clear();
        let Some(meter) = self.meters.get_mut(meter as usize) else { return };
        let mut left = quantity;
        if let Some((free, price)) = meter.free {
            let free = &mut self.free[free];
            let part = left.min(free.tier.reach() - free.used);
            if part > Exact::ZERO {
                free.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
        for &(reach, price) in &meter.steps {
            let part = left.min(reach - meter.used);
            if part > Exact::ZERO {
                meter.used += part;
                left -= part;
                pieces.push((price, part));
            }
        }
    }

    /// How a service is sold; its meter is made when the product's SKU is first asked for.
    pub(super) fn sold(&mut self, dictionary: &mut Dictionary, product: u32, service: &'static Service) -> Sold {
        let sku = dictionary.products[product as usize].sku.clone();
        let known = self.meters.iter().position(|meter| meter.sku == sku);
        let number = known.unwrap_or_else(|| {
            let meter = self.meter(dictionary, sku, service);
            self.meters.push(meter);
            self.meters.len() - 1
        });
        let price = self.meters[number].steps.first().map_or(NONE, |(_, price)| *price);
        Sold { product, price, tier: number as u32, plan_rates: (Exact::ZERO, Exact::ZERO) }
    }

    fn meter(&mut self, dictionary: &mut Dictionary, sku: String, service: &'static Service) -> TierMeter {
        let free = service.tiers.iter().find(|tier| tier.is_free()).map(|tier| {
            let (description, rate_text) = (tier.description.clone(), Exact::ZERO.text());
            let price = UnitPrice { description, rate_text, ..UnitPrice::default() };
            (self.free(tier), dictionary.price(format!("free/{sku}"), || price))
        });
        let mut steps = Vec::new();
        for tier in service.paid_tiers() {
            let price = dictionary.price(format!("{}/{sku}", tier.rate.short(0)), || {
                on_demand(&sku, tier.rate, &service.unit, tier.description.clone())
            });
            steps.push((tier.reach(), price));
        }
        TierMeter { sku, free, steps, used: Exact::ZERO }
    }

    /// The number of a free quantity.
    fn free(&mut self, tier: &'static TierRate) -> usize {
        let known = self.free.iter().position(|free| std::ptr::eq(free.tier, tier));
        known.unwrap_or_else(|| {
            self.free.push(Free { tier, used: Exact::ZERO });
            self.free.len() - 1
        })
    }
}
