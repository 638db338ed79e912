//! Who runs what and who bought what: the cast of the sample, as plain tables.
//!
//! The first account is the payer and plays role 0; the others play roles 1 to 11 in turn.

use super::catalog::{
    C5, CACHE_M5, DB_M5, DB_R5, G4DN, IRELAND, M5, Machine, OREGON, R5, Region, T3, VIRGINIA, Variant, machine,
};
use super::services::Measure;

/// A kind of account: name, team, environment, application.
pub(super) type AccountRole = (&'static str, &'static str, &'static str, &'static str);

/// The roles.
pub(super) const ROLES: [AccountRole; 12] = [
    ("org-management", "finance", "production", "landing-zone"),
    ("platform-prod", "platform", "production", "kubernetes"),
    ("web-prod", "web", "production", "shop"),
    ("data-prod", "data", "production", "warehouse"),
    ("web-staging", "web", "staging", "shop"),
    ("analytics", "data", "production", "reports"),
    ("windows-apps", "office", "production", "erp"),
    ("dev-eu", "mobile", "development", "app"),
    ("qa-eu", "mobile", "staging", "app"),
    ("machine-learning", "data", "production", "models"),
    ("serverless", "platform", "production", "events"),
    ("sandbox", "", "", ""),
];

/// When something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schedule {
    /// Every hour.
    Always,
    /// Monday to Friday, 7 to 19 o'clock.
    Office,
    /// Midnight to six.
    Night,
    /// On and off in spells of some hours, up this percentage of them.
    Flaky(u64),
    /// From this day of the first period on.
    From(u32),
    /// To this day of the last period.
    Until(u32),
    /// Once in so many hours.
    Every(u32),
}

/// Something an account runs: role, what, when, zone letter, quantity a month (not for machines).
#[derive(Debug, Clone, Copy)]
pub(super) struct Workload {
    /// Which role runs it.
    pub(super) role: usize,
    /// What is metered.
    pub(super) what: Measure,
    /// When.
    pub(super) schedule: Schedule,
    /// Last letter of the availability zone; a blank for none.
    pub(super) zone: char,
    /// Quantity of a month, whole units; 0 for machines, which run an hour in an hour.
    pub(super) amount: i128,
}

const fn runs(role: usize, machine: Machine, schedule: Schedule, zone: char) -> Workload {
    Workload { role, what: Measure::Hours(machine), schedule, zone, amount: 0 }
}

const fn meters(role: usize, what: Measure, schedule: Schedule, amount: i128) -> Workload {
    Workload { role, what, schedule, zone: ' ', amount }
}

const fn ec2(family: &'static super::catalog::Family, size: &'static str) -> Machine {
    machine(&VIRGINIA, family, size, Variant::Linux)
}

const fn t3(size: &'static str) -> Machine {
    machine(&IRELAND, &T3, size, Variant::Linux)
}

const WINDOWS: Machine = machine(&VIRGINIA, &M5, "large", Variant::Windows);
const DEDICATED: Machine = machine(&VIRGINIA, &C5, "large", Variant::Dedicated);
const GPU: Machine = ec2(&G4DN, "xlarge");
const MYSQL: Machine = machine(&VIRGINIA, &DB_M5, "large", Variant::MySql);
const MYSQL_MULTI_AZ: Machine = machine(&VIRGINIA, &DB_M5, "large", Variant::MySqlMultiAz);
const AURORA: Machine = machine(&VIRGINIA, &DB_R5, "large", Variant::Aurora);
const REDIS: Machine = machine(&VIRGINIA, &CACHE_M5, "large", Variant::Redis);

use Schedule::{Always, Every, Flaky, From, Night, Office, Until};

