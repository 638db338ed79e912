//! One hour of the bill: what is metered, and the lines that come of it.

use std::collections::BTreeMap;

use super::chance;
use super::commitments::{Reservation, hours};
use super::dictionary::{Dictionary, NONE, UnitPrice};
use super::estate::{Estate, Meter};
use super::exact::Exact;
use super::frame::{DAY, Frame, JobSpan};
use super::line::{Fee, LineItem, LineType};
use super::plans::Plan;
use super::roles::Schedule;
use super::tally::NET_PERCENT;

/// The hour at hand, with what is left of every meter's quantity.
#[derive(Debug, Default)]
pub(super) struct Hour {
    /// Number of its slot in the dictionary.
    pub(super) slot: u32,
    /// First second.
    pub(super) start: i64,
    /// Quantity of each meter that nothing covers yet.
    pub(super) left: Vec<Exact>,
    /// The lines so far.
    pub(super) lines: Vec<LineItem>,
    /// Where strangers are served next, by pool.
    pub(super) cursors: BTreeMap<u32, usize>,
    /// What Savings Plans cover: quantity, cost, net cost, by commitment, account, product and zone.
    pub(super) covered: BTreeMap<(u32, u32, u32, &'static str), [Exact; 3]>,
}

impl Hour {
    /// Reads all meters for the hour of a slot.
    pub(super) fn meter(&mut self, estate: &Estate, span: JobSpan, frame: &Frame, slot: u32) {
        let (start, hours) = (frame.start + i64::from(slot) * 3600, frame.hours());
        (self.slot, self.start) = (slot, start);
        self.lines.clear();
        self.cursors.clear();
        self.covered.clear();
        self.left.clear();
        self.left.extend(estate.meters.iter().map(|meter| metered(meter, span, hours, start)));
    }

    /// Where to begin among `count` strangers of a pool.
    pub(super) fn cursor(&mut self, pool: u32, count: usize) -> usize {
        let hash = chance::mix(&[self.start as u64, u64::from(pool)]);
        *self.cursors.entry(pool).or_insert_with(|| chance::under(hash, count as u64) as usize)
    }

    /// A line of this hour for a meter.
    pub(super) fn line(&self, kind: LineType, meter: &Meter, price: u32) -> LineItem {
        let line = LineItem::new(kind, self.slot, meter.account, meter.sold.product, price);
        LineItem { resource: meter.resource, ..line }
    }

    /// Bills what nothing covers: on demand, by tier, or at the spot price.
    pub(super) fn bill_rest(&mut self, dictionary: &Dictionary, estate: &mut Estate) {
        let mut pieces = Vec::new();
        for (number, meter) in estate.meters.iter().enumerate() {
            let left = self.left[number];
            if left <= Exact::ZERO {
                continue;
            }
            if meter.sold.tier == NONE {
                pieces.clear();
                pieces.push((meter.sold.price, left));
            } else {
                estate.tiers.split(meter.sold.tier, left, &mut pieces);
            }
            let product = &dictionary.products[meter.sold.product as usize];
            for &(price, usage) in &pieces {
                let mut line = self.line(LineType::Usage, meter, price);
                line.invoice = product.invoice;
                line.usage = usage;
                line.public = usage.times(product.public_rate);
                let unit_price = &dictionary.prices[price as usize];
                line.unblended = usage.times(unit_price.rate);
                if unit_price.rate_text.is_empty() {
                    line.unblended = line.unblended.percent(self.spot_level());
                }
                self.lines.push(line);
            }
        }
    }

    /// The spot price of the hour, in percent of the usual one.
    fn spot_level(&self) -> i128 {
        80 + i128::from(chance::under(chance::mix(&[(self.start / 21_600) as u64, 3]), 41))
    }

