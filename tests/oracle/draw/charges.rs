//! Charges that are no usage, and the rules by which some of them are shared.

use rand::Rng;

use super::Draw;
use crate::oracle::month::{ChargeRule, ChargeShare, Decimal, Line};

/// Line item type, service, and sign; a type that no seed knows passes as a fee.
const CHARGES: &[(&str, &str, i128)] = &[
    ("Fee", "AWSSupportBusiness", 1),
    ("Fee", "AWSSupportBusiness", 1),
    ("Fee", "AmazonRegistrar", 1),
    ("Tax", "AmazonEC2", 1),
    ("Tax", "AmazonS3", 1),
    ("Credit", "AmazonEC2", -1),
    ("Refund", "AmazonS3", -1),
    ("BundledDiscount", "AmazonCloudFront", -1),
    ("Discount", "AmazonEC2", -1),
    ("EdpDiscount", "AmazonEC2", -1),
    ("PrivateRateDiscount", "AmazonS3", -1),
    ("SppDiscount", "AmazonEC2", -1),
    ("NewKindOfCharge", "AmazonEC2", 1),
];

impl Draw {
    /// Some charges, of any account.
    pub(super) fn charges(&mut self) {
        for _ in 0..self.rng.random_range(0..=5) {
            let (line_item_type, service, sign) = self.one_of(CHARGES);
            let account = self.account();
            let line = self.monthly(line_item_type, &account);
            let cost = Decimal(sign * self.price().0 * self.rng.random_range(1..=1000));
            let is_account_missing = self.chance(3);
            self.push(Line {
                line_item_product_code: service.to_owned(),
                line_item_usage_account_id: (!is_account_missing).then_some(account),
                line_item_unblended_cost: cost,
                ..line
            });
        }
    }

    /// Up to two rules; those that name neither type nor service match usage, too.
    pub(super) fn charge_rules(&mut self) {
        for number in 0..self.rng.random_range(0..=2) {
            let (line_item_type, service_code) = self.one_of(&[
                (Some("Fee"), Some("AWSSupportBusiness")),
                (Some("Fee"), Some("AWSSupportBusiness")),
                (Some("Fee"), None),
                (Some("Tax"), None),
                (Some("Credit"), None),
                (None, Some("AmazonKinesis")),
                (Some("Usage"), Some("AmazonCloudFront")),
            ]);
            let rule = format!("{}rule{number}", self.prefix);
            let weight = self.one_of(&["real_cost", "usage_cost", "equal", "fixed", "support"]);
            let bearers = self.bearers();
            let weight_of = match weight {
                "support" => Some("business"),
                "usage_cost" => self.one_of(&[None, Some("AmazonEC2")]),
                _ => None,
            };
            if weight == "fixed" {
                self.fixed_shares(&rule);
            }
            let account_id = self.account();
            let priority = self.rng.random_range(1..=5);
            self.month.charge_rules.push(ChargeRule {
                priority,
                rule,
                line_item_type: line_item_type.map(str::to_owned),
                service_code: service_code.map(str::to_owned),
                usage_type: None,
                account_id: Some(account_id),
                weight: (bearers != "stays").then(|| weight.to_owned()),
                weight_of: weight_of.filter(|_| bearers != "stays").map(str::to_owned),
                bearers,
            });
        }
    }

    fn bearers(&mut self) -> String {
        match self.rng.random_range(0..10) {
            0 => "stays".to_owned(),
            1..=3 => {
                let mut listed = vec![self.account(), self.account()];
                listed.sort();
                listed.dedup();
                format!("list:{}", listed.join(";"))
            }
            _ => "all".to_owned(),
        }
    }

    fn fixed_shares(&mut self, rule: &str) {
        for account_id in self.accounts.clone() {
            if self.chance(60) {
                let weight = Decimal(self.rng.random_range(0..=3) * Decimal::ONE);
                self.month.charge_shares.push(ChargeShare { rule: rule.to_owned(), account_id, weight });
            }
        }
    }
}
