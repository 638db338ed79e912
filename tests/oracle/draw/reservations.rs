//! Reservations: who bought them, what they hold and what they cover, zonal ones in their zone alone.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::seq::SliceRandom;

use super::catalog::POOLS;
use super::needs::{Need, usage_type};
use super::owners::Buyer;
use super::{Draw, MONTH_END, MONTH_START, times};
use crate::oracle::month::{Decimal, Moment};

/// One reservation.
pub(super) struct Reservation {
    pub(super) arn: String,
    pub(super) buyer: Buyer,
    pool: usize,
    rank: u8,
    pub(super) region: &'static str,
    /// Zone and usage type that alone it covers.
    zonal: Option<(char, String)>,
    pub(super) service: &'static str,
    pub(super) fee_type: String,
    pub(super) operation: &'static str,
    pub(super) factor: Decimal,
    pub(super) reported_factor: Option<Decimal>,
    pub(super) is_unused_null: bool,
    pub(super) count: i128,
    pub(super) start: i64,
    /// Its last second in the month.
    pub(super) end: i64,
    /// Cost by unit, in an hour.
    pub(super) rate: Decimal,
    /// Halves of the cost that were paid upfront.
    pub(super) upfront_halves: i128,
}

/// Effective cost of what each reservation covered, and the upfront part of it, by ARN.
pub(super) type Covered = BTreeMap<String, (Decimal, Decimal)>;

impl Reservation {
    pub(super) fn zone(&self) -> Option<String> {
        self.zonal.as_ref().map(|(letter, _)| format!("{}{letter}", self.region))
    }

    fn fits(&self, need: &Need, slot: Moment) -> bool {
        let is_in_zone = self.zonal.as_ref().is_none_or(|(zone, kind)| *zone == need.zone && *kind == need.usage_type);
        Some(self.pool) == need.pool
            && self.region == need.region
            && slot == need.slot
            && self.rank <= need.rank
            && is_in_zone
    }
}

impl Draw {
    /// Draws reservations for the pools that have usage, covers usage with them, and bills their fees.
    pub(super) fn reservations(&mut self, needs: &mut [Need]) {
        let pools: BTreeSet<(usize, &str)> = needs.iter().filter_map(|need| Some((need.pool?, need.region))).collect();
        for (pool, region) in pools {
            let mut owned = Vec::new();
            for _ in 0..self.one_of(&[0, 1, 1, 2, 2, 3]) + 2 * usize::from(self.is_dense) {
                let reservation = self.reservation(pool, region, needs);
                owned.push(reservation);
            }
            // AWS applies reservations to their zones first.
            owned.sort_by_key(|reservation| reservation.zonal.is_none());
            let mut covered = Covered::new();
            for slot in self.slots.clone() {
                self.cover_slot(&owned, slot, needs, &mut covered);
            }
            for reservation in &owned {
                let (used, upfront) = covered.get(&reservation.arn).copied().unwrap_or_default();
                self.fees(reservation, used, upfront);
            }
        }
    }

    fn reservation(&mut self, pool: usize, region: &'static str, needs: &[Need]) -> Reservation {
        let kinds = POOLS[pool];
        let reservable: Vec<usize> = (0..kinds.len()).filter(|&kind| kinds[kind].is_reservable).collect();
        let kind = &kinds[self.one_of(&reservable)];
        let (size, hundredths) = self.one_of(kind.sizes);
        let buyer = self.buyer();
        let arn = self.bought(&buyer, kind.arn.0, region, kind.arn.1);
        let factor = Decimal(hundredths * Decimal::ONE / 100);
        let is_reported = needs.iter().any(|need| need.pool == Some(pool) && need.reported_factor.is_some());
        let first = self.slots[0].0;
        let fee_name = if self.chance(70) { kind.fee_name } else { kind.name };
        let is_zonal = kind.service == "AmazonEC2" && self.chance(35);
        let zone = self.one_of(&['a', 'b', 'c', 'c']);
        Reservation {
            arn,
            buyer,
            pool,
            rank: kind.rank,
            region,
            zonal: is_zonal.then(|| (zone, usage_type(region, kind.name, size))),
            service: kind.service,
            fee_type: usage_type(region, fee_name, kind.fee_type.unwrap_or(size)),
            operation: kind.operation,
            factor: if kind.is_flexible { factor } else { Decimal(Decimal::ONE) },
            reported_factor: (is_reported && factor.0 > 0).then_some(factor),
            is_unused_null: kind.is_unused_null && self.chance(60),
            count: self.rng.random_range(1..=4),
            start: if self.chance(12) { first + self.rng.random_range(1..3600) } else { MONTH_START },
            end: if self.chance(5) { first + self.rng.random_range(3600..20_000) } else { MONTH_END },
            rate: self.price(),
            upfront_halves: self.rng.random_range(0..=2),
        }
    }

