//! Charges that are no usage: support, taxes, credits, contracts, discounts, refunds.

use rand::Rng;

use super::Draw;
use crate::oracle::month::{Decimal, Line};

/// Line item type, service, sign, and AWS's words, if any; a type that no seed knows passes as a fee.
const CHARGES: &[(&str, &str, i128, Option<&str>)] = &[
    ("Fee", "AWSSupportBusiness", 1, Some("AWS Support (Business)")),
    ("Fee", "AWSSupportBusiness", 1, Some("10.0% of monthly AWS usage for the first 10K")),
    ("Fee", "AWSSupportBusiness", 1, None),
    ("Fee", "AWSSupportEnterprise", 1, Some("AWS Support (Enterprise)")),
    ("Fee", "AmazonRegistrar", 1, Some("Registration of a domain")),
    ("Tax", "AmazonEC2", 1, Some("Tax for product code AmazonEC2")),
    ("Tax", "AmazonS3", 1, None),
    ("Credit", "AmazonEC2", -1, Some("Migration credit")),
    ("Credit", "AmazonCloudFront", -1, Some("CloudFront Security Savings Bundle")),
    ("Refund", "AmazonS3", -1, Some("Goodwill")),
    ("Refund", "ComputeSavingsPlans", -1, Some("Enterprise discount program refund")),
    ("Refund", "ComputeSavingsPlans", -1, None),
    ("BundledDiscount", "AmazonCloudFront", -1, None),
    ("Discount", "AmazonEC2", -1, None),
    ("EdpDiscount", "AmazonEC2", -1, Some("Enterprise discount")),
    ("PrivateRateDiscount", "AmazonS3", -1, None),
    ("SppDiscount", "AmazonEC2", -1, None),
    ("FlatRateSubscription", "AmazonCloudFront", 1, Some("Flat-rate plan")),
    ("NewKindOfCharge", "AmazonEC2", 1, None),
];

impl Draw {
    /// Some charges, of any account.
    pub(super) fn charges(&mut self) {
        for _ in 0..self.rng.random_range(0..=6) {
            let (line_item_type, service, sign, words) = self.one_of(CHARGES);
            let account = self.account();
            let line = self.monthly(line_item_type, &account);
            let cost = Decimal(sign * self.price().0 * self.rng.random_range(1..=1000));
            let is_account_missing = self.chance(3);
            self.push(Line {
                line_item_product_code: service.to_owned(),
                line_item_line_item_description: words.map(str::to_owned),
                line_item_usage_account_id: (!is_account_missing).then_some(account),
                line_item_unblended_cost: cost,
                ..line
            });
        }
        if self.chance(20) {
            self.marketplace();
        }
        if self.chance(10) {
            self.discounts_of_commitments();
        }
    }

    /// A contract that weighs more than all usage, or some usage, of another seller.
    fn marketplace(&mut self) {
        let account = self.account();
        let line_item_type = self.one_of(&["Fee", "Fee", "Usage"]);
        let line = self.monthly(line_item_type, &account);
        let cost = Decimal(self.price().0 * self.rng.random_range(1..=100_000));
        self.push(Line {
            bill_billing_entity: Some("AWS Marketplace".to_owned()),
            bill_bill_type: Some("Purchase".to_owned()),
            line_item_product_code: "7r3x4mpl3c0ntr4ct".to_owned(),
            line_item_usage_type: Some("Contract".to_owned()),
            line_item_line_item_description: Some("AWS Marketplace contract".to_owned()),
            line_item_unblended_cost: cost,
            ..line
        });
    }

    /// Discounts that bear the ARN of a commitment, so that its owner carries them.
    fn discounts_of_commitments(&mut self) {
        let currency = Some(self.currency.clone());
        let fees: Vec<Line> = self
            .month
            .lines
            .iter()
            .filter(|line| line.line_item_currency_code == currency)
            .filter(|line| matches!(line.line_item_line_item_type.as_str(), "RIFee" | "SavingsPlanRecurringFee"))
            .cloned()
            .collect();
        if fees.is_empty() {
            return;
        }
        let fee = &fees[self.rng.random_range(0..fees.len())];
        let is_reservation = fee.reservation_reservation_a_r_n.is_some();
        let kinds: &[&str] = if is_reservation { &["RiVolumeDiscount", "EdpDiscount"] } else { &["EdpDiscount"] };
        let line_item_type = self.one_of(kinds);
        let account = fee.line_item_usage_account_id.clone().unwrap_or_default();
        let line = self.monthly(line_item_type, &account);
        self.push(Line {
            line_item_product_code: fee.line_item_product_code.clone(),
            line_item_usage_type: fee.line_item_usage_type.clone(),
            line_item_operation: fee.line_item_operation.clone(),
            line_item_unblended_cost: Decimal(-fee.line_item_unblended_cost.0 / 20),
            product_region: fee.product_region.clone(),
            reservation_reservation_a_r_n: fee.reservation_reservation_a_r_n.clone(),
            savings_plan_savings_plan_a_r_n: fee.savings_plan_savings_plan_a_r_n.clone(),
            savings_plan_offering_type: fee.savings_plan_offering_type.clone(),
            savings_plan_instance_type_family: fee.savings_plan_instance_type_family.clone(),
            savings_plan_region: fee.savings_plan_region.clone(),
            ..line
        });
    }
}
