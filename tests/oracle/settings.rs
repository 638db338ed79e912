//! The settings of a run, in the words of the specification.

use serde::{Deserialize, Serialize};

use super::numbers::Decimal;

/// `cost_basis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum CostBasis {
    Amortized,
    Billed,
}

/// `cost_metric`; `Auto` is net for payers and currencies whose net costs sum to what was billed.
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

/// `sharing.ungrouped`: whom accounts without a group lend to where groups share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words of the specification")]
pub(crate) enum Ungrouped {
    Organization,
    None,
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
    pub(crate) ungrouped: Ungrouped,
    pub(crate) policy: SharingPolicy,
    pub(crate) benefit: Benefit,
    pub(crate) leakage_benefit: Benefit,
    pub(crate) tiers: TierPolicy,
    pub(crate) free: FreePolicy,
}
