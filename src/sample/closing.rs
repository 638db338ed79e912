//! The lines that close a month: reservation fees, upfront payments, support, discounts, credits,
//! a refund and tax.

use super::billed_tables::Tables;
use super::bought::Commitments;
use super::catalog::in_region;
use super::chance;
use super::commitments::{Reservation, TERM, hours};
use super::dictionary::{Dictionary, Invoice, NewProduct, Slot, UnitPrice};
use super::exact::{Exact, exact};
use super::frame::{Frame, label};
use super::line::{Fee, LineItem, LineType};
use super::plans::Plan;
use super::tally::{NET_PERCENT, Tally};

/// The region that credits and refunds and discounts of some usage are for.
const HOME: &str = "us-east-1";
/// The least that Business support costs.
const LEAST_SUPPORT: Exact = exact("100");
/// The largest line that a discount is written in.
const LARGEST_PART: Exact = exact("90000");
/// Tax in percent.
const TAX_PERCENT: i128 = 7;

/// Fees of reservations, and upfront payments of the period. They are part of the sums.
pub(super) fn fee_lines(dictionary: &mut Dictionary, frame: &Frame, commitments: &Commitments) -> Vec<LineItem> {
    let mut lines = Vec::new();
    for reservation in &commitments.reservations {
        if let Some((from, to)) = reservation.overlap(frame.start, frame.end) {
            let slot = month_part(dictionary, from, to - 1);
            lines.push(reservation_fee(slot, reservation, hours(to - from)));
        }
        let upfront = Exact(reservation.upfront.0 * reservation.count);
        if upfront > Exact::ZERO && frame.holds(reservation.start) {
            lines.push(upfront_fee(dictionary, frame, reservation, upfront));
        }
    }
    for plan in &commitments.plans {
        if plan.upfront > Exact::ZERO && frame.holds(plan.start) {
            lines.push(plan_upfront_fee(dictionary, frame, plan));
        }
    }
    lines
}

/// The month's fee of a reservation: what was used of it and what was not.
fn reservation_fee(slot: u32, reservation: &Reservation, reserved: Exact) -> LineItem {
    let quarters = reservation.quarters;
    let total = reserved.0 * reservation.count * quarters;
    let (used, unused) = (reservation.used, total - reservation.used);
    let mut line = LineItem::new(LineType::RiFee, slot, reservation.owner, reservation.product, reservation.fee);
    line.commitment = reservation.commitment;
    line.usage = Exact(reserved.0 * reservation.count);
    line.unblended = reservation.recurring_of(total, 100);
    line.net = reservation.recurring_of(total, NET_PERCENT);
    line.recurring = reservation.recurring_between(used, total, 100);
    line.amortized = reservation.amortized_between(used, total, 100);
    line.net_recurring = reservation.recurring_between(used, total, NET_PERCENT);
    line.net_amortized = reservation.amortized_between(used, total, NET_PERCENT);
    let upfront = Exact(reservation.upfront.0 * reservation.count);
    line.fee = Some(Box::new(Fee {
        total_units: line.usage,
        total_normalized: Exact(total).of(1, 4),
        unused_units: Exact(unused).of(1, quarters),
        unused_normalized: Exact(unused).of(1, 4),
        upfront,
        net_upfront: upfront.percent(NET_PERCENT),
        amortized: reservation.amortized_of(total, 100),
        net_amortized: reservation.amortized_of(total, NET_PERCENT),
        ..Fee::default()
    }));
    line
}

/// The upfront payment of a reservation, in the hour of its purchase.
fn upfront_fee(dictionary: &mut Dictionary, frame: &Frame, reservation: &Reservation, amount: Exact) -> LineItem {
    let commitment = &dictionary.commitments[reservation.commitment as usize];
    let plan_id = chance::digits(chance::mix_text(1, &commitment.arn), 7);
    let description = format!("Sign up charge for subscription: {}, planId: {plan_id}", commitment.subscription);
    let price = dictionary.price(description.clone(), || UnitPrice { description, ..UnitPrice::default() });
    let slot = frame.hour_of(reservation.start);
    let mut line = LineItem::new(LineType::Fee, slot, reservation.owner, reservation.product, price);
    line.invoice = Invoice::Purchase;
    line.commitment = reservation.commitment;
    line.usage = Exact::whole(reservation.count);
    line.unblended = amount;
    line
}

/// The upfront payment of a Savings Plan.
fn plan_upfront_fee(dictionary: &mut Dictionary, frame: &Frame, plan: &Plan) -> LineItem {
    let words = dictionary.prices[plan.fee as usize].description.clone();
    let price =
        dictionary.price(format!("upfront/{words}"), || UnitPrice { description: words, ..UnitPrice::default() });
    let slot = frame.hour_of(plan.start);
    let mut line = LineItem::new(LineType::SavingsPlanUpfrontFee, slot, plan.owner, plan.product, price);
    line.invoice = Invoice::Purchase;
    line.commitment = plan.commitment;
    line.usage = Exact::ONE;
    line.unblended = Exact(plan.upfront.0 * TERM);
    line
}

