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
