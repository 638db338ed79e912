//! How AWS applies commitments in an hour: reservations before plans, owners before strangers.
//!
//! Zonal reservations go before regional ones, EC2 Instance Savings Plans before Compute Savings
//! Plans. What an owner leaves goes to other accounts in an order that cannot be predicted.

use super::commitments::Reservation;
use super::dictionary::{Dictionary, NONE};
use super::estate::Estate;
use super::exact::Exact;
use super::hour::{Hour, offered};
use super::line::LineType;
use super::plans::Plan;
use super::tally::{NET_PERCENT, net};

/// What covering needs to look up.
#[derive(Clone, Copy)]
struct Known<'a> {
    dictionary: &'a Dictionary,
    estate: &'a Estate,
}

/// A commitment that covers meters of its pool.
trait Cover {
    /// The pool, or [`NONE`].
    fn pool(&self) -> u32;

    /// The account that bought it.
    fn owner(&self) -> u32;

    /// Whether nothing is left of it in this hour.
    fn is_used_up(&self) -> bool;

    /// Covers as much of a meter as it can; false when nothing is left of it.
    fn cover(&mut self, hour: &mut Hour, known: Known<'_>, number: u32) -> bool;
}

/// Applies all Reserved Instances to the hour.
pub(super) fn apply_reservations(
    hour: &mut Hour,
    dictionary: &Dictionary,
    estate: &Estate,
    reservations: &mut [Reservation],
) {
    let known = Known { dictionary, estate };
    for reservation in reservations.iter_mut() {
        reservation.left = offered(reservation, hour.start);
    }
    for strangers in [false, true] {
        for zonal in [true, false] {
            for reservation in reservations.iter_mut().filter(|reservation| reservation.zonal == zonal) {
                serve(hour, known, reservation, strangers);
            }
        }
    }
}

/// Applies all Savings Plans to the hour.
pub(super) fn apply_plans(hour: &mut Hour, dictionary: &Dictionary, estate: &Estate, plans: &mut [Plan]) {
    let known = Known { dictionary, estate };
    for plan in plans.iter_mut() {
        plan.left = if plan.counts(hour.start) { plan.hourly } else { Exact::ZERO };
    }
    for strangers in [false, true] {
        for plan in plans.iter_mut() {
            serve(hour, known, plan, strangers);
        }
    }
}

/// Offers what is left of a commitment to its owner or to everybody.
fn serve(hour: &mut Hour, known: Known<'_>, commitment: &mut impl Cover, strangers: bool) {
    if commitment.pool() == NONE || commitment.is_used_up() {
        return;
    }
    let pool = &known.estate.pools[commitment.pool() as usize];
    if strangers {
        serve_strangers(hour, known, commitment, &pool.shuffled);
    } else if let Some(range) = pool.of.get(&commitment.owner()) {
        serve_owner(hour, known, commitment, &pool.ordered[range.clone()]);
    }
}

/// Offers a commitment to its owner's meters in order, until it is used up.
fn serve_owner(hour: &mut Hour, known: Known<'_>, commitment: &mut impl Cover, meters: &[u32]) {
    for &meter in meters {
        if hour.left[meter as usize] > Exact::ZERO && !commitment.cover(hour, known, meter) {
            return;
        }
    }
}

/// Offers what is left to everybody, going on where the last commitment of the pool stopped.
fn serve_strangers(hour: &mut Hour, known: Known<'_>, commitment: &mut impl Cover, meters: &[u32]) {
    let mut at = hour.cursor(commitment.pool(), meters.len());
    for _ in 0..meters.len() {
        let meter = meters[at];
        if hour.left[meter as usize] > Exact::ZERO && !commitment.cover(hour, known, meter) {
            break;
        }
        at = (at + 1) % meters.len();
    }
    hour.cursors.insert(commitment.pool(), at);
}

impl Cover for Reservation {
    fn pool(&self) -> u32 {
        self.pool
    }

    fn owner(&self) -> u32 {
        self.owner
    }

    fn is_used_up(&self) -> bool {
        self.left == 0
    }

    fn cover(&mut self, hour: &mut Hour, known: Known<'_>, number: u32) -> bool {
        let meter = &known.estate.meters[number as usize];
        let wanted = hour.left[number as usize];
        let usage =
            if self.left >= wanted.0 * meter.quarters { wanted } else { Exact(self.left / meter.quarters).cut(6) };
        let (before, after) = (self.used, self.used + usage.0 * meter.quarters);
        if usage > Exact::ZERO {
            let mut line = hour.line(LineType::DiscountedUsage, meter, self.covered);
            line.commitment = self.commitment;
            line.usage = usage;
            line.public = usage.times(known.dictionary.products[meter.sold.product as usize].public_rate);
            line.recurring = self.recurring_between(before, after, 100);
            line.amortized = self.amortized_between(before, after, 100);
            line.net_recurring = self.recurring_between(before, after, NET_PERCENT);
            line.net_amortized = self.amortized_between(before, after, NET_PERCENT);
            hour.lines.push(line);
            hour.left[number as usize] -= usage;
            self.left -= usage.0 * meter.quarters;
            self.used = after;
        }
        if usage < wanted {
            // A remainder too small for its owner is not for strangers either.
            self.left = 0;
        }
        self.left > 0
    }
}

impl Cover for Plan {
    fn pool(&self) -> u32 {
        self.pool
    }

    fn owner(&self) -> u32 {
        self.owner
    }

    fn is_used_up(&self) -> bool {
        self.left == Exact::ZERO
    }

    fn cover(&mut self, hour: &mut Hour, known: Known<'_>, number: u32) -> bool {
        let meter = &known.estate.meters[number as usize];
        let (of_family, of_compute) = meter.sold.plan_rates;
        let rate = if self.of_family { of_family } else { of_compute };
        let wanted = hour.left[number as usize];
        let (usage, effective) = if wanted.times(rate) <= self.left {
            (wanted, wanted.times(rate))
        } else {
            (Exact(self.left.0 * Exact::ONE.0 / rate.0.max(1)), self.left)
        };
        if usage == Exact::ZERO || rate == Exact::ZERO {
            return self.left > Exact::ZERO;
        }
        let cost = usage.times(meter.rate);
        let mut line = hour.line(LineType::SavingsPlanCoveredUsage, meter, meter.sold.price);
        line.commitment = self.commitment;
        line.usage = usage;
        line.unblended = cost;
        line.net = net(cost);
        line.public = usage.times(known.dictionary.products[meter.sold.product as usize].public_rate);
        line.plan_rate = rate;
        line.effective = effective;
        line.net_effective = (self.used + effective).percent(NET_PERCENT) - self.used.percent(NET_PERCENT);
        let zone = known.dictionary.resources[meter.resource as usize].zone;
        let sums = hour.covered.entry((self.commitment, meter.account, meter.sold.product, zone)).or_default();
        sums[0] += usage;
        sums[1] += cost;
        sums[2] += line.net;
        hour.lines.push(line);
        hour.left[number as usize] -= usage;
        self.left -= effective;
        self.used += effective;
        self.left > Exact::ZERO
    }
}
