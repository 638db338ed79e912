//! Reservations: who owns them, what they cover, and their fees.

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::SliceRandom;

use super::needs::{Need, kinds, usage_type};
use super::{Draw, MONTH_SECONDS, MONTH_START, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// One reservation.
struct Reservation {
    arn: String,
    owner: String,
    pool: usize,
    region: &'static str,
    service: &'static str,
    fee_type: String,
    operation: &'static str,
    factor: Decimal,
    reported_factor: Option<Decimal>,
    count: i128,
    start: i64,
    /// Cost by unit, in an hour.
    rate: Decimal,
}

impl Draw {
    /// Draws reservations for the pools that have usage, covers usage with them, and bills their fees.
    pub(super) fn reservations(&mut self, needs: &mut [Need]) {
        let pools: BTreeSet<(usize, &str)> = needs.iter().filter_map(|need| Some((need.pool?, need.region))).collect();
        for (pool, region) in pools {
            let mut owned = Vec::new();
            for _ in 0..self.rng.random_range(0..=3) {
                let reservation = self.reservation(pool, region, needs);
                owned.push(reservation);
            }
            for slot in self.slots.clone() {
                for reservation in &owned {
                    self.cover(reservation, slot, needs);
                }
            }
            for reservation in &owned {
                self.fees(reservation);
            }
        }
    }

    fn reservation(&mut self, pool: usize, region: &'static str, needs: &[Need]) -> Reservation {
        let kind = &kinds(pool)[self.rng.random_range(0..kinds(pool).len())];
        let (size, hundredths) = self.one_of(kind.sizes);
        let owner = self.account();
        let number = self.rng.random_range(0..1_000_000);
        let factor = Decimal(hundredths * Decimal::ONE / 100);
        let is_reported = needs.iter().any(|need| need.pool == Some(pool) && need.reported_factor.is_some());
        let first = self.slots[0].0;
        let fee_name = if self.chance(70) { kind.fee_name } else { kind.name };
        Reservation {
            arn: format!("arn:aws:{}:{region}:{owner}:reserved-instances/{number}", kind.arn_service),
            owner,
            pool,
            region,
            service: kind.service,
            fee_type: usage_type(region, fee_name, size),
            operation: kind.operation,
            factor: if kind.is_flexible { factor } else { Decimal(Decimal::ONE) },
            reported_factor: (is_reported && factor.0 > 0).then_some(factor),
            count: self.rng.random_range(1..=4),
            start: if self.chance(12) { first + self.rng.random_range(1..3600) } else { MONTH_START },
            rate: self.price(),
        }
    }

    /// What the reservation covers in a slot: mostly its owner's usage first.
    fn cover(&mut self, reservation: &Reservation, slot: Moment, needs: &mut [Need]) {
        let held = (slot.0 + self.slot_seconds - reservation.start.max(slot.0)).max(0);
        let mut left = reservation.count * reservation.factor.0 * i128::from(held) / 3600;
        if self.chance(4) {
            left *= 2;
        } else if self.chance(8) {
            left /= 3;
        }
        let is_one =
            |need: &Need| need.pool == Some(reservation.pool) && need.region == reservation.region && need.slot == slot;
        let mut order: Vec<usize> = (0..needs.len()).filter(|&n| is_one(&needs[n])).collect();
        order.shuffle(&mut self.rng);
        if self.chance(75) {
            order.sort_by_key(|&number| needs[number].account != reservation.owner);
        }
        for number in order {
            let hours = needs[number].usage.0.min(left * Decimal::ONE / needs[number].factor.0);
            // AWS leaves a rest of less than a digit of the units uncovered.
            let hours = hours - hours % 100;
            if hours <= 0 {
                continue;
            }
            needs[number].usage.0 -= hours;
            let units = times(Decimal(hours), needs[number].factor);
            left -= units.0;
            let mut line = self.usage_line("DiscountedUsage", &needs[number], Decimal(hours));
            line.line_item_unblended_cost = Decimal(0);
            line.reservation_reservation_a_r_n = Some(reservation.arn.clone());
            line.reservation_effective_cost = Some(times(reservation.rate, units));
            self.push(line);
        }
    }

    fn fees(&mut self, reservation: &Reservation) {
        let end = MONTH_START + MONTH_SECONDS - 1;
        let seconds = i128::from(end + 1 - reservation.start);
        let units = Decimal(reservation.count * Decimal::ONE * seconds / 3600);
        let hourly = times(reservation.rate, reservation.factor);
        if !self.chance(10) {
            let line = self.fee_line("RIFee", reservation, end);
            let unused = if self.chance(30) { Decimal(0) } else { Decimal(times(hourly, units).0 / 3) };
            let upfront = Decimal(unused.0 * self.rng.random_range(0..=2) / 2);
            let recurring = times(hourly, units);
            let normalized = times(units, reservation.factor);
            let is_named = self.chance(90);
            self.push(Line {
                line_item_usage_amount: Some(units),
                line_item_unblended_cost: recurring,
                reservation_unused_amortized_upfront_fee_for_billing_period: Some(upfront),
                reservation_unused_recurring_fee: Some(Decimal(unused.0 - upfront.0)),
                reservation_amortized_upfront_fee_for_billing_period: Some(upfront),
                reservation_total_reserved_units: Some(units),
                reservation_total_reserved_normalized_units: is_named.then_some(normalized),
                ..line
            });
        }
        if self.chance(15) {
            let line = self.fee_line("Fee", reservation, end);
            let cost = Decimal(hourly.0 * 1000);
            self.push(Line { line_item_unblended_cost: cost, ..line });
        }
        if self.chance(8) {
            let mut line = self.fee_line("Refund", reservation, end);
            line.line_item_unblended_cost = Decimal(-hourly.0 * 7);
            if self.chance(30) {
                line.line_item_usage_account_id = Some(self.account());
            }
            self.push(line);
        }
    }

    fn fee_line(&mut self, line_item_type: &str, reservation: &Reservation, end: i64) -> Line {
        let line = self.line(line_item_type, &reservation.owner, Moment(reservation.start));
        let is_placed = self.chance(80);
        Line {
            line_item_usage_end_date: Some(Moment(end)),
            line_item_product_code: reservation.service.to_owned(),
            line_item_usage_type: Some(reservation.fee_type.clone()),
            line_item_operation: Some(reservation.operation.to_owned()),
            line_item_normalization_factor: reservation.reported_factor,
            product_region: is_placed.then(|| reservation.region.to_owned()),
            reservation_reservation_a_r_n: Some(reservation.arn.clone()),
            ..line
        }
    }
}
