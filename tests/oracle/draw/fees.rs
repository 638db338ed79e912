//! What reservations are billed: recurring fees with their unused part, upfront fees, refunds.

use rand::Rng;

use super::reservations::Reservation;
use super::{Draw, MONTH_END, MONTH_START, times};
use crate::oracle::month::{Decimal, Line, Moment};

/// 2026-03-30, from which on AWS amortises an upfront fee in the next month.
const LATE: i64 = MONTH_START + 29 * 86_400;

/// What one reservation costs in the period, recurring and upfront, and what of it covered nothing.
struct Costs {
    units: Decimal,
    recurring: Decimal,
    upfront: Decimal,
    unused_recurring: Decimal,
    unused_upfront: Decimal,
}

impl Draw {
    /// Bills a reservation of which `used` covered usage, `used_upfront` of it paid upfront. What was used and what
    /// was not is what it costs, unless it covered more than it held.
    pub(super) fn fees(&mut self, reservation: &Reservation, used: Decimal, used_upfront: Decimal) {
        if reservation.buyer.is_unbilled {
            return;
        }
        let seconds = i128::from(reservation.end + 1 - reservation.start);
        let units = Decimal(reservation.count * Decimal::ONE * seconds / 3600);
        let total = times(times(reservation.rate, reservation.factor), units);
        let upfront = Decimal(total.0 * reservation.upfront_halves / 2);
        let recurring = Decimal(total.0 - upfront.0);
        let costs = Costs {
            units,
            recurring,
            upfront,
            unused_recurring: Decimal((recurring.0 - (used.0 - used_upfront.0)).max(0)),
            unused_upfront: Decimal((upfront.0 - used_upfront.0).max(0)),
        };
        if !self.chance(10) {
            let parts = if self.chance(4) { 2 } else { 1 };
            for part in 0..parts {
                self.recurring_fee(reservation, &costs, (part, parts));
            }
        }
        self.upfront_fee(reservation, total);
    }

    /// One of the rows that the recurring fee stands in, each of a part of the time.
    fn recurring_fee(&mut self, reservation: &Reservation, costs: &Costs, (part, parts): (i64, i64)) {
        let length = (reservation.end + 1 - reservation.start) / parts;
        let start = reservation.start + part * length;
        let end = if part + 1 == parts { reservation.end } else { start + length - 1 };
        let share = |of: Decimal| {
            let each = of.0 / i128::from(parts);
            Decimal(if part == 0 { of.0 - each * i128::from(parts - 1) } else { each })
        };
        let mut line = self.fee_line("RIFee", reservation, start, end);
        let units = share(costs.units);
        line.line_item_usage_amount = Some(units);
        line.line_item_unblended_cost = share(costs.recurring);
        let has_upfront = !(costs.upfront.0 == 0 && self.chance(40));
        line.reservation_amortized_upfront_fee_for_billing_period = has_upfront.then(|| share(costs.upfront));
        if !reservation.is_unused_null {
            line.reservation_unused_recurring_fee = Some(share(costs.unused_recurring));
            line.reservation_unused_amortized_upfront_fee_for_billing_period = Some(share(costs.unused_upfront));
        }
        line.reservation_total_reserved_units = Some(units);
        let is_normalized_named = self.chance(90);
        line.reservation_total_reserved_normalized_units =
            is_normalized_named.then(|| times(units, reservation.factor));
        self.push(line);
    }

    /// A fee for years, at any time of the month; sometimes it is refunded, by its ARN or by words alone.
    fn upfront_fee(&mut self, reservation: &Reservation, total: Decimal) {
        if !self.chance(if reservation.upfront_halves > 0 { 30 } else { 6 }) {
            if self.chance(4) {
                let mut refund = self.fee_line("Refund", reservation, reservation.start, reservation.end);
                refund.line_item_unblended_cost = Decimal(-total.0 / 7);
                self.push(refund);
            }
            return;
        }
        let start = if self.chance(15) { LATE + self.rng.random_range(0..86_400) } else { reservation.start };
        let mut fee = self.fee_line("Fee", reservation, start, MONTH_END.max(start));
        fee.line_item_unblended_cost = Decimal(total.0 * 12);
        self.push(fee);
        if self.chance(20) {
            let mut refund = self.fee_line("Refund", reservation, start, MONTH_END.max(start));
            refund.line_item_unblended_cost = Decimal(-total.0 * 12);
            if self.chance(40) {
                refund.reservation_reservation_a_r_n = None;
                refund.line_item_line_item_description = Some("Refund for one-time fee for reservations".to_owned());
            }
            if self.chance(20) {
                refund.line_item_usage_account_id = Some(self.account());
            }
            self.push(refund);
        }
    }

    fn fee_line(&mut self, line_item_type: &str, reservation: &Reservation, start: i64, end: i64) -> Line {
        let line = self.line(line_item_type, &reservation.buyer.fee_account, Moment(start));
        let is_placed = self.chance(80);
        Line {
            line_item_usage_end_date: Some(Moment(end)),
            line_item_product_code: reservation.service.to_owned(),
            line_item_usage_type: Some(reservation.fee_type.clone()),
            line_item_operation: Some(reservation.operation.to_owned()),
            line_item_availability_zone: reservation.zone(),
            line_item_normalization_factor: reservation.reported_factor,
            product_region: is_placed.then(|| reservation.region.to_owned()),
            reservation_reservation_a_r_n: Some(reservation.arn.clone()),
            ..line
        }
    }
}
