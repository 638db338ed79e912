//! What a random month is, and the facts that come as seeds; with the words beside it: numbers, settings, answers.
//!
//! A month is one payer. Account ids, groups and rule names of a month are not used by another month, since seeds hold
//! for all payers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use super::answer::{
    Answer, Charged, ChargedKey, Cost, CostKey, LeakageKey, LineAnswer, OwnerKey, OwnerUse, PairKey, Part, TierKey,
    TierPart, TransferKey,
};
pub(crate) use super::numbers::{Decimal, Exact, Moment};
pub(crate) use super::settings::{
    Benefit, CostBasis, CostMetric, FreePolicy, Settings, SharingMode, SharingPolicy, TierPolicy, Ungrouped,
};

/// The billing period of every run.
pub(crate) const PERIOD: &str = "2026-03";

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
    pub(crate) line_item_line_item_description: Option<String>,
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
    pub(crate) reservation_reservation_a_r_n: Option<String>,
    pub(crate) reservation_effective_cost: Option<Decimal>,
    pub(crate) reservation_net_effective_cost: Option<Decimal>,
    pub(crate) reservation_unused_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_net_unused_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_unused_recurring_fee: Option<Decimal>,
    pub(crate) reservation_net_unused_recurring_fee: Option<Decimal>,
    pub(crate) reservation_amortized_upfront_cost_for_usage: Option<Decimal>,
    pub(crate) reservation_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_net_amortized_upfront_fee_for_billing_period: Option<Decimal>,
    pub(crate) reservation_total_reserved_units: Option<Decimal>,
    pub(crate) reservation_total_reserved_normalized_units: Option<Decimal>,
    pub(crate) savings_plan_savings_plan_a_r_n: Option<String>,
    pub(crate) savings_plan_savings_plan_effective_cost: Option<Decimal>,
    pub(crate) savings_plan_net_savings_plan_effective_cost: Option<Decimal>,
    pub(crate) savings_plan_total_commitment_to_date: Option<Decimal>,
    pub(crate) savings_plan_used_commitment: Option<Decimal>,
    pub(crate) savings_plan_recurring_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_net_recurring_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_amortized_upfront_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_net_amortized_upfront_commitment_for_billing_period: Option<Decimal>,
    pub(crate) savings_plan_offering_type: Option<String>,
    pub(crate) savings_plan_instance_type_family: Option<String>,
    /// Region of an EC2 Instance plan, by code.
    pub(crate) savings_plan_region: Option<String>,
}

impl Line {
    /// The ARN that it bears; a reservation comes first, since a Savings Plan covers what reservations leave (§7).
    pub(crate) fn arn(&self) -> Option<&str> {
        self.reservation_reservation_a_r_n.as_deref().or(self.savings_plan_savings_plan_a_r_n.as_deref())
    }

    /// Every type that ends so is a discount, those that AWS adds, too.
    pub(crate) fn is_discount(&self) -> bool {
        self.line_item_line_item_type.ends_with("Discount")
    }
}

/// A row of `data/seeds/account_registry.csv`, in force for the whole period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registered {
    /// The account.
    pub(crate) account_id: String,
    /// Its group; none is the account alone.
    pub(crate) group: Option<String>,
    /// A division of the organization; none is the account alone.
    #[serde(default)]
    pub(crate) division: Option<String>,
    /// Who borrows first under `priority`: 1 before 2; none is last.
    pub(crate) priority: Option<i64>,
    /// Whether it lends and borrows by choice; none is true.
    pub(crate) shares: Option<bool>,
}

/// A row of `data/seeds/commitment_owners.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitmentOwner {
    /// An ARN, or a pattern of SQL's `like`.
    pub(crate) commitment_arn: String,
    /// Whose it is.
    pub(crate) account_id: String,
}

/// A row of `data/seeds/shared_charge_rules.csv`; none matches everything. Texts that match are patterns of SQL's
/// `like`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// Description that it matches.
    pub(crate) description: Option<String>,
    /// Billing entity that it matches.
    pub(crate) billing_entity: Option<String>,
    /// Account whose lines it matches.
    pub(crate) account_id: Option<String>,
    /// `all`, `group:<name>`, `list:<id>;<id>` or `stays`; ignored where the rule has [`ChargePart`]s.
    pub(crate) bearers: String,
    /// `real_cost`, `usage_cost`, `equal`, `fixed` or `support`; none with `stays`.
    pub(crate) weight: Option<String>,
    /// Service of `usage_cost` (none is any), or plan of `support`.
    pub(crate) weight_of: Option<String>,
}