/// The lines that depend on the month's sums, and the credits and refunds.
pub(super) fn sum_lines(dictionary: &mut Dictionary, tables: &Tables, frame: &Frame, tally: &Tally) -> Vec<LineItem> {
    let mut lines = support_lines(dictionary, tables, frame, tally.total());
    for account in 0..dictionary.accounts.len() as u32 {
        discount_and_tax_lines(dictionary, frame, tally, account, &mut lines);
    }
    for adjustment in tables.adjustments {
        let first = dictionary.accounts.iter().position(|account| account.name == adjustment.role.name);
        let Some(account) = first else { continue };
        let charge = Charge {
            kind: adjustment.kind,
            account: account as u32,
            code: &adjustment.product_code,
            usage_type: &adjustment.usage_type,
            words: &adjustment.description,
            amount: -adjustment.amount,
        };
        let invoice = if charge.kind == LineType::Refund { Invoice::Refund } else { Invoice::Monthly };
        lines.push(LineItem { invoice, ..charge.line(dictionary, frame) });
    }
    lines
}

/// Support at the payer: a line for each tier that the month's cost reaches.
fn support_lines(dictionary: &mut Dictionary, tables: &Tables, frame: &Frame, cost: Exact) -> Vec<LineItem> {
    let (mut lines, mut from) = (Vec::new(), Exact::ZERO);
    for tier in tables.tiers.iter().filter(|tier| tier.tiers == "support") {
        let part = cost.min(tier.reach()) - from;
        if part <= Exact::ZERO {
            break;
        }
        let amount = part.times(tier.rate).rounded(2);
        let is_small = from == Exact::ZERO && cost < tier.reach();
        let charge = Charge {
            kind: LineType::Fee,
            account: 0,
            code: "AWSSupportBusiness",
            usage_type: "Dollar",
            words: &tier.description,
            amount: if is_small { amount.max(LEAST_SUPPORT) } else { amount },
        };
        lines.push(LineItem { usage: part.rounded(2), ..charge.line(dictionary, frame) });
        from = tier.reach();
    }
    lines
}

/// The discounts and the tax of an account, service by service.
fn discount_and_tax_lines(
    dictionary: &mut Dictionary,
    frame: &Frame,
    tally: &Tally,
    account: u32,
    lines: &mut Vec<LineItem>,
) {
    for service in 0..dictionary.services.len() {
        let code = dictionary.services[service];
        let sum = tally.sum(account as usize, service);
        let enterprise = Charge {
            kind: LineType::EdpDiscount,
            account,
            code,
            usage_type: "",
            words: "Enterprise Discount Program discount",
            amount: Exact::ZERO,
        };
        let private = Charge {
            kind: LineType::PrivateRateDiscount,
            usage_type: "TimedStorage-ByteHrs",
            words: "Private rate: 5% off S3 Standard storage",
            ..enterprise
        };
        for (discount, sum) in [(enterprise, sum.enterprise), (private, sum.private)] {
            for part in parts(sum) {
                lines.push(Charge { amount: -part, ..discount }.line(dictionary, frame));
            }
        }
        let amount = (sum.cost - sum.enterprise - sum.private).percent(TAX_PERCENT).rounded(2);
        if amount > Exact::ZERO {
            let words = &format!("Tax for product code {code}");
            lines.push(Charge { kind: LineType::Tax, words, amount, ..enterprise }.line(dictionary, frame));
        }
    }
}

/// A sum in parts that doubles carry with all 10 decimals.
fn parts(sum: Exact) -> Vec<Exact> {
    let (mut parts, mut left) = (Vec::new(), sum);
    while left != Exact::ZERO {
        let part = left.clamp(Exact(-LARGEST_PART.0), LARGEST_PART);
        parts.push(part);
        left -= part;
    }
    parts
}

/// What is charged or credited for the whole month.
#[derive(Clone, Copy)]
struct Charge<'a> {
    kind: LineType,
    account: u32,
    code: &'static str,
    usage_type: &'a str,
    words: &'a str,
    amount: Exact,
}

impl Charge<'_> {
    fn line(self, dictionary: &mut Dictionary, frame: &Frame) -> LineItem {
        let (code, usage_type, words) = (self.code, self.usage_type, self.words);
        let known = dictionary.products.iter().find(|product| product.code == code);
        let name = known.map_or_else(|| "AWS Support (Business)".to_owned(), |product| product.name.clone());
        let product = dictionary.product(format!("charge/{code}/{usage_type}"), |_| {
            let new = NewProduct::new(code, usage_type, "").with("product_name", name);
            if usage_type.is_empty() || self.kind == LineType::Fee { new } else { in_region(new, HOME) }
        });
        let price = dictionary
            .price(format!("charge/{words}"), || UnitPrice { description: words.to_owned(), ..UnitPrice::default() });
        let mut line = LineItem::new(self.kind, frame.month_slot, self.account, product, price);
        line.usage = Exact::ONE;
        line.unblended = self.amount;
        line
    }
}

/// The slot of a part of the month, from its first to its last second.
fn month_part(dictionary: &mut Dictionary, from: i64, last: i64) -> u32 {
    let known = dictionary.slots.iter().position(|slot| slot.start == from && slot.end == last);
    known.unwrap_or_else(|| {
        dictionary.slots.push(Slot { start: from, end: last, label: label(from, last) });
        dictionary.slots.len() - 1
    }) as u32
}
