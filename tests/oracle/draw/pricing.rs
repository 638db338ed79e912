//! What customers are charged: price plans, their rules, and items of their own.

use rand::Rng;

use super::{Draw, MONTH_SECONDS, MONTH_START};
use crate::oracle::month::{CustomItem, Decimal, ListValue, Moment, PricePlan, PriceRule};

impl Draw {
    /// Price plans of some accounts and groups, in a fifth of the months.
    pub(super) fn pricing(&mut self) {
        self.list_values();
        if !self.chance(20) {
            return;
        }
        let plan = format!("{}plan", self.prefix);
        let group = self.groups.first().cloned();
        let account = self.account();
        let by_account = PricePlan { account_id: Some(account), price_plan: plan.clone(), ..PricePlan::default() };
        let by_group = PricePlan { account_group: group, price_plan: plan.clone(), ..PricePlan::default() };
        for row in [by_account, by_group] {
            let tax = self.one_of(&[None, Some(19), Some(7)]);
            let tax_percentage = tax.map(|tax| Decimal(tax * Decimal::ONE));
            self.month.price_plans.push(PricePlan { tax_percentage, ..row });
        }
        for number in 1..=self.rng.random_range(1..=2) {
            let service_code = self.one_of(&[None, Some("AmazonEC2"), Some("AmazonS3")]);
            let category = self.one_of(&[None, None, Some("on_demand"), Some("tiered")]);
            let basis = self.one_of(&["real_cost", "list_price"]);
            let percentage = Decimal(self.rng.random_range(-200..=300) * Decimal::ONE / 10);
            self.month.price_rules.push(PriceRule {
                price_plan: plan.clone(),
                priority: number,
                rule: format!("{}price{number}", self.prefix),
                service_code: service_code.map(str::to_owned),
                category: category.map(str::to_owned),
                basis: basis.to_owned(),
                percentage: Some(percentage),
                ..PriceRule::default()
            });
        }
        self.custom_item();
    }

    fn custom_item(&mut self) {
        let account_id = self.account();
        let kind = self.one_of(&["flat", "percentage"]);
        let service_code = self.one_of(&[None, Some("AmazonEC2")]);
        self.month.custom_items.push(CustomItem {
            item: format!("{}item", self.prefix),
            account_id,
            service_code: service_code.map(str::to_owned),
            kind: kind.to_owned(),
            value: Decimal(self.rng.random_range(1..=500) * Decimal::ONE / 10),
            currency_code: (kind == "flat").then(|| "USD".to_owned()),
        });
    }

    /// Values at list prices of some months' reservations of EC2, so large that volume discounts begin.
    fn list_values(&mut self) {
        if !self.chance(6) {
            return;
        }
        let mut arns: Vec<String> =
            self.month.lines.iter().filter_map(|line| line.reservation_reservation_a_r_n.clone()).collect();
        arns.retain(|arn| arn.contains(":ec2:") && arn.contains(":reserved-instances/"));
        arns.sort();
        arns.dedup();
        for commitment_arn in arns {
            let list_value = Decimal(self.rng.random_range(1..=30) * 100_000 * Decimal::ONE);
            // Bought at any time in two years, for one year or three; some have ended before the month.
            let bought = MONTH_START + MONTH_SECONDS - self.rng.random_range(1..63_000_000);
            let years = self.one_of(&[1, 1, 3]);
            let until = Moment(bought + years * 365 * 86_400);
            let valid_until = if self.chance(80) { Some(format!("{until}Z")) } else { None };
            let valid_from = format!("{}Z", Moment(bought));
            self.month.list_values.push(ListValue { commitment_arn, list_value, valid_from, valid_until });
        }
    }
}
