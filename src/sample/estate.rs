//! The organisation: its accounts, what they run, and which machines share a pool.
//!
//! Built once for a job; more rows mean more copies of every workload, and commitments grow with
//! them. Nothing here depends on the hour.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chance;
use super::dictionary::{Account, Dictionary, NONE, Resource};
use super::exact::Exact;
use super::roles::{COMMON, MACHINES, METERS, ROLES, Schedule, WEIGHTS, Workload};
use super::scale;
use super::services::Measure;
use super::tiers::TierMeters;

/// Something metered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meter {
    /// Account that pays.
    pub(super) account: u32,
    /// Product, price, tier table and plan rates.
    pub(super) sold: super::sold::Sold,
    /// Resource.
    pub(super) resource: u32,
    /// Normalisation factor times 4.
    pub(super) quarters: i128,
    /// When it runs.
    pub(super) schedule: Schedule,
    /// Quantity of a month; zero for what runs an hour in an hour.
    pub(super) amount: Exact,
    /// Price on demand of the first paid tier.
    pub(super) rate: Exact,
    /// Whether the quantity varies from time to time.
    pub(super) varies: bool,
    /// Decimals of the quantity.
    pub(super) decimals: u32,
    /// Chance of its own.
    pub(super) hash: u64,
}

impl Meter {
    /// What a Compute (or else EC2 Instance) Savings Plan leaves of the price, in thousandths.
    fn price_left(&self, compute: bool) -> i128 {
        let (family, of_compute) = self.sold.plan_rates;
        let rate = if compute { of_compute } else { family };
        rate.0 * 1000 / self.rate.0.max(1)
    }
}

/// Meters that a kind of commitment can cover.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// By account, and in an account in the order in which a commitment is applied.
    pub(super) ordered: Vec<u32>,
    /// The part of `ordered` that belongs to an account.
    pub(super) of: BTreeMap<u32, Range<usize>>,
    /// In the arbitrary order in which strangers are served.
    pub(super) shuffled: Vec<u32>,
}

/// The organisation.
#[derive(Debug)]
pub(super) struct Estate {
    /// Meters.
    pub(super) meters: Vec<Meter>,
    /// Pools by their number.
    pub(super) pools: Vec<Pool>,
    /// The role of each account.
    pub(super) roles: Vec<usize>,
    /// Tier tables.
    pub(super) tiers: TierMeters,
    /// The pool of Compute Savings Plans.
    pub(super) compute: u32,
    /// Copies of the tables that were made, in thousandths.
    pub(super) thousandths: u64,
    pool_keys: BTreeMap<String, u32>,
}

impl Estate {
    /// The organisation of `accounts` accounts that makes about `rows` rows a month.
    pub(super) fn build(dictionary: &mut Dictionary, accounts: u32, rows: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(dictionary.seed);
        let roles: Vec<usize> = (0..accounts as usize).map(role_of).collect();
        let mut estate = Self {
            meters: Vec::new(),
            pools: vec![Pool::default()],
            thousandths: scale::copies(rows, &roles),
            roles,
            tiers: TierMeters::new(),
            compute: 0,
            pool_keys: BTreeMap::new(),
        };
        dictionary.accounts = make_accounts(&mut random, &estate.roles);
        estate.add_workloads(dictionary);
        estate.order_pools(&mut random);
        estate
    }

    /// The pool of a key; [`NONE`] when nothing in the organisation belongs to it.
    pub(super) fn pool(&self, key: &str) -> u32 {
        self.pool_keys.get(key).copied().unwrap_or(NONE)
    }

    /// Whether an account buys Savings Plans: the first of each role, and of the others as many
    /// as there are copies of the tables, for a plan makes lines in every hour.
    pub(super) fn buys_plans(&self, account: usize) -> bool {
        let share = |accounts: usize| accounts as u64 * self.thousandths.min(1000) / 1000;
        account < ROLES.len() || share(account + 1) > share(account)
    }

    fn add_workloads(&mut self, dictionary: &mut Dictionary) {
        let (mut machines, mut others) = (Copies::new(self.thousandths), Copies::new(self.thousandths));
        for account in 0..self.roles.len() {
            let role = self.roles[account];
            for workload in MACHINES.iter().filter(|workload| workload.role == role) {
                for copy in 0..machines.next() {
                    self.add(dictionary, account, workload, (copy, 1));
                }
            }
            for workload in METERS.iter().filter(|workload| workload.role == role) {
                let copies = others.next();
                for copy in 0..copies {
                    self.add(dictionary, account, workload, (copy, copies));
                }
            }
            let copies = (self.thousandths / 1000).max(1);
            for (what, schedule, amount) in COMMON {
                let amount = amount * WEIGHTS[role];
                let schedule = self.thinned(schedule);
                let workload = Workload { role, what, schedule, zone: ' ', amount };
                for copy in 0..copies {
                    self.add(dictionary, account, &workload, (copy, copies * 100));
                }
            }
        }
    }

    /// A schedule that runs less often in a sample with less than one copy of the tables.
    fn thinned(&self, schedule: Schedule) -> Schedule {
        match schedule {
            Schedule::Every(step) if self.thousandths < 1000 => {
                let step = u64::from(step) * 1000 / self.thousandths;
                Schedule::Every(step.min(700) as u32)
            }
            _ => schedule,
        }
    }

