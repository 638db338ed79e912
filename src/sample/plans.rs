//! Savings Plans: what was bought, when, for how much an hour.

use super::catalog::{in_region, plan_key};
use super::chance;
use super::commitments::Deal;
use super::dictionary::{Commitment, Dictionary, NewProduct, UnitPrice};
use super::estate::Estate;
use super::exact::Exact;
use super::frame::{JobSpan, instant};
use super::roles::{Payment, PlanPurchase};

/// A Savings Plan.
#[derive(Debug)]
pub(super) struct Plan {
    /// Its texts in the dictionary.
    pub(super) commitment: u32,
    /// Account that bought it.
    pub(super) owner: u32,
    /// Pool it covers.
    pub(super) pool: u32,
    /// Whether it covers one family only.
    pub(super) of_family: bool,
    /// Product of its fee lines.
    pub(super) product: u32,
    /// Price of its fee lines.
    pub(super) fee: u32,
    /// Commitment of an hour.
    pub(super) hourly: Exact,
    /// The part of it that was paid upfront.
    pub(super) upfront: Exact,
    /// First second.
    pub(super) start: i64,
    /// Last second.
    pub(super) end: i64,
    /// Commitment that lines used, this period.
    pub(super) used: Exact,
    /// Commitment that is left in this hour.
    pub(super) left: Exact,
}

impl Plan {
    /// Whether it counts in the hour that begins at `start`: from the hour of its purchase, and
    /// for whole hours only.
    pub(super) fn counts(&self, start: i64) -> bool {
        self.start < start + 3600 && self.end >= start + 3599
    }
}

/// Buys the Savings Plans of all accounts. EC2 Instance Savings Plans come first: AWS applies
/// them before Compute Savings Plans.
pub(super) fn plans(dictionary: &mut Dictionary, estate: &Estate, span: JobSpan) -> Vec<Plan> {
    let mut all = Vec::new();
    for of_family in [true, false] {
        for (account, &role) in estate.roles.iter().enumerate().filter(|(account, _)| estate.buys_plans(*account)) {
            let own = estate.tables.savings_plans.iter().filter(|purchase| purchase.role == role);
            for purchase in own.filter(|purchase| purchase.family().is_some() == of_family) {
                let hash = chance::mix(&[dictionary.seed, 12, account as u64, all.len() as u64]);
                let deal = Deal::new(account, hash, purchase.bought, span);
                all.push(subscribe(dictionary, estate, purchase, deal));
            }
        }
    }
    all
}

fn subscribe(dictionary: &mut Dictionary, estate: &Estate, purchase: &'static PlanPurchase, deal: Deal) -> Plan {
    let scale = i128::from(estate.thousandths.max(200));
    let hourly = purchase.hourly.of(scale, 1000).rounded(2);
    let upfront = hourly.percent(match purchase.payment {
        Payment::No => 0,
        Payment::Partial => 50,
        Payment::All => 100,
    });
    let (product, fee) = priced(dictionary, purchase, deal.account, hourly - upfront);
    let owner = &dictionary.accounts[deal.account].id;
    let commitment = Commitment {
        is_plan: true,
        arn: format!("arn:aws:savingsplans::{owner}:savingsplan/{}", chance::uuid(deal.hash)),
        start: instant(deal.start),
        end: instant(deal.end),
        option: purchase.payment.name(),
        offering: if purchase.family().is_some() { "EC2InstanceSavingsPlans" } else { "ComputeSavingsPlans" },
        family: purchase.family().map_or("", |(family, _)| &family.name),
        region: purchase.family().map_or("", |(_, region)| &region.name),
        ..Commitment::default()
    };
    Plan {
        commitment: dictionary.commitment(commitment),
        owner: deal.account as u32,
        pool: purchase.family().map_or(estate.compute, |(family, region)| estate.pool(&plan_key(region, family))),
        of_family: purchase.family().is_some(),
        product,
        fee,
        hourly,
        upfront,
        start: deal.start,
        end: deal.end,
        used: Exact::ZERO,
        left: Exact::ZERO,
    }
}

/// The product and the price of a plan's fee lines.
fn priced(dictionary: &mut Dictionary, purchase: &PlanPurchase, account: usize, recurring: Exact) -> (u32, u32) {
    let option = purchase.payment.name();
    let short = option.replace(' ', "");
    let (usage_type, region, words) = match purchase.family() {
        Some((family, region)) => (
            format!("EC2SP:{}.1yr{short}", family.name),
            region.code.as_str(),
            format!("1 year {option} {} EC2 Instance Savings Plan in {}", family.name, region.code),
        ),
        None => (format!("ComputeSP:1yr{short}"), "", format!("1 year {option} Compute Savings Plan")),
    };
    let product = dictionary.product(usage_type.clone(), |hash| {
        let new = NewProduct::new("ComputeSavingsPlans", &usage_type, "")
            .with("product_name", "Savings Plans for AWS Compute usage")
            .with("sku", chance::sku(hash));
        in_region(new, region)
    });
    let fee = dictionary.price(format!("plan fee/{account}/{usage_type}"), || UnitPrice {
        unit: "Hrs",
        description: words,
        rate: recurring,
        rate_text: recurring.text(),
        ..UnitPrice::default()
    });
    (product, fee)
}
