//! What is bought and is no reservation that covers usage by a known rule: Capacity Blocks and the like, upfront fees
//! without an amortised part, exchanges, and commitments of services that no rule knows.

use rand::Rng;

use super::{Draw, MONTH_END, MONTH_START, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// Fees with an ARN: service, service in the ARN, resource.
const FEES: &[(&str, &str, &str)] = &[
    ("AmazonEC2", "ec2", "capacity-reservation/cr-"),
    ("AmazonEC2", "ec2", "capacity-reservation/cr-"),
    ("AmazonEC2", "ec2", "host-reservation/hr-"),
    ("AmazonSageMaker", "sagemaker", "training-plan/"),
    ("AmazonEC2", "ec2", "reserved-instance-exchange/"),
    ("AmazonEC2", "ec2", "reserved-instances/"),
    ("AmazonRDS", "rds", "ri:ri-"),
    ("AmazonRedshift", "redshift", "reserved-node:"),
];

impl Draw {
    /// Some purchases, of any account.
    pub(super) fn purchases(&mut self) {
        if self.chance(20) {
            self.purchase();
        }
        if self.chance(8) {
            self.unknown_commitment();
        }
    }

    /// A fee, early in the month or in its last two days, which may be refunded.
    fn purchase(&mut self) {
        let (service, arn_service, resource) = self.one_of(FEES);
        let buyer = self.buyer();
        let arn = self.bought(&buyer, arn_service, "us-east-1", resource);
        let day = self.one_of(&[0, 5, 28, 29, 30]);
        let start = MONTH_START + day * 86_400 + self.rng.random_range(0..86_400);
        let cost = Decimal(self.price().0 * 100);
        let fee = Line {
            line_item_usage_end_date: Some(Moment(MONTH_END.max(start))),
            line_item_product_code: service.to_owned(),
            line_item_usage_type: Some("Purchase".to_owned()),
            line_item_unblended_cost: cost,
            product_region: Some("us-east-1".to_owned()),
            reservation_reservation_a_r_n: Some(arn),
            ..self.line("Fee", &buyer.fee_account, Moment(start))
        };
        let is_refunded = self.chance(25);
        if is_refunded {
            let number = self.line("Refund", &buyer.fee_account, Moment(start)).identity_line_item_id;
            self.push(Line {
                identity_line_item_id: number,
                line_item_line_item_type: "Refund".to_owned(),
                line_item_unblended_cost: Decimal(-cost.0),
                ..fee.clone()
            });
        }
        self.push(fee);
    }

    /// A commitment of a service that no rule knows, which covers its owner and others.
    fn unknown_commitment(&mut self) {
        let buyer = self.buyer();
        let arn = self.bought(&buyer, "quantum", "us-east-1", "reservation/");
        let rate = self.price();
        let mut used = Decimal(0);
        let of_commitment = |line: Line| Line {
            line_item_product_code: "AmazonQuantum".to_owned(),
            product_region: Some("us-east-1".to_owned()),
            reservation_reservation_a_r_n: Some(arn.clone()),
            ..line
        };
        for account in self.accounts.clone() {
            for slot in self.slots.clone() {
                if !self.chance(40) {
                    continue;
                }
                let usage = Decimal(Decimal::ONE * self.rng.random_range(1..=9) / 3);
                let cost = times(rate, usage);
                used.0 += cost.0;
                let public = if self.chance(80) { Some(Decimal(cost.0 * 3 / 2)) } else { None };
                let line = of_commitment(self.line("DiscountedUsage", &account, slot));
                self.push(Line {
                    line_item_usage_type: Some("QuantumTask".to_owned()),
                    line_item_operation: Some("RunTask".to_owned()),
                    line_item_usage_amount: Some(usage),
                    pricing_public_on_demand_cost: public,
                    reservation_effective_cost: Some(cost),
                    ..line
                });
            }
        }
        if self.chance(15) {
            return;
        }
        let unused = Decimal(self.price().0 * 3);
        let is_null = self.chance(50);
        let line = of_commitment(self.monthly("RIFee", &buyer.fee_account));
        self.push(Line {
            line_item_usage_type: Some("QuantumReservation".to_owned()),
            line_item_unblended_cost: Decimal(used.0 + unused.0),
            reservation_unused_recurring_fee: (!is_null).then_some(unused),
            reservation_unused_amortized_upfront_fee_for_billing_period: (!is_null).then_some(Decimal(0)),
            reservation_amortized_upfront_fee_for_billing_period: Some(Decimal(0)),
            reservation_total_reserved_units: Some(Decimal(Decimal::ONE * 744)),
            ..line
        });
    }
}
