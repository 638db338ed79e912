//! Private discounts: the net twins of cost columns, and lines that say the same money once more.

use std::collections::BTreeMap;

use rand::Rng;

use super::Draw;
use crate::oracle::month::{Decimal, Line};

impl Draw {
    /// Fills the net columns of a bill, from its first line on, for some payers: mostly so that they sum to what was
    /// billed, since discount lines say what they are less. What is not in the net columns is a discount, too.
    pub(super) fn net_columns(&mut self, first: usize) {
        let percent = match self.rng.random_range(0..100) {
            // CUR 2.0 has the columns always.
            0..8 => 100,
            8..40 => self.rng.random_range(70..100),
            _ => return,
        };
        let is_summing = self.chance(70);
        if is_summing {
            let mut number = 0;
            self.month.lines.retain(|line| {
                number += 1;
                number <= first || !line.is_discount()
            });
        }
        for number in first..self.month.lines.len() {
            if !self.chance(4) && !self.month.lines[number].is_discount() {
                discount(&mut self.month.lines[number], percent);
            }
        }
        if is_summing {
            self.discount_lines(first);
        }
        if self.chance(25) {
            self.discount_outside();
        }
    }

    /// What the net columns are less, by account, as lines; now and then off by a little.
    fn discount_lines(&mut self, first: usize) {
        let mut less: BTreeMap<(Option<String>, String), i128> = BTreeMap::new();
        for line in &self.month.lines[first..] {
            let gross = line.line_item_unblended_cost;
            let net = line.line_item_net_unblended_cost.unwrap_or(gross);
            let key = (line.line_item_usage_account_id.clone(), line.line_item_product_code.clone());
            *less.entry(key).or_default() += net.0 - gross.0;
        }
        for ((account, service), amount) in less {
            if amount == 0 {
                continue;
            }
            let off = if self.chance(2) { self.one_of(&[50_000, -500_000, 200_000_000]) } else { 0 };
            let line_item_type = self.one_of(&["EdpDiscount", "EdpDiscount", "PrivateRateDiscount", "SppDiscount"]);
            let zero = self.one_of(&[None, Some(Decimal(0))]);
            let payer = self.month.payer.clone();
            let line = self.monthly(line_item_type, account.as_ref().unwrap_or(&payer));
            self.push(Line {
                line_item_product_code: service,
                line_item_usage_account_id: account,
                line_item_unblended_cost: Decimal(amount + off),
                line_item_net_unblended_cost: zero,
                ..line
            });
        }
    }

    /// A discount that no other line's net columns have: as a net value of its own, or nowhere.
    fn discount_outside(&mut self) {
        let account = self.account();
        let line_item_type = self.one_of(&["BundledDiscount", "Discount"]);
        let cost = Decimal(-self.price().0 * self.rng.random_range(1..=50));
        let net = if self.chance(70) { Some(cost) } else { None };
        let line = self.monthly(line_item_type, &account);
        self.push(Line {
            line_item_product_code: "AmazonCloudFront".to_owned(),
            line_item_unblended_cost: cost,
            line_item_net_unblended_cost: net,
            ..line
        });
    }
}

fn discount(line: &mut Line, percent: i128) {
    let net = |gross: Decimal| Decimal(gross.0 * percent / 100);
    line.line_item_net_unblended_cost = Some(net(line.line_item_unblended_cost));
    line.reservation_net_effective_cost = line.reservation_effective_cost.map(net);
    line.reservation_net_unused_amortized_upfront_fee_for_billing_period =
        line.reservation_unused_amortized_upfront_fee_for_billing_period.map(net);
    line.reservation_net_unused_recurring_fee = line.reservation_unused_recurring_fee.map(net);
    line.reservation_net_amortized_upfront_fee_for_billing_period =
        line.reservation_amortized_upfront_fee_for_billing_period.map(net);
    line.savings_plan_net_savings_plan_effective_cost = line.savings_plan_savings_plan_effective_cost.map(net);
    line.savings_plan_net_recurring_commitment_for_billing_period =
        line.savings_plan_recurring_commitment_for_billing_period.map(net);
    line.savings_plan_net_amortized_upfront_commitment_for_billing_period =
        line.savings_plan_amortized_upfront_commitment_for_billing_period.map(net);
}
