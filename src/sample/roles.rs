//! Who runs what and who bought what: the rows of the tables about accounts.

use chrono::{NaiveTime, Timelike};
use serde::Deserialize;

use super::catalog::{Family, Machine, Region};
use super::exact::Exact;
use super::line::LineType;
use super::services::Measure;
use super::tables::{Named, Table, by_name, by_name_if_any};

/// Kinds of accounts; the first is the payer's.
pub(super) static ROLES: Table<AccountRole> = Table::new("roles", include_str!("data/roles.csv"));
/// Machines that roles run.
pub(super) static MACHINES: Table<Workload> = Table::new("machines", include_str!("data/machines.csv"));
/// What else is metered by the hour.
pub(super) static METERS: Table<Workload> = Table::new("meters", include_str!("data/meters.csv"));
/// Reserved Instances that roles bought.
pub(super) static RESERVATIONS: Table<Purchase> = Table::new("reservations", include_str!("data/reservations.csv"));
/// Savings Plans that roles bought.
pub(super) static SAVINGS_PLANS: Table<PlanPurchase> =
    Table::new("savings_plans", include_str!("data/savings_plans.csv"));
/// Credits and refunds of every month.
pub(super) static ADJUSTMENTS: Table<Adjustment> = Table::new("adjustments", include_str!("data/adjustments.csv"));

/// A kind of account.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct AccountRole {
    /// The name of the first account of the kind.
    #[serde(rename = "role")]
    pub(super) name: String,
    /// Its team, for cost categories and tags.
    pub(super) team: String,
    /// Its environment, for tags.
    pub(super) environment: String,
    /// Its application, for tags.
    pub(super) application: String,
    /// Its cost centre, for tags.
    pub(super) cost_center: String,
    /// How much it uses of what every account runs, in percent of the table's amount.
    pub(super) percent: i128,
}

impl Named for AccountRole {
    fn table() -> &'static Table<Self> {
        &ROLES
    }

    fn called(&self) -> &str {
        &self.name
    }
}

/// When something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
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

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (word, number) = text.split_once(' ').unwrap_or((&text, ""));
        match (word, number.parse::<u32>()) {
            ("always", _) => Ok(Self::Always),
            ("office", _) => Ok(Self::Office),
            ("night", _) => Ok(Self::Night),
            ("flaky", Ok(percent)) => Ok(Self::Flaky(u64::from(percent))),
            ("from", Ok(day)) => Ok(Self::From(day)),
            ("until", Ok(day)) => Ok(Self::Until(day)),
            ("every", Ok(hours @ 1..)) => Ok(Self::Every(hours)),
            _ => Err(format!("`{text}` is not a schedule")),
        }
    }
}

/// Something that accounts run.
#[derive(Debug, Deserialize)]
pub(super) struct Workload {
    /// The role that runs it; none for what every account runs.
    #[serde(deserialize_with = "by_name_if_any")]
    pub(super) role: Option<&'static AccountRole>,
    /// What is metered.
    #[serde(flatten)]
    pub(super) measure: Measure,
    /// When.
    pub(super) schedule: Schedule,
    /// Its availability zone, or `""`.
    #[serde(default, rename = "availability_zone")]
    pub(super) zone: String,
    /// Quantity of a month, whole units; 0 for what runs an hour in an hour.
    #[serde(default)]
    pub(super) amount: i128,
}

/// When a commitment was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Bought {
    /// So many days before the first period.
    Before(i64),
    /// In the first period: day, and second of the day.
    First(u32, u32),
    /// In the last period: day, and second of the day.
    Last(u32, u32),
    /// So long ago that it expires in the last period: day, and second of the day.
    ExpiresLast(u32, u32),
}

impl Bought {
    fn read(text: &str) -> Option<Self> {
        let (word, moment) = text.split_once(' ')?;
        if word == "before" {
            return moment.parse().ok().map(Self::Before);
        }
        let (day, time) = moment.split_once(' ')?;
        let (day, time) = (day.parse().ok()?, time.parse::<NaiveTime>().ok()?);
        let second = time.num_seconds_from_midnight();
        match word {
            "first" => Some(Self::First(day, second)),
            "last" => Some(Self::Last(day, second)),
            "expires" => Some(Self::ExpiresLast(day, second)),
            _ => None,
        }
    }
}

impl TryFrom<String> for Bought {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text).ok_or_else(|| format!("`{text}` does not tell when something was bought"))
    }
}

/// How a commitment is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Payment {
    /// By the hour.
    #[serde(rename = "No Upfront")]
    No,
    /// Half at once.
    #[serde(rename = "Partial Upfront")]
    Partial,
    /// All at once.
    #[serde(rename = "All Upfront")]
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
#[derive(Debug, Deserialize)]
pub(super) struct Purchase {
    /// Which role bought it.
    #[serde(deserialize_with = "by_name")]
    pub(super) role: &'static AccountRole,
    /// How many.
    pub(super) count: u64,
    /// Of what.
    #[serde(flatten)]
    pub(super) machine: Machine,
    /// How it is paid.
    #[serde(rename = "purchase_option")]
    pub(super) payment: Payment,
    /// Its availability zone, or `""` for a regional one.
    #[serde(rename = "availability_zone")]
    pub(super) zone: String,
    /// When it was bought.
    pub(super) bought: Bought,
}

/// A Savings Plan that a role bought.
#[derive(Debug, Deserialize)]
pub(super) struct PlanPurchase {
    /// Which role bought it.
    #[serde(deserialize_with = "by_name")]
    pub(super) role: &'static AccountRole,
    #[serde(deserialize_with = "by_name_if_any")]
    instance_family: Option<&'static Family>,
    #[serde(deserialize_with = "by_name_if_any")]
    region: Option<&'static Region>,
    /// Commitment by the hour.
    #[serde(rename = "hourly_commitment")]
    pub(super) hourly: Exact,
    /// How it is paid.
    #[serde(rename = "purchase_option")]
    pub(super) payment: Payment,
    /// When it was bought.
    pub(super) bought: Bought,
}

impl PlanPurchase {
    /// The family and region of an EC2 Instance Savings Plan; none for a Compute Savings Plan.
    pub(super) fn family(&self) -> Option<(&'static Family, &'static Region)> {
        self.instance_family.zip(self.region)
    }
}

/// A credit or a refund of every month.
#[derive(Debug, Deserialize)]
pub(super) struct Adjustment {
    /// The role whose first account receives it.
    #[serde(deserialize_with = "by_name")]
    pub(super) role: &'static AccountRole,
    /// `Credit` or `Refund`.
    #[serde(rename = "line_item_type")]
    pub(super) kind: LineType,
    /// The service it is for.
    pub(super) product_code: String,
    /// The usage it is for.
    pub(super) usage_type: String,
    /// What the account receives, a positive amount.
    pub(super) amount: Exact,
    /// Its description on the bill.
    pub(super) description: String,
}