    /// Adds the `copy`th of a workload; its quantity is divided by the second number.
    fn add(&mut self, dictionary: &mut Dictionary, account: usize, workload: &Workload, (copy, parts): (u64, u64)) {
        let sold = workload.what.sold(dictionary, &mut self.tiers);
        let (product, number) = (sold.product, self.meters.len() as u32);
        let hash = chance::mix(&[dictionary.seed, account as u64, u64::from(number), copy]);
        let id = workload.what.resource_id(&dictionary.accounts[account].id, hash);
        let zone = zone_name(workload.what.region().code, workload.zone);
        let resource = dictionary.resource(Resource { id, zone, tags: tags(workload.role, hash) });
        self.meters.push(Meter {
            account: account as u32,
            sold,
            resource,
            quarters: dictionary.products[product as usize].quarters,
            schedule: workload.schedule,
            amount: Exact::whole(workload.amount).of(1, i128::from(parts)),
            rate: dictionary.prices[sold.price as usize].rate,
            varies: !matches!(workload.what, Measure::Volume | Measure::Storage(_) | Measure::Keys),
            decimals: match workload.what {
                Measure::FunctionCalls | Measure::Requests => 0,
                Measure::Volume | Measure::Storage(_) | Measure::Keys => 10,
                _ => 6,
            },
            hash,
        });
        if let Measure::Hours(machine) = workload.what {
            self.join(machine.pool_key(), number);
            self.join(machine.zone_key(zone), number);
            if let Some(key) = machine.family_key() {
                self.join(key, number);
            }
        }
        if sold.plan_rates.1 > Exact::ZERO {
            self.pools[self.compute as usize].ordered.push(number);
        }
    }

    fn join(&mut self, key: String, meter: u32) {
        let next = self.pools.len() as u32;
        let pool = *self.pool_keys.entry(key).or_insert(next);
        if pool == next {
            self.pools.push(Pool::default());
        }
        self.pools[pool as usize].ordered.push(meter);
    }

    /// Orders pools: small machines first for reservations, the best saving first for plans.
    fn order_pools(&mut self, random: &mut ChaCha8Rng) {
        let is_plan: BTreeSet<u32> = self
            .pool_keys
            .iter()
            .filter(|(key, _)| key.starts_with("plan/"))
            .map(|(_, number)| *number)
            .chain([self.compute])
            .collect();
        for (number, pool) in self.pools.iter_mut().enumerate() {
            let meters = &self.meters;
            if is_plan.contains(&(number as u32)) {
                pool.ordered.sort_by_key(|&m| {
                    let meter = &meters[m as usize];
                    (meter.account, meter.price_left(number as u32 == self.compute), m)
                });
            } else {
                pool.ordered.sort_by_key(|&m| {
                    let meter = &meters[m as usize];
                    (meter.account, meter.quarters, m)
                });
            }
            for (at, &meter) in pool.ordered.iter().enumerate() {
                let range = pool.of.entry(meters[meter as usize].account).or_insert(at..at);
                range.end = at + 1;
            }
            pool.shuffled.clone_from(&pool.ordered);
            pool.shuffled.shuffle(random);
        }
    }
}

/// Counts copies so that any run of workloads gets its share of them.
struct Copies {
    thousandths: u64,
    seen: u64,
}

impl Copies {
    fn new(thousandths: u64) -> Self {
        Self { thousandths, seen: 0 }
    }

    fn next(&mut self) -> u64 {
        let before = (self.seen * self.thousandths).div_ceil(1000);
        self.seen += 1;
        (self.seen * self.thousandths).div_ceil(1000) - before
    }
}

fn role_of(account: usize) -> usize {
    if account == 0 { 0 } else { 1 + (account - 1) % (ROLES.len() - 1) }
}

/// Twelve-digit accounts, all different; the second begins with 0.
fn make_accounts(random: &mut ChaCha8Rng, roles: &[usize]) -> Vec<Account> {
    let mut known = BTreeSet::new();
    let mut accounts = Vec::with_capacity(roles.len());
    for (index, &role) in roles.iter().enumerate() {
        let id = loop {
            let number: u64 = random.random_range(100_000_000_000..1_000_000_000_000);
            let number = if index == 1 { number / 10 } else { number };
            if known.insert(number) {
                break format!("{number:012}");
            }
        };
        let (name, team, _, _) = ROLES[role];
        let again = (index.max(1) - 1) / (ROLES.len() - 1);
        let name = if again == 0 { name.to_owned() } else { format!("{name}-{}", again + 1) };
        accounts.push(Account { id, name, team });
    }
    accounts
}

fn zone_name(region: &str, letter: char) -> &'static str {
    match (region, letter) {
        ("us-east-1", 'a') => "us-east-1a",
        ("us-east-1", 'b') => "us-east-1b",
        ("us-east-1", 'c') => "us-east-1c",
        ("us-east-1", 'd') => "us-east-1d",
        ("eu-west-1", 'a') => "eu-west-1a",
        ("eu-west-1", 'b') => "eu-west-1b",
        ("eu-west-1", 'c') => "eu-west-1c",
        ("us-west-2", 'a') => "us-west-2a",
        _ => "",
    }
}

/// The zone a reservation is bound to; `""` for a regional one.
pub(super) fn reserved_zone(region: &str, letter: char) -> &'static str {
    zone_name(region, letter)
}

/// Tags of a resource: one in four is untagged, the newest tag is on every second.
fn tags(role: usize, hash: u64) -> [&'static str; 4] {
    const CENTRES: [&str; 12] = [
        "CC-100", "CC-210", "CC-220", "CC-230", "CC-220", "CC-230", "CC-310", "CC-240", "CC-240", "CC-230", "CC-210",
        "",
    ];
    let (_, team, environment, application) = ROLES[role];
    if hash.is_multiple_of(4) {
        return ["", environment, "", ""];
    }
    [CENTRES[role], environment, application, if hash & 16 == 0 { team } else { "" }]
}
