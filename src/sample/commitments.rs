//! Reserved Instances: what was bought, when, at what price.

use super::catalog::Machine;
use super::chance;
use super::dictionary::{Commitment, Dictionary, UnitPrice};
use super::estate::Estate;
use super::exact::{Exact, SCALE};
use super::frame::{DAY, JobSpan, instant};
use super::roles::{Bought, Payment, Purchase};

/// Hours of a one-year term.
pub(super) const TERM: i128 = 8760;
const TERM_SECONDS: i64 = 8760 * 3600;
/// Reservations that one subscription holds at most.
const LOT: u64 = 100;

/// A Reserved Instance subscription.
#[derive(Debug)]
pub(super) struct Reservation {
    /// Its texts in the dictionary.
    pub(super) commitment: u32,
    /// Account that bought it.
    pub(super) owner: u32,
    /// Pool it covers, or `NONE` when nobody runs anything of the kind.
    pub(super) pool: u32,
    /// Whether it is bound to a zone.
    pub(super) zonal: bool,
    /// Product of its fee lines.
    pub(super) product: u32,
    /// Price of its fee lines.
    pub(super) fee: u32,
    /// Price of the lines it covers.
    pub(super) covered: u32,
    /// Normalisation factor times 4.
    pub(super) quarters: i128,
    /// Number of reservations.
    pub(super) count: i128,
    /// Recurring fee of one reservation and hour.
    pub(super) hourly: Exact,
    /// Upfront payment of one reservation.
    pub(super) upfront: Exact,
    /// First second.
    pub(super) start: i64,
    /// Last second.
    pub(super) end: i64,
    /// Hours times quarters that lines used, this period.
    pub(super) used: i128,
    /// Hours times quarters that are left in this hour.
    pub(super) left: i128,
}

impl Reservation {
    /// Begins a period.
    pub(super) fn restart(&mut self) {
        self.used = 0;
    }

    /// The recurring fee of so many hours times quarters, `percent` of it.
    pub(super) fn recurring_of(&self, units: i128, percent: i128) -> Exact {
        self.hourly.of(units * percent, self.quarters * SCALE * 100)
    }

    /// The upfront payment that falls on so many hours times quarters, `percent` of it.
    pub(super) fn amortized_of(&self, units: i128, percent: i128) -> Exact {
        self.upfront.of(units * percent, self.quarters * SCALE * TERM * 100)
    }

    /// The part of the recurring fee between two numbers of hours times quarters.
    pub(super) fn recurring_between(&self, from: i128, to: i128, percent: i128) -> Exact {
        self.recurring_of(to, percent) - self.recurring_of(from, percent)
    }

    /// The part of the upfront payment between two numbers of hours times quarters.
    pub(super) fn amortized_between(&self, from: i128, to: i128, percent: i128) -> Exact {
        self.amortized_of(to, percent) - self.amortized_of(from, percent)
    }

    /// The part of an interval in which it is valid, in seconds since 1970; the end excluded.
    pub(super) fn overlap(&self, from: i64, to: i64) -> Option<(i64, i64)> {
        let (from, to) = (from.max(self.start), to.min(self.end + 1));
        (from < to).then_some((from, to))
    }
}

/// Seconds as hours, with the 6 decimals that AWS gives them.
pub(super) fn hours(seconds: i64) -> Exact {
    Exact::whole(i128::from(seconds)).of(1, 3600).rounded(6)
}

/// An account's purchase of a commitment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    /// The account.
    pub(super) account: usize,
    /// Its hash, from which its ids are made.
    pub(super) hash: u64,
    /// First second of the term.
    pub(super) start: i64,
    /// Last second of the term.
    pub(super) end: i64,
}

impl Deal {
    /// A purchase whose term is one year.
    pub(super) fn new(account: usize, hash: u64, bought: Bought, span: JobSpan) -> Self {
        let start = match bought {
            Bought::Before(days) => span.first - days * DAY + chance::under(hash, 86_400) as i64,
            Bought::First(day, second) => moment(span.first, day, second),
            Bought::Last(day, second) => moment(span.last, day, second),
            Bought::ExpiresLast(day, second) => moment(span.last, day, second) + 1 - TERM_SECONDS,
        };
        Self { account, hash, start, end: start + TERM_SECONDS - 1 }
    }
}

