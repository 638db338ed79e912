//! What happens to an hour's lines before they are written: blended costs, discounts, sums.

use super::dictionary::{Dictionary, Invoice, NONE, Product};
use super::exact::Exact;
use super::line::{LineItem, LineType};

/// What an enterprise agreement leaves of a price, in percent.
pub(super) const NET_PERCENT: i128 = 97;
/// What the private price of S3 storage takes off, in percent.
pub(super) const PRIVATE_PERCENT: i128 = 5;
/// Room for services in the sums.
const SERVICES: usize = 32;

/// A cost after the enterprise discount.
pub(super) fn net(cost: Exact) -> Exact {
    cost - cost.percent(100 - NET_PERCENT)
}

/// Costs of an account and service in the period.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    /// Unblended cost of AWS itself.
    pub(super) cost: Exact,
    /// Enterprise discount, a positive amount.
    pub(super) enterprise: Exact,
    /// Private price discount, a positive amount.
    pub(super) private: Exact,
}

/// Running sums of a period, and scratch space for blending.
#[derive(Debug)]
pub(super) struct Tally {
    sums: Vec<Sum>,
    groups: Vec<UsageGroup>,
}

/// An hour's usage of a product over all accounts.
#[derive(Debug, Clone, Copy)]
struct UsageGroup {
    usage: Exact,
    cost: Exact,
    price: u32,
    is_mixed: bool,
    passed: Exact,
    given: Exact,
}

const EMPTY: UsageGroup = UsageGroup {
    usage: Exact::ZERO,
    cost: Exact::ZERO,
    price: NONE,
    is_mixed: false,
    passed: Exact::ZERO,
    given: Exact::ZERO,
};

impl Tally {
    /// Nothing yet, for so many accounts.
    pub(super) fn new(accounts: usize) -> Self {
        Self { sums: vec![Sum::default(); accounts * SERVICES], groups: Vec::new() }
    }

    /// The sums of an account and service.
    pub(super) fn sum(&self, account: usize, service: usize) -> Sum {
        self.sums.get(account * SERVICES + service).copied().unwrap_or_default()
    }

    /// The cost of all accounts and services.
    pub(super) fn total(&self) -> Exact {
        self.sums.iter().fold(Exact::ZERO, |total, sum| total + sum.cost)
    }

    /// Blends an hour's lines, applies discounts to them and adds them up.
    pub(super) fn take(&mut self, dictionary: &Dictionary, lines: &mut [LineItem]) {
        self.groups.clear();
        self.groups.resize(dictionary.products.len(), EMPTY);
        for line in lines.iter().filter(|line| line.kind.is_blended()) {
            let group = &mut self.groups[line.product as usize];
            group.usage += line.usage;
            group.cost += line.unblended;
            group.is_mixed |= group.price != NONE && group.price != line.price;
            group.price = line.price;
        }
        for line in lines {
            let product = &dictionary.products[line.product as usize];
            line.blended = line.unblended;
            line.blended_rate = dictionary.prices[line.price as usize].rate;
            if line.kind == LineType::DiscountedUsage {
                line.blended_rate = Exact::ZERO;
            }
            let group = &mut self.groups[line.product as usize];
            if line.kind.is_blended() && group.is_mixed {
                group.blend(line);
            }
            self.add(line, product);
        }
    }

    fn add(&mut self, line: &mut LineItem, product: &Product) {
        let is_special =
            matches!(line.kind, LineType::RiFee | LineType::SavingsPlanNegation | LineType::SavingsPlanRecurringFee);
        let is_discounted = line.kind.is_discounted()
            && line.invoice != Invoice::Marketplace
            && !(line.kind == LineType::Fee && line.commitment == NONE);
        let mut private = Exact::ZERO;
        if !is_special {
            line.net = if is_discounted { net(line.unblended) } else { line.unblended };
            if product.is_storage && line.kind == LineType::Usage {
                private = line.unblended.percent(PRIVATE_PERCENT);
                line.net -= private;
            }
        }
        if matches!(line.kind, LineType::EdpDiscount | LineType::PrivateRateDiscount) {
            line.net = Exact::ZERO;
        }
        if !is_discounted {
            return;
        }
        let at = line.account as usize * SERVICES + product.service as usize;
        if let Some(sum) = self.sums.get_mut(at) {
            sum.cost += line.unblended;
            sum.private += private;
            sum.enterprise += line.unblended - line.net - private;
        }
    }
}

impl UsageGroup {
    /// Gives a line its part of the group's cost, by usage; the parts sum to the cost.
    fn blend(&mut self, line: &mut LineItem) {
        self.passed += line.usage;
        let given = self.cost.of(self.passed.0, self.usage.0.max(1));
        line.blended = given - self.given;
        line.blended_rate = Exact::ONE.of(self.cost.0, self.usage.0.max(1));
        self.given = given;
    }
}
