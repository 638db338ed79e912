//! The organisation: its accounts, what they run, and which machines share a pool.
//!
//! Built once for a job; more rows mean more copies of every workload, and commitments grow with
//! them. Nothing here depends on the hour.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::billed_tables::Tables;
use super::chance;
use super::dictionary::{Account, Dictionary, NONE, Resource};
use super::exact::Exact;
use super::roles::{AccountRole, Schedule, Workload};
use super::scale;
use super::services::Measure;
use super::sold::Sold;
use super::tiers::TierMeters;

/// Something metered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meter {
    /// Account that pays.
    pub(super) account: u32,
    /// Product, price, tier meter and plan rates.
    pub(super) sold: Sold,
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
    /// Decimals of a quantity that varies from time to time; none for one that is always the same.
    pub(super) decimals: Option<u32>,
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
    /// The tables it is made from.
    pub(super) tables: Tables,
    /// Meters.
    pub(super) meters: Vec<Meter>,
    /// Pools by their number.
    pub(super) pools: Vec<Pool>,
    /// The role of each account.
    pub(super) roles: Vec<&'static AccountRole>,
    /// The meters of all that is sold by tiers.
    pub(super) tiers: TierMeters,
    /// The pool of Compute Savings Plans.
    pub(super) compute: u32,
    /// Copies of the tables that were made, in thousandths.
    pub(super) thousandths: u64,
    pool_keys: BTreeMap<String, u32>,
}