/// A second of a day of the month that begins at `start`.
fn moment(start: i64, day: u32, second: u32) -> i64 {
    start + (i64::from(day) - 1) * DAY + i64::from(second)
}

/// Buys the Reserved Instances of all accounts.
pub(super) fn reservations(dictionary: &mut Dictionary, estate: &Estate, span: JobSpan) -> Vec<Reservation> {
    let mut all = Vec::new();
    for (account, &role) in estate.roles.iter().enumerate() {
        for purchase in estate.tables.reservations.iter().filter(|purchase| purchase.role == role) {
            let mut left = (purchase.count * estate.thousandths / 1000).max(1);
            while left > 0 {
                let count = left.min(LOT);
                left -= count;
                let hash = chance::mix(&[dictionary.seed, 11, account as u64, all.len() as u64]);
                let deal = Deal::new(account, hash, purchase.bought, span);
                all.push(reserve(dictionary, estate, purchase, count, deal));
            }
        }
    }
    all
}

fn reserve(
    dictionary: &mut Dictionary,
    estate: &Estate,
    purchase: &'static Purchase,
    count: u64,
    deal: Deal,
) -> Reservation {
    let (machine, zone) = (&purchase.machine, purchase.zone.as_str());
    let (hourly, upfront) = reserved_prices(machine, purchase.payment);
    let key = if zone.is_empty() { machine.pool_key() } else { machine.zone_key(zone) };
    let (fee, covered) = priced(dictionary, purchase, hourly);
    let owner = &dictionary.accounts[deal.account].id;
    let commitment = Commitment {
        arn: chance::id(&machine.platform.reservation_arn, &machine.region.code, owner, deal.hash),
        subscription: chance::digits(deal.hash, 10),
        count: count.to_string(),
        zone,
        start: instant(deal.start),
        end: instant(deal.end),
        option: purchase.payment.name(),
        ..Commitment::default()
    };
    Reservation {
        commitment: dictionary.commitment(commitment),
        owner: deal.account as u32,
        pool: estate.pool(&key),
        zonal: !zone.is_empty(),
        product: machine.fee_product(dictionary),
        fee,
        covered,
        quarters: machine.quarters,
        count: i128::from(count),
        hourly,
        upfront,
        start: deal.start,
        end: deal.end,
        used: 0,
        left: 0,
    }
}

/// Recurring fee of an hour, and upfront payment, of one reservation.
fn reserved_prices(machine: &Machine, payment: Payment) -> (Exact, Exact) {
    let rate = machine.rate();
    match payment {
        Payment::No => (rate.percent(63).rounded(4), Exact::ZERO),
        Payment::Partial => (rate.percent(30).rounded(4), Exact(rate.percent(30).0 * TERM).rounded(0)),
        Payment::All => (Exact::ZERO, Exact(rate.percent(58).0 * TERM).rounded(0)),
    }
}

/// The prices of a reservation's fee lines and of the lines it covers.
fn priced(dictionary: &mut Dictionary, purchase: &Purchase, hourly: Exact) -> (u32, u32) {
    let (platform, option) = (purchase.machine.platform, purchase.payment.name());
    let words = format!("{}, {}", platform.reserved_as, purchase.machine.instance_type);
    let letter = purchase.zone.chars().next_back().unwrap_or(' ');
    let name = format!("{words}/{}/{option}/{letter}", platform.name);
    let fee = dictionary.price(format!("fee/{name}"), || UnitPrice {
        description: format!("USD {} hourly fee per {words} instance", hourly.short(2)),
        rate: hourly,
        rate_text: hourly.text(),
        ..UnitPrice::default()
    });
    let covered = dictionary.price(format!("covered/{name}"), || UnitPrice {
        term: "Reserved",
        lease: "1yr",
        class: "standard",
        option,
        unit: "Hrs",
        description: format!("{words} reserved instance applied"),
        rate_text: Exact::ZERO.text(),
        ..UnitPrice::default()
    });
    (fee, covered)
}
