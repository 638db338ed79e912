//! Savings Plans: what they cover after the reservations, and their fees and negations.

use std::collections::BTreeMap;

use rand::Rng;

use super::needs::Need;
use super::{Draw, MONTH_START, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// One Savings Plan.
struct Plan {
    arn: String,
    owner: String,
    offering: &'static str,
    family: Option<&'static str>,
    region: Option<&'static str>,
}

/// Rates by offering, usage type and operation: one for everybody.
type Rates = BTreeMap<(&'static str, String, &'static str), Decimal>;

impl Draw {
    /// Draws plans, covers usage with them, and bills their fees.
    pub(super) fn plans(&mut self, needs: &mut [Need]) {
        let mut rates = Rates::new();
        let has_usage = needs.iter().any(|need| need.is_for_plans);
        let count = if has_usage { self.rng.random_range(0..=2) } else { u32::from(self.chance(3)) };
        for _ in 0..count {
            let plan = self.plan(needs);
            for slot in self.slots.clone() {
                self.plan_slot(&plan, slot, needs, &mut rates);
            }
            self.plan_charges(&plan);
        }
    }

    fn plan(&mut self, needs: &[Need]) -> Plan {
        let owner = self.account();
        let number = self.rng.random_range(0..1_000_000);
        let families: Vec<(&str, &str)> = needs.iter().filter_map(|need| Some((need.family?, need.region))).collect();
        let is_of_family = !families.is_empty() && self.chance(50);
        let (family, region) = if is_of_family {
            let (family, region) = self.one_of(&families);
            (Some(family), Some(region))
        } else {
            (None, None)
        };
        Plan {
            arn: format!("arn:aws:savingsplans::{owner}:savingsplan/{number}"),
            owner,
            offering: if is_of_family { "EC2InstanceSavingsPlans" } else { "ComputeSavingsPlans" },
            family,
            region,
        }
    }

    fn plan_slot(&mut self, plan: &Plan, slot: Moment, needs: &mut [Need], rates: &mut Rates) {
        let mut used = Decimal(0);
        let mut numbers: Vec<usize> = (0..needs.len()).collect();
        numbers.retain(|&number| {
            let need = &needs[number];
            need.is_for_plans
                && need.slot == slot
                && (plan.family.is_none() || (need.family == plan.family && Some(need.region) == plan.region))
        });
        numbers.sort_by_key(|&number| needs[number].account != plan.owner);
        for number in numbers {
            // A line of next to nothing has units below the last digit.
            if needs[number].usage.0 < Decimal::ONE / 10_000 || self.chance(35) {
                continue;
            }
            let key = (plan.offering, needs[number].usage_type.clone(), needs[number].operation);
            let price = needs[number].price;
            let share = self.rng.random_range(30..=90);
            let rate = *rates.entry(key).or_insert_with(|| Decimal((price.0 * share / 100).max(1_000_000)));
            let part = if self.chance(40) { 2 } else { 1 };
            let hours = Decimal(needs[number].usage.0 / part);
            needs[number].usage.0 -= hours.0;
            let commitment = times(rate, hours);
            used.0 += commitment.0;
            self.covered_by_plan(plan, &needs[number], hours, rate, commitment);
        }
        if self.chance(92) {
            self.plan_fee(plan, slot, used);
        }
    }

    fn covered_by_plan(&mut self, plan: &Plan, need: &Need, hours: Decimal, rate: Decimal, commitment: Decimal) {
        let mut line = self.usage_line("SavingsPlanCoveredUsage", need, hours);
        line.savings_plan_savings_plan_a_r_n = Some(plan.arn.clone());
        line.savings_plan_savings_plan_effective_cost = Some(commitment);
        line.savings_plan_savings_plan_rate = if self.chance(98) { Some(rate) } else { None };
        line.savings_plan_offering_type = Some(plan.offering.to_owned());
        line.savings_plan_instance_type_family = plan.family.map(str::to_owned);
        let negation = Line {
            line_item_line_item_type: "SavingsPlanNegation".to_owned(),
            identity_line_item_id: line.identity_line_item_id.as_ref().map(|id| format!("{id}n")),
            line_item_unblended_cost: Decimal(-line.line_item_unblended_cost.0),
            savings_plan_savings_plan_effective_cost: None,
            savings_plan_savings_plan_rate: None,
            pricing_public_on_demand_cost: None,
            ..line.clone()
        };
        self.push(line);
        self.push(negation);
    }

    /// The slot's fee: its commitment, of which `used` covered something.
    fn plan_fee(&mut self, plan: &Plan, slot: Moment, used: Decimal) {
        let spare = if self.chance(50) { self.price().0.min(Decimal::ONE * 1000) } else { 0 };
        let total = Decimal(used.0 + spare);
        let total = if self.chance(3) { Decimal(total.0 / 2) } else { total };
        let upfront = Decimal(total.0 * self.rng.random_range(0..=2) / 2);
        let line = self.line("SavingsPlanRecurringFee", &plan.owner, slot);
        let line = of_plan(line, plan);
        self.push(Line {
            line_item_unblended_cost: Decimal(total.0 - upfront.0),
            savings_plan_total_commitment_to_date: Some(total),
            savings_plan_used_commitment: Some(used),
            savings_plan_recurring_commitment_for_billing_period: Some(Decimal(total.0 - upfront.0)),
            savings_plan_amortized_upfront_commitment_for_billing_period: Some(upfront),
            ..line
        });
    }

    /// Upfront payment and refund.
    fn plan_charges(&mut self, plan: &Plan) {
        for (line_item_type, percent, sign) in [("SavingsPlanUpfrontFee", 10, 1), ("Refund", 6, -1)] {
            if self.chance(percent) {
                let line = self.line(line_item_type, &plan.owner, Moment(MONTH_START));
                let cost = Decimal(sign * self.price().0 * 24);
                let line = Line { line_item_unblended_cost: cost, ..of_plan(line, plan) };
                self.push(line);
            }
        }
    }
}

fn of_plan(line: Line, plan: &Plan) -> Line {
    Line {
        line_item_product_code: "ComputeSavingsPlans".to_owned(),
        line_item_usage_type: Some(format!("{}:fee", plan.offering)),
        product_region: plan.region.map(str::to_owned),
        savings_plan_savings_plan_a_r_n: Some(plan.arn.clone()),
        savings_plan_offering_type: Some(plan.offering.to_owned()),
        savings_plan_instance_type_family: plan.family.map(str::to_owned),
        ..line
    }
}