impl Estate {
    /// The organisation of `accounts` accounts that makes about `rows` rows a month: the payer,
    /// then accounts that take the other roles in turn.
    pub(super) fn build(dictionary: &mut Dictionary, tables: Tables, accounts: u32, rows: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(dictionary.seed);
        let (payer, others) = (tables.roles.iter().take(1), tables.roles.iter().skip(1));
        let roles: Vec<_> = payer.chain(others.cycle()).take(accounts as usize).collect();
        let mut estate = Self {
            tables,
            meters: Vec::new(),
            pools: vec![Pool::default()],
            thousandths: scale::copies(&tables, rows, &roles),
            roles,
            tiers: TierMeters::default(),
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
        account < self.tables.roles.len() || self.buyers(account + 1) > self.buyers(account)
    }

    /// How many of so many accounts buy Savings Plans.
    fn buyers(&self, accounts: usize) -> u64 {
        accounts as u64 * self.thousandths.min(1000) / 1000
    }

    fn add_workloads(&mut self, dictionary: &mut Dictionary) {
        let (mut machines, mut others) = (Copies::new(self.thousandths), Copies::new(self.thousandths));
        for account in 0..self.roles.len() {
            let role = self.roles[account];
            for workload in self.tables.machines.iter().filter(|workload| workload.role == Some(role)) {
                let run = Run { copies: machines.next(), amount: Exact::ZERO, schedule: workload.schedule };
                self.add_copies(dictionary, account, workload, run);
            }
            for workload in self.tables.meters.iter().filter(|workload| workload.role == Some(role)) {
                let copies = others.next();
                let amount = Exact::whole(workload.amount).of(1, i128::from(copies.max(1)));
                let run = Run { copies, amount, schedule: workload.schedule };
                self.add_copies(dictionary, account, workload, run);
            }
            for workload in self.tables.meters.iter().filter(|workload| workload.role.is_none()) {
                let copies = (self.thousandths / 1000).max(1);
                let amount = Exact::whole(workload.amount * role.percent).of(1, i128::from(copies * 100));
                let run = Run { copies, amount, schedule: self.thinned(workload.schedule) };
                self.add_copies(dictionary, account, workload, run);
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

    /// Adds meters for all copies of a workload.
    fn add_copies(&mut self, dictionary: &mut Dictionary, account: usize, workload: &'static Workload, run: Run) {
        for copy in 0..run.copies {
            let sold = workload.measure.sold(dictionary, &mut self.tiers);
            let hash = chance::mix(&[dictionary.seed, account as u64, self.meters.len() as u64, copy]);
            let id = workload.measure.resource_id(&dictionary.accounts[account].id, hash);
            let tags = tags(self.roles[account], hash);
            let resource = dictionary.resource(Resource { id, zone: &workload.zone, tags });
            self.join_pools(workload, sold);
            self.meters.push(Meter {
                account: account as u32,
                sold,
                resource,
                quarters: dictionary.products[sold.product as usize].quarters,
                schedule: run.schedule,
                amount: run.amount,
                rate: dictionary.prices[sold.price as usize].rate,
                decimals: workload.measure.decimals(),
                hash,
            });
        }
    }

    /// Puts the meter that is added next into the pools of all that can cover it.
    fn join_pools(&mut self, workload: &Workload, sold: Sold) {
        if let Measure::Hours(machine) = &workload.measure {
            self.join(machine.pool_key());
            self.join(machine.zone_key(&workload.zone));
            if let Some(key) = machine.family_key() {
                self.join(key);
            }
        }
        if sold.plan_rates.1 > Exact::ZERO {
            self.pools[self.compute as usize].ordered.push(self.meters.len() as u32);
        }
    }

    fn join(&mut self, key: String) {
        let next = self.pools.len() as u32;
        let pool = *self.pool_keys.entry(key).or_insert(next);
        if pool == next {
            self.pools.push(Pool::default());
        }
        self.pools[pool as usize].ordered.push(self.meters.len() as u32);
    }

    /// Orders pools: small machines first for reservations, the best saving first for plans.
    fn order_pools(&mut self, random: &mut ChaCha8Rng) {
        let of_plans = self.pool_keys.iter().filter(|(key, _)| key.starts_with("plan/")).map(|(_, number)| *number);
        let of_plans: BTreeSet<u32> = of_plans.chain([self.compute]).collect();
        for (number, pool) in (0_u32..).zip(&mut self.pools) {
            let is_compute = number == self.compute;
            pool.ordered.sort_by_key(|&at| {
                let meter = &self.meters[at as usize];
                let rank = if of_plans.contains(&number) { meter.price_left(is_compute) } else { meter.quarters };
                (meter.account, rank, at)
            });
            for (at, &meter) in pool.ordered.iter().enumerate() {
                let range = pool.of.entry(self.meters[meter as usize].account).or_insert(at..at);
                range.end = at + 1;
            }
            pool.shuffled.clone_from(&pool.ordered);
            pool.shuffled.shuffle(random);
        }
    }
}

/// How often, how much and when an account runs a workload.
#[derive(Debug, Clone, Copy)]
struct Run {
    copies: u64,
    /// Quantity of a month, of one copy.
    amount: Exact,
    schedule: Schedule,
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

/// Twelve-digit accounts, all different; the second begins with 0. Further accounts of a role
/// are numbered from 2 on.
fn make_accounts(random: &mut ChaCha8Rng, roles: &[&'static AccountRole]) -> Vec<Account> {
    let mut known = BTreeSet::new();
    let mut named: BTreeMap<&str, u32> = BTreeMap::new();
    let mut accounts = Vec::with_capacity(roles.len());
    for (index, role) in roles.iter().enumerate() {
        let id = loop {
            let number: u64 = random.random_range(100_000_000_000..1_000_000_000_000);
            let number = if index == 1 { number / 10 } else { number };
            if known.insert(number) {
                break format!("{number:012}");
            }
        };
        let count = named.entry(&role.name).or_default();
        *count += 1;
        let name = if *count == 1 { role.name.clone() } else { format!("{}-{count}", role.name) };
        accounts.push(Account { id, name, team: &role.team });
    }
    accounts
}

/// Tags of a resource: one in four is untagged, the newest tag is on every second.
fn tags(role: &'static AccountRole, hash: u64) -> [&'static str; 4] {
    if hash.is_multiple_of(4) {
        return ["", &role.environment, "", ""];
    }
    [&role.cost_center, &role.environment, &role.application, if hash & 16 == 0 { &role.team } else { "" }]
}
