//! Private discounts: the net twins of cost columns, on the reports of some payers.

use rand::Rng;

use super::Draw;
use crate::oracle::month::{Decimal, Line};

impl Draw {
    /// Fills the net columns of every line, or of none; a few lines have no net value.
    pub(super) fn net_columns(&mut self) {
        if !self.chance(25) {
            return;
        }
        let percent = self.rng.random_range(70..=100);
        for number in 0..self.month.lines.len() {
            if !self.chance(4) {
                discount(&mut self.month.lines[number], percent);
            }
        }
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