    /// What the reservations of a pool cover in a slot: mostly their owners' usage first, then anybody's.
    fn cover_slot(&mut self, owned: &[Reservation], slot: Moment, needs: &mut [Need], covered: &mut Covered) {
        let mut left: Vec<i128> = owned.iter().map(|reservation| self.held(reservation, slot)).collect();
        let is_owner_first = self.chance(75);
        for is_own in [true, false] {
            for (reservation, left) in owned.iter().zip(&mut left) {
                let mut order: Vec<usize> = (0..needs.len()).filter(|&n| reservation.fits(&needs[n], slot)).collect();
                order.retain(|&n| !is_owner_first || is_own == (needs[n].account == reservation.buyer.arn_account));
                order.shuffle(&mut self.rng);
                for number in order {
                    if !self.chance(6) {
                        *left -= self.cover(reservation, &mut needs[number], *left, covered);
                    }
                }
            }
        }
    }

    /// Units that the reservation has in a slot; sometimes more are covered than it has, sometimes fewer.
    fn held(&mut self, reservation: &Reservation, slot: Moment) -> i128 {
        let end = (slot.0 + self.slot_seconds).min(reservation.end + 1);
        let seconds = (end - reservation.start.max(slot.0)).max(0);
        let held = reservation.count * reservation.factor.0 * i128::from(seconds) / 3600;
        match self.rng.random_range(0..100) {
            0..3 => held * 2,
            3..12 => held / 3,
            _ => held,
        }
    }

    /// Covers usage with at most so many units, and says how many it took.
    fn cover(&mut self, reservation: &Reservation, need: &mut Need, left: i128, covered: &mut Covered) -> i128 {
        let hours = need.usage.0.min(left * Decimal::ONE / need.factor.0);
        // AWS leaves a rest of less than a digit of the units uncovered.
        let hours = hours - hours % 100;
        if hours <= 0 {
            return 0;
        }
        need.usage.0 -= hours;
        let units = times(Decimal(hours), need.factor);
        let cost = times(reservation.rate, units);
        let upfront = Decimal(cost.0 * reservation.upfront_halves / 2);
        let sums = covered.entry(reservation.arn.clone()).or_default();
        sums.0.0 += cost.0;
        sums.1.0 += upfront.0;
        let mut line = self.usage_line("DiscountedUsage", need, Decimal(hours));
        line.line_item_unblended_cost = Decimal(0);
        line.reservation_reservation_a_r_n = Some(reservation.arn.clone());
        line.reservation_effective_cost = Some(cost);
        line.reservation_amortized_upfront_cost_for_usage = Some(upfront);
        if self.chance(2) {
            // A correction of usage that was covered.
            let mut correction = line.clone();
            correction.line_item_usage_amount = Some(Decimal(-hours / 2));
            correction.reservation_effective_cost = Some(Decimal(0));
            correction.reservation_amortized_upfront_cost_for_usage = Some(Decimal(0));
            correction.pricing_public_on_demand_cost = None;
            self.push(correction);
        }
        self.push(line);
        units.0
    }
}
