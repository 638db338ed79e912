//! Savings Plans: what they cover after the reservations, those of one family first, and their fees and negations.

use std::collections::BTreeMap;

use rand::Rng;

use super::catalog::{COMPUTE, EC2_INSTANCE, OFFERINGS, SAGEMAKER, covers, sold_as};
use super::needs::Need;
use super::owners::Buyer;
use super::{Draw, MONTH_END, MONTH_START, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// One Savings Plan.
struct Plan {
    arn: String,
    buyer: Buyer,
    offering: &'static str,
    family: Option<&'static str>,
    region: Option<&'static str>,
    /// Commitment of a slot.
    commitment: Decimal,
    upfront_halves: i128,
    /// Added to the offering's rates, in per cent: plans of another term have others.
    dearer: i128,
    /// Whether the rows name region and family in the columns of the plan, as newer reports do.
    has_region: bool,
}

/// Rates by offering, usage type and operation: one for everybody.
type Rates = BTreeMap<(&'static str, String, &'static str), Decimal>;

impl Plan {
    fn fits(&self, need: &Need) -> bool {
        let is_of_family = self.family.is_none() || (need.family == self.family && Some(need.region) == self.region);
        covers(self.offering, need.service) && is_of_family
    }
}

impl Draw {
    /// Draws plans, covers usage with them, and bills their fees.
    pub(super) fn plans(&mut self, needs: &mut [Need]) {
        let mut rates = self.rates(needs);
        let offerings: Vec<&str> =
            OFFERINGS.into_iter().filter(|offering| needs.iter().any(|need| is_for(offering, need))).collect();
        let count = if offerings.is_empty() { u32::from(self.chance(3)) } else { self.rng.random_range(0..=3) };
        let mut plans = Vec::new();
        for _ in 0..count {
            let offering = if offerings.is_empty() { COMPUTE } else { self.one_of(&offerings) };
            let plan = self.plan(offering, needs, &rates);
            plans.push(plan);
        }
        plans.sort_by_key(|plan| plan.offering != EC2_INSTANCE);
        for slot in self.slots.clone() {
            self.plans_in_slot(&plans, slot, needs, &mut rates);
        }
        for plan in &plans {
            self.upfront_plan_fee(plan);
        }
        self.returned_plan();
    }

    /// What an hour of each kind costs under each offering; nothing now and then.
    fn rates(&mut self, needs: &[Need]) -> Rates {
        let mut rates = Rates::new();
        for need in needs {
            for offering in OFFERINGS {
                let share = self.rng.random_range(30..=90);
                let rate = if self.chance(3) { 0 } else { (need.price.0 * share / 100).max(1_000_000) };
                if is_for(offering, need) {
                    let key = (offering, need.usage_type.clone(), need.operation);
                    rates.entry(key).or_insert(Decimal(rate));
                }
            }
        }
        rates
    }

    fn plan(&mut self, offering: &'static str, needs: &[Need], rates: &Rates) -> Plan {
        let buyer = self.buyer();
        let arn = self.bought(&buyer, "savingsplans", "", "savingsplan/");
        let families: Vec<(&str, &str)> = needs.iter().filter_map(|need| Some((need.family?, need.region))).collect();
        let (family, region) = match offering {
            EC2_INSTANCE if !families.is_empty() => Some(self.one_of(&families)).unzip(),
            _ => (None, None),
        };
        let mut plan = Plan {
            arn,
            buyer,
            offering,
            family,
            region,
            commitment: Decimal(0),
            upfront_halves: self.rng.random_range(0..=2),
            dearer: if self.chance(10) { self.rng.random_range(1..20) } else { 0 },
            has_region: self.chance(60),
        };
        plan.commitment = self.commitment(&plan, needs, rates);
        plan
    }

    /// A commitment that would cover some of what the owner, or everybody, uses in an average slot.
    fn commitment(&mut self, plan: &Plan, needs: &[Need], rates: &Rates) -> Decimal {
        let is_for_owner = self.chance(50);
        let mut wanted = 0;
        for need in needs.iter().filter(|need| plan.fits(need)) {
            if !is_for_owner || need.account == plan.buyer.arn_account {
                let key = (plan.offering, need.usage_type.clone(), need.operation);
                wanted += times(rates.get(&key).copied().unwrap_or_default(), need.drawn).0;
            }
        }
        let average = wanted / i128::try_from(self.slots.len()).unwrap_or(1);
        let percent = self.one_of(&[10, 50, 80, 100, 100, 130, 200]);
        let spare = if average == 0 || self.chance(15) { self.price().0 } else { 0 };
        Decimal(average * percent / 100 + spare.min(Decimal::ONE * 1000))
    }

    /// What plans cover in a slot: mostly their owners' usage first, then anybody's.
    fn plans_in_slot(&mut self, plans: &[Plan], slot: Moment, needs: &mut [Need], rates: &mut Rates) {
        let is_owner_first = self.chance(75);
        let mut used: Vec<Decimal> = vec![Decimal(0); plans.len()];
        for offering in OFFERINGS {
            for is_own in [true, false] {
                for (plan, used) in plans.iter().zip(&mut used).filter(|(plan, _)| plan.offering == offering) {
                    for need in needs.iter_mut().filter(|need| need.slot == slot && plan.fits(need)) {
                        let is_turn = !is_owner_first || is_own == (need.account == plan.buyer.arn_account);
                        if is_turn && !self.chance(10) {
                            used.0 += self.cover_by_plan(plan, need, plan.commitment.0 - used.0, rates);
                        }
                    }
                }
            }
        }
        for (plan, used) in plans.iter().zip(used) {
            self.plan_fee(plan, slot, used);
        }
    }

    /// Covers usage with at most so much commitment, and says how much it took.
    fn cover_by_plan(&mut self, plan: &Plan, need: &mut Need, left: i128, rates: &Rates) -> i128 {
        let key = (plan.offering, need.usage_type.clone(), need.operation);
        let rate = rates.get(&key).map_or(0, |rate| rate.0 * (100 + plan.dearer) / 100);
        let most = if rate == 0 { need.usage.0 } else { left.max(0) * Decimal::ONE / rate };
        let hours = Decimal(need.usage.0.min(most));
        // A line of next to nothing has units below the last digit.
        if hours.0 <= 0 || (hours.0 < Decimal::ONE / 10_000 && self.chance(85)) {
            return 0;
        }
        need.usage.0 -= hours.0;
        let commitment = times(Decimal(rate), hours);
        let mut line = self.usage_line("SavingsPlanCoveredUsage", need, hours);
        line.savings_plan_savings_plan_a_r_n = Some(plan.arn.clone());
        line.savings_plan_savings_plan_effective_cost = Some(commitment);
        line.savings_plan_offering_type = Some(plan.offering.to_owned());
        line.savings_plan_instance_type_family = plan.family.filter(|_| plan.has_region).map(str::to_owned);
        line.savings_plan_region = plan.region.filter(|_| plan.has_region).map(str::to_owned);
        let negation = Line {
            line_item_line_item_type: "SavingsPlanNegation".to_owned(),
            identity_line_item_id: line.identity_line_item_id.as_ref().map(|id| format!("{id}n")),
            line_item_unblended_cost: Decimal(-line.line_item_unblended_cost.0),
            savings_plan_savings_plan_effective_cost: None,
            ..line.clone()
        };
        self.push(line);
        self.push(negation);
        commitment.0
    }

    /// The slot's fee: its commitment, of which `used` covered something; sometimes the row is missing, or says less.
    fn plan_fee(&mut self, plan: &Plan, slot: Moment, used: Decimal) {
        if plan.buyer.is_unbilled || self.chance(7) {
            return;
        }
        let total = if self.chance(2) { Decimal(plan.commitment.0 / 2) } else { plan.commitment };
        let upfront = Decimal(total.0 * plan.upfront_halves / 2);
        let line = self.line("SavingsPlanRecurringFee", &plan.buyer.fee_account, slot);
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

    /// Upfront payment, with a refund by ARN in a few months.
    fn upfront_plan_fee(&mut self, plan: &Plan) {
        if plan.buyer.is_unbilled || !self.chance(if plan.upfront_halves > 0 { 25 } else { 4 }) {
            return;
        }
        let line = self.line("SavingsPlanUpfrontFee", &plan.buyer.fee_account, Moment(MONTH_START));
        let cost = plan.commitment.0 * 24 * plan.upfront_halves.max(1);
        let fee = Line { line_item_unblended_cost: Decimal(cost), ..of_plan(line, plan) };
        if self.chance(10) {
            let refund = self.monthly("Refund", &plan.buyer.fee_account);
            let cost = Decimal(-fee.line_item_unblended_cost.0);
            self.push(Line { line_item_unblended_cost: cost, ..of_plan(refund, plan) });
        }
        self.push(fee);
    }

    /// A plan that was bought and returned: what was paid upfront is refunded by words, without an ARN.
    fn returned_plan(&mut self) {
        if !self.chance(12) {
            return;
        }
        let account = self.account();
        let arn = format!("arn:aws:savingsplans::{account}:savingsplan/{}", self.arn_number());
        let offering = self.one_of(&[COMPUTE, EC2_INSTANCE, SAGEMAKER]);
        let cost = self.price().0 * 24;
        let fee = self.line("SavingsPlanUpfrontFee", &account, Moment(MONTH_START + 3600));
        self.push(Line {
            line_item_usage_end_date: Some(Moment(MONTH_END)),
            line_item_product_code: sold_as(offering).0.to_owned(),
            line_item_unblended_cost: Decimal(cost),
            savings_plan_savings_plan_a_r_n: Some(arn),
            savings_plan_offering_type: Some(offering.to_owned()),
            ..fee
        });
        let sold_as = self.one_of(&[sold_as(offering).0, "ComputeSavingsPlans"]);
        let refund = self.monthly("Refund", &account);
        self.push(Line {
            line_item_product_code: sold_as.to_owned(),
            line_item_line_item_description: Some(format!("Refund for one-time fee for {sold_as}")),
            line_item_unblended_cost: Decimal(-cost),
            ..refund
        });
    }
}

/// Whether a plan of an offering could cover the usage, of some family and region.
fn is_for(offering: &str, need: &Need) -> bool {
    covers(offering, need.service) && (offering != EC2_INSTANCE || need.family.is_some())
}

fn of_plan(line: Line, plan: &Plan) -> Line {
    let (service, usage_name) = sold_as(plan.offering);
    let family = plan.family.map_or(String::new(), |family| format!("{family}."));
    Line {
        line_item_product_code: service.to_owned(),
        line_item_usage_type: Some(format!("{usage_name}:{family}1yrNoUpfront")),
        product_region: plan.region.filter(|_| !plan.has_region).map(str::to_owned),
        savings_plan_savings_plan_a_r_n: Some(plan.arn.clone()),
        savings_plan_offering_type: Some(plan.offering.to_owned()),
        savings_plan_instance_type_family: plan.family.map(str::to_owned),
        savings_plan_region: plan.region.filter(|_| plan.has_region).map(str::to_owned),
        ..line
    }
}
