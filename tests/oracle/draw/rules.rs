//! The rules by which some charges are shared, their parts and fixed shares.

use rand::Rng;

use super::Draw;
use crate::oracle::month::{ChargePart, ChargeRule, ChargeShare, Decimal};

/// What a rule matches: line item type, service, usage type, description, billing entity; patterns of `like`.
type Matched = [Option<&'static str>; 5];

const MATCHED: &[Matched] = &[
    [Some("Fee"), Some("AWSSupportBusiness"), None, None, None],
    [Some("Fee"), Some("AWSSupport%"), None, None, None],
    [None, Some("AWSSupport%"), None, None, Some("AWS")],
    [None, None, None, Some("AWS Support%"), None],
    [Some("Fee"), None, None, None, None],
    [Some("Tax"), None, None, None, None],
    [Some("Tax"), None, None, Some("%AmazonEC_"), None],
    [Some("Credit"), None, None, None, None],
    [Some("%Discount"), None, None, None, None],
    [Some("Refund"), Some("Compute%"), None, None, None],
    [None, None, None, None, Some("AWS Marketplace")],
    [None, None, Some("Storage-%"), None, None],
    [None, Some("AmazonKinesis"), None, None, None],
    [Some("Usage"), Some("Amazon%Front"), None, None, None],
];

impl Draw {
    /// Up to two rules; those that name neither type nor service match usage, too. Each names an account, so that it is
    /// no matter to other months.
    pub(super) fn charge_rules(&mut self) {
        for number in 0..self.rng.random_range(0..=2) {
            let [line_item_type, service_code, usage_type, description, billing_entity] =
                self.one_of(MATCHED).map(|pattern| pattern.map(str::to_owned));
            let rule = format!("{}rule{number}", self.prefix);
            let (mut bearers, mut weight, mut weight_of) = self.borne();
            if self.chance(30) {
                self.parts(&rule);
                (bearers, weight, weight_of) = ("parts".to_owned(), None, None);
            }
            self.fixed_shares(&rule);
            let account_id = self.charged_account();
            self.month.charge_rules.push(ChargeRule {
                priority: self.rng.random_range(1..=5),
                rule,
                line_item_type,
                service_code,
                usage_type,
                description,
                billing_entity,
                account_id: Some(account_id),
                bearers,
                weight,
                weight_of,
            });
        }
    }

    /// Mostly an account that has a charge.
    fn charged_account(&mut self) -> String {
        let charged: Vec<String> = self
            .month
            .lines
            .iter()
            .filter(|line| matches!(line.line_item_line_item_type.as_str(), "Fee" | "Tax" | "Credit" | "Refund"))
            .filter(|line| line.reservation_reservation_a_r_n.is_none())
            .filter_map(|line| line.line_item_usage_account_id.clone())
            .collect();
        if charged.is_empty() || self.chance(20) {
            return self.account();
        }
        charged[self.rng.random_range(0..charged.len())].clone()
    }

    /// Who bears something, and by what weight.
    fn borne(&mut self) -> (String, Option<String>, Option<String>) {
        let bearers = self.bearers();
        if bearers == "stays" {
            return (bearers, None, None);
        }
        let weight = self.one_of(&["real_cost", "usage_cost", "equal", "fixed", "support", "support"]);
        let weight_of = match weight {
            "support" => Some(self.one_of(&["business", "business", "developer"])),
            "usage_cost" => self.one_of(&[None, Some("AmazonEC2")]),
            _ => None,
        };
        (bearers, Some(weight.to_owned()), weight_of.map(str::to_owned))
    }

    fn bearers(&mut self) -> String {
        match self.rng.random_range(0..20) {
            0 => "stays".to_owned(),
            1..=5 => {
                let mut listed = vec![self.account(), self.account()];
                listed.sort();
                listed.dedup();
                format!("list:{}", listed.join(";"))
            }
            6..=8 => format!("group:{}", self.group()),
            9 => format!("list:{};group:{}", self.account(), self.group()),
            _ => "all".to_owned(),
        }
    }

    fn group(&mut self) -> String {
        let number = self.rng.random_range(0..self.groups.len());
        self.groups[number].clone()
    }

    /// Two or three parts, a hundred per cent together.
    fn parts(&mut self, rule: &str) {
        let percentages =
            self.one_of(&[&[500_i128, 500] as &[i128], &[300, 700], &[333, 667], &[101, 250, 649], &[1, 999]]);
        for (part, tenths) in (1..).zip(percentages) {
            let (bearers, weight, weight_of) = match self.borne() {
                (bearers, None, _) if self.chance(50) => (bearers, None, None),
                (_, None, _) => ("all".to_owned(), Some("equal".to_owned()), None),
                // Fixed shares are of whole rules here.
                (bearers, Some(weight), _) if weight == "fixed" => (bearers, Some("equal".to_owned()), None),
                borne => borne,
            };
            let percentage = Decimal(tenths * Decimal::ONE / 10);
            let rule = rule.to_owned();
            self.month.charge_parts.push(ChargePart { rule, part, percentage, bearers, weight, weight_of });
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
