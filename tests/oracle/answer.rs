//! What an allocation answers: the result tables, in exact fractions.

use std::collections::BTreeMap;

use super::numbers::Exact;

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

/// What a line became under one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// `own_commitment`, `borrowed` or `on_demand`; on part 1 the category under which the line was billed.
    pub(crate) category: String,
    /// Units of the pool that the part is; 0 where the line is in no pool.
    pub(crate) units: Exact,
    /// Its real cost.
    pub(crate) real: Exact,
}

/// What became of a line item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineAnswer {
    /// Category, as AWS billed it.
    pub(crate) category: String,
    /// Pool that the line is in or that its commitment is of.
    pub(crate) pool: Option<String>,
    /// Tier group.
    pub(crate) tier_group: Option<String>,
    /// Name of the rule that decided, where the specification or a seed names it.
    pub(crate) rule: Option<String>,
    /// Cost of the line before and after.
    pub(crate) cost: Cost,
    /// Real cost by part: the first is the category as billed; others are there where they are not 0.
    pub(crate) parts: Vec<Part>,
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
    /// Unit of the pool.
    pub(crate) unit: String,
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
    /// What the table says for the account alone, without private rates; only prices look at it.
    pub(crate) list_cost: Exact,
    pub(crate) cost: Cost,
    /// The part of zero-rated usage that is in the group; not a column.
    pub(crate) zero_rated_part: Exact,
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

/// Key of `transfer_pairs`; rows of 0 need not be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct PairKey {
    pub(crate) currency: String,
    pub(crate) day: String,
    pub(crate) pool: String,
    pub(crate) circle: String,
    pub(crate) lender: String,
    pub(crate) borrower: String,
}

/// Who paid whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct Pair {
    pub(crate) units: Exact,
    pub(crate) paid: Exact,
    pub(crate) credited: Exact,
}

/// Key of `leakage`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct LeakageKey {
    pub(crate) currency: String,
    pub(crate) pool: String,
    pub(crate) unit: String,
    pub(crate) lender: String,
    pub(crate) lender_group: String,
    pub(crate) borrower: String,
    pub(crate) borrower_group: String,
}

/// What leaked from a lender to a borrower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct Leaked {
    pub(crate) units: Exact,
    /// The borrower's own value of the units, before relief.
    pub(crate) on_demand_cost: Exact,
    pub(crate) relief: Exact,
    pub(crate) effective_cost: Exact,
}

/// Key of `customer_charges`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct ChargedKey {
    pub(crate) currency: String,
    pub(crate) account: String,
    pub(crate) service: String,
    /// Price plan of the account; empty without one.
    pub(crate) plan: String,
}

/// What a customer is charged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "columns of the result table")]
pub(crate) struct Charged {
    pub(crate) cost: Cost,
    pub(crate) price: Exact,
    pub(crate) custom_charges: Exact,
    pub(crate) customer_cost: Exact,
    pub(crate) difference: Exact,
    pub(crate) tax: Exact,
    pub(crate) invoice_amount: Exact,
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
    /// By day, pool, circle, lender and borrower.
    pub(crate) transfer_pairs: BTreeMap<PairKey, Pair>,
    /// By pool, lender and borrower.
    pub(crate) leakage: BTreeMap<LeakageKey, Leaked>,
    /// By account and service.
    pub(crate) customer_charges: BTreeMap<ChargedKey, Charged>,
    /// Some tier group has more paying accounts than `shapley` goes through one by one: what models sample there is
    /// no matter of the specification.
    pub(crate) is_sampled: bool,
}