/// A row of `data/seeds/shared_charge_parts.csv`: a part of what a rule of several parts shares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChargePart {
    /// Name of the rule.
    pub(crate) rule: String,
    /// Number of the part, from 1.
    pub(crate) part: i64,
    /// How much of the charge; the parts of a rule are 100 together.
    pub(crate) percentage: Decimal,
    /// As in [`ChargeRule`].
    pub(crate) bearers: String,
    /// As in [`ChargeRule`].
    pub(crate) weight: Option<String>,
    /// As in [`ChargeRule`].
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

/// A row of `data/seeds/price_plans.csv`: of an account, of a group, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "columns of the seed")]
pub(crate) struct PricePlan {
    pub(crate) account_id: Option<String>,
    pub(crate) account_group: Option<String>,
    pub(crate) price_plan: String,
    pub(crate) tax_percentage: Option<Decimal>,
    pub(crate) invoice_currency_code: Option<String>,
}

/// A row of `data/seeds/price_rules.csv`; none matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "columns of the seed")]
pub(crate) struct PriceRule {
    pub(crate) price_plan: String,
    pub(crate) priority: i64,
    pub(crate) rule: String,
    pub(crate) service_code: Option<String>,
    pub(crate) usage_type: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) category: Option<String>,
    /// `real_cost`, `list_price`, ...: see `data/seeds/seeds.yml`.
    pub(crate) basis: String,
    pub(crate) percentage: Option<Decimal>,
}

/// A row of `data/seeds/custom_line_items.csv`, whose payer is the month's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "columns of the seed")]
pub(crate) struct CustomItem {
    pub(crate) item: String,
    pub(crate) account_id: String,
    pub(crate) service_code: Option<String>,
    /// `flat` or `percentage`.
    pub(crate) kind: String,
    pub(crate) value: Decimal,
    pub(crate) currency_code: Option<String>,
}

/// A row of `data/seeds/reservation_list_values.csv`, whose payer is the month's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ListValue {
    /// ARN of a reservation.
    pub(crate) commitment_arn: String,
    /// Its value at list prices.
    pub(crate) list_value: Decimal,
    /// When it was bought, as `2026-03-05T10:00:00Z`.
    pub(crate) valid_from: String,
    /// When it ends; none is not known.
    pub(crate) valid_until: Option<String>,
}

/// One payer's report of [`PERIOD`], with the seeds that are its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Month {
    /// `bill_payer_account_id` of every line.
    pub(crate) payer: String,
    /// The line items, in no order that matters.
    pub(crate) lines: Vec<Line>,
    /// What the account registry knows; accounts may be missing from it.
    pub(crate) registry: Vec<Registered>,
    /// Owners of commitments that their ARNs do not tell.
    pub(crate) commitment_owners: Vec<CommitmentOwner>,
    /// Rules for shared charges; each names an account of this payer. They stand before those of [`Tables`].
    pub(crate) charge_rules: Vec<ChargeRule>,
    /// Parts of those that have several.
    pub(crate) charge_parts: Vec<ChargePart>,
    /// Fixed parts for these rules.
    pub(crate) charge_shares: Vec<ChargeShare>,
    /// Values of reservations at list prices.
    pub(crate) list_values: Vec<ListValue>,
    /// Price plans of accounts and groups of this payer.
    pub(crate) price_plans: Vec<PricePlan>,
    /// Rules of plans that no other payer has.
    pub(crate) price_rules: Vec<PriceRule>,
    /// What customers are charged besides.
    pub(crate) custom_items: Vec<CustomItem>,
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
    /// Parts of those that have several.
    pub(crate) charge_parts: Vec<ChargePart>,
}

impl Tables {
    /// The rows of a seed; none if there is no such seed.
    pub(crate) fn seed(&self, name: &str) -> &[BTreeMap<String, String>] {
        self.seeds.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
