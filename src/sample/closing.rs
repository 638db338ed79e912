//! The lines that close a month: reservation fees, upfront payments, support, discounts, credits,
//! a refund and tax.

use super::catalog::VIRGINIA;
use super::chance;
use super::commitments::{Reservation, TERM, hours};
use super::dictionary::{Dictionary, Invoice, NewProduct, Slot, UnitPrice};
use super::exact::{Exact, exact};
use super::frame::{Commitments, Frame, label};
use super::line::{Fee, LineItem, LineType};
use super::plans::Plan;
use super::tally::{NET_PERCENT, Tally};

/// Business support: to how many dollars, at what percentage, in AWS's words.
const SUPPORT: [(i128, i128, &str); 4] = [
    (10_000, 10, "10% of monthly AWS usage for the first $0-$10K"),
    (80_000, 7, "7% of monthly AWS usage from $10K-$80K"),
    (250_000, 5, "5% of monthly AWS usage from $80K-$250K"),
    (i128::MAX / 1_000_000_000_000, 3, "3% of monthly AWS usage from $250K+"),
];
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
            let slot = frame.month_part(dictionary, from, to - 1);
            lines.push(reservation_fee(slot, reservation, hours(to - from)));
        }
        let upfront = Exact(reservation.upfront.0 * reservation.count);
        if upfront > Exact::ZERO && (frame.start..frame.end).contains(&reservation.start) {
            lines.push(upfront_fee(dictionary, frame, reservation, upfront));
        }
    }
    for plan in &commitments.plans {
        if plan.upfront > Exact::ZERO && (frame.start..frame.end).contains(&plan.start) {
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
    let rest = |of: &dyn Fn(i128) -> Exact| of(total) - of(used);
    line.commitment = reservation.commitment;
    line.usage = Exact(reserved.0 * reservation.count);
    line.unblended = reservation.recurring_of(total, 100);
    line.net = reservation.recurring_of(total, NET_PERCENT);
    line.recurring = rest(&|units| reservation.recurring_of(units, 100));
    line.amortized = rest(&|units| reservation.amortized_of(units, 100));
    line.net_recurring = rest(&|units| reservation.recurring_of(units, NET_PERCENT));
    line.net_amortized = rest(&|units| reservation.amortized_of(units, NET_PERCENT));
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
    let plan = chance::digits(chance::mix_text(1, &commitment.arn), 7);
    let description = format!("Sign up charge for subscription: {}, planId: {plan}", commitment.subscription);
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

/// Everything that rests on the month's sums.
pub(super) fn sum_lines(dictionary: &mut Dictionary, frame: &Frame, tally: &Tally) -> Vec<LineItem> {
    let mut lines = support_lines(dictionary, frame, tally.total());
    for account in 0..dictionary.accounts.len() as u32 {
        discount_and_tax_lines(dictionary, frame, (tally, account), &mut lines);
    }
    let mut credit = |role: u32, code, usage_type: &'static str, amount: &str, words: &str| {
        if role < dictionary.accounts.len() as u32 {
            let amount = -exact(amount);
            lines.push(charge(dictionary, frame, (LineType::Credit, role), (code, usage_type, words, amount)));
        }
    };
    credit(0, "AmazonEC2", "BoxUsage:m5.large", "250", "Migration programme credit");
    credit(10, "AWSLambda", "Lambda-GB-Second", "18.5", "Serverless launch credit");
    if dictionary.accounts.len() > 2 {
        let words = "Correction of last month's Multi-AZ hours";
        let refund = ("AmazonRDS", "InstanceUsage:db.m5.large", words, -exact("24.18"));
        let refund = charge(dictionary, frame, (LineType::Refund, 2), refund);
        lines.push(LineItem { invoice: Invoice::Refund, ..refund });
    }
    lines
}

/// Support at the payer: a line for each tier that the month's cost reaches.
fn support_lines(dictionary: &mut Dictionary, frame: &Frame, cost: Exact) -> Vec<LineItem> {
    let (mut lines, mut from) = (Vec::new(), Exact::ZERO);
    for (to, percent, words) in SUPPORT {
        let part = cost.min(Exact::whole(to)) - from;
        if part <= Exact::ZERO {
            break;
        }
        let amount = part.percent(percent).rounded(2);
        let is_small = from == Exact::ZERO && cost < Exact::whole(to);
        let amount = if is_small { amount.max(LEAST_SUPPORT) } else { amount };
        let words = ("AWSSupportBusiness", "Dollar", words, amount);
        let line = charge(dictionary, frame, (LineType::Fee, 0), words);
        lines.push(LineItem { usage: part.rounded(2), ..line });
        from = Exact::whole(to);
    }
    lines
}

/// The discounts and the tax of an account, service by service.
fn discount_and_tax_lines(
    dictionary: &mut Dictionary,
    frame: &Frame,
    (tally, account): (&Tally, u32),
    lines: &mut Vec<LineItem>,
) {
    for service in 0..dictionary.services.len() {
        let code = dictionary.services[service];
        let sum = tally.sum(account as usize, service);
        for part in parts(sum.enterprise) {
            let words = (code, "", "Enterprise Discount Program discount", -part);
            lines.push(charge(dictionary, frame, (LineType::EdpDiscount, account), words));
        }
        for part in parts(sum.private) {
            let words = "Private rate: 5% off S3 Standard storage";
            let words = (code, "TimedStorage-ByteHrs", words, -part);
            lines.push(charge(dictionary, frame, (LineType::PrivateRateDiscount, account), words));
        }
        let tax = (sum.cost - sum.enterprise - sum.private).percent(TAX_PERCENT).rounded(2);
        if tax > Exact::ZERO {
            let words = format!("Tax for product code {code}");
            lines.push(charge(dictionary, frame, (LineType::Tax, account), (code, "", &words, tax)));
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

/// A line of the whole month: product code, usage type, words and amount.
fn charge(
    dictionary: &mut Dictionary,
    frame: &Frame,
    (kind, account): (LineType, u32),
    (code, usage_type, words, amount): (&'static str, &str, &str, Exact),
) -> LineItem {
    let name = dictionary.products.iter().find(|product| product.code == code).map(|p| p.name().to_owned());
    let name = name.unwrap_or_else(|| "AWS Support (Business)".to_owned());
    let product = dictionary.product(format!("charge/{code}/{usage_type}"), |_| {
        let new = NewProduct::new(code, usage_type, "").with("product_name", name);
        if usage_type.is_empty() || kind == LineType::Fee {
            return new;
        }
        new.with("region", VIRGINIA.code).with("region_code", VIRGINIA.code)
    });
    let price = dictionary
        .price(format!("charge/{words}"), || UnitPrice { description: words.to_owned(), ..UnitPrice::default() });
    let mut line = LineItem::new(kind, frame.month_slot, account, product, price);
    line.usage = Exact::ONE;
    line.unblended = amount;
    line
}

impl Frame {
    /// The slot of a part of the month, from its first to its last second.
    fn month_part(&self, dictionary: &mut Dictionary, from: i64, last: i64) -> u32 {
        let known = dictionary.slots.iter().position(|slot| slot.start == from && slot.end == last);
        known.unwrap_or_else(|| {
            dictionary.slots.push(Slot { start: from, end: last, label: label(from, last) });
            dictionary.slots.len() - 1
        }) as u32
    }

    /// The slot of the hour that holds a second of the month.
    fn hour_of(&self, second: i64) -> u32 {
        ((second - self.start) / 3600) as u32
    }
}
