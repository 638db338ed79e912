//! The words that drawing, writing, the oracle and the comparison share: what a random month is, the settings of a
//! run, the facts that come as seeds, and what an allocation answers.
//!
//! A month is one payer. Account ids, groups and rule names of a month are not used by another month, so that result
//! tables without a payer column can be told apart, too.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use num_rational::BigRational;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The billing period of every run.
pub(crate) const PERIOD: &str = "2026-03";

/// An exact number.
pub(crate) type Exact = BigRational;

/// A decimal with 10 fractional digits, as reports and seeds hold it: this many units of 0.0000000001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(pub(crate) i128);

impl Decimal {
    /// Units of the last digit in 1.
    pub(crate) const ONE: i128 = 10_000_000_000;

    /// The same as a fraction.
    pub(crate) fn exact(self) -> Exact {
        Exact::new(self.0.into(), Self::ONE.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let one = Self::ONE.unsigned_abs();
        let digits = format!("{:010}", size % one);
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{}{point}{digits}", size / one)
    }
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no decimal with at most 10 fractional digits");
        let size = text.strip_prefix('-').unwrap_or(text);
        let (whole, digits) = size.split_once('.').unwrap_or((size, ""));
        if digits.len() > 10 {
            return Err(bad());
        }
        let units: i128 = format!("{whole}{digits:0<10}").parse().map_err(|_| bad())?;
        Ok(Self(if size.len() < text.len() { -units } else { units }))
    }
}

/// A moment in UTC, in seconds since 1970; written `2026-03-01T00:00:00`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = chrono::DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        write!(formatter, "{}", instant.format("%Y-%m-%dT%H:%M:%S"))
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
        Ok(Self(read.map_err(|e| format!("`{text}` is no moment: {e}"))?.and_utc().timestamp()))
    }
}