    /// Takes the on-demand cost of covered usage off again, and bills the plans' hourly fees.
    pub(super) fn bill_plans(&mut self, dictionary: &mut Dictionary, plans: &[Plan]) {
        for ((commitment, account, product, zone), [usage, cost, net]) in std::mem::take(&mut self.covered) {
            let price = negation_price(dictionary, account, product);
            let mut line = LineItem::new(LineType::SavingsPlanNegation, self.slot, account, product, price);
            line.commitment = commitment;
            line.zone = zone;
            line.usage = usage;
            line.public = cost;
            line.unblended = -cost;
            line.net = -net;
            self.lines.push(line);
        }
        for plan in plans.iter().filter(|plan| plan.counts(self.start)) {
            let mut line =
                LineItem::new(LineType::SavingsPlanRecurringFee, self.slot, plan.owner, plan.product, plan.fee);
            let recurring = plan.hourly - plan.upfront;
            line.commitment = plan.commitment;
            line.usage = Exact::ONE;
            line.unblended = recurring;
            line.net = recurring.percent(NET_PERCENT);
            line.fee = Some(Box::new(Fee {
                commitment: plan.hourly,
                used: plan.hourly - plan.left,
                recurring,
                amortized: plan.upfront,
                net_recurring: recurring.percent(NET_PERCENT),
                net_amortized: plan.upfront.percent(NET_PERCENT),
                ..Fee::default()
            }));
            self.lines.push(line);
        }
    }
}

/// What a reservation offers in the hour: hours times quarters.
pub(super) fn offered(reservation: &Reservation, start: i64) -> i128 {
    reservation
        .overlap(start, start + 3600)
        .map_or(0, |(from, to)| hours(to - from).0 * reservation.count * reservation.quarters)
}

/// The quantity that a meter shows for the hour.
fn metered(meter: &Meter, span: JobSpan, hours_of_month: i128, start: i64) -> Exact {
    let seconds = running_seconds(meter, span, start);
    if seconds == 0 {
        return Exact::ZERO;
    }
    if meter.amount == Exact::ZERO {
        return hours(seconds);
    }
    let share = match meter.schedule {
        Schedule::Every(step) => meter.amount.of(i128::from(step), hours_of_month),
        Schedule::Office => meter.amount.of(14, hours_of_month * 5),
        _ => meter.amount.of(1, hours_of_month),
    };
    let Some(decimals) = meter.decimals else { return share };
    let hash = chance::mix(&[meter.hash, start as u64, 5]);
    // In coarse steps, so that figures repeat and a file stays small.
    share.of(400 + 150 * i128::from(chance::under(hash, 9)), 1000).rounded(decimals)
}

/// Seconds of the hour in which something runs.
fn running_seconds(meter: &Meter, span: JobSpan, start: i64) -> i64 {
    let moment = chance::under(meter.hash, 3600) as i64;
    match meter.schedule {
        Schedule::From(day) => {
            let begin = span.first + (i64::from(day) - 1) * DAY + 7 * 3600 + moment;
            (start + 3600 - begin).clamp(0, 3600)
        }
        Schedule::Until(day) => {
            let end = span.last + (i64::from(day) - 1) * DAY + 18 * 3600 + moment;
            (end - start).clamp(0, 3600)
        }
        _ if !is_on(meter, start) => 0,
        Schedule::Always | Schedule::Every(_) => 3600,
        _ if meter.amount > Exact::ZERO || is_on(meter, start - 3600) => 3600,
        _ => 3600 - 60 * chance::under(chance::mix(&[meter.hash, start as u64, 7]), 50) as i64,
    }
}

/// Whether something runs in the hour that begins at `start`.
fn is_on(meter: &Meter, start: i64) -> bool {
    let hour_of_day = start.rem_euclid(DAY) / 3600;
    match meter.schedule {
        Schedule::Office => {
            // 1 January 1970 was a Thursday.
            let weekday = (start.div_euclid(DAY) + 3).rem_euclid(7);
            weekday < 5 && (7..19).contains(&hour_of_day)
        }
        Schedule::Night => hour_of_day < 6,
        Schedule::Flaky(percent) => {
            let spell = chance::mix(&[meter.hash, (start / 21_600) as u64]);
            chance::under(spell, 100) < percent
        }
        Schedule::Every(step) => (start / 3600 + (meter.hash % 1000) as i64) % i64::from(step) == 0,
        Schedule::Always | Schedule::From(_) | Schedule::Until(_) => true,
    }
}

/// The price of a negation: the on-demand rate with a minus.
fn negation_price(dictionary: &mut Dictionary, account: u32, product: u32) -> u32 {
    let (id, sold) = (&dictionary.accounts[account as usize].id, &dictionary.products[product as usize]);
    let description = format!("SavingsPlanNegation used by AccountId : {id} and UsageSku : {}", sold.sku);
    let rate = -sold.public_rate;
    dictionary.price(description.clone(), || UnitPrice {
        term: "OnDemand",
        description,
        rate,
        rate_text: rate.text(),
        ..UnitPrice::default()
    })
}