/// What runs by the hour.
pub(super) const MACHINES: [Workload; 37] = [
    runs(0, ec2(&M5, "large"), Office, 'a'),
    runs(1, ec2(&M5, "xlarge"), Always, 'a'),
    runs(1, ec2(&M5, "large"), Always, 'b'),
    runs(1, ec2(&M5, "large"), Flaky(80), 'c'),
    runs(2, ec2(&M5, "large"), Always, 'a'),
    runs(2, ec2(&M5, "2xlarge"), Office, 'b'),
    runs(2, ec2(&M5, "large"), Flaky(70), 'b'),
    runs(4, ec2(&M5, "large"), Office, 'b'),
    runs(4, ec2(&M5, "xlarge"), Office, 'c'),
    runs(11, ec2(&M5, "large"), From(12), 'a'),
    runs(2, ec2(&C5, "large"), Always, 'a'),
    runs(2, ec2(&C5, "xlarge"), Flaky(60), 'c'),
    runs(4, ec2(&C5, "xlarge"), Office, 'a'),
    runs(5, ec2(&C5, "2xlarge"), Night, 'd'),
    runs(3, ec2(&R5, "xlarge"), Always, 'a'),
    runs(3, ec2(&R5, "2xlarge"), Office, 'b'),
    runs(5, ec2(&R5, "large"), Flaky(70), 'a'),
    runs(5, ec2(&R5, "xlarge"), Flaky(55), 'c'),
    runs(7, t3("medium"), Always, 'a'),
    runs(7, t3("large"), Office, 'b'),
    runs(8, t3("medium"), Flaky(70), 'a'),
    runs(8, t3("small"), Always, 'b'),
    runs(8, t3("micro"), Always, 'c'),
    runs(6, WINDOWS, Always, 'a'),
    runs(6, WINDOWS, Flaky(60), 'b'),
    runs(11, WINDOWS, Office, 'a'),
    runs(3, DEDICATED, Flaky(75), 'a'),
    runs(5, DEDICATED, Until(17), 'b'),
    runs(9, GPU, Night, 'a'),
    runs(5, GPU, Flaky(65), 'd'),
    runs(1, MYSQL_MULTI_AZ, Always, ' '),
    runs(2, MYSQL, Always, 'a'),
    runs(8, MYSQL, Office, 'b'),
    runs(3, AURORA, Always, 'a'),
    runs(5, AURORA, Flaky(60), 'b'),
    runs(2, REDIS, Always, 'a'),
    runs(10, REDIS, Flaky(60), 'b'),
];

/// What else is metered by the hour, apart from what every account has.
pub(super) const METERS: [Workload; 21] = [
    meters(1, Measure::Volume, Every(2), 500),
    meters(2, Measure::Volume, Every(2), 200),
    meters(3, Measure::Volume, Every(2), 2_000),
    meters(5, Measure::Volume, Every(3), 800),
    meters(6, Measure::Volume, Every(3), 300),
    meters(1, Measure::Gateway, Always, 0),
    meters(1, Measure::GatewayBytes, Every(2), 900),
    meters(1, Measure::BetweenZones, Every(2), 1_500),
    meters(5, Measure::Spot, Flaky(50), 0),
    meters(9, Measure::Spot, Night, 0),
    meters(10, Measure::FunctionTime, Always, 9_000_000),
    meters(10, Measure::FunctionCalls, Every(2), 30_000_000),
    meters(2, Measure::FunctionTime, Every(4), 600_000),
    meters(2, Measure::FunctionCalls, Every(4), 2_000_000),
    meters(10, Measure::ContainerCpu, Every(2), 3_000),
    meters(10, Measure::ContainerMemory, Every(2), 6_000),
    meters(4, Measure::ContainerCpu, Office, 400),
    meters(4, Measure::ContainerMemory, Office, 800),
    meters(11, Measure::Software, Every(12), 360),
    meters(2, Measure::OutOfBucket(&VIRGINIA), Every(3), 1_900),
    meters(7, Measure::Out(&IRELAND), Every(4), 700),
];

/// What every account has, with the weights of the roles in percent.
pub(super) const COMMON: [(Measure, Schedule, i128); 6] = [
    (Measure::Out(&VIRGINIA), Every(6), 1_250),
    (Measure::Storage(&VIRGINIA), Every(24), 6_400),
    (Measure::Requests, Every(24), 2_000_000),
    (Measure::Metrics, Every(24), 120),
    (Measure::Keys, Every(24), 4),
    (Measure::Storage(&IRELAND), Every(24), 150),
];

/// How much of [`COMMON`] each role has, in percent.
pub(super) const WEIGHTS: [i128; 12] = [20, 130, 190, 240, 40, 180, 60, 50, 40, 150, 80, 20];

/// When a commitment was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bought {
    /// So many days before the first period.
    Before(i64),
    /// In the first period: day, and second of the day.
    First(u32, i64),
    /// In the last period: day, and second of the day.
    Last(u32, i64),
    /// So long ago that it expires in the last period: day, and second of the day.
    ExpiresLast(u32, i64),
}

/// How a commitment is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payment {
    /// By the hour.
    No,
    /// Half at once.
    Partial,
    /// All at once.
    All,
}

impl Payment {
    /// `No Upfront` and so on.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::No => "No Upfront",
            Self::Partial => "Partial Upfront",
            Self::All => "All Upfront",
        }
    }
}