macro_rules! serde_as_text {
    ($($word:ty),*) => {$(
        impl Serialize for $word {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $word {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Decimal, Moment);

/// A line item: every column of `models/sources.yml`, under its own name. Absent is null; `Some("")` is never drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "models/sources.yml says what the columns are")]
pub(crate) struct Line {
    pub(crate) identity_line_item_id: Option<String>,
    pub(crate) bill_billing_entity: Option<String>,
    pub(crate) bill_bill_type: Option<String>,
    pub(crate) bill_invoice_id: Option<String>,
    pub(crate) line_item_line_item_type: String,
    /// Null counts as the payer.
    pub(crate) line_item_usage_account_id: Option<String>,
    pub(crate) line_item_usage_start_date: Moment,
    pub(crate) line_item_usage_end_date: Option<Moment>,
    pub(crate) line_item_product_code: String,
    pub(crate) line_item_usage_type: Option<String>,
    pub(crate) line_item_operation: Option<String>,
    pub(crate) line_item_availability_zone: Option<String>,
    pub(crate) line_item_resource_id: Option<String>,
    pub(crate) line_item_usage_amount: Option<Decimal>,
    pub(crate) line_item_normalization_factor: Option<Decimal>,
    pub(crate) line_item_currency_code: Option<String>,
    pub(crate) line_item_unblended_rate: Option<String>,
    pub(crate) line_item_unblended_cost: Decimal,
    pub(crate) line_item_net_unblended_cost: Option<Decimal>,
    pub(crate) product_region: Option<String>,
    pub(crate) product_sku: Option<String>,
    pub(crate) pricing_public_on_demand_cost: Option<Decimal>,
    pub(crate) pricing_unit: Option<String>,
    pub(crate) reservation_reservation_a_r_n: Option<String>,
    pub(crate) reservation_effective_cost: Option<Decimal>,
    pub(crate) reservation_net_effective_cost: Option<Decimal>,
    pub(crate) reservation_unused_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_net_unused_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_unused_recurring_fee: Option<Decimal>,
    pub(crate) reservation_net_unused_recurring_fee: Option<Decimal>,
    pub(crate) reservation_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_net_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_total_reserved_units: Option<Decimal>,
    pub(crate) reservation_total_reserved_normalized_units: Option<Decimal>,
    pub(crate) savings_plan_savings_plan_a_r_n: Option<String>,
    pub(crate) savings_plan_savings_plan_effective_cost: Option<Decimal>,
    pub(crate) savings_plan_net_savings_plan_effective_cost: Option<Decimal>,
    pub(crate) savings_plan_savings_plan_rate: Option<Decimal>,
    pub(crate) savings_plan_total_commitment_to_date: Option<Decimal>,
    pub(crate) savings_plan_used_commitment: Option<Decimal>,
    pub(crate) savings_plan_recurring_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_net_recurring_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_amortized_upfront_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_net_amortized_upfront_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_offering_type: Option<String>,
    pub(crate) savings_plan_instance_type_family: Option<String>,
}

/// A row of `data/seeds/accounts.csv`, in force for the whole period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registered {
    /// The account.
    pub(crate) account_id: String,
    /// Its group; none is the account alone.
    pub(crate) group: Option<String>,
    /// Who borrows first under `priority`: 1 before 2; none is last.
    pub(crate) priority: Option<i64>,
    /// Whether it lends and borrows by choice; none is true.
    pub(crate) shares: Option<bool>,
}

/// A row of `data/seeds/shared_charge_rules.csv`; none matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargeRule {
    /// The lowest number comes first; then the name.
    pub(crate) priority: i64,
    /// Name of the rule.
    pub(crate) rule: String,
    /// Line item type that it matches.
    pub(crate) line_item_type: Option<String>,
    /// Service that it matches.
    pub(crate) service_code: Option<String>,
    /// Usage type that it matches.
    pub(crate) usage_type: Option<String>,
    /// Account whose lines it matches.
    pub(crate) account_id: Option<String>,
    /// `all`, `list:<id>;<id>` or `stays`.
    pub(crate) bearers: String,
    /// `real_cost`, `usage_cost`, `equal`, `fixed` or `support`; none with `stays`.
    pub(crate) weight: Option<String>,
    /// Service of `usage_cost` (none is any), or plan of `support`.
    pub(crate) weight_of: Option<String>,
}

/// A row of `data/seeds/shared_charge_shares.csv`: a part where a rule's weight is `fixed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargeShare {
    /// Name of the rule.
    pub(crate) rule: String,
    /// Who bears the part.
    pub(crate) account_id: String,
    /// Size of the part, in proportion to the others.
    pub(crate) weight: Decimal,
}

/// One payer's report of [`PERIOD`], with the seeds that are its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Month {
    /// `bill_payer_account_id` of every line.
    pub(crate) payer: String,
    /// The line items, in no order that matters.
    pub(crate) lines: Vec<Line>,
    /// What the account registry knows; accounts may be missing from it.
    pub(crate) registry: Vec<Registered>,
    /// Rules for shared charges; each names an account of this payer. They stand before those of [`Tables`].
    pub(crate) charge_rules: Vec<ChargeRule>,
    /// Fixed parts for these rules.
    pub(crate) charge_shares: Vec<ChargeShare>,
}

/// `cost_basis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum CostBasis {
    Amortized,
    Billed,
}

/// `cost_metric`; `Auto` is net for payers in whose report a net column holds something other than 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum CostMetric {
    Auto,
    Unblended,
    Net,
}

/// `sharing.mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum SharingMode {
    Open,
    Prioritized,
    Restricted,
    OwnerOnly,
}

/// `sharing.policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum SharingPolicy {
    Proportional,
    MaxMin,
    Priority,
    AsBilled,
}

/// `tiers.policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum TierPolicy {
    Standalone,
    Usage,
    Shapley,
    Keep,
    AsBilled,
}

/// `tiers.free`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum FreePolicy {
    MaxMin,
    Usage,
    AsBilled,
}

/// Who keeps the benefit of a circle; a lender of `None` is not even credited cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) struct Benefit {
    pub(crate) borrower: Decimal,
    pub(crate) lender: Option<Decimal>,
}

/// `vars:` of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) struct Settings {
    pub(crate) cost_basis: CostBasis,
    pub(crate) cost_metric: CostMetric,
    pub(crate) margin_account: String,
    pub(crate) mode: SharingMode,
    pub(crate) policy: SharingPolicy,
    pub(crate) benefit: Benefit,
    pub(crate) leakage_benefit: Benefit,
    pub(crate) tiers: TierPolicy,
    pub(crate) free: FreePolicy,
}

