//! Months at random: the same seed and number give the same month.
//!
//! A small simulation of how AWS bills: usage is drawn; reservations cover part of it, their owners' first, then plans
//! of one family, then all others; the rest is on demand; then services priced by tiers, plain usage, purchases and
//! charges. What AWS guarantees (nothing covers more than it holds, a plan's used commitment is what it covered, owners
//! come first) holds in most months, and is broken in some.

mod catalog;
mod charges;
mod fees;
mod identities;
pub(crate) mod names;
mod needs;
mod net;
mod owners;
mod plans;
mod pricing;
mod purchases;
mod registry;
mod reservations;
mod rules;
mod services;

use libtest_mimic::Trial;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::month::{Decimal, Line, Moment, Month};

/// 2026-03-01, in seconds.
pub(super) const MONTH_START: i64 = 1_772_323_200;
/// Seconds of March.
pub(super) const MONTH_SECONDS: i64 = 31 * 86_400;
/// The last second of March.
const MONTH_END: i64 = MONTH_START + MONTH_SECONDS - 1;

/// What is checked of the months themselves.
pub(super) fn trials() -> Vec<Trial> {
    identities::trials()
}

/// The month of this number.
pub(crate) fn month(seed: u64, number: u32) -> Month {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(number));
    let mut draw = Draw::new(rng, number);
    draw.registry();
    draw.bill("USD", "inv-1");
    if draw.chance(10) {
        draw.bill("CNY", "inv-2");
    }
    draw.charge_rules();
    draw.pricing();
    draw.month
}

/// What one month is drawn with.
struct Draw {
    rng: ChaCha8Rng,
    month: Month,
    number: usize,
    /// Begins every name of the month that another month must not have.
    prefix: String,
    accounts: Vec<String>,
    groups: Vec<String>,
    slots: Vec<Moment>,
    slot_seconds: i64,
    currency: String,
    invoice: Option<String>,
    /// What prices are multiplied with.
    level: i128,
    last_id: usize,
    last_arn: usize,
    last_closed: usize,
}

impl Draw {
    fn new(mut rng: ChaCha8Rng, number: u32) -> Self {
        let number = usize::try_from(number).unwrap_or_default();
        let count = match rng.random_range(0..100) {
            0..6 => 1,
            6..90 => rng.random_range(2..=7),
            90..95 => rng.random_range(8..=12),
            _ => rng.random_range(13..=14),
        };
        let accounts: Vec<String> = (0..count).map(|place| names::account(number, place)).collect();
        let slot_seconds = if rng.random_ratio(1, 6) { 86_400 } else { 3600 };
        let first = MONTH_START + slot_seconds * rng.random_range(0..20);
        let slots = (0..rng.random_range(1..=3)).map(|n| Moment(first + n * slot_seconds)).collect();
        // In units of the last digit: mostly some cents by unit, now and then next to nothing or millions.
        let level = match rng.random_range(0..40) {
            0 => 1,
            1 => 10_000_000 * 1_000_000,
            _ => 1_000_000,
        };
        let month = Month { payer: accounts[0].clone(), ..Month::default() };
        Self {
            rng,
            month,
            number,
            prefix: names::prefix(number),
            accounts,
            groups: Vec::new(),
            slots,
            slot_seconds,
            currency: String::new(),
            invoice: None,
            level,
            last_id: 0,
            last_arn: 0,
            last_closed: 0,
        }
    }

    /// All that one currency has.
    fn bill(&mut self, currency: &str, invoice: &str) {
        currency.clone_into(&mut self.currency);
        self.invoice = if self.chance(80) { Some(invoice.to_owned()) } else { None };
        let first_line = self.month.lines.len();
        let mut needs = self.needs();
        self.reservations(&mut needs);
        self.plans(&mut needs);
        self.uncovered(needs);
        self.tiers();
        self.plain_usage();
        self.purchases();
        self.charges();
        self.net_columns(first_line);
    }

    /// Whether something of this many per cent happens.
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// One of them.
    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.random_range(0..of.len())]
    }

    fn account(&mut self) -> String {
        let number = self.rng.random_range(0..self.accounts.len());
        self.accounts[number].clone()
    }

    fn slot(&mut self) -> Moment {
        let slots = self.slots.clone();
        self.one_of(&slots)
    }

    /// A price by unit: round, odd to the last digit, equal for many, or nothing.
    fn price(&mut self) -> Decimal {
        let steps = match self.rng.random_range(0..25) {
            0 => 0,
            1..=8 => 100 * self.rng.random_range(1..=5),
            _ => self.rng.random_range(1..=3000),
        };
        let odd = if self.chance(25) && steps > 0 { self.rng.random_range(0..1000) } else { 0 };
        Decimal(steps * self.level + if self.level == 1_000_000 { odd } else { 0 })
    }

    /// A line with what every line has.
    fn line(&mut self, line_item_type: &str, account: &str, slot: Moment) -> Line {
        if self.last_id == 0 || !self.chance(3) {
            self.last_id += 1;
        }
        Line {
            identity_line_item_id: Some(format!("{}l{:03}", self.prefix, self.last_id)),
            bill_billing_entity: Some("AWS".to_owned()),
            bill_bill_type: Some("Anniversary".to_owned()),
            bill_invoice_id: self.invoice.clone(),
            line_item_line_item_type: line_item_type.to_owned(),
            line_item_usage_account_id: Some(account.to_owned()),
            line_item_usage_start_date: slot,
            line_item_usage_end_date: Some(Moment(slot.0 + self.slot_seconds)),
            line_item_currency_code: Some(self.currency.clone()),
            ..Line::default()
        }
    }

    /// The line of a charge, which counts for the whole month.
    fn monthly(&mut self, line_item_type: &str, account: &str) -> Line {
        let line = self.line(line_item_type, account, Moment(MONTH_START));
        Line { line_item_usage_end_date: Some(Moment(MONTH_END)), ..line }
    }

    fn push(&mut self, line: Line) {
        self.month.lines.push(line);
    }
}

/// The product, rounded down to 10 digits.
fn times(one: Decimal, two: Decimal) -> Decimal {
    Decimal(one.0 * two.0 / Decimal::ONE)
}