/// Reserved Instances that a role bought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purchase {
    /// Which role bought it.
    pub(super) role: usize,
    /// How many.
    pub(super) count: u64,
    /// Of what.
    pub(super) machine: Machine,
    /// How it is paid.
    pub(super) payment: Payment,
    /// The zone's letter, or a blank for a regional one.
    pub(super) zone: char,
    /// When it was bought.
    pub(super) since: Bought,
}

const fn bought(role: usize, count: u64, machine: Machine, how: (Payment, char, Bought)) -> Purchase {
    Purchase { role, count, machine, payment: how.0, zone: how.1, since: how.2 }
}

const fn at(hour: i64, minute: i64, second: i64) -> i64 {
    hour * 3600 + minute * 60 + second
}

const UNUSED: Machine = machine(&OREGON, &M5, "large", Variant::Linux);

/// The Reserved Instances.
pub(super) const PURCHASES: [Purchase; 20] = [
    bought(0, 2, ec2(&M5, "large"), (Payment::No, ' ', Bought::Before(97))),
    bought(1, 1, ec2(&M5, "xlarge"), (Payment::Partial, ' ', Bought::Before(160))),
    bought(1, 1, ec2(&M5, "large"), (Payment::All, 'b', Bought::Before(41))),
    bought(2, 1, ec2(&M5, "large"), (Payment::No, ' ', Bought::First(9, at(21, 40, 47)))),
    bought(4, 1, ec2(&C5, "xlarge"), (Payment::Partial, ' ', Bought::Last(14, at(8, 17, 33)))),
    bought(4, 1, ec2(&C5, "large"), (Payment::No, ' ', Bought::Before(200))),
    bought(3, 3, ec2(&R5, "xlarge"), (Payment::All, ' ', Bought::Before(255))),
    bought(7, 2, t3("medium"), (Payment::No, ' ', Bought::Before(70))),
    bought(7, 1, t3("medium"), (Payment::Partial, ' ', Bought::ExpiresLast(20, at(10, 15, 0)))),
    bought(6, 1, WINDOWS, (Payment::No, ' ', Bought::Before(130))),
    bought(6, 1, WINDOWS, (Payment::Partial, ' ', Bought::Before(12))),
    bought(3, 1, DEDICATED, (Payment::All, ' ', Bought::First(3, at(13, 5, 9)))),
    bought(9, 1, GPU, (Payment::Partial, ' ', Bought::Before(300))),
    bought(11, 1, UNUSED, (Payment::No, ' ', Bought::Before(180))),
    bought(11, 1, UNUSED, (Payment::All, 'a', Bought::Before(180))),
    bought(1, 1, MYSQL_MULTI_AZ, (Payment::Partial, ' ', Bought::Before(88))),
    bought(0, 1, MYSQL, (Payment::No, ' ', Bought::Before(25))),
    bought(3, 2, AURORA, (Payment::All, ' ', Bought::Before(144))),
    bought(10, 1, REDIS, (Payment::Partial, ' ', Bought::Before(210))),
    bought(1, 1, ec2(&R5, "large"), (Payment::No, 'a', Bought::Before(19))),
];

/// A Savings Plan that a role bought.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlanPurchase {
    /// Which role bought it.
    pub(super) role: usize,
    /// The family and region of an EC2 Instance Savings Plan; none for a Compute Savings Plan.
    pub(super) family: Option<(&'static super::catalog::Family, &'static Region)>,
    /// Commitment by the hour.
    pub(super) hourly: &'static str,
    /// How it is paid.
    pub(super) payment: Payment,
    /// When it was bought.
    pub(super) since: Bought,
}

/// The Savings Plans.
pub(super) const PLANS: [PlanPurchase; 4] = [
    PlanPurchase { role: 0, family: None, hourly: "0.32", payment: Payment::No, since: Bought::Before(112) },
    PlanPurchase {
        role: 10,
        family: None,
        hourly: "0.48",
        payment: Payment::Partial,
        since: Bought::First(5, at(15, 22, 10)),
    },
    PlanPurchase {
        role: 2,
        family: Some((&C5, &VIRGINIA)),
        hourly: "0.12",
        payment: Payment::No,
        since: Bought::Before(66),
    },
    PlanPurchase {
        role: 3,
        family: Some((&R5, &VIRGINIA)),
        hourly: "0.05",
        payment: Payment::All,
        since: Bought::Before(230),
    },
];