/// A seed: rows by column name; an empty cell is absent from its row.
pub(crate) type Seed = Vec<BTreeMap<String, String>>;

/// The facts of a run that are no month's own: the seeds of the run's project that are in force at the end of
/// [`PERIOD`], by file name without `.csv` (`tier_rates`, `tier_rules`, `support_tiers`, `sharing_circles`,
/// `line_item_types`, `instance_usage_types`, `instance_size_factors`, `fixed_size_families`, `ec2_platforms`,
/// `reserved_engines`, `savings_plan_offerings`, `savings_plan_rates`, ...).
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// Rows of each seed, in the order of the file.
    pub(crate) seeds: BTreeMap<String, Seed>,
    /// Rules for shared charges of all payers; they name no account.
    pub(crate) charge_rules: Vec<ChargeRule>,
}

/// Cost before and after the allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Base cost; exact to the last digit of the report.
    pub(crate) base: Exact,
    /// Real cost, not rounded anywhere.
    pub(crate) real: Exact,
}

/// Key of `account_costs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct CostKey {
    pub(crate) currency: String,
    pub(crate) account: String,
    pub(crate) service: String,
    pub(crate) category: String,
}

/// What became of a line item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineAnswer {
    /// Category, as AWS billed it.
    pub(crate) category: String,
    /// Pool or tier group.
    pub(crate) allocation_key: Option<String>,
    /// Cost of the line before and after.
    pub(crate) cost: Cost,
}

/// Key of `commitment_usage`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct OwnerKey {
    pub(crate) currency: String,
    pub(crate) owner: String,
    pub(crate) pool: String,
    /// `reservation` or `savings_plan`.
    pub(crate) kind: String,
}

/// Where the units of an owner's commitments went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct OwnerUse {
    pub(crate) capacity: Exact,
    pub(crate) own_use: Exact,
    pub(crate) lent: Exact,
    pub(crate) leaked: Exact,
    pub(crate) unused: Exact,
    pub(crate) cost: Exact,
}

/// Key of `tier_benefits`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct TierKey {
    pub(crate) currency: String,
    pub(crate) group: String,
    pub(crate) account: String,
}

/// An account's part in a tier group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct TierPart {
    pub(crate) usage: Exact,
    pub(crate) free_usage: Exact,
    pub(crate) standalone_cost: Exact,
    pub(crate) cost: Cost,
}

/// Key of `transfers`; rows in which both units and amount are 0 need not be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct TransferKey {
    pub(crate) currency: String,
    /// Day, `YYYY-MM-DD`.
    pub(crate) day: String,
    pub(crate) pool: String,
    /// Name of the circle as the models write it: see `share_circle_costs.circle`.
    pub(crate) circle: String,
    pub(crate) account: String,
    /// `borrowed`, `lending_credit` or `margin`.
    pub(crate) kind: String,
}

/// One side of a transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct Transfer {
    pub(crate) units: Exact,
    pub(crate) amount: Exact,
}

/// Key of `leakage`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct LeakageKey {
    pub(crate) currency: String,
    pub(crate) pool: String,
    pub(crate) lender: String,
    pub(crate) lender_group: String,
    pub(crate) borrower_group: String,
}

/// What leaked from a lender to a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct Leaked {
    pub(crate) units: Exact,
    pub(crate) on_demand_cost: Exact,
    pub(crate) effective_cost: Exact,
}

/// What the allocation of one month is. A null currency, service or group is the empty text, as in the models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// By account, service and category; rows of 0 and 0 need not be there.
    pub(crate) account_costs: BTreeMap<CostKey, Cost>,
    /// One entry for each line of the month, in its order; `None` if the line is left out.
    pub(crate) lines: Vec<Option<LineAnswer>>,
    /// By owner and pool.
    pub(crate) commitment_usage: BTreeMap<OwnerKey, OwnerUse>,
    /// By tier group and account.
    pub(crate) tier_benefits: BTreeMap<TierKey, TierPart>,
    /// By day, pool, circle, account and kind.
    pub(crate) transfers: BTreeMap<TransferKey, Transfer>,
    /// By pool, lender and borrowers' group.
    pub(crate) leakage: BTreeMap<LeakageKey, Leaked>,
}
