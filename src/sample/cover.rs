//! How AWS applies commitments in an hour: reservations before plans, owners before strangers.
//!
//! Zonal reservations go before regional ones, EC2 Instance Savings Plans before Compute Savings
//! Plans. What an owner leaves goes to strangers in an order that nobody can foresee.

use super::commitments::Reservation;
use super::dictionary::{Dictionary, NONE};
use super::estate::{Estate, Meter};
use super::exact::Exact;
use super::hour::{Hour, offered};
use super::line::LineType;
use super::plans::Plan;
use super::tally::{NET_PERCENT, net};

/// Applies all Reserved Instances to the hour.
pub(super) fn apply_reservations(
    hour: &mut Hour,
    dictionary: &Dictionary,
    estate: &Estate,
    reservations: &mut [Reservation],
) {
    for reservation in reservations.iter_mut() {
        reservation.left = offered(reservation, hour.start);
    }
    for strangers in [false, true] {
        for zonal in [true, false] {
            for reservation in reservations.iter_mut() {
                if reservation.pool == NONE || reservation.zonal != zonal || reservation.left == 0 {
                    continue;
                }
                if strangers {
                    serve_strangers(hour, estate, reservation.pool, |hour, meter| {
                        reserve(hour, (dictionary, estate), reservation, meter)
                    });
                } else {
                    serve_owner(hour, estate, (reservation.pool, reservation.owner), |hour, meter| {
                        reserve(hour, (dictionary, estate), reservation, meter)
                    });
                }
            }
        }
    }
}

/// Applies all Savings Plans to the hour.
pub(super) fn apply_plans(hour: &mut Hour, dictionary: &Dictionary, estate: &Estate, plans: &mut [Plan]) {
    for plan in plans.iter_mut() {
        plan.left = if plan.counts(hour.start) { plan.hourly } else { Exact::ZERO };
    }
    for strangers in [false, true] {
        for (number, plan) in plans.iter_mut().enumerate() {
            if plan.pool == NONE || plan.left == Exact::ZERO {
                continue;
            }
            let number = number as u32;
            let (pool, owner) = (plan.pool, plan.owner);
            let mut cover =
                |hour: &mut Hour, meter: u32| cover_by_plan(hour, (dictionary, estate), (number, plan), meter);
            if strangers {
                serve_strangers(hour, estate, pool, &mut cover);
            } else {
                serve_owner(hour, estate, (pool, owner), &mut cover);
            }
        }
    }
}

/// Offers a commitment to its owner's meters in order, until `cover` says that it is used up.
fn serve_owner(
    hour: &mut Hour,
    estate: &Estate,
    (pool, owner): (u32, u32),
    mut cover: impl FnMut(&mut Hour, u32) -> bool,
) {
    let pool = &estate.pools[pool as usize];
    let Some(range) = pool.of.get(&owner) else { return };
    for &meter in &pool.ordered[range.clone()] {
        if hour.left[meter as usize] > Exact::ZERO && !cover(hour, meter) {
            return;
        }
    }
}

/// Offers what is left to everybody, going on where the last commitment of the pool stopped.
fn serve_strangers(hour: &mut Hour, estate: &Estate, pool: u32, mut cover: impl FnMut(&mut Hour, u32) -> bool) {
    let order = &estate.pools[pool as usize].shuffled;
    let mut at = hour.cursor(pool, order.len());
    for _ in 0..order.len() {
        let meter = order[at];
        if hour.left[meter as usize] > Exact::ZERO && !cover(hour, meter) {
            break;
        }
        at = (at + 1) % order.len();
    }
    hour.cursors.insert(pool, at);
}

/// Covers as much of a meter as the reservation has left. False when it is used up.
fn reserve(
    hour: &mut Hour,
    (dictionary, estate): (&Dictionary, &Estate),
    reservation: &mut Reservation,
    number: u32,
) -> bool {
    let meter: &Meter = &estate.meters[number as usize];
    let wanted = hour.left[number as usize];
    let usage = if reservation.left >= wanted.0 * meter.quarters {
        wanted
    } else {
        Exact(reservation.left / meter.quarters).cut(6)
    };
    let before = reservation.used;
    let after = before + usage.0 * meter.quarters;
    if usage > Exact::ZERO {
        let mut line = hour.line(LineType::DiscountedUsage, meter, reservation.covered);
        let part = |of: &dyn Fn(i128) -> Exact| of(after) - of(before);
        line.commitment = reservation.commitment;
        line.usage = usage;
        line.public = usage.times(dictionary.products[meter.sold.product as usize].public_rate);
        line.recurring = part(&|units| reservation.recurring_of(units, 100));
        line.amortized = part(&|units| reservation.amortized_of(units, 100));
        line.net_recurring = part(&|units| reservation.recurring_of(units, NET_PERCENT));
        line.net_amortized = part(&|units| reservation.amortized_of(units, NET_PERCENT));
        hour.lines.push(line);
        hour.left[number as usize] -= usage;
        reservation.left -= usage.0 * meter.quarters;
        reservation.used = after;
    }
    if usage < wanted {
        // A remainder too small for its owner is not for strangers either.
        reservation.left = 0;
    }
    reservation.left > 0
}

/// Covers as much of a meter as the plan has left. False when it is used up.
fn cover_by_plan(
    hour: &mut Hour,
    (dictionary, estate): (&Dictionary, &Estate),
    (plan_number, plan): (u32, &mut Plan),
    number: u32,
) -> bool {
    let meter = &estate.meters[number as usize];
    let (of_family, of_compute) = meter.sold.plan_rates;
    let rate = if plan.of_family { of_family } else { of_compute };
    let wanted = hour.left[number as usize];
    let (usage, effective) = if wanted.times(rate) <= plan.left {
        (wanted, wanted.times(rate))
    } else {
        (Exact(plan.left.0 * Exact::ONE.0 / rate.0.max(1)), plan.left)
    };
    if usage == Exact::ZERO || rate == Exact::ZERO {
        return plan.left > Exact::ZERO;
    }
    let cost = usage.times(meter.rate);
    let mut line = hour.line(LineType::SavingsPlanCoveredUsage, meter, meter.sold.price);
    line.commitment = plan.commitment;
    line.usage = usage;
    line.unblended = cost;
    line.net = net(cost);
    line.public = usage.times(dictionary.products[meter.sold.product as usize].public_rate);
    line.plan_rate = rate;
    line.effective = effective;
    line.net_effective = (plan.used + effective).percent(NET_PERCENT) - plan.used.percent(NET_PERCENT);
    let zone = dictionary.resources[meter.resource as usize].zone;
    let sums = hour.covered.entry((plan_number, meter.account, meter.sold.product, zone)).or_default();
    sums[0] += usage;
    sums[1] += cost;
    sums[2] += line.net;
    hour.lines.push(line);
    hour.left[number as usize] -= usage;
    plan.left -= effective;
    plan.used += effective;
    plan.left > Exact::ZERO
}
